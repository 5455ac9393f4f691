"""What became of changes after they were reported: fixes that followed, reverts, trouble reported on their pull requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice

from analysis.commits.commit import Commit
from analysis.commits.copies import copied, original_title
from analysis.commits.pull_request import INSIDERS, Comment, PullRequest
from analysis.commits.title import ChangeType, read_title
from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.i18n.patterns import Patterns
from analysis.statements.markdown import passages
from analysis.statements.sentences import sentences_of
from analysis.triage.triage import Importance

LOOK_BACK = 7
"""Days for which a reported change is followed up."""


class FollowUpKind(StrEnum):
    """Closed set, in the order of display."""

    REVERT = "revert"
    RESTORED = "restored"
    FIX = "fix"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of a change after a digest reported it.

    Attributes:
        sha, number, title: the reported change; number is 0 if it came from no pull request.
        told_on: the last day of the digest that reported it.
        importance, areas: the change's own.
        by, by_number: the commit that reverts it, brings it back or fixes it, and its pull request; empty and 0 for a report.
        count: comments that report trouble; 0 for a commit.
        author, quote: of the first one written by a member of the project or the change's author; else empty.
        url: the page of that pull request or commit, of that comment, or of the first one; empty if there is none.
    """

    kind: FollowUpKind
    sha: str
    number: int
    title: str
    told_on: date
    importance: Importance
    areas: tuple[str, ...] = ()
    by: str = ""
    by_number: int = 0
    count: int = 0
    author: str = ""
    quote: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A reported change: its entry as now known, and the window of the digest that reported it."""

    entry: Entry
    window: Window

    @property
    def number(self) -> int:
        """Its pull request's number; 0 if it came from none."""
        return _number(self.entry)

    def follow_up(self, kind: FollowUpKind, by: Entry | None = None) -> FollowUp:
        """Return what became of it, through a commit or not."""
        commit, triage = self.entry.commit, self.entry.triage
        title = read_title(commit.subject).text
        found = FollowUp(kind, commit.sha, self.number, title, self.window.last, triage.importance, triage.areas)
        if by is None:
            return found
        page = by.pull_request.url if by.pull_request else by.commit.url or ""
        return replace(found, by=by.commit.sha, by_number=_number(by), url=page)


def _number(entry: Entry) -> int:
    return (entry.pull_request.number if entry.pull_request else entry.commit.pull_request) or 0


def find_follow_ups(
    entries: Iterable[Entry], told: Iterable[Told], reverted: Mapping[str, str], window: Window
) -> tuple[FollowUp, ...]:
    """Return what a window's entries and comments mean for changes reported before.

    `reverted` maps each revert among `entries` and `told` to the SHA that it reverts.
    """
    before = {one.entry.commit.sha: one for one in told}
    by_time = sorted(entries, key=lambda entry: entry.commit.committed_at) if before else []
    found = list(_reverted_or_restored(by_time, before, reverted))
    for entry in by_time:
        if entry.commit.sha not in reverted and ChangeType.BUGFIX in entry.triage.types:
            found += [
                before[other].follow_up(FollowUpKind.FIX, entry) for other in dict.fromkeys(_mended(entry, before))
            ]
    found += [report for one in before.values() if (report := _report(one, window))]
    places = list(FollowUpKind)
    return tuple(sorted(found, key=lambda one: (places.index(one.kind), -one.importance.rank, one.told_on, one.number)))


# -- reverts

_DEEPEST = 8
"""Reverts of reverts that are followed; dates that are equal could make them a circle."""


def _reverted_or_restored(
    entries: Sequence[Entry], before: Mapping[str, Told], reverted: Mapping[str, str]
) -> Iterable[FollowUp]:
    """Return what became of the changes that these entries revert or bring back: of several entries, the last decides."""
    own = {entry.commit.sha for entry in entries}
    earlier = sorted((one.entry for one in before.values()), key=lambda entry: entry.commit.committed_at)
    gone, last = dict[str, Told](), dict[str, FollowUp]()
    for entry in (*earlier, *entries):
        sha, kind = entry.commit.sha, FollowUpKind.RESTORED
        if sha in reverted:
            changed, kind = _undone(reverted[sha], before, reverted)
        else:
            changed = next((other for other, told in gone.items() if _is_again(entry.commit, told)), "")
        if changed not in before:
            continue
        if kind is FollowUpKind.REVERT:
            gone[changed] = before[changed]
        else:
            gone.pop(changed, None)
        if sha in own:
            last[changed] = before[changed].follow_up(kind, entry)
    return last.values()


def _undone(sha: str, before: Mapping[str, Told], reverted: Mapping[str, str]) -> tuple[str, FollowUpKind]:
    """Return what the revert of a commit means for which change: what a revert of a revert brings back, if it was reported."""
    root, kind = sha, FollowUpKind.REVERT
    for _ in range(_DEEPEST):
        if root not in reverted:
            break
        root = reverted[root]
        kind = FollowUpKind.RESTORED if kind is FollowUpKind.REVERT else FollowUpKind.REVERT
    return (root, kind) if root in before else (sha, FollowUpKind.REVERT)


def _is_again(commit: Commit, told: Told) -> bool:
    """Whether a commit is a reverted change once more: a cherry-pick of it, or its author's with the same title."""
    old = told.entry.commit
    sha, number = copied(commit)
    if (sha and old.sha.startswith(sha.lower())) or (number and number == told.number):
        return True
    return commit.author == old.author and original_title(commit.subject) == original_title(old.subject)


# -- fixes

_PATTERNS = Patterns(__file__, "follow_ups")
_MOST_NAMED = 100
"""Numbers and SHAs in one text that are looked at; a text with more is a list."""
_LEAD = 80
"""Characters before a number in which the text must say how the commit relates to it."""


def _mended(entry: Entry, before: Mapping[str, Told]) -> Iterator[str]:
    """Yield the SHAs of the reported changes that a fix says it fixes; one with the same title is a cherry-pick to another branch."""
    own, pull = entry.commit, entry.pull_request
    title = _PATTERNS.own_numbers.sub("", own.subject)
    numbers = {one.number: sha for sha, one in before.items()}
    texts = (title, *own.body.split("\n"), *_lines(pull.body if pull else ""))
    for text in texts:
        for found in islice(_PATTERNS.named.finditer(text), _MOST_NAMED):
            lead = _PATTERNS.address.sub("", text[max(0, found.start() - _LEAD) : found.start()])
            if (
                not _PATTERNS.blamed.search(lead)
                or _PATTERNS.not_blamed.search(lead)
                or (found["repo"] or own.repo).lower() != own.repo.lower()
            ):
                continue
            number = int(found["number"] or found["short"] or 0)
            named = [numbers[number]] if number in numbers else []
            if found["sha"]:
                named = [sha for sha in before if sha.startswith(found["sha"].lower())]
            yield from (
                sha
                for sha in named
                if sha != own.sha and _PATTERNS.own_numbers.sub("", before[sha].entry.commit.subject) != title
            )


def _lines(markdown: str) -> Iterator[str]:
    return (passage.text for passage in passages(markdown))


# -- reports


def reported_trouble(text: str) -> str:
    """Return the sentence in which a comment reports trouble with the change it is posted on; empty if none does.

    On a landed change, that takes trouble plus something that ties it to the change, within one sentence or two consecutive
    ones, or a call to revert it. CI, conflicts, questions, thanks and what is said not to happen do not count.
    """
    sentences = [sentence for passage in passages(text) for sentence in sentences_of(passage.text)]
    harmless = [bool(_PATTERNS.harmless.search(sentence)) for sentence in sentences]
    for place, sentence in enumerate(sentences):
        if _PATTERNS.take_back.search(sentence) and not _PATTERNS.kept.search(sentence):
            return sentence
        if harmless[place]:
            continue
        near = " ".join(sentences[max(0, place - 1) : place + 2])
        if _PATTERNS.trouble.search(sentence) and _PATTERNS.blames.search(near):
            return sentence
    return ""


def _report(told: Told, window: Window) -> FollowUp | None:
    pull = told.entry.pull_request
    if not pull:
        return None
    # The previous digest could not know what was written on its day after it was built.
    since = told.window.start if told.window.end >= window.start else window.start
    comments = [
        (comment, said)
        for comment in pull.comments
        if not comment.is_bot
        and since <= comment.at < window.end
        and comment.at >= (pull.merged_at or since)
        and (said := reported_trouble(comment.text))
    ]
    if not comments:
        return None
    quoted = next((pair for pair in comments if _may_be_quoted(pair[0], pull)), None)
    author, quote = (quoted[0].author, quoted[1]) if quoted else ("", "")
    url = (quoted or comments[0])[0].url
    return replace(told.follow_up(FollowUpKind.REPORT), count=len(comments), author=author, quote=quote, url=url)


def _may_be_quoted(comment: Comment, pull: PullRequest) -> bool:
    """Whether a member of the project or the change's author wrote it; others are only counted and linked."""
    return comment.association in INSIDERS or bool(comment.author and comment.author == pull.author)
