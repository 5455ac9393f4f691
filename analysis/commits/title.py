"""What a commit's title says about itself: prefix, tags, series, the commit it reverts."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS


class ChangeType(StrEnum):
    """What a change is, a closed set; if several apply, they are in the title's order.

    `unknown` is a change whose diff was not seen and whose author did not say; nobody asks for it.
    """

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
    RELEASE = "release"
    CHORE = "chore"
    UNKNOWN = "unknown"


KNOWN_TYPES = tuple(kind for kind in ChangeType if kind is not ChangeType.UNKNOWN)
"""The types that people and models use."""

AROUND = frozenset({ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.DOCS})
"""Types of what surrounds the product."""

_PATTERNS = Patterns(__file__, "title")
_DEEPEST_REVERT = 20
_ALSO_TOPICS = {ChangeType.CI_BUILD, ChangeType.DOCS, ChangeType.TESTS, ChangeType.DEPENDENCIES, ChangeType.SECURITY}


@cache
def _type_words() -> dict[str, ChangeType]:
    return {word: ChangeType(kind) for kind, words in WORDS["title.types"].items() for word in words}


@dataclass(frozen=True, slots=True)
class Title:
    """A parsed title.

    Attributes:
        text: what is left when tags, prefix and pull request number are taken off; never empty if the title is not.
        types: the change types that its prefix and tags name, in that order.
        topics: what else the tags, the prefix and its scope name, lower case (`amd`, `diffusion`).
        breaking: `!` before the colon, or a tag that says so.
        series: place and length of a series (`[2/3]`, length None for `[1/n]`), if it says.
        reverts: the title that it takes back, if it is git's `Revert "…"` or one of its likes; of what brings a change
            back, `Revert "…"` of that change.
        restores: the title of the change that is in force again by it: of a reapplied commit, or of a revert's revert.
        scope: the part of the project that its prefix or tag names, as written; empty where they name a type or nothing.
        deed: a tag that says what was done to what the text names, as written (`[FIXED]`): without it, the trouble reads as the news.
    """

    text: str
    types: tuple[ChangeType, ...] = ()
    topics: tuple[str, ...] = ()
    breaking: bool = False
    series: tuple[int, int | None] | None = None
    reverts: str | None = None
    restores: str | None = None
    scope: str = ""
    deed: str = ""

    @property
    def tells_nothing(self) -> bool:
        """Whether it says nothing about the change: a number, "fix", the name of a file or branch."""
        return self.reverts is None and bool(_PATTERNS.tells_nothing.fullmatch(self.text.strip()))


@lru_cache(maxsize=64)
def read_title(subject: str) -> Title:
    """Parse a commit's subject; cached, because each stage that a commit passes through reads it."""
    whole = subject.strip()
    plain = _PATTERNS.pull_request.sub("", whole).rstrip() or whole
    reverted = _taken_back(plain)
    if reverted is None:
        return _apart(plain)
    innermost, was_in_force = in_force_by(reverted)
    in_force = not was_in_force
    inner = _apart(innermost)
    types = inner.types if in_force else (ChangeType.REVERT,)
    return Title(
        plain, types, inner.topics, reverts=reverted, restores=innermost if in_force else None, scope=inner.scope
    )


def in_force_by(title: str) -> tuple[str, bool]:
    """Return the title that is left when every `Revert "…"` around it is taken off, and whether that change is in force."""
    in_force = True
    for _ in range(_DEEPEST_REVERT):
        inner = _taken_back(_PATTERNS.pull_request.sub("", title.strip()).rstrip())
        if inner is None:
            break
        title, in_force = _PATTERNS.pull_request.sub("", inner).rstrip() or inner, not in_force
    return title, in_force


def plain_type(text: str, *, by_bot: bool) -> ChangeType | None:
    """Return the type that a title's words alone make certain; None for most."""
    if says_revert(text):
        return ChangeType.REVERT
    if _PATTERNS.plain_bump.match(text) or (by_bot and _PATTERNS.bot_bump.match(text)):
        return ChangeType.DEPENDENCIES
    return next((ChangeType(kind) for kind, form in WORDS.patterns("title.plain").items() if form.match(text)), None)


def says_revert(text: str) -> bool:
    """Whether a title says that something is reverted, even without saying which commit."""
    return bool(_PATTERNS.plain_revert.match(text)) and not _PATTERNS.reverts_itself.match(text)


def _taken_back(plain: str) -> str | None:
    """Return the title that a subject without its number takes back; `Revert "…"` where it brings one back."""
    found = _PATTERNS.revert.match(plain) or _PATTERNS.revert_prefix.match(plain)
    if found:
        return next(text for text in found.groups() if text).strip()
    found = _PATTERNS.restore.match(plain)
    return f'Revert "{next(text for text in found.groups() if text).strip()}"' if found else None


def _apart(plain: str) -> Title:
    rest, breaking = plain, False
    types: list[ChangeType] = []
    topics: list[str] = []
    names: list[str] = []
    kind_of = _type_words()
    at = 0
    while (tag := _PATTERNS.bracket.match(plain, at)) and tag.end() < len(plain):
        names.append(tag[1])
        at = tag.end()
    rest = plain[at:]
    prefix = _PATTERNS.prefix.match(rest)
    tags = list(names)
    deed = next((f"[{name}]" for name in names if name.lower() in _DEEDS), "")
    if prefix and _is_prefix(prefix["words"]):
        tags.append(prefix["scope"] or prefix["words"])
        names += [prefix["words"], *([prefix["scope"]] if prefix["scope"] else [])]
        breaking = bool(prefix["bang"])
        rest = rest[prefix.end() :]
    for name in names:
        words = [word for word in _PATTERNS.split.split(name.lower()) if word]
        kinds = [kind_of[word] for word in words if word in kind_of]
        if prefix and name == prefix["words"] and len(kinds) < len(words):
            kinds = [
                kind for kind in kinds if kind is not ChangeType.CI_BUILD
            ]  # "docker SD: …" is about a part of that name
        types += kinds
        topics += [word for word in words if kind_of.get(word) in _ALSO_TOPICS and kind_of[word] in kinds]
        topics += [" ".join(word for word in words if word not in kind_of)]
    if prefix and types[-1:] and types[-1] is not ChangeType.PERFORMANCE:
        types.sort(key=lambda kind: kind is ChangeType.PERFORMANCE)  # "[perf] fix: …" tells a topic, then the type
    breaking = breaking or ChangeType.BREAKING in types
    series = _series(plain)
    return Title(
        _PATTERNS.item.sub("", rest.strip()) or plain,
        tuple(dict.fromkeys(types)),
        tuple(dict.fromkeys(topic for topic in topics if topic and not _PATTERNS.numbers.fullmatch(topic))),
        breaking,
        series,
        scope=next((name.strip() for name in reversed(tags) if _is_scope(name)), ""),
        deed=deed,
    )


def _is_scope(name: str) -> bool:
    """Whether a tag or a scope says where, not what kind of change, which version or which part of a series."""
    words = [word for word in _PATTERNS.split.split(name.lower()) if word]
    is_said = any(word not in _type_words() and word not in _MARKS and word not in _DEEDS for word in words)
    return is_said and bool(_PATTERNS.letters.search(name)) and not _PATTERNS.number.search(name)


_MARKS = {
    "wip",
    "rfc",
    "nfc",
    "draft",
    "skip",
    "cherry-pick",
    "backport",
    "auto",
    "bot",
    "hot",
    "important",
    "all",
    "core",
    "general",
    "main",
    "master",
    "trunk",
    "dev",
    "develop",
    "follow",
    "up",
}
"""Words in brackets that say of no part of the project that it is touched."""


_DEEDS = {"fixed", "added", "changed", "removed", "improved", "updated", "deprecated", "renamed", "dropped"}
"""Tags that are the verb of the sentence after them."""


def _is_prefix(words: str) -> bool:
    # "fix:", "model runner:", "docs(ci):" announce; "Support vLLM with these flags:" is the sentence itself.
    most = 3
    return len(words.split()) <= most


def _series(subject: str) -> tuple[int, int | None] | None:
    found = _PATTERNS.series.search(subject)
    if not found:
        return None
    place, length = int(found[1]), int(found[2]) if found[2].isdigit() else None
    return (place, length) if place >= 1 and (length is None or place <= length) else None
