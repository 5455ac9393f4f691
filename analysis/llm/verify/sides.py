"""What was before and what is after: whether a claim has each on its side of the diff."""

import re
from collections.abc import Iterator, Sequence

from analysis.llm.verify.ground import Ground, occurs

_NAME = r"`[^`\n]{1,120}`|-{0,2}[\w./:-]*\w"
_BECOMES = (
    re.compile(rf"\bfrom (?P<old>{_NAME}) (?:back )?(?:in)?to (?P<new>{_NAME})", re.ASCII),
    re.compile(rf"(?P<old>{_NAME})(?: is| are| was)? renamed (?:to|as) (?P<new>{_NAME})", re.ASCII),
    re.compile(rf"(?P<old>{_NAME}) (?:is|are|was|were) replaced (?:by|with) (?P<new>{_NAME})", re.ASCII),
    re.compile(rf"\brenam(?:e|es|ed|ing) (?P<old>{_NAME}) (?:to|as|into) (?P<new>{_NAME})", re.ASCII),
    re.compile(rf"\breplac(?:e|es|ed|ing) (?P<old>{_NAME}) (?:by|with) (?P<new>{_NAME})", re.ASCII),
    re.compile(rf"(?P<new>{_NAME}) (?:instead of|rather than|in place of) (?P<old>{_NAME})", re.ASCII),
    re.compile(rf"(?P<old>{_NAME}) ?(?:→|->|=>) ?(?P<new>{_NAME})", re.ASCII),
    re.compile(
        rf"[从由] ?(?P<old>{_NAME}) ?(?:改|变|升|降|提高|降低|增加|减少|重命名)[^`\w]{{0,4}}(?P<new>{_NAME})", re.ASCII
    ),
)
"""How a sentence tells that one thing became another."""
_CODE = re.compile(r"`|[_\d]|^--|\w[./]\w")
_RISES = re.compile(
    r"\b(?:rais|increas|grow|grew|higher|bump|widen|lengthen|enlarg)\w*|提高|增加|升至|调高", re.IGNORECASE
)
_FALLS = re.compile(
    r"\b(?:lower(?:s|ed|ing)?|reduc\w*|decreas\w*|shrink\w*|shorten\w*|cut(?:s|ting)?|drop(?:s|ped)?)\b|降低|减少|降至|调低",
    re.IGNORECASE,
)
_TELLING = 4
"""Letters of a value from which on it is told apart from others."""
_NUMBER = re.compile(r"-?\d[\d,_]*(?:\.\d+)?")


def misplaced(text: str, before: str, after: str, ground: Ground) -> str:
    """Say what is on the wrong side of a claim's change; empty if nothing is, or no change is told."""
    for old, new in _changes(text, before, after):
        if wrong := _wrong(old, new, ground):
            return wrong
    if before and after:
        if any((old, new) == (_bare(after), _bare(before)) for old, new in _told_changes(text)):
            return f"the sentence tells {before} and {after} the other way round"
        return _wrong_way(text, before, after)
    return ""


def unproved(text: str, before: str, after: str, lines: Sequence[str]) -> str:
    """Say what of a claim's change its evidence does not show on its side: lines begin with their mark, what people wrote with none.

    A name may stand on its side elsewhere in the commit; a number, which may be of anything, may not.
    """
    for old, new in _changes(text, before, after):
        for value, other in ((_bare(old), "+"), (_bare(new), "-")):
            is_name = len(value) >= _TELLING and re.search(r"[A-Za-z]{3}", value)
            if value and not is_name and not any(_on(line, value) for line in lines if line[:1] != other):
                return f"its evidence does not show {value} there"
    return ""


def _changes(text: str, before: str, after: str) -> list[tuple[str, str]]:
    told = [(before, after)] if before or after else []
    return [*told, *_told_changes(text)]


def _told_changes(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a sentence says became what, where both are names or values."""
    for form in _BECOMES:
        for found in form.finditer(text):
            if _CODE.search(found["old"]) and _CODE.search(found["new"]):
                yield _bare(found["old"]), _bare(found["new"])


def _wrong(before: str, after: str, ground: Ground) -> str:
    old, new = _bare(before), _bare(after)
    if old and old == new:
        return f"{before} is before and after"
    if old and not (_on(ground.old, old) or occurs(ground.written, old)):
        return f"{before} is not what was there before" if not _on(ground.kept, old) or not new else ""
    if new and not (_on(ground.new, new) or occurs(ground.written, new)):
        return f"{after} is not what is there after" if not _on(ground.kept, new) or not old else ""
    if old and new and _on(ground.new, old) and not _on(ground.old, old) and _on(ground.old, new):
        return f"{before} and {after} are the other way round"
    return ""


def _wrong_way(text: str, before: str, after: str) -> str:
    """Compare "raised" and "lowered" with two numbers."""
    old, new = _NUMBER.fullmatch(_bare(before)), _NUMBER.fullmatch(_bare(after))
    if not old or not new:
        return ""
    grows = float(re.sub("[,_]", "", new[0])) > float(re.sub("[,_]", "", old[0]))
    against, along = (_FALLS, _RISES) if grows else (_RISES, _FALLS)
    if against.search(text) and not along.search(text):
        return f"{before} became {after}, which is {'more' if grows else 'less'}"
    return ""


def _on(text: str, value: str) -> bool:
    """Whether a value stands in lines, in quotation marks or without, with spaces or without."""
    return occurs(text, value) or occurs(re.sub(r"[\"'\s]", "", text), re.sub(r"[\"'\s]", "", value))


def _bare(value: str) -> str:
    return value.strip().strip("`'\"").strip()
