"""Whether a clause denies what the commit says of itself: in its title, or in the words of its lines.

A title is read for one thing only: whether what it names is there afterwards. "Add X", said to be gone; `Revert "Add X"`,
said to be new; "Fix the crash", said to crash now. A title that says more than one thing decides nothing.
"""

import re

from analysis.commits.title import ChangeType, read_title
from analysis.llm.verify.changes import Changes

PAST = re.compile(
    r"\b(?:had|was|were|used\sto|before|previously|earlier|until|formerly|originally|would|could|might|may|if|unless|instead)\b"
    r"|此前|之前|以前|原来|原先|曾|前会|如果|若|可能|除非",
    re.IGNORECASE,
)
"""What says that a clause tells of former times, or of what may be."""
STAYS = re.compile(
    r"\b(?:keeps?|kept|stays?|still|unchanged|unaffected|untouched|remains?|others?|except|besides|unlike|not|as\son|than|same)\b"
    r"|不变|保持|仍|依旧|其他|其它|除|不影响|不受|未",
    re.IGNORECASE,
)
"""What says that something stays as it was, or is an exception."""
_ON = frozenset({
    "add", "adds", "added", "enable", "enables", "enabled", "re-enable", "re-enables", "re-enabled", "support",
    "supports", "supported", "allow", "allows", "allowed", "force", "forces", "forced", "introduce", "introduces",
    "introduced", "apply", "applies", "applied", "restore", "restores", "restored", "include", "includes", "included",
    "activate", "activates", "activated", "register", "registers", "registered", "new",
})  # fmt: skip
_OFF = frozenset({
    "remove", "removes", "removed", "delete", "deletes", "deleted", "drop", "drops", "dropped", "disable", "disables",
    "disabled", "clean", "eliminate", "eliminates", "eliminated", "reverted", "forbidden", "gone",
})  # fmt: skip
_PLAINLY = tuple(
    (re.compile(said, re.IGNORECASE), plain)
    for said, plain in (
        (r"\bturn(?:s|ed)?\son\b|\bswitched\son\b|重新启用|启用|开启", " enabled "),
        (r"\bturn(?:s|ed)?\soff\b|\bswitched\soff\b|禁用|停用", " disabled "),
        (r"\btaken\sback\b|回退", " reverted "),
        (r"新增|添加|引入", " added "),
        (r"删除|移除", " removed "),
        (r"支持", " supported "),
    )
)
"""What says in two words or in Chinese what one verb of those above says."""
_COMMON = frozenset({
    "a", "an", "the", "of", "for", "in", "on", "to", "with", "is", "are", "be", "now", "again", "by", "and", "or", "its",
    "it", "their", "this", "that", "when", "if", "where", "as", "at", "into", "any", "more", "no", "longer", "has",
    "have", "support",
})  # fmt: skip
_NEEDLESS = re.compile(
    r"\bno\slonger\s(?!need|requir|necess|block|break|fail|crash)(?P<verb>\w{2,30})|不再", re.IGNORECASE
)
_AMBIGUOUS = re.compile(
    r"\b(?:without|instead|replac\w*|not|no|rather|default|avoid\w*|skip\w*|unless|except|clean-?up|removal|deletion|checks?|warnings?"
    r"|errors?|validation|deprecat\w*|evict\w*|expir\w*)\b",
    re.IGNORECASE,
)
"""What a title may say of something that it adds, and the thing is gone all the same."""
_UNSAID = re.compile(
    rf"default|\bonly\b|默认|revert(?!ed)|which|that|without|never|n't|\bto\s(?:{'|'.join(sorted(_ON | _OFF))})\b",
    re.IGNORECASE,
)
"""What says that a clause tells a condition, a purpose, or somebody else's deed."""
_SYMPTOM = re.compile(
    r"\b(?:\w{1,40}(?:Error|Exception)|NaNs?|crash\w*|hang\w*|leak\w*|OOM|deadlock\w*|segfault\w*)",
    re.ASCII | re.IGNORECASE,
)
_SUFFERS = re.compile(
    r"\bnow\s(?:also\s)?(?:raises?|throws?|fails?\swith|gives?|produces?|returns?|causes?|ends?\s(?:in|with))\s(?:an?\s)?`?(\w{2,60})"
    r"|\bnow\s(crash|hang|leak|deadlock|segfault)"
    r"|\b(?:introduces?|causes?|brings?)\s(?:an?\s|the\s|new\s)?`?(\w{2,60})"
    r"|会(?:抛出|触发|产生|出现|导致|引发)\s?`?(\w{2,60})",
    re.ASCII | re.IGNORECASE,
)
_NEVER = re.compile(r"不|no\slonger|never")
_LONG = 6
"""Letters of a word that tells something although it is an ordinary one."""
_MUST = re.compile(r"\bmust\b", re.IGNORECASE)
_DEMANDS = re.compile(r"\b(?:must\snow|now\s(?:must|requires?|needs))\b", re.IGNORECASE)
_STOPPED = re.compile(r"\b(?:is|are)\sno\slonger\s(?P<verb>[a-z]{4,20}ed)\b", re.IGNORECASE)
_PROSE = re.compile(r"#|//|\"|'|\*|^\s*[A-Z]")
_OTHERWISE = re.compile(
    r"\bno|n't|never|previous|before|used to|\bwas\b|\bwere\b|avoid|prevent|instead|\bbug", re.IGNORECASE
)
_LEAST_SHARED = 3
"""Words that a clause must share with a line to speak of the same."""
_LEAST_STEM = 3


def denies(clause: str, changes: Changes) -> bool:
    """Whether a clause says the opposite of the commit's title or of the words in its lines."""
    return not PAST.search(clause) and (_is_against_title(clause, changes) or _is_against_lines(clause, changes))


def _is_against_title(clause: str, changes: Changes) -> bool:
    title = read_title(changes.subject)
    if ChangeType.BUGFIX in title.types or title.text.lower().startswith("fix"):
        return _is_symptom(clause, title.text, changes)
    is_taken_back = False
    while title.reverts:
        title, is_taken_back = read_title(title.reverts), not is_taken_back
    words = _words(title.text)
    sides = {word in _ON for word in words if word in _ON or word in _OFF}
    if len(sides) != 1 or _AMBIGUOUS.search(title.text):
        return False
    said = _said(clause)
    if said is None:
        return False
    is_on, about = said
    known = {_stem(part) for word in words for part in (word, *re.split(r"[-./]", word))}
    return is_on is (sides.pop() is is_taken_back) and all(_is_known(word, known) for word in about)


def _is_symptom(clause: str, title: str, changes: Changes) -> bool:
    """Whether a clause says of what the title calls fixed that it comes with this commit."""
    if _NEVER.search(clause):
        return False
    fixed = {_stem(found[0].lower()) for found in _SYMPTOM.finditer(title)}
    words = [word for found in _SUFFERS.findall(clause) for word in found if word]
    return any(
        _stem(word.lower()) in fixed and not re.search(rf"raise\s{re.escape(word)}\b", changes.added) for word in words
    )


def _said(clause: str) -> tuple[bool, list[str]] | None:
    """Return whether a clause says of something that it is there now, and the words for what it speaks of."""
    if STAYS.search(clause) or _UNSAID.search(clause):
        return None
    words = _words(clause)
    verbs = {word for word in words if (word in _ON or word in _OFF) and word not in _COMMON}
    ends = _NEEDLESS.search(clause)
    if ends:
        is_on = (ends["verb"] or "").lower() in _OFF
        verbs.add((ends["verb"] or "").lower())
    elif len({word in _ON for word in verbs}) == 1:
        is_on = verbs <= _ON
    else:
        return None
    about = [word for word in words if word not in _COMMON and word not in verbs]
    is_telling = any(
        not word.islower() or "_" in word or len(word) > _LONG for word in re.findall(r"[\w.]+", clause, re.ASCII)
    )
    return (is_on, about) if about and is_telling else None


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case, of paths the last part, each verb as one plain word."""
    for said, plain in _PLAINLY:
        text = said.sub(plain, text)
    return [word.rpartition("/")[2] for word in re.findall(r"[\w./-]*\w", text.lower().replace("'s ", " "), re.ASCII)]


def _is_known(word: str, known: set[str]) -> bool:
    return _stem(word) in known or all(_stem(part) in known for part in re.split(r"[-.]", word) if part)


def _stem(word: str) -> str:
    for end in ("ations", "ation", "ings", "ing", "ed", "es", "s", "e"):
        if word.endswith(end) and len(word) - len(end) >= _LEAST_STEM:
            return word[: -len(end)]
    return word


def _is_against_lines(clause: str, changes: Changes) -> bool:
    """Whether a clause demands now what a removed line demanded, or denies what an added line says in the same words."""
    demands, stopped = _DEMANDS.search(clause), _STOPPED.search(clause)
    if not demands and not stopped:
        return False
    words = {_stem(word) for word in _words(clause) if word not in _COMMON and "." not in word}
    if demands and not _MUST.search(changes.added):
        about = words - {"must", "requir", "need"}
        lines = [line for line in changes.removed.split("\n") if _MUST.search(line)]
        return len(about) >= _LEAST_SHARED and any(about <= _stems(line) for line in lines)
    verb = stopped["verb"].lower() if stopped else ""
    return bool(verb) and any(
        _PROSE.search(line)
        and not _OTHERWISE.search(line)
        and len((words - {_stem(verb)}) & _stems(line)) >= _LEAST_SHARED
        for line in changes.added.split("\n")
        if verb in line.lower()
    )


def _stems(line: str) -> set[str]:
    return {_stem(word) for word in re.findall(r"[a-z0-9]+", line.lower())}
