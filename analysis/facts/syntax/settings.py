"""Keys and values of configuration files, with the path that leads to each as far as the hunk shows it."""

import re
from collections.abc import Iterator

from analysis.facts.syntax.changed import View
from analysis.facts.syntax.code import depth_of

Setting = tuple[str, str, int, bool, bool]
"""Name, value, line, whether the line is not on the other side, whether the key alone tells a setting apart."""

_YAML = re.compile(r"^(?P<indent> *)(?P<item>(?:- +)*)(?P<name>[A-Za-z_][\w.-]*)\s*:(?:\s+(?P<value>\S.*?))?\s*$")
_YAML_ITEM = re.compile(r"^(?P<indent> *)-(?:\s|$)")
_YAML_BLOCK = re.compile(r"[|>][+-]?\d*$")
_TOML = re.compile(r"^\s*(?P<name>[A-Za-z_][\w.-]*)\s*=\s*(?P<value>\S.*?)\s*$")
_TOML_TABLE = re.compile(r"^\[(?P<many>\[)?\s*(?P<name>[\w.\"-]+)\s*\]")
_JSON = re.compile(r'^(?P<indent>\s*)"(?P<name>[^"\\]{1,100})"\s*:\s*(?P<value>.+?)\s*,?\s*$')
_JSON_VALUE = re.compile(r'"[^"\s]*"|[-\d.eE+]+|true|false|null')
_SCALAR = re.compile(r"""[^\s\[\]{}&*|>!%@`"',]\S*|"[^"\s]*"|'[^'\s]*'""")
_PROSE = {"description", "title", "help", "summary", "label", "doc", "comment", "name", "id", "version", "tooltip"}
_TABLE_KEY = re.compile(r"\d+(?:[.x]\d+)*")


def settings(language: str, view: View) -> Iterator[Setting]:
    """Find the keys of a configuration file in YAML, TOML or JSON that have a plain value; lists and prose are left out."""
    if language == "yaml":
        yield from _yaml(view)
    elif language == "toml":
        yield from _toml(view)
    elif language == "json":
        yield from _json(view)


class _Path:
    """The keys above a line, by indentation; what stands above the hunk is not known."""

    def __init__(self, root: str = "") -> None:
        self.above: list[tuple[int, str]] = [(0, root)] if root else []

    def enter(self, indent: int, key: str) -> str:
        """Go to `key` at this indentation and return its name: the whole path, or as much of its end as is known."""
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        names = [name for _, name in self.above]
        if len(self.above) == 1 and indent > self.above[0][0] + 2:
            self.above, names = (
                [],
                [],
            )  # between the heading's key and this one there are others that the hunk does not show
        self.above.append((indent, key))
        return ".".join([*names, key])


def _yaml(view: View) -> Iterator[Setting]:
    root = _YAML.match(view.heading.partition(" #")[0])
    path = _Path(root["name"] if root and not root["value"] else "")
    block: int | None = None
    items: list[int] = []
    for number, text, changed in view.lines():
        if not text.strip():
            continue
        indent = depth_of(text)
        if block is not None and indent > block:
            continue
        block = None
        while items and indent < items[-1]:
            items.pop()
        if (item := _YAML_ITEM.match(text)) and (not items or items[-1] < indent):
            items.append(len(item["indent"]))
        if text[:1].strip() and not item:
            items.clear()
        found = _YAML.match(text)
        if not found:
            continue
        value = found["value"] or ""
        name = path.enter(len(found["indent"]) + len(found["item"]), found["name"])
        if _YAML_BLOCK.search(value):
            block = indent
        elif _SCALAR.fullmatch(value) and found["name"].lower() not in _PROSE | {"uses", "image", "run"}:
            yield name, value, number, changed, not items


def _toml(view: View) -> Iterator[Setting]:
    table, is_item = "", False
    for number, text, changed in view.lines():
        if found := _TOML_TABLE.match(text):
            table, is_item = found["name"] + ".", bool(found["many"])
        elif (found := _TOML.match(text)) and _SCALAR.fullmatch(found["value"]) and found["name"].lower() not in _PROSE:
            yield table + found["name"], found["value"], number, changed, not is_item


def _json(view: View) -> Iterator[Setting]:
    path = _Path()
    found_here: list[Setting] = []
    for number, text, changed in view.lines():
        found = _JSON.match(text)
        if not found:
            continue
        if _TABLE_KEY.fullmatch(found["name"]):
            return  # numbers by number: a table of data, not settings
        name = path.enter(len(found["indent"]), found["name"])
        if _JSON_VALUE.fullmatch(found["value"]) and found["name"].lower() not in _PROSE:
            found_here.append((name, found["value"], number, changed, True))
    yield from found_here
