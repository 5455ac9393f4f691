"""What headers of C, C++ and CUDA offer to others: functions, types and macros, and the values that hold by default."""

import re
from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, assignment, call_text, literal

_HEADER = re.compile(r"(?:^|/)include/|\.(?:h|hh|hpp|hxx|cuh)$")
_PUBLIC = re.compile(r"(?:^|/)(?:include|public|api)/|^[^/]*$")
"""Where headers for others lie; one beside its source files is this build's own."""
_INNER_PATH = re.compile(r"(?:^|/)(?:detail|details|internal|impl|private)/|(?:_|-)(?:impl|internal|detail|inl)\.\w+$")
_INNER = re.compile(r"^[ \t]*namespace\s+(?:\w+::)*(?:\w*detail\w*|\w*internal\w*|impl|anonymous)?\s*\{", re.MULTILINE)
_FUNCTION = re.compile(
    r"^(?!(?:return|else|case|delete|throw|using|typedef|goto|new|static(?!_)|friend|namespace)\b|#|[^\n(]*__device__)"
    r"(?:[A-Za-z_][\w:]*(?:<[^()\n;]{0,120}>)?[ \t]*[*&]{0,2}[ \t]+[*&]{0,2}){1,6}(?P<name>[A-Za-z]\w+)(?P<rest>\([^\n]*)",
    re.MULTILINE,
)
_TYPE = re.compile(
    r"^(?:template[ ]*<[^\n]{0,120}>[ ]*)?(?:typedef[ ]+)?(?P<keyword>class|struct|union|enum(?:[ ]+class)?)[ ]+(?:[A-Z][A-Z0-9_]{2,}(?:\([^)\n]*\))?[ ]+)?"
    r"(?P<name>[A-Za-z]\w*)(?P<rest>[ ]*(?:final[ ]*)?(?:\{|:[^:\n][^\n]*|)$)",
    re.MULTILINE,
)
_MACRO = re.compile(r"^#[ ]*define[ ]+(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?P<rest>(?:\(|[ \t]+\S)[^\n]*)", re.MULTILINE)
_GUARD = re.compile(r"_(?:H|HH|HPP|HXX|CUH|INCLUDED|INCLUDE)_*$")
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
_NOT_A_TYPE = re.compile(r"^(?:extern|inline|constexpr|explicit|virtual|const|unsigned)[ ]+$")

_OWNER = re.compile(
    r"^(?:struct|class)\s+(?:[A-Z][A-Z0-9_]{2,}\s+)?(?P<name>\w*(?:config|options|param(?:eter)?s|settings|args))(?:_t)?\s*(?:final\s*)?(?:\{|:[^:]|$)",
    re.IGNORECASE,
)
"""Whose fields people set; what other types begin with is their own affair."""
_WITHIN = re.compile(r"#|\{|(?:public|private|protected)\b")
_MEMBER = re.compile(
    r"^(?P<indent>[ ]{2}|[ ]{4}|\t)(?!\s|return\b|static\b|constexpr\b|const\b|using\b)(?:[\w:]+(?:<[^;=()]{0,80}>)?[*&]?\s+){1,4}[*&]?(?P<name>[A-Za-z]\w*(?<!_))\s*"
    r"(?:=\s*(?P<value>[^=;{][^;]*)|\{(?P<braced>[^};]*)\});"
)


def is_header(file: ChangedFile) -> bool:
    """Whether others may include it: what a source file declares is its own."""
    return file.language == "c" and bool(_HEADER.search(file.path)) and not _INNER_PATH.search(file.path)


def offered(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the functions, types and macros that a header declares outside of classes and of namespaces for its own use."""
    if not (is_header(file) and _PUBLIC.search(file.path)):
        return
    inner = _INNER.search(view.code)
    end = inner.start() if inner else len(view.code)
    if _INNER.match(view.heading):
        return
    for pattern, kind in ((_FUNCTION, "function"), (_TYPE, "type")):
        for found in pattern.finditer(view.code, 0, end):
            name = found["name"]
            if (
                name not in _KEYWORDS
                and not name.isupper()
                and not _NOT_A_TYPE.match(found[0][: found.start("name") - found.start()])
            ):
                yield view.mention(name, file.path, found.start("name"), found["rest"], kind)
    if "define" in view.code:
        for found in _MACRO.finditer(view.code):
            if not _GUARD.search(found["name"]) and f"#undef {found['name']}" not in view.code:
                yield view.mention(found["name"], file.path, found.start("name"), found["rest"], "macro")


def header_defaults(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find what the parameters and fields that a header declares are when nobody says otherwise."""
    if not is_header(file):
        return
    for found in _FUNCTION.finditer(view.code):
        opening = found.start("rest")
        inside = call_text(view.code, opening)
        if "=" in inside and found["name"] not in _KEYWORDS and view.code[opening + len(inside) + 1 :][:1] == ")":
            for given, at in arguments(inside):
                left, right = assignment(given)
                name = re.search(r"\w+$", left)
                if name and (value := literal(right)):
                    yield view.mention(f"{found['name']}({name[0]}=…)", file.path, opening + 1 + at, value)
    yield from _members(file.path, view)


def _members(path: str, view: View) -> Iterator[Mention]:
    heading = _OWNER.match(view.heading)
    owner, indent = heading["name"] if heading else "", ""
    for number, text, changed in view.lines():
        if text[:1].strip():
            found = _OWNER.match(text)
            owner = found["name"] if found else owner if _WITHIN.match(text) else ""
            indent = "" if found else indent
        elif owner and text.strip():
            indent = indent or text[: len(text) - len(text.lstrip())]  # what is indented further is a method's own
            found = _MEMBER.match(text)
            value = literal(found["value"] or found["braced"] or "") if found else ""
            if found and value and found["indent"] == indent:
                yield Mention(f"{owner}.{found['name']}", path, number, value, changed=changed)
