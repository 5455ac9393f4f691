"""Whether a text tells a change the wrong way round: "removed" of what was added, "raised" of what was lowered.

Only what the diff decides is judged: a verb with the name or the numbers right beside it. A name that is said to be new,
gone or renamed must stand in a changed line. Everything else passes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from analysis.llm.verify.changes import NUMBER, Changes, holds, value

_LONGEST_CLAUSE = 400
_CLAUSE = re.compile(r"[,;:!?，。；：！？\n]|\.(?=\s|$)|\s(?:and|but|while)\s|(?:并且|并|而)(?=[一-鿿])")
_QUOTED = re.compile(r"“[^”\n]{1,300}”|(?<![`\w])\"[^\"\n]{8,300}\"")
_PLAIN = (
    r"(?-i:`[^`\n]{1,120}`|(?<![\w-])--[a-z][\w-]{1,80}|\b\w{1,60}_\w{1,60}\b|\b[a-z]{1,40}[A-Z][A-Za-z0-9]{1,60}\b"
    r"|\b[A-Z][a-z0-9]{1,40}[A-Z][A-Za-z0-9]{0,60}\b)"
)
NAME = rf"(?P<name>{_PLAIN})"
_VALUE = rf"(?:{_PLAIN}|True\b|False\b|None\b|[\w.-]{{0,60}}\d[\w.-]{{0,60}})"
_FILL = (
    r"(?:(?!(?:in|to|from|for|of|with|by|into|on|at|that|which|where|under|support|above|below|around|before|after|between|inside|within"
    r"|over|via|through|against|about|near|behind|outside|without|than|calling|using)\b)[a-z-]{1,20}\s){0,4}"
)
_ENDS = (
    r"(?=\s*(?:$|[^\sA-Za-z`]|(?:from|in|to|into|for|with|which|that|as|so|on|at|by|when|because|again|instead|function|method|class"
    r"|argument|parameter|flag|option|field|variable|endpoint|property|file|module|job|test|entry)\b))(?!\s*[中里的内上下])"
)
_FREE = r"(?<!\bin )(?<!\bfrom )(?<!\bof )(?<!\bfor )(?<!\bto )(?<!\bby )(?<!\bwith )(?<!\bat )(?<!\bon )(?<![在从对为] )(?<![在从对为])"
_BETWEEN = r"\s*(?:[a-z]{1,20}\s){0,5}"
_HAN = r"[一-鿿]{0,8}?\s?"


def _either(active: str, passive: str, active_zh: str, passive_zh: str) -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(rf"\b(?:{active})\s{_FILL}{NAME}{_ENDS}", re.ASCII | re.IGNORECASE),
        re.compile(
            rf"{_FREE}{NAME}{_BETWEEN}(?:is|are|was|were|has been|have been|gets)\s(?:now\s)?(?:{passive})\b",
            re.ASCII | re.IGNORECASE,
        ),
        re.compile(rf"(?:{active_zh}){_HAN}{NAME}{_ENDS}", re.ASCII),
        re.compile(rf"{_FREE}{NAME}\s?(?:[一-鿿]{{0,4}})(?:已被|已经|已|被)(?:{passive_zh})(?=\s*(?:$|了))", re.ASCII),
    )


_ADDS = _either(
    r"adds?|added|adding|introduces?|introduced|creates?|created|gains?|gained|gets?\s(?:an?\s|one\s|another\s)?(?:new|further)",
    r"added|introduced|(?:an?\s)?new|created",
    r"新增|增加|添加|加入|引入|新建",
    r"新增|增加|添加|加入|引入",
)
_REMOVES = (
    re.compile(rf"{NAME}\sno\slonger\sexists\b", re.ASCII | re.IGNORECASE),
    *_either(
        r"removes?|removed|removing|deletes?|deleted|drops?|dropped|loses?|lost",
        r"removed|deleted|dropped|gone|not (?:read|used) any more|no longer (?:read|used|there|called|imported|installed|defined)",
        r"删除|移除|去除|去掉|删去|取消",
        r"删除|移除|去除|去掉|删去|取消",
    ),
)
_USES = (
    re.compile(
        rf"\bnow\s(?:imports?|uses?|calls?|reads?|takes|passes|returns?|inherits(?:\sfrom)?|goes\sthrough)\s{_FILL}{NAME}{_ENDS}",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(rf"{_FREE}{NAME}\s(?:is|are)\snow\s(?:imported|used|called|read|installed)\b", re.ASCII | re.IGNORECASE),
    re.compile(rf"(?:现在|改为)(?:使用|调用|导入|读取|通过){_HAN}{NAME}{_ENDS}", re.ASCII),
)
_LEAVES = (
    re.compile(
        rf"\b(?:no\slonger|stops)\s(?:import|us|call|read|defin|declar|contain|pass|inherit)(?:s|es|ing|ing\sfrom)?\s{_FILL}{NAME}{_ENDS}",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(rf"(?:不再)(?:使用|调用|导入|读取|依赖|通过|经由|定义|包含){_HAN}{NAME}", re.ASCII),
)
_IMPORTS = re.compile(r"\bimport|导入", re.IGNORECASE)
_RENAMES = (
    re.compile(rf"\brenames?\s{_FILL}{NAME}", re.ASCII | re.IGNORECASE),
    re.compile(rf"{_FREE}{NAME}\s(?:is|was)\s(?:now\s)?renamed\b", re.ASCII | re.IGNORECASE),
    re.compile(rf"{NAME}\s?(?:被)?(?:改名|重命名)", re.ASCII),
)
_FILE = re.compile(r"(?:^|\b(?:in|from|to|into|by)\s|[在从])\s?`?(?P<path>[\w./-]{1,200}\.[A-Za-z]\w{0,5})\b", re.ASCII)
_PLAIN_WORDS = frozenset({
    "the", "a", "an", "its", "their", "new", "old", "unused", "obsolete", "redundant", "deprecated", "dead", "static",
    "helper", "function", "method", "class", "field", "flag", "argument", "parameter", "option", "environment",
    "variable", "constraint", "constant", "import", "imports", "attribute", "property", "module", "endpoint", "switch",
    "setting", "package", "is", "are", "was", "were", "has", "have", "been", "gets", "now", "no", "longer", "imported",
})  # fmt: skip
_PLAIN_HAN = re.compile(
    r"(?:不再|现在|改为)?(?:[一-鿿]{2}了?)?(?:一个|新的?|旧的?|无用的?|冗余的?|不再使用的|未使用的|函数|方法|类|参数|字段|环境变量|变量|选项|常量|约束)*"
)
"""What may stand between a verb and a name that the verb is about, and nothing else is."""
_UP = re.compile(
    r"\b(?:rais(?:e[sd]?|ing)(?!\s(?:an?\s)?`?\w*(?:Error|Exception|Warning|error|exception|warning)\b)|increas(?:e[sd]?|ing)|bump(?:s|ed)?|grows?|grew|doubl(?:es?|ed)|lengthen(?:s|ed)?|upgrad(?:es?|ed))\b"
    r"|提高|提升|增大|调高|上调|扩大|翻倍|翻番|加倍|升至|升到|升级|增加到|增至",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:lower(?:s|ed|ing)?|reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|halv(?:es?|ed|ing)|shrinks?|shrank|shorten(?:s|ed)?|downgrad(?:es?|ed))\b"
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
        rf"(?P<new>{_VALUE})\s(?:now\s)?replaces\s(?P<old>{_VALUE})(?!\s(?:by|with|to)\b)",
        rf"(?P<old>{_VALUE})\s?(?:被)?(?:改名为|重命名为|替换为|改为|变为)\s?(?P<new>{_VALUE})",
    )
)
_PLACE = r"(?:`[^`\n]{1,120}`|[A-Za-z][\w./-]{1,60})"
_PLACES = (
    re.compile(
        rf"\bfrom\s(?:the\s)?(?P<old>{_PLACE})\s(?:back\s)?(?:in)?to\s(?:the\s)?(?P<new>{_PLACE})",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:on|in|by)\s(?:the\s)?(?P<new>{_PLACE})\sinstead\sof\s(?:on\s|in\s|by\s)?(?:the\s)?(?P<old>{_PLACE})",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(rf"[从由]\s?(?P<old>{_PLACE})\s?[一-鿿]{{0,6}}?[到至回]\s?(?P<new>{_PLACE})", re.ASCII),
)
_MOVES = re.compile(r"\bmov|\bmigrat|移|迁|instead", re.IGNORECASE)
_RETURNS = re.compile(
    r"\bback\b|\bcop(?:y|ied|ies|ying)\b|no\slonger|\bavoid|\bnot\b|\bnever\b|\bwithout\b|回|拷贝|复制|不再|避免|无需",
    re.IGNORECASE,
)
"""What says that data is moved, not code, or that something is not moved."""
_TITLE_TO = re.compile(
    r"(?:\b(?:in|on)?to\s(?:the\s)?|->\s?|→\s?|=>\s?|[到至]\s?)`?([\w./-]{2,80})", re.ASCII | re.IGNORECASE
)
_TITLE_FROM = re.compile(r"(?:\bfrom\s(?:the\s)?|[从由]\s?)`?([\w./-]{2,80})", re.ASCII | re.IGNORECASE)
_FACTORS = (
    (re.compile(r"\bdoubl(?:es?|ed)\b|加倍|翻倍|翻番", re.IGNORECASE), 1.6, 2.6),
    (re.compile(r"\bhalv(?:es?|ed|ing)\b|减半", re.IGNORECASE), 0.38, 0.63),
)
"""What says by how much a number changed, and how much that is at least and at most: authors say it of 500 and 1024 too."""
_QUANTITIES = re.compile(
    r"\bdefault\b|\blimits?\b|\btime-?outs?\b|\bthresholds?\b|\bm(?:ax|in)imum\b|长度|超时|上限|下限|大小|容量|阈值|并发|数量|间隔|次数|默认值",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[a-z]{4,}")
_TARGET = re.compile(rf"(?:\bto|至|到|为)\s?(?P<new>{NUMBER.pattern})", re.ASCII | re.IGNORECASE)


def turned_round(text: str, changes: Changes) -> list[str]:
    """Return the pieces of `text` that the diff shows to be the other way round."""
    if not changes.runs:
        return []
    found = []
    for clause in clauses(text):
        pairs = [
            (changes.whole(match["old"].strip("`.")), changes.whole(match["new"].strip("`.")))
            for pattern in _PAIRS
            for match in pattern.finditer(clause)
        ]
        there = _in_its_file(clause, changes)
        adds, removes, uses, leaves = (_matches(clause, verbs) for verbs in (_ADDS, _REMOVES, _USES, _LEAVES))
        imports = [*uses, *leaves] if _IMPORTS.search(clause) else []
        is_wrong = (
            any(_is_gone(_name(match), there) for match in adds)
            or any(_is_here(_name(match), there) for match in removes)
            or any(_is_lost(_name(match), there) for match in uses)
            or any(_is_used(_name(match), there) for match in leaves)
            or any(
                _is_plainly_of(match, clause) and changes.stands_around(_last(_name(match)))
                for match in (*adds, *removes, *imports, *_matches(clause, _RENAMES))
            )
            or any(changes.replaces(new, old) and not changes.replaces(old, new) for old, new in pairs if old != new)
            or _is_misplaced(clause, changes)
            or _is_against(clause, pairs, changes)
        )
        if is_wrong:
            found.append(clause)
    return found


def clauses(text: str) -> Iterator[str]:
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


def _in_its_file(clause: str, changes: Changes) -> Changes:
    """Return what changed in the one file that a clause speaks of, or everything."""
    match = _FILE.search(clause)
    paths = [path for path in changes.by_file if _is_among(match["path"], (path,))] if match else []
    return changes.by_file[paths[0]] if len(paths) == 1 else changes


def _matches(clause: str, patterns: Sequence[re.Pattern[str]]) -> list[re.Match[str]]:
    return [match for pattern in patterns for match in pattern.finditer(clause)]


def _name(match: re.Match[str]) -> str:
    name = match["name"].strip("`").removesuffix("()")
    return name if "/" in name or " " in name else name.split("=")[0]


def _is_plainly_of(match: re.Match[str], clause: str) -> bool:
    """Whether a verb is about the name itself, not about something else that the words between speak of."""
    at, end = (place - match.start() for place in match.span("name"))
    between = f"{match[0][:at].partition(' ')[2]} {match[0][end:].rpartition(' ')[0]}"
    return (
        all(word.lower() in _PLAIN_WORDS for word in re.findall(r"[A-Za-z-]+", between))
        and bool(_PLAIN_HAN.fullmatch("".join(re.findall(r"[一-鿿]", match[0][:at]))))
        and not clause.startswith("的", match.end())
    )


def _is_lost(name: str, changes: Changes) -> bool:
    """Whether something that is said to be used from now on was taken away."""
    return changes.went_only(_last(name)) and not holds(changes.kept, _last(name))


def _is_used(name: str, changes: Changes) -> bool:
    """Whether something that is said not to be used any more came."""
    return changes.came_only(_last(name)) and not holds(changes.kept, _last(name))


def _is_gone(name: str, changes: Changes) -> bool:
    """Whether something that is said to be new was taken away."""
    if _is_among(name, changes.gone) and not _is_among(name, changes.came):
        return True
    return name in changes.left or (name not in changes.arrived and changes.went_only(_last(name)))


def _is_here(name: str, changes: Changes) -> bool:
    """Whether something that is said to be gone came, or is a file that stays."""
    if _is_among(name, changes.came | changes.stayed):
        return not _is_among(name, changes.gone)
    return name in changes.arrived or (name not in changes.left and changes.came_only(_last(name)))


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
    numbers = [(value(old), value(new)) for old, new in pairs if NUMBER.fullmatch(old) and NUMBER.fullmatch(new)]
    told = numbers or _changed(clause, changes)
    return bool(told) and (
        all((old > new) if up else (old < new) for old, new in told) or _is_otherwise_much(clause, told)
    )


def _changed(clause: str, changes: Changes) -> list[tuple[float, float]]:
    """Return the numbers that a clause speaks of, before and after: by their new value, by name, or by the words for them."""
    targets = {value(match["new"]) for match in _TARGET.finditer(clause)}
    if targets:
        return [(old, new) for old, new, _ in changes.numbers if {old, new} & targets]
    names = [match[0].strip("`") for match in re.finditer(_PLAIN, clause)]
    if names:
        return [(old, new) for old, new, line in changes.numbers if any(holds(line, _last(name)) for name in names)]
    if not _QUANTITIES.search(clause) and not any(pattern.search(clause) for pattern, _, _ in _FACTORS):
        return []
    words = set(_LONG_WORD.findall(clause.lower()))
    told = [(old, new) for old, new, line in changes.numbers if words & set(_LONG_WORD.findall(line.lower()))]
    return told or [(old, new) for old, new, _ in changes.numbers if _QUANTITIES.search(clause)]


def _is_otherwise_much(clause: str, told: Sequence[tuple[float, float]]) -> bool:
    """Whether a clause says that a number doubled or halved, and none of those it speaks of did."""
    factors = [(least, most) for pattern, least, most in _FACTORS if pattern.search(clause)]
    return any(not any(old and least <= new / old <= most for old, new in told) for least, most in factors)


def _is_misplaced(clause: str, changes: Changes) -> bool:
    """Whether a clause moves something from where the commit brings it: by its title, or by which files are new or gone."""
    if "revert" in changes.subject.lower() or not _MOVES.search(clause) or _RETURNS.search(clause):
        return False
    to, origin = (
        {name.lower().strip(".") for name in pattern.findall(changes.subject)} for pattern in (_TITLE_TO, _TITLE_FROM)
    )
    for match in (match for pattern in _PLACES for match in pattern.finditer(clause)):
        old, new = match["old"].strip("`."), match["new"].strip("`.")
        if (old.lower() in to and new.lower() not in to) or (new.lower() in origin and old.lower() not in origin):
            return True
        if _is_among(old, changes.came - changes.gone) or _is_among(new, changes.gone - changes.came):
            return True
    return False
