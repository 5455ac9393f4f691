"""Keys and values in configuration files, with the path to each key as far as the hunk shows it."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import View
from analysis.facts.syntax.code import depth_of
from analysis.i18n.patterns import Patterns

Setting = tuple[str, str, int, bool, bool]
"""Name, value, line, whether the line is only on this side, whether the key alone identifies a setting."""

_PATTERNS = Patterns(__file__)
_PROSE = {"description", "title", "help", "summary", "label", "doc", "comment", "name", "id", "version", "tooltip"}


def settings(language: str, view: View) -> Iterator[Setting]:
    """Find the keys with a plain value in a YAML, TOML or JSON configuration file; lists and prose are left out."""
    if language == "yaml":
        yield from _yaml(view)
    elif language == "toml":
        yield from _toml(view)
    elif language == "json":
        yield from _json(view)


class _Path:
    """The keys above a line, by indentation; those above the hunk are unknown."""

    def __init__(self, root: str = "") -> None:
        self.above: list[tuple[int, str]] = [(0, root)] if root else []

    def enter(self, indent: int, key: str) -> str:
        """Move to `key` at this indentation and return its name: the whole path, or as much of its end as is known."""
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        names = [name for _, name in self.above]
        if len(self.above) == 1 and indent > self.above[0][0] + 2:
            self.above, names = (
                [],
                [],
            )  # the hunk does not show the keys between the heading's and this one
        self.above.append((indent, key))
        return ".".join([*names, key])


def _yaml(view: View) -> Iterator[Setting]:
    root = _PATTERNS.yaml.match(view.heading.partition(" #")[0])
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
        if (item := _PATTERNS.yaml_item.match(text)) and (not items or items[-1] < indent):
            items.append(len(item["indent"]))
        if text[:1].strip() and not item:
            items.clear()
        found = _PATTERNS.yaml.match(text)
        if not found:
            continue
        value = found["value"] or ""
        name = path.enter(len(found["indent"]) + len(found["item"]), found["name"])
        if _PATTERNS.yaml_block.search(value):
            block = indent
        elif _PATTERNS.scalar.fullmatch(value) and found["name"].lower() not in _PROSE | {"uses", "image", "run"}:
            yield name, value, number, changed, not items


def _toml(view: View) -> Iterator[Setting]:
    table, is_item = "", False
    for number, text, changed in view.lines():
        if found := _PATTERNS.toml_table.match(text):
            table, is_item = found["name"] + ".", bool(found["many"])
        elif (
            (found := _PATTERNS.toml.match(text))
            and _PATTERNS.scalar.fullmatch(found["value"])
            and found["name"].lower() not in _PROSE
        ):
            yield table + found["name"], found["value"], number, changed, not is_item


def _json(view: View) -> Iterator[Setting]:
    path = _Path()
    found_here: list[Setting] = []
    for number, text, changed in view.lines():
        found = _PATTERNS.json.match(text)
        if not found:
            continue
        if _PATTERNS.table_key.fullmatch(found["name"]):
            return  # numbers keyed by numbers: a data table, not settings
        name = path.enter(len(found["indent"]), found["name"])
        if _PATTERNS.json_value.fullmatch(found["value"]) and found["name"].lower() not in _PROSE:
            found_here.append((name, found["value"], number, changed, True))
    yield from found_here
