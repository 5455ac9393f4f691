"""YAML and JSON: Kubernetes, Helm, Kustomize, Compose, Prometheus rules, Grafana dashboards, and settings of any kind.

Documents are composed, never constructed: no tag makes an object, and an alias is read once. What is too deep or too large is read
line by line instead, as is what a template makes unreadable.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.i18n.patterns import Patterns
from analysis.uses.found import Command, Found, Setting, Word, moved
from analysis.uses.shell import command, image_of, package, shell, split, urls
from analysis.uses.use import UseKind

_PATTERNS = Patterns(__file__)

if TYPE_CHECKING:
    from yaml import MappingNode, Node, ScalarNode, SequenceNode

_DEEPEST, _MOST_NODES = 60, 100_000
_QUERIES = {"expr", "query", "definition", "metric", "metricname", "record", "rawsql", "serverquery"}
_COMMANDS = {"command", "args", "entrypoint", "cmd", "extraargs", "extra_args", "arguments"}
_ENVIRONMENTS = {"env", "environment", "extraenv", "envvars"}


def structured(text: str, *, is_within: bool = False) -> Iterator[Found]:
    """Read a YAML or JSON file; what stands in another, such as a dashboard in a ConfigMap, has none in itself."""
    documents = list(_documents(text))
    if not documents:
        yield from _lines(text)
        return
    for document in documents:
        yield from _Reader(text.split("\n"), is_within=is_within).read(document, ())


def _documents(text: str) -> Iterator["Node"]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if any(mark in text for mark in ("{{", "{%", "%{")):
        text = _PATTERNS.controlled.sub("", _PATTERNS.inline.sub("x", _PATTERNS.control.sub("", text)))
    if _is_too_deep(text):
        return
    try:
        nodes = list(yaml.compose_all(text, Loader=loader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    yield from (node for node in nodes if node is not None)


def _is_too_deep(text: str) -> bool:
    depth = 0
    for char in re.findall(r"[\[\]{}]", text):
        depth = max(0, depth + (1 if char in "[{" else -1))
        if depth > _DEEPEST:
            return True
    return _PATTERNS.nested.search(text) is not None


def _lines(text: str) -> Iterator[Found]:
    """Read what is no YAML: each line may be a list's item of a command, a variable or an image."""
    words: list[Word] = []
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip().removeprefix("- ").strip()
        yield from urls(line, number)
        key, _, value = plain.partition(":")
        if key == "image":
            yield from image_of(value.strip(), number)
        if found := _PATTERNS.assigned.fullmatch(plain):
            yield Setting(UseKind.VARIABLE, found["name"], found["value"], number)
        if key == "name" and _PATTERNS.name.fullmatch(value.strip()):
            yield Setting(UseKind.VARIABLE, value.strip(), "", number)
        if "--" in plain:
            words += [Word(word, number) for word in split(plain)]
    if words:
        yield Command(tuple(words))


class _Reader:
    """Walks one document; each node once."""

    def __init__(self, lines: list[str], *, is_within: bool) -> None:
        self._lines = lines
        self._is_within = is_within
        self._seen: set[int] = set()

    def read(self, node: "Node", keys: tuple[str, ...], image: str = "") -> Iterator[Found]:
        import yaml

        if id(node) in self._seen or len(self._seen) > _MOST_NODES or len(keys) > _DEEPEST:
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from self._mapping(node, keys, image)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self.read(item, keys, image)
        elif isinstance(node, yaml.ScalarNode):
            yield from self._scalar(node, keys, image)

    def _mapping(self, node: "MappingNode", keys: tuple[str, ...], image: str) -> Iterator[Found]:
        import yaml

        fields = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        plain = {key: value.value for key, value in fields.items() if isinstance(value, yaml.ScalarNode)}
        image = plain.get("image", image)
        if (
            "name" in plain
            and _PATTERNS.name.fullmatch(plain["name"])
            and fields.keys() <= {"name", "value", "valueFrom"}
        ):
            yield Setting(UseKind.VARIABLE, plain["name"], plain.get("value", ""), _line(fields["name"]))
        if "newTag" in plain and "name" in plain:  # Kustomize
            yield Setting(UseKind.IMAGE, plain.get("newName", plain["name"]), plain["newTag"], _line(fields["newTag"]))
        if "repository" in plain and "tag" in plain:  # a chart's values
            yield Setting(UseKind.IMAGE, plain["repository"], plain["tag"], _line(fields["tag"]))
            image = f"{plain['repository']}:{plain['tag']}"
        words = [
            word
            for key in ("entrypoint", "command", "args")
            if isinstance(fields.get(key), yaml.SequenceNode)
            for word in _items(fields[key])
        ]
        if words:
            is_arguments = "args" in fields and not fields.keys() & {"command", "entrypoint"}
            yield from _run(words, _bare(image), is_arguments=is_arguments)
        for key, value in fields.items():
            lowered = key.lower()
            inner = (*keys, key)
            if lowered in _ENVIRONMENTS and isinstance(value, yaml.MappingNode):
                yield from _pairs(value)
            elif key == "image" and isinstance(value, yaml.ScalarNode):
                yield from image_of(value.value, _line(value))
            elif lowered in _COMMANDS and isinstance(value, yaml.ScalarNode):
                yield from self._script(value, _bare(image))
            elif not (words and key in {"entrypoint", "command", "args"}):
                yield from self.read(value, inner, image)

    def _scalar(self, node: "ScalarNode", keys: tuple[str, ...], image: str) -> Iterator[Found]:
        text, line, key = node.value, _line(node), keys[-1].lower() if keys else ""
        if node.style == "|" and not self._is_within and _PATTERNS.file.search(key):
            yield from (moved(found, line - 1) for found in structured(text, is_within=True))
            return
        if key in _QUERIES:
            for name in dict.fromkeys(_PATTERNS.metric.findall(text)):
                at = text.find(name)
                yield Setting(
                    UseKind.METRIC, name, "", line + (text.count("\n", 0, at) if node.style in {"|", ">"} else 0)
                )
            return
        if key == "path" and text.startswith("/"):
            yield Setting(UseKind.ENDPOINT, text, "", line)
        yield from urls(text, line)
        if found := _PATTERNS.assigned.fullmatch(text):
            yield Setting(UseKind.VARIABLE, found["name"], found["value"], line)
        elif keys and _PATTERNS.name.fullmatch(keys[-1]):
            yield Setting(UseKind.VARIABLE, keys[-1], text, line)
        elif "--" in text and not text.startswith("---"):
            yield from self._script(node, _bare(image))
        elif len(keys) > 1 and keys[-2].lower().endswith("dependencies") and _PATTERNS.dependency.search(text):
            yield Setting(UseKind.VERSION, keys[-1], text, line)
        elif one := package(text, line):
            yield one
        if keys:
            yield Setting(UseKind.CONFIG, ".".join(keys), text, line)

    def _script(self, node: "ScalarNode", image: str) -> Iterator[Found]:
        """Read a text that a shell runs; a literal block begins in the line below its mark, others have lost their lines."""
        is_literal = node.style == "|"
        for found in shell(node.value, _line(node)):
            if not isinstance(found, Command):
                yield found
                continue
            words = found.words if is_literal else tuple(self._placed(found.words, node))
            yield Command(words, found.image or image)

    def _placed(self, words: tuple[Word, ...], node: "ScalarNode") -> Iterator[Word]:
        at, last = node.start_mark.line, min(node.end_mark.line, len(self._lines) - 1)
        for word in words:
            at = next((line for line in range(at, last + 1) if word.text in self._lines[line]), at)
            yield Word(word.text, at + 1)


def _run(words: list[Word], image: str, *, is_arguments: bool) -> Iterator[Found]:
    """Read a list of words: what a shell runs with `-c` is a script."""
    script = next((at for at, word in enumerate(words[:4]) if word.text in {"-c", "-lc", "-ec", "-euxc", "-exc"}), None)
    if script is not None and len(words) > script + 1:
        for word in words[script + 1 :]:
            for found in shell(word.text, word.line):
                yield Command(found.words, found.image or image) if isinstance(found, Command) else found
        return
    if len(words) == 1 or any("\n" in word.text for word in words):
        for word in words:
            for found in shell(word.text, word.line):
                yield Command(found.words, found.image or image) if isinstance(found, Command) else found
        return
    apart = [Word(piece, word.line) for word in words for piece in (split(word.text) if word.text.startswith("--") else [word.text])]  # fmt: skip
    yield from command(tuple(apart), image, is_arguments=is_arguments)


def _items(node: "SequenceNode") -> list[Word]:
    import yaml

    return [Word(item.value, _line(item)) for item in node.value if isinstance(item, yaml.ScalarNode)]


def _pairs(node: "MappingNode") -> Iterator[Setting]:
    import yaml

    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield Setting(
                UseKind.VARIABLE, key.value, value.value if isinstance(value, yaml.ScalarNode) else "", _line(key)
            )


def _line(node: "Node") -> int:
    block = getattr(node, "style", None) in {"|", ">"}
    return int(node.start_mark.line) + 1 + block


def _bare(image: str) -> str:
    return image.partition("@")[0].rpartition(":")[0] or image
