"""Command-line flags, as each language's libraries define them."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import arguments, call_text, is_keyword, joined, keywords, literal
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_NEAR = 600
_CALLS = ("rgument(", "arg(", "args(", "flag(", "flags(", "ption(", "ptions(", "opt(", "opts(")
"""How the name of each call that defines a flag in Python ends: most code has none, and this check is faster than the pattern."""


def flags(language: str, path: str, view: View) -> Iterator[Mention]:
    """Find the flags that a file defines: by name, with the default as written and the help text, if given."""
    find = _BY_LANGUAGE.get(language)
    if find:
        yield from find(path, view)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that defines something: the match, where its arguments end, and the arguments with their offsets."""

    found: re.Match[str]
    end: int
    given: list[tuple[str, int]]


def calls(pattern: re.Pattern[str], view: View) -> Iterator[Call]:
    """Yield the calls whose beginning, up to the parenthesis, matches `pattern`."""
    at = 0
    while found := pattern.search(view.code, at):
        start = found.end()
        # Blanked code decides where arguments end; their contents are read from the text itself.
        code = call_text(view.code, start - 1)
        spans = [(start + offset, start + offset + len(text)) for text, offset in arguments(code)]
        yield Call(found, start + len(code), [(view.text[first:last], first) for first, last in spans])
        at = start + len(code)


def _python(path: str, view: View) -> Iterator[Mention]:
    yield from _begun_above(path, view)
    yield from _in_loops(path, view)
    for call in calls(_PATTERNS.python, view) if any(end in view.code for end in _CALLS) else ():
        positional = [pair for pair in call.given if not is_keyword(pair[0])]
        named = keywords(call.given)
        default, detail = literal(named.get("default", "")), joined(named.get("help", ""))
        names = [(found[1], at) for text, at in positional if (found := _PATTERNS.long.match(text))]
        if call.found["call"] == "Option":
            names = names or _named_by_parameter(view, call.found.start())
            default = default or _typer_default(view, positional, call.end)
        for name, at in names:
            yield view.mention(name, path, at, default, detail)


def _in_loops(path: str, view: View) -> Iterator[Mention]:
    """Yield the flags that a loop over names defines: `for one in ("a", "b"): parser.add_argument(f"--{one}")`."""
    if "for " not in view.code:
        return
    for loop in _PATTERNS.loop.finditer(view.code):
        body = view.code[loop.end() : loop.end() + _NEAR]
        made = _PATTERNS.made.search(body)
        if made and made["one"] == loop["one"]:
            for value in _PATTERNS.quoted.finditer(loop["values"]):
                name = value[1].replace("_", "-") if ".replace(" in made[0] else value[1]
                yield view.mention(made["start"] + name + made["end"], path, loop.start("values") + value.start())


def _begun_above(path: str, view: View) -> Iterator[Mention]:
    """Yield the flag of a call that begins above the hunk, if a separate line names it."""
    if "--" not in view.code or not _PATTERNS.flag_line.search(view.code, 0, _NEAR):
        return
    inside = call_text(f"({view.code}", 0)
    given = [(view.text[at : at + len(text)], at) for text, at in arguments(inside)]
    named = keywords(given)
    if view.code[len(inside) : len(inside) + 1] == ")" and {"default", "help"} & named.keys():
        for text, at in given:
            if found := _PATTERNS.long.match(text):
                yield view.mention(found[1], path, at, literal(named.get("default", "")), joined(named.get("help", "")))


def _named_by_parameter(view: View, at: int) -> list[tuple[str, int]]:
    start = max(0, at - 200)
    found = _PATTERNS.typer_name.search(view.code[start:at])
    return [("--" + found[1].replace("_", "-"), start + found.start(1))] if found else []


def _typer_default(view: View, positional: list[tuple[str, int]], end: int) -> str:
    after = _PATTERNS.after_annotated.match(view.code, end + 1)
    if after:
        return literal(after[1])
    first = positional[0][0] if positional else ""
    return "" if _PATTERNS.long.match(first) or first == "..." else literal(first)


def _rust(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.clap, view):
        field = _PATTERNS.clap_field.match(view.code, call.end)
        named = keywords(call.given)
        if "long" in named:
            name, at = joined(named["long"]), call.found.start()
        elif field and any(text == "long" for text, _ in call.given):
            name, at = field[1].replace("_", "-"), field.start(1)
        else:
            continue
        default = named.get("default_value_t") or named.get("default_value") or ""
        value = literal(default) or (default if _PATTERNS.clap_value.match(default) else "")
        start = call.found.start()
        detail = joined(named.get("help", "")) or documented(view.text[max(0, start - 2_000) : start])
        yield view.mention(f"--{name}", path, at, value, detail)


def documented(above: str) -> str:
    """Return the first paragraph of the doc comment that `above` ends with: clap uses it as the help text."""
    said: list[str] = []
    for line in reversed(above.split("\n")[:-1]):
        found = _PATTERNS.rust_doc.match(line)
        if not found:
            break
        said.append(found[1].strip())
    return " ".join(itertools.takewhile(bool, reversed(said)))


def _go(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.go, view):
        place = 1 if call.found["var"] else 0
        found = _PATTERNS.go_name.match(call.given[place][0]) if len(call.given) > place else None
        rest = [text for text, _ in call.given[place + (2 if call.found["short"] else 1) :]]
        values = 1 if call.found["type"] else 0  # a custom type has its own default
        has_usage = len(rest) == values + 1 and _PATTERNS.go_text.match(rest[-1])
        if found and (call.found["set"] or has_usage):
            said = joined(rest[-1]) if len(rest) > values else ""
            default = literal(rest[0]) if rest and values else ""
            yield view.mention(f"--{found[1]}", path, call.given[place][1], default, said)
    yield from _kingpin(path, view)
    for named in _PATTERNS.urfave.finditer(view.code):
        yield view.mention(f"--{named[1]}", path, named.start(1))


def _kingpin(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.kingpin, view) if "Flag(" in view.code else ():
        given = call.given if call.found[0] == ".Flag(" else call.given[1:]
        found = _PATTERNS.go_name.match(given[0][0]) if len(given) == len(("name", "help")) else None
        if found and _PATTERNS.go_text.match(given[1][0]):
            default = _PATTERNS.kingpin_default.match(view.code, call.end)
            value = literal(default["value"]) if default else ""
            yield view.mention(f"--{found[1]}", path, given[0][1], value, joined(given[1][0]))


def clap_variables(path: str, view: View) -> Iterator[Mention]:
    """Find the variables of arguments with a bare `env`, which are named after their fields, in capitals.

    https://docs.rs/clap/latest/clap/_derive/index.html#arg-attributes
    """
    for call in calls(_PATTERNS.clap, view):
        field = _PATTERNS.clap_field.match(view.code, call.end)
        if field and any(text == "env" for text, _ in call.given):
            yield view.mention(field[1].upper(), path, field.start(1))


def _c(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.c, view):
        place = 1 if call.found["absl"] else 0
        if len(call.given) <= place:
            continue
        text, at = call.given[place]
        rest = [argument for argument, _ in call.given[place + 1 :]]
        if call.found["cli11"]:
            if found := _PATTERNS.cli11_name.match(text):
                said = next((joined(argument) for argument in rest if argument.startswith('"')), "")
                yield view.mention(found[1], path, at, detail=said)
        elif _PATTERNS.c_name.fullmatch(text):
            yield view.mention(f"--{text}", path, at, literal(rest[0]) if rest else "", joined("".join(rest[1:2])))


def _javascript(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.javascript, view):
        found = _PATTERNS.commander_name.match(call.given[0][0]) if call.given else None
        if found:
            rest = [argument for argument, _ in call.given[1:]]
            value = literal(rest[-1]) if len(rest) > 1 else ""
            yield view.mention(found[1], path, call.given[0][1], value, joined(rest[0]) if rest else "")


_BY_LANGUAGE: dict[str, Callable[[str, View], Iterator[Mention]]] = {
    "python": _python,
    "rust": _rust,
    "go": _go,
    "c": _c,
    "javascript": _javascript,
}
