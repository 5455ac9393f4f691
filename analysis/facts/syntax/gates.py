"""Feature gates: switches for what is not yet, or no longer, settled, with the stage and the default that the code gives them."""

import re
from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import joined
from analysis.facts.syntax.flags import calls

_SPEAKS_OF_IT = ("Gate", "featuregate", "xperimental", "FeatureFlags", "unstable_feature", "feature_gate")
# https://pkg.go.dev/go.opentelemetry.io/collector/featuregate
_REGISTERED = re.compile(r"\b(?:Must)?Register\(")
_STAGE = re.compile(r"\b(?:featuregate\.)?Stage(?P<stage>Alpha|Beta|Stable|Deprecated)\b")
# https://pkg.go.dev/k8s.io/component-base/featuregate
_SPEC = re.compile(
    r"^\s*(?:\w+\.)?(?P<name>[A-Z]\w+):\s*\{(?:[^{}\n]*?\b(?:Default:\s*(?P<default>true|false)|PreRelease:\s*(?:\w+\.)?(?P<stage>\w+))){2}[^{}\n]*\}",
    re.MULTILINE,
)
_STAGES = {"Alpha", "Beta", "GA", "Deprecated"}
_OWNER = re.compile(r"^(?:export\s+)?(?:interface|type)\s+\w*(?:[eE]xperimental|Feature(?:Flags|Gates))\w*[^\n]*\{\s*$")
"""Types whose fields are gates, each with a switch of its own."""
_OWNED = re.compile(r"^\s+(?P<name>[A-Za-z]\w*)(?:\??:\s*boolean\b|\s+bool\b)")
_RUST = re.compile(r"\bFeature(?:Gate|Flag)?::new\(|\bunstable_feature!\(|\bfeature_gate!\(")


def gates(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the feature gates that a file registers: by the name that users give, with its stage or default."""
    if not any(word in view.code for word in _SPEAKS_OF_IT) and not _OWNER.match(view.heading):
        return
    if file.language == "go":
        yield from _go(file.path, view)
    elif file.language == "rust":
        for call in calls(_RUST, view):
            if call.given and (name := joined(call.given[0][0])):
                yield view.mention(name, file.path, call.given[0][1])
    if file.language in {"go", "javascript"}:
        yield from _fields(file.path, view)


def _go(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_REGISTERED, view):
        stage = _STAGE.search(call.given[1][0]) if len(call.given) > 1 else None
        name = joined(call.given[0][0]) if stage else ""
        if stage and name:
            yield view.mention(name, path, call.given[0][1], stage["stage"].lower())
    for found in _SPEC.finditer(view.code):
        if found["stage"] in _STAGES:
            yield view.mention(found["name"], path, found.start("name"), f"{found['default']} ({found['stage']})")


def _fields(path: str, view: View) -> Iterator[Mention]:
    is_owned = bool(_OWNER.match(view.heading))
    for number, text, changed in view.lines():
        if text[:1].strip():
            is_owned = bool(_OWNER.match(text))
        elif is_owned and (found := _OWNED.match(text)):
            yield Mention(found["name"], path, number, changed=changed)
