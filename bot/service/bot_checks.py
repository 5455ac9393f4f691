"""The doctor's checks of the bot and the archive's server, by the same functions that `serve` and `web` use."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from analysis.errors import Problem
from bot.config import Configuration
from bot.service.check import Check
from bot.settings import DiscordSettings, SlackSettings, WebSettings

if TYPE_CHECKING:
    from analysis.sources import CommitSource
    from bot.digests.core import Core
    from storage.feeds import Feed


def read(what: str, source: Callable[[], "CommitSource"], now: datetime) -> Check:
    """Read the last day of a repository."""
    try:
        listing = source().landed(now - timedelta(days=1), now)
    except Problem as problem:
        return Check(what, "broken", str(problem))
    count = len(listing.heads)
    found = f"can be read, {count} commit{'' if count == 1 else 's'} in the last 24 hours"
    return Check(what, "warning" if listing.notes else "ok", "; ".join([found, *listing.notes]))


def is_served(configuration: Configuration) -> bool:
    """Whether any part of the bot is configured."""
    settings = configuration.settings
    return (settings.slack, settings.discord, settings.feeds, settings.outlets) != (
        SlackSettings(),
        DiscordSettings(),
        (),
        {},
    )


def web(configuration: Configuration) -> Iterator[Check]:
    """Check what `daybrief web` would start with, if part of it is configured and the bot does not serve it itself."""
    from bot.digests.core import open_core

    settings = configuration.settings.web
    if settings == WebSettings() or configuration.settings.serve.archive:
        return
    from bot.web.server import archive_app

    try:
        core = open_core(configuration)
    except Problem:
        return  # reported for the store
    try:
        archive_app(core, settings.host)
        yield _address("web", settings.host, settings.port)
    except Problem as problem:
        yield Check("web", "broken", str(problem))
    finally:
        core.stores.store.close()


def _address(table: str, host: str, port: int) -> Check:
    """Try to listen at one of our servers' addresses; a server already listening there is fine."""
    from bot.web.address import answers, check_address

    where = f"{host}:{port}"
    try:
        asyncio.run(check_address(table, host, port))
    except Problem as problem:
        if answers(host, port):
            return Check(table, "ok", f"`daybrief {table}` listens at {where}")
        return Check(table, "broken", str(problem))
    return Check(table, "ok", f"`daybrief {table}` can listen at {where}")


def bot(configuration: Configuration, now: datetime, *, reads_github: bool) -> Iterator[Check]:
    """Read the bot's configuration with the functions of `serve`, and check its address, feeds and platforms.

    What is right is checked although something else keeps `serve` from starting.
    """
    from bot.digests.core import open_core
    from bot.service.connections import new_transport
    from bot.service.feed_checks import examined, wanted
    from bot.service.startup import look_at_startup

    if not is_served(configuration):
        needed = "`daybrief serve` needs [slack] bot_token and app_token, [discord] token, or [outlets]"
        yield Check("bot", "ok", f"none configured: {needed}")
        return
    try:
        core = open_core(configuration)
    except Problem:
        return  # reported for the store
    try:
        found = look_at_startup(core)
        platforms, feeds = found.platforms, found.feeds
        if found.mistakes:
            remedy = "Until this is fixed, `daybrief serve` does not start."
            yield Check("bot", "broken", " ".join(found.mistakes), remedy)
        else:
            yield Check("bot", "ok", f"{', '.join(platforms)}; {len(feeds)} feed{'' if len(feeds) == 1 else 's'}")
        yield _address("serve", core.settings.serve.host, core.settings.serve.port)
        yield from _feeds(core, feeds, platforms, now, reads_github=reads_github)
        for name in platforms:
            if name in found.partly:
                continue
            count = len({feed.channel for feed in wanted(feeds) if feed.platform == name})
            try:
                wrong = asyncio.run(examined(new_transport(core, name, _no_suggestions), core.settings, feeds))
            except Problem as problem:
                wrong = [str(problem)]
            looked_at = f"{count} channel{'' if count == 1 else 's'} checked"
            told = " ".join(wrong) or (
                f"nothing sent, {looked_at}" if name == "outlet" else f"token accepted, {looked_at}"
            )
            yield Check(name, "broken" if wrong else "ok", told)
    finally:
        core.stores.store.close()


def _feeds(
    core: "Core", feeds: Sequence["Feed"], platforms: Collection[str], now: datetime, *, reads_github: bool
) -> Iterator[Check]:
    """Say why feeds bring nothing, and for each repository whether it can be read; GitHub's only if it answers."""
    from bot.digests.repositories import parse_place
    from bot.service.feed_checks import doubled, not_posted, troubles, wanted

    found = [Check("feeds", "broken", trouble) for trouble in troubles(core, feeds, platforms)]
    found += [Check("feeds", "warning", told) for told in [*doubled(feeds), *not_posted(feeds)]]
    places = {(feed.place, feed.branches): parse_place(feed.place) for feed in wanted(feeds)}
    asked = {key: where for key, where in places.items() if where.path or reads_github}
    named = [check.found for check in found]
    for (place, branches), where in asked.items():
        check = read(place, partial(core.sources.branches, where, branches), now)
        if check.state != "ok" and not any(check.found in text for text in named):
            found.append(check)
    count = f"{len(asked)} repositor{'y' if len(asked) == 1 else 'ies'}"
    yield from found or [Check("feeds", "ok", f"{count} can be read")]


async def _no_suggestions(*_: object, **_more: object) -> tuple[()]:
    return ()
