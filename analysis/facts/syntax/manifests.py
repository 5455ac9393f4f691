"""Which lines of which files declare a dependency, and in which version."""

import re
from collections.abc import Callable, Collection, Iterator

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile, View

Declared = tuple[str, str, int, bool, str]
"""Name, version, line, whether the line is not on the other side, and the list that it stands in, where that is known."""

CORE, INDIRECT, ASKED = "dependencies", "indirect", "asked"
"""The list of what is always installed, what only other packages need, and what one of several build files asks for."""

_VERSION = r"(?:===?|[<>!~]=?|\^)\s{0,4}[^\"';#,\s\\]{1,80}"
_VERSIONS = rf"{_VERSION}(?:\s{{0,4}},\s{{0,4}}{_VERSION}){{0,8}}"
_PACKAGE = rf"(?P<name>[A-Za-z][\w.-]*)(?:\[[\w,. -]{{1,200}}\])?\s{{0,4}}(?P<version>\(?{_VERSIONS}\)?|@\s{{0,4}}(?:[a-z+]+:)[^\s\"';#]+)?"
_REQUIREMENT = re.compile(rf"^\s*{_PACKAGE}\s*(?:[;#\\].*)?$")
_QUOTED = re.compile(rf"""(?P<quote>["']){_PACKAGE}\s{{0,4}}(?:;(?:(?!(?P=quote))[^\n])*)?(?P=quote)""")
_LIST_KEY = re.compile(r"""^\s*["']?(?P<key>[\w.-]+)["']?\s*(?:=\s*(?P<table>\{)?|:)\s*(?P<rest>(?(table)|[\[(]).*)$""")
_TABLE = re.compile(r"^\[+\s*(?P<name>[^\]]{1,120}?)\s*\]+")
_LANGUAGE_VERSION = re.compile(
    r"^\s*(?P<key>requires-python|python_requires|rust-version)\s*=\s*[\"']?(?P<version>[^\"'#]{1,60}?)[\"']?\s*,?\s*$"
)
_LANGUAGE_BESIDE = re.compile(r"\bpython_requires\s*=\s*[\"'](?P<version>[^\"'#]{1,60})[\"']")
_NO_PACKAGES = re.compile(
    r"select|ignore|extend.*|include|exclude|packages|modules?|testpaths|addopts|markers|filterwarnings|classifiers|keywords"
    r"|authors|maintainers|license.*|readme|omit|source|plugins|disable.*|enable.*|warn.*|.*_codes?|known.*|namespaces|files|.*files|dynamic|features|.*fixable"
    r"|python_.*|skip|platforms|environments|archs|.*paths?|targets?|rules|scripts|urls|name|tags|members|overrides|words"
    r"|constraints?|conflicts|norecursedirs|argnames|usefixtures|before-.*|no-.*|allowed.*|banned.*|ext_modules",
    re.IGNORECASE,
)
_NAMES_PACKAGES = re.compile(
    r".*requires?|.*requirements?|.*dependenc(?:y|ies)|dev|tests?|docs?|all|lint|build|extras.*|.*deps", re.IGNORECASE
)
_CARGO = re.compile(
    r"""^(?P<name>[\w-]+)\s*=\s*(?:"(?P<version>[^"\n]{1,60})"|\{(?P<table>[^\n]*))|^(?P<shared>[\w-]+)\.workspace\s*=\s*true"""
)
_CARGO_VERSION = re.compile(r"""\b(?:version|rev|tag|branch)\s*=\s*"([^"\n]+)\"""")
_GO = re.compile(
    r"^\s*(?:require\s+)?(?P<name>[\w-]+\.[\w.-]+/[\w./~-]+)\s+(?P<version>v[\w.+-]+)(?P<indirect>\s*// indirect)?"
)
_GO_ITSELF = re.compile(r"^(?P<name>go|toolchain)\s+(?P<version>(?:go)?\d\S*)$")
_NPM = re.compile(
    r"""^\s*"(?P<name>@?[\w./-]+)"\s*:\s*"(?P<version>[~^<>=v]*\d[^"]*|workspace:[^"]*|npm:[^"]*|\*)"\s*,?\s*$"""
)
_CONDA = re.compile(r"^\s*-\s+(?:[\w-]+::)?(?P<name>[A-Za-z][\w.-]*)\s*(?P<version>[=<>~!][=<>~!\w.,*]*)?\s*$")

_IMAGE = re.compile(r"""^FROM\s+(?:--\S+\s+)?["']?(?P<image>[^\s"'$:@]+[^\s"']*)["']?(?:\s+[Aa][Ss]\s+\S+)?\s*$""")
_SUFFIX = r"(?:VERSION|TAG|COMMIT|_REV|_REF|BRANCH|version|_tag|_commit)"
_PIN = re.compile(
    rf"""^\s*(?:-\s+)?(?:export\s+|ARG\s+|ENV\s+|set\(\s*)?["']?(?P<name>[A-Za-z][\w.-]*{_SUFFIX})["']?\s*[=: ]\s*["']?(?:\$\{{\w+:-)?(?P<version>[\w.+:/-]+)\}}?["']?\s*[,)]?\s*\\?$"""
)
_OWN_VERSION = re.compile(r"(?:PROJECT|PACKAGE|APP|RELEASE|CHART)_?VERSION|app-?version", re.IGNORECASE)
_ACTION = re.compile(
    r"^\s*(?:-\s*)?uses:\s*[\"']?(?P<name>[\w./-]+)@(?P<version>[^\s\"'#]+)[\"']?(?:\s*#\s*(?P<said>v?\d\S*))?"
)
_HOOK_REPOSITORY = re.compile(r"^\s*-\s+repo:\s*(?P<place>\S+)")
_HOOK_VERSION = re.compile(r"^\s+rev:\s*[\"']?(?P<version>[^\s\"'#]+)")
_SUBMODULE = re.compile(r"^Subproject commit (?P<version>[0-9a-f]{7,64})")
_GIT_PLACE = re.compile(r"^\s*(?:GIT_REPOSITORY\s+(?P<place>\S+)|FetchContent_Declare\(\s*(?P<name>\w\S*))")
_GIT_TAG = re.compile(r"^\s*GIT_TAG\s+\"?(?P<version>[^\s\")]+)")

_ASKED = re.compile(
    r"^\s*(?:(?P<least>cmake_minimum_required)\(\s*VERSION\s+(?P<cmake>[\d.]+)|set\(\s*(?P<standard>CMAKE_(?:CXX|CUDA|HIP|C)_STANDARD)\s+(?P<year>\d+)"
    r"|find_package\(\s*(?P<package>\w+)\s+(?P<version>\d[\d.]*))",
    re.IGNORECASE,
)
_TAG_BESIDE = re.compile(r"\bGIT_TAG\s+\"?(?P<version>[^\s\")$]+)")

_INSTALL = re.compile(
    r"\b(?:pip3?|uv pip|apt-get|apt|apk|dnf|yum|conda|mamba)\s+(?:-\S+\s+)*(?:install|add)\b(?P<rest>.*)$"
)
_WITH_VALUE = {
    "-r", "-c", "-e", "-f", "-i", "-t", "-n", "--requirement", "--constraint", "--editable", "--find-links", "--index-url",
    "--extra-index-url", "--target", "--python", "--prefix", "--root", "--index", "--trusted-host", "--channel", "--name",
}  # fmt: skip
_INSTALLED = re.compile(r"""(?P<name>[A-Za-z][\w.+-]*)(?:\[[\w,.-]*\])?(?P<version>(?:===?|[<>~!]=?)[^\s;]+|@\S+)?""")
_INSTRUCTION = re.compile(
    r"(?:RUN|ENV|ARG|FROM|COPY|ADD|WORKDIR|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|VOLUME|SHELL|HEALTHCHECK|STOPSIGNAL|ONBUILD)\s"
)
_NOT_PACKAGES = {
    "name", "version", "edition", "license", "description", "readme", "repository", "homepage", "python", "authors", "keywords",
    "resolver", "type", "main", "node", "path", "target-version", "line-length", "line_length", "python_version", "minversion",
    "default", "documentation", "rust-version", "npm", "yarn", "pnpm",
}  # fmt: skip


def is_variable(version: str) -> bool:
    """Whether a version is said elsewhere: `==${VERSION}`."""
    return "$" in version or "{" in version


def declared(file: ChangedFile, view: View) -> Iterator[Declared]:
    """Find the dependencies that one side of a hunk declares, by what the file is called."""
    name = file.path.rpartition("/")[2]
    find = next((find for pattern, find in _BY_NAME if pattern.search(name)), None)
    if _SUBMODULE.match(view.text):
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
    """Each line as it stands, comments too: some say the version."""
    for number, text in zip(view.side.numbers, view.text.split("\n"), strict=False):
        yield number, text, number in view.side.changed


def _matches(pattern: re.Pattern[str], but: Collection[str] = ()) -> Callable[[View], Iterator[Declared]]:
    def find(view: View) -> Iterator[Declared]:
        for number, text, changed in view.lines():
            found = pattern.match(text)
            if found and (found["name"] in but or found["name"].lower() not in _NOT_PACKAGES):
                yield found["name"], (found["version"] or "").strip("() "), number, changed, ""

    return find


def _pyproject(view: View) -> Iterator[Declared]:
    return _quoted(view, trusts_lists=True)


def _setup_py(view: View) -> Iterator[Declared]:
    return _quoted(view, trusts_lists=False)


def _quoted(view: View, *, trusts_lists: bool) -> Iterator[Declared]:
    """Find quoted requirements in lists that are not known to hold other things.

    One without a version looks like any other word: it counts where the list's key says that it holds requirements, or,
    with `trusts_lists`, in any list that no table of some tool's holds.
    """
    opened = _LIST_KEY.match(view.heading)
    key, table, depth = (opened["key"], "", 1) if opened else ("", "", 0)
    for number, text, changed in view.lines():
        if found := _LANGUAGE_VERSION.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
            continue
        if found := _LANGUAGE_BESIDE.search(text):
            yield "python_requires", found["version"], number, changed, ""
        if found := _TABLE.match(text):
            key, table, depth = "", found["name"], 0
            continue
        if "poetry" in table and table.endswith("dependencies"):
            yield from _cargo_line(number, text, changed=changed)
            continue
        rest = text
        if found := _LIST_KEY.match(text):
            key, depth, rest = found["key"], 0, found["rest"]
        is_list = bool(key) and not _NO_PACKAGES.fullmatch(key)
        is_trusted = trusts_lists and (not table or table.startswith("project") or "depend" in table)
        is_named = is_list and (is_trusted or bool(_NAMES_PACKAGES.fullmatch(key)))
        for package in _QUOTED.finditer(rest):
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
        if found := _LANGUAGE_VERSION.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
        elif text[:1].strip():
            key = text.partition("=")[0].strip()
        elif (found := _REQUIREMENT.match(text)) and (
            _NAMES_PACKAGES.fullmatch(key) or key.startswith("[options.extras")
        ):
            yield found["name"], (found["version"] or "").strip("() "), number, changed, ""


def _cargo(view: View) -> Iterator[Declared]:
    table = ""
    for number, text, changed in view.lines():
        if found := _TABLE.match(text):
            table = found["name"]
        elif found := _LANGUAGE_VERSION.match(text):
            yield found["key"], found["version"].strip(), number, changed, ""
        elif not table or "dependencies" in table:
            yield from _cargo_line(number, text, changed=changed)


def _cargo_line(number: int, text: str, *, changed: bool) -> Iterator[Declared]:
    found = _CARGO.match(text)
    if not found or (found["name"] or "") in _NOT_PACKAGES:
        return
    if found["table"] is not None:
        version = _CARGO_VERSION.search(found["table"])
        if version or re.search(r"\b(?:workspace|path|git)\s*=", found["table"]):
            yield found["name"], version[1] if version else "", number, changed, ""
    elif found["shared"] or re.match(r"[\^~<>=*\s]*\d|\*$", found["version"]):
        yield found["shared"] or found["name"], found["version"] or "", number, changed, ""


def _go_mod(view: View) -> Iterator[Declared]:
    for number, text, changed in _lines(view):
        if found := _GO_ITSELF.match(text):
            yield found["name"], found["version"], number, changed, ""
        elif found := _GO.match(text):
            yield found["name"], found["version"], number, changed, INDIRECT if found["indirect"] else ""


def _docker(view: View) -> Iterator[Declared]:
    # A hunk may begin within a command of which only the first line is known; then each line holds one package.
    begun = view.heading if view.heading.rstrip().endswith("\\") and re.search(r"\bpip|\bapt", view.heading) else ""
    installs, is_list = bool(begun), bool(begun) and not _INSTALL.search(begun)
    stages = set(re.findall(r"^FROM\s.*\s[Aa][Ss]\s+(\S+)", view.text, re.MULTILINE))
    for number, text, changed in view.lines():
        if not text.strip():
            continue  # blank, or a comment between the lines of one command
        if found := _IMAGE.match(text):
            name, version = _image(found["image"])
            if name not in stages and (version or "/" in name):
                yield name, version, number, changed, ""
        elif (found := _PIN.match(text)) and not _OWN_VERSION.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""
        installs = installs and not _INSTRUCTION.match(text)
        command = _INSTALL.search(text)
        rest = command["rest"] if command else text if installs else ""
        is_list = is_list and not command
        packages = list(_installed(rest))
        if not is_list or len(rest.rstrip("\\ ").split()) == len(packages) == 1:
            for name, version in packages:
                yield name, version, number, changed, ""
        installs = (bool(command) or installs) and text.rstrip().endswith("\\") and not re.search(r"&&|;|\|", rest)


def _image(text: str) -> tuple[str, str]:
    name, at, digest = text.partition("@")
    place, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return place, tag
    return name, digest if at else ""


def _installed(rest: str) -> Iterator[tuple[str, str]]:
    """Yield the packages that an install command names, up to where the next command begins."""
    words = iter(re.split(r"&&|;|\||#", rest)[0].rstrip("\\ ").split())
    for word in words:
        if word in _WITH_VALUE:
            next(words, "")
            continue
        found = _INSTALLED.fullmatch(word.strip("\"'"))
        if found and not found["name"].endswith((".txt", ".whl", ".toml", ".deb", ".sh")):
            yield found["name"], found["version"] or ""


def _cmake(view: View) -> Iterator[Declared]:
    place = ""
    for number, text, changed in view.lines():
        if found := _GIT_PLACE.match(text):
            place = (found["place"] or found["name"]).strip('"').rstrip("/").rpartition("/")[2].removesuffix(".git")
            if (tag := _TAG_BESIDE.search(text)) and "$" not in place:
                yield place, tag["version"], number, changed, ""
        elif found := _ASKED.match(text):
            name = found["least"] or found["standard"] or found["package"]
            yield name, found["cmake"] or found["year"] or found["version"], number, changed, ASKED
        elif found := _GIT_TAG.match(text):
            if place and "$" not in place:
                yield place, found["version"], number, changed, ""
        elif (found := _PIN.match(text)) and not _OWN_VERSION.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""


def _scripted(view: View) -> Iterator[Declared]:
    place = ""
    for number, text, changed in _lines(view):
        if text.lstrip().startswith("#"):
            continue
        if found := _HOOK_REPOSITORY.match(text):
            place = found["place"].rstrip("/").removeprefix("https://github.com/")
        elif (found := _HOOK_VERSION.match(text)) and place:
            yield place, found["version"], number, changed, ""
        elif found := _ACTION.match(text):
            yield found["name"], found["said"] or found["version"], number, changed, ""
        elif (found := _PIN.match(text)) and not _OWN_VERSION.fullmatch(found["name"]):
            yield found["name"], found["version"], number, changed, ""
        elif command := _INSTALL.search(text):
            for name, version in _installed(command["rest"]):
                if version and not is_variable(version):
                    yield name, version, number, changed, ""


def _submodule(file: ChangedFile, view: View) -> Iterator[Declared]:
    for number, text, changed in view.lines():
        if found := _SUBMODULE.match(text):
            yield file.path, found["version"][:12], number, changed, ""


_BY_NAME: tuple[tuple[re.Pattern[str], Callable[[View], Iterator[Declared]]], ...] = (
    (re.compile(r"requirements[^/]*\.(?:txt|in)$|^constraints[^/]*\.txt$"), _matches(_REQUIREMENT)),
    (re.compile(r"^pyproject[^/]*\.toml$"), _pyproject),
    (re.compile(r"^setup\.py$"), _setup_py),
    (re.compile(r"^setup\.cfg$"), _setup_cfg),
    (re.compile(r"^Cargo\.toml$"), _cargo),
    (re.compile(r"^go\.mod$"), _go_mod),
    (re.compile(r"^package\.json$"), _matches(_NPM, {"node"})),  # "engines": what it asks of its users' machines
    (re.compile(r"^environment[^/]*\.ya?ml$"), _matches(_CONDA)),
)
