"""Handlers about ranks: votes are counted, and a corrected rank names who decided it."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

from analysis.commits.commit import Commit
from analysis.entry import Entry
from analysis.errors import Problem
from analysis.rules.wording import say
from analysis.triage.decision import corrected
from analysis.triage.triage import Importance
from bot.commands.mistakes import Mistake
from bot.commands.references import reference
from bot.conversation.context import CommandContext
from bot.delivery.feeds import kind_of
from bot.delivery.posts import commit_name
from bot.port.platform import Later, Refused
from formatters.reply import Note, Reply
from storage.deliveries import Delivery, State
from storage.feedback import Correction
from storage.feeds import Feed

NEEDED = 3
"""The lead in votes by which a rank takes effect without an administrator: more than two who agree by chance."""

_MENDED_FOR = timedelta(days=7)

_LOG = logging.getLogger(__name__)


async def rank(context: CommandContext) -> AsyncIterator[Reply]:
    """Vote a commit's rank one step up or down, or withdraw the vote; an administrator's takes effect at once."""
    direction, name = [*context.command.words, "", ""][:2]
    if direction not in {"up", "down"}:
        raise Mistake("mistake.rank")
    services, core = context.services, context.services.core
    entry = await known_commit(context, name)
    now = entry.triage.importance
    wanted = next((level for level in Importance if level.rank == now.rank + (1 if direction == "up" else -1)), None)
    asker = context.asker
    who = f"{asker.platform}/{asker.workspace}/{asker.user}"
    votes = await services.work.quick(lambda: core.stores.feedback.votes(entry.commit.repo, entry.commit.sha))
    before = next((vote for vote in votes if vote.who == who and vote.wanted is not wanted), None)
    if before and not context.is_admin:  # voting in the other direction withdraws the previous vote
        await services.work.quick(lambda: core.stores.feedback.vote(before))
        yield context.note("done.vote_back", sha=entry.commit.short)
        return
    if wanted is None:
        yield Note(context.say("done.rank_end", sha=entry.commit.short, level=_level(context, now)))
        return
    number = (await services.work.quick(core.stores.commits.numbers)).get(entry.commit.repo, 0)
    opinion = Correction(entry.commit.repo, entry.commit.sha, wanted, now, who, core.now(), asker.name)

    def button(direction: str) -> str:
        return f"rank {direction} {commit_name(entry, number, f'rank {direction} ')}"

    if not context.is_admin:
        votes = await services.work.quick(lambda: core.stores.feedback.vote(opinion))
        for_it = [vote for vote in votes if vote.wanted is wanted]
        if all(vote.who != who for vote in votes):
            yield context.note("done.vote_back", sha=entry.commit.short)
            return
        if 2 * len(for_it) - len(votes) < NEEDED:
            yield context.note(
                "done.voted", context.button("undo", button(direction)), sha=entry.commit.short,
                level=_level(context, wanted), count=len(for_it), names=_names(context, for_it), needed=NEEDED,
            )  # fmt: skip
            return
        opinion = replace(opinion, name=_names(context, for_it))
    await services.work.quick(lambda: _correct(context, opinion))
    # Votes are undone by other votes: the last voter did not decide alone.
    undo = (context.button("undo", button("down" if direction == "up" else "up")),) if context.is_admin else ()
    yield context.note(
        "done.ranked",
        *undo,
        sha=entry.commit.short,
        level=_level(context, wanted),
        who=opinion.name or context.say("rank.somebody"),
    )
    await mend_posts(context, entry.commit)


def _correct(context: CommandContext, opinion: Correction) -> None:
    core = context.services.core
    core.stores.feedback.correct(opinion)
    stored = core.stores.commits.entry(opinion.repo, opinion.sha)
    if stored:
        core.stores.commits.put_triage([replace(stored, triage=corrected(stored.triage, opinion.wanted))])


def say_opinions(context: CommandContext, entry: Entry) -> str:
    """Say who ranked a commit, and who votes for another rank; empty if nobody did."""
    feedback, commit = context.services.core.stores.feedback, entry.commit
    found = []
    if holds := feedback.correction(commit.repo, commit.sha):
        found.append(
            context.say("rank.by", level=_level(context, holds.wanted), who=holds.name or context.say("rank.somebody"))
        )
    votes = feedback.votes(commit.repo, commit.sha)
    for level in Importance:
        if some := [vote for vote in votes if vote.wanted is level]:
            names = _names(context, some)
            found.append(context.say("rank.votes", level=_level(context, level), count=len(some), names=names))
    return " · ".join(found)


def _names(context: CommandContext, votes: Sequence[Correction]) -> str:
    return context.listed(vote.name or context.say("rank.somebody") for vote in votes)


def _level(context: CommandContext, level: Importance) -> str:
    return say(f"importance.{level}", context.language)


async def mend_posts(context: CommandContext, commit: Commit) -> None:
    """Update the posts of the last days that include a commit; one that cannot be edited stays as it is."""
    services = context.services
    since = (services.core.now() - _MENDED_FOR).date()

    def told() -> list[tuple[Feed, Delivery]]:
        return [
            (feed, delivery)
            for feed in services.feeds.all()
            if feed.repository.lower() == commit.repo.lower()
            for delivery in services.deliveries.of(kind_of(feed), str(feed.id), since)
            if delivery.state is State.POSTED and commit.sha in delivery.order.told
        ]

    for feed, delivery in await services.work.quick(told):
        try:
            await services.mend(feed, delivery)
        except (Problem, Later, Refused) as trouble:
            _LOG.warning("a post of %s is not mended: %s", feed.repository, trouble)


async def known_commit(context: CommandContext, name: str) -> Entry:
    """Return the commit that a button or person names; without a repository, one of the repository here."""
    found = reference(name)
    if not found or not found.sha:
        raise Mistake("mistake.commit_missing")
    repo, core = context.seen(found.repo) if found.repo else context.repository(), context.services.core
    hits = await context.services.work.quick(lambda: core.stores.commits.find(found.sha, repo))
    entry = await context.services.work.quick(lambda: core.memory.entry(*hits[0], context.language)) if hits else None
    if entry is None:
        raise Mistake("mistake.sha", sha=found.sha)
    return entry
