"""Shell scripts, and what else is written as a shell reads it: Dockerfiles, systemd units, files of variables.

Words are those of `shlex`; nothing is expanded, and nothing is run.
"""

import json
import shlex
from collections.abc import Iterator

from analysis.i18n.patterns import Patterns
from analysis.uses.found import Command, Found, Setting, Word
from analysis.uses.use import UseKind

_PATTERNS = Patterns(__file__)
_RUNS_IMAGES = {"run", "pull", "create"}
_LONGEST = 20_000
"""Characters of one logical line."""


def shell(text: str, first: int = 1) -> Iterator[Found]:
    """Read a script whose first line has the number `first`."""
    for line, logical in _logical(text, first):
        yield from urls(logical, line)
        for part in _PATTERNS.parts.split(logical):
            yield from _command(part, line)


def _logical(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield lines with those that they go on in, each new line of them kept, and the number of the first."""
    begun, start = "", first
    for number, line in enumerate(text.split("\n"), first):
        if not begun and line.lstrip().startswith("#"):
            continue
        start = start if begun else number
        if line.rstrip().endswith("\\") and len(begun) < _LONGEST:
            begun += line.rstrip()[:-1] + "\n"
            continue
        whole, begun = begun + line, ""
        if whole.strip() and len(whole) <= _LONGEST:
            yield start, whole


def _command(text: str, line: int) -> Iterator[Found]:
    words: list[Word] = []
    for offset, piece in enumerate(text.split("\n")):
        words += [Word(word, line + offset) for word in split(piece)]
    while words and (found := _PATTERNS.assigned.fullmatch(words[0].text)):
        yield Setting(UseKind.VARIABLE, found["name"], found["value"], words[0].line)
        words.pop(0)
    if words and words[0].text in {"export", "env", "declare", "readonly"}:
        for word in words[1:]:
            if found := _PATTERNS.assigned.fullmatch(word.text):
                yield Setting(UseKind.VARIABLE, found["name"], found["value"], word.line)
    if words:
        yield from command(tuple(words))


def command(words: tuple[Word, ...], image: str = "", *, is_arguments: bool = False) -> Iterator[Found]:
    """Yield a command, with the variables that it hands on, the images that it runs, and the packages that it installs."""
    texts = [word.text for word in words]
    for at, word in enumerate(words):
        if texts[at - 1 : at] in (["-e"], ["--env"]) and (found := _PATTERNS.assigned.fullmatch(word.text)):
            yield Setting(UseKind.VARIABLE, found["name"], found["value"], word.line)
        if _RUNS_IMAGES.intersection(texts[:at]) and (found := _PATTERNS.image.fullmatch(word.text)):
            yield Setting(UseKind.IMAGE, found["name"], found["tag"], word.line)
            image = found["name"]
    if "install" in texts or "add" in texts:
        yield from (one for word in words if (one := package(word.text, word.line)))
    if image and texts[0].rpartition("/")[2] in {"docker", "podman", "nerdctl", "sudo"}:
        at = next((at for at, word in enumerate(words) if word.text.startswith(image)), 0)
        words, is_arguments = words[at + 1 :], True
    if words:
        yield Command(words, image, is_arguments=is_arguments)


def package(text: str, line: int) -> Setting | None:
    """Return the version that a requirement asks for; None if it is not a requirement."""
    found = _PATTERNS.installed.match(text.strip("\"'"))
    return Setting(UseKind.VERSION, found["name"], found["how"] + found["version"], line) if found else None


def urls(text: str, line: int) -> Iterator[Setting]:
    """Yield the paths of addresses in a text."""
    if "/" in text:
        for found in _PATTERNS.url.finditer(text):
            at = line + text.count("\n", 0, found.start())
            yield Setting(UseKind.ENDPOINT, found["path"], "", at)


def split(text: str) -> list[str]:
    """Cut a line into words, as a shell does; one with an open quotation mark at its spaces."""
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def dockerfile(text: str) -> Iterator[Found]:
    """Read a Dockerfile; instructions and their lines go on behind a backslash. https://docs.docker.com/reference/dockerfile/ ."""
    image = ""
    for line, logical in _logical(text, 1):
        found = _PATTERNS.instruction.match(logical.strip())
        if not found:
            continue
        name, rest = found["name"].upper(), found["rest"]
        if name == "FROM":
            image = next((word for word in rest.split() if not word.startswith("--")), "")
            yield from image_of(image, line)
        elif name in {"ENV", "ARG"}:
            yield from _env(rest, line)
        elif name in {"CMD", "ENTRYPOINT"} and rest.lstrip().startswith("["):
            yield from command(tuple(_listed(rest, line)), image.partition(":")[0])
        elif name in {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"}:
            yield from shell(rest, line)


def _env(rest: str, line: int) -> Iterator[Setting]:
    for offset, piece in enumerate(rest.split("\n")):
        words = split(piece)
        pairs = [found for word in words if (found := _PATTERNS.assigned.fullmatch(word))]
        yield from (Setting(UseKind.VARIABLE, found["name"], found["value"], line + offset) for found in pairs)
        if not pairs and len(words) > 1 and not offset:  # the old form: ENV NAME value
            yield Setting(UseKind.VARIABLE, words[0], " ".join(words[1:]), line)


def _listed(rest: str, line: int) -> Iterator[Word]:
    try:
        items = json.loads(rest)
    except (ValueError, RecursionError):
        return
    before = 0
    for item in items if isinstance(items, list) else []:
        at = rest.find(str(item), before)
        before = max(before, at)
        yield Word(str(item), line + rest.count("\n", 0, max(at, 0)))


def image_of(text: str, line: int) -> Iterator[Setting]:
    """Yield an image with its tag, where it names one."""
    if found := _PATTERNS.image.fullmatch(text.strip("\"'")):
        yield Setting(UseKind.IMAGE, found["name"], found["tag"], line)


def unit(text: str) -> Iterator[Found]:
    """Read a systemd unit. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html ."""
    for line, logical in _logical(text, 1):
        key, _, value = logical.partition("=")
        if key.strip() == "Environment":
            yield from _env(value, line)
        elif key.strip().startswith("Exec"):
            yield from shell(value.lstrip("-@:+!"), line)


def variables(text: str) -> Iterator[Found]:
    """Read a file of variables, such as `.env`."""
    for line, piece in enumerate(text.split("\n"), 1):
        if (found := _PATTERNS.assigned.fullmatch(piece.strip())) and not piece.lstrip().startswith("#"):
            yield Setting(UseKind.VARIABLE, found["name"], found["value"].strip("\"'"), line)
            yield from urls(piece, line)
