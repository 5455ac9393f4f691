"""Where a source keeps the pages that it was given, for one test."""


class Shelf(dict[str, tuple[str, str]]):
    """A PageCache."""

    def put(self, key: str, etag: str, body: str) -> None:
        self[key] = (etag, body)
