"""Before and after: whether a claim has each on the right side of the diff."""

from collections.abc import Iterator, Sequence

from analysis.i18n.patterns import Patterns
from analysis.llm.verify.ground import Ground, occurs

_PATTERNS = Patterns(__file__, "sides")
_TELLING = 4
"""Letters from which a value is distinctive."""


def misplaced(text: str, before: str, after: str, ground: Ground) -> str:
    """Say what is on the wrong side of a claim's change; empty if nothing is, or it states no change."""
    for old, new in _changes(text, before, after):
        if wrong := _wrong(old, new, ground):
            return wrong
    if before and after:
        if any((old, new) == (_bare(after), _bare(before)) for old, new in _told_changes(text)):
            return f"the sentence has {before} and {after} the other way round"
        return _wrong_way(text, before, after)
    return ""


def unproved(text: str, before: str, after: str, lines: Sequence[str]) -> str:
    """Say which part of a claim's change the evidence does not show on its side; lines start with their mark, prose with none.

    A name may be on that side elsewhere in the commit; a number, which could be anything, may not.
    """
    for old, new in _changes(text, before, after):
        for value, other in ((_bare(old), "+"), (_bare(new), "-")):
            is_name = len(value) >= _TELLING and _PATTERNS.letters.search(value)
            if value and not is_name and not any(_on(line, value) for line in lines if line[:1] != other):
                return f"its evidence does not show {value} there"
    return ""


def _changes(text: str, before: str, after: str) -> list[tuple[str, str]]:
    told = [(before, after)] if before or after else []
    return [*told, *_told_changes(text)]


def _told_changes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the changes a sentence states, as (before, after), if both are names or values."""
    for form in _PATTERNS["becomes"].values():
        for found in form.finditer(text):
            if _PATTERNS.code.search(found["old"]) and _PATTERNS.code.search(found["new"]):
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
    old, new = _PATTERNS.number.fullmatch(_bare(before)), _PATTERNS.number.fullmatch(_bare(after))
    if not old or not new:
        return ""
    grows = _value(new[0]) > _value(old[0])
    against, along = (_PATTERNS.falls, _PATTERNS.rises) if grows else (_PATTERNS.rises, _PATTERNS.falls)
    if against.search(text) and not along.search(text):
        return f"{before} became {after}, which is {'more' if grows else 'less'}"
    return ""


def _on(text: str, value: str) -> bool:
    """Whether a value occurs in lines, with or without quotation marks and spaces."""
    return occurs(text, value) or occurs(_PATTERNS.filling.sub("", text), _PATTERNS.filling.sub("", value))


def _bare(value: str) -> str:
    return value.strip().strip("`'\"").strip()


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("_", ""))
