"""What could be meant while somebody types; from the store alone, quickly. Implements `bot.port.platform.Suggest`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from analysis.commits.window import of_clocks
from analysis.questions.words import words_of
from bot.commands.registry import verbs
from bot.config import machine_zone
from bot.conversation.context import CommandContext, Services, read_context
from bot.port.command import Command
from bot.port.platform import Asker, Option, Request
from formatters.i18n.wording import say_day
from formatters.text.item import bare_title
from formatters.text.plain import clean, shorten
from storage.search import Question as Searched
from storage.search import search

_MOST = 25
_LABEL = 80
_DAYS = 14
_FRESH = timedelta(days=3)


class Suggestions:
    """Offers repositories, zones, areas, authors, days and commits."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(
        self, asker: Asker, verb: str, option: Option, typed: str, others: Mapping[str, str]
    ) -> Sequence[tuple[str, str]]:
        """Return (value, label), the best first; see `bot.port.platform.Suggest`."""
        context = await read_context(
            self._services,
            Request(asker, verb),
            Command(verb, named={name: (value,) for name, value in others.items()}),
        )
        find = {
            "repository": _repositories,
            "zone": _zones,
            "area": _areas,
            "author": _authors,
            "date": _days,
            "commit": _commits,
        }.get(option.kind)
        if option.name == "command":
            return [(one.name, one.says[context.language]) for one in verbs() if one.name.startswith(typed.lower())][
                :_MOST
            ]
        if find is None:
            return [(choice, choice) for choice in option.choices if choice.startswith(typed.lower())][:_MOST]
        return (await self._services.work.quick(lambda: find(context, typed.strip())))[:_MOST]


def _repositories(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    names = dict.fromkeys([*context.visible, *context.services.access.named_for_setup()])
    return [(name, name) for name in names if typed.lower() in name.lower()]


def _zones(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return zones with the time that it is there; without anything typed those that are near."""
    wanted, now = typed.lower().replace(" ", "_"), context.services.core.now()
    near = [context.zone(), *(feed.zone for feed in context.services.feeds.all()), machine_zone(), "UTC"]
    names = near if not wanted else sorted(available_timezones())
    found = of_clocks(typed) or [name for name in dict.fromkeys(names) if wanted in name.lower()]
    found.sort(key=lambda name: not name.lower().rpartition("/")[2].startswith(wanted))
    return [(name, f"{name} · {now.astimezone(ZoneInfo(name)):%H:%M}") for name in found[:_MOST]]


def _authors(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return the people whose commits are known, the busiest first."""
    found = context.services.core.stores.commits.authors(context.visible, typed.lstrip("@"), _MOST)
    return [(login or name, f"{name} (@{login})" if login and login != name else name) for name, login in found]


def _areas(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    wanted, areas = typed.lower(), context.services.core.sources.areas()
    exact = areas.find(typed) if typed else None
    found = [
        (area.key, area.name(context.language))
        for area in areas
        if not wanted
        or area.key == exact
        or any(wanted in word.lower() for word in (area.key, *area.names.values(), *area.words, *area.tags))
    ]
    return sorted(found, key=lambda pair: (pair[0] != exact, not pair[1].lower().startswith(wanted), pair[1]))


def _days(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    today = context.today(context.zone())
    days = (today - timedelta(days=number) for number in range(_DAYS))
    shown = [(day.isoformat(), say_day(day, context.language)) for day in days]
    wanted = typed.lower()
    found = [pair for pair in shown if wanted in pair[0] or wanted in pair[1].lower()]
    return found or ([(typed, typed)] if typed else [])


def _commits(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return "4c46ecd · title" for a prefix of a SHA or for words; without either the newest."""
    core, named = context.services.core, context.value("repository")
    repos = tuple(name for name in context.visible if not named or named.lower() in name.lower())
    if not repos:
        return []
    hits: list[tuple[str, str]] = []
    text = typed.lower().lstrip("#")
    is_hex = len(text) > 3 and not text.strip("0123456789abcdef")  # noqa: PLR2004 - fewer digits fit too much
    if is_hex:
        hits = [hit for repo in repos for hit in core.stores.commits.find(text, repo)]
    if text.isdigit():
        hits += [hit for repo in repos for hit in core.stores.commits.by_pull_request(int(text), repo)]
    entries = [entry for repo, sha in hits for entry in core.stores.commits.entries(repo, [sha]).values()]
    if not entries and words_of(typed):
        entries = list(search(core.stores.store, Searched(typed, repos), limit=_MOST).entries)
    elif not typed:
        since = core.now() - _FRESH
        entries = list(search(core.stores.store, Searched(repos=repos, since=since), limit=_MOST).entries)
    return [
        (entry.commit.sha[:12], shorten(f"{entry.commit.short} · {clean(bare_title(entry))}", _LABEL))
        for entry in entries
    ]
