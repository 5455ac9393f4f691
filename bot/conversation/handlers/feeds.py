"""Answers about a channel's feeds: set up, paused, ended, how they are doing; and a person's home."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TypeVar, get_args

from analysis.commits.window import Window
from analysis.errors import BadInput, NotFound
from analysis.i18n.wording import say
from bot.commands import meanings as meant
from bot.commands.grammar import Mistake, say_span
from bot.commands.registry import LEVELS
from bot.commands.troubles import say_cause
from bot.conversation.context import Question, Which
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


async def setup(question: Question) -> AsyncIterator[Reply]:
    """Ask by a form how a repository's posts are to come to this channel; `new` asks for another feed beside the others."""
    _check_channel(question)
    words = [word for word in question.command.words if word != NEW]
    wanted = question.value("repository") or " ".join(words)
    if NEW in question.command.words:
        known = {feed.repository for feed in question.feeds}
        yield _form(question, None, wanted or (known.pop() if len(known) == 1 else ""))
        return
    found = _meant(question)
    if wanted:
        name = question.seen(wanted).lower() if _is_seen(question, wanted) else ""
        found = [feed for feed in found if feed.repository.lower() == name]
    if len(found) > 1:
        raise _which(question, found, (f"setup {NEW} {wanted}".strip(), question.say("button.new")))
    yield _form(question, next(iter(found), None), wanted)


def _meant(question: Question) -> list[Feed]:
    """Return the channel's feeds, or the one whose number a button gives."""
    number = question.value("feed")
    return [feed for feed in question.feeds if not number or str(feed.id) == number]


def _which(question: Question, found: Sequence[Feed], *others: tuple[str, str]) -> Which:
    """Ask which of several feeds is meant."""
    choices = []
    for feed in found:
        days, *more = _parts(question, feed)  # the days first: phones cut labels short
        choices.append((f"{question.command.verb} feed={feed.id}", " · ".join([days, feed.repository, *more])))
    return Which("which.feed", [*choices, *(choice for choice in others if len(choice[0]) <= MOST_COMMAND)])


def _is_seen(question: Question, name: str) -> bool:
    return name.lower() in {one.lower() for one in question.visible}


def _form(question: Question, feed: Feed | None, repository: str) -> Form:
    def options(values: Sequence[str], group: str) -> tuple[tuple[str, str], ...]:
        return tuple((value, question.say(f"{group}.{value}")) for value in values)

    areas = question.desk.core.areas()
    chosen = [areas.name(key, question.language) for key in feed.areas] if feed else []
    languages = (("en", "English"), ("zh", "中文"))
    return Form(
        title=question.say("form.setup"),
        submit=question.say("button.save"),
        command=f"save setup feed={feed.id}" if feed else f"save setup {NEW}",
        fields=(
            Field(
                "repository", question.say("field.repository"), feed.repository if feed else repository,
                question.say("field.repository_hint"),
            ),
            Field("at", question.say("field.at"), f"{feed.at:%H:%M}" if feed else "09:00", question.say("field.at_hint"), is_time=True),
            Field(
                "zone", question.say("field.zone"), feed.zone if feed else question.zone(),
                question.say("field.zone_hint"),
            ),
            Field("language", question.say("field.language"), feed.language if feed else question.language, options=languages),
            Field(
                "days", question.say("field.days"), feed.days if feed else "daily", question.say("field.days_hint"),
                options(get_args(Days), "days"),
            ),
            Field(
                "least", question.say("field.least"), feed.least.value if feed else "low",
                options=options(LEVELS[::-1], "least"),
            ),
            Field("areas", question.say("field.areas"), ", ".join(chosen), question.say("field.areas_hint"), many=True, optional=True),
            Field(
                "left_out", question.say("field.left_out"), ", ".join(feed.left_out) if feed else "",
                question.say("field.left_out_hint"), many=True, optional=True,
            ),
            Field("quiet", question.say("field.quiet"), feed.quiet if feed else "line", options=options(get_args(Quiet), "quiet")),
        ),
        language=question.language,
    )  # fmt: skip


async def save_setup(question: Question) -> AsyncIterator[Reply]:
    """Make or change the feed that the form describes, after a look whether its repository can be read."""
    _check_channel(question)
    before = next(iter(_meant(question)), None) if question.value("feed") else None
    desk = question.desk
    feed = await desk.work.quick(lambda: _read(question, before))
    if not desk.access.may_set_up(feed.repository):
        raise Mistake("mistake.may_not_set_up", repo=feed.repository)
    await _check_place(question, feed.channel)
    yield question.working("working.setup", repo=feed.repository)
    now = desk.core.now()

    def look() -> str:
        source = desk.core.source(parse_place(feed.place))
        return source.landed(now.replace(minute=0, second=0, microsecond=0), now).repo

    try:
        name = await desk.work.shared(("look", feed.place), look)
    except NotFound:
        raise Mistake("mistake.no_such_repository", repo=feed.repository) from None
    stored = await desk.work.quick(lambda: desk.feeds.put(replace(feed, repository=name)))
    number = (await desk.work.quick(desk.core.commits.numbers)).get(name, 0)
    yield question.note(
        "done.setup_changed" if stored.id in {known.id for known in question.feeds} else "done.setup",
        Button(question.say("button.yesterday"), named("yesterday public", name, number)),
        question.button("change", f"setup feed={stored.id}"),
        question.button("status", "status"),
        repo=name, next=say_moment(next_post(stored, now), stored.zone), zone=stored.zone,
    )  # fmt: skip


def _read(question: Question, before: Feed | None) -> Feed:
    """Return the feed that was described; what is not said stays as it was."""
    core, asker, value = question.desk.core, question.asker, question.value
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
    known = next((f.place for f in question.desk.feeds.all() if f.repository.lower() == place.name.lower()), place.name)
    feed = before or Feed(
        asker.platform, asker.workspace, asker.channel, place.name, place.name, time(9), question.zone(), core.now(),
        language=question.language, made_by=asker.user,
    )  # fmt: skip
    given = question.request.values | question.command.named
    days = _one_of(value("days"), get_args(Days), feed.days)
    goes_on = before and not before.paused and kind_of(before) == kind_of(replace(before, days=days))
    return replace(
        feed,
        repository=place.name,
        place=feed.place if same and before else known,
        at=meant.clock(value("at")) if value("at") else feed.at,
        zone=meant.zone(value("zone")) if value("zone") else feed.zone,
        language=_one_of(value("language"), ("en", "zh"), feed.language),
        days=days,
        quiet=_one_of(value("quiet"), get_args(Quiet), feed.quiet),
        least=meant.importance(value("least")) if value("least") else feed.least,
        areas=tuple(dict.fromkeys(meant.area(core, name) for name in meant.listed(value("areas"))))
        if "areas" in given
        else feed.areas,
        left_out=tuple(name.lstrip("@").lower() for name in meant.listed(value("left_out")))
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


async def _check_place(question: Question, channel: str) -> None:
    """Raise Mistake where Daybrief could not post: better told now than tomorrow morning."""
    lacking = await question.asker.lacks(channel)
    if not lacking:
        return
    if "member" in lacking:
        raise Mistake("mistake.not_member")
    if "archived" in lacking:
        raise Mistake("mistake.archived")
    raise Mistake("mistake.lacks", names=tuple(question.say(f"lacks.{name}") for name in lacking))


def _check_channel(question: Question) -> None:
    if question.asker.is_direct and not question.feeds:
        raise Mistake("mistake.only_in_channel")
    if not question.is_admin:
        raise Mistake("mistake.admin")


def _the_feed(question: Question) -> Feed:
    _check_channel(question)
    if not question.feeds:
        raise Mistake("mistake.nothing_here")
    found = _meant(question)
    if not question.value("feed"):
        repo = question.repository().lower()
        found = [feed for feed in found if feed.repository.lower() == repo]
    if not found:
        raise Mistake("mistake.nothing_here")
    if len(found) > 1:
        raise _which(question, found)
    return found[0]


async def pause(question: Question) -> AsyncIterator[Reply]:
    """Post nothing until it is resumed."""
    feed = _the_feed(question)
    why = f"refused.person {question.asker.name or question.asker.user}"
    await question.desk.work.quick(lambda: question.desk.feeds.put(replace(feed, paused=why)))
    yield question.note("done.paused", question.button("resume", f"resume feed={feed.id}"), repo=feed.repository)


async def resume(question: Question) -> AsyncIterator[Reply]:
    """Go on from now; what was missed meanwhile is not owed."""
    feed, now = _the_feed(question), question.desk.core.now()
    stored = await question.desk.work.quick(lambda: question.desk.feeds.put(replace(feed, paused="", since=now)))
    moment = say_moment(next_post(stored, now), stored.zone)
    yield question.note("done.resumed", repo=feed.repository, next=moment, zone=stored.zone)


async def remove(question: Question) -> AsyncIterator[Reply]:
    """End a channel's feed."""
    feed = _the_feed(question)
    if feed.origin == "config":
        raise Mistake("mistake.configured")
    await question.desk.work.quick(lambda: question.desk.feeds.remove(feed.id))
    yield question.note("done.removed", question.button("setup", "setup"), repo=feed.repository)


async def status(question: Question) -> AsyncIterator[Reply]:
    """Say when the channel's digests come next, how the last ones went, and what people thought of them."""
    if not question.feeds:
        if question.asker.is_direct:
            yield await question.desk.work.quick(lambda: _home(question))
            return
        raise Mistake("mistake.nothing_here")
    yield await question.desk.work.quick(lambda: _status(question))


def _status(question: Question) -> Reply:
    parts: list[Note | Sheet] = [_overview(question)]
    for feed in question.feeds:
        deliveries = question.desk.deliveries.of(kind_of(feed), str(feed.id))[:_LATEST]
        if deliveries:
            parts.append(_history(question, feed, deliveries))
    return Board(tuple(parts), question.language)


def _overview(question: Question) -> Sheet:
    desk, now = question.desk, question.desk.core.now()
    rows = []
    for feed in question.feeds:
        up, down = desk.core.feedback.ratings(feed.repository)
        rows.append((_named(question, feed), _next(question, feed, now), f"👍 {up} 👎 {down}"))
    return Sheet(
        title=question.say("status.title"),
        columns=tuple(question.say(f"column.{name}") for name in ("repository", "next", "opinions")),
        rows=tuple(rows),
        language=question.language,
        note="\n".join(_settings(question, feed) for feed in question.feeds)
        + _disputes(question)
        + _corrections(question),
        buttons=(question.button("change", "setup"),) if desk.access.is_admin(question.asker) else (),
    )


def _disputes(question: Question) -> str:
    """Say how often the model ranked otherwise than the rules in what it read lately; nothing where it never did.

    It is the day of the reading that counts, whatever day the commits are of. What readers corrected is in no dispute.
    """
    core, whole, count = question.desk.core, 0, 0
    since = core.now() - timedelta(days=_LATEST)
    for repo in sorted({feed.repository for feed in question.feeds}):
        found = core.history.opinions(repo, since)
        disputed = [sha for sha, (ours, theirs) in found.items() if ours is not theirs]
        whole += len(found)
        count += len(set(disputed) - set(core.feedback.corrected(repo, disputed)))
    said = question.say("status.disputed", count=count, whole=whole, days=_LATEST) if count else ""
    return f"\n{said}" if said else ""


def _corrections(question: Question) -> str:
    """Say how many ranks readers have corrected, and the last one; nothing where they never did."""
    feedback = question.desk.core.feedback
    repos = {feed.repository: feed.zone for feed in question.feeds}
    found = sorted((one for repo in repos for one in feedback.corrections(repo)), key=lambda one: one.at)
    if not found:
        return ""
    last = found[-1]
    level, when = say(f"importance.{last.wanted}", question.language), say_moment(last.at, repos[last.repo])
    said = question.say(
        "status.corrected",
        count=len(found),
        sha=last.sha[:7],
        level=level,
        when=when,
        who=last.name or question.say("rank.somebody"),
    )
    return f"\n{said}"


def _named(question: Question, feed: Feed) -> str:
    """Name a feed by its repository, one that looks back also by how often."""
    return f"{feed.repository} · {question.say(f'often.{feed.days}')}" if feed.looks_back else feed.repository


def _next(question: Question, feed: Feed, now: datetime) -> str:
    if feed.paused:
        return question.say("status.paused", why=said(feed.paused, question.language))
    if incident := Incidents(question.desk.core.store).open().get(feed.id):
        why = say_cause(incident.cause, incident.text, question.language)
        return question.say("status.broken", since=f"{say_moment(incident.since, feed.zone)} ({feed.zone})", why=why)
    return f"{say_moment(next_post(feed, now), feed.zone)} ({feed.zone})"


def _settings(question: Question, feed: Feed) -> str:
    return question.say("status.about", name=feed.repository, text=" · ".join(_parts(question, feed)))


def _parts(question: Question, feed: Feed) -> list[str]:
    """Say how a feed is set up: its days first."""
    areas = question.desk.core.areas()
    parts = [question.say(f"days.{feed.days}")]
    if feed.least.rank:
        parts.append(question.say(f"least.{feed.least}"))
    if feed.areas:
        parts.append(question.listed(areas.name(key, question.language) for key in feed.areas))
    if feed.left_out:
        parts.append(question.say("status.without", names=question.listed(feed.left_out)))
    return parts


def _history(question: Question, feed: Feed, deliveries: Sequence[Delivery]) -> Sheet:
    rows = []
    for delivery in deliveries:
        window = delivery.order.window
        day = say_days(window, question.language) if window else delivery.order.slot
        state = question.say(f"state.{delivery.state}")
        if delivery.pending and delivery.state is State.POSTED:
            state = question.say("state.pending", count=delivery.pending)
        trouble = "" if delivery.state is State.POSTED else delivery.trouble
        why = label("list.brackets", question.language, text=said(trouble, question.language)) if trouble else ""
        at = say_moment(delivery.posted_at, feed.zone) if delivery.posted_at else "–"
        rows.append((day, state + why, at))
    return Sheet(
        title=_named(question, feed),
        columns=tuple(question.say(f"column.{name}") for name in ("day", "state", "posted")),
        rows=tuple(rows),
        language=question.language,
    )


async def home(question: Question) -> AsyncIterator[Reply]:
    """Answer with a person's own page: subscriptions, the next run, the last digests, the channels' settings."""
    yield await question.desk.work.quick(lambda: _home(question))


def _home(question: Question) -> Reply:
    desk, asker, now = question.desk, question.asker, question.desk.core.now()
    subs = subscriptions_listed(question)
    parts: list[Note | Sheet] = [subs] if isinstance(subs, Note | Sheet) else []
    seen = {name.lower() for name in question.visible}
    near = [feed for feed in desk.access.near(asker) if feed.repository.lower() in seen]
    own = [feed for feed in near if desk.access.is_of(asker, feed)]
    known = {feed.repository.lower() for feed in own}
    feeds = [*own, *(feed for feed in near if feed.repository.lower() not in known)]
    if feeds:
        rows = {_in_home(question, feed, now): feed for feed in feeds[::-1]}  # of equal ones the first
        parts.append(
            Sheet(
                title=question.say("home.feeds"),
                columns=tuple(question.say(f"column.{name}") for name in ("repository", "next", "channel", "settings")),
                rows=tuple(rows)[::-1],
                language=question.language,
                actions=tuple(
                    question.button("change", f"setup feed={feed.id}") if desk.access.administers(asker, feed) else None
                    for feed in tuple(rows.values())[::-1]
                ),
            )
        )
    parts += _latest(question, feeds)
    if not feeds:
        parts.append(Note(question.say("home.start"), "plain", (question.button("help", "help"),)))
    return Board(tuple(parts), question.language)


def _in_home(question: Question, feed: Feed, now: datetime) -> tuple[str | Channel, ...]:
    """Return a feed's row: what comes when; where, and how it is set up, to who may know."""
    row = _named(question, feed), _next(question, feed, now)
    if not question.desk.access.is_of(question.asker, feed):
        return *row, "", ""
    return *row, Channel(feed.channel), " · ".join(_parts(question, feed))


def _latest(question: Question, feeds: list[Feed]) -> list[Sheet]:
    """Return the last digests that came of each repository, each with a button to see it."""
    desk, found = question.desk, []
    numbers = desk.core.commits.numbers()
    posted = dict[str, dict[str, Window]]()
    for feed in feeds:
        for delivery in desk.deliveries.of(DIGEST, str(feed.id))[:_LATEST]:
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
                    title=question.say("home.digests", repo=repo),
                    columns=(question.say("column.day"),),
                    rows=tuple((say_days(window, question.language),) for window in days),
                    language=question.language,
                    actions=tuple(Button(question.say("button.show"), command) for command in commands),
                )
            )
    return found
