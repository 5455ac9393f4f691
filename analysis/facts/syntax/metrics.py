"""Metrics that dashboards and alerts query, as the clients of Prometheus, OpenTelemetry and statsd define them."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text, joined, keywords
from analysis.facts.syntax.flags import calls
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)

_SPEAKS_OF_IT = ("ounter", "auge", "istogram", "ummary", "Info(", "statsd", "NewDesc", "BuildFQName")
"""What stands in each definition: most files hold none, which is seen quicker than by the patterns."""


def metrics(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the metrics that a file defines: by their whole name, as far as the definition spells it."""
    pattern = _PATTERNS["definition"].get(file.language)
    if pattern is None or not any(word in view.code for word in _SPEAKS_OF_IT):
        return
    for found in (pattern, _PATTERNS.statsd):
        for call in calls(found, view):
            name, at = _named(call.found[0], call.given)
            if _PATTERNS.name.fullmatch(name):
                yield view.mention(name, file.path, at)
    if file.language == "go":
        for found_options in _PATTERNS.go_options.finditer(view.code):
            name = _joined(call_text(view.code, found_options.end() - 1))
            if name:
                yield view.mention(name, file.path, found_options.start())


def _named(call: str, given: list[tuple[str, int]]) -> tuple[str, int]:
    """Return the name that a definition gives, by keyword, as an object's field or first, and where it stands."""
    if not given:
        return "", 0
    if call.endswith("BuildFQName(") or given[0][0].startswith("prometheus.BuildFQName("):
        words = (
            [text for text, _ in given]
            if call.endswith("BuildFQName(")
            else call_text(given[0][0], len("prometheus.BuildFQName")).split(",")
        )
        return "_".join(part for text in words if (part := joined(text))), given[0][1]
    if given[0][0].startswith(("{", "name:")):  # an object, or a macro's own way to name what it is given
        return _joined(", ".join(text for text, _ in given)), given[0][1]
    named = keywords(given)
    at = next((at for text, at in given if text.startswith("name")), given[0][1])
    if "name" in named:
        return joined(named["name"]), at
    is_bare = _PATTERNS.constructed.search(call) and not (len(given) > 1 and given[1][0][:1] in "\"'frFR")
    return ("", 0) if is_bare else (joined(given[0][0]), given[0][1])  # `Counter("some words")` counts letters


def _joined(inside: str) -> str:
    """Return the name that an object's fields give together; empty where one of them is said elsewhere."""
    fields = {found["key"].lower(): found["value"][1:-1] for found in _PATTERNS.field.finditer(inside)}
    spelled = {found[1].lower() for found in _PATTERNS.key.finditer(inside)}
    if "name" not in fields or not spelled <= fields.keys():
        return fields.get("name", "") if "name" in fields and _PATTERNS.name.fullmatch(fields["name"]) else ""
    return "_".join(fields[key] for key in ("namespace", "subsystem", "name") if fields.get(key))
