"""The table of commands, one line each, from which help, Slack's manifest and Discord's commands are generated.

A command is typed as its name, then positional arguments, then named ones (`since=7d`), and flags (`public`).
"""

import re
from collections.abc import Container, Mapping
from functools import lru_cache

from analysis.commits.title import KNOWN_TYPES
from analysis.i18n.language import LANGUAGES, OWN_NAMES, Language
from analysis.rules.wording import say
from bot.i18n.wording import in_all
from bot.i18n.words import WORDS
from bot.port.platform import Group, Kind, Option, Verb

LEVELS = ("high", "medium", "low")
HOW = ("daily", "weekly", "immediately")
TYPES = tuple(kind.value for kind in KNOWN_TYPES)

_DISCORD, _DIGEST = "discord", "digest"
_CODE = re.compile(r"`([^`\n]+)`")
_PAIR = re.compile(r"([a-z_]+)=(\S+)")


def option_name(word: str, known: Container[str]) -> str:
    """Return the option meant by the name people use for it; `known` are the command's own."""
    return word if word in known else WORDS.names("options").get(word, word)


@lru_cache(maxsize=1)
def verbs() -> tuple[Verb, ...]:
    """Return the commands in help order."""
    repo, public = _named("repository", "repository"), _named("public", "flag")
    language = _chosen("lang", {language: dict.fromkeys(LANGUAGES, name) for language, name in OWN_NAMES.items()})
    types = _chosen(
        "type", {kind: {language: say(f"type.{kind}", language) for language in LANGUAGES} for kind in TYPES}
    )
    levels = _chosen("min", {level: in_all(f"least.{level}") for level in LEVELS})
    topic = (
        _named("area", "area"), _named("path", "path"), _named("author", "author"), _named("word", "words"),
        types, _named("label", "label"), levels,
    )  # fmt: skip
    return (
        _verb("today", repo, language, public),
        _verb("yesterday", repo, language, public),
        _verb("date", _first("date", "date"), repo, language, public),
        _verb("week", repo, language, public),
        _verb("month", repo, language, public),
        _verb("show", _first("commit", "commit"), repo, language, public),
        _verb("area", _first("area", "area"), _named("since", "date"), repo, language, public),
        _verb(
            "search", _first("words", "words"), _named("since", "date"), _named("until", "date"), _named("area", "area"),
            types, _named("author", "author"), levels, repo, language,
            public,
        ),
        _verb("ask", _first("question", "words"), repo, language, public),
        _verb("areas", repo, language, public),
        _verb("upgrade", _first("versions", "versions"), repo, language, public, group="versions"),
        _verb("fix", _first("fix", "commit"), repo, language, public, group="versions"),
        _verb("suspects", _first("versions", "versions"), _maybe("report", "words"), _named("area", "area"), repo, language, public, group="versions"),
        _verb("patches", _first("branches", "branches"), repo, language, public, group="versions"),
        _verb("uses", _named("file", "file"), repo, _named("forget", "flag")),
        _verb("subscribe", *topic, _chosen("how", {how: in_all(f"how.{WORDS.names('how')[how]}") for how in HOW}), _named("at", "hour"), _named("zone", "zone"), repo, _named("uses", "flag"), _named("fix", "commit"), _named("here", "flag"), has_form=True),
        _verb("mute", *topic, repo, _named("here", "flag"), has_form=True),
        _verb("unmute", _first("number", "mute"), _named("here", "flag")),
        _verb("subs", _named("here", "flag")),
        _verb("unsubscribe", _first("number", "subscription"), _named("here", "flag")),
        _verb("setup", _maybe("repository", "repository"), _named("path", "path"), _named("label", "label"), _named("branch", "branch"), is_admin=True, has_form=True, group="channel"),
        _verb("pause", repo, is_admin=True, group="channel"),
        _verb("resume", repo, is_admin=True, group="channel"),
        _verb("remove", repo, is_admin=True, group="channel"),
        _verb("status", public),
        _verb("rerun", _first("date", "date"), repo, is_admin=True, group="channel"),
        _verb("help", _maybe("command", "command")),
    )  # fmt: skip


def verb(name: str) -> Verb | None:
    """Return the command with that name or alias, or None."""
    wanted = WORDS.names("aliases").get(name.lower(), name.lower())
    return next((found for found in verbs() if found.name == wanted), None)


def usage(found: Verb, platform: str = "") -> str:
    """Return how a command is typed there: `area <area> [since=…] [public]`, `/digest area area:<area> [since:…]`."""
    shown = _shown_on_discord if platform == _DISCORD else _shown
    name = f"/{discord_command(found)} {found.name}" if platform == _DISCORD else found.name
    return " ".join([name, *filter(None, map(shown, found.options))])


def as_typed(text: str, platform: str) -> str:
    """Return one of our sentences with its commands as typed on a platform; Discord has options of its own."""
    return _CODE.sub(lambda code: f"`{_on_discord(code[1])}`", text) if platform == _DISCORD else text


def _on_discord(code: str) -> str:
    """Return `subscribe area=AMD`, `since=7d` or `public` in Discord's syntax; anything else is unchanged."""
    head, *rest = code.split()
    found = verb(head) if head == head.lower() else None
    if found is None:
        whole = _PAIR.sub(r"\1:\2", code)
        return "public:True" if code == "public" else whole
    places = [option.name for option in found.options if not option.named]
    words = []
    for piece in rest:
        if any(option.name == piece and option.kind == "flag" for option in found.options):
            words.append(f"{piece}:True")
        elif _PAIR.fullmatch(piece) or not places:
            words.append(_PAIR.sub(r"\1:\2", piece))
        else:
            words.append(f"{places.pop(0)}:{piece}")
    return " ".join([f"/{discord_command(found)} {found.name}", *words])


def discord_command(found: Verb) -> str:
    """Return the Discord command that has this one as a subcommand: `digest`, `digest-channel`."""
    return f"{_DIGEST}-{found.group.name}" if found.group else _DIGEST


def _shown_on_discord(option: Option) -> str:
    value = f"<{option.name}>" if option.required else "True" if option.kind == "flag" else "…"
    return f"{option.name}:{value}" if option.required else f"[{option.name}:{value}]"


def _shown(option: Option) -> str:
    if option.kind == "flag":
        return f"[{option.name}]"
    if option.kind == "file":
        return ""
    if option.named:
        value = "|".join(option.choices) if 0 < len(option.choices) <= len(LEVELS) else "…"
        return f"[{option.name}={value}]"
    return f"<{option.name}>" if option.required else f"[{option.name}]"


def _verb(name: str, *options: Option, is_admin: bool = False, has_form: bool = False, group: str = "") -> Verb:
    under = Group(group, in_all(f"group.{group}")) if group else None
    return Verb(name, in_all(f"verb.{name}"), options, is_admin=is_admin, has_form=has_form, group=under)


def _first(name: str, kind: Kind) -> Option:
    return Option(name, kind, in_all(f"option.{name}"), required=True)


def _maybe(name: str, kind: Kind) -> Option:
    return Option(name, kind, in_all(f"option.{name}"))


def _named(name: str, kind: Kind) -> Option:
    return Option(name, kind, in_all(f"option.{name}"), named=True)


def _chosen(name: str, choices: Mapping[str, Mapping[Language, str]]) -> Option:
    return Option(name, "choice", in_all(f"option.{name}"), choices=choices, named=True)
