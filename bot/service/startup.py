"""What the configuration brings when the bot starts, and every reason why it would not; `serve` and `doctor` share it."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from analysis.commits.window import check_zone
from analysis.errors import BadInput
from analysis.triage.triage import Importance
from bot.commands.meanings import area
from bot.config import machine_zone
from bot.delivery.feeds import kind_of
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.port.traits import PLATFORMS
from bot.service.connections import mistakes, named
from bot.settings import ARCHIVE, FeedSettings
from storage.feeds import Feed, Feeds


@dataclass(frozen=True, slots=True)
class Startup:
    """What a start of the bot finds.

    Attributes:
        platforms: the names of the configured ones; those in `partly` lack a setting.
        feeds: all valid ones, as they would be once started.
        mistakes: one sentence for each reason why the bot does not start.
    """

    platforms: tuple[str, ...]
    partly: frozenset[str]
    feeds: list[Feed]
    mistakes: list[str]


def look_at_startup(core: Core) -> Startup:
    """Read everything that a start reads, without starting; one mistake does not hide the others."""
    feeds, wrong = feeds_at_start(core)
    partly = mistakes(core.settings)
    found = [*partly.values(), *wrong]
    if core.settings.serve.archive:
        from bot.web.server import archive_app

        try:
            archive_app(core, core.settings.serve.host, ARCHIVE)
        except BadInput as mistake:
            found.append(str(mistake))
    return Startup(named(core.settings), frozenset(partly), feeds, list(dict.fromkeys(found)))


def check_startup(core: Core) -> tuple[str, ...]:
    """Return the names of the configured platforms; raises BadInput with every reason why the bot does not start."""
    found = look_at_startup(core)
    if found.mistakes:
        raise BadInput(" ".join(found.mistakes))
    return found.platforms


def feeds_at_start(core: Core) -> tuple[list[Feed], list[str]]:
    """Return all valid feeds as they are once a start has read the configuration, and what is wrong with the others.

    A configured feed continues the stored one that brings the same, else the one its table may have described before.
    """
    feeds, wrong, first = list[Feed](), list[str](), dict[tuple[object, ...], int]()
    for number, settings in enumerate(core.settings.feeds, 1):
        try:
            feed = configured_feed(core, settings)
        except BadInput as mistake:
            wrong.append(f"[[feeds]] {number}: {mistake}" if len(core.settings.feeds) > 1 else str(mistake))
            continue
        if (same := first.setdefault(feed.brings, number)) != number:
            wrong.append(
                f"[[feeds]] {same} and {number} would post the same days of {feed.repository} to {feed.channel} "
                "twice: keep one of them."
            )
        feeds.append(feed)
    stored = Feeds(core.stores.store).all()
    left = [feed for feed in stored if feed.origin == "config"]
    for alike in (lambda feed: feed.brings, _identity):
        for number, feed in enumerate(feeds):
            known = next((one for one in left if not feed.id and alike(one) == alike(feed)), None)
            if known:
                left.remove(known)
                feeds[number] = replace(feed, id=known.id, since=known.since, paused=known.paused)
    others = [feed for feed in stored if feed.origin != "config" and feed.brings not in first]
    return [*feeds, *others], wrong


def configured_feed(core: Core, settings: FeedSettings) -> Feed:
    """Return the feed that a table of the configuration describes; raises BadInput with everything that is wrong in it."""
    wrong = [*_wrong_recipients(core, settings)]

    def tried(make: Callable[[], str]) -> str:
        try:
            return make()
        except BadInput as mistake:
            wrong.append(str(mistake))
            return ""

    repository = tried(lambda: _repository(core, settings))
    zone = tried(lambda: check_zone(settings.zone)) if settings.zone else machine_zone()
    areas = tuple(tried(functools.partial(area, core, name)) for name in settings.areas)
    if wrong:
        raise BadInput(" ".join(wrong))
    return Feed(
        platform=settings.platform,
        workspace=settings.workspace,
        channel=settings.channel,
        repository=repository,
        place=settings.repository,
        at=settings.at,
        zone=zone,
        since=core.now(),
        language=settings.language,
        least=Importance(settings.least),
        areas=areas,
        left_out=tuple(author.lower().lstrip("@") for author in settings.left_out),
        paths=settings.paths,
        labels=settings.labels,
        branches=settings.branches,
        uses=settings.uses,
        releases=settings.releases,
        days=settings.days,
        quiet=settings.quiet,
        made_by=settings.made_by,
        origin="config",
    )


def _wrong_recipients(core: Core, settings: FeedSettings) -> Iterator[str]:
    """Say why a feed's channel, and whoever is to be told of its failures, cannot exist."""
    form, person = PLATFORMS[settings.platform].channel, PLATFORMS[settings.platform].person
    if form and not form.fullmatch(settings.channel):
        yield (
            f"{settings.channel!r} is not a channel ID: in Slack it is at the end of the channel's details (C024BE91L); in "
            "Discord, copy it from the channel's menu in developer mode (a number)."
        )
    if settings.platform == "outlet" and settings.channel not in core.settings.outlets:
        yield f"There is no outlet {settings.channel!r}: add its address as [outlets] {settings.channel}."
    if person and settings.made_by and not person.fullmatch(settings.made_by):
        yield (
            f"made_by {settings.made_by!r} is not a person's ID: write a Slack member ID (U024BE7LH) or a Discord ID (a "
            "number), or leave it out."
        )
    if settings.platform == "outlet" and settings.made_by:
        yield f"made_by {settings.made_by!r} cannot be notified: an outlet has no people, so leave it out."


def _repository(core: Core, settings: FeedSettings) -> str:
    """Return the name of a feed's repository: a named clone may be mounted later, and GitHub is not asked yet."""
    place = parse_place(settings.repository)
    return place.name if place.path and place.name else core.sources.open(place).repo


def _identity(feed: Feed) -> tuple[object, ...]:
    """What identifies a configured feed after its table was changed."""
    return (feed.platform, feed.channel, feed.repository.lower(), feed.areas, feed.scope, feed.branches, kind_of(feed))
