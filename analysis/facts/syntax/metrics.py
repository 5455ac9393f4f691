"""Metrics that dashboards and alerts query, as Prometheus, OpenTelemetry and statsd clients define them."""

from collections.abc import Callable, Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, call_text, joined, keywords
from analysis.facts.syntax.flags import calls
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)

_SPEAKS_OF_IT = ("ounter", "auge", "istogram", "ummary", "Info(", "statsd", "NewDesc", "BuildFQName")
"""Text that occurs in every definition: most files have none, and this check is faster than the patterns."""

Constants = Callable[[str], str | None]
"""The text that a name stands for in Go, such as `namespace` or `metrics.Namespace`; None if unknown."""


def _unknown(_name: str) -> None:
    return None


def metrics(file: ChangedFile, view: View, elsewhere: Constants = _unknown) -> Iterator[Mention]:
    """Find the metrics that a file defines: by full name, or by its end if its prefix is defined elsewhere.

    `elsewhere` knows the constants of other files.
    """
    pattern = _PATTERNS["definition"].get(file.language)
    if pattern is None or not any(word in view.code for word in _SPEAKS_OF_IT):
        return

    def constant(name: str) -> str | None:
        found = constant_in(view.code, name)
        return elsewhere(name) if found is None else found

    for found in (pattern, _PATTERNS.statsd):
        for call in calls(found, view):
            name, at = _named(call.found[0], call.given, constant)
            if _PATTERNS.name.fullmatch(name):
                yield view.mention(name, file.path, at)
    if file.language == "go":
        for found_options in _PATTERNS.go_options.finditer(view.code):
            name = _joined(call_text(view.code, found_options.end() - 1), constant)
            if name:
                yield view.mention(name, file.path, found_options.start())


def constant_in(code: str, name: str) -> str | None:
    """Return the text of a Go constant in a file; None if it is not there, or has several."""
    found = {one["text"] for one in _PATTERNS.of("constant", identifier=name).finditer(code)} if name in code else set()
    return found.pop() if len(found) == 1 else None


def _named(call: str, given: list[tuple[str, int]], constant: Constants) -> tuple[str, int]:
    """Return a definition's name, given by keyword, as an object's field or as the first argument, and its offset."""
    if not given:
        return "", 0
    if call.endswith("BuildFQName(") or given[0][0].startswith("prometheus.BuildFQName("):
        words = (
            [text for text, _ in given]
            if call.endswith("BuildFQName(")
            else call_text(given[0][0], len("prometheus.BuildFQName")).split(",")
        )
        return _together([_spelled(text.strip(), constant) for text in words]), given[0][1]
    if given[0][0].startswith("{"):
        return _joined(call_text(given[0][0], 0), constant), given[0][1]
    if given[0][0].startswith("name:"):  # a macro's own named-argument syntax
        return _joined(", ".join(text for text, _ in given), constant), given[0][1]
    named = keywords(given)
    at = next((at for text, at in given if text.startswith("name")), given[0][1])
    if "name" in named:
        return joined(named["name"]), at
    is_bare = _PATTERNS.constructed.search(call) and not (len(given) > 1 and given[1][0][:1] in "\"'frFR")
    return ("", 0) if is_bare else (joined(given[0][0]), given[0][1])  # `Counter("some words")` counts letters


def _joined(inside: str, constant: Constants) -> str:
    """Return the name that an object's fields form together."""
    found = (_PATTERNS.field.fullmatch(text) for text, _ in arguments(inside))
    fields = {one["key"].lower(): _spelled(one["value"].strip(), constant) for one in found if one}
    return _together([fields.get(key, "") for key in ("namespace", "subsystem", "name")]) if fields.get("name") else ""


def _together(parts: list[str | None]) -> str:
    """Join a name's parts; if one is unknown, only those after it, provided they are still distinctive."""
    known = parts[max((at + 1 for at, part in enumerate(parts) if part is None), default=0) :]
    name = "_".join(part for part in known if part)
    return name if len(known) == len(parts) or _PATTERNS.name.fullmatch(name) else ""


def _spelled(value: str, constant: Constants) -> str | None:
    """Return the text of a literal, or of a constant."""
    if found := _PATTERNS.spelled.fullmatch(value):
        return found["text"]
    return constant(value) if _PATTERNS.identifier.fullmatch(value) else None
