"""Commands of programs, as each language's libraries define them: in `tool serve`, the command is `serve`."""

from collections.abc import Callable, Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import is_keyword, joined, kebab, keywords
from analysis.facts.syntax.flags import calls, documented
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_WORDS = {
    "python": ("add_parser(", ".command(", ".group("), "rust": ("ubcommand",), "go": ("cobra.Command",), "javascript": (".command(",),
}  # fmt: skip
"""Text that occurs in every definition: most files have none, and this check is faster than the patterns."""


def commands(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the commands that a file defines: by name, with the program's own description."""
    find = _BY_LANGUAGE.get(file.language)
    if find and any(word in view.code for word in _WORDS[file.language]):
        yield from find(file.path, view)


def _python(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.argparse, view):
        text, at = call.given[0] if call.given else ("", 0)
        name = "" if is_keyword(text) else joined(text)
        if _PATTERNS.name.match(name) and text.strip()[-1:] in "\"'":
            yield view.mention(name, path, at, detail=joined(keywords(call.given).get("help", "")))
    for call in calls(_PATTERNS.click, view):
        named = keywords(call.given)
        text, at = (
            call.given[0]
            if call.given and not is_keyword(call.given[0][0])
            else (named.get("name", ""), call.found.start())
        )
        defined = _PATTERNS.defined.match(view.code, call.end)
        name = joined(text) or (_PATTERNS.suffix.sub("", defined["name"]).replace("_", "-") if defined else "")
        if _PATTERNS.name.match(name):
            yield view.mention(
                name, path, at or call.found.start(), detail=joined(named.get("help", named.get("short_help", "")))
            )


def _rust(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.clap_built, view):
        name = joined(call.given[0][0]) if call.given else ""
        if _PATTERNS.name.match(name):
            yield view.mention(name, path, call.given[0][1])
    for found in _PATTERNS.clap_derived.finditer(view.code):
        at = found.end()
        for line in view.code[at:].split("\n"):
            variant = _PATTERNS.variant.match(line)
            if line.startswith("}"):
                break
            if variant:
                name = kebab(variant["name"])
                yield view.mention(name, path, at, detail=documented(view.text[max(0, at - 2_000) : at]))
            at += len(line) + 1


def _go(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.cobra.finditer(view.code):
        inside = view.code[found.end() : found.end() + 600]
        use, short = _PATTERNS.use.search(inside), _PATTERNS.short.search(inside)
        if use:
            said = joined(inside[short.end() :]) if short else ""
            yield view.mention(use["name"], path, found.end() + use.start(), detail=said)


def _javascript(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.commander, view):
        words = joined(call.given[0][0]).split() if call.given and call.given[0][0][:1] in "\"'`" else []
        said = joined(call.given[1][0]) if len(call.given) > 1 and call.given[1][0][:1] in "\"'`" else ""
        if words and _PATTERNS.name.match(words[0]) and (said or _PATTERNS.described.match(view.code, call.end)):
            yield view.mention(words[0], path, call.given[0][1], detail=said)


_BY_LANGUAGE: dict[str, Callable[[str, View], Iterator[Mention]]] = {
    "python": _python,
    "rust": _rust,
    "go": _go,
    "javascript": _javascript,
}
