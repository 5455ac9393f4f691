"""What C, C++ and CUDA headers offer to others: functions, types and macros, and default values."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, assignment, call_text, literal
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_KEYWORDS = {
    "if",
    "for",
    "while",
    "switch",
    "sizeof",
    "defined",
    "operator",
    "main",
    "decltype",
    "alignas",
    "noexcept",
    "requires",
}


def is_header(file: ChangedFile) -> bool:
    """Whether others may include it: what a source file declares is private to it."""
    return (
        file.language == "c" and bool(_PATTERNS.header.search(file.path)) and not _PATTERNS.inner_path.search(file.path)
    )


def offered(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the functions, types and macros that a header declares outside classes and private namespaces."""
    if not (is_header(file) and _PATTERNS.public.search(file.path)):
        return
    inner = _PATTERNS.inner.search(view.code)
    end = inner.start() if inner else len(view.code)
    if _PATTERNS.inner.match(view.heading):
        return
    for pattern, kind in ((_PATTERNS.function, "function"), (_PATTERNS.type, "type")):
        for found in pattern.finditer(view.code, 0, end):
            name = found["name"]
            if (
                name not in _KEYWORDS
                and not name.isupper()
                and not _PATTERNS.not_a_type.match(found[0][: found.start("name") - found.start()])
            ):
                yield view.mention(name, file.path, found.start("name"), found["rest"], kind)
    if "define" in view.code:
        for found in _PATTERNS.macro.finditer(view.code):
            if not _PATTERNS.guard.search(found["name"]) and f"#undef {found['name']}" not in view.code:
                yield view.mention(found["name"], file.path, found.start("name"), found["rest"], "macro")


def header_defaults(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the default values of parameters and fields that a header declares."""
    if not is_header(file):
        return
    for found in _PATTERNS.function.finditer(view.code):
        opening = found.start("rest")
        inside = call_text(view.code, opening)
        if "=" in inside and found["name"] not in _KEYWORDS and view.code[opening + len(inside) + 1 :][:1] == ")":
            for given, at in arguments(inside):
                left, right = assignment(given)
                name = _PATTERNS.last_word.search(left)
                if name and (value := literal(right)):
                    yield view.mention(f"{found['name']}({name[0]}=…)", file.path, opening + 1 + at, value)
    yield from _members(file.path, view)


def _members(path: str, view: View) -> Iterator[Mention]:
    heading = _PATTERNS.owner.match(view.heading)
    owner, indent = heading["name"] if heading else "", ""
    for number, text, changed in view.lines():
        if text[:1].strip():
            found = _PATTERNS.owner.match(text)
            owner = found["name"] if found else owner if _PATTERNS.within.match(text) else ""
            indent = "" if found else indent
        elif owner and text.strip():
            indent = indent or text[: len(text) - len(text.lstrip())]  # anything indented further belongs to a method
            found = _PATTERNS.member.match(text)
            value = literal(found["value"] or found["braced"] or "") if found else ""
            if found and value and found["indent"] == indent:
                yield Mention(f"{owner}.{found['name']}", path, number, value, changed=changed)
