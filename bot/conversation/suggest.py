"""Fast suggestions while somebody types. Implements `bot.port.platform.Suggest`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from analysis.commits.window import of_clocks
from analysis.i18n.language import Language
from analysis.i18n.typography import LIST_SIGNS
from analysis.questions.words import words_of
from analysis.sources.git_history import GitHistory
from bot.commands.registry import verbs
from bot.config import machine_zone
from bot.conversation.context import CommandContext, Services, read_context
from bot.conversation.handlers.days import place_of
from bot.conversation.handlers.subscriptions import own_subscriptions, what_of
from bot.conversation.paths import families, folders
from bot.conversation.versions import BranchLists, TagRefresh, one_repository, ranges
from bot.port.command import Command
from bot.port.platform import Asker, Kind, Option, Request
from formatters.i18n.wording import say_day
from formatters.text.item import bare_title
from formatters.text.plain import clean, shorten
from storage.search import Question as Searched
from storage.search import search

_MOST = 25
_LABEL = 80
_DAYS = 14
_FRESH = timedelta(days=3)
_TOUCHED = 500
"""Commits whose files determine which paths are offered."""
_SEVERAL = {"area", "author", "label", "path", "branch"}
"""Options that accept several values, separated by commas."""
_OF_FEEDS = {"pause", "resume", "remove", "rerun"}


class Suggestions:
    """Offers values for options: repositories, areas, people, days, commits, versions, subscriptions and the like."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tags = TagRefresh(services)
        self._branches = BranchLists(services)

    async def __call__(
        self, asker: Asker, verb: str, option: Option, typed: str, others: Mapping[str, str]
    ) -> Sequence[tuple[str, str]]:
        """Return (value, label), best first; see `bot.port.platform.Suggest`."""
        flags = frozenset(name for name, value in others.items() if value == "True")
        command = Command(verb, named={name: (value,) for name, value in others.items()}, flags=flags)
        context = await read_context(self._services, Request(asker, verb), command)
        if option.kind == "versions":
            await self._tags.listed(one_repository(context))
        if option.kind == "branch":
            head, last = _listed(option, typed)
            names = await self._branches.of(one_repository(context))
            return [(head + one, head + one) for one in families(names, last)]
        find = _FINDERS.get(option.kind)
        if find is None:
            return _choices(option, context.language, typed.strip().lower())[:_MOST]
        head, last = _listed(option, typed)
        found = (await self._services.work.quick(lambda: find(context, last.strip())))[:_MOST]
        return [(head + value, head + label) for value, label in found]


def _listed(option: Option, typed: str) -> tuple[str, str]:
    """Split typed text at the last comma, if an option accepts several values, to find what is being typed."""
    cut = max(map(typed.rfind, LIST_SIGNS)) + 1 if option.named and option.kind in _SEVERAL else 0
    return typed[:cut], typed[cut:]


def _choices(option: Option, language: Language, wanted: str) -> list[tuple[str, str]]:
    return [
        (word, says[language])
        for word, says in option.choices.items()
        if word.startswith(wanted) or wanted in says[language].lower()
    ]


def _repositories(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return the visible repositories; also those that may be set up, or for changes only this channel's."""
    names: Iterable[str] = context.visible
    if context.command.verb == "setup":
        names = [*context.visible, *context.services.access.named_for_setup()]
    elif context.command.verb in _OF_FEEDS:
        names = [feed.repository for feed in context.feeds]
    return [(name, name) for name in dict.fromkeys(names) if typed.lower() in name.lower()]


def _zones(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return zones with their current time; the nearby ones if nothing is typed."""
    wanted, now = typed.lower().replace(" ", "_"), context.services.core.now()
    near = [context.zone(), *(feed.zone for feed in context.services.feeds.all()), machine_zone(), "UTC"]
    names = near if not wanted else sorted(available_timezones())
    found = of_clocks(typed) or [name for name in dict.fromkeys(names) if wanted in name.lower()]
    found.sort(key=lambda name: not name.lower().rpartition("/")[2].startswith(wanted))
    return [(name, f"{name} · {now.astimezone(ZoneInfo(name)):%H:%M}") for name in found[:_MOST]]


def _authors(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return the authors of known commits, busiest first."""
    found = context.services.core.stores.commits.authors(context.visible, typed.lstrip("@"), _MOST)
    return [(login or name, f"{name} (@{login})" if login and login != name else name) for name, login in found]


def _labels(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return the labels of known pull requests, most frequent first."""
    found = context.services.core.stores.pull_requests.labels(context.visible, typed, _MOST)
    return [(name, name) for name in found]


def _paths(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return recently touched folders and files, level by level."""
    repo = one_repository(context)
    repos = (repo,) if repo else context.visible
    return [(one, one) for one in folders(context.services.core.stores.commits.paths(repos, _TOUCHED), typed)]


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
    """Return "4c46ecd · title" for a SHA prefix or for words; without either, the newest."""
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


def _hours(_context: CommandContext, typed: str) -> list[tuple[str, str]]:
    hours = [f"{hour:02}:00" for hour in range(24)]
    found = [hour for hour in hours if hour.startswith(typed) or hour.lstrip("0").startswith(typed)]
    return [(hour, hour) for hour in found or [typed]]


def _commands(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    names = [one for one in verbs() if one.name.startswith(typed.lower())]
    return [(one.name, f"{one.name} · {one.says[context.language]}") for one in names]


def _subscriptions(context: CommandContext, typed: str, *, is_mute: bool = False) -> list[tuple[str, str]]:
    """Return what may be ended, or only mutes: each by number with its topic, then all at once."""
    recipient = context.recipient
    if recipient.kind == "channel" and not context.is_admin:
        return []
    own = [one for one in own_subscriptions(context, recipient) if one.is_mute or not is_mute]
    found = [(str(one.id), f"{one.id} · {what_of(one, context)}") for one in own]
    everything = [("all", context.say("subs.all"))] if len(found) > 1 else []
    wanted = typed.lower()
    return [pair for pair in (*found, *everything) if wanted in pair[1].lower() or pair[0].startswith(wanted)]


def _versions(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    repo = one_repository(context)
    return ranges(context.services.core.stores.tags.of(repo), typed) if repo else []


def _branches(context: CommandContext, typed: str) -> list[tuple[str, str]]:
    """Return `main..ours` for the branches of a repository's clone."""
    repo = one_repository(context)
    source = context.services.core.sources.open(place_of(context, repo)) if repo else None
    if not isinstance(source, GitHistory):
        return []
    upstream, between, wanted = typed.rpartition("..")
    names, trunk = source.branches(), upstream or source.branch
    shown = wanted if between else typed
    found = [name for name in names if name != trunk and shown.lower() in name.lower()]
    return [(f"{trunk}..{name}", f"{trunk}..{name}") for name in found]


_FINDERS: dict[Kind, Callable[[CommandContext, str], list[tuple[str, str]]]] = {
    "repository": _repositories,
    "zone": _zones,
    "area": _areas,
    "author": _authors,
    "label": _labels,
    "date": _days,
    "hour": _hours,
    "commit": _commits,
    "versions": _versions,
    "branches": _branches,
    "subscription": _subscriptions,
    "path": _paths,
    "mute": lambda context, typed: _subscriptions(context, typed, is_mute=True),
    "command": _commands,
}
