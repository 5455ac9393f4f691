"""Handlers about a channel's feeds: pausing, removing, their status; and a person's home."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.commits.window import Window
from analysis.i18n.typography import in_a_row
from analysis.rules.wording import say
from bot.commands.mistakes import Mistake
from bot.commands.spans import say_span
from bot.commands.troubles import say_cause
from bot.conversation.context import AmbiguousChoice, CommandContext
from bot.conversation.handlers.subscriptions import listed as subscriptions_listed
from bot.delivery import resuming
from bot.delivery.feeds import DIGEST, kind_of, next_post
from bot.delivery.posts import named
from bot.digests.repositories import SOON
from bot.i18n.wording import said, say_moment, say_zoned
from formatters.i18n.wording import label, say_days
from formatters.reply import MOST_COMMAND, Board, Button, Channel, Note, Reply, Sheet
from formatters.text.scope import say_scope
from storage.deliveries import Delivery, State
from storage.feeds import Feed
from storage.incidents import Incidents

_LATEST = 7


def meant_feeds(context: CommandContext) -> list[Feed]:
    """Return the channel's feeds, or the one whose number a button gives."""
    number = context.value("feed")
    return [feed for feed in context.feeds if not number or str(feed.id) == number]


def which_feed(context: CommandContext, found: Sequence[Feed], *others: tuple[str, str]) -> AmbiguousChoice:
    """Ask which of several feeds is meant."""
    choices = []
    for feed in found:
        days, *more = feed_parts(context, feed)  # the days first, because phones truncate labels
        choices.append((f"{context.command.verb} feed={feed.id}", " · ".join([days, feed.repository, *more])))
    return AmbiguousChoice("which.feed", [*choices, *(choice for choice in others if len(choice[0]) <= MOST_COMMAND)])


def check_channel(context: CommandContext) -> None:
    """Raise Mistake if the asker cannot set anything up here."""
    if context.asker.is_direct and not context.feeds:
        raise Mistake("mistake.only_in_channel")
    if not context.is_admin:
        raise Mistake("mistake.admin")


def _the_feed(context: CommandContext) -> Feed:
    check_channel(context)
    if not context.feeds:
        raise Mistake("mistake.nothing_here")
    found = meant_feeds(context)
    if not context.value("feed"):
        repo = context.repository().lower()
        found = [feed for feed in found if feed.repository.lower() == repo]
    if not found:
        raise Mistake("mistake.nothing_here")
    if len(found) > 1:
        raise which_feed(context, found)
    return found[0]


async def pause(context: CommandContext) -> AsyncIterator[Reply]:
    """Post nothing until it is resumed."""
    feed = _the_feed(context)
    why = f"refused.person {context.asker.name or context.asker.user}"
    await context.services.work.quick(lambda: context.services.feeds.put(replace(feed, paused=why)))
    yield context.note("done.paused", context.button("resume", f"resume feed={feed.id}"), repo=feed.repository)


async def resume(context: CommandContext) -> AsyncIterator[Reply]:
    """Resume; what the channel rejected meanwhile is posted now, or listed."""
    services, feed, now = context.services, _the_feed(context), context.services.core.now()
    resumed = await services.work.quick(lambda: resuming.resume(feed, services.feeds, services.deliveries, now))
    moment = say_moment(next_post(resumed.feed, now), feed.zone)
    text = context.say("done.resumed", repo=feed.repository, next=moment, zone=feed.zone)
    yield Note(in_a_row((text, resumed.said(context.language)), context.language), "done")


async def remove(context: CommandContext) -> AsyncIterator[Reply]:
    """Delete a channel's feed."""
    feed = _the_feed(context)
    if feed.origin == "config":
        raise Mistake("mistake.configured")
    await context.services.work.quick(lambda: context.services.feeds.remove(feed.id))
    yield context.note("done.removed", context.button("setup", "setup"), repo=feed.repository)


async def status(context: CommandContext) -> AsyncIterator[Reply]:
    """Say when the channel's next digests are due, how the last ones went, and how people rated them."""
    if not context.feeds:
        if context.asker.is_direct:
            yield await context.services.work.quick(lambda: _home(context))
            return
        raise Mistake("mistake.nothing_here")
    yield await context.services.work.quick(lambda: _status(context))


def _status(context: CommandContext) -> Reply:
    parts: list[Note | Sheet] = [_overview(context)]
    for feed in context.feeds:
        deliveries = context.services.deliveries.of(kind_of(feed), str(feed.id))[:_LATEST]
        if deliveries:
            parts.append(_history(context, feed, deliveries))
    return Board(tuple(parts), context.language)


def _overview(context: CommandContext) -> Sheet:
    services, now = context.services, context.services.core.now()
    rows = []
    for feed in context.feeds:
        up, down = services.core.stores.feedback.ratings(feed.repository, f"{feed.platform}/{feed.channel}")
        rows.append((_named(context, feed), _next(context, feed, now), f"👍 {up} 👎 {down}"))
    return Sheet(
        title=context.say("status.title"),
        columns=tuple(context.say(f"column.{name}") for name in ("repository", "next", "opinions")),
        rows=tuple(rows),
        language=context.language,
        note="\n".join(_settings(context, feed) for feed in context.feeds)
        + _disputes(context)
        + _corrections(context)
        + _expiry(context),
        buttons=(context.button("change", "setup"),) if services.access.is_admin(context.asker) else (),
    )


def _expiry(context: CommandContext) -> str:
    """Say that GitHub's token expires soon; empty if it does not, or renews itself."""
    core = context.services.core
    expires = core.sources.github.expires
    if expires is None or core.settings.github.app_id or expires - core.now() > SOON:
        return ""
    return "\n" + context.say("status.token", day=f"{expires:%Y-%m-%d}")


def _disputes(context: CommandContext) -> str:
    """Say how often the model ranked differently from the rules in what it read recently; empty if never.

    Commits count by when they were read, whatever day they are from. Ranks corrected by readers are not in dispute.
    """
    core, whole, count = context.services.core, 0, 0
    since = core.now() - timedelta(days=_LATEST)
    for repo in sorted({feed.repository for feed in context.feeds}):
        found = core.stores.history.opinions(repo, since)
        disputed = [sha for sha, (ours, theirs) in found.items() if ours is not theirs]
        whole += len(found)
        count += len(set(disputed) - set(core.stores.feedback.corrected(repo, disputed)))
    said = context.say("status.disputed", count=count, whole=whole, days=_LATEST) if count else ""
    return f"\n{said}" if said else ""


def _corrections(context: CommandContext) -> str:
    """Say how many ranks readers have corrected, and the last one; empty if none."""
    feedback = context.services.core.stores.feedback
    repos = {feed.repository: feed.zone for feed in context.feeds}
    found = sorted((one for repo in repos for one in feedback.corrections(repo)), key=lambda one: one.at)
    if not found:
        return ""
    last = found[-1]
    level, when = say(f"importance.{last.wanted}", context.language), say_moment(last.at, repos[last.repo])
    said = context.say(
        "status.corrected",
        count=len(found),
        sha=last.sha[:7],
        level=level,
        when=when,
        who=last.name or context.say("rank.somebody"),
    )
    return f"\n{said}"


def _named(context: CommandContext, feed: Feed) -> str:
    """Name a feed by its repository; for reviews, also by how often."""
    return f"{feed.repository} · {context.say(f'often.{feed.days}')}" if feed.looks_back else feed.repository


def _next(context: CommandContext, feed: Feed, now: datetime) -> str:
    if feed.paused:
        return context.say("status.paused", why=said(feed.paused, context.language))
    if incident := Incidents(context.services.core.stores.store).open().get(feed.id):
        why = say_cause(incident.cause, incident.text, context.language)
        return context.say("status.broken", since=say_zoned(incident.since, feed.zone, context.language), why=why)
    return say_zoned(next_post(feed, now), feed.zone, context.language)


def _settings(context: CommandContext, feed: Feed) -> str:
    return context.say("status.about", name=feed.repository, text=" · ".join(feed_parts(context, feed)))


def feed_parts(context: CommandContext, feed: Feed) -> list[str]:
    """Describe a feed's settings: its days first."""
    areas = context.services.core.sources.areas()
    parts = [context.say(f"days.{feed.days}")]
    if feed.least.rank:
        parts.append(context.say(f"least.{feed.least}"))
    if feed.areas:
        parts.append(context.listed(areas.name(key, context.language) for key in feed.areas))
    if feed.left_out:
        parts.append(context.say("status.without", names=context.listed(feed.left_out)))
    if feed.scope:
        parts.append(context.say("status.only", scope=say_scope(feed.scope, context.language)))
    if feed.branches:
        parts.append(context.say("status.branches", names=context.listed(feed.branches)))
    return parts


def _history(context: CommandContext, feed: Feed, deliveries: Sequence[Delivery]) -> Sheet:
    rows = []
    for delivery in deliveries:
        window = delivery.order.window
        day = say_days(window, context.language) if window else delivery.order.slot
        state = context.say(f"state.{delivery.state}")
        if delivery.pending and delivery.state is State.POSTED:
            state = context.say("state.pending", count=delivery.pending)
        trouble = "" if delivery.state is State.POSTED else delivery.trouble
        why = label("list.brackets", context.language, text=said(trouble, context.language)) if trouble else ""
        at = say_moment(delivery.posted_at, feed.zone) if delivery.posted_at else "–"
        rows.append((day, state + why, at))
    return Sheet(
        title=_named(context, feed),
        columns=tuple(context.say(f"column.{name}") for name in ("day", "state", "posted")),
        rows=tuple(rows),
        language=context.language,
    )


async def home(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with a person's home: subscriptions, the next run, the last digests, the channels' settings."""
    yield await context.services.work.quick(lambda: _home(context))


def _home(context: CommandContext) -> Reply:
    services, asker, now = context.services, context.asker, context.services.core.now()
    subs = subscriptions_listed(context)
    parts: list[Note | Sheet] = [subs] if isinstance(subs, Note | Sheet) else []
    seen = {name.lower() for name in context.visible}
    near = [feed for feed in services.access.near(asker) if feed.repository.lower() in seen]
    own = [feed for feed in near if services.access.is_of(asker, feed)]
    known = {feed.repository.lower() for feed in own}
    feeds = [*own, *(feed for feed in near if feed.repository.lower() not in known)]
    if feeds:
        rows = {_in_home(context, feed, now): feed for feed in feeds[::-1]}  # of identical rows the first
        parts.append(
            Sheet(
                title=context.say("home.feeds"),
                columns=tuple(context.say(f"column.{name}") for name in ("repository", "next", "channel", "settings")),
                rows=tuple(rows)[::-1],
                language=context.language,
                actions=tuple(
                    context.button("change", f"setup feed={feed.id}")
                    if services.access.administers(asker, feed)
                    else None
                    for feed in tuple(rows.values())[::-1]
                ),
            )
        )
    parts += _latest(context, feeds)
    if not feeds:
        parts.append(Note(context.say("home.start"), "plain", (context.button("help", "help"),)))
    return Board(tuple(parts), context.language)


def _in_home(context: CommandContext, feed: Feed, now: datetime) -> tuple[str | Channel, ...]:
    """Return a feed's row: what comes when; for those who may know, also where, and its settings."""
    row = _named(context, feed), _next(context, feed, now)
    if not context.services.access.is_of(context.asker, feed):
        return *row, "", ""
    return *row, Channel(feed.channel), " · ".join(feed_parts(context, feed))


def _latest(context: CommandContext, feeds: list[Feed]) -> list[Sheet]:
    """Return each repository's latest digests, each with a button to see it."""
    services, found = context.services, []
    numbers = services.core.stores.commits.numbers()
    posted = dict[str, dict[str, Window]]()
    for feed in feeds:
        for delivery in services.deliveries.of(DIGEST, str(feed.id))[:_LATEST]:
            if delivery.state is State.POSTED and delivery.order.window:
                posted.setdefault(feed.repository, {})[delivery.order.slot] = delivery.order.window
    for repo, told in list(posted.items())[:3]:
        days = sorted(told.values(), key=lambda window: window.last, reverse=True)[:_LATEST]
        if days:
            commands = [
                named(f"date {say_span(window)} zone={window.zone}", repo, numbers.get(repo, 0)) for window in days
            ]
            found.append(
                Sheet(
                    title=context.say("home.digests", repo=repo),
                    columns=(context.say("column.day"),),
                    rows=tuple((say_days(window, context.language),) for window in days),
                    language=context.language,
                    actions=tuple(Button(context.say("button.show"), command) for command in commands),
                )
            )
    return found
