"""Judges commits, each once: a stored judgement stands until something that it rests on is another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.commits.commit import Commit
from analysis.commits.pull_request import PullRequest
from analysis.digest.pipeline import judge
from analysis.entry import Entry
from analysis.rules.version import content_version, judgement_version
from analysis.statements import Conventions
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance, bound, corrected
from storage.commits import Commits, pull_requests_as_json
from storage.feedback import Feedback
from storage.learned import Learned


class Judging:
    """Gives commits their statements, facts and triage, as people corrected it, and remembers them."""

    def __init__(self, commits: Commits, learned: Learned, feedback: Feedback) -> None:
        self._commits, self._learned, self._feedback = commits, learned, feedback

    def judge(
        self,
        commits: Sequence[Commit],
        areas: Areas,
        conventions: Conventions,
        pull_requests: Mapping[str, PullRequest],
    ) -> list[Entry]:
        """Return the entries of whole commits of one repository, in their order; `pull_requests` stand by SHA."""
        if not commits:
            return []
        repo = commits[0].repo
        by_people = self._feedback.corrected(repo, [commit.sha for commit in commits])
        common = self._common(repo, areas, conventions)
        keys = {
            commit.sha: _key(common, commit, pull_requests.get(commit.sha), by_people.get(commit.sha))
            for commit in commits
        }
        known = self._commits.judged(repo, keys)
        fresh = [commit for commit in commits if commit.sha not in known]
        made = {
            entry.commit.sha: replace(entry, triage=corrected(entry.triage, by_people[entry.commit.sha]))
            if entry.commit.sha in by_people
            else entry
            for entry in judge(
                fresh,
                areas,
                self._learned.judgement(repo) if fresh else None,
                conventions=conventions,
                pull_requests=pull_requests,
            )
        }
        self._commits.put_triage(made.values(), keys)
        return [
            made.get(commit.sha) or _whole(known[commit.sha], commit, pull_requests.get(commit.sha))
            for commit in commits
        ]

    def _common(self, repo: str, areas: Areas, conventions: Conventions) -> str:
        """Name what the judgements of all commits of a repository rest on."""
        habits = [*sorted(conventions.boilerplate), "", *conventions.fragment_folders]
        texts = [judgement_version(), areas.definition, str(self._learned.made_at(repo)), *habits]
        return content_version(text.encode() for text in texts)


def _whole(known: Entry, commit: Commit, pull_request: PullRequest | None) -> Entry:
    """Return a stored entry with what is not stored with it."""
    triage = bound(known.triage, commit, known.facts, known.statements)
    return replace(known, commit=commit, triage=triage, pull_request=pull_request)


def _key(common: str, commit: Commit, pull_request: PullRequest | None, wanted: Importance | None) -> str:
    """Name what one commit's judgement rests on; of the commit, what may still change."""
    written = b""
    if pull_request:  # that it was looked at again changes nothing
        written = pull_requests_as_json().dump_json(replace(pull_request, fetched_at=commit.committed_at))
    grown = f"{len(commit.files)} {commit.more_files} {[one.sha for one in commit.brought]} {wanted}"
    return content_version([common.encode(), grown.encode(), written])
