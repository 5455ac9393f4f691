"""How often the culprit of a regression is among the first suspects, given a later fix or revert that names it.

`python -m benchmarks.suspects MOST CLONE …` mines each clone for up to MOST such fixes, the newest first: "Fixes: SHA",
"regression in #12", "caused by SHA", and reverts that say why. The question is the range between the two versions
around the culprit, with the words the fix uses for what was wrong, without any that name the culprit; both change
product code. Ranking by size alone is shown for comparison. Nothing from a clone is kept.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from analysis.commits.commit import Commit
from analysis.commits.copies import is_copy, original_title
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.tags import Tag, versions
from analysis.commits.title import AROUND
from analysis.entry import Entry
from analysis.facts.reverts import reverts
from analysis.sources.history import History
from analysis.tracing.suspects import size, suspects
from benchmarks.material import fresh
from bot.config import load
from bot.digests.core import Core, open_core
from bot.digests.repositories import parse_place

_BLAMES = re.compile(
    r"(?:\b(?:regress(?:ion|ed)|introduced|caused|broken|broke|bug|oversight|mistake)\b[^.\n#]{0,40}?\b(?:in|by|from|with|of|since|after)\b\s+"
    r"(?:\w+\s+){0,2}?|^Fixes:\s+)(?:(?:commit|PR|pull request)\s+)?(?:https?://github\.com/[\w./-]+/(?:pull|commit)/)?"
    r"[(\[`]?(?P<ref>#?(?=[0-9a-f]*\d)[0-9a-f]{3,40}\b)",
    re.IGNORECASE | re.MULTILINE,
)
_REFERENCE = re.compile(r"https?://\S+|#\d+|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|\(\s*\)")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_TRAILER = re.compile(r"^[A-Z][\w-]+: .*$|^This reverts.*$|^\(cherry.*$|^Reverts .*$", re.MULTILINE)
_SHORTEST_SHA, _MOST_WORDS, _LEAST_WORDS = 7, 40, 4
_FEWEST, _LONGEST = 25, 800
"""Commits of a range: with fewer, five suspects prove little; with more, it is no longer an upgrade."""
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A regression: the range it came in, the words that describe it, the fix that names its culprit."""

    fix: Commit
    culprit: Commit
    old: str
    new: str
    words: str


def cases(history: History, heads: Sequence[Commit]) -> Iterator[Case]:
    """Yield the regressions of a history whose culprit is named; `heads` are newest first."""
    by_number = {head.pull_request: head for head in reversed(heads) if head.pull_request}
    by_sha = {head.sha[:_SHORTEST_SHA]: head for head in heads}
    tags = sorted((tag for tag in versions(history.tags()) if tag.is_final), key=lambda tag: tag.at)
    seen: set[str] = set()
    for fix in heads:
        culprit = None if is_copy(fix) else _culprit(fix, by_number, by_sha)
        if culprit is None or culprit.sha in seen or culprit.committed_at >= fix.committed_at:
            continue
        words, span = _words(fix, culprit), _span(history, culprit, fix, tags)
        if words and span:
            seen.add(culprit.sha)
            yield Case(fix, culprit, *span, words)


def _culprit(fix: Commit, by_number: Mapping[int, Commit], by_sha: Mapping[str, Commit]) -> Commit | None:
    def by(sha: str, number: str) -> Commit | None:
        found = by_sha.get(sha[:_SHORTEST_SHA]) if len(sha) >= _SHORTEST_SHA else None
        return found or (by_number.get(int(number)) if number.isdecimal() else None)

    for fact in reverts(fix):
        return by(fact.before, fact.detail.lstrip("#"))
    blamed = _BLAMES.search(fix.message)
    if not blamed:
        return None
    ref = blamed["ref"]
    is_number = ref.startswith("#") or "/pull/" in blamed[0]
    return by("" if is_number else ref, ref.lstrip("#") if is_number else "")


def _words(fix: Commit, culprit: Commit) -> str:
    """Return how a fix describes what was wrong: its title, or a revert's stated reason if there is one."""
    is_revert = any(reverts(fix))
    text = _QUOTED.sub(" ", _TRAILER.sub("", fix.body)) if is_revert else fix.subject
    words = _REFERENCE.sub(" ", text).replace(original_title(culprit.subject), " ").split()[:_MOST_WORDS]
    tells = len(re.findall(r"[A-Za-z]{4,}", " ".join(words))) >= (_LEAST_WORDS if is_revert else 1)
    return " ".join(words) if tells else ""


def _span(history: History, culprit: Commit, fix: Commit, tags: Sequence[Tag]) -> tuple[str, str] | None:
    """Return the version before the culprit and the first one with it, or else the state just before the fix."""
    later = [tag for tag in tags if culprit.committed_at <= tag.at <= fix.committed_at]
    held = history.holding([culprit.sha], later)
    first = next((tag for tag in later if tag.name in held), None)
    before = [tag for tag in tags if tag.at <= culprit.committed_at and (not first or tag.package == first.package)]
    new = first.sha if first else next(iter(fix.parents), "")
    return (before[-1].sha, new) if before and new else None


def measured(core: Core, history: History, most: int) -> Iterator[tuple[int, int, int, Case]]:
    """Yield for each regression its range's commit count, and the culprit's place by suspicion and by size alone."""
    heads = history.heads(history._git("rev-list", "HEAD").split())  # type: ignore[attr-defined]  # noqa: SLF001 - a clone's whole history
    count = 0
    for case in cases(history, heads):
        if count == most:
            return
        fix, culprit = core.judged(history, [case.fix, case.culprit])
        if not (_is_products(fix) and _is_products(culprit)):
            continue
        entries = core.judged(history, history.between(case.old, case.new).heads)
        place = next((at for at, entry in enumerate(entries) if _is(entry, case.culprit)), None)
        if place is None or not _FEWEST <= len(entries) <= _LONGEST:
            continue
        count += 1
        wanted = entries[place].commit.sha
        found = suspects(entries, case.words, (), (), lambda shas: core.stores.commits.get(history.repo, shas))
        by_size = sorted(entries, key=size, reverse=True)
        yield (
            len(entries),
            [suspect.entry.commit.sha for suspect in found].index(wanted),
            [entry.commit.sha for entry in by_size].index(wanted),
            case,
        )


def _is(entry: Entry, commit: Commit) -> bool:
    return entry.commit.sha == commit.sha or any(
        commit.sha.startswith(one.sha[:_SHORTEST_SHA]) for one in entry.commit.brought
    )


def _is_products(entry: Entry) -> bool:
    is_around = bool(entry.triage.types) and entry.triage.types[0] in AROUND
    return not is_around and any(kind_of(file.path) is FileKind.PRODUCTION for file in entry.commit.files)


def main() -> None:
    most, *clones = sys.argv[1:]
    places: list[tuple[int, int]] = []
    for clone in clones:
        core = open_core(load(fresh()))
        history = core.sources.open(parse_place(f"mined/{Path(clone).parent.name.replace('+', '-')}={clone}"))
        own = []
        for commits, place, by_size, case in measured(core, history, int(most)):
            own.append((place, by_size))
            print(
                f"  {place + 1:4} of {commits:4}, by size {by_size + 1:4}: {case.culprit.short}, told by {case.fix.short}"
            )
        _print(clone, own)
        places += own
        core.stores.store.close()
    _print("all", places)


def _print(name: str, places: Sequence[tuple[int, int]]) -> None:
    if places:
        suspicion, by_size = ([pair[at] for pair in places] for at in (0, 1))
        shares = [sum(place < _FIRST for place in one) / len(one) for one in (suspicion, by_size)]
        print(
            f"{name}: {len(places)} regressions; the culprit among the first {_FIRST} in {shares[0]:.0%}, by size alone in {shares[1]:.0%}; "
            f"its median place {median(suspicion) + 1:.0f}, by size {median(by_size) + 1:.0f}"
        )


if __name__ == "__main__":
    main()
