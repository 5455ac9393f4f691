"""Finds the lines of manifests that declare a dependency, and its version."""

import re
from collections.abc import Callable, Collection, Iterator

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile, View
from analysis.i18n.patterns import Patterns

Declared = tuple[str, str, int, bool, str]
"""Name, version, line, whether the line is only on this side, and the list that it is in, if known."""

CORE, INDIRECT, ASKED = "dependencies", "indirect", "asked"
"""The list of what is always installed, what only other packages need, and what one of several build files requires."""

DEVELOPERS = {
    "dev", "test", "tests", "testing", "doc", "docs", "lint", "linting", "typing", "typechecking", "benchmark", "build", "ci",
    "quality", "style", "coverage", "dev-dependencies",
}  # fmt: skip
"""Lists that only those who work on the project install; users of its packages never get what stands there."""

_PATTERNS = Patterns(__file__)


_WITH_VALUE = {
    "-r", "-c", "-e", "-f", "-i", "-t", "-n", "--requirement", "--constraint", "--editable", "--find-links", "--index-url",
    "--extra-index-url", "--target", "--python", "--prefix", "--root", "--index", "--trusted-host", "--channel", "--name",
}  # fmt: skip
_NOT_PACKAGES = {
    "name", "version", "edition", "license", "description", "readme", "repository", "homepage", "python", "authors", "keywords",
    "resolver", "type", "main", "node", "path", "target-version", "line-length", "line_length", "python_version", "minversion",
    "default", "documentation", "rust-version", "npm", "yarn", "pnpm",
}  # fmt: skip


def is_variable(version: str) -> bool:
    """Whether a version is given elsewhere: `==${VERSION}`."""
    return "$" in version or "{" in version


def declared(file: ChangedFile, view: View) -> Iterator[Declared]:
    """Find the dependencies that one side of a hunk declares, depending on the file's name."""
    name = file.path.rpartition("/")[2]
    find = next((_READERS[form] for form, pattern in _PATTERNS["files"].items() if pattern.search(name)), None)
    if _PATTERNS.submodule.match(view.text):
        yield from _submodule(file, view)
    elif find:
        yield from find(view)
    elif file.language == "docker":
        yield from _docker(view)
    elif file.language == "cmake":
        yield from _cmake(view)
    elif file.kind is FileKind.CI or file.language == "shell":
        yield from _scripted(view)


def _lines(view: View) -> Iterator[tuple[int, str, bool]]:
    """Each line verbatim, including comments: some contain the version."""
    for number, text in zip(view.side.numbers, view.text.split("\n"), strict=False):
        yield number, text, number in view.side.changed


def _matches(pattern: re.Pattern[str], view: View, but: Collection[str] = ()) -> Iterator[Declared]:
    for number, text, changed in view.lines():
        line = pattern.match(text)
        if line and (line["name"] in but or line["name"].lower() not in _NOT_PACKAGES):
            yield line["name"], (line["version"] or "").strip("() "), number, changed, ""


def _quoted(view: View, *, trusts_lists: bool) -> Iterator[Declared]:
    """Find quoted requirements in lists not known to contain other things.

    One without a version looks like any other word: it counts if the list's key says that it contains requirements, or,
    with `trusts_lists`, in any list outside a tool's own table.
    """
    opened = _PATTERNS.list_key.match(view.heading)
    key, table, depth = (opened["key"], "", 1) if opened else ("", "", 0)
    for number, text, changed in view.lines():
        if found := _PATTERNS.language_version.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
            continue
        if found := _PATTERNS.language_beside.search(text):
            yield "python_requires", found["version"], number, changed, ""
        if found := _PATTERNS.table.match(text):
            key, table, depth = "", found["name"], 0
            continue
        if "poetry" in table and table.endswith("dependencies"):
            yield from _cargo_line(number, text, _group(table), changed=changed)
            continue
        rest = text
        if found := _PATTERNS.list_key.match(text):
            key, depth, rest = found["key"], 0, found["rest"]
        is_list = bool(key) and not _PATTERNS.no_packages.fullmatch(key)
        is_trusted = trusts_lists and (not table or table.startswith("project") or "depend" in table)
        is_named = is_list and (is_trusted or bool(_PATTERNS.names_packages.fullmatch(key)))
        for package in _PATTERNS.quoted.finditer(rest):
            is_alone = rest[package.end() : package.end() + 4].lstrip()[:1] in {"", ",", "]", ")", "}", "+"}
            version = (package["version"] or "").strip("() ")
            is_allowed = is_named or (version and (is_list or not key))
            if is_alone and is_allowed and package["name"].lower() not in _NOT_PACKAGES:
                yield package["name"], version, number, changed, key
        depth += sum(rest.count(mark) for mark in "[{(") - sum(rest.count(mark) for mark in "]})")
        key = key if depth > 0 else ""


def _setup_cfg(view: View) -> Iterator[Declared]:
    key = view.heading.partition("=")[0].strip()
    for number, text, changed in view.lines():
        if found := _PATTERNS.language_version.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
        elif text[:1].strip():
            key = text.partition("=")[0].strip()
        elif (found := _PATTERNS.requirement.match(text)) and (
            _PATTERNS.names_packages.fullmatch(key) or key.startswith("[options.extras")
        ):
            yield found["name"], (found["version"] or "").strip("() "), number, changed, ""


def _cargo(view: View) -> Iterator[Declared]:
    table = ""
    for number, text, changed in view.lines():
        if found := _PATTERNS.table.match(text):
            table = found["name"]
        elif found := _PATTERNS.language_version.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
        elif not table or "dependencies" in table:
            yield from _cargo_line(number, text, _group(table), changed=changed)


def _group(table: str) -> str:
    """The developers' list that a table is: `dev-dependencies`, or `lint` for `tool.poetry.group.lint.dependencies`."""
    return next((part for part in table.split(".") if part in DEVELOPERS), "")


def _cargo_line(number: int, text: str, group: str, *, changed: bool) -> Iterator[Declared]:
    found = _PATTERNS.cargo.match(text)
    if not found or (found["name"] or "") in _NOT_PACKAGES:
        return
    if found["table"] is not None:
        version = _PATTERNS.cargo_version.search(found["table"])
        if version or _PATTERNS.cargo_place.search(found["table"]):
            yield found["name"], version[1] if version else "", number, changed, group
    elif found["shared"] or _PATTERNS.cargo_number.match(found["version"]):
        yield found["shared"] or found["name"], found["version"] or "", number, changed, group


def _go_mod(view: View) -> Iterator[Declared]:
    for number, text, changed in _lines(view):
        if found := _PATTERNS.go_itself.match(text):
            yield found["name"], found["version"], number, changed, ""
        elif found := _PATTERNS.go.match(text):
            yield found["name"], found["version"], number, changed, INDIRECT if found["indirect"] else ""


def _docker(view: View) -> Iterator[Declared]:
    # A hunk may begin in the middle of a command; then each line has one package.
    begun = view.heading if view.heading.rstrip().endswith("\\") and _PATTERNS.installs.search(view.heading) else ""
    installs, is_list = bool(begun), bool(begun) and not _PATTERNS.install.search(begun)
    stages = set(_PATTERNS.stage.findall(view.text))
    for number, text, changed in view.lines():
        if not text.strip():
            continue  # blank, or a comment between the lines of one command
        if found := _PATTERNS.image.match(text):
            name, version = _image(found["image"])
            if name not in stages and (version or "/" in name):
                yield name, version, number, changed, ""
        elif (found := _PATTERNS.pin.match(text)) and not _PATTERNS.own_version.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""
        installs = installs and not _PATTERNS.instruction.match(text)
        command = _PATTERNS.install.search(text)
        rest = command["rest"] if command else text if installs else ""
        is_list = is_list and not command
        packages = list(_installed(rest))
        if not is_list or len(rest.rstrip("\\ ").split()) == len(packages) == 1:
            for name, version in packages:
                yield name, version, number, changed, ""
        installs = (
            (bool(command) or installs) and text.rstrip().endswith("\\") and not _PATTERNS.command_end.search(rest)
        )


def _image(text: str) -> tuple[str, str]:
    name, at, digest = text.partition("@")
    place, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return place, tag
    return name, digest if at else ""


def _installed(rest: str) -> Iterator[tuple[str, str]]:
    """Yield the packages that an install command names, up to where the next command begins."""
    words = iter(_PATTERNS.said_end.split(rest)[0].rstrip("\\ ").split())
    for word in words:
        if word in _WITH_VALUE:
            next(words, "")
            continue
        found = _PATTERNS.installed.fullmatch(word.strip("\"'"))
        if found and not found["name"].endswith((".txt", ".whl", ".toml", ".deb", ".sh")):
            yield found["name"], found["version"] or ""


def _cmake(view: View) -> Iterator[Declared]:
    place = ""
    for number, text, changed in view.lines():
        if found := _PATTERNS.git_place.match(text):
            place = (found["place"] or found["name"]).strip('"').rstrip("/").rpartition("/")[2].removesuffix(".git")
            if (tag := _PATTERNS.tag_beside.search(text)) and "$" not in place:
                yield place, tag["version"], number, changed, ""
        elif found := _PATTERNS.asked.match(text):
            name = found["least"] or found["standard"] or found["package"]
            yield name, found["cmake"] or found["year"] or found["version"], number, changed, ASKED
        elif found := _PATTERNS.git_tag.match(text):
            if place and "$" not in place:
                yield place, found["version"], number, changed, ""
        elif (found := _PATTERNS.pin.match(text)) and not _PATTERNS.own_version.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""


def _scripted(view: View) -> Iterator[Declared]:
    place = ""
    for number, text, changed in _lines(view):
        if text.lstrip().startswith("#"):
            continue
        if found := _PATTERNS.hook_repository.match(text):
            place = found["place"].rstrip("/").removeprefix("https://github.com/")
        elif (found := _PATTERNS.hook_version.match(text)) and place:
            yield place, found["version"], number, changed, ""
        elif found := _PATTERNS.action.match(text):
            yield found["name"], found["said"] or found["version"], number, changed, ""
        elif (found := _PATTERNS.pin.match(text)) and not _PATTERNS.own_version.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""
        elif command := _PATTERNS.install.search(text):
            for name, version in _installed(command["rest"]):
                if version and not is_variable(version):
                    yield name, version, number, changed, ""


def _submodule(file: ChangedFile, view: View) -> Iterator[Declared]:
    for number, text, changed in view.lines():
        if found := _PATTERNS.submodule.match(text):
            yield file.path, found["version"][:12], number, changed, ""


_READERS: dict[str, Callable[[View], Iterator[Declared]]] = {
    "requirements": lambda view: _matches(_PATTERNS.requirement, view),
    "pyproject": lambda view: _quoted(view, trusts_lists=True),
    "setup_py": lambda view: _quoted(view, trusts_lists=False),
    "setup_cfg": _setup_cfg,
    "cargo": _cargo,
    "go_mod": _go_mod,
    "npm": lambda view: _matches(_PATTERNS.npm, view, {"node"}),  # "engines": requirements on the user's machine
    "conda": lambda view: _matches(_PATTERNS.conda, view),
}
