"""Judges each commit once: a stored judgement is reused until something it depends on changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from analysis.commits.commit import Commit
from analysis.commits.pull_request import PullRequest
from analysis.digest.pipeline import judge
from analysis.entry import Entry
from analysis.rules.version import content_version, judgement_version
from analysis.statements import Conventions
from analysis.triage.areas import Areas
from analysis.triage.decision import corrected
from analysis.triage.triage import Importance, bound
from storage.commit_rows import pull_requests_as_json
from storage.commits import Commits
from storage.feedback import Feedback
from storage.learned import Learned


class Judging:
    """Gives commits their statements, facts and triage, with people's corrections, and stores them."""

    def __init__(self, commits: Commits, learned: Learned, feedback: Feedback) -> None:
        self._commits, self._learned, self._feedback = commits, learned, feedback

    def judge(
        self,
        repo: str,
        coming: Iterable[Sequence[Commit]],
        areas: Areas,
        conventions: Conventions,
        pull_requests: Mapping[str, PullRequest],
    ) -> Iterator[list[Entry]]:
        """Yield the entries of one repository's whole commits as they arrive, in order; `pull_requests` are by SHA."""
        common = self._common(repo, areas, conventions)
        judgement = cache(lambda: self._learned.judgement(repo))
        for commits in coming:
            by_people = self._feedback.corrected(repo, [commit.sha for commit in commits])
            keys = {
                commit.sha: _key(common, commit, pull_requests.get(commit.sha), by_people.get(commit.sha))
                for commit in commits
            }
            known = self._commits.judged(repo, keys)
            fresh = [commit for commit in commits if commit.sha not in known]
            found = judge(
                fresh, areas, judgement() if fresh else None, conventions=conventions, pull_requests=pull_requests
            )
            made = {entry.commit.sha: _as_people_say(entry, by_people) for entry in found}
            self._commits.put_triage(made.values(), keys)
            yield [
                made.get(commit.sha) or _whole(known[commit.sha], commit, pull_requests.get(commit.sha))
                for commit in commits
            ]

    def _common(self, repo: str, areas: Areas, conventions: Conventions) -> str:
        """Return a key for what all judgements of a repository's commits are based on."""
        habits = [*sorted(conventions.boilerplate), "", *conventions.fragment_folders]
        texts = [judgement_version(), areas.definition, str(self._learned.made_at(repo)), *habits]
        return content_version(text.encode() for text in texts)


def _as_people_say(entry: Entry, by_people: Mapping[str, Importance]) -> Entry:
    """Return a judged entry with the importance that people gave it."""
    wanted = by_people.get(entry.commit.sha)
    return replace(entry, triage=corrected(entry.triage, wanted)) if wanted else entry


def _whole(known: Entry, commit: Commit, pull_request: PullRequest | None) -> Entry:
    """Return a stored entry with what is not stored with it."""
    triage = bound(known.triage, commit, known.facts, known.statements)
    return replace(known, commit=commit, triage=triage, pull_request=pull_request)


def _key(common: str, commit: Commit, pull_request: PullRequest | None, wanted: Importance | None) -> str:
    """Return a key for what one commit's judgement is based on; of the commit, what may still change."""
    written = b""
    if pull_request:  # that it was checked again changes nothing
        written = pull_requests_as_json().dump_json(replace(pull_request, fetched_at=commit.committed_at))
    grown = f"{len(commit.files)} {commit.more_files} {[one.sha for one in commit.brought]} {wanted}"
    return content_version([common.encode(), grown.encode(), written])
