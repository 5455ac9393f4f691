"""Suggests versions and branches while somebody types, as a repository last listed them; tags in pairs."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from analysis.commits.tags import Tag, before, versions
from analysis.errors import Problem
from bot.conversation.context import CommandContext, Services
from bot.digests.releases import follow_tags
from bot.digests.repositories import parse_place

_LOG = logging.getLogger(__name__)

_PATIENCE = 1.0  # seconds: Discord waits for three
_EVERY = timedelta(minutes=10)
_MOST = 25


def one_repository(context: CommandContext) -> str:
    """Return the named repository, else the only possible one; empty if there are several."""
    named = context.value("repository").lower()
    here = [feed.repository for feed in context.feeds] or context.visible
    found = [name for name in context.visible if named in name.lower()] if named else list(dict.fromkeys(here))
    return found[0] if len(found) == 1 else ""


def ranges(tags: Iterable[Tag], typed: str) -> list[tuple[str, str]]:
    """Return `older..newer` for what is typed.

    After two dots, offers the versions newer than the one before the dots; otherwise the newest version with its
    predecessor, and with all others.
    """
    known = versions(tags)
    old, between, wanted = (part.strip() for part in typed.partition(".."))
    if between:
        start = next((tag for tag in known if tag.name == old), None)
        newer = [tag for tag in known if start is None or tag.at > start.at]
        return _pairs((old, tag.name) for tag in newer if wanted.lower() in tag.name.lower())
    final = [tag for tag in known if tag.is_final]
    newest = next(iter(final or known), None)
    if newest is None:
        return []
    step = before(newest, known)
    pairs = [(step.name, newest.name)] if step else []
    pairs += [(tag.name, newest.name) for tag in (*final, *known) if tag.at < newest.at]
    return _pairs(pair for pair in pairs if any(old.lower() in name.lower() for name in pair))


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found = dict.fromkeys(f"{old}..{new}" for old, new in pairs)
    return [(text, text) for text in list(found)[:_MOST]]


class TagRefresh:
    """Lists the tags of repositories people ask about: each at most every few minutes, and never for long."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._listed: dict[str, datetime] = {}

    async def listed(self, repo: str) -> None:
        """List a repository's tags if that was not done recently; wait for it only if none are known."""
        services, now = self._services, self._services.core.now()
        if not repo or now - self._listed.get(repo, now - _EVERY) < _EVERY:
            return
        self._listed[repo] = now
        listing = asyncio.ensure_future(services.work.shared(("tags", repo.lower()), lambda: self._list(repo)))
        if not await services.work.quick(lambda: services.core.stores.tags.of(repo)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(listing), _PATIENCE)

    def _list(self, repo: str) -> None:
        core, place = self._services.core, self._services.feeds.place_of(repo)
        try:
            follow_tags(core.stores, core.sources.open(parse_place(place)))
        except Problem as problem:
            _LOG.warning("the tags of %s could not be listed: %s", repo, problem)


class BranchLists:
    """Lists the branches of repositories people ask about: each at most every few minutes, and never for long."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[str, tuple[datetime, asyncio.Future[tuple[str, ...]]]] = {}

    async def of(self, repo: str) -> tuple[str, ...]:
        """Return the names of a repository's branches; empty if they cannot be listed, or not soon enough this time."""
        services, now = self._services, self._services.core.now()
        if not repo:
            return ()
        asked, listing = self._known.get(repo, (None, None))
        if asked is None or listing is None or now - asked >= _EVERY:
            listing = asyncio.ensure_future(
                services.work.shared(("branch names", repo.lower()), lambda: self._list(repo))
            )
            self._known[repo] = now, listing
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(listing), _PATIENCE)
        return ()

    def _list(self, repo: str) -> tuple[str, ...]:
        core, place = self._services.core, self._services.feeds.place_of(repo)
        try:
            return tuple(core.sources.open(parse_place(place)).branch_names().tips)
        except Problem as problem:
            _LOG.warning("the branches of %s could not be listed: %s", repo, problem)
            return ()
