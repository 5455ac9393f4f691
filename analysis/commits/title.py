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
    RELEASE = "release"
    CHORE = "chore"


AROUND = frozenset({ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.DOCS})
"""Types of what surrounds the product."""

_TYPE_WORDS = {
    word: kind
    for kind, words in {
        ChangeType.FEATURE: "feat feats feature features enhancement enhancements enhance improvement improve 新增 新功能 功能 特性",
        ChangeType.BUGFIX: "fix fixes fixed bugfix bugfixes bug bugs hotfix fixup 修复 修正 缺陷",
        ChangeType.PERFORMANCE: "perf performance optimize optimization optimisation opt speedup 性能 优化",
        ChangeType.REFACTOR: "refactor refactoring refact cleanup clean-up 重构 清理",
        ChangeType.DOCS: "docs doc documentation readme docstring 文档",
        ChangeType.TESTS: "test tests testing ut unittest unittests e2e 测试 单测",
        ChangeType.CI_BUILD: "ci build docker wheel packaging cd workflow release-ci build-system dockerfile 构建 流水线",
        ChangeType.DEPENDENCIES: "deps dep dependencies dependency deps-dev bump vendor 依赖",
        ChangeType.REVERT: "revert reverts 回滚 撤销",
        ChangeType.SECURITY: "security sec cve 安全",
        ChangeType.BREAKING: "breaking breaking-change bc-breaking removal deprecation 破坏性变更 不兼容",
        ChangeType.CHORE: "chore misc minor style tiny nit release auto-sync 杂项",
    }.items()
    for word in words.split()
}

_BRACKET = re.compile(r"[\[【]([^\]】]{1,60})[\]】]\s*:?\s*")
_PREFIX = re.compile(
    r"(?P<words>[A-Za-z一-鿿][\w ./,&+-]{0,40}?)\s?(?:[(（](?P<scope>[^)）]{1,60})[)）])?(?P<bang>[!！])?(?::\s+|：\s*)(?=\S)"
)
_ITEM = re.compile(r"^[*•-]\s+(?=\S)")
_PULL_REQUEST = re.compile(r"\(#\d+\)$")
_SERIES = re.compile(r"(?:^|[\[(\s])(?:part\s+)?(\d{1,2})\s*/\s*(\d{1,2}|[nNxX])(?=[\])\s:]|$)", re.IGNORECASE)
_TAGS = r"(?:(?!\[re)\[[^\]]{1,60}\]\s?){0,3}(?:\w{1,12}(?:\([^)]{1,60}\))?!?:\s)?"
_BACK = r"(?:\[?revert\]?:?|reverts?|reverted|back(?:s|ed)? out|roll(?:s|ed)? back|回滚|撤销|回退)"
_AGAIN = r"(?:\[?re-?land\]?:?|\[?re-?apply\]?:?|re-?(?:lands?|appl(?:y|ies))|restores?|un-?reverts?|恢复|重新合入)"
_QUOTED = r"""(?:["“](?P<title>.+)["”]|“(?P<curly>.+)”|'(?P<single>.+)'|`(?P<code>.+)`)$"""
_REVERT = re.compile(rf"{_TAGS}{_BACK}[,，:：]?\s*{_QUOTED}", re.IGNORECASE)
_RESTORE = re.compile(rf"{_TAGS}{_AGAIN}[,，:：]?\s*{_QUOTED}", re.IGNORECASE)
# `revert: feat: …` quotes nothing and names the title all the same: https://www.conventionalcommits.org/en/v1.0.0/#specification.
_REVERT_PREFIX = re.compile(
    r"revert(?:\([^)]{1,60}\))?:\s+(?P<title>(?:\w{1,12}(?:\([^)]{1,60}\))?!?:|\[).+)$", re.IGNORECASE
)
_DEEPEST_REVERT = 20
_PLAIN_REVERT = re.compile(
    r"\s*(?:\[?reverts?(?:ed)?\b|back(?:s|ed)? out\b|roll(?:s|ed)? back\b|回滚|撤销|回退)", re.IGNORECASE
)
# What the product does, not what the commit does: "Revert to the saved layout when the window closes".
_REVERTS_ITSELF = re.compile(
    r"\s*(?:reverts?|rolls? back)\s+(?:back\s+)?(?:to|if|when|on)\b.*?\b(?:if|when|whenever|unless|after|once|on|upon|for|in case)\b",
    re.IGNORECASE,
)
_PLAIN = (
    (ChangeType.REVERT, re.compile(r"回滚|撤销|回退")),
    (ChangeType.PERFORMANCE, re.compile(
        r"(?:remov|avoid|skip|eliminat|sav)\w*\s+(?:the\s+|an?\s+)?(?:(?:un(?:necessary|needed)|redundant|extra|needless|useless|duplicated?|costly|expensive)\s+)"
        r"(?:\w+\s+){0,3}(?:clones?|cop(?:y|ies)|`?contiguous\b|syncs?|synchroni[sz]ations?|allocations?|transfers?|memcpys?|casts?|conversions?|lookups?|launches)\b",
        re.IGNORECASE)),
    (ChangeType.SECURITY, re.compile(r"安全漏洞|.{0,12}(?:注入漏洞|越权|漏洞)")),
    (ChangeType.BUGFIX, re.compile(r"修复|修正|修补|解决|避免|防止")),
    (ChangeType.PERFORMANCE, re.compile(r"优化.{0,30}(?:性能|速度|延迟|吞吐|内存|显存|开销)|(?:提升|提高|加快|加速|降低|减少).{0,30}(?:性能|速度|延迟|吞吐|耗时|开销|占用)|.{0,20}性能优化")),
    (ChangeType.DOCS, re.compile(r"(?:更新|补充|完善|新增|添加|修改)?.{0,12}(?:文档|说明|注释|README)$")),
    (ChangeType.TESTS, re.compile(r"(?:更新|补充|完善|新增|添加|增加)?.{0,16}(?:测试用例|单元测试|测试)$")),
    (ChangeType.DEPENDENCIES, re.compile(r"(?:升级|更新)依赖|升级.{1,40}(?:到|至)\s?v?\d")),
    (ChangeType.REFACTOR, re.compile(r"重构|重命名|整理|清理|简化|拆分|抽取|移动|优化.{0,20}(?:结构|代码|逻辑)")),
    (ChangeType.FEATURE, re.compile(r"新增|添加|增加|支持|引入|实现|适配|接入|允许|提供")),
)  # fmt: skip
"""Titles that leave no doubt. The classifier's words are English, so Chinese ones are read here."""
_PLAIN_BUMP = re.compile(
    r"\W*bump\s+[\w@./\[\]-]+\s+(?:from|to|in)\b|\W*pre-commit autoupdate|\[pre-commit", re.IGNORECASE
)
_BOT_BUMP = re.compile(r"\W*(?:bump|upgrade|update)\b", re.IGNORECASE)
_SPLIT = re.compile(r"[\s,&+/]+")
_NUMBERS = re.compile(r"[\dnx]+( [\dnx]+)?")
_TELLS_NOTHING = re.compile(
    r"(?:\W|\d)*"
    r"|(?:(?:small|minor|tiny|some|more|misc|various|quick|initial|the|a|an|and|of|to|for|pr|review|code|few|other|new|wip|tmp|temp|test|my|address|apply|on|from)\W+)*"
    r"(?:fix(?:es|ed)?|wip|updates?|changes?|comments?|cleanup|clean up|typos?|tweaks?|stuff|work|misc|nits?|refactor|improvements?|"
    r"feedback|suggestions?(?: from (?:code )?review)?|lint|review|ci|docs?|format|tests?|commit|merge|rebase|squash|patch|init|done|final|test|temp|tmp|save|checkpoint|progress|bug ?fix(?:es)?|修复|更新|修改|优化)\W*"
    r"|(?:update|fix|edit|modify|add|change|create|delete)?\s?[\w./-]+\.(?:py|rs|go|ts|tsx|js|c|cc|cpp|cu|h|java|md|rst|ya?ml|toml|json|txt|sh)"
    r"(?:(?:,| and| &)\s[\w./-]+\.\w{1,5})*(?:\s\([\w.-]+\))?\.*"
    r"|[\w.-]+/[\w./-]+(?:[ _-]\w+){0,4}"
    r"|(?=\S*[-_]\S*[-_])[\w-]+"
    r"|\[?auto[- ]?sync\]?.*",
    re.IGNORECASE,
)
"""A number, a word for any change, a file's name, a branch's name."""

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
        """Whether it says nothing of the change: a number, "fix", a file or a branch by name."""
        return self.reverts is None and bool(_TELLS_NOTHING.fullmatch(self.text.strip()))


def read_title(subject: str) -> Title:
    """Take a commit's subject apart."""
    whole = subject.strip()
    plain = _PULL_REQUEST.sub("", whole).rstrip() or whole
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
        inner = _taken_back(_PULL_REQUEST.sub("", title.strip()).rstrip())
        if inner is None:
            break
        title, in_force = _PULL_REQUEST.sub("", inner).rstrip() or inner, not in_force
    return title, in_force


def plain_type(text: str, *, by_bot: bool) -> ChangeType | None:
    """Return the type that a title's words alone leave no doubt about; None for most."""
    if says_revert(text):
        return ChangeType.REVERT
    if _PLAIN_BUMP.match(text) or (by_bot and _BOT_BUMP.match(text)):
        return ChangeType.DEPENDENCIES
    return next((kind for kind, form in _PLAIN if form.match(text)), None)


def says_revert(text: str) -> bool:
    """Whether a title says that something is taken back, be it not said which commit."""
    return bool(_PLAIN_REVERT.match(text)) and not _REVERTS_ITSELF.match(text)


def _taken_back(plain: str) -> str | None:
    """Return the title that a subject without its number takes back; `Revert "…"` where it brings one back."""
    found = _REVERT.match(plain) or _REVERT_PREFIX.match(plain)
    if found:
        return next(text for text in found.groups() if text).strip()
    found = _RESTORE.match(plain)
    return f'Revert "{next(text for text in found.groups() if text).strip()}"' if found else None


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
    tags = list(names)
    deed = next((f"[{name}]" for name in names if name.lower() in _DEEDS), "")
    if prefix and _is_prefix(prefix["words"]):
        tags.append(prefix["scope"] or prefix["words"])
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
        _ITEM.sub("", rest.strip()) or plain,
        tuple(dict.fromkeys(types)),
        tuple(dict.fromkeys(topic for topic in topics if topic and not _NUMBERS.fullmatch(topic))),
        breaking,
        series,
        scope=next((name.strip() for name in reversed(tags) if _is_scope(name)), ""),
        deed=deed,
    )


def _is_scope(name: str) -> bool:
    """Whether a tag or a scope says where, not what kind of change, which version or which part of a series."""
    words = [word for word in _SPLIT.split(name.lower()) if word]
    is_said = any(word not in _TYPE_WORDS and word not in _MARKS and word not in _DEEDS for word in words)
    return is_said and bool(re.search(r"[^\W\d_]{2}", name)) and not re.search(r"\bv?\d+\.\d", name)


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
    found = _SERIES.search(subject)
    if not found:
        return None
    place, length = int(found[1]), int(found[2]) if found[2].isdigit() else None
    return (place, length) if place >= 1 and (length is None or place <= length) else None
