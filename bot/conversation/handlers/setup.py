"""Handlers that set up a channel's feed: the form, and what was entered in it."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import time
from typing import TypeVar, get_args

from analysis.errors import BadInput, NotFound
from analysis.i18n.language import LANGUAGES, OWN_NAMES
from bot.commands import meanings
from bot.commands.mistakes import Mistake, about_field
from bot.commands.registry import LEVELS
from bot.conversation.context import CommandContext, bare_name
from bot.conversation.handlers.feeds import check_channel, meant_feeds, which_feed
from bot.delivery.feeds import kind_of, next_post
from bot.delivery.posts import named
from bot.delivery.resuming import is_refused, resume
from bot.digests.repositories import parse_place
from bot.i18n.wording import said, say_moment
from formatters.reply import Button, Field, Form, Reply
from storage.feeds import Days, Feed, Quiet

T = TypeVar("T", bound=str)
V = TypeVar("V")

NEW = "new"
"""The word for an additional feed."""


async def setup(context: CommandContext) -> AsyncIterator[Reply]:
    """Show a form for how a repository's posts should come to this channel; `new` is for an additional feed."""
    check_channel(context)
    words = [word for word in context.command.words if word != NEW]
    if words[1:]:
        raise Mistake("mistake.surplus", text=" ".join(words[1:]))
    wanted = context.value("repository") or "".join(words)
    wanted = bare_name(wanted) if wanted else ""
    if NEW in context.command.words:
        known = {feed.repository for feed in context.feeds}
        yield _form(context, None, wanted or (known.pop() if len(known) == 1 else ""))
        return
    found = meant_feeds(context)
    if wanted:
        name = context.seen(wanted).lower() if _is_seen(context, wanted) else ""
        found = [feed for feed in found if feed.repository.lower() == name]
    if len(found) > 1:
        raise which_feed(context, found, (f"setup {NEW} {wanted}".strip(), context.say("button.new")))
    yield _form(context, next(iter(found), None), wanted)


def _is_seen(context: CommandContext, name: str) -> bool:
    return name.lower() in {one.lower() for one in context.visible}


def _form(context: CommandContext, feed: Feed | None, repository: str) -> Form:
    def options(values: Sequence[str], group: str) -> tuple[tuple[str, str], ...]:
        return tuple((value, context.say(f"{group}.{value}")) for value in values)

    def listed(name: str, known: Sequence[str]) -> str:
        return ", ".join(context.values(name) or known)

    areas = context.services.core.sources.areas()
    chosen = [areas.name(key, context.language) for key in feed.areas] if feed else []
    languages = tuple(OWN_NAMES.items())
    return Form(
        title=context.say("form.setup"),
        submit=context.say("button.save"),
        command=f"save setup feed={feed.id}" if feed else f"save setup {NEW}",
        fields=(
            Field(
                "repository", context.say("field.repository"), feed.repository if feed else repository,
                context.say("field.repository_hint"), offers="repository",
            ),
            Field("at", context.say("field.at"), f"{feed.at:%H:%M}" if feed else "09:00", context.say("field.at_hint"), is_time=True),
            Field(
                "zone", context.say("field.zone"), feed.zone if feed else context.zone(),
                context.say("field.zone_hint"), offers="zone",
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
            Field("areas", context.say("field.areas"), ", ".join(chosen), context.say("field.areas_hint"), many=True, optional=True, offers="area"),
            Field(
                "left_out", context.say("field.left_out"), ", ".join(feed.left_out) if feed else "",
                context.say("field.left_out_hint"), many=True, optional=True, offers="author",
            ),
            Field("quiet", context.say("field.quiet"), feed.quiet if feed else "line", options=options(get_args(Quiet), "quiet")),
            Field(
                "paths", context.say("field.paths"), listed("path", feed.paths if feed else ()),
                context.say("field.paths_hint"), optional=True,
            ),
            Field(
                "labels", context.say("field.labels"), listed("label", feed.labels if feed else ()),
                context.say("field.labels_hint"), many=True, optional=True, offers="label",
            ),
            Field(
                "branches", context.say("field.branches"), listed("branch", feed.branches if feed else ()),
                context.say("field.branches_hint"), optional=True,
            ),
        ),
        language=context.language,
    )  # fmt: skip


async def save_setup(context: CommandContext) -> AsyncIterator[Reply]:
    """Create or change the feed that the form describes, after checking that its repository can be read."""
    check_channel(context)
    services = context.services
    before = next(iter(meant_feeds(context)), None) if context.value("feed") else None
    if not before and NEW not in context.command.words:
        before = _described(context)
    feed = await services.work.quick(lambda: _read(context, before))
    if feed.branches and feed.looks_back:
        with about_field("branches"):
            raise Mistake("mistake.branches_look_back")
    with about_field("repository"):
        if not services.access.may_set_up(feed.repository):
            raise Mistake("mistake.may_not_set_up", repo=feed.repository)
    yield context.working("working.setup", repo=feed.repository)
    now = services.core.now()

    def look() -> str:
        source = services.core.sources.open(parse_place(feed.place))
        return source.landed(now.replace(minute=0, second=0, microsecond=0), now).repo

    with about_field("repository"):
        try:
            name = await services.work.shared(("look", feed.place), look)
        except NotFound:
            raise Mistake("mistake.no_such_repository", repo=feed.repository) from None
    await _check_place(context, feed.channel, by_posting=before is None or bool(before.paused))
    stored = await services.work.quick(lambda: services.feeds.put(replace(feed, repository=name)))
    known = next((one for one in context.feeds if one.id == stored.id), None)
    missed = ""
    if known and is_refused(known) and _brings(known) == _brings(stored):  # its channel was just found to accept posts
        owing = replace(stored, paused=known.paused, since=known.since)
        resumed = await services.work.quick(lambda: resume(owing, services.feeds, services.deliveries, now))
        stored, missed = resumed.feed, resumed.said(context.language)
    number = (await services.work.quick(services.core.stores.commits.numbers)).get(name, 0)
    if known is None:
        await services.welcome(stored)
    done = context.note(
        "done.setup_changed" if known else "done.setup",
        Button(context.say("button.yesterday"), named("yesterday public", name, number)),
        context.button("change", f"setup feed={stored.id}"),
        context.button("status", "status"),
        repo=name, next=say_moment(next_post(stored, now), stored.zone), zone=stored.zone,
    )  # fmt: skip
    configured = context.say("done.setup_configured") if known and known.origin == "config" else ""
    yield replace(done, text="\n".join(filter(None, (done.text, configured, missed))))


def _described(context: CommandContext) -> Feed | None:
    """Return the channel's feed that a line without a number describes: of the same days and part of the repository.

    Raises:
        AmbiguousChoice: several match.
    """
    wanted = bare_name(context.value("repository")).lower()
    days = context.value("days").lower()
    parts = {name: context.value(name) for name in ("paths", "labels", "branches")}
    found = [
        feed
        for feed in context.feeds
        if feed.repository.lower() == wanted
        and (not days or kind_of(feed) == kind_of(replace(feed, days=_one_of(get_args(Days))(days))))
        and all(not text or meanings.listed(text) == getattr(feed, name) for name, text in parts.items())
    ]
    if len(found) > 1:
        raise which_feed(context, found, (f"setup {NEW} {wanted}", context.say("button.new")))
    return next(iter(found), None)


def _brings(feed: Feed) -> tuple[str, str]:
    return feed.repository.lower(), kind_of(feed)


def _read(context: CommandContext, before: Feed | None) -> Feed:
    """Return the feed as described; anything not mentioned is unchanged."""
    core, asker, value = context.services.core, context.asker, context.value
    text = value("repository") or (before.repository if before else "")
    with about_field("repository"):
        place = _place(text)
    same = before and before.repository.lower() == place.lower()
    known = next((f.place for f in context.services.feeds.all() if f.repository.lower() == place.lower()), place)
    feed = before or Feed(
        asker.platform, asker.workspace, asker.channel, place, place, time(9), context.zone(), core.now(),
        language=context.language, made_by=asker.user,
    )  # fmt: skip
    given = context.request.values | context.command.named

    def entry(name: str, read: Callable[[str], V], default: V) -> V:
        with about_field(name):
            return read(value(name)) if value(name) else default

    def area_keys(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(meanings.area(core, name) for name in meanings.listed(text)))

    days = entry("days", _one_of(get_args(Days)), feed.days)
    goes_on = before and not before.paused and kind_of(before) == kind_of(replace(before, days=days))
    return replace(
        feed,
        repository=place,
        place=feed.place if same and before else known,
        at=entry("at", meanings.clock, feed.at),
        zone=entry("zone", meanings.zone, feed.zone),
        language=entry("language", _one_of(LANGUAGES), feed.language),
        days=days,
        quiet=entry("quiet", _one_of(get_args(Quiet)), feed.quiet),
        least=entry("least", meanings.importance, feed.least),
        areas=entry("areas", area_keys, ()) if "areas" in given else feed.areas,
        left_out=tuple(name.lstrip("@").lower() for name in meanings.listed(value("left_out")))
        if "left_out" in given
        else feed.left_out,
        paths=entry("paths", _each(meanings.path), ()) if "paths" in given else feed.paths,
        labels=meanings.listed(value("labels")) if "labels" in given else feed.labels,
        branches=entry("branches", _each(meanings.branch), ()) if "branches" in given else feed.branches,
        since=feed.since if goes_on else core.now(),
        paused="",
    )


def _place(text: str) -> str:
    """Return the GitHub repository that a text names; raise Mistake if it is not one."""
    if not text:
        raise Mistake("mistake.repository_missing")
    try:
        place = parse_place(bare_name(text))
    except BadInput:
        raise Mistake("mistake.repository", text=text) from None
    if place.path or not place.name:
        raise Mistake("mistake.repository", text=text)
    return place.name


def _each(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(dict.fromkeys(read(one) for one in meanings.listed(text)))


def _one_of(known: Sequence[T]) -> Callable[[str], T]:
    def read(text: str) -> T:
        found = next((one for one in known if one == text.lower()), None)
        if found is None:
            raise Mistake("mistake.choice", text=text, known=tuple(known))
        return found

    return read


async def _check_place(context: CommandContext, channel: str, *, by_posting: bool) -> None:
    """Raise Mistake if Daybrief could not post: better to know now than tomorrow morning."""
    lacking = await context.asker.lacks(channel, by_posting)
    if not lacking:
        return
    if "member" in lacking:
        raise Mistake("mistake.not_member")
    if "archived" in lacking:
        raise Mistake("mistake.archived")
    if refused := next((why for why in lacking if why.startswith("refused.")), ""):
        raise Mistake("mistake.not_posted", why=said(refused, context.language))
    raise Mistake("mistake.lacks", names=tuple(context.say(f"lacks.{name}") for name in lacking))
