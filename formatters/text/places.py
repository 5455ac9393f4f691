"""Places in words: in a team's own files, and the place several commits have in common."""

from collections.abc import Sequence
from posixpath import commonpath

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.entry import Entry
from analysis.i18n.language import Language
from analysis.rules.wording import short_name
from analysis.uses import Use
from formatters.i18n.wording import label
from formatters.text.plain import clean

_MOST = 5


def say_places(uses: Sequence[Use], language: Language) -> str:
    """Say where something is used, by file and line: a few places and the number of others."""
    places = list(dict.fromkeys(code(use.place) for use in uses))
    more = f" +{len(places) - _MOST}" if len(places) > _MOST else ""
    return label("list.comma", language).join(places[:_MOST]) + more


def code(name: str) -> str:
    """Return a name as code, if possible."""
    shown = clean(name)
    return shown if "`" in shown else f"`{shown}`"


def common_place(entries: Sequence[Entry]) -> str:
    """The product file, or else the folder, that all of them touch; empty if there is none."""
    touched = [{file.path: file.additions + file.deletions for file in entry.commit.files} for entry in entries]
    product = [
        {path: lines for path, lines in files.items() if kind_of(path) is FileKind.PRODUCTION} for files in touched
    ]
    counted = product if all(product) else touched
    if not all(counted):
        return ""
    common = set(counted[0]).intersection(*counted[1:]) if all(product) else set()
    if common:
        return short_name(max(sorted(common), key=lambda path: sum(files[path] for files in counted)))
    folder = commonpath([path for files in counted for path in files])
    return folder if "/" in folder else ""  # a top-level folder is too vague
