"""Go constants by package: the prefix of a metric's name is often in a different file."""

from collections.abc import Mapping
from functools import cached_property
from posixpath import basename, dirname

from analysis.facts.syntax.metrics import constant_in


class PackageConstants:
    """The constants in one revision's files, looked up on demand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._known: dict[tuple[str, str], str | None] = {}

    def find(self, path: str, name: str) -> str | None:
        """Return the text that a name stands for in the file at `path`; None if there is none, or several."""
        package, _, last = name.rpartition(".")
        where = package or dirname(path)
        if (where, last) not in self._known:
            folders = self._named.get(package, ()) if package else (where,)
            paths = (one for folder in folders for one in self._folders.get(folder, ()))
            found = {text for one in paths if (text := constant_in(self._texts[one], last)) is not None}
            self._known[where, last] = found.pop() if len(found) == 1 else None
        return self._known[where, last]

    @cached_property
    def _folders(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._texts:
            if path.endswith(".go"):
                found.setdefault(dirname(path), []).append(path)
        return found

    @cached_property
    def _named(self) -> Mapping[str, list[str]]:
        """Folders by package name, for packages named after their folder."""
        found: dict[str, list[str]] = {}
        for folder in self._folders:
            found.setdefault(basename(folder), []).append(folder)
        return found
