"""Whether a text says what the commit contradicts: of defaults, counts of lines, devices, tests, and of its own title.

Like `directions` it judges only what title, diff and facts decide. Whoever doubts passes.
"""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.fact import FactKind
from analysis.llm.verify.changes import Changes, value
from analysis.llm.verify.denials import PAST, STAYS, denies
from analysis.llm.verify.directions import NAME, clauses
from analysis.triage.hardware import told_in


def contradicted(text: str, changes: Changes) -> list[str]:
    """Return the pieces of `text` that the commit itself contradicts."""
    if not changes.runs:
        return []
    checks = (_is_other_default, _is_only_imported, _is_other_check, denies)
    clear = (clause for clause in clauses(text) if any(check(clause, changes) for check in checks))
    return [*_wrong_counts(text, changes), *clear, *([text] if _is_other_device(text, changes) else [])]


# -- how many lines

_NUMERALS = {
    word: number
    for number, words in enumerate(
        (
            "一 one",
            "二 两 two",
            "三 three",
            "四 four",
            "五 five",
            "六 six",
            "七 seven",
            "八 eight",
            "九 nine",
            "十 ten",
        ),
        1,
    )
    for word in words.split()
}
_N = rf"(?:\d[\d,]{{0,8}}|{'|'.join(word for word in _NUMERALS if word.isascii())})"
_ADDED, _REMOVED = "added|inserted|new|come|comes", "removed|deleted|dropped|gone|go|goes"
_ADDS, _REMOVES = "adds?|inserts?|gains?", "removes?|deletes?|drops?|loses?"
_ROUGHLY = r"(?<!about )(?<!around )(?<!over )(?<!than )(?<!nearly )(?<!almost )(?<!roughly )(?<!other )(?<!of )(?<!least )(?<!most )"
_LINES = (
    re.compile(
        rf"{_ROUGHLY}\b(?P<n>{_N})\s(?:more\s|new\s|old\s)?lines?\s(?:of\s(?:\w+\s){{1,3}}?)?(?:(?:is|are|was|were)\s)?(?P<verb>{_ADDED}|{_REMOVED})\b"
        rf"(?:(?:\sand|,|\swhile|,\sand)\s(?P<m>{_N})\s(?:lines?\s)?(?:(?:is|are|was|were)\s)?(?P<other>{_ADDED}|{_REMOVED})\b)?",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<verb>{_ADDS}|{_REMOVES})\s(?P<n>{_N})\s(?:new\s)?lines?\b(?:(?:\sand|,|,\sand)\s(?P<other>{_ADDS}|{_REMOVES})\s(?P<m>{_N})\b)?",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        r"(?P<verb>新增|增加|添加|删除|移除|减少)了?\s?(?P<n>\d[\d,]{0,8}|[一二两三四五六七八九十])\s?行"
        r"(?:[，、和并,\s]{0,3}(?P<other>新增|增加|添加|删除|移除|减少)了?\s?(?P<m>\d[\d,]{0,8}|[一二两三四五六七八九十])\s?行)?",
        re.ASCII,
    ),
    re.compile(
        r"(?P<n>\d[\d,]{0,8}|[一二两三四五六七八九十])\s?行(?:代码)?被?(?P<verb>新增|增加|添加|删除|移除)"
        r"(?:[，、和并,\s]{0,3}(?P<m>\d[\d,]{0,8})\s?行(?:代码)?被?(?P<other>新增|增加|添加|删除|移除))?",
        re.ASCII,
    ),
    re.compile(
        r"(?<![\w.])(?P<verb>\+)(?P<n>\d[\d,]{0,8})\s?[/,]?\s?(?P<other>[-−–])(?P<m>\d[\d,]{0,8})(?![\w.])", re.ASCII
    ),
)
_IS_ADDED = re.compile(rf"(?:{_ADDED}|{_ADDS}|新增|增加|添加|\+)$", re.IGNORECASE)
_SMALL = 10


def _wrong_counts(text: str, changes: Changes) -> Iterator[str]:
    """Yield what is said of added or removed lines and fits neither the commit nor a file or a place of it."""
    for match in (match for pattern in _LINES for match in pattern.finditer(text)):
        for number, verb in ((match["n"], match["verb"]), (match["m"], match["other"])):
            known = changes.lines_added if _IS_ADDED.match(verb or "") else changes.lines_removed
            if number and known:
                count = _NUMERALS.get(number.lower()) or int(value(number))
                if count not in known and count > min(_SMALL, max(known)):
                    yield match[0]


# -- what holds where nobody sets it

_VALUE = r"True|False|None|null|-?\d[\d._]{0,20}|[\"'][\w.-]{0,40}[\"']"
_LITERAL = rf"`?(?P<value>{_VALUE}|on|off|enabled|disabled)`?"
_DEFAULTS = (
    re.compile(
        rf"{NAME}\s(?P<now>now\s)?(?:[a-z]{{1,12}}\s){{0,2}}?defaults\sto\s(?:an\sempty\sstring\s)?{_LITERAL}(?![\w.])",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        rf"{NAME}\s(?:is|are|stays|remains)\s(?P<now>now\s)?{_LITERAL}\sby\sdefault\b", re.ASCII | re.IGNORECASE
    ),
    re.compile(
        rf"{NAME}\s?[一-鿿]{{0,6}}?(?P<now>现在|改为)?默认(?:值?[为是]\s?)?`?(?P<value>{_VALUE}|开启|打开|启用|关闭|禁用|停用)`?",
        re.ASCII | re.IGNORECASE,
    ),
)
_IS_NOW = (
    re.compile(
        rf"(?<!if )(?<!when )(?<!where )(?<!unless )(?<!while ){NAME}\sis\snow\s{_LITERAL}(?=\s*$)",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        rf"(?<!if )(?<!when )(?<!where )(?<!unless )(?<!while ){NAME}\sis\s(?P<value>True|False|None)(?=\s(?:for|in)\s|\s*$)",
        re.ASCII | re.IGNORECASE,
    ),
)
_SAME = {
    word: plain
    for plain, words in {
        "1": "true on enabled yes 开启 打开 启用",
        "0": "false off disabled no none null 关闭 禁用 停用 nullopt nil",
    }.items()
    for word in words.split()
}
_CHANGED = {FactKind.DEFAULT_CHANGED, FactKind.CONSTANT_CHANGED}
_FLAG_REACH = 8
"""How many lines below a flag its default may stand."""


def _is_other_default(clause: str, changes: Changes) -> bool:
    """Whether a clause gives a name a default that the diff does not, or a new one although its line did not change."""
    for pattern in (*_DEFAULTS, *_IS_NOW):
        for match in pattern.finditer(clause):
            name = _owner(match["name"].strip("`"))
            if not name or (pattern not in _IS_NOW and PAST.search(clause)):
                continue
            is_new = pattern is _IS_NOW[0] or match.groupdict().get("now")
            if is_new and changes.stands_around(name):
                return True
            if proved := [fact for fact in changes.facts if fact.kind in _CHANGED and _owner(fact.name) == name]:
                if all(_plain(match["value"]) == _plain(fact.before) for fact in proved):
                    return True
                continue
            declared = set(_declared(name, f"{changes.added}\n{changes.kept}"))
            if declared and None not in declared and _plain(match["value"]) not in declared:
                return True
    return False


def _owner(name: str) -> str:
    """Return what a fact's name has the value itself: `size` of `Pages.size` and of `load(size=…)`, a flag as it is."""
    return name if name.startswith("-") else re.findall(r"\w+", name)[-1] if re.search(r"\w", name) else ""


def _declared(name: str, text: str) -> Iterator[str | None]:
    """Yield the values that a text gives a name where it declares it, plainly written; None where it is no literal."""
    lines = text.split("\n")
    field = re.escape(name.lstrip("-"))
    declared = re.compile(
        rf"^\s*(?:export\s|ARG\s|ENV\s|pub\s|let\s(?:mut\s)?|const\s|static\s|set\()*[\"']?{field}[\"']?\s?"
        rf"(?:(?P<typed>:\s?[\w\[\]. |,\"']{{1,60}}?)?\s?(?P<sign>=|:|\s)\s?)(?P<value>[^\s#=][^\n#]{{0,80}})$",
        re.ASCII,
    )
    from_environment = re.compile(rf"\(\s?[\"']{field}[\"']\s?,\s?(?P<value>[^)\n]{{1,40}})\)", re.ASCII)
    for index, line in enumerate(lines):
        if name.lstrip("-") not in line:
            continue
        if read := from_environment.search(line):
            yield _literal(read["value"])
        elif found := declared.match(line):
            is_argument = found["sign"] == "=" and not found["typed"] and line.rstrip().endswith(",")
            if not is_argument:
                yield _literal(found["value"])
        if name.startswith("--") and re.search(rf"[\"']{re.escape(name)}[\"']", line):
            yield from _flag_default(lines[index : index + _FLAG_REACH])


def _flag_default(lines: Sequence[str]) -> Iterator[str | None]:
    """Yield the default of the flag that the first of these lines opens, if they show it before the next flag."""
    for line in lines:
        if given := re.search(r"\bdefault=(?P<value>[^,\n)]{1,40})", line):
            yield _literal(given["value"])
            return
        if line is not lines[0] and re.search(r"[\"']--", line):
            return


def _literal(code: str) -> str | None:
    """Return the plain value that a piece of code is, or that the call of a type in it holds; None for anything else."""
    code = code.strip().rstrip(",;)").strip()
    call = re.fullmatch(r"[A-Z]\w{0,40}\((?:default=)?(?P<value>[^(),]{0,40})", code)
    code = call["value"] if call else code
    if not re.fullmatch(
        r"True|False|None|true|false|null|nil|ON|OFF|on|off|-?\d[\d._]{0,20}|\"[\w.-]{0,40}\"|'[\w.-]{0,40}'", code
    ):
        return None
    return _plain(code)


def _plain(written: str) -> str:
    plain = written.strip("`\"'").lower().replace("_", "").rstrip(".")
    return _SAME.get(plain, plain)


# -- what is defined

_NEW_DEFINITION = (
    re.compile(rf"\bnew\s(?:[a-z]{{1,12}}\s){{0,2}}?(?:function|method|class)\s{NAME}", re.ASCII | re.IGNORECASE),
    re.compile(rf"(?:新增|新建|引入)了?[一-鿿]{{0,4}}(?:函数|方法|类)\s?{NAME}", re.ASCII),
    re.compile(rf"(?:新增|新建|引入)了?\s?{NAME}\s?(?:静态)?(?:函数|方法|类)", re.ASCII),
)


def _is_only_imported(clause: str, changes: Changes) -> bool:
    """Whether a clause calls a function new that the diff does not define, but imports from where it is."""
    for match in (match for pattern in _NEW_DEFINITION for match in pattern.finditer(clause)):
        name = re.escape(match["name"].strip("`").removesuffix("()").rpartition(".")[2])
        is_imported = re.search(rf"^\s*(?:from\s.*\bimport\b.*\b{name}\b|{name},?$)", changes.added, re.MULTILINE)
        is_defined = re.search(
            rf"\b(?:def|class|fn|func|function|struct|enum|trait|interface|type)\s+{name}\b|\b{name}\s?=[^=]",
            changes.added,
        )
        if name and is_imported and not is_defined:
            return True
    return False


# -- which devices

_ACTS = re.compile(
    r"\b(?:now|forced|enabled|disabled|set|added|fixed|taken\sback|reverted|removed|supported|built|skipped|fixes|forces|enables|disables|gets?)\b|现在|启用|禁用|新增|修复|强制|支持|回退",
    re.IGNORECASE,
)


def _is_other_device(text: str, changes: Changes) -> bool:
    """Whether a text names a device of which the commit says nothing, or one that only lines around it name for another."""
    named = told_in(text)
    if not named or not changes.is_whole or STAYS.search(text):
        return False
    if not named <= changes.devices:
        return True
    return bool(told_in(changes.subject) and _ACTS.search(text)) and not named & changes.devices_touched


# -- which checks and tests

_ASSERTION = r"(?:assertions?|asserts?)"
_ASSERTION_ADDED = re.compile(
    rf"\b{_ASSERTION}\b[^,;]{{0,80}}\b(?:is|are|(?:has|have)\sbeen)\s(?:now\s)?(?:added|new|introduced)\b|\b(?:adds?|introduces?)\s(?:\w+\s){{0,3}}{_ASSERTION}\b|(?:新增|增加|添加|加入)[^，。]{{0,6}}断言",
    re.IGNORECASE,
)
_ASSERTION_REMOVED = re.compile(
    rf"\b{_ASSERTION}\b[^,;]{{0,80}}\b(?:is|are|(?:has|have)\sbeen)\s(?:now\s)?(?:removed|gone|dropped|deleted)\b|\b(?:removes?|drops?|deletes?)\s(?:\w+\s){{0,3}}{_ASSERTION}\b|(?:删除|移除|去掉)[^，。]{{0,6}}断言",
    re.IGNORECASE,
)
_TEST_ENABLED = re.compile(
    r"\btests?\b[^,;]{0,60}\b(?:is|are|(?:has|have)\sbeen)\s(?:now\s)?(?:re-?enabled|enabled|switched on|turned on)\b|\b(?:re-?enables?)\s[^,;]{0,40}\btests?\b|测试[^，。]{0,8}(?:重新启用|恢复|启用)",
    re.IGNORECASE,
)
_TEST_DISABLED = re.compile(
    r"\btests?\b[^,;]{0,60}\b(?:is|are|(?:has|have)\sbeen)\s(?:now\s)?(?:disabled|skipped|switched off|turned off)\b|\b(?:disables?|skips?)\s[^,;]{0,40}\btests?\b|测试[^，。]{0,8}(?:禁用|停用|跳过)",
    re.IGNORECASE,
)
_ASSERT = re.compile(r"assert", re.IGNORECASE)


def _is_other_check(clause: str, changes: Changes) -> bool:
    """Whether a clause tells of an added assertion where one was removed, of an enabled test where one was disabled."""
    if PAST.search(clause):
        return False
    came, went = bool(_ASSERT.search(changes.added)), bool(_ASSERT.search(changes.removed))
    kinds = {fact.kind for fact in changes.facts}
    on, off = FactKind.TEST_ENABLED in kinds, FactKind.TEST_DISABLED in kinds
    return bool(
        (went and not came and _ASSERTION_ADDED.search(clause))
        or (came and not went and _ASSERTION_REMOVED.search(clause))
        or (off and not on and _TEST_ENABLED.search(clause))
        or (on and not off and _TEST_DISABLED.search(clause))
    )
