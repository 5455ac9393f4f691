"""Answers about a channel's feeds: set up, paused, ended, how they are doing; and a person's home."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TypeVar, get_args

from analysis.commits.window import Window
from analysis.errors import BadInput, NotFound
from analysis.i18n.wording import say
from bot.commands import meanings
from bot.commands.grammar import Mistake, say_span
from bot.commands.registry import LEVELS
from bot.commands.troubles import say_cause
from bot.conversation.context import AmbiguousChoice, CommandContext
from bot.conversation.handlers.topics import listed as subscriptions_listed
from bot.delivery.feeds import DIGEST, kind_of, next_post
from bot.delivery.posts import named
from bot.digests.repositories import parse_place
from bot.i18n.wording import said, say_moment
from formatters.i18n.wording import label, say_days
from formatters.reply import MOST_COMMAND, Board, Button, Channel, Field, Form, Note, Reply, Sheet
from storage.deliveries import Delivery, State
from storage.feeds import Days, Feed, Quiet
from storage.incidents import Incidents

T = TypeVar("T", bound=str)

NEW = "new"
"""The word for one more feed."""

_LATEST = 7
_DONE = {State.POSTED, State.SKIPPED, State.REFUSED}


async def setup(context: CommandContext) -> AsyncIterator[Reply]:
    """Ask by a form how a repository's posts are to come to this channel; `new` asks for another feed beside the others."""
    _check_channel(context)
    words = [word for word in context.command.words if word != NEW]
    wanted = context.value("repository") or " ".join(words)
    if NEW in context.command.words:
        known = {feed.repository for feed in context.feeds}
        yield _form(context, None, wanted or (known.pop() if len(known) == 1 else ""))
        return
    found = _meant(context)
    if wanted:
        name = context.seen(wanted).lower() if _is_seen(context, wanted) else ""
        found = [feed for feed in found if feed.repository.lower() == name]
    if len(found) > 1:
        raise _which(context, found, (f"setup {NEW} {wanted}".strip(), context.say("button.new")))
    yield _form(context, next(iter(found), None), wanted)


def _meant(context: CommandContext) -> list[Feed]:
    """Return the channel's feeds, or the one whose number a button gives."""
    number = context.value("feed")
    return [feed for feed in context.feeds if not number or str(feed.id) == number]


def _which(context: CommandContext, found: Sequence[Feed], *others: tuple[str, str]) -> AmbiguousChoice:
    """Ask which of several feeds is meant."""
    choices = []
    for feed in found:
        days, *more = _parts(context, feed)  # the days first: phones cut labels short
        choices.append((f"{context.command.verb} feed={feed.id}", " · ".join([days, feed.repository, *more])))
    return AmbiguousChoice("which.feed", [*choices, *(choice for choice in others if len(choice[0]) <= MOST_COMMAND)])


def _is_seen(context: CommandContext, name: str) -> bool:
    return name.lower() in {one.lower() for one in context.visible}


def _form(context: CommandContext, feed: Feed | None, repository: str) -> Form:
    def options(values: Sequence[str], group: str) -> tuple[tuple[str, str], ...]:
        return tuple((value, context.say(f"{group}.{value}")) for value in values)

    areas = context.services.core.sources.areas()
    chosen = [areas.name(key, context.language) for key in feed.areas] if feed else []
    languages = (("en", "English"), ("zh", "中文"))
    return Form(
        title=context.say("form.setup"),
        submit=context.say("button.save"),
        command=f"save setup feed={feed.id}" if feed else f"save setup {NEW}",
        fields=(
            Field(
                "repository", context.say("field.repository"), feed.repository if feed else repository,
                context.say("field.repository_hint"),
            ),
            Field("at", context.say("field.at"), f"{feed.at:%H:%M}" if feed else "09:00", context.say("field.at_hint"), is_time=True),
            Field(
                "zone", context.say("field.zone"), feed.zone if feed else context.zone(),
                context.say("field.zone_hint"),
            ),
            Field("language", context.say("field.language"), feed.language if feed else context.language, options=languages),
            Field(
                "days", context.say("field.days"), feed.days if feed else "daily", context.say("field.days_hint"),
                options(get_args(Days), "days"),
            ),
            Field(
                "least", context.say("field.least"), feed.least.value if feed else "low",
                options=options(LEVELS[::-1], "least"),
            ),
            Field("areas", context.say("field.areas"), ", ".join(chosen), context.say("field.areas_hint"), many=True, optional=True),
            Field(
                "left_out", context.say("field.left_out"), ", ".join(feed.left_out) if feed else "",
                context.say("field.left_out_hint"), many=True, optional=True,
            ),
            Field("quiet", context.say("field.quiet"), feed.quiet if feed else "line", options=options(get_args(Quiet), "quiet")),
        ),
        language=context.language,
    )  # fmt: skip


async def save_setup(context: CommandContext) -> AsyncIterator[Reply]:
    """Make or change the feed that the form describes, after a look whether its repository can be read."""
    _check_channel(context)
    before = next(iter(_meant(context)), None) if context.value("feed") else None
    services = context.services
    feed = await services.work.quick(lambda: _read(context, before))
    if not services.access.may_set_up(feed.repository):
        raise Mistake("mistake.may_not_set_up", repo=feed.repository)
    await _check_place(context, feed.channel)
    yield context.working("working.setup", repo=feed.repository)
    now = services.core.now()

    def look() -> str:
        source = services.core.sources.open(parse_place(feed.place))
        return source.landed(now.replace(minute=0, second=0, microsecond=0), now).repo

    try:
        name = await services.work.shared(("look", feed.place), look)
    except NotFound:
        raise Mistake("mistake.no_such_repository", repo=feed.repository) from None
    stored = await services.work.quick(lambda: services.feeds.put(replace(feed, repository=name)))
    number = (await services.work.quick(services.core.stores.commits.numbers)).get(name, 0)
    yield context.note(
        "done.setup_changed" if stored.id in {known.id for known in context.feeds} else "done.setup",
        Button(context.say("button.yesterday"), named("yesterday public", name, number)),
        context.button("change", f"setup feed={stored.id}"),
        context.button("status", "status"),
        repo=name, next=say_moment(next_post(stored, now), stored.zone), zone=stored.zone,
    )  # fmt: skip


def _read(context: CommandContext, before: Feed | None) -> Feed:
    """Return the feed that was described; what is not said stays as it was."""
    core, asker, value = context.services.core, context.asker, context.value
    text = value("repository") or (before.repository if before else "")
    try:
        place = parse_place(text.strip("`<>")) if text else None
    except BadInput:
        place = None
    if not text:
        raise Mistake("mistake.repository_missing")
    if place is None or place.path or not place.name:
        raise Mistake("mistake.repository", text=text)
    same = before and before.repository.lower() == place.name.lower()
    known = next(
        (f.place for f in context.services.feeds.all() if f.repository.lower() == place.name.lower()), place.name
    )
    feed = before or Feed(
        asker.platform, asker.workspace, asker.channel, place.name, place.name, time(9), context.zone(), core.now(),
        language=context.language, made_by=asker.user,
    )  # fmt: skip
    given = context.request.values | context.command.named
    days = _one_of(value("days"), get_args(Days), feed.days)
    goes_on = before and not before.paused and kind_of(before) == kind_of(replace(before, days=days))
    return replace(
        feed,
        repository=place.name,
        place=feed.place if same and before else known,
        at=meanings.clock(value("at")) if value("at") else feed.at,
        zone=meanings.zone(value("zone")) if value("zone") else feed.zone,
        language=_one_of(value("language"), ("en", "zh"), feed.language),
        days=days,
        quiet=_one_of(value("quiet"), get_args(Quiet), feed.quiet),
        least=meanings.importance(value("least")) if value("least") else feed.least,
        areas=tuple(dict.fromkeys(meanings.area(core, name) for name in meanings.listed(value("areas"))))
        if "areas" in given
        else feed.areas,
        left_out=tuple(name.lstrip("@").lower() for name in meanings.listed(value("left_out")))
        if "left_out" in given
        else feed.left_out,
        since=feed.since if goes_on else core.now(),
        paused="",
    )


def _one_of(text: str, known: tuple[T, ...], default: T) -> T:
    if not text:
        return default
    found = next((one for one in known if one == text.lower()), None)
    if found is None:
        raise Mistake("mistake.choice", text=text, known=known)
    return found


async def _check_place(context: CommandContext, channel: str) -> None:
    """Raise Mistake where Daybrief could not post: better told now than tomorrow morning."""
    lacking = await context.asker.lacks(channel)
    if not lacking:
        return
    if "member" in lacking:
        raise Mistake("mistake.not_member")
    if "archived" in lacking:
        raise Mistake("mistake.archived")
    raise Mistake("mistake.lacks", names=tuple(context.say(f"lacks.{name}") for name in lacking))


def _check_channel(context: CommandContext) -> None:
    if context.asker.is_direct and not context.feeds:
        raise Mistake("mistake.only_in_channel")
    if not context.is_admin:
        raise Mistake("mistake.admin")


def _the_feed(context: CommandContext) -> Feed:
    _check_channel(context)
    if not context.feeds:
        raise Mistake("mistake.nothing_here")
    found = _meant(context)
    if not context.value("feed"):
        repo = context.repository().lower()
        found = [feed for feed in found if feed.repository.lower() == repo]
    if not found:
        raise Mistake("mistake.nothing_here")
    if len(found) > 1:
        raise _which(context, found)
    return found[0]


async def pause(context: CommandContext) -> AsyncIterator[Reply]:
    """Post nothing until it is resumed."""
    feed = _the_feed(context)
    why = f"refused.person {context.asker.name or context.asker.user}"
    await context.services.work.quick(lambda: context.services.feeds.put(replace(feed, paused=why)))
    yield context.note("done.paused", context.button("resume", f"resume feed={feed.id}"), repo=feed.repository)


async def resume(context: CommandContext) -> AsyncIterator[Reply]:
    """Go on from now; what was missed meanwhile is not owed."""
    feed, now = _the_feed(context), context.services.core.now()
    stored = await context.services.work.quick(lambda: context.services.feeds.put(replace(feed, paused="", since=now)))
    moment = say_moment(next_post(stored, now), stored.zone)
    yield context.note("done.resumed", repo=feed.repository, next=moment, zone=stored.zone)


async def remove(context: CommandContext) -> AsyncIterator[Reply]:
    """End a channel's feed."""
    feed = _the_feed(context)
    if feed.origin == "config":
        raise Mistake("mistake.configured")
    await context.services.work.quick(lambda: context.services.feeds.remove(feed.id))
    yield context.note("done.removed", context.button("setup", "setup"), repo=feed.repository)


async def status(context: CommandContext) -> AsyncIterator[Reply]:
    """Say when the channel's digests come next, how the last ones went, and what people thought of them."""
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
        up, down = services.core.stores.feedback.ratings(feed.repository)
        rows.append((_named(context, feed), _next(context, feed, now), f"👍 {up} 👎 {down}"))
    return Sheet(
        title=context.say("status.title"),
        columns=tuple(context.say(f"column.{name}") for name in ("repository", "next", "opinions")),
        rows=tuple(rows),
        language=context.language,
        note="\n".join(_settings(context, feed) for feed in context.feeds) + _disputes(context) + _corrections(context),
        buttons=(context.button("change", "setup"),) if services.access.is_admin(context.asker) else (),
    )


def _disputes(context: CommandContext) -> str:
    """Say how often the model ranked otherwise than the rules in what it read lately; nothing where it never did.

    It is the day of the reading that counts, whatever day the commits are of. What readers corrected is in no dispute.
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
    """Say how many ranks readers have corrected, and the last one; nothing where they never did."""
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
    """Name a feed by its repository, one that looks back also by how often."""
    return f"{feed.repository} · {context.say(f'often.{feed.days}')}" if feed.looks_back else feed.repository


def _next(context: CommandContext, feed: Feed, now: datetime) -> str:
    if feed.paused:
        return context.say("status.paused", why=said(feed.paused, context.language))
    if incident := Incidents(context.services.core.stores.store).open().get(feed.id):
        why = say_cause(incident.cause, incident.text, context.language)
        return context.say("status.broken", since=f"{say_moment(incident.since, feed.zone)} ({feed.zone})", why=why)
    return f"{say_moment(next_post(feed, now), feed.zone)} ({feed.zone})"


def _settings(context: CommandContext, feed: Feed) -> str:
    return context.say("status.about", name=feed.repository, text=" · ".join(_parts(context, feed)))


def _parts(context: CommandContext, feed: Feed) -> list[str]:
    """Say how a feed is set up: its days first."""
    areas = context.services.core.sources.areas()
    parts = [context.say(f"days.{feed.days}")]
    if feed.least.rank:
        parts.append(context.say(f"least.{feed.least}"))
    if feed.areas:
        parts.append(context.listed(areas.name(key, context.language) for key in feed.areas))
    if feed.left_out:
        parts.append(context.say("status.without", names=context.listed(feed.left_out)))
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
    """Answer with a person's own page: subscriptions, the next run, the last digests, the channels' settings."""
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
        rows = {_in_home(context, feed, now): feed for feed in feeds[::-1]}  # of equal ones the first
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
    """Return a feed's row: what comes when; where, and how it is set up, to who may know."""
    row = _named(context, feed), _next(context, feed, now)
    if not context.services.access.is_of(context.asker, feed):
        return *row, "", ""
    return *row, Channel(feed.channel), " · ".join(_parts(context, feed))


def _latest(context: CommandContext, feeds: list[Feed]) -> list[Sheet]:
    """Return the last digests that came of each repository, each with a button to see it."""
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
