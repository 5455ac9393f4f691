"""Metrics that dashboards and alerts query, as the clients of Prometheus, OpenTelemetry and statsd define them."""

import re
from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text, joined, keywords
from analysis.facts.syntax.flags import calls

_NAME = re.compile(r"[a-z][a-z\d]*(?:[_.:/-][a-z\d]+)+")
"""Of several words: `requests_total`, `quill:queue_size`, `http.server.duration`."""

_SPEAKS_OF_IT = ("ounter", "auge", "istogram", "ummary", "Info(", "statsd", "NewDesc", "BuildFQName")
"""What stands in each definition: most files hold none, which is seen quicker than by the patterns."""

_KIND = r"(?:Counter|Gauge|Histogram|Summary)"
_PYTHON = re.compile(
    rf"(?:\b(?:\w+\.)?(?:{_KIND}|Info)|\b(?:self\.)?_?\w*(?:counter|gauge|histogram|summary)_cls|\.create_(?:observable_)?(?:up_down_)?(?:counter|gauge|histogram))\("
)
_CONSTRUCTED = re.compile(rf"(?<![A-Za-z0-9])(?:{_KIND}|Info)\($|_cls\($")
_GO = re.compile(
    r"\.(?:Int64|Float64)(?:Observable)?(?:UpDown)?(?:Counter|Gauge|Histogram)\(|\bprometheus\.NewDesc\(|\bprometheus\.BuildFQName\("
)
_GO_OPTIONS = re.compile(rf"\bprometheus\.{_KIND}Opts\s*\{{")
_RUST = re.compile(
    rf"\b(?:\w+_)?(?:counter|gauge|histogram)(?:_vec)?!\(|\b(?:Int)?{_KIND}(?:Vec)?::new\("
    r"|\b(?:Histogram)?Opts::new\(|\bnew_(?:counter|gauge|histogram)(?:_vec)?\(|\.(?:u64|f64|i64)_(?:observable_)?(?:up_down_)?(?:counter|gauge|histogram)\("
)
_JAVASCRIPT = re.compile(
    rf"\.create(?:Observable)?(?:UpDown)?(?:Counter|Gauge|Histogram)\(|\bnew\s+(?:\w+\.)?{_KIND}\("
)
_C = re.compile(
    rf"\bprometheus::Build{_KIND}\(\)\s*\.Name\(|->Create(?:U?Int64|Double)(?:Observable)?(?:UpDown)?(?:Counter|Gauge|Histogram)\("
)
_STATSD = re.compile(
    r"\b(?:\w*(?:statsd|Statsd|dogstatsd)\w*)\.(?:[iI]ncr(?:ement)?|[dD]ecr(?:ement)?|[gG]auge|[tT]iming|[hH]istogram|[cC]ount|[dD]istribution|[sS]et)\("
)
_PATTERNS = {"python": _PYTHON, "go": _GO, "rust": _RUST, "javascript": _JAVASCRIPT, "c": _C}
_FIELD = re.compile(r"\b(?P<key>Namespace|Subsystem|Name|name):\s*(?P<value>[\"'`][\w:./-]+[\"'`])")


def metrics(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the metrics that a file defines: by their whole name, as far as the definition spells it."""
    pattern = _PATTERNS.get(file.language)
    if pattern is None or not any(word in view.code for word in _SPEAKS_OF_IT):
        return
    for found in (pattern, _STATSD):
        for call in calls(found, view):
            name, at = _named(call.found[0], call.given)
            if _NAME.fullmatch(name):
                yield view.mention(name, file.path, at)
    if file.language == "go":
        for found_options in _GO_OPTIONS.finditer(view.code):
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
    is_bare = _CONSTRUCTED.search(call) and not (len(given) > 1 and given[1][0][:1] in "\"'frFR")
    return ("", 0) if is_bare else (joined(given[0][0]), given[0][1])  # `Counter("some words")` counts letters


def _joined(inside: str) -> str:
    """Return the name that an object's fields give together; empty where one of them is said elsewhere."""
    fields = {found["key"].lower(): found["value"][1:-1] for found in _FIELD.finditer(inside)}
    spelled = {found[1].lower() for found in re.finditer(r"\b(Namespace|Subsystem|Name|name):", inside)}
    if "name" not in fields or not spelled <= fields.keys():
        return fields.get("name", "") if "name" in fields and _NAME.fullmatch(fields["name"]) else ""
    return "_".join(fields[key] for key in ("namespace", "subsystem", "name") if fields.get(key))
