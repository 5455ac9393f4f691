"""Answers about ranks: what people think of them is counted, and what holds is told with who said so."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

from analysis.commits.commit import Commit
from analysis.entry import Entry
from analysis.errors import Problem
from analysis.i18n.wording import say
from analysis.triage.triage import Importance, corrected
from bot.commands.grammar import Mistake
from bot.commands.references import reference
from bot.conversation.context import Question
from bot.delivery.feeds import kind_of
from bot.delivery.posts import commit_name
from bot.port.platform import Later, Refused
from formatters.reply import Note, Reply
from storage.deliveries import Delivery, State
from storage.feedback import Correction
from storage.feeds import Feed

NEEDED = 3
"""Votes for one rank beyond those for others by which it holds without an administrator: more than two who agree by chance."""

_MENDED_FOR = timedelta(days=7)

_LOG = logging.getLogger(__name__)


async def rank(question: Question) -> AsyncIterator[Reply]:
    """Vote for a commit's rank one step up or down, or take that back; an administrator's word holds at once."""
    direction, name = [*question.command.words, "", ""][:2]
    if direction not in {"up", "down"}:
        raise Mistake("mistake.rank")
    desk, core = question.desk, question.desk.core
    entry = await known_commit(question, name)
    now = entry.triage.importance
    wanted = next((level for level in Importance if level.rank == now.rank + (1 if direction == "up" else -1)), None)
    if wanted is None:
        yield Note(question.say("done.rank_end", sha=entry.commit.short, level=_level(question, now)))
        return
    number = (await desk.work.quick(core.commits.numbers)).get(entry.commit.repo, 0)
    asker = question.asker
    who = f"{asker.platform}/{asker.workspace}/{asker.user}"
    opinion = Correction(entry.commit.repo, entry.commit.sha, wanted, now, who, core.now(), asker.name or asker.user)

    def button(direction: str) -> str:
        return f"rank {direction} {commit_name(entry, number, f'rank {direction} ')}"

    if not question.is_admin:
        votes = await desk.work.quick(lambda: core.feedback.vote(opinion))
        for_it = [vote for vote in votes if vote.wanted is wanted]
        if all(vote.who != who for vote in votes):
            yield question.note("done.vote_back", sha=entry.commit.short)
            return
        if 2 * len(for_it) - len(votes) < NEEDED:
            yield question.note(
                "done.voted", question.button("undo", button(direction)), sha=entry.commit.short,
                level=_level(question, wanted), count=len(for_it), names=_names(question, for_it), needed=NEEDED,
            )  # fmt: skip
            return
        opinion = replace(opinion, name=_names(question, for_it))
    await desk.work.quick(lambda: _correct(question, opinion))
    # Votes are undone by other votes: whoever was the last has not decided alone.
    undo = (question.button("undo", button("down" if direction == "up" else "up")),) if question.is_admin else ()
    yield question.note("done.ranked", *undo, sha=entry.commit.short, level=_level(question, wanted), who=opinion.name)
    await mend_posts(question, entry.commit)


def _correct(question: Question, opinion: Correction) -> None:
    core = question.desk.core
    core.feedback.correct(opinion)
    stored = core.commits.entry(opinion.repo, opinion.sha)
    if stored:
        core.commits.put_triage([replace(stored, triage=corrected(stored.triage, opinion.wanted))])


def say_opinions(question: Question, entry: Entry) -> str:
    """Say who ranked a commit, and who votes for another rank; empty where nobody did."""
    feedback, commit = question.desk.core.feedback, entry.commit
    found = []
    if holds := feedback.correction(commit.repo, commit.sha):
        found.append(
            question.say(
                "rank.by", level=_level(question, holds.wanted), who=holds.name or question.say("rank.somebody")
            )
        )
    votes = feedback.votes(commit.repo, commit.sha)
    for level in Importance:
        if some := [vote for vote in votes if vote.wanted is level]:
            names = _names(question, some)
            found.append(question.say("rank.votes", level=_level(question, level), count=len(some), names=names))
    return " · ".join(found)


def _names(question: Question, votes: Sequence[Correction]) -> str:
    return question.listed(vote.name for vote in votes)


def _level(question: Question, level: Importance) -> str:
    return say(f"importance.{level}", question.language)


async def mend_posts(question: Question, commit: Commit) -> None:
    """Show the posts of the last days that told of a commit as it is now; one that cannot be changed stays as it is."""
    desk = question.desk
    since = (desk.core.now() - _MENDED_FOR).date()

    def told() -> list[tuple[Feed, Delivery]]:
        return [
            (feed, delivery)
            for feed in desk.feeds.all()
            if feed.repository.lower() == commit.repo.lower()
            for delivery in desk.deliveries.of(kind_of(feed), str(feed.id), since)
            if delivery.state is State.POSTED and commit.sha in delivery.order.told
        ]

    for feed, delivery in await desk.work.quick(told):
        try:
            await desk.mend(feed, delivery)
        except (Problem, Later, Refused) as trouble:
            _LOG.warning("a post of %s is not mended: %s", feed.repository, trouble)


async def known_commit(question: Question, name: str) -> Entry:
    """Return the commit that a button names."""
    found = reference(name)
    if not found or not (found.repo and found.sha):
        raise Mistake("mistake.commit_missing")
    repo, core = question.seen(found.repo), question.desk.core
    hits = await question.desk.work.quick(lambda: core.commits.find(found.sha, repo))
    entry = await question.desk.work.quick(lambda: core.entry(*hits[0], question.language)) if hits else None
    if entry is None:
        raise Mistake("mistake.sha", sha=found.sha)
    return entry
