"""What users type, set and call: command-line flags, environment variables, HTTP endpoints."""

import re
from collections.abc import Callable, Iterator, Sequence

from analysis.facts.changed import ChangedFile, Mention, call_text, literal, only_in, string_after
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Side

_PYTHON_FLAG = re.compile(r"\b(?:add_argument|option|Option)\(")
_FLAG_NAME = re.compile(r"""["'](--[A-Za-z][\w-]*)(?:/--[\w-]+)?["']""")
_CLAP_FLAG = re.compile(r"#\[(?:arg|clap)\(((?:[^\[\]]|\[[^\]]*\])*)\)\]\s*(?:///[^\n]*\s*)*(?:pub\s+)?(\w+)\s*:")
_GO_FLAG = re.compile(r"""(?:\bflag|[fF]lags(?:\(\))?)\.\w+\(\s*(?:&[\w.]+,\s*)?"([A-Za-z][\w.-]*)\"""")
_C_FLAG = re.compile(
    r"""\bDEFINE_\w+\(\s*(\w+)\s*,|\bABSL_FLAG\(\s*[^,]+,\s*(\w+)\s*,|\badd_(?:option|flag)\(\s*"(?:-\w,)?(--[\w-]+)"""
)
_JS_FLAG = re.compile(r"""\.(?:option|requiredOption)\(\s*["'`](?:-\w,?\s*)?(--[\w-]+)""")

_ENV = re.compile(
    r"""(?P<a>\b[A-Z][A-Z0-9_]{3,})\s*=\s*Env\w+\((?P<av>[^)\n]*)\)"""
    r"""|\benviron(?:\.get|\.setdefault|\.pop)?\s*[(\[]\s*f?["'](?P<b>[A-Z][A-Z0-9_]{3,})["'](?:\s*,\s*(?P<bv>[^)\n]*))?"""
    r"""|\b\w*[eE]nv\w*(?:::var|::var_os)?\(\s*&?["'](?P<c>[A-Z][A-Z0-9_]{3,})["'](?:\s*,\s*(?P<cv>[^)\n]*))?"""
    r"""|\bprocess\.env\.(?P<d>[A-Z][A-Z0-9_]{3,})"""
    r"""|^\s*["'](?P<e>[A-Z][A-Z0-9_]{4,})["']\s*:\s*(?:\n\s*)?lambda""",
    re.MULTILINE,
)

_PYTHON_ROUTE = re.compile(
    r"""@\w*(?:app|router|route|api|server|blueprint|bp)\w*\.(get|post|put|patch|delete|head|websocket|route|api_route)"""
    r"""\(\s*f?["'](/[^"'\n]*)["'](?:[^)]*methods\s*=\s*\[([^\]]*)\])?"""
)
_RUST_ROUTE = re.compile(r"""\.route\(\s*"(/[^"\n]*)"\s*,\s*(?:\w+::)*(get|post|put|patch|delete|any)?""")
_GO_ROUTE = re.compile(
    r"""\b\w*(?:mux|[rR]outer|r|e|app|engine|group)\.(?:(GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Delete)|HandleFunc|Handle)\(\s*"(?:(GET|POST|PUT|PATCH|DELETE) )?(/[^"\n]*)\""""
)
_JS_ROUTE = re.compile(r"""\b(?:app|router|server|fastify)\.(get|post|put|patch|delete)\(\s*["'`](/[^"'`\n]*)""")


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find flags, environment variables and endpoints that the commit adds or removes in the product's code."""
    product = [file for file in files if file.is_product]
    for find, added, removed in (
        (_flags, FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED),
        (_variables, FactKind.ENV_ADDED, FactKind.ENV_REMOVED),
        (_endpoints, FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED),
    ):
        before, after = _both_sides(product, find)
        for kind, mentions, others in ((added, after, before), (removed, before, after)):
            for mention in only_in(mentions, others):
                name = _full_route(mention.name, files) if find is _endpoints else mention.name
                was, now = ("", mention.value) if kind is added else (mention.value, "")
                yield Fact(kind, name, mention.path, mention.line, was, now, mention.detail)
        if find is not _endpoints:
            yield from _changed_defaults(before, after)


def _changed_defaults(before: list[Mention], after: list[Mention]) -> Iterator[Fact]:
    old = {mention.name: mention for mention in before if mention.value}
    for mention in after:
        was = old.get(mention.name)
        if was and mention.value and was.value != mention.value and was.path == mention.path:
            yield Fact(FactKind.DEFAULT_CHANGED, mention.name, mention.path, mention.line, was.value, mention.value)


def _both_sides(
    files: Sequence[ChangedFile], find: Callable[[ChangedFile, Side], Iterator[Mention]]
) -> tuple[list[Mention], list[Mention]]:
    sides = [(file, old, new) for file in files for _, old, new in file.sides]
    return (
        [mention for file, old, _ in sides for mention in find(file, old)],
        [mention for file, _, new in sides for mention in find(file, new)],
    )


def _flags(file: ChangedFile, side: Side) -> Iterator[Mention]:
    text = side.text
    if file.language == "python":
        for call in _PYTHON_FLAG.finditer(text):
            inside = call_text(text, call.end() - 1)
            head = inside[: inside.find("=")] if "=" in inside else inside
            for named in _FLAG_NAME.finditer(head):
                at = call.end() + named.start()
                default = re.search(r"\bdefault\s*=\s*(.*)", inside)
                yield _mention(
                    file, side, named[1], at, literal(default[1]) if default else "", string_after("help", inside)
                )
    elif file.language == "rust":
        for found in _CLAP_FLAG.finditer(text):
            long = re.search(r"""\blong\b(?:\s*=\s*"([\w-]+)")?""", found[1])
            if long:
                default = re.search(r"default_value(?:_t)?\s*=\s*([^,)]+)", found[1])
                name = "--" + (long[1] or found[2].replace("_", "-"))
                yield _mention(file, side, name, found.start(), default[1].strip() if default else "")
    elif file.language == "go":
        for found in _GO_FLAG.finditer(text):
            yield _mention(file, side, f"--{found[1]}", found.start())
    elif file.language == "c":
        for found in _C_FLAG.finditer(text):
            yield _mention(file, side, found[3] or f"--{found[1] or found[2]}", found.start())
    elif file.language == "javascript":
        for found in _JS_FLAG.finditer(text):
            yield _mention(file, side, found[1], found.start())


def _variables(file: ChangedFile, side: Side) -> Iterator[Mention]:
    if file.language not in {"python", "rust", "go", "c", "javascript"}:
        return
    for found in _ENV.finditer(side.text):
        group = next(key for key in "abcde" if found[key])
        value = found[f"{group}v"] if group in "abc" else None
        yield _mention(file, side, found[group], found.start(group), literal(value) if value else "")


def _endpoints(file: ChangedFile, side: Side) -> Iterator[Mention]:
    pattern = {"python": _PYTHON_ROUTE, "rust": _RUST_ROUTE, "go": _GO_ROUTE, "javascript": _JS_ROUTE}.get(
        file.language
    )
    if pattern is None:
        return
    for found in pattern.finditer(side.text):
        if pattern is _PYTHON_ROUTE:
            verb = (
                found[1] if found[1] not in {"route", "api_route"} else (found[3] or "get").split(",")[0].strip(" \"'")
            )
            route = found[2]
        elif pattern is _RUST_ROUTE:
            verb, route = found[2] or "", found[1]
        elif pattern is _GO_ROUTE:
            verb, route = found[1] or found[2] or "", found[3]
        else:
            verb, route = found[1], found[2]
        yield _mention(file, side, f"{verb.upper()} {route}".strip(), found.start())


def _mention(file: ChangedFile, side: Side, name: str, at: int, value: str = "", detail: str = "") -> Mention:
    return Mention(name, file.path, side.line_at(at), value, detail, side.is_changed(at, at + len(name)))


def _full_route(name: str, files: Sequence[ChangedFile]) -> str:
    # A router's prefix stands where the router is made, mostly outside the diff; documents and tests of the same
    # commit spell the whole path, so the longest added one that ends with the route is taken.
    verb, _, route = name.rpartition(" ")
    longer = re.compile(rf"(?:https?://[\w.:-]+)?((?:/[\w.-]+)+{re.escape(route)})(?![\w/-])")
    found = [
        match[1]
        for file in files
        if not file.is_product
        for hunk in file.hunks
        for line in hunk.lines
        if line.added
        for match in longer.finditer(line.text)
    ]
    return f"{verb} {max(found, key=len)}".strip() if found else name
