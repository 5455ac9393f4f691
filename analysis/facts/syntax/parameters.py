"""Parameters that public Python functions and constructors no longer take."""

from collections import Counter
from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, call_text
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def dropped(file: ChangedFile) -> Iterator[Mention]:
    """Yield the parameters that a function no longer takes, if it gained no others, with the way they were passed."""
    if file.language != "python" or file.change.status != "modified":
        return
    before = [found for old, _ in file.views if old.side.changed for found in _signatures(old)]
    if not before:
        return
    came = [found for _, new in file.views for found in _signatures(new)]
    often = Counter(name for name, _, _ in (*before, *came))
    after = {name: given for name, _, given in came}
    for name, view, given in before:
        now = after.get(name)
        if now is None or often[name] != 2 or not set(now) < set(given):  # noqa: PLR2004 - once on each side
            continue
        for parameter, at in given.items():
            if parameter not in now and parameter[0] not in "*_":
                yield view.mention(f"{name}({parameter}=…)", file.path, at)


def _signatures(view: View) -> Iterator[tuple[str, View, dict[str, int]]]:
    """Yield the public functions whose whole signature is shown, with the parameters and their positions."""
    if "def " not in view.code:
        return
    owner = _PATTERNS.class_head.match(view.heading)
    called = owner["name"] if owner else ""
    for found in _PATTERNS.function.finditer(view.code):
        if found["class"]:
            called = found["class"]
            continue
        called = called if found["init"] else ""
        name = called if found["init"] else found["name"]
        inside = call_text(view.code, found.end() - 1)
        is_whole = view.code[found.end() + len(inside) :][:1] == ")"
        if not name or name[0] == "_" or not is_whole or _PATTERNS.handed_over.search(found["above"] or ""):
            continue
        given = {}
        for text, at in arguments(inside):
            parameter = _PATTERNS.name.match(text)
            key = parameter["name"] if parameter else text
            given[key] = found.end() + at
        if not any(key.startswith("**") for key in given):
            yield name, view, given
