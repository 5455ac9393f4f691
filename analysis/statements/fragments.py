"""Sentences written for users in a commit's files: news fragments, release notes, lines added to a changelog.

Known forms: towncrier (https://towncrier.readthedocs.io), chloggen (https://pkg.go.dev/go.opentelemetry.io/build-tools/chloggen),
changesets (https://github.com/changesets/changesets), reno (https://docs.openstack.org/reno).
"""

import re
from collections.abc import Iterator, Sequence

import yaml

from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType, read_title
from analysis.facts.syntax.changed import changed_file
from analysis.i18n.patterns import Patterns
from analysis.statements.candidate import Candidate
from analysis.statements.lexicon import lexicon
from analysis.statements.markdown import passages
from analysis.statements.pointing import standing
from analysis.statements.releases import NAMES_VERSION
from analysis.statements.reworded import is_reworded
from analysis.statements.rst import plain_rst
from analysis.statements.sentences import sentences_of
from analysis.statements.statement import Source

_PATTERNS = Patterns(__file__)
_MOST_LINES = 400
"""Lines of a changelog that are read: the newest release comes first."""

_CATEGORIES = {
    word: category
    for category, words in {
        "breaking": "breaking removal removals removed bc incompat incompatible backward major upgrade upgrades migration migrating upgrading changed",
        "deprecation": "deprecation deprecations deprecated deprecate",
        "security": "security vulnerability critical",
        "feature": "feature features feat added add new new_component enhancement enhancements improvement improvements highlights minor preview",
        "bugfix": "bugfix bugfixes bug bug_fix bugs fix fixes fixed patch",
        "performance": "performance perf",
        "internal": "doc docs documentation misc contrib packaging vendor trivial chore internal other contributor contributors dev ci build tests testing deps dependencies housekeeping style refactor",
    }.items()
    for word in words.split()
}
_EFFECTIVE = {"breaking", "deprecation", "security", "feature", "bugfix", "performance"}
"""Categories whose sentence is about what users notice."""

_BY_TYPE = {
    ChangeType.BREAKING: "breaking",
    ChangeType.SECURITY: "security",
    ChangeType.FEATURE: "feature",
    ChangeType.BUGFIX: "bugfix",
    ChangeType.PERFORMANCE: "performance",
}
"""The category of a sentence that begins like a commit title; other types are not for users."""

_LEAST_WORDS = 3


def fragments_of(commit: Commit, folders: Sequence[str] = ()) -> Iterator[Candidate]:
    """Yield the sentences for users that a commit adds; `folders` are where the repository keeps its fragments."""
    if commit.is_merge and commit.pull_request is None:
        return  # a branch brings in what its own commits already reported
    # A commit to documents alone describes what other commits did, unless it publishes them.
    is_afterwards = not NAMES_VERSION.search(commit.subject) and all(
        kind_of(change.path) is FileKind.DOCS for change in commit.files
    )
    for change in commit.files:
        if change.status == "removed" or not change.patch or _PATTERNS.of_others.search(change.path):
            continue
        if is_afterwards and _PATTERNS.changelog.search(change.path):
            continue
        gone = ""
        for order, (text, line, category) in enumerate(_read(change, folders)):
            gone = gone or _gone(change)
            if not is_reworded(text, gone) and len(text.split()) >= _LEAST_WORDS and not _only_points(text):
                yield Candidate(text, Source.FRAGMENT, order, "effect", path=change.path, line=line, category=category)


def _gone(change: FileChange) -> str:
    return " ".join(line.text for hunk in changed_file(change).hunks for line in hunk.lines if line.removed)


def _only_points(text: str) -> bool:
    """Whether a sentence says where to read more, and nothing else."""
    words = lexicon()
    return bool(words.talk.match(text)) and not words.marks(text) & {
        "trouble",
        "now",
        "benefit",
        "consequence",
        "offer",
    }


def is_effective(category: str) -> bool:
    """Whether a fragment of this category is about what users notice."""
    return category in _EFFECTIVE


def is_fragment(path: str) -> bool:
    """Whether the file at `path` is a news fragment by its name."""
    return any(
        form.search(path) for form in (_PATTERNS.chloggen, _PATTERNS.changeset, _PATTERNS.reno, _PATTERNS.towncrier)
    )


def category_of(words: str) -> str:
    """Return the category that a fragment's kind or a changelog heading names; empty if unknown."""
    found = (_CATEGORIES.get(word.lower()) for word in _PATTERNS.word.findall(words))
    return next(filter(None, found), "")


def _read(change: FileChange, folders: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Yield (sentence, line, category)."""
    path = change.path
    if _PATTERNS.chloggen.search(path):
        return _chloggen(change)
    if _PATTERNS.changeset.search(path):
        return _changeset(change)
    if _PATTERNS.reno.search(path):
        return _reno(change)
    named = _PATTERNS.towncrier.search(path)
    if named is None and any(path.startswith(f"{folder}/") for folder in folders):
        named = _PATTERNS.category.search(path)
    if named and change.status == "added":
        return _text(change, category_of(named["category"]))
    return _changelog(change) if _PATTERNS.changelog.search(path) else iter(())


def _added(change: FileChange) -> list[tuple[int, str]]:
    return [(line.new or 0, line.text) for hunk in changed_file(change).hunks for line in hunk.lines if line.added]


def _text(change: FileChange, category: str) -> Iterator[tuple[str, int, str]]:
    lines = _added(change)
    text = "\n".join(text for _, text in lines)
    if len(lines) == 1 and _PATTERNS.path.fullmatch(text.strip()):
        return  # a link to another fragment
    for sentence in _sentences(plain_rst(text) if not change.path.endswith(".md") else text):
        yield sentence, lines[0][0], category


def _sentences(text: str) -> Iterator[str]:
    for passage in passages(text):
        said = _PATTERNS.byline.sub(".", passage.text) if _PATTERNS.byline.search(passage.text) else passage.text
        yield from filter(None, standing(sentences_of(said)))


def _chloggen(change: FileChange) -> Iterator[tuple[str, int, str]]:
    data = _yaml(change)
    category = category_of(str(data.get("change_type") or ""))
    line = next((number for number, text in _added(change) if text.startswith("note:")), 1)
    for key in ("note", "subtext"):
        for sentence in _sentences(str(data.get(key) or "")):
            yield sentence, line, category


def _reno(change: FileChange) -> Iterator[tuple[str, int, str]]:
    for key, notes in _yaml(change).items():
        for note in notes if isinstance(notes, list) else [notes]:
            for sentence in _sentences(plain_rst(str(note or ""))):
                yield sentence, 1, category_of(str(key))


def _yaml(change: FileChange) -> dict[str, object]:
    """The contents of a new YAML file; empty if it is invalid, not a mapping, or not fully seen."""
    text = "\n".join(text for _, text in _added(change))
    if change.status != "added" or "&" in text:  # anchors have no place in a note, and aliases may expand without bound
        return {}
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _changeset(change: FileChange) -> Iterator[tuple[str, int, str]]:
    if change.status != "added":
        return
    lines = _added(change)
    marks = [index for index, (_, text) in enumerate(lines) if text.strip() == "---"]
    if len(marks) < 2:  # noqa: PLR2004 - front matter stands between two
        return
    bumps = " ".join(text for _, text in lines[marks[0] : marks[1]])
    level = next((word for word in ("major", "minor", "patch") if re.search(rf":\s*['\"]?{word}\b", bumps)), "")
    for sentence in _sentences("\n".join(text for _, text in lines[marks[1] + 1 :])):
        said = read_title(sentence).types  # a patch release may contain anything that breaks nobody
        yield sentence, lines[marks[1]][0] + 1, _BY_TYPE.get(said[0], "internal") if said else category_of(level)


def _changelog(change: FileChange) -> Iterator[tuple[str, int, str]]:
    """The lines added to a changelog, under the headings added with them."""
    lines = _added(change)[:_MOST_LINES]
    text = "\n".join(text for _, text in lines)
    for passage in passages(plain_rst(text) if change.path.endswith((".rst", ".txt")) else text):
        entry = _PATTERNS.references.sub("", passage.text).strip()
        for sentence in filter(None, standing(sentences_of(_PATTERNS.byline.sub(".", entry)))):
            start = sentence.replace("`", "")[:24]
            number = next((number for number, line in lines if start in _bare(line)), lines[0][0])
            is_internal = _PATTERNS.dependencies.match(sentence)
            yield sentence, number, "internal" if is_internal else category_of(passage.heading)


def _bare(line: str) -> str:
    return _PATTERNS.markup.sub("", line)
