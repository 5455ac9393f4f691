"""What a package offers besides its code: programs, extras and features to choose from, versions of Python, an image's variables."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile, Mention, View, new_values, only_in
from analysis.facts.fact import Fact, FactKind

_NAME = re.compile(r"(?:^|/)(?:pyproject[^/]*\.toml|setup\.(?:py|cfg)|Cargo\.toml)$")
_TABLE = re.compile(r"^\[\s*(?P<name>[\w.-]+)\s*\]\s*$")
_KEY = re.compile(r"""^["']?(?P<key>[A-Za-z][\w.-]*)["']?\s*=\s*(?P<value>\S.*?)\s*$""")
_OFFERS = {
    "project.scripts": FactKind.COMMAND_REMOVED, "project.gui-scripts": FactKind.COMMAND_REMOVED, "tool.poetry.scripts": FactKind.COMMAND_REMOVED,
    "project.optional-dependencies": FactKind.CONFIG_REMOVED, "tool.poetry.extras": FactKind.CONFIG_REMOVED, "features": FactKind.CONFIG_REMOVED,
}  # fmt: skip
_DEFAULT = "features.default"
_DEVELOPERS = {"dev", "test", "tests", "testing", "doc", "docs", "lint", "typing", "benchmark", "build", "ci"}
_PYTHON = re.compile(r"""^\s*["']?Programming Language :: (?P<name>Python :: 3\.\d+)["']?\s*,?\s*$""")
_VARIABLE = re.compile(r"^ENV\s+(?P<name>[A-Z][A-Z0-9_]+)(?:=|\s+)(?P<value>[^\s\\]+|\"[^\"\n]*\")\s*$")
_FOR_THE_BUILD = re.compile(
    r"DEBIAN_FRONTEND|(?:PIP|UV|PYTHON|CARGO|RUSTUP|CCACHE|CMAKE|NPM|CONDA|GIT)_?\w*|LANG|LC_\w+|TZ|MAX_JOBS|CC|CXX|SHELL"
    r"|\w*(?:PATH|HOME|FLAGS|PROXY|VERSION|TAG|COMMIT|REF|BRANCH)"
)


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find what users of a package or an image could choose and no longer can, and what a crate has by default."""
    offering = [file for file in files if file.is_product and (file.language == "docker" or _NAME.search(file.path))]
    before = [mention for file in offering for old, _ in file.views for mention in _offered(file, old)]
    after = [mention for file in offering for _, new in file.views for mention in _offered(file, new)]
    modified = {file.path for file in offering if file.change.status == "modified"}
    for gone in only_in(before, after):
        if gone.path in modified and not _stands(gone.name, files):
            yield Fact(FactKind(gone.detail), gone.name, gone.path, gone.line)
    for old, new in new_values(
        *([mention for mention in side if mention.name == _DEFAULT] for side in (before, after))
    ):
        yield Fact(FactKind.DEFAULT_CHANGED, new.name, new.path, new.line, old.value, new.value)


def _offered(file: ChangedFile, view: View) -> Iterator[Mention]:
    if file.language == "docker":
        return _variables(file.path, view)
    return _listed(file.path, view)


def _listed(path: str, view: View) -> Iterator[Mention]:
    table = ""
    for number, text, changed in view.lines():
        if found := _TABLE.match(text):
            table = found["name"]
        elif found := _PYTHON.match(text):
            yield Mention(found["name"], path, number, "", FactKind.NAME_REMOVED, changed=changed)
        elif (kind := _OFFERS.get(table)) and (found := _KEY.match(text)) and found["key"] not in _DEVELOPERS:
            name = found["key"] if kind is FactKind.COMMAND_REMOVED else f"{table.rpartition('.')[2]}.{found['key']}"
            value = found["value"] if found["value"].endswith("]") else ""
            yield Mention(name, path, number, value, kind, changed=changed)


def _variables(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if (found := _VARIABLE.match(text)) and not _FOR_THE_BUILD.fullmatch(found["name"]):
            yield Mention(found["name"], path, number, "", FactKind.CONFIG_REMOVED, changed=changed)


def _stands(name: str, files: Sequence[ChangedFile]) -> bool:
    """Whether something of that name is still spoken of where things are built, or may be in a file that is not shown."""
    last = name if "::" in name else name.rpartition(".")[2]
    word = re.compile(rf"(?<![\w-]){re.escape(last)}(?![\w-])")
    return any(
        not file.is_whole or any(word.search(new.code) for _, new in file.views)
        for file in files
        if file.language in {"docker", "shell"} or _NAME.search(file.path)
    )
