"""What keeps feeds from delivering; `doctor`, the start of `serve` and /readyz report it in the same words."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from analysis.errors import Problem
from bot.commands.access import TERMINAL
from bot.commands.queries import stored_area
from bot.delivery.resuming import is_refused
from bot.digests.core import Core
from bot.digests.uses import load_uses
from bot.i18n.wording import said
from bot.port.platform import Transport
from bot.port.traits import PLATFORMS
from bot.settings import Settings
from storage.feeds import Feed
from storage.incidents import Incidents
from storage.subscriptions import Subscriptions


def troubles(core: Core, feeds: Iterable[Feed], platforms: Collection[str]) -> list[str]:
    """Return one sentence for each feed problem that can be found without asking anyone.

    `platforms` are the configured ones. Paused feeds bring nothing on purpose.
    """
    incidents = Incidents(core.stores.store).open()
    found = []
    for feed in wanted(feeds):
        incident = incidents.get(feed.id) if feed.id else None
        broken = [*_unfit(core, feed, platforms), *([incident.text] if incident else [])]
        found += [f"{_named(feed)}: {why}" for why in broken]
    subscribed = Counter(one.recipient.platform for one in Subscriptions(core.stores.store).all() if not one.paused)
    for platform, count in sorted(subscribed.items()):
        if platform not in {TERMINAL, *platforms}:
            found.append(f"{count} subscription{'' if count == 1 else 's'} on {platform}: {_not_configured(platform)}")
    return found


def doubled(feeds: Iterable[Feed]) -> list[str]:
    """Say which old feeds report each day twice; new ones cannot."""
    alike = dict[tuple[object, ...], list[Feed]]()
    for feed in wanted(feeds):
        alike.setdefault(feed.brings, []).append(feed)
    return [
        f"{_named(feed)}: the feeds {first.id} and {feed.id} tell the same days; end one with `daybrief feed remove`."
        for first, *others in alike.values()
        for feed in others
    ]


def not_posted(feeds: Iterable[Feed]) -> list[str]:
    """Say which feeds `serve` cannot post: those that only `daybrief chat` shows."""
    return [
        f"{_named(feed)}: `daybrief serve` posts nothing there, because a terminal is read with `daybrief chat`; for posts, "
        "set a feed up on another platform."
        for feed in wanted(feeds)
        if feed.platform == TERMINAL
    ]


def wanted(feeds: Iterable[Feed]) -> list[Feed]:
    """Return the feeds that should post: the active ones, and those paused only because their channel refuses posts."""
    return [feed for feed in feeds if not feed.paused or is_refused(feed)]


def _named(feed: Feed) -> str:
    return f"{feed.repository} → {feed.platform} {feed.channel}"


def _unfit(core: Core, feed: Feed, platforms: Collection[str]) -> Iterator[str]:
    if feed.platform not in {TERMINAL, *platforms}:
        yield _not_configured(feed.platform)
    if feed.paused:
        yield f"{said(feed.paused, 'en')}; it is tried again now and then."
    for key in feed.areas:
        try:
            stored_area(core, key)
        except Problem:
            yield f"there is no area {key} any more: name it in [areas], or set the feed up anew."
    if feed.uses:
        try:
            load_uses(Path(feed.uses), feed.repository)
        except Problem as problem:
            yield str(problem)
    if feed.labels and not core.settings.github.knows_labels:
        yield "it goes by labels, which are those of pull requests: set [github] token, and leave pull_requests on."


def _not_configured(platform: str) -> str:
    needed = PLATFORMS[platform].setting
    return f"{platform} is not configured, so nothing is posted there: set {needed}, or remove what is to be posted."


async def examined(transport: Transport, settings: Settings, feeds: Iterable[Feed]) -> list[str]:
    """Check a platform's token, its feeds' channels, and the people named for it; return one sentence per problem."""
    here = [feed for feed in wanted(feeds) if feed.platform == transport.name]
    people = {getattr(person, transport.name, "") for person in settings.people.values()}
    people |= {feed.made_by for feed in here if feed.origin == "config"}
    people |= {
        user
        for platform, _, user in (one.partition(":") for one in settings.access.admins)
        if platform == transport.name
    }
    return await transport.examine(sorted({feed.channel for feed in here}), sorted(people - {""}))
