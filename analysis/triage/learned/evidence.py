"""What a commit shows about its type and importance, as named numbers.

Three kinds: *lexical* evidence speaks for one type and is weighted equally for each (a type that is rare in the
training data is still recognised by its words); *signals* are counts and shares; *words* are the title's own.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import ChangeType
from analysis.facts import Fact
from analysis.facts.syntax.changed import ChangedFile, changed_file
from analysis.i18n.patterns import Patterns
from analysis.statements.symptoms import found_in
from analysis.triage.inert import reads_as_prose
from analysis.triage.sketch import Sketch

TYPES = (
    ChangeType.FEATURE,
    ChangeType.BUGFIX,
    ChangeType.PERFORMANCE,
    ChangeType.REFACTOR,
    ChangeType.DOCS,
    ChangeType.TESTS,
    ChangeType.CI_BUILD,
    ChangeType.DEPENDENCIES,
    ChangeType.REVERT,
    ChangeType.BREAKING,
)
"""The types that are learned; security and chore are decided by rules alone."""

_BODY = 800
SPOKEN = 8
"""Entries of a lexical row that come from words; the rest come from structure."""

_HABITUAL = 60  # files beyond these add nothing new
_PATTERNS = Patterns(__file__)
_STEMS = ("ing", "ed", "es", "s")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A commit as numbers.

    Attributes:
        lexical: a row for each of TYPES, in that order: how strongly words and structure suggest it.
        signals: counts and shares by name, most between 0 and 1; absent ones are 0.
        words: the stems of the title's words, the first one also as `^stem`.
        habits: what only the repository's own past gives meaning to: its folders and files, the words of its bodies.
    """

    lexical: tuple[tuple[float, ...], ...]
    signals: dict[str, float]
    words: frozenset[str]
    habits: frozenset[str] = frozenset()

    @property
    def said(self) -> frozenset[str]:
        """The words and the habits."""
        return self.words | self.habits

    def words_alone(self) -> "Evidence":
        """Return the evidence without what the files show."""
        rows = tuple((*row[:SPOKEN], *(0.0 for _ in row[SPOKEN:])) for row in self.lexical)
        return Evidence(rows, {}, self.words, self.habits)

    def titled(self, title: str) -> "Evidence":
        """Return the evidence with another title's words: those of one commit among those a merge brought in."""
        spoken = _spoken(title, "")
        rows = tuple((*words, *row[SPOKEN:]) for words, row in zip(spoken, self.lexical, strict=True))
        return replace(self, lexical=rows, words=_words(title))


def stem(word: str) -> str:
    """Strip a word's common English ending."""
    for ending in _STEMS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:  # noqa: PLR2004 - "uses" is no "us"
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """Return the stems of a text's words; names in code are split into their parts."""
    return [stem(word) for word in _PATTERNS.word.findall(_PATTERNS.parting.sub(" ", text.lower()))]


def gather(commit: Commit, title: str, facts: Sequence[Fact], sketch: Sketch) -> Evidence:
    """Gather the evidence of a commit; `title` is its title without tags and prefix.

    A commit from a listing without files has only words: "touches nothing" is not evidence then.
    """
    files = [changed_file(change) for change in commit.files]
    signals = dict(_signals(commit, title, facts, sketch, files))
    lexical = tuple(
        (*spoken, *built) for spoken, built in zip(_spoken(title, commit.body[:_BODY]), _built(signals), strict=True)
    )
    whole = Evidence(lexical, signals, _words(title), frozenset(_habits(commit)))
    return whole if files else whole.words_alone()


def _words(title: str) -> frozenset[str]:
    found = stems(title)
    return frozenset(found) | ({f"^{found[0]}"} if found else frozenset())


def _habits(commit: Commit) -> Iterator[str]:
    for change in commit.files[:_HABITUAL]:
        *folders, name = change.path.lower().split("/")
        for depth, folder in enumerate(folders, 1):
            yield f"in {folder}"
            yield f"in {'/'.join(folders[:depth])}"
        yield f"file {name}"
        yield from (f"file {stem(word)}" for word in _PATTERNS.name_part.findall(name))
    yield from (f"body {word}" for word in stems(commit.body[:_BODY]))


# -- words


@lru_cache(maxsize=1)
def _lexicon() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    table = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8"))
    return tuple(
        (
            re.compile(rf"(?:{'|'.join(table[kind]['opens'])})(?!\w)", re.IGNORECASE),
            re.compile(rf"(?<!\w)(?:{'|'.join(table[kind]['names'])})(?!\w)", re.IGNORECASE),
        )
        for kind in TYPES
    )


def _spoken(title: str, body: str) -> list[tuple[float, ...]]:
    """How strongly the words suggest each type: it opens the title; mentions in the title and body; and its share of them."""
    plain = _PATTERNS.tags.sub("", title.strip())
    rows = []
    for opens, names in _lexicon():
        opened = 1.0 if opens.match(plain) else 0.0
        in_title = len({found[0].lower() for found in names.finditer(plain)})
        in_body = len({found[0].lower() for found in names.finditer(body)})
        rows.append((opened, in_title, in_body))
    all_titles = sum(min(in_title, 3) / 3 for _, in_title, _ in rows)
    all_opened = sum(opened for opened, _, _ in rows)
    return [
        (
            opened,
            min(in_title, 1.0),
            min(in_title, 3) / 3,
            min(in_body, 1.0),
            min(in_body, 5) / 5,
            1.0 if opened and in_title else 0.0,
            (min(in_title, 3) / 3) / max(all_titles, 1 / 3),
            opened / max(all_opened, 1.0),
        )
        for opened, in_title, in_body in rows
    ]


# -- structure


def _built(signals: dict[str, float]) -> list[tuple[float, ...]]:
    """How strongly the change's structure suggests each type: what an engineer would call typical."""

    def get(name: str) -> float:
        return signals.get(name, 0.0)

    def has(*names: str) -> float:
        return float(any(signals.get(name) for name in names))

    product = get("touches production")
    surroundings = get("only ci") or get("only build")
    rows: dict[ChangeType, tuple[float, ...]] = {
        ChangeType.FEATURE: (
            has("fact flag_added", "fact command_added", "fact config_added", "fact env_added", "fact endpoint_added"),
            float(bool(get("only adds") and product)),
            get("new product files"),
            min(2 * get("new public names"), 1.0),
        ),
        ChangeType.BUGFIX: (
            float(bool(product and get("tests come with it") and get("added") < 0.64)),  # noqa: PLR2004 - some twenty lines
            float(bool(has("adds if", "adds None", "adds except") and get("product lines") < 0.7)),  # noqa: PLR2004 - some thirty lines
            float(any(name.startswith("symptom ") for name in signals)),
            float(bool(get("tiny") and product)),
        ),
        ChangeType.PERFORMANCE: (
            get("tuned configuration"),
            float(bool(get("touches tooling") and product and get("benchmarks"))),
            get("adds performance words"),
            0.0,
        ),
        ChangeType.REFACTOR: (
            get("moved lines"),
            has("fact name_renamed", "files move"),
            get("typed lines") if get("typed lines") > 0.3 else 0.0,  # noqa: PLR2004
            float(bool(get("balanced") and get("files") > 0.6)),  # noqa: PLR2004
        ),
        ChangeType.DOCS: (get("only docs"), get("all prose"), get("mostly prose"), get("share docs")),
        ChangeType.TESTS: (
            get("only test"),
            0.0 if product else get("share test"),
            float(bool(get("adds test") and not product)),
            float(get("share test") > 0.9),  # noqa: PLR2004
        ),
        ChangeType.CI_BUILD: (
            float(bool(surroundings)),
            get("share ci") + get("share build"),
            float(bool(get("touches ci") and not product)),
            float(bool((get("touches build") or get("touches ci")) and not product)),
        ),
        ChangeType.DEPENDENCIES: (
            has("fact dependency_changed"),
            get("bot"),
            get("only lock"),
            float(bool(get("tiny") and has("touches build", "touches ci"))),
        ),
        ChangeType.REVERT: (get("fact reverts"), 0.0, 0.0, 0.0),
        ChangeType.BREAKING: (
            get("adds deprecation"),
            float(
                bool(
                    has(
                        "fact name_removed",
                        "fact config_removed",
                        "fact flag_removed",
                        "fact command_removed",
                        "fact module_removed",
                    )
                    and get("mostly deletes")
                )
            ),
            has("fact default_changed", "fact name_renamed"),
            has("removes deprecation", "fact deprecated"),
        ),
    }
    return [rows[kind] for kind in TYPES]


def _signals(
    commit: Commit, title: str, facts: Sequence[Fact], sketch: Sketch, files: Sequence[ChangedFile]
) -> Iterator[tuple[str, float]]:
    added, deleted = commit.additions, commit.deletions
    yield "title length", min(len(title.split()), 15) / 10
    yield "no body", float(not commit.body.strip())
    yield "body length", math.log1p(len(commit.body)) / 7
    yield "added", math.log1p(added) / 5
    yield "deleted", math.log1p(deleted) / 5
    yield "files", math.log1p(len(files)) / 3
    yield "growth", (added - deleted) / max(1, added + deleted)
    yield "tiny", float(added + deleted <= 4)  # noqa: PLR2004
    yield "only deletes", float(bool(deleted and not added))
    yield "only adds", float(bool(added and not deleted))
    yield "mostly deletes", float(deleted > 1.5 * added)
    yield "balanced", float(min(added, deleted) > 0.6 * max(added, deleted, 1))
    yield "bot", float(is_bot(commit))
    yield "folders", math.log1p(len({file.path.rpartition("/")[0] for file in files})) / 3
    yield from _kinds(files)
    counts = Counter(fact.kind.value for fact in facts)
    for kind, count in counts.items():
        yield f"fact {kind}", 1.0
        yield f"facts {kind}", min(count, 3) / 3
    yield from _outline(sketch)
    yield from _lines(files)
    named = {code for code, _ in found_in(title)}
    yield from ((f"symptom {code}", 1.0) for code in named)
    yield from ((f"symptom in body {code}", 1.0) for code, _ in found_in(commit.body) if code not in named)


def _kinds(files: Sequence[ChangedFile]) -> Iterator[tuple[str, float]]:
    number = len(files) or 1
    lines: Counter[FileKind] = Counter()
    kinds: Counter[FileKind] = Counter()
    endings: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for file in files:
        kinds[file.kind] += 1
        lines[file.kind] += file.change.additions + file.change.deletions
        endings[file.path.rpartition("/")[2].rpartition(".")[2].lower()] += 1
        statuses[file.change.status] += 1
        if file.change.status == "added":
            yield f"adds {file.kind}", 1.0
        elif file.change.status == "removed":
            yield f"removes {file.kind}", 1.0
    total = max(1, sum(lines.values()))
    for kind, count in kinds.items():
        yield f"touches {kind}", 1.0
        yield f"files of {kind}", count / number
        yield f"share {kind}", lines[kind] / total
    if len(kinds) == 1:
        yield f"only {next(iter(kinds))}", 1.0
    for ending, count in endings.items():
        if ending in _ENDINGS:
            yield f"ending {ending}", count / number
    for status, count in statuses.items():
        yield f"status {status}", count / number
    yield "product lines", math.log1p(lines[FileKind.PRODUCTION]) / 5
    yield "test lines", math.log1p(lines[FileKind.TEST]) / 5
    yield "documentation lines", math.log1p(lines[FileKind.DOCS]) / 5
    if kinds[FileKind.PRODUCTION]:
        yield "tests come with it", float(bool(lines[FileKind.TEST]))
        yield "documents come with it", float(bool(lines[FileKind.DOCS]))
    yield "tuned configuration", float(any(_PATTERNS.tuned.search(file.path) for file in files))
    yield "benchmarks", float(any("bench" in file.path.lower() for file in files))


_ENDINGS = {
    "py", "md", "rst", "yml", "yaml", "json", "toml", "txt", "rs", "cu", "cuh", "cc", "cpp", "h", "go", "ts", "js", "sh",
    "ipynb", "lock", "cfg", "ini", "dockerfile",
}  # fmt: skip


def _outline(sketch: Sketch) -> Iterator[tuple[str, float]]:
    yield "names give way", min(len(sketch.swapped), 2) / 2
    yield "times names give way", min(sum(count for _, _, count in sketch.swapped), 20) / 20
    yield "new public names", min(sum(not new.name.startswith("_") for new in sketch.new), 5) / 5
    yield "new private names", min(sum(new.name.startswith("_") for new in sketch.new), 5) / 5
    yield "new product files", min(len(sketch.new_files), 4) / 4
    yield "comments", min(len(sketch.quotes), 3) / 3
    yield "files move", float(bool(sketch.moves))


def _lines(files: Sequence[ChangedFile]) -> Iterator[tuple[str, float]]:
    """Look at the product's changed lines: prose or code, moves, imports, types, words added and removed."""
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    prose = imports = typed = new = gone = 0
    for file in files:
        if file.kind not in _BUILT:
            continue
        for hunk in file.hunks:
            for line in hunk.lines:
                text = line.text.strip()
                if not text or not (line.added or line.removed):
                    continue
                (gained if line.added else lost)[text] += 1
                prose += _is_prose(text)
                imports += bool(_PATTERNS.imports.match(text))
                typed += bool(_PATTERNS.annotated.search(text))
                if _PATTERNS.definition.match(text):
                    new, gone = new + line.added, gone + line.removed
    total = gained.total() + lost.total()
    changed = sum(f.change.additions + f.change.deletions for f in files if f.kind in _BUILT)
    yield "no product lines", float(not changed)
    squeezed = [Counter({"".join(text.split()): 0 for text in side}) for side in (gained, lost)]
    for side, counts in zip((gained, lost), squeezed, strict=True):
        for text, count in side.items():
            counts["".join(text.split())] += count
    yield "only formatting", float(bool(total) and squeezed[0] == squeezed[1])
    yield "prose", prose / max(1, total)
    yield "all prose", float(bool(total) and prose == total)
    yield "mostly prose", float(bool(total) and prose >= 0.7 * total)
    yield "moved lines", 2 * (gained & lost).total() / max(1, total)
    yield "import lines", imports / max(1, total)
    yield "typed lines", typed / max(1, total)
    yield "new definitions", math.log1p(new) / 2
    yield "gone definitions", math.log1p(gone) / 2
    came, went = (_words_of(side) for side in (gained, lost))
    fresh, stale = came - went, went - came
    for word, name in (("raise", "adds raise"), ("if", "adds if"), ("none", "adds None"), ("except", "adds except")):
        yield name, float(word in fresh)
    yield "removes TODO", float("todo" in went)
    yield "adds deprecation", float(any(word.startswith("deprecat") for word in came))
    yield "removes deprecation", float(any(word.startswith("deprecat") for word in stale))
    yield "adds performance words", float(bool(fresh & _FAST))


_READ = 160
"""As much of a line is read for its words."""
_BUILT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.TOOLING}
_FAST = {"cache", "lru", "stream", "async", "fuse", "fused", "overlap", "inplace", "triton", "warp"}


def _words_of(lines: Iterable[str]) -> set[str]:
    return set(_PATTERNS.word.findall("\n".join(text[:_READ] for text in lines).lower().replace("_", " ")))


def _is_prose(text: str) -> bool:
    if text[:1] == "#" or text.startswith(("//", ":param", '"""', "'''", "- ", "* ", "/*")):
        return True
    return reads_as_prose(text)
