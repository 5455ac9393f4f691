"""Tags that name versions: which are releases, which one came before another."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

_NUMBERED = re.compile(
    r"(?P<package>.*?)(?:^|(?<=[@/_-])|(?<=[@/_-]v)|(?<=^v))v?(?P<number>\d+(?:\.\d+)+)(?P<rest>[^/]*)$"
)
_UNFINISHED = re.compile(
    r"[-.+_]?(?:rc|alpha|beta|dev|preview|pre|canary|nightly|next|snapshot|[abcm](?=\d))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, or the release published with it.

    Attributes:
        at: when it was published, or made; aware, UTC.
        url: the page with its notes; empty if there is none.
        is_marked: its publisher marked it as a pre-release.
    """

    name: str
    sha: str
    at: datetime
    url: str = ""
    is_marked: bool = False

    @property
    def package(self) -> str:
        """The text before the version: `tokio-` of `tokio-1.2.0`; the same for all versions of one package."""
        found = _NUMBERED.match(self.name)
        return found["package"].removesuffix("v") if found else self.name

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers of its version, without zeros at the end; empty for a tag that names none."""
        found = _NUMBERED.match(self.name)
        numbers = [int(part) for part in found["number"].split(".")] if found else []
        while numbers and not numbers[-1]:
            numbers.pop()
        return tuple(numbers)

    @property
    def is_final(self) -> bool:
        """Whether it is final: not a candidate, preview, nightly or development version."""
        found = _NUMBERED.match(self.name)
        return found is not None and not self.is_marked and not _UNFINISHED.match(found["rest"])


def versions(tags: Iterable[Tag]) -> list[Tag]:
    """Return the tags that name versions, newest first."""
    return sorted((tag for tag in tags if _NUMBERED.match(tag.name)), key=lambda tag: (tag.at, tag.name), reverse=True)


def one_each(tags: Sequence[Tag]) -> list[Tag]:
    """Return one tag of those that a commit has as one release: the highest of the whole, without its Go modules'.

    A module's tag has its folder before the version, and one for import by version 0 has other numbers:
    https://go.dev/ref/mod#vcs-version . Packages that are told apart by a name keep theirs.
    """
    mains: dict[str, Tag] = {}
    for tag in tags:
        known = mains.get(tag.sha)
        if not tag.package and (known is None or tag.version > known.version):
            mains[tag.sha] = tag
    return [tag for tag in tags if tag.sha not in mains or tag == mains[tag.sha] or not _is_of_whole(tag)]


def _is_of_whole(tag: Tag) -> bool:
    return not tag.package or tag.package.endswith("/")


def before(tag: Tag, tags: Sequence[Tag]) -> Tag | None:
    """Return the version of the same package that users of this one had before; None for a first one.

    That is the highest final one below it; before a pre-release also the pre-release just before.
    """
    same = [one for one in tags if one.package == tag.package and one.name != tag.name and one.at <= tag.at]
    lower = [one for one in same if one.is_final and one.version < tag.version]
    if not tag.is_final:
        lower += [one for one in same if not one.is_final and one.version == tag.version]
    return max(lower, key=lambda one: (one.version, one.at), default=None)
