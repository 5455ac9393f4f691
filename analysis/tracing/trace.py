"""A fix from landing to release: merged is not released, and what was reverted fixes nothing.

Commits say in their own messages what they close, copy, revert and reapply; git and GitHub know which versions contain them.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.commits.commit import Commit
from analysis.commits.copies import copied, is_copy, original_title
from analysis.commits.tags import Tag
from analysis.commits.title import read_title
from analysis.facts.reverts import reverts

_CLOSES = r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
_NUMBERS = re.compile(r"(?:^|(?<=[\s(\[]))(?P<repo>[\w.-]+/[\w.-]+)?#(?P<number>\d{1,9})\b")
_SHORTEST_SHA = 7


class Role(StrEnum):
    """A commit's role for the fix. Closed set."""

    LANDING = "landing"
    COPY = "copy"
    REVERT = "revert"
    NAMES = "names"


class How(StrEnum):
    """By what a commit is known to be that. Closed set; NUMBER is the pull request's own, DIFF its patch-id."""

    NUMBER = "number"
    CLOSES = "closes"
    SHA = "sha"
    WORDS = "words"
    GITHUB = "github"
    MESSAGE = "message"
    DIFF = "diff"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Step:
    """A commit in the course of a fix.

    Attributes:
        of: the SHA of what it copies or reverts; empty for a landing.
        is_on_branch: the followed branch has it; else only others do.
    """

    commit: Commit
    role: Role
    how: How
    of: str = ""
    is_on_branch: bool = True


class Verdict(StrEnum):
    """How far a fix has come. Closed set; ELSEWHERE is on another branch alone."""

    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    REVERTED = "reverted"
    MERGED = "merged"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of a fix.

    Attributes:
        asked: as it was asked for; `title`: what it is called, empty where nothing tells.
        steps: oldest first.
        releases: the versions that have it and in which nothing takes it back, oldest first; of each package's the final ones
            and, where none is final, the others.
        newest: the newest final version that lacks it; None where there is none.
        used: the version that the reader uses, and whether it has it; None where that is not known.
        is_open: the issue is still open, as GitHub says.
    """

    repo: str
    asked: str
    title: str
    steps: tuple[Step, ...]
    verdict: Verdict
    releases: tuple[Tag, ...] = ()
    newest: Tag | None = None
    used: tuple[str, bool] | None = None
    is_open: bool = False


def names_number(commit: Commit, number: int) -> bool:
    """Whether a message names an issue or pull request of its own repository."""
    return any(int(found["number"]) == number and _is_own(found, commit) for found in _NUMBERS.finditer(commit.message))


def closes(commit: Commit, number: int) -> bool:
    """Whether a message closes an issue, by the words that GitHub takes for it.

    https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
    """
    form = rf"\b{_CLOSES}\b:?\s+(?:(?P<repo>[\w.-]+/[\w.-]+)?#|https?://\S+/(?P<at>[\w.-]+/[\w.-]+)/issues/){number}\b"
    return any(
        (found["repo"] or found["at"] or commit.repo).lower() == commit.repo.lower()
        for found in re.finditer(form, commit.message, re.IGNORECASE)
    )


def _is_own(found: re.Match[str], commit: Commit) -> bool:
    return (found["repo"] or commit.repo).lower() == commit.repo.lower()


def steps(landed: Mapping[str, How], known: Iterable[Commit], on_branch: Collection[str]) -> tuple[Step, ...]:
    """Tell what each commit is to a fix that `landed` (by SHA, and how that is known); those that are nothing to it are left out.

    `known` are the landed commits and all whose messages may name them.
    """
    commits = sorted({commit.sha: commit for commit in known}.values(), key=lambda one: (one.committed_at, one.sha))
    here = {original_title(one.subject) for one in commits if one.sha in landed and one.sha in on_branch}
    found = {
        one.sha: Step(one, Role.LANDING, landed[one.sha], "", one.sha in on_branch)
        for one in commits
        # a release branch's commit of the same title and number is a copy of the branch's own
        if one.sha in landed and (one.sha in on_branch or original_title(one.subject) not in here)
    }
    for one in commits:
        if one.sha not in found and (copy := _copy(one, found.values(), is_landed=one.sha in landed)):
            found[one.sha] = Step(one, Role.COPY, copy[1], copy[0], one.sha in on_branch)
    for one in commits:  # oldest first: what takes a revert back comes behind it
        if one.sha not in found and (of := next(_taken_back(one, found.values()), "")):
            found[one.sha] = Step(one, Role.REVERT, How.MESSAGE, of, one.sha in on_branch)
    for one in commits:
        if one.sha not in found and one.sha in on_branch and (of := _named(one, found.values())):
            found[one.sha] = Step(one, Role.NAMES, How.MESSAGE, of)
    return tuple(sorted(found.values(), key=lambda step: (step.commit.committed_at, step.commit.sha)))


def _copy(commit: Commit, found: Iterable[Step], *, is_landed: bool) -> tuple[str, How] | None:
    """Return which landing a commit copies, and by what that is known."""
    sha, number = copied(commit)
    title = original_title(commit.subject)
    for step in found:
        one = step.commit
        if step.role is not Role.LANDING or commit.committed_at < one.authored_at:
            continue
        if (sha and one.sha.startswith(sha)) or (number and number == one.pull_request):
            return one.sha, How.MESSAGE
        if (is_landed or is_copy(commit)) and (
            title == original_title(one.subject) or (one.pull_request and f"(#{one.pull_request})" in commit.subject)
        ):
            return one.sha, How.TITLE
        again = read_title(commit.subject).restores
        if again and original_title(again) == original_title(one.subject):
            return one.sha, How.TITLE
    return None


def _taken_back(commit: Commit, found: Iterable[Step]) -> Iterator[str]:
    for fact in reverts(commit):
        number = fact.detail.lstrip("#")
        for step in found:
            one = step.commit
            is_named = (
                (len(fact.before) >= _SHORTEST_SHA and one.sha.startswith(fact.before))
                or (number.isdecimal() and one.pull_request == int(number))
                or (fact.name and original_title(fact.name) == original_title(one.subject))
            )
            if is_named and one.sha != commit.sha and one.committed_at <= commit.committed_at:
                yield one.sha


def _named(commit: Commit, found: Iterable[Step]) -> str:
    """Return which landing a later commit names, by its SHA or its pull request's number."""
    words = set(re.findall(r"\b[0-9a-f]{7,40}\b", commit.message))
    for step in found:
        one = step.commit
        if step.role is not Role.LANDING or commit.committed_at < one.committed_at:
            continue
        by_number = one.pull_request is not None and names_number(commit, one.pull_request)
        if by_number or any(one.sha.startswith(word) for word in words):
            return one.sha
    return ""


def stands(way: Sequence[Step], held: Collection[str]) -> bool:
    """Whether whoever has these commits has the fix: some landing or copy of it, and nothing that takes that back."""
    takes_back: dict[str, list[str]] = {}
    for step in way:
        if step.role is Role.REVERT and step.commit.sha in held:
            takes_back.setdefault(step.of, []).append(step.commit.sha)

    def in_force(sha: str) -> bool:
        return sha in held and not any(in_force(revert) for revert in takes_back.get(sha, ()))

    return any(in_force(step.commit.sha) for step in way if step.role in {Role.LANDING, Role.COPY})


def verdict(way: Sequence[Step], releases: Sequence[Tag]) -> Verdict:
    """Return how far a fix has come; `releases` are the versions that contain it."""
    landed = [step for step in way if step.role in {Role.LANDING, Role.COPY}]
    if not landed:
        return Verdict.UNKNOWN
    here = {step.commit.sha for step in way if step.is_on_branch}
    if not any(step.is_on_branch for step in landed):
        return Verdict.ELSEWHERE
    if not stands(way, here):
        return Verdict.REVERTED
    return Verdict.RELEASED if any(tag.is_final for tag in releases) else Verdict.MERGED


def with_fix(way: Sequence[Step], held: Mapping[str, Collection[str]], tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Return the versions that contain a fix, oldest first: the final ones, or the others if none is final."""
    having = sorted((tag for tag in tags if stands(way, held.get(tag.name, ()))), key=lambda tag: (tag.at, tag.name))
    final = tuple(tag for tag in having if tag.is_final)
    return final or tuple(having)
