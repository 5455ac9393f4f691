"""What is built or installed with the product: packages, images, pinned sources, actions, submodules."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Hunk, Line
from analysis.paths import FileKind

_VERSION = r"(?:[=<>!~]=?|===|\^)\s*[^\"';#\s\\]+"
_REQUIREMENT = re.compile(
    rf"^\s*(?P<name>[A-Za-z][\w.-]*)(?:\[[\w,. -]+\])?\s*(?P<version>{_VERSION}(?:\s*,\s*{_VERSION})*|@\s*\S+)?\s*(?:[;#\\].*)?$"
)
_QUOTED = re.compile(
    rf"""^\s*["'](?P<name>[A-Za-z][\w.-]*)(?:\[[\w,. -]+\])?\s*(?P<version>{_VERSION}(?:\s*,\s*{_VERSION})*|@\s*[^"']+)?\s*(?:;[^"']*)?["']\s*,?\s*(?:#.*)?$"""
)
_CARGO = re.compile(
    r"""^(?P<name>[\w-]+)\s*=\s*(?:"(?P<version>[^"]*\d[^"]*)"|\{.*?(?:version|rev|tag|branch)\s*=\s*"(?P<inner>[^"]+)".*\})"""
)
_GO = re.compile(r"^\s*(?:require\s+)?(?P<name>[\w-]+\.[\w.-]+/[\w./-]+)\s+(?P<version>v[\w.+-]+)")
_NPM = re.compile(r"""^\s*"(?P<name>@?[\w./-]+)"\s*:\s*"(?P<version>[~^<>=]*\d[^"]*|workspace:[^"]*|\*)"\s*,?\s*$""")
_IMAGE = re.compile(r"^\s*FROM\s+(?:--\S+\s+)?(?P<name>[^\s:@]+)(?P<version>[:@]\S+)?", re.IGNORECASE)
_PIN = re.compile(
    r"""^\s*(?:-\s+)?(?:export\s+|ARG\s+|ENV\s+|set\(\s*)?["']?(?P<name>[A-Za-z][\w.-]*(?:VERSION|TAG|COMMIT|_REV|_REF|BRANCH|version|_tag|_commit))["']?\s*[=: ]\s*["']?(?P<version>[\w.+:/-]+)["']?\s*[,)]?\s*$"""
)
_ACTION = re.compile(r"^\s*(?:-\s*)?uses:\s*(?P<name>[\w./-]+)@(?P<version>\S+)")
_SUBMODULE = re.compile(r"^Subproject commit (?P<version>[0-9a-f]{40})")
_GIT_TAG = re.compile(r"^\s*GIT_TAG\s+(?P<version>\S+)")
_GIT_PLACE = re.compile(r"^\s*(?:GIT_REPOSITORY\s+(?P<place>\S+)|FetchContent_Declare\(\s*(?P<name>\S+))")
_INSTALLED = re.compile(r"^\s+(?P<name>[A-Za-z][\w.-]*)(?P<version>[=<>~!]=[\w.*]+)?\s*\\?\s*$")

_NOT_PACKAGES = {
    "name", "version", "edition", "license", "description", "readme", "repository", "homepage", "requires-python",
    "rust-version", "python", "authors", "keywords", "resolver", "type", "main", "node", "path", "target-version",
    "line-length", "line_length", "python_version", "minversion", "default",
}  # fmt: skip


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find dependencies that come, go or change; lock files follow from them and are left out."""
    seen: set[tuple[str, str, str]] = set()
    for file in files:
        if file.kind in {FileKind.LOCK, FileKind.GENERATED, FileKind.DOCS, FileKind.TEST}:
            continue
        if file.change.status in {"added", "removed"} and file.kind is not FileKind.VENDORED:
            continue  # a new file's whole list says nothing about what changed
        for hunk in file.hunks:
            for fact in _of_hunk(file, hunk):
                key = (fact.name, fact.before, fact.after)
                if file.kind is FileKind.CI and fact.kind is not FactKind.DEPENDENCY_CHANGED:
                    continue  # one job more that checks out the code is no new dependency
                if key not in seen:
                    seen.add(key)
                    yield fact


def _of_hunk(file: ChangedFile, hunk: Hunk) -> Iterator[Fact]:
    before: dict[str, tuple[str, int]] = {}
    after: dict[str, tuple[str, int]] = {}
    place = ""
    for line in hunk.lines:
        if found := _GIT_PLACE.match(line.text):
            place = (found["place"] or found["name"]).rstrip("/").rpartition("/")[2].removesuffix(".git")
        named = _dependency(file, hunk, line, place)
        if named is None:
            continue
        name, version = named
        if not line.added:
            before.setdefault(name, (version, line.old or 0))
        if not line.removed:
            after.setdefault(name, (version, line.new or 0))
    for name, (version, number) in after.items():
        if name not in before:
            yield Fact(FactKind.DEPENDENCY_ADDED, name, file.path, number, after=version)
        elif before[name][0] != version:
            yield Fact(FactKind.DEPENDENCY_CHANGED, name, file.path, number, before[name][0], version)
    for name, (version, number) in before.items():
        if name not in after:
            yield Fact(FactKind.DEPENDENCY_REMOVED, name, file.path, number, before=version)


def _dependency(file: ChangedFile, hunk: Hunk, line: Line, place: str) -> tuple[str, str] | None:
    """Return the name and version that a line declares in a file of this name, if it declares one."""
    text, name = line.text, file.path.rpartition("/")[2]
    if found := _SUBMODULE.match(text):
        return file.path, found["version"][:12]
    if found := _GIT_TAG.match(text):
        return (place, found["version"]) if place else None
    found = None
    if re.search(r"requirements[^/]*\.(txt|in)$|^constraints", name):
        found = _REQUIREMENT.match(text)
    elif name.startswith("pyproject") or name in {"setup.py", "environment.yml"}:
        found = _QUOTED.match(text)
        if found and not found["version"] and name == "setup.py":
            found = None
    elif name == "Cargo.toml":
        found = _CARGO.match(text)
    elif name == "go.mod":
        found = _GO.match(text)
    elif name == "package.json":
        found = _NPM.match(text)
    elif file.language == "docker":
        found = _IMAGE.match(text) or _PIN.match(text) or (_INSTALLED.match(text) if _installs(hunk) else None)
    elif file.kind is FileKind.CI or file.language in {"shell", "cmake"}:
        found = _ACTION.match(text) or _PIN.match(text)
    if not found or found["name"] in _NOT_PACKAGES or found["name"].lower() in {"from", "run", "else", "fi", "done"}:
        return None
    groups = found.groupdict()
    return found["name"], (groups["version"] or groups.get("inner") or "").strip().lstrip(":")


def _installs(hunk: Hunk) -> bool:
    return "pip" in hunk.heading or any(
        re.search(r"\b(pip3?|uv pip|apt-get|apt|apk) (install|add)\b", line.text) for line in hunk.lines
    )
