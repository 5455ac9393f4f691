"""What a commit's title says about itself: prefix, tags, series, the commit it takes back."""

import re
from dataclasses import dataclass
from enum import StrEnum


class ChangeType(StrEnum):
    """What a change is, a closed set; where several fit, the first said by the title comes first."""

    FEATURE = "feature"
    BUGFIX = "bugfix"
    PERFORMANCE = "performance"
    REFACTOR = "refactor"
    DOCS = "docs"
    TESTS = "tests"
    CI_BUILD = "ci_build"
    DEPENDENCIES = "dependencies"
    REVERT = "revert"
    SECURITY = "security"
    BREAKING = "breaking"
    CHORE = "chore"


AROUND = frozenset({ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.DOCS})
"""Types of what surrounds the product."""

_TYPE_WORDS = {
    word: kind
    for kind, words in {
        ChangeType.FEATURE: "feat feats feature features enhancement enhancements enhance improvement improve",
        ChangeType.BUGFIX: "fix fixes fixed bugfix bugfixes bug bugs hotfix fixup",
        ChangeType.PERFORMANCE: "perf performance optimize optimization optimisation opt speedup",
        ChangeType.REFACTOR: "refactor refactoring refact cleanup clean-up",
        ChangeType.DOCS: "docs doc documentation readme docstring",
        ChangeType.TESTS: "test tests testing ut unittest unittests e2e",
        ChangeType.CI_BUILD: "ci build docker wheel packaging cd workflow release-ci build-system dockerfile",
        ChangeType.DEPENDENCIES: "deps dep dependencies dependency deps-dev bump vendor",
        ChangeType.REVERT: "revert reverts reland",
        ChangeType.SECURITY: "security sec cve",
        ChangeType.BREAKING: "breaking breaking-change bc-breaking removal deprecation",
        ChangeType.CHORE: "chore misc minor style tiny nit release auto-sync",
    }.items()
    for word in words.split()
}

_BRACKET = re.compile(r"[\[【]([^\]】]{1,60})[\]】]\s*:?\s*")
_PREFIX = re.compile(r"(?P<words>[A-Za-z][\w ./,&+-]{0,40}?)\s?(?:\((?P<scope>[^)]{1,60})\))?(?P<bang>!)?:\s+(?=\S)")
_PULL_REQUEST = re.compile(r"\(#\d+\)$")
_SERIES = re.compile(r"(?:^|[\[(\s])(?:part\s+)?(\d{1,2})\s*/\s*(\d{1,2}|[nNxX])(?=[\])\s:]|$)", re.IGNORECASE)
_REVERT = re.compile(
    r"""(?:(?!\[revert)\[[^\]]{1,60}\]\s?){0,3}(?:\[?revert\]?:?|reverts?)\s+["“](?P<title>.+)["”]$""", re.IGNORECASE
)
_DEEPEST_REVERT = 20
_PLAIN_REVERT = re.compile(r"\s*\[?reverts?\b", re.IGNORECASE)
_PLAIN_FIX = re.compile(r"修复|修正|修补")  # the classifier's words are English
_PLAIN_BUMP = re.compile(
    r"\W*bump\s+[\w@./\[\]-]+\s+(?:from|to|in)\b|\W*pre-commit autoupdate|\[pre-commit", re.IGNORECASE
)
_BOT_BUMP = re.compile(r"\W*(?:bump|upgrade|update)\b", re.IGNORECASE)
_SPLIT = re.compile(r"[\s,&+/]+")
_NUMBERS = re.compile(r"[\dnx]+( [\dnx]+)?")

_ALSO_TOPICS = {ChangeType.CI_BUILD, ChangeType.DOCS, ChangeType.TESTS, ChangeType.DEPENDENCIES, ChangeType.SECURITY}


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart.

    Attributes:
        text: what is left when tags, prefix and pull request number are taken off; never empty if the title is not.
        types: the change types that its prefix and tags name, in that order.
        topics: what else the tags, the prefix and its scope name, lower case (`amd`, `diffusion`).
        breaking: `!` before the colon, or a tag that says so.
        series: place and length of a series (`[2/3]`, length None for `[1/n]`), if it says.
        reverts: the title that it takes back, if it is git's `Revert "…"` or one of its likes.
    """

    text: str
    types: tuple[ChangeType, ...] = ()
    topics: tuple[str, ...] = ()
    breaking: bool = False
    series: tuple[int, int | None] | None = None
    reverts: str | None = None


def read_title(subject: str) -> Title:
    """Take a commit's subject apart."""
    whole = subject.strip()
    plain = _PULL_REQUEST.sub("", whole).rstrip() or whole
    reverted = _REVERT.match(plain)
    if reverted:
        title = reverted["title"].strip()
        return Title(plain, (ChangeType.REVERT,), _innermost(title).topics, reverts=title)
    return _apart(plain)


def plain_type(text: str, *, by_bot: bool) -> ChangeType | None:
    """Return the type that a title's words alone leave no doubt about; None for most."""
    if _PLAIN_REVERT.match(text):
        return ChangeType.REVERT
    if _PLAIN_BUMP.match(text) or (by_bot and _BOT_BUMP.match(text)):
        return ChangeType.DEPENDENCIES
    return ChangeType.BUGFIX if _PLAIN_FIX.match(text) else None


def _innermost(title: str) -> Title:
    """Take apart what is left of a title when every `Revert "…"` around it is taken off."""
    for _ in range(_DEEPEST_REVERT):
        found = _REVERT.match(title)
        if not found:
            break
        title = found["title"].strip()
    return _apart(_PULL_REQUEST.sub("", title).rstrip())


def _apart(plain: str) -> Title:
    rest, breaking = plain, False
    types: list[ChangeType] = []
    topics: list[str] = []
    names: list[str] = []
    at = 0
    while (tag := _BRACKET.match(plain, at)) and tag.end() < len(plain):
        names.append(tag[1])
        at = tag.end()
    rest = plain[at:]
    prefix = _PREFIX.match(rest)
    if prefix and _is_prefix(prefix["words"]):
        names += [prefix["words"], *([prefix["scope"]] if prefix["scope"] else [])]
        breaking = bool(prefix["bang"])
        rest = rest[prefix.end() :]
    for name in names:
        words = [word for word in _SPLIT.split(name.lower()) if word]
        kinds = [_TYPE_WORDS[word] for word in words if word in _TYPE_WORDS]
        types += kinds
        topics += [word for word in words if _TYPE_WORDS.get(word) in _ALSO_TOPICS]
        topics += [" ".join(word for word in words if word not in _TYPE_WORDS)]
    if prefix and types[-1:] and types[-1] is not ChangeType.PERFORMANCE:
        types.sort(key=lambda kind: kind is ChangeType.PERFORMANCE)  # "[perf] fix: …" tells a topic, then the type
    breaking = breaking or ChangeType.BREAKING in types
    series = _series(plain)
    return Title(
        rest.strip() or plain,
        tuple(dict.fromkeys(types)),
        tuple(dict.fromkeys(topic for topic in topics if topic and not _NUMBERS.fullmatch(topic))),
        breaking,
        series,
    )


def _is_prefix(words: str) -> bool:
    # "fix:", "model runner:", "docs(ci):" announce; "Support vLLM with these flags:" is the sentence itself.
    most = 3
    return len(words.split()) <= most


def _series(subject: str) -> tuple[int, int | None] | None:
    found = _SERIES.search(subject)
    if not found:
        return None
    place, length = int(found[1]), int(found[2]) if found[2].isdigit() else None
    return (place, length) if place >= 1 and (length is None or place <= length) else None
