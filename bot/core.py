"""Makes digests: from a source through the store and an analyser, for every front end alike."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analysis.areas import Areas, of_repository
from analysis.commit import Commit
from analysis.digest import Digest, RunCard, order
from analysis.entry import RULES, Analyser, Analysis, Entry, Language, Theme, Usage
from analysis.errors import BadInput
from analysis.facts import FactKind
from analysis.pipeline import Step, TokenBudget, judge, read_all, settled, stand_in
from analysis.rules import RulesAnalyser
from analysis.sources import CommitSource, Listing, fold_merges
from analysis.stories import Earlier, find_stories
from analysis.window import Window
from bot.config import Configuration
from bot.repositories import Place, open_source
from storage.analyses import Analyses
from storage.commits import Commits
from storage.digests import Digests, Reported
from storage.pages import Pages
from storage.store import Store

LOOK_BACK = 7
"""Days in which a commit that landed late is still looked for."""

_FETCHES = 8  # GitHub asks for few requests at once; more than this gains nothing
_OPENAI = "https://api.openai.com/v1"


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

    # -- what a digest is made with

    def source(self, place: Place, branch: str | None = None) -> CommitSource:
        """Return the source of a repository."""
        github = self.settings.github
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
        from analysis.completions import Model
        from analysis.model import ModelAnalyser

        return ModelAnalyser(
            Model(
                base_url=model.base_url or _OPENAI,
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
        entries, made, usage, failed = self._read(entries, analyser, language, step)
        stories = find_stories(entries, self._earlier(entries))
        ordered = order(entries)
        overview, more, notes = self._overview(ordered, listing.repo, analyser, language)
        usage += more
        run = RunCard(
            analyser=analyser.name,
            prompt=analyser.prompt,
            fetched=fetched,
            cached=len(commits) - fetched,
            analysed=made,
            usage=usage,
            cost=self._cost(usage),
            seconds=time.monotonic() - started,
            notes=notes,
        )
        digest = Digest(
            repo=listing.repo,
            branch=listing.branch,
            window=window,
            language=language,
            entries=ordered,
            stories=stories,
            built_at=now,
            overview=overview,
            before=self.digests.average(listing.repo, listing.branch, window),
            run=run,
            notes=listing.notes,
        )
        self.digests.put(digest)
        self.digests.put_run(digest, run, failed)
        return digest, areas

    def _landed(self, source: CommitSource, window: Window) -> tuple[Listing, list[Commit], set[str]]:
        """List the window, and what landed late in days before it that were already told."""
        asked = source.repo
        told, start = self._told(source, window)
        listing = source.landed(start, window.end)
        if listing.repo.lower() != asked.lower():
            self.commits.rename(asked, listing.repo)
            told, earlier = self._told(source, window)
            if earlier < start:
                listing = replace(source.landed(earlier, window.end), notes=listing.notes)
        closed = [other for other in told.closed if other.end <= window.start]
        heads = fold_merges(listing.heads)
        own, late = [], set()
        for head in heads:
            where = told.where.get(head.sha)
            if head.committed_at in window:
                if where is None or where == window or where.first < window.first:
                    own.append(head)
            elif where == window or (where is None and any(head.committed_at in other for other in closed)):
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
        missing = [head for head in heads if head.sha not in known]
        if missing:
            step("fetching commits", 0, len(missing))
            with ThreadPoolExecutor(_FETCHES, "fetch") as executor:
                for count, commit in enumerate(source.fetch(missing, executor), 1):
                    self.commits.put([commit])
                    found[commit.sha] = commit
                    step("fetching commits", count, len(missing))
        return [found[head.sha] for head in heads], len(missing)

    def _read(
        self, entries: Sequence[Entry], analyser: Analyser, language: Language, step: Step
    ) -> tuple[list[Entry], int, Usage, int]:
        """Give every entry its analysis: remembered, made now, or the rules' in a model's stead.

        Returns the entries, how many analyses were made, what they cost, and how many failed.
        """
        if not entries:
            return [], 0, Usage(), 0
        repo, shas = entries[0].commit.repo, [entry.commit.sha for entry in entries]
        found = self.analyses.get(repo, shas, analyser.name, analyser.prompt, language)
        missing = [entry for entry in entries if entry.commit.sha not in found]
        usage, failures, done = Usage(), dict[str, str](), 0
        if missing:
            step("analysing", 0, len(missing))
            width = self.settings.model.concurrency if analyser.name != RULES else 1
            with ThreadPoolExecutor(width, "analyse") as executor:
                for reading in read_all(
                    missing, analyser, language, executor=executor, width=width, budget=self._budget()
                ):
                    self.analyses.put(repo, reading.analyses, int(self.now().timestamp()))
                    found |= reading.analyses
                    failures |= reading.failures
                    usage += reading.usage
                    done += len(reading.analyses) + len(reading.failures)
                    step("analysing", done, len(missing))
        analyses: Mapping[str, Analysis] = found | {
            entry.commit.sha: stand_in(entry, language, failures.get(entry.commit.sha, "no analysis came back"))
            for entry in missing
            if entry.commit.sha not in found
        }
        read = [settled(entry, analyses[entry.commit.sha]) for entry in entries]
        return read, len(missing) - len(failures), usage, len(failures)

    def _budget(self) -> TokenBudget:
        limit = self.settings.model.daily_tokens
        if limit is None:
            return TokenBudget()
        midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return TokenBudget(limit - self.digests.spent(midnight)[0])

    def _cost(self, usage: Usage) -> float | None:
        model = self.settings.model
        if model.price_in is None or model.price_out is None or not usage.calls:
            return None
        return (usage.tokens_in * model.price_in + usage.tokens_out * model.price_out) / 1_000_000

    def _overview(
        self, entries: tuple[Entry, ...], repo: str, analyser: Analyser, language: Language
    ) -> tuple[tuple[Theme, ...], Usage, tuple[str, ...]]:
        rules = RulesAnalyser()
        by_model = analyser.name != RULES and any(e.analysis and not e.analysis.stands_in for e in entries)
        if not by_model:
            return rules.overview(entries, repo, language).themes, Usage(), ()
        read_by = [f"{e.commit.sha} {e.analysis.analyser if e.analysis else ''}" for e in entries]
        text = "\n".join([analyser.name, analyser.prompt, language, *sorted(read_by)])
        key = hashlib.sha256(text.encode()).hexdigest()
        known = self.digests.overview(key)
        if known is not None:
            return known, Usage(), ()
        refusal = self._budget().refusal()
        if refusal:
            return rules.overview(entries, repo, language).themes, Usage(), (f"overview by rules: {refusal}",)
        said = analyser.overview(entries, repo, language)
        if said.failure:
            note = f"overview by rules: {said.failure}"
            return rules.overview(entries, repo, language).themes, said.usage, (note,)
        self.digests.put_overview(key, said.themes, self.now())
        return said.themes, said.usage, ()

    def _earlier(self, entries: Sequence[Entry]) -> dict[str, Earlier]:
        """Find what today's reverts take back, where that landed on another day that the store knows."""
        found = {}
        for entry in entries:
            fact = next((fact for fact in entry.facts if fact.kind is FactKind.REVERTS), None)
            if fact is None:
                continue
            repo = entry.commit.repo
            number = int(fact.detail.lstrip("#")) if fact.detail else None
            candidates = self.commits.find(fact.before, repo) if fact.before else []
            candidates += self.commits.by_pull_request(number, repo) if number else []
            candidates += self.commits.by_title(fact.name, repo) if fact.name else []
            for _, sha in candidates:
                original = self.commits.entry(repo, sha)
                if original and sha != entry.commit.sha and original.commit.committed_at <= entry.commit.committed_at:
                    commit = original.commit
                    found[entry.commit.sha] = Earlier(sha, commit.subject, commit.committed_at, commit.url)
                    break
        return found


_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
