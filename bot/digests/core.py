"""Makes digests from a source, the store and an analyser, for every front end."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard, in_order
from analysis.digest.net import net
from analysis.digest.pipeline import Readers, Step, silent
from analysis.digest.stories import find_stories
from analysis.entry import RULES, Analyser, Entry
from analysis.errors import BadInput
from analysis.i18n.language import Language
from analysis.rules import RulesAnalyser
from analysis.sources import CommitSource, Listing
from analysis.triage.areas import Areas
from bot.config import Configuration
from bot.digests.arrivals import Arrivals
from bot.digests.budget import Budget
from bot.digests.follow_ups import told_before
from bot.digests.intake import Intake
from bot.digests.memory import Memory
from bot.digests.releases import with_releases
from bot.digests.session import Session
from bot.digests.sources import Sources
from bot.digests.stores import Stores
from bot.digests.threads import threads
from storage.digests import ReportedCommits

_TOGETHER = 100
"""Commits of a range held in full at once."""

_PIECE = 32
"""Commits judged at a time while others are read: for as long, no further reading begins."""


class Core:
    """Digests made with one store.

    Args:
        now: the clock, aware, UTC.

    Attributes:
        readers: where commits are read instead of in this process's threads.
    """

    def __init__(
        self,
        configuration: Configuration,
        stores: Stores,
        sources: Sources,
        memory: Memory,
        intake: Intake,
        now: Callable[[], datetime],
    ) -> None:
        self.configuration = configuration
        self.settings = configuration.settings
        self.stores = stores
        self.sources = sources
        self.memory = memory
        self.intake = intake
        self.now = now
        self.readers: Readers | None = None
        self._arrivals = Arrivals(stores, sources, now)

    def analyser(self, wanted: str = "auto", named: str = "") -> Analyser:
        """Return the rules, the configured model, or (`auto`) the model if there is one; `named` is one on its server.

        Raises:
            BadInput: a model is requested and none is configured.
        """
        model = self.settings.model
        if wanted == RULES or (wanted == "auto" and not model.name):
            return RulesAnalyser()
        if not (name := named or model.name):
            raise BadInput("No model is configured: set [model] name (and base_url, api_key), or use --analyser rules.")
        from analysis.llm.analyser import ModelAnalyser
        from analysis.llm.client import OPENAI, Model

        return ModelAnalyser(
            Model(
                base_url=model.base_url or OPENAI,
                name=name,
                key=model.api_key.get_secret_value(),
                deadline=model.deadline,
                secret=self.settings.secrets,
            ),
            tuple(area.key for area in self.sources.areas()),
        )

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
        """Make the digest of a window and store it.

        `told` is what its reader was told before; the digest is then not stored here as reported. Without it, all
        digests made with this store count as one reader's.

        Raises:
            NotFound, Outage: the source cannot be read; what was read before is kept, and the next run continues from
                there.
        """
        now = self.now()
        window.check()
        listing, heads, late, before = self.intake.landed(source, window, told)
        areas = self.sources.areas(source)
        gone = self.intake.gone(source, listing, before, window)
        twins = self.intake.rewritten.twins(heads, gone)
        fetching, fetched = self._fetch(source, heads, analyser, step)
        coming = self._noting(fetching, listing)
        again = dict[str, frozenset[str]]()
        if twins:
            commits = [commit for some in coming for commit in some]
            again = self.intake.rewritten.same(listing.repo, twins, commits)
            coming = iter([[commit for commit in commits if commit.sha not in again]])
        listing = self.intake.noting_rewritten(listing, heads, gone, again, before, window)
        earlier = told_before(before, window)
        notes = tuple(note.said(language) for note in listing.notes)
        run = RunCard(analyser.name, analyser.prompt, fetched, len(heads) - fetched, rewritten=len(again))
        digest = Digest(
            listing.repo, listing.branch, window, language, (), (), now, run=run, notes=notes, branches=listing.names
        )
        with (
            contextlib.closing(fetching),
            self._session(source, analyser, language) as session,
            self._readers(analyser) as readers,
        ):
            try:
                is_ahead = fetched > 0 and session.reads_ahead
                coming = coming if is_ahead else _together(coming)
                with self._arrivals.judging(source, heads, coming, areas, earlier) as arriving:
                    pieces = (
                        [replace(e, late=e.commit.sha in late, branches=listing.on.get(e.commit.sha, ())) for e in some]
                        for some in arriving.entries
                    )
                    if is_ahead:
                        read = session.read((), readers, step, self.now, coming=pieces, total=len(heads))
                    else:
                        read = session.read([e for some in pieces for e in some], readers, step, self.now)
                    run = replace(run, unread=arriving.unread.result())
                checked, day = session.conclude(read, listing.repo, readers, step, self.now)
                entries = net(checked)
                ordered, first = in_order(entries, day.order)
                digest = replace(
                    digest,
                    entries=ordered,
                    stories=find_stories(entries, self.memory.earlier(entries)),
                    overview=day.themes,
                    before=self.stores.digests.average(listing.repo, listing.branch, window),
                    unusual=() if listing.is_of_several else self.memory.unusual(listing.repo, window, ordered),
                    follow_ups=self.memory.follow_ups(listing.repo, window, ordered, earlier),
                    first=first,
                    run=replace(session.card(run, self.settings.model.price), notes=_by_rules(day.failure)),
                )
                if told is None:
                    self.stores.digests.put(digest)
            except BaseException:
                # What was paid counts against the day's budget, whatever the outcome.
                if session.usage.calls:
                    self._put_run(digest, session.card(run, self.settings.model.price), session)
                raise
            self._put_run(digest, digest.run, session)
        return with_releases(self.stores, digest), areas

    def _put_run(self, digest: Digest, run: RunCard, session: Session) -> None:
        with self.stores.store.write():  # so that its cost is never counted twice
            self.stores.digests.put_run(digest, run, session.failed)
            session.counted()

    def follow(
        self,
        source: CommitSource,
        since: datetime,
        until: datetime,
        languages: Sequence[Language],
        analyser: Analyser,
        step: Step = silent,
    ) -> tuple[list[Entry], int]:
        """Fetch and analyse what landed in [since, until) and is unknown, so that digests in these languages need not.

        Returns:
            What is new or newly analysed, and how many commits the model has yet to read.
        """
        listing = self.intake.listed(source, since, until)
        heads = self.intake.folded(source, listing.arrived)
        shas = [head.sha for head in heads]
        self.stores.commits.put_branches(listing.repo, {sha: listing.aside(sha) for sha in shas})
        judged = set(self.stores.commits.entries(listing.repo, shas))
        new: list[Entry] = []
        failed = 0
        for language in languages:
            read = self.stores.analyses.get(listing.repo, shas, analyser.name, analyser.prompt, language)
            fresh = [head for head in heads if head.sha not in judged or head.sha not in read]
            if fresh:
                fetching, fetched = self._fetch(source, fresh, analyser, step)
                with contextlib.closing(fetching):
                    coming = self._noting(fetching, listing)
                    entries, missing = self._analysed(source, fresh, coming, fetched, language, analyser, step)
                new, failed = new + entries, failed + missing
                judged |= {head.sha for head in fresh}
        return new, failed

    def _fetch(
        self, source: CommitSource, heads: Sequence[Commit], analyser: Analyser, step: Step
    ) -> tuple[Generator[list[Commit]], int]:
        """Fetch commits for an analyser; for a model, the secret scanner is built meanwhile."""
        coming, fetched = self.intake.fetch(source, heads, step)
        if fetched and analyser.name != RULES:
            from analysis.llm.secrets import prepare

            prepare()
        return coming, fetched

    def _noting(self, coming: Iterable[list[Commit]], listing: Listing) -> Iterator[list[Commit]]:
        """Record the branches of commits as they arrive, before anyone takes them for the default branch's."""
        for some in coming:
            self.stores.commits.put_branches(listing.repo, {one.sha: listing.aside(one.sha) for one in some})
            yield some

    def judged(self, source: CommitSource, heads: Sequence[Commit], step: Step = silent) -> list[Entry]:
        """Return commits with their facts and triage, in order, merges folded; unknown ones are fetched and stored.

        Raises:
            NotFound, Outage: the source cannot be read; what was read before is kept, and the next run continues from
                there.
        """
        folded = self.intake.folded(source, heads)
        known = self.stores.commits.entries(source.repo, [head.sha for head in folded])
        missing = [head for head in folded if head.sha not in known]
        areas = self.sources.areas(source) if missing else None
        for start in range(0, len(missing), _TOGETHER):
            step("reading commits", start, len(missing))
            coming, _ = self.intake.fetch(source, missing[start : start + _TOGETHER], silent)
            commits = [commit for some in coming for commit in some]
            entries, _ = self._arrivals.judged(source, commits, areas or self.sources.areas())
            # Entries of a long range are kept without their patches, as the store returns them.
            bare = (replace(e.commit, files=tuple(replace(f, patch=None) for f in e.commit.files)) for e in entries)
            known |= {commit.sha: replace(entry, commit=commit) for entry, commit in zip(entries, bare, strict=True)}
        step("reading commits", len(missing), len(missing))
        return [known[head.sha] for head in folded]

    def read_one(
        self, source: CommitSource, ref: str, language: Language, analyser: Analyser, *, anew: bool = False
    ) -> Entry:
        """Fetch and analyse one commit on the spot; with `anew`, even if it was read before.

        Raises:
            NotFound, Outage: the source does not have it, or does not answer.
        """
        commit = source.resolve(ref)
        known = self.stores.commits.get(source.repo, [commit.sha]).get(commit.sha)
        self.stores.commits.put([commit] if known is None else [])
        whole = [known or commit]
        fetched = int(known is None)
        entries, _ = self._analysed(source, whole, iter([whole]), fetched, language, analyser, anew=anew)
        return entries[0]

    def _analysed(
        self,
        source: CommitSource,
        heads: Sequence[Commit],
        coming: Iterator[list[Commit]],
        fetched: int,
        language: Language,
        analyser: Analyser,
        step: Step = silent,
        *,
        anew: bool = False,
    ) -> tuple[list[Entry], int]:
        """Judge and read the commits of `heads` as they arrive, and record the cost."""
        now, run = self.now(), RunCard(analyser.name, analyser.prompt, fetched, len(heads) - fetched)
        window = Window.of(now.date(), "UTC")
        digest = Digest(source.repo, source.branch, window, language, (), (), now, run=run)
        with self._session(source, analyser, language) as session, self._readers(analyser) as readers:
            try:
                is_ahead = len(heads) > 1 and session.reads_ahead
                coming = _in_pieces(coming) if is_ahead else _together(coming)
                with self._arrivals.judging(source, heads, coming, self.sources.areas(source), {}) as arriving:
                    if is_ahead:
                        read = session.read(
                            (), readers, step, self.now, anew=anew, coming=arriving.entries, total=len(heads)
                        )
                    else:
                        entries = [entry for some in arriving.entries for entry in some]
                        read = session.read(entries, readers, step, self.now, anew=anew)
                    run = replace(run, unread=arriving.unread.result())
                digest = replace(digest, entries=tuple(read))
                return session.checked(read, readers, step, self.now), session.failed
            finally:
                self._put_run(digest, session.card(run, self.settings.model.price), session)

    @contextlib.contextmanager
    def _readers(self, analyser: Analyser) -> Iterator[Readers]:
        """Yield the readers passed in, else threads: as many as the model accepts, one for the rules."""
        if self.readers:
            yield self.readers
            return
        width = self.settings.model.concurrency if analyser.name != RULES else 1
        with threads(width, "analyse") as executor:
            yield Readers(executor, width)

    @contextlib.contextmanager
    def read_together(self, analyser: Analyser) -> Iterator[None]:
        """Share readers among everything read at the same time, so that the total does not exceed one's limit."""
        with self._readers(analyser) as readers:
            before, self.readers = self.readers, readers
            try:
                yield
            finally:
                self.readers = before

    def _session(self, source: CommitSource, analyser: Analyser, language: Language) -> Session:
        """Begin a session with an analyser; a model's remaining budget is counted by UTC day."""
        if analyser.name == RULES:
            return Session(analyser, language, None, self.stores.analyses, self.stores.digests, None)
        now = self.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        prefix = f"{analyser.name} {analyser.prompt} {language} "
        turns = Budget(self.stores.store, self.stores.claims, prefix, self.settings.model.daily_tokens, midnight, now)
        return Session(analyser, language, turns, self.stores.analyses, self.stores.digests, source)


def _together(coming: Iterator[list[Commit]]) -> Iterator[list[Commit]]:
    """Wait for all, if an early start gains nothing."""
    yield [commit for some in coming for commit in some]


def _in_pieces(coming: Iterator[list[Commit]]) -> Iterator[list[Commit]]:
    """Join what arrives into larger pieces, the first ones small: reading begins soon, and what is around commits is looked up for many at once."""
    piece, size = list[Commit](), 4
    for some in coming:
        piece += some
        if len(piece) >= size:
            yield piece
            piece, size = [], min(2 * size, _PIECE)
    if piece:
        yield piece


def _by_rules(reason: str) -> tuple[str, ...]:
    """Say what the rules did instead of a model, and why."""
    return (f"order and overview by rules: {reason}",) if reason else ()


def open_core(
    configuration: Configuration,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    heard: Callable[[int, Mapping[str, str]], None] | None = None,
) -> Core:
    """Open the configured store, and return a core that uses it; `heard` as in `Sources`."""
    stores = Stores.open(configuration.store_path)
    memory = Memory(stores)
    return Core(
        configuration,
        stores,
        Sources(configuration, stores, now, heard),
        memory,
        Intake(stores, memory, now),
        now,
    )
