"""Whether a text tells a change the wrong way round: "removed" of what was added, "raised" of what was lowered.

Only what the diff decides is judged: a verb with the name or the numbers right beside it. Everything else passes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from analysis.commit import FileChange


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that were changed together: what stood there, and what stands there now."""

    removed: str
    added: str


@dataclass(frozen=True)
class Changes:
    """What a diff takes away and what it brings.

    Attributes:
        runs: in the order of the diff; a file's old and new path are one too.
        came, gone: paths of files that are new, or that are not there any more.
        stayed: paths of files that were there before and still are.
    """

    runs: tuple[Run, ...] = ()
    came: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    stayed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, files: Iterable[FileChange]) -> "Changes":
        """The changes of some files."""
        files = tuple(files)
        runs = [run for file in files for run in _runs(file.patch or "")]
        runs += [Run(file.old_path, file.path) for file in files if file.old_path]
        by = {status: [file for file in files if file.status == status] for status in {file.status for file in files}}
        old = [file.old_path for file in by.get("renamed", ()) if file.old_path]
        return cls(
            tuple(runs),
            frozenset(file.path for status in ("added", "renamed", "copied") for file in by.get(status, ())),
            frozenset([*(file.path for file in by.get("removed", ())), *old]),
            frozenset(file.path for status in ("modified", "changed") for file in by.get(status, ())),
        )

    @cached_property
    def _removed(self) -> str:
        return "\n".join(run.removed for run in self.runs)

    @cached_property
    def _added(self) -> str:
        return "\n".join(run.added for run in self.runs)

    def came_only(self, name: str) -> bool:
        """Whether the diff brings `name` and takes it away nowhere."""
        return _holds(self._added, name) and not _holds(self._removed, name)

    def went_only(self, name: str) -> bool:
        """Whether the diff takes `name` away and brings it nowhere."""
        return _holds(self._removed, name) and not _holds(self._added, name)

    def replaces(self, old: str, new: str) -> bool:
        """Whether `old` gave way to `new`: in one place, or each on its side throughout."""
        in_place = any(_holds(run.removed, old) and _holds(run.added, new) for run in self.runs)
        return in_place or (self.went_only(old) and self.came_only(new))

    @cached_property
    def numbers(self) -> tuple[tuple[float, float, str], ...]:
        """Numbers that changed in lines that are the same otherwise: before, after, and the line."""
        found = []
        for run in self.runs:
            old_lines = {_NUMBER.sub("0", line): line for line in run.removed.split("\n")}
            for line in run.added.split("\n"):
                was = old_lines.get(_NUMBER.sub("0", line))
                if was is not None and was != line:
                    pairs = zip(_NUMBER.findall(was), _NUMBER.findall(line), strict=True)
                    found += [
                        (_value(one), _value(other), line) for one, other in pairs if _value(one) != _value(other)
                    ]
        return tuple(found)


NO_CHANGES = Changes()


def _runs(patch: str) -> Iterator[Run]:
    for is_changed, lines in groupby(patch.split("\n"), key=lambda line: line[:1] in {"+", "-"}):
        if is_changed:
            run = list(lines)
            yield Run(*("\n".join(line[1:] for line in run if line[0] == mark) for mark in "-+"))


def _holds(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        around = text[at - 1 : at] if at else "", text[at + len(name) : at + len(name) + 1]
        if not (_WORD.match(around[0]) and _WORD.match(name[0])) and not (
            _WORD.match(around[1]) and _WORD.match(name[-1])
        ):
            return True
        at = text.find(name, at + 1)
    return False


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("_", ""))


_WORD = re.compile(r"\w", re.ASCII)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,_]{0,30}(?:\.\d{1,20})?(?![\w.]*\d)", re.ASCII)
_LONGEST_CLAUSE = 400
_CLAUSE = re.compile(r"[,;:!?，。；：！？\n]|\.(?=\s|$)|\s(?:and|but|while)\s|(?:并且|并|而)(?=[一-鿿])")
_QUOTED = re.compile(r"“[^”\n]{1,300}”|(?<![`\w])\"[^\"\n]{8,300}\"")
_PLAIN = (
    r"(?-i:`[^`\n]{1,120}`|(?<![\w-])--[a-z][\w-]{1,80}|\b\w{1,60}_\w{1,60}\b|\b[a-z]{1,40}[A-Z][A-Za-z0-9]{1,60}\b"
    r"|\b[A-Z][a-z0-9]{1,40}[A-Z][A-Za-z0-9]{0,60}\b)"
)
_NAME = rf"(?P<name>{_PLAIN})"
_VALUE = rf"(?:{_PLAIN}|[\w.-]{{0,60}}\d[\w.-]{{0,60}})"
_FILL = r"(?:(?!(?:in|to|from|for|of|with|by|into|on|at|that|which|where|under|support)\b)[a-z-]{1,20}\s){0,4}"
_ENDS = (
    r"(?=\s*(?:$|[^\sA-Za-z`]|(?:from|in|to|into|for|with|which|that|as|so|on|at|by|when|because|again|instead|function|method|class"
    r"|argument|parameter|flag|option|field|variable|endpoint|property|file|module|job|test|entry)\b))(?!\s*[中里的内上下])"
)
_FREE = r"(?<!\bin )(?<!\bfrom )(?<!\bof )(?<!\bfor )(?<!\bto )(?<!\bby )(?<!\bwith )(?<!\bat )(?<!\bon )(?<![在从对为] )(?<![在从对为])"
_BETWEEN = r"\s*(?:[a-z]{1,20}\s){0,5}"
_HAN = r"[了的一-鿿]{0,8}?\s?"


def _either(active: str, passive: str, active_zh: str, passive_zh: str) -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(rf"\b(?:{active})\s{_FILL}{_NAME}{_ENDS}", re.ASCII | re.IGNORECASE),
        re.compile(
            rf"{_FREE}{_NAME}{_BETWEEN}(?:is|are|was|were|has been|have been|gets)\s(?:now\s)?(?:{passive})\b",
            re.ASCII | re.IGNORECASE,
        ),
        re.compile(rf"(?:{active_zh}){_HAN}{_NAME}{_ENDS}", re.ASCII),
        re.compile(rf"{_FREE}{_NAME}\s?(?:[一-鿿]{{0,4}})(?:已被|已经|已|被)(?:{passive_zh})(?=\s*(?:$|了))", re.ASCII),
    )


_ADDS = _either(
    r"adds?|added|adding|introduces?|introduced|creates?|created",
    r"added|introduced|new|created",
    r"新增|增加|添加|加入|引入|新建",
    r"新增|增加|添加|加入|引入",
)
_REMOVES = _either(
    r"removes?|removed|removing|deletes?|deleted|drops?|dropped",
    r"removed|deleted|dropped|gone|not (?:read|used) any more|no longer (?:read|used|there)",
    r"删除|移除|去除|去掉|删去|取消",
    r"删除|移除|去除|去掉|删去|取消",
)
_UP = re.compile(
    r"\b(?:rais(?:e[sd]?|ing)|increas(?:e[sd]?|ing)|bump(?:s|ed)?|grows?|grew|doubl(?:es?|ed)|lengthen(?:s|ed)?|upgrad(?:es?|ed))\b"
    r"|提高|提升|增大|调高|上调|扩大|翻倍|升至|升到|升级|增加到|增至",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:lower(?:s|ed|ing)?|reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|halv(?:es?|ed)|shrinks?|shrank|shorten(?:s|ed)?|downgrad(?:es?|ed))\b"
    r"|降低|减小|缩小|下调|降为|降至|降到|减半|降级|减少到|减至|缩短",
    re.IGNORECASE,
)
_PAIRS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"\bfrom\s(?P<old>{_VALUE})\s(?:back\s)?to\s(?P<new>{_VALUE})",
        rf"(?:从|由)\s?(?P<old>{_VALUE})\s?[一-鿿]{{0,6}}?(?:到|至|为|成|回|→|->)\s?(?P<new>{_VALUE})",
        rf"(?P<old>{_VALUE})\s?(?:->|→|=>)\s?(?P<new>{_VALUE})",
        rf"(?P<old>{_VALUE})\s(?:is|are|was|were)?\s?(?:now\s)?(?:replaced\s(?:by|with)|renamed\sto|becomes?|gives\sway\sto)\s(?P<new>{_VALUE})",
        rf"\b(?:replac(?:es?|ed|ing)|renam(?:es?|ed|ing))\s(?P<old>{_VALUE})\s(?:by|with|to)\s(?P<new>{_VALUE})",
        rf"(?P<new>{_VALUE})\sinstead\sof\s(?P<old>{_VALUE})",
        rf"(?P<old>{_VALUE})\s?(?:被)?(?:改名为|重命名为|替换为|改为|变为)\s?(?P<new>{_VALUE})",
    )
)
_TARGET = re.compile(rf"(?:\bto|至|到|为)\s?(?P<new>{_NUMBER.pattern})", re.ASCII | re.IGNORECASE)


def turned_round(text: str, changes: Changes) -> list[str]:
    """Return the pieces of `text` that the diff shows to be the other way round."""
    if not changes.runs:
        return []
    found = []
    for clause in _clauses(text):
        pairs = [
            (match["old"].strip("`."), match["new"].strip("`."))
            for pattern in _PAIRS
            for match in pattern.finditer(clause)
        ]
        is_wrong = (
            any(_is_gone(name, changes) for name in _named(clause, _ADDS))
            or any(_is_here(name, changes) for name in _named(clause, _REMOVES))
            or any(changes.replaces(new, old) and not changes.replaces(old, new) for old, new in pairs if old != new)
            or _is_against(clause, pairs, changes)
        )
        if is_wrong:
            found.append(clause)
    return found


def _clauses(text: str) -> Iterator[str]:
    """Cut a text at what separates statements, but not within code; what it quotes is somebody else's statement."""
    text = _QUOTED.sub(lambda quote: " " * len(quote[0]), text)
    masked = re.sub(r"`[^`\n]*`", lambda code: "x" * len(code[0]), text)
    at = 0
    for match in _CLAUSE.finditer(masked):
        if text[at : match.start()].strip():
            yield text[at : match.start()].strip()[:_LONGEST_CLAUSE]
        at = match.end()
    if text[at:].strip():
        yield text[at:].strip()[:_LONGEST_CLAUSE]


def _named(clause: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(clause):
            name = match["name"].strip("`").removesuffix("()")
            yield name if "/" in name or " " in name else name.split("=")[0]


def _is_gone(name: str, changes: Changes) -> bool:
    """Whether something that is said to be new was taken away."""
    if _is_among(name, changes.gone) and not _is_among(name, changes.came):
        return True
    return changes.went_only(_last(name))


def _is_here(name: str, changes: Changes) -> bool:
    """Whether something that is said to be gone came, or is a file that stays."""
    if _is_among(name, changes.came | changes.stayed):
        return not _is_among(name, changes.gone)
    return changes.came_only(_last(name))


def _is_among(name: str, paths: Iterable[str]) -> bool:
    return ("." in name or "/" in name) and any(path == name or path.endswith(f"/{name}") for path in paths)


def _last(name: str) -> str:
    """A qualified name's own part: what surrounds it stands elsewhere in a diff."""
    return name.rpartition(".")[2] if re.fullmatch(r"[A-Za-z_][\w.]*\w", name) else name


def _is_against(clause: str, pairs: Sequence[tuple[str, str]], changes: Changes) -> bool:
    """Whether a clause calls numbers higher that are lower, or the other way round."""
    up, down = bool(_UP.search(clause)), bool(_DOWN.search(clause))
    if up == down:
        return False
    numbers = [(_value(old), _value(new)) for old, new in pairs if _NUMBER.fullmatch(old) and _NUMBER.fullmatch(new)]
    if numbers:
        return all((old > new) if up else (old < new) for old, new in numbers)
    targets = {_value(match["new"]) for match in _TARGET.finditer(clause)}
    names = [match[0].strip("`") for match in re.finditer(_PLAIN, clause)]
    told = [
        (old, new)
        for old, new, line in changes.numbers
        if (targets and {old, new} & targets) or (not targets and any(_holds(line, _last(name)) for name in names))
    ]
    return bool(told) and all((old > new) if up else (old < new) for old, new in told)
