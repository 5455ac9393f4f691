"""Definitions that only get another name: an old one goes, and a new one comes with the same lines in it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from analysis.commits.patch import Hunk, Line
from analysis.facts.syntax.changed import ChangedFile
from analysis.facts.syntax.code import depth_of

_SAME = 0.6
"""The least share of their lines that an old and a new definition have in common if one is the other renamed."""
_LEAST = 2
"""The least number of these lines, the first one included: a lone line may be like any other."""
_MOST_PAIRS = 400
"""Pairs beyond which comparing each with each takes longer than it is worth."""
_GOES_ON = ")}]#"
"""First characters of lines that belong to a definition despite having its indentation."""

NameIn = Callable[[str], str | None]
"""Reads the name that a line of code defines; None if it defines nothing."""
_Bodies = Mapping[str, Counter[str]]


def renamed(file: ChangedFile, name_in: NameIn) -> Mapping[str, str]:
    """Return the old name of each definition that a file had under another one before."""
    lines = [line for hunk in file.hunks for line in hunk.lines]
    went, came = (
        {name_in(line.text) for line in lines if getattr(line, side)} - {None} for side in ("removed", "added")
    )
    if not went - came or not came - went or len(went - came) * len(came - went) > _MOST_PAIRS:
        return {}
    old = _bodies(file.hunks, name_in, {name for name in went - came if name}, is_old=True)
    new = _bodies(file.hunks, name_in, {name for name in came - went if name}, is_old=False)
    found: dict[str, str] = {}
    for name, body in new.items():
        free = (other for other in old if other not in found.values())
        best = max(free, key=lambda other: (old[other] & body).total(), default="")
        same = (old[best] & body).total() if best else 0
        if same >= _LEAST and same >= _SAME * max(old[best].total(), body.total()):
            found[name] = best
    return found


def _bodies(hunks: Sequence[Hunk], name_in: NameIn, names: set[str], *, is_old: bool) -> _Bodies:
    """The lines of each of these definitions on one side, without their own name."""
    found: dict[str, Counter[str]] = {}
    for hunk in hunks:
        lines = [line for line in hunk.lines if not (line.added if is_old else line.removed)]
        for at, line in enumerate(lines):
            name = name_in(line.text) if line.removed or line.added else None
            if name in names and name not in found:
                body = (text.replace(name, "") for text in (line.text, *_below(lines, at)))
                found[name] = Counter(text.strip() for text in body if text.strip())
    return found


def _below(lines: Sequence[Line], at: int) -> Iterator[str]:
    depth = depth_of(lines[at].text)
    for line in lines[at + 1 :]:
        if line.text.strip() and depth_of(line.text) <= depth and line.text.lstrip()[0] not in _GOES_ON:
            return
        yield line.text
