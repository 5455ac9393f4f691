"""Stored commits and days, reassembled: nothing is fetched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from analysis.commits.commit import Commit
from analysis.commits.copies import original_title
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard, in_order
from analysis.digest.follow_ups import FollowUp
from analysis.digest.net import net
from analysis.digest.period import Day, count_day
from analysis.digest.pipeline import settled
from analysis.digest.scope import Scope
from analysis.digest.stories import Earlier, find_stories
from analysis.digest.trends import LOOK_BACK as LOOK_BACK_TRENDS
from analysis.digest.trends import Unusual, find_unusual
from analysis.entry import RULES, Analyser, Analysis, Entry, Order
from analysis.facts import Fact, FactKind
from analysis.i18n.language import Language
from analysis.questions.words import RUN
from analysis.rules import RulesAnalyser
from bot.digests.follow_ups import follow_ups, told_before
from bot.digests.releases import with_releases
from bot.digests.session import compared, digest_key
from bot.digests.stores import Stores
from storage.digests import DigestRecord, ReportedCommits
from storage.search import Question, search

LOOK_BACK = 7
"""Days in which late commits are still looked for."""
_NAMING = 20
"""Commits mentioning another one that are examined."""
_REVERT = (ChangeType.REVERT.value,)


class Memory:
    """What is known so far about commits and days."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def entry(self, repo: str, sha: str, language: Language) -> Entry | None:
        """Return what is stored about a commit, read by the rules if it was not yet read in that language."""
        entry = self._stores.commits.entry(repo, sha)
        return self.with_analyses([entry], language)[0] if entry else None

    def with_analyses(self, entries: Sequence[Entry], language: Language) -> list[Entry]:
        """Return stored entries with their newest analyses, the rules' if there is none in that language."""
        found: dict[tuple[str, str], Analysis] = {}
        for repo in {entry.commit.repo for entry in entries}:
            shas = [entry.commit.sha for entry in entries if entry.commit.repo == repo]
            found |= {
                (repo, sha): analysis for sha, analysis in self._stores.analyses.latest(repo, shas, language).items()
            }
        missing = [entry for entry in entries if (entry.commit.repo, entry.commit.sha) not in found]
        by_rules = RulesAnalyser().analyse(self.whole(missing), language).analyses
        return [
            settled(entry, found.get((entry.commit.repo, entry.commit.sha)) or by_rules[entry.commit.sha])
            for entry in entries
        ]

    def whole(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return stored entries with their patches, which entries in lists lack."""
        commits: dict[tuple[str, str], Commit] = {}
        for repo in {entry.commit.repo for entry in entries}:
            shas = [entry.commit.sha for entry in entries if entry.commit.repo == repo]
            commits |= {(repo, sha): commit for sha, commit in self._stores.commits.get(repo, shas).items()}
        return tuple(
            replace(entry, commit=commits.get((entry.commit.repo, entry.commit.sha), entry.commit)) for entry in entries
        )

    def recall(
        self, repo: str, window: Window, language: Language, analyser: Analyser, told: DigestRecord
    ) -> Digest | None:
        """Return a reported digest from the store alone; None if the analyser has not read all of its commits."""
        shas = told.shas
        judged = self._stores.commits.entries(repo, shas)
        read = self._stores.analyses.get(repo, shas, analyser.name, analyser.prompt, language)
        if any(sha not in judged or sha not in read for sha in shas):
            return None
        entries = net(
            self.whole(
                [
                    replace(settled(judged[sha], read[sha]), late=judged[sha].commit.committed_at < window.start)
                    for sha in shas
                ]
            )
        )
        ordered, first = self.ordered(entries, analyser.name, analyser.prompt)
        by_rules = RulesAnalyser().compare(ordered, repo, language).themes
        themes = (
            by_rules
            if analyser.name == RULES
            else self._stores.digests.overview(digest_key(ordered, analyser.name, analyser.prompt, language))
        )
        digest = Digest(
            repo, told.branch, window, language, ordered, find_stories(entries, self.earlier(entries)), told.made,
            overview=themes or by_rules, before=self._stores.digests.average(repo, told.branch, window),
            run=RunCard(analyser.name, analyser.prompt, cached=len(shas)), first=first,
            unusual=self.unusual(repo, window, ordered),
            follow_ups=self.follow_ups(repo, window, ordered, told_before(self.reported(repo, told.branch, window), window)),
        )  # fmt: skip
        return with_releases(self._stores, digest)

    def ordered(
        self, entries: Sequence[Entry], analyser: str, prompt: str
    ) -> tuple[tuple[Entry, ...], tuple[str, ...] | None]:
        """Put a day's entries into their reported order, if an analyser once compared them; see `in_order`."""
        key = digest_key(compared(entries), analyser, prompt, "ranking")
        return in_order(entries, self._stores.digests.ranking(key) or Order())

    def reported(self, repo: str, branch: str, window: Window) -> ReportedCommits:
        """Return what all digests made with this store reported, as one reader's."""
        return self._stores.digests.reported(repo, branch, window.zone, window.first - timedelta(days=LOOK_BACK))

    def unusual(
        self, repo: str, window: Window, entries: Sequence[Entry], days: Sequence[Day] | None = None
    ) -> tuple[Unusual, ...]:
        """Return what is unusual about a day compared with the weeks before; empty for more than one day.

        `days` are those before it, if the caller has already counted them.
        """
        if window.first != window.last or not entries:
            return ()
        weeks = window.before(LOOK_BACK_TRENDS)
        if days is None:
            days = self._stores.history.days(repo, weeks, LOOK_BACK_TRENDS)
        before = [day for day in days if weeks.first <= day.date <= weeks.last]
        newcomers = self.newcomers(repo, window, entries, before)
        return find_unusual(count_day(window.first, entries), before, newcomers)

    def within(self, digest: Digest, scope: Scope, also: Collection[str] = ()) -> Digest:
        """Return the part of a digest within a scope, compared with the days before in the same scope.

        `also` are SHAs to include in any case.
        """
        if not scope:
            return digest
        repo, window = digest.repo, digest.window
        part = digest.within(scope, also)
        days = self._stores.history.days(repo, window.before(LOOK_BACK_TRENDS), LOOK_BACK_TRENDS, scope.__contains__)
        changed = self._stores.commits.entries(repo, [one.sha for one in digest.follow_ups])
        return replace(
            part,
            overview=part.overview or RulesAnalyser().compare(part.entries, repo, digest.language).themes,
            before=self._stores.digests.average(repo, digest.branch, window, scope=scope),
            unusual=() if digest.branches is not None else self.unusual(repo, window, part.entries, days),
            follow_ups=tuple(one for one in digest.follow_ups if one.sha in changed and changed[one.sha] in scope),
        )

    def newcomers(self, repo: str, window: Window, entries: Iterable[Entry], before: Iterable[Day]) -> list[str]:
        """Return the authors of a window's entries who never committed before it; `before` are the counted days."""
        here = {author for day in before for author in day.authors}
        some = dict.fromkeys(entry.commit.author for entry in entries if entry.commit.author not in here)
        return self._stores.history.unknown_before(repo, some, window.start)

    def follow_ups(
        self, repo: str, window: Window, entries: Sequence[Entry], told: Mapping[str, Window]
    ) -> tuple[FollowUp, ...]:
        """Return what became of changes reported before a window; `told` has the windows that reported them, by SHA."""
        return follow_ups(self._stores.commits, repo, window, entries, told, self.taken_back)

    def earlier(self, entries: Sequence[Entry]) -> dict[str, Earlier]:
        """Find what these reverts revert, if that landed on another day known to the store."""
        found = {}
        for entry in entries:
            original = self.taken_back(entry)
            if original:
                found[entry.commit.sha] = Earlier(original.sha, original.subject, original.committed_at, original.url)
        return found

    def taken_back(self, entry: Entry) -> Commit | None:
        """Return the commit that an entry reverts, if the store knows it."""
        facts = [fact for fact in entry.facts if fact.kind is FactKind.REVERTS]
        return next(filter(None, (self._taken_back(fact, entry.commit) for fact in facts)), None)

    def reverted_by(self, entry: Entry) -> Commit | None:
        """Return the last commit that reverts another one, if the store knows it and nothing reverts that in turn."""
        commit, store = entry.commit, self._stores.store
        asked = [
            Question(commit.short, (commit.repo,)),
            Question(original_title(commit.subject), (commit.repo,), types=_REVERT),
        ]
        asked += [Question(str(commit.pull_request), (commit.repo,), types=_REVERT)] if commit.pull_request else []
        found = [
            one for question in asked if RUN.search(question.words) for one in search(store, question, _NAMING).entries
        ]
        later = {
            one.commit.sha: one
            for one in found
            if one.commit.sha != commit.sha and one.commit.committed_at >= commit.committed_at
        }
        for one in sorted(later.values(), key=lambda one: one.commit.committed_at, reverse=True):
            original = self.taken_back(one)
            if original and original.sha == commit.sha and not self.reverted_by(one):
                return one.commit
        return None

    def _taken_back(self, fact: Fact, revert: Commit) -> Commit | None:
        repo, number = revert.repo, fact.detail.lstrip("#")
        candidates = self._stores.commits.find(fact.before, repo) if fact.before else []
        candidates += self._stores.commits.by_pull_request(int(number), repo) if number else []
        candidates += self._stores.commits.by_title(fact.name, repo) if fact.name else []
        for _, sha in candidates:
            original = self._stores.commits.entry(repo, sha)
            if original and sha != revert.sha and original.commit.committed_at <= revert.committed_at:
                return original.commit
        return None
