"""Collects what Slack would say of a payload, in the wording that it answers with."""

from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


class Problems:
    """Collects error lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, path: Path, message: str) -> None:
        pointer = "/" + "/".join(str(part) for part in path)
        self.lines.append(f"{message} [json-pointer:{pointer}]")

    def length(self, path: Path, value: Any, limit: int, *, required: bool = False, minimum: int = 1) -> None:
        """A string of ``minimum`` to ``limit`` characters."""
        if value is None:
            if required:
                self.add(path[:-1], f"missing required field: {path[-1]}")
        elif not isinstance(value, str):
            self.add(path, "must provide a string")
        elif len(value) > limit:
            self.add(path, f"must be less than {limit + 1} characters")
        elif len(value) < minimum:
            self.add(path, f"must be more than {minimum - 1} characters")

    def count(self, path: Path, value: Any, high: int, *, low: int = 1) -> list[Json]:
        """A list of ``low`` to ``high`` objects; returns it, or an empty one when it is no list."""
        if value is None:
            self.add(path[:-1], f"missing required field: {path[-1]}")
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.add(path, "must provide an array of objects")  # wording guessed
            return []
        if len(value) > high:
            self.add(path, f"no more than {high} items allowed")
        if len(value) < low:
            self.add(path, f"no less than {low} items allowed")
        return value

    def text(
        self, path: Path, value: Any, limit: int, *, plain: bool = False, required: bool = True, minimum: int = 1
    ) -> None:
        """A text object."""
        if value is None:
            if required:
                self.add(path[:-1], f"missing required field: {path[-1]}")
            return
        if not isinstance(value, dict):
            self.add(path, "must provide an object")
            return
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        kind = value.get("type")
        if kind not in kinds:
            self.add((*path, "type"), f"must be one of: {', '.join(kinds)}")  # wording guessed
        self.length((*path, "text"), value.get("text"), limit, required=True, minimum=minimum)
        allowed = {"type", "text"} | ({"emoji"} if kind == "plain_text" else {"verbatim"})
        self.keys(path, value, allowed)

    def keys(self, path: Path, value: Json, allowed: Iterable[str]) -> None:
        for key in sorted(set(value) - set(allowed)):
            self.add(path, f"invalid additional property: {key}")

    def one_of(self, path: Path, value: Any, allowed: Sequence[str], *, required: bool = False) -> None:
        if value is None:
            if required:
                self.add(path[:-1], f"missing required field: {path[-1]}")
        elif value not in allowed:
            self.add(path, f"must be a valid enum value: {value} is none of {', '.join(allowed)}")  # partly guessed

    def whole(self, path: Path, value: Any, low: int, high: float) -> None:
        """An integer of ``low`` to ``high``, or nothing."""
        if value is not None and (type(value) is not int or not low <= value <= high):
            self.add(path, f"must be an integer of {low} to {high:g}")  # wording guessed

    def strings(self, path: Path, value: Any, limit: int, *, items: int) -> list[str]:
        """A list of strings; returns it, or an empty one when it is none."""
        if value is None:
            self.add(path[:-1], f"missing required field: {path[-1]}")
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.add(path, "must provide an array of strings")  # wording guessed
            return []
        if not 1 <= len(value) <= items:
            self.add(path, f"no {'less than 1' if not value else f'more than {items}'} items allowed")
        for index, item in enumerate(value):
            self.length((*path, index), item, limit)
        return value
