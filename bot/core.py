"""Makes digests: from a source through the store and an analyser, for every front end alike."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from analysis.areas import Areas, of_repository
from analysis.commit import Commit
from analysis.digest import Digest, RunCard, order
from analysis.entry import RULES, Analyser, Analysis, Entry, Language, Theme, Usage
from analysis.errors import BadInput
from analysis.facts import Fact, FactKind
from analysis.period import Day, count_day
from analysis.pipeline import Step, TokenBudget, judge, read_all, settled, stand_in
from analysis.rules import RulesAnalyser
from analysis.sources import CommitSource, Listing, fold_merges, reached
from analysis.stories import Earlier, find_stories
from analysis.trends import LOOK_BACK as LOOK_BACK_TRENDS
from analysis.trends import Unusual, find_unusual
from analysis.window import Window
from bot.config import Configuration
from bot.repositories import Place, open_source
from storage.analyses import Analyses
from storage.commits import Commits
from storage.digests import Digests, Reported
from storage.history import History
from storage.pages import Pages
from storage.store import Store

LOOK_BACK = 7
"""Days in which a commit that landed late is still looked for."""

_FETCHES = 8  # GitHub asks for few requests at once; more than this gains nothing


@dataclass(slots=True)
class _Progress:
    """What became of a digest's commits so far, and what that has cost.

    Attributes:
        stopped: why nothing more is asked of the model; empty while it may be.
    """

    budget: TokenBudget
    usage: Usage = Usage()
    analysed: int = 0
    failed: int = 0
    stopped: str = ""


class Core:
    """One configuration, one store.

    Args:
        now: the clock, aware, UTC.
    """

    def __init__(self, configuration: Configuration, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.configuration = configuration
        self.settings = configuration.settings
        self.now = now
        self.store = Store(configuration.store_path)
        self.commits = Commits(self.store)
        self.analyses = Analyses(self.store)
        self.digests = Digests(self.store)
        self.history = History(self.store)

    # -- what a digest is made with

    def source(self, place: Place, branch: str | None = None) -> CommitSource:
        """Return the source of a repository."""
        github = self.settings.github
        if place.name and not place.path:  # GitHub takes a name in any case: it is still one repository
            place = replace(place, name=self.commits.repository(place.name) or place.name)
        return open_source(
            place,
            base_url=github.base_url,
            token=github.token.get_secret_value(),
            branch=branch,
            environ=self.configuration.environ,
            pages=Pages(self.store, int(self.now().timestamp())),
        )

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
        from analysis.completions import OPENAI, Model
        from analysis.model import ModelAnalyser

        return ModelAnalyser(
            Model(
                base_url=model.base_url or OPENAI,
                name=model.name,
                key=model.api_key.get_secret_value(),
                deadline=model.deadline,
                secret=self.settings.secrets,
            )
        )

    def areas(self, source: CommitSource | None = None) -> Areas:
        """Return the areas: the general ones, the repository's own, the configured ones."""
        configured = {key: table.model_dump() for key, table in self.settings.areas.items()}
        if source is None:
            return of_repository(configured=configured)
        labeler = source.read_file(".github/labeler.yml") or source.read_file(".github/labeler.yaml") or ""
        owners = next((text for path in _OWNERS if (text := source.read_file(path))), "")
        return of_repository(labeler, owners, configured)

    def entry(self, repo: str, sha: str, language: Language) -> Entry | None:
        """Return what is remembered of a commit, read by the rules if nobody read it in that language yet."""
        entry = self.commits.entry(repo, sha)
        return self.with_analyses([entry], language)[0] if entry else None

    def with_analyses(self, entries: Sequence[Entry], language: Language) -> list[Entry]:
        """Return remembered entries with their newest analyses, the rules' where there is none in that language.

        Entries of lists come without patches; the rules then say what title, paths and facts alone allow.
        """
        found: dict[tuple[str, str], Analysis] = {}
        for repo in {entry.commit.repo for entry in entries}:
            shas = [entry.commit.sha for entry in entries if entry.commit.repo == repo]
            found |= {(repo, sha): analysis for sha, analysis in self.analyses.latest(repo, shas, language).items()}
        missing = tuple(entry for entry in entries if (entry.commit.repo, entry.commit.sha) not in found)
        by_rules = RulesAnalyser().analyse(missing, language).analyses
        return [
            settled(entry, found.get((entry.commit.repo, entry.commit.sha)) or by_rules[entry.commit.sha])
            for entry in entries
        ]

    # -- a digest

    def digest(
        self, source: CommitSource, window: Window, language: Language, analyser: Analyser, step: Step
    ) -> tuple[Digest, Areas]:
        """Make the digest of a window and remember it.

        Raises:
            NotFound, Outage: the source cannot be read; what was read before is kept, and the next run goes on there.
        """
        started, now = time.monotonic(), self.now()
        listing, heads, late = self._landed(source, window)
        areas = self.areas(source)
        commits, fetched = self._fetch(source, heads, step)
        entries = [replace(entry, late=entry.commit.sha in late) for entry in judge(commits, areas)]
        self.commits.put_triage(entries)
        run = RunCard(analyser.name, analyser.prompt, fetched, len(commits) - fetched)
        digest = Digest(listing.repo, listing.branch, window, language, (), (), now, run=run, notes=listing.notes)
        progress = _Progress(self._budget(analyser))
        try:
            entries = self._read(entries, analyser, language, step, progress)
            ordered = order(entries)
            overview, notes = self._overview(ordered, listing.repo, analyser, language, progress)
            digest = replace(
                digest,
                entries=ordered,
                stories=find_stories(entries, self.earlier(entries)),
                overview=overview,
                before=self.digests.average(listing.repo, listing.branch, window),
                unusual=self.unusual(listing.repo, window, ordered),
                run=replace(self._card(run, progress, started), notes=notes),
            )
            self.digests.put(digest)
        except BaseException:
            # What was paid counts against the day's budget, whatever came of it.
            if progress.usage.calls:
                self.digests.put_run(digest, self._card(run, progress, started), progress.failed)
            raise
        self.digests.put_run(digest, digest.run, progress.failed)
        return digest, areas

    def _card(self, run: RunCard, progress: _Progress, started: float) -> RunCard:
        usage, seconds = progress.usage, time.monotonic() - started
        return replace(run, analysed=progress.analysed, usage=usage, cost=self._cost(usage), seconds=seconds)

    def follow(
        self,
        source: CommitSource,
        since: datetime,
        until: datetime,
        language: Language,
        analyser: Analyser,
        step: Step,
    ) -> tuple[list[Entry], int]:
        """Fetch and analyse what landed in [since, until) and is not known yet, so that a digest finds it done.

        Returns:
            What is new or newly analysed, and how many commits the model still has to read.
        """
        started, asked = time.monotonic(), source.repo
        listing = source.landed(since, until)
        if listing.repo != asked:
            self.commits.rename(asked, listing.repo)
        heads = fold_merges(listing.heads)
        shas = [head.sha for head in heads]
        judged = self.commits.entries(listing.repo, shas)
        read = self.analyses.get(listing.repo, shas, analyser.name, analyser.prompt, language)
        fresh = [head for head in heads if head.sha not in judged or head.sha not in read]
        if not fresh:
            return [], 0
        commits, fetched = self._fetch(source, fresh, step)
        entries, now = list(judge(commits, self.areas(source))), self.now()
        self.commits.put_triage(entries)
        run = RunCard(analyser.name, analyser.prompt, fetched, len(commits) - fetched)
        digest = Digest(
            source.repo, source.branch, Window.of(now.date(), "UTC"), language, tuple(entries), (), now, run=run
        )
        progress = _Progress(self._budget(analyser))
        try:
            return self._read(entries, analyser, language, step, progress), progress.failed
        finally:
            self.digests.put_run(digest, self._card(run, progress, started), progress.failed)

    def _landed(self, source: CommitSource, window: Window) -> tuple[Listing, list[Commit], set[str]]:
        """List the window, and what landed late in days before it that were already told."""
        asked = source.repo
        told, start = self._told(source, window)
        listing = source.landed(start, window.end)
        if listing.repo != asked:
            self.commits.rename(asked, listing.repo)
            told, earlier = self._told(source, window)
            if earlier < start:
                listing = replace(source.landed(earlier, window.end), notes=listing.notes)
        closed = [other for other in told.closed if other.end <= window.start]
        # What a told commit was built on was here when it was told, be it by itself or within a merge.
        here = reached(told.where, {head.sha: head for head in listing.heads})
        own, late = [], set()
        for head in fold_merges(listing.heads):
            where = told.where.get(head.sha)
            if head.committed_at in window:
                if where is None or where == window or where.first < window.first:
                    own.append(head)
            elif where == window or (
                where is None and head.sha not in here and any(head.committed_at in other for other in closed)
            ):
                own.append(head)
                late.add(head.sha)
        return listing, own, late

    def _told(self, source: CommitSource, window: Window) -> tuple[Reported, datetime]:
        """Return what earlier digests told, and from when on late commits must be looked for."""
        since = window.first - timedelta(days=LOOK_BACK)
        told = self.digests.reported(source.repo, source.branch, window.zone, since)
        return told, min([window.start, *(other.start for other in told.closed)])

    def _fetch(self, source: CommitSource, heads: Sequence[Commit], step: Step) -> tuple[list[Commit], int]:
        """Return the commits whole: from the store what is there, the rest from the source, remembered as it comes."""
        known = self.commits.get(source.repo, [head.sha for head in heads])
        found = {head.sha: replace(known[head.sha], brought=head.brought) for head in heads if head.sha in known}
        self.commits.put(commit for sha, commit in found.items() if commit.brought != known[sha].brought)
        missing = [head for head in heads if head.sha not in known]
        if missing:
            step("fetching commits", 0, len(missing))
            with _threads(_FETCHES, "fetch") as executor:
                for count, commit in enumerate(source.fetch(missing, executor), 1):
                    self.commits.put([commit])
                    found[commit.sha] = commit
                    step("fetching commits", count, len(missing))
        return [found[head.sha] for head in heads], len(missing)

    def _read(
        self, entries: Sequence[Entry], analyser: Analyser, language: Language, step: Step, progress: _Progress
    ) -> list[Entry]:
        """Give every entry its analysis: remembered, made now, or the rules' in a model's stead."""
        if not entries:
            return []
        repo, shas = entries[0].commit.repo, [entry.commit.sha for entry in entries]
        found = self.analyses.get(repo, shas, analyser.name, analyser.prompt, language)
        missing = [entry for entry in entries if entry.commit.sha not in found]
        failures = dict[str, str]()
        if missing:
            step("analysing", 0, len(missing))
            width = self.settings.model.concurrency if analyser.name != RULES else 1
            with _threads(width, "analyse") as executor:
                for reading in read_all(
                    missing, analyser, language, executor=executor, width=width, budget=progress.budget
                ):
                    progress.usage += reading.usage
                    self.analyses.put(repo, reading.analyses, int(self.now().timestamp()))
                    found |= reading.analyses
                    failures |= reading.failures
                    progress.analysed += len(reading.analyses)
                    progress.failed += len(reading.failures)
                    progress.stopped = progress.stopped or reading.hopeless
                    step("analysing", progress.analysed + progress.failed, len(missing))
        analyses: Mapping[str, Analysis] = found | {
            entry.commit.sha: stand_in(entry, language, failures.get(entry.commit.sha, "no analysis came back"))
            for entry in missing
            if entry.commit.sha not in found
        }
        return [settled(entry, analyses[entry.commit.sha]) for entry in entries]

    def _budget(self, analyser: Analyser) -> TokenBudget:
        limit = self.settings.model.daily_tokens
        if limit is None or analyser.name == RULES:
            return TokenBudget()
        midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return TokenBudget(limit - self.digests.spent(midnight)[0])

    def _cost(self, usage: Usage) -> float | None:
        model = self.settings.model
        if model.price_in is None or model.price_out is None or not usage.calls:
            return None
        return (usage.tokens_in * model.price_in + usage.tokens_out * model.price_out) / 1_000_000

    def _overview(
        self, entries: tuple[Entry, ...], repo: str, analyser: Analyser, language: Language, progress: _Progress
    ) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
        """Return the day's themes: remembered, made now, or the rules' in a model's stead with a note that says why."""
        by_rules = RulesAnalyser().overview(entries, repo, language).themes
        if analyser.name == RULES or all(not e.analysis or e.analysis.stands_in for e in entries):
            return by_rules, ()
        key = overview_key(entries, analyser.name, analyser.prompt, language)
        known = self.digests.overview(key)
        if known is not None:
            return known, ()
        refusal = progress.stopped or progress.budget.refusal()
        if refusal:
            return by_rules, (f"overview by rules: {refusal}",)
        said = analyser.overview(entries, repo, language)
        progress.usage += said.usage
        if said.failure:
            return by_rules, (f"overview by rules: {said.failure}",)
        self.digests.put_overview(key, said.themes, self.now())
        return said.themes, ()

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
        here = {author for day in before for author in day.authors}
        some = dict.fromkeys(entry.commit.author for entry in entries if entry.commit.author not in here)
        newcomers = self.history.unknown_before(repo, some, window.start)
        return find_unusual(count_day(window.first, entries), before, newcomers)

    def earlier(self, entries: Sequence[Entry]) -> dict[str, Earlier]:
        """Find what these reverts take back, where that landed on another day that the store knows."""
        found = {}
        for entry in entries:
            facts = [fact for fact in entry.facts if fact.kind is FactKind.REVERTS]
            original = next(filter(None, (self._taken_back(fact, entry.commit) for fact in facts)), None)
            if original:
                found[entry.commit.sha] = Earlier(original.sha, original.subject, original.committed_at, original.url)
        return found

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


def overview_key(entries: Sequence[Entry], analyser: str, prompt: str, language: Language) -> str:
    """Return under which key the themes of these commits are remembered, as they were read."""
    read_by = [f"{e.commit.sha} {e.analysis.analyser if e.analysis else ''}" for e in entries]
    text = "\n".join([analyser, prompt, language, *sorted(read_by)])
    return hashlib.sha256(text.encode()).hexdigest()


@contextlib.contextmanager
def _threads(width: int, name: str) -> Iterator[Executor]:
    """Give threads; when something fails, nothing new is begun, and somebody who interrupts does not wait."""
    executor = ThreadPoolExecutor(width, name)
    try:
        yield executor
    except BaseException as error:
        executor.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)
        raise
    executor.shutdown()


_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
