"""What modules list as exports: Python's `__all__`, JavaScript's `export { … }`."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text
from analysis.i18n.patterns import Patterns

LISTED = "listed"
"""Marks a mention of a name that a list exports; it may be defined elsewhere."""

_PATTERNS = Patterns(__file__)


def listed(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the names that a module lists as exports, as far as the hunk or its heading shows where the list begins."""
    if file.language == "python" and ("__all__" in view.code or view.heading.startswith("__all__")):
        yield from _python(file.path, view)
    elif file.language == "javascript" and "export" in view.code:
        yield from _javascript(file.path, view)


def _python(path: str, view: View) -> Iterator[Mention]:
    spans = [
        (found.end(), call_text(view.code, found.end() - 1, _LONGEST)) for found in _PATTERNS.all.finditer(view.code)
    ]
    if _PATTERNS.all.match(view.heading) and not view.heading.rstrip().endswith(("]", ")")):
        spans.append((0, call_text(f"[{view.code}", 0, _LONGEST)))
    for start, inside in spans:
        for found in _PATTERNS.own_name.finditer(inside):
            yield view.mention(found[1], path, start + found.start(1), detail=LISTED)


def _javascript(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.export.finditer(view.code):
        inside = call_text(view.code, found.end() - 1, _LONGEST)
        if _PATTERNS.ends.match(view.code, found.end() + len(inside)):
            for item in _PATTERNS.item.finditer(inside):
                if item["name"] != "default":
                    yield view.mention(item["name"], path, found.end() + item.start("name"), detail=LISTED)


_LONGEST = 20_000
