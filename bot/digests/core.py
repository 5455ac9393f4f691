"""Makes digests: from a source through the store and an analyser, for every front end alike."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.commits.commit import Commit
from analysis.commits.pull_request import Unread
from analysis.commits.window import Window, closed_before
from analysis.digest.digest import Digest, RunCard, order
from analysis.digest.follow_ups import FollowUp
from analysis.digest.net import net
from analysis.digest.period import Day, count_day
from analysis.digest.pipeline import Readers, Step, settled, silent
from analysis.digest.stories import Earlier, find_stories
from analysis.digest.trends import LOOK_BACK as LOOK_BACK_TRENDS
from analysis.digest.trends import Unusual, find_unusual
from analysis.entry import RULES, Analyser, Analysis, Entry, Language, Usage
from analysis.errors import BadInput
from analysis.facts import Fact, FactKind
from analysis.rules import RulesAnalyser
from analysis.sources import CommitSource, Listing, PullRequestSource, cut_off, fold_merges, misdated, reached
from analysis.sources.revisions import Revisions
from analysis.statements import Conventions
from analysis.statements.conventions import fragment_folders, learn_boilerplate
from analysis.triage.areas import Areas, of_repository
from bot.config import Configuration
from bot.digests import pull_requests
from bot.digests.follow_ups import follow_ups, told_before
from bot.digests.judging import Judging
from bot.digests.repositories import Place, open_github, open_pull_requests, open_source
from bot.digests.rewritten import Rewritten
from bot.digests.session import Budget, Session, compared, digest_key
from storage.analyses import Analyses
from storage.claims import Claims
from storage.commits import Commits
from storage.digests import DigestRecord, Digests, ReportedCommits
from storage.feedback import Feedback
from storage.history import History
from storage.learned import Learned
from storage.pages import Pages
from storage.pull_requests import PullRequests
from storage.store import Store

if TYPE_CHECKING:
    from analysis.sources.github_requests import Requests

_CLOCKS_DIFFER = timedelta(days=1)
"""A commit that claims to be from later than this is from no day that will come."""

LOOK_BACK = 7
"""Days in which a commit that landed late is still looked for."""

_DESCRIPTIONS = 200
"""Newest commits and pull requests whose texts tell a repository's templates: some days of a busy one."""

_TOGETHER = 100
"""Commits of a range that are held whole at once."""

_FETCHES = 8  # GitHub asks for few requests at once; more than this gains nothing


class Core:
    """One configuration, one store.

    Args:
        now: the clock, aware, UTC.
        heard: told the status and the headers of each answer of GitHub's.

    Attributes:
        readers: where commits are read in place of this process's threads.
    """

    def __init__(
        self,
        configuration: Configuration,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Callable[[int, Mapping[str, str]], None] | None = None,
    ) -> None:
        self.configuration = configuration
        self.heard = heard
        self.readers: Readers | None = None
        self.settings = configuration.settings
        self.now = now
        self.store = Store(configuration.store_path)
        self.commits = Commits(self.store)
        self.analyses = Analyses(self.store)
        self.digests = Digests(self.store)
        self.pull_requests = PullRequests(self.store)
        self.learned = Learned(self.store)
        self.feedback = Feedback(self.store)
        self.history = History(self.store)
        self.rewritten = Rewritten(self.store, self.commits)
        self._judging = Judging(self.commits, self.learned, self.feedback)
        self._claims = Claims(self.store)

    # -- what a digest is made with

    def source(self, place: Place, branch: str | None = None) -> Revisions:
        """Return the source of a repository."""
        github = self.settings.github
        if place.name and not place.path:  # GitHub takes a name in any case: it is still one repository
            place = replace(place, name=self.commits.repository(place.name) or place.name)
        return open_source(
            place,
            base_url=github.base_url,
            github=lambda: self.github,
            branch=branch,
            environ=self.configuration.environ,
            pages=self._pages(),
            now=self.now,
        )

    @cached_property
    def github(self) -> "Requests":
        """How the configured GitHub is asked; all of a process share its connections."""
        return open_github(
            self.settings.github, lambda status, headers: self.heard(status, headers) if self.heard else None
        )

    def _pull_requests(self, source: CommitSource) -> PullRequestSource | None:
        """Return where a source's pull requests are read; None where they are not, or are not wanted."""
        github = self.settings.github
        if not github.pull_requests:
            return None
        return open_pull_requests(
            source,
            base_url=github.base_url,
            github=lambda: self.github,
            may_ask=bool(github.token.get_secret_value()),
            now=self.now,
            pages=self._pages(),
        )

    def _pages(self) -> Pages:
        return Pages(self.store, int(self.now().timestamp()))

    def analyser(self, wanted: str = "auto") -> Analyser:
        """Return the rules, the configured model, or (`auto`) the model if one is configured.

        Raises:
            BadInput: a model is wanted and none is configured.
        """
        model = self.settings.model
        if wanted == RULES or (wanted == "auto" and not model.name):
            return RulesAnalyser()
        if not model.name:
            raise BadInput("No model is configured: set [model] name (and base_url, api_key), or use --analyser rules.")
        from analysis.llm.analyser import ModelAnalyser
        from analysis.llm.client import OPENAI, Model

        return ModelAnalyser(
            Model(
                base_url=model.base_url or OPENAI,
                name=model.name,
                key=model.api_key.get_secret_value(),
                deadline=model.deadline,
                secret=self.settings.secrets,
            ),
            self.learned.examples(),
        )

    def areas(self, source: CommitSource | None = None) -> Areas:
        """Return the areas: the general ones, the repository's own, the configured ones."""
        configured = {key: table.model_dump() for key, table in self.settings.areas.items()}
        if source is None:
            return of_repository(configured=configured)
        labeler = source.read_file(".github/labeler.yml") or source.read_file(".github/labeler.yaml") or ""
        owners = next((text for path in _OWNERS if (text := source.read_file(path))), "")
        return of_repository(labeler, owners, configured)

    def conventions(self, source: CommitSource) -> Conventions:
        """Return what is usual in a repository, as far as the store and its own configuration tell."""
        folders = fragment_folders(source.read_file("pyproject.toml") or "")
        texts = self.commits.bodies(source.repo, _DESCRIPTIONS)
        texts += self.pull_requests.descriptions(source.repo, _DESCRIPTIONS)
        return Conventions(learn_boilerplate(texts), folders)

    def entry(self, repo: str, sha: str, language: Language) -> Entry | None:
        """Return what is remembered of a commit, read by the rules if nobody read it in that language yet."""
        entry = self.commits.entry(repo, sha)
        return self.with_analyses([entry], language)[0] if entry else None

    def with_analyses(self, entries: Sequence[Entry], language: Language) -> list[Entry]:
        """Return remembered entries with their newest analyses, the rules' where there is none in that language."""
        found: dict[tuple[str, str], Analysis] = {}
        for repo in {entry.commit.repo for entry in entries}:
            shas = [entry.commit.sha for entry in entries if entry.commit.repo == repo]
            found |= {(repo, sha): analysis for sha, analysis in self.analyses.latest(repo, shas, language).items()}
        missing = [entry for entry in entries if (entry.commit.repo, entry.commit.sha) not in found]
        by_rules = RulesAnalyser().analyse(self._whole(missing), language).analyses
        return [
            settled(entry, found.get((entry.commit.repo, entry.commit.sha)) or by_rules[entry.commit.sha])
            for entry in entries
        ]

    def _whole(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return remembered entries with their patches, which entries of lists come without."""
        commits: dict[tuple[str, str], Commit] = {}
        for repo in {entry.commit.repo for entry in entries}:
            shas = [entry.commit.sha for entry in entries if entry.commit.repo == repo]
            commits |= {(repo, sha): commit for sha, commit in self.commits.get(repo, shas).items()}
        return tuple(
            replace(entry, commit=commits.get((entry.commit.repo, entry.commit.sha), entry.commit)) for entry in entries
        )

    # -- a digest

    def digest(
        self,
        source: CommitSource,
        window: Window,
        language: Language,
        analyser: Analyser,
        step: Step,
        *,
        told: ReportedCommits | None = None,
    ) -> tuple[Digest, Areas]:
        """Make the digest of a window and remember it.

        `told` is what whoever reads it was told before; the digest is then not remembered here as told. Without it, all
        digests made with this store count as one reader's.

        Raises:
            NotFound, Outage: the source cannot be read; what was read before is kept, and the next run goes on there.
        """
        now = self.now()
        window.check()
        listing, heads, late, before = self._landed(source, window, told)
        areas = self.areas(source)
        gone = self._gone(listing, before)
        twins = self.rewritten.twins(listing.repo, heads, gone, _listed_since(window, before)) if gone else {}
        commits, fetched = self._fetch(source, heads, step)
        if again := self.rewritten.same(listing.repo, twins, commits) if twins else set():
            commits = [commit for commit in commits if commit.sha not in again]
            listing = _noting_rewritten(listing, len(self.rewritten.seen(listing.repo, again, window)))
        judged, unread = self._judged(source, commits, areas)
        entries = [replace(entry, late=entry.commit.sha in late) for entry in judged]
        earlier = told_before(before, window)
        unread = unread or pull_requests.read_again(
            self.pull_requests, self._pull_requests(source), listing.repo, earlier, now
        )
        run = RunCard(analyser.name, analyser.prompt, fetched, len(commits) - fetched, unread=unread)
        digest = Digest(listing.repo, listing.branch, window, language, (), (), now, run=run, notes=listing.notes)
        with self._session(analyser, language) as session:
            try:
                entries = net(self._read(session, entries, step))
                ranking, unranked = session.ranking(order(entries), listing.repo, now)
                ordered = order(entries, ranking)
                overview, untold = session.overview(ordered, listing.repo, now)
                digest = replace(
                    digest,
                    entries=ordered,
                    stories=find_stories(entries, self.earlier(entries)),
                    overview=overview,
                    before=self.digests.average(listing.repo, listing.branch, window),
                    unusual=self.unusual(listing.repo, window, ordered),
                    follow_ups=self.follow_ups(listing.repo, window, ordered, earlier),
                    run=replace(session.card(run, self._price), notes=_by_rules(order=unranked, overview=untold)),
                )
                if told is None:
                    self.digests.put(digest)
            except BaseException:
                # What was paid counts against the day's budget, whatever came of it.
                if session.usage.calls:
                    self._put_run(digest, session.card(run, self._price), session)
                raise
            self._put_run(digest, digest.run, session)
        return digest, areas

    def _put_run(self, digest: Digest, run: RunCard, session: Session) -> None:
        with self.store.write():  # what it has cost is never counted twice
            self.digests.put_run(digest, run, session.failed)
            session.counted()

    def _read(self, session: Session, entries: Sequence[Entry], step: Step, *, anew: bool = False) -> list[Entry]:
        with self._readers(session.analyser) as readers:
            return session.read(entries, readers, step, self.now, anew=anew)

    def recall(
        self, repo: str, window: Window, language: Language, analyser: Analyser, told: DigestRecord
    ) -> Digest | None:
        """Return a digest that was told from the store alone; None if the analyser has not read all of its commits."""
        shas = told.shas
        judged = self.commits.entries(repo, shas)
        read = self.analyses.get(repo, shas, analyser.name, analyser.prompt, language)
        if any(sha not in judged or sha not in read for sha in shas):
            return None
        entries = net(
            [
                replace(settled(judged[sha], read[sha]), late=judged[sha].commit.committed_at not in window)
                for sha in shas
            ]
        )
        ordered = self.ordered(entries, analyser.name, analyser.prompt)
        by_rules = RulesAnalyser().overview(ordered, repo, language).themes
        themes = (
            by_rules
            if analyser.name == RULES
            else self.digests.overview(digest_key(ordered, analyser.name, analyser.prompt, language))
        )
        return Digest(
            repo, told.branch, window, language, ordered, find_stories(entries, self.earlier(entries)), told.made,
            overview=themes or by_rules, before=self.digests.average(repo, told.branch, window),
            run=RunCard(analyser.name, analyser.prompt, cached=len(shas)),
            unusual=self.unusual(repo, window, ordered),
            follow_ups=self.follow_ups(repo, window, ordered, told_before(self._reported(repo, told.branch, window), window)),
        )  # fmt: skip

    def ordered(self, entries: Sequence[Entry], analyser: str, prompt: str) -> tuple[Entry, ...]:
        """Put a day's entries into the order in which they were told, as far as an analyser once compared them."""
        among = compared(order(entries))
        return order(entries, self.digests.ranking(digest_key(among, analyser, prompt, "ranking")) or ())

    def follow(
        self,
        source: CommitSource,
        since: datetime,
        until: datetime,
        languages: Sequence[Language],
        analyser: Analyser,
        step: Step = silent,
    ) -> tuple[list[Entry], int]:
        """Fetch and analyse what landed in [since, until) and is not known yet, so that digests in these languages find it done.

        Returns:
            What is new or newly analysed, and how many commits the model still has to read.
        """
        listing = self.listed(source, since, until)
        heads = self._folded(source, listing.heads)
        shas = [head.sha for head in heads]
        judged = set(self.commits.entries(listing.repo, shas))
        new: list[Entry] = []
        failed = 0
        for language in languages:
            read = self.analyses.get(listing.repo, shas, analyser.name, analyser.prompt, language)
            fresh = [head for head in heads if head.sha not in judged or head.sha not in read]
            if fresh:
                commits, fetched = self._fetch(source, fresh, step)
                entries, missing = self._analysed(source, commits, fetched, language, analyser, step)
                new, failed = new + entries, failed + missing
                judged |= {head.sha for head in fresh}
        return new, failed

    def judged(self, source: CommitSource, heads: Sequence[Commit], step: Step = silent) -> list[Entry]:
        """Return commits with their facts and their triage, in order, merges folded; what is not known is fetched and remembered.

        Raises:
            NotFound, Outage: the source cannot be read; what was read before is kept, and the next run goes on there.
        """
        folded = fold_merges(heads)
        known = self.commits.entries(source.repo, [head.sha for head in folded])
        missing = [head for head in folded if head.sha not in known]
        areas = self.areas(source) if missing else None
        for start in range(0, len(missing), _TOGETHER):
            step("reading commits", start, len(missing))
            commits, _ = self._fetch(source, missing[start : start + _TOGETHER], silent)
            entries, _ = self._judged(source, commits, areas or self.areas())
            # Entries of a long range are kept without their patches, as the store gives them.
            bare = (replace(e.commit, files=tuple(replace(f, patch=None) for f in e.commit.files)) for e in entries)
            known |= {commit.sha: replace(entry, commit=commit) for entry, commit in zip(entries, bare, strict=True)}
        step("reading commits", len(missing), len(missing))
        return [known[head.sha] for head in folded]

    def read_one(
        self, source: CommitSource, ref: str, language: Language, analyser: Analyser, *, anew: bool = False
    ) -> Entry:
        """Fetch and analyse one commit on the spot; `anew` also if it was read before.

        Raises:
            NotFound, Outage: the source does not have it, or does not answer.
        """
        commit = source.resolve(ref)
        known = self.commits.get(source.repo, [commit.sha]).get(commit.sha)
        self.commits.put([commit] if known is None else [])
        entries, _ = self._analysed(source, [known or commit], int(known is None), language, analyser, anew=anew)
        return entries[0]

    def _analysed(
        self,
        source: CommitSource,
        commits: Sequence[Commit],
        fetched: int,
        language: Language,
        analyser: Analyser,
        step: Step = silent,
        *,
        anew: bool = False,
    ) -> tuple[list[Entry], int]:
        """Judge and read commits, and note what it cost."""
        entries, unread = self._judged(source, commits, self.areas(source))
        now, run = self.now(), RunCard(analyser.name, analyser.prompt, fetched, len(commits) - fetched, unread=unread)
        window = Window.of(now.date(), "UTC")
        digest = Digest(source.repo, source.branch, window, language, tuple(entries), (), now, run=run)
        with self._session(analyser, language) as session:
            try:
                return self._read(session, entries, step, anew=anew), session.failed
            finally:
                self._put_run(digest, session.card(run, self._price), session)

    def _judged(
        self, source: CommitSource, commits: Sequence[Commit], areas: Areas
    ) -> tuple[list[Entry], Unread | None]:
        """Give commits their pull requests, statements, facts and triage, as people corrected it, and remember these.

        Returns:
            The entries, and the pull requests that could not be read.
        """
        pulls, unread = pull_requests.read(
            self.pull_requests, self._pull_requests(source), source.repo, commits, self.now()
        )
        return self._judging.judge(commits, areas, self.conventions(source), pulls), unread

    def listed(self, source: CommitSource, since: datetime, until: datetime) -> Listing:
        """List what landed in [since, until); where the repository has another name now, what is remembered goes with it."""
        asked = source.repo
        listing = source.landed(since, until)
        if listing.repo != asked:
            self.commits.rename(asked, listing.repo)
        return listing

    def _landed(
        self, source: CommitSource, window: Window, reported: ReportedCommits | None
    ) -> tuple[Listing, list[Commit], set[str], ReportedCommits]:
        """List the window, and what landed late in days before it that were already told; and what was told."""
        asked = source.repo
        told, start = self._told(source, window, reported)
        listing = self.listed(source, start, window.end)
        if listing.repo != asked:
            told, earlier = self._told(source, window, reported)
            if earlier < start:
                listing = replace(source.landed(earlier, window.end), notes=listing.notes)
        closed = closed_before(window.start, told.closed)
        # What a told commit was built on was here when it was told, be it by itself or within a merge.
        here = reached(told.where, {head.sha: head for head in listing.heads})
        odd = self._misdated(source, window, told)
        own, late = list(odd), {head.sha for head in odd if head.committed_at < window.start}
        for head in self._folded(source, listing.heads):
            if head in odd:
                continue
            where = told.where.get(head.sha)
            if head.committed_at in window:
                # What came late into this window, after it was told, belongs to the digest that told it.
                if where is None or where == window or window not in told.closed or head.committed_at in where:
                    own.append(head)
            elif where == window or (
                where is None and head.sha not in here and any(head.committed_at in other for other in closed)
            ):
                own.append(head)
                late.add(head.sha)
        return listing, own, late, told

    def _folded(self, source: CommitSource, heads: Sequence[Commit]) -> list[Commit]:
        """Fold merges with all that they brought, also what was committed long before; the source is asked once for each."""
        merges = cut_off(heads)
        known = self.commits.get(source.repo, [merge.sha for merge in merges])
        listed = {head.sha for head in heads}
        older = {head.sha: head for merge in merges if merge.sha not in known for head in source.brought(merge)}
        folded = fold_merges([*heads, *(head for sha, head in older.items() if sha not in listed)])
        return [
            replace(head, brought=known[head.sha].brought)
            if head.sha in known and len(known[head.sha].brought) > len(head.brought)
            else head
            for head in folded
            if head.sha in listed
        ]

    def _misdated(self, source: CommitSource, window: Window, told: ReportedCommits) -> list[Commit]:
        """Return what came to the branch since the last digest and that no day's list will have, for its date."""
        before = {sha for sha, where in told.where.items() if where != window}
        if not before:
            return []
        # What lies between the days that were told, or in one that was told before it was over, has a day of its own.
        oldest = min(_listed_since(window, told), *(where.start for where in told.where.values()))
        return misdated(source.newest(), before, oldest, self.now() + _CLOCKS_DIFFER)

    def _gone(self, listing: Listing, told: ReportedCommits) -> list[str]:
        """Return what was told of the listed time and is not listed any more: a rewritten history has it no longer."""
        here = {head.sha for head in listing.heads}
        return [sha for sha in told.where if sha not in here]

    def _told(
        self, source: CommitSource, window: Window, reported: ReportedCommits | None
    ) -> tuple[ReportedCommits, datetime]:
        """Return what earlier digests told, and from when on late commits must be looked for."""
        told = reported or self._reported(source.repo, source.branch, window)
        return told, _listed_since(window, told)

    def _reported(self, repo: str, branch: str, window: Window) -> ReportedCommits:
        """Return what all digests made with this store told, as one reader's."""
        return self.digests.reported(repo, branch, window.zone, window.first - timedelta(days=LOOK_BACK))

    def _fetch(self, source: CommitSource, heads: Sequence[Commit], step: Step) -> tuple[list[Commit], int]:
        """Return the commits whole: from the store what is there, the rest from the source, remembered as it comes."""
        known = self.commits.get(source.repo, [head.sha for head in heads])
        found = {head.sha: replace(known[head.sha], brought=head.brought) for head in heads if head.sha in known}
        self.commits.put(commit for sha, commit in found.items() if commit.brought != known[sha].brought)
        missing = [head for head in heads if head.sha not in known]
        if missing:
            step("fetching commits", 0, len(missing))
            with threads(_FETCHES, "fetch") as executor:
                for count, commit in enumerate(source.fetch(missing, executor), 1):
                    self.commits.put([commit])
                    found[commit.sha] = commit
                    step("fetching commits", count, len(missing))
        return [found[head.sha] for head in heads], len(missing)

    @contextlib.contextmanager
    def _readers(self, analyser: Analyser) -> Iterator[Readers]:
        """Give those that were handed in, else threads: as many as the model takes, one for the rules."""
        if self.readers:
            yield self.readers
            return
        width = self.settings.model.concurrency if analyser.name != RULES else 1
        with threads(width, "analyse") as executor:
            yield Readers(executor, width)

    @contextlib.contextmanager
    def read_together(self, analyser: Analyser) -> Iterator[None]:
        """Let all that is read at the same time be read by the same readers, so that together it is no more than one takes."""
        with self._readers(analyser) as readers:
            before, self.readers = self.readers, readers
            try:
                yield
            finally:
                self.readers = before

    def _session(self, analyser: Analyser, language: Language) -> Session:
        """Begin to ask an analyser; what a model may still spend is counted by the day in UTC."""
        if analyser.name == RULES:
            return Session(analyser, language, None, self.analyses, self.digests)
        now = self.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        prefix = f"{analyser.name} {analyser.prompt} {language} "
        turns = Budget(self.store, self._claims, prefix, self.settings.model.daily_tokens, midnight, now)
        return Session(analyser, language, turns, self.analyses, self.digests)

    def _price(self, usage: Usage) -> float | None:
        model = self.settings.model
        if model.price_in is None or model.price_out is None or not usage.calls:
            return None
        return (usage.tokens_in * model.price_in + usage.tokens_out * model.price_out) / 1_000_000

    def unusual(
        self, repo: str, window: Window, entries: Sequence[Entry], days: Sequence[Day] | None = None
    ) -> tuple[Unusual, ...]:
        """Return what is unusual about a day against the weeks before it; nothing for more than a day.

        `days` are those before it, where somebody has counted them already.
        """
        if window.first != window.last or not entries:
            return ()
        weeks = window.before(LOOK_BACK_TRENDS)
        if days is None:
            days = self.history.days(repo, weeks, LOOK_BACK_TRENDS)
        before = [day for day in days if weeks.first <= day.date <= weeks.last]
        newcomers = self.newcomers(repo, window, entries, before)
        return find_unusual(count_day(window.first, entries), before, newcomers)

    def newcomers(self, repo: str, window: Window, entries: Iterable[Entry], before: Iterable[Day]) -> list[str]:
        """Return the authors of a window's entries who never committed before it; `before` are days that are counted."""
        here = {author for day in before for author in day.authors}
        some = dict.fromkeys(entry.commit.author for entry in entries if entry.commit.author not in here)
        return self.history.unknown_before(repo, some, window.start)

    def follow_ups(
        self, repo: str, window: Window, entries: Sequence[Entry], told: Mapping[str, Window]
    ) -> tuple[FollowUp, ...]:
        """Return what came of changes that were told before a window; `told` has the windows that told them, by SHA."""
        return follow_ups(self.commits, repo, window, entries, told, self.taken_back)

    def earlier(self, entries: Sequence[Entry]) -> dict[str, Earlier]:
        """Find what these reverts take back, where that landed on another day that the store knows."""
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

    def _taken_back(self, fact: Fact, revert: Commit) -> Commit | None:
        repo, number = revert.repo, fact.detail.lstrip("#")
        candidates = self.commits.find(fact.before, repo) if fact.before else []
        candidates += self.commits.by_pull_request(int(number), repo) if number else []
        candidates += self.commits.by_title(fact.name, repo) if fact.name else []
        for _, sha in candidates:
            original = self.commits.entry(repo, sha)
            if original and sha != revert.sha and original.commit.committed_at <= revert.committed_at:
                return original.commit
        return None


def _listed_since(window: Window, told: ReportedCommits) -> datetime:
    """Return from when on commits are listed: late ones belong to days that were told."""
    return min([window.start, *(other.start for other in told.closed)])


def _noting_rewritten(listing: Listing, count: int) -> Listing:
    which = (
        "1 commit that was told before has another SHA"
        if count == 1
        else f"{count} commits that were told before have other SHAs"
    )
    note = f"the branch's history was rewritten: {which} now"
    return replace(listing, notes=(*listing.notes, note)) if count else listing


def _by_rules(**reasons: str) -> tuple[str, ...]:
    """Say what the rules did in a model's stead, together where the reason is the same."""
    found = dict.fromkeys(filter(None, reasons.values()))
    return tuple(f"{' and '.join(name for name in reasons if reasons[name] == why)} by rules: {why}" for why in found)


@contextlib.contextmanager
def threads(width: int, name: str) -> Iterator[Executor]:
    """Give `width` threads; when something fails, nothing new is begun, and somebody who interrupts does not wait."""
    executor = ThreadPoolExecutor(width, name)
    try:
        yield executor
    except BaseException as error:
        executor.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)
        raise
    executor.shutdown()


_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
