"""Feature gates: switches for what is not yet, or no longer, settled, with the stage and default that the code gives them."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import joined
from analysis.facts.syntax.flags import calls
from analysis.i18n.patterns import Patterns

_SPEAKS_OF_IT = ("Gate", "featuregate", "xperimental", "FeatureFlags", "unstable_feature", "feature_gate")
_PATTERNS = Patterns(__file__)
_STAGES = {"Alpha", "Beta", "GA", "Deprecated"}


def gates(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the feature gates that a file registers: by the name that users set, with its stage or default."""
    if not any(word in view.code for word in _SPEAKS_OF_IT) and not _PATTERNS.owner.match(view.heading):
        return
    if file.language == "go":
        yield from _go(file.path, view)
    elif file.language == "rust":
        for call in calls(_PATTERNS.rust, view):
            if call.given and (name := joined(call.given[0][0])):
                yield view.mention(name, file.path, call.given[0][1])
    if file.language in {"go", "javascript"}:
        yield from _fields(file.path, view)


def _go(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.registered, view):
        stage = _PATTERNS.stage.search(call.given[1][0]) if len(call.given) > 1 else None
        name = joined(call.given[0][0]) if stage else ""
        if stage and name:
            yield view.mention(name, path, call.given[0][1], stage["stage"].lower())
    for found in _PATTERNS.spec.finditer(view.code):
        if found["stage"] in _STAGES:
            yield view.mention(found["name"], path, found.start("name"), f"{found['default']} ({found['stage']})")


def _fields(path: str, view: View) -> Iterator[Mention]:
    is_owned = bool(_PATTERNS.owner.match(view.heading))
    for number, text, changed in view.lines():
        if text[:1].strip():
            is_owned = bool(_PATTERNS.owner.match(text))
        elif is_owned and (found := _PATTERNS.owned.match(text)):
            yield Mention(found["name"], path, number, changed=changed)
