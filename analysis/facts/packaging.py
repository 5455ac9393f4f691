"""What a package offers besides its code: programs, extras and optional features, Python versions, an image's variables."""

import re
from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import language_of
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View, new_values, only_in
from analysis.facts.syntax.manifests import DEVELOPERS
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_OFFERS = {
    "project.scripts": FactKind.COMMAND_REMOVED, "project.gui-scripts": FactKind.COMMAND_REMOVED, "tool.poetry.scripts": FactKind.COMMAND_REMOVED,
    "project.optional-dependencies": FactKind.CONFIG_REMOVED, "tool.poetry.extras": FactKind.CONFIG_REMOVED, "features": FactKind.CONFIG_REMOVED,
}  # fmt: skip
_CAME = {FactKind.COMMAND_REMOVED: FactKind.COMMAND_ADDED, FactKind.CONFIG_REMOVED: FactKind.CONFIG_ADDED}
_DEFAULT = "features.default"


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find what users of a package or image can newly or no longer choose, and the default features of a repository's only crate."""
    offering = [
        file for file in files if file.is_product and (file.language == "docker" or _PATTERNS.name.search(file.path))
    ]
    before = [mention for file in offering for old, _ in file.views for mention in _offered(file, old)]
    after = [mention for file in offering for _, new in file.views for mention in _offered(file, new)]
    modified = {file.path for file in offering if file.change.status == "modified"}
    for gone in only_in(before, after):
        if gone.path in modified and not _stands(gone.name, files, after=True):
            kind = FactKind(gone.detail)
            yield Fact(
                kind, gone.name, gone.path, gone.line, gone.value if kind is FactKind.REQUIREMENT_CHANGED else ""
            )
    for came in only_in(after, before):
        kind_added = (
            _CAME.get(FactKind(came.detail)) if came.path in modified and language_of(came.path) != "docker" else None
        )
        if kind_added and came.name != _DEFAULT and not _stands(came.name, files, after=False):
            yield Fact(kind_added, came.name, came.path, came.line)
    for old, new in new_values(
        *(
            [mention for mention in side if mention.name == _DEFAULT and "/" not in mention.path]
            for side in (before, after)
        )
    ):
        yield Fact(FactKind.DEFAULT_CHANGED, new.name, new.path, new.line, old.value, new.value)


def _offered(file: ChangedFile, view: View) -> Iterator[Mention]:
    if file.language == "docker":
        return _variables(file.path, view)
    return _listed(file.path, view)


def _listed(path: str, view: View) -> Iterator[Mention]:
    table = ""
    for number, text, changed in view.lines():
        if found := _PATTERNS.table.match(text):
            table = found["name"]
        elif found := _PATTERNS.python.match(text):
            yield Mention(found["name"], path, number, found["version"], FactKind.REQUIREMENT_CHANGED, changed=changed)
        elif path.endswith("Cargo.toml") and not table and (found := _PATTERNS.feature.match(text)):
            if found["key"] not in DEVELOPERS:  # its table begins above the hunk
                yield Mention(f"features.{found['key']}", path, number, "", FactKind.CONFIG_REMOVED, changed=changed)
        elif (kind := _OFFERS.get(table)) and (found := _PATTERNS.key.match(text)) and found["key"] not in DEVELOPERS:
            name = found["key"] if kind is FactKind.COMMAND_REMOVED else f"{table.rpartition('.')[2]}.{found['key']}"
            value = found["value"] if found["value"].endswith("]") else ""
            yield Mention(name, path, number, value, kind, changed=changed)


def _variables(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if (found := _PATTERNS.variable.match(text)) and not _PATTERNS.for_the_build.fullmatch(found["name"]):
            yield Mention(found["name"], path, number, "", FactKind.CONFIG_REMOVED, changed=changed)


def _stands(name: str, files: Sequence[ChangedFile], *, after: bool) -> bool:
    """Whether build files on that side mention something of that name, or may do so in a file that is not shown."""
    last = name if "::" in name else name.rpartition(".")[2]
    word = re.compile(rf"(?<![\w-]){re.escape(last)}(?![\w-])")
    return any(
        not file.is_whole or any(word.search((new if after else old).code) for old, new in file.views)
        for file in files
        if file.language in {"docker", "shell"} or _PATTERNS.name.search(file.path)
    )
