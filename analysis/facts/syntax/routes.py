"""HTTP endpoints, as each language's web frameworks declare them."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, call_text, keywords
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_MAKERS = ("Router(", "Blueprint(", "Group(", "PathPrefix(")
_PATHS = ('"/', "'/", "`/", " /")
"""How a path begins: most files have none, and this check is faster than the patterns."""


def routes(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the endpoints that a file declares: `GET /v1/models`, with its router's prefix if the same hunk shows it."""
    if not any(mark in view.code for mark in _PATHS):
        return
    prefixes = _prefixes(file.language, view)
    for verbs, on, route, at in _declared(file.language, view):
        for verb in verbs:
            name = f"{verb.upper()} {prefixes.get(on, '')}{route}".strip()
            yield view.mention(name, file.path, at)


def _prefixes(language: str, view: View) -> dict[str, str]:
    pattern = _PATTERNS["prefix"].get(language) if any(maker in view.code for maker in _MAKERS) else None
    return {found["on"]: found["prefix"].rstrip("/") for found in pattern.finditer(view.code)} if pattern else {}


def _declared(language: str, view: View) -> Iterator[tuple[list[str], str, str, int]]:
    """Yield verbs, the router object, the route, and its offset."""
    if language == "python":
        for pattern in (_PATTERNS.python, _PATTERNS.python_call):
            for found in pattern.finditer(view.code):
                yield _python_verbs(view, found), found["on"], found["route"], found.start("route")
    elif language == "rust":
        for found in _PATTERNS.axum.finditer(view.code):
            handler = call_text(view.code, found.start() + len(".route"))[
                found.end() - found.start() - len(".route(") :
            ]
            verbs = [verb for verb in _PATTERNS.rust_verb.findall(handler) if verb != "any"]
            yield verbs or [""], "", found["route"], found.start("route")
        for found in _PATTERNS.actix.finditer(view.code):
            yield [found["verb"]], "", found["route"], found.start("route")
    elif language == "go":
        for found in _PATTERNS.go.finditer(view.code):
            methods = _PATTERNS.go_methods.search(view.code[found.end() : found.end() + 200].partition("\n")[0])
            verbs = _PATTERNS.method.findall(methods[1]) if methods else []
            yield verbs or [found["verb"] or found["method"] or ""], found["on"], found["route"], found.start("route")
    elif language == "javascript":
        for found in _PATTERNS.javascript.finditer(view.code):
            verb = "" if found["verb"] in {"all", "any"} else found["verb"]
            yield [verb], found["on"], found["route"], found.start("route")


def _python_verbs(view: View, found: re.Match[str]) -> list[str]:
    verb = found["verb"].removeprefix("add_")
    if verb not in {"route", "api_route", "url_rule"}:
        return [verb]
    named = keywords(arguments(call_text(view.code, view.code.index("(", found.start("verb")))))
    return _PATTERNS.method.findall(named.get("methods", "")) or (["get"] if verb != "url_rule" else [""])


def full_route(name: str, files: Sequence[ChangedFile]) -> str:
    """Complete an endpoint's path from what the commit's documentation and tests call it.

    A router's prefix is set where the router is created, mostly outside the diff. Documentation and tests spell out the whole
    path: one that ends with the route is used unless the bare route or another such path contradicts it.
    """
    verb, _, route = name.rpartition(" ")
    if len(route) < len("/ab"):
        return name
    spelled = _PATTERNS.of("spelled", route=route)
    found = {
        match["path"]
        for file in files
        if not file.is_product
        for _, view in file.views
        for _, text, changed in view.lines()
        if changed and route in text
        for match in spelled.finditer(text)
        # A placeholder for a host may include part of the path as well.
        if match["path"] != route or not _PATTERNS.placeholder.search(match["host"])
    }
    longest = max(found, key=len, default="")
    if not longest or any(not longest.endswith(other) for other in found) or route in found:
        return name
    return f"{verb} {longest}".strip()
