"""The command table as Discord's `/digest`, and what was chosen there as the typed command."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.i18n.wording import in_all
from bot.port.command import Command
from bot.port.platform import Option, Verb
from formatters.discord.parts import short

Json = dict[str, Any]

COMMAND = "digest"
_SUBCOMMAND, _STRING, _BOOLEAN, _ATTACHMENT = 1, 3, 5, 11
_IN_GUILDS, _IN_DIRECT_MESSAGES, _FOR_GUILDS = 0, 1, 0
_CHOICE, _CHOICES = 100, 25
_COMPLETED = {"repository", "zone", "area", "author", "date", "commit"}


def definition(verbs: Iterable[Verb]) -> list[Json]:
    """Return what Discord is to know of our commands."""
    return [
        {
            "type": 1,
            "name": COMMAND,
            **_described(in_all("discord.about")),
            "contexts": [_IN_GUILDS, _IN_DIRECT_MESSAGES],
            "integration_types": [_FOR_GUILDS],
            "options": [_subcommand(verb) for verb in verbs],
        }
    ]


def digest(made: Sequence[Json]) -> str:
    """Return what tells one definition from another."""
    return hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _subcommand(verb: Verb) -> Json:
    options = sorted(verb.options, key=lambda option: not option.required)  # Discord wants the required ones first
    return {
        "type": _SUBCOMMAND,
        "name": verb.name,
        **_described(verb.says),
        "options": [_option(one) for one in options],
    }


def _option(option: Option) -> Json:
    made: Json = {"name": option.name, **_described(option.says), "required": option.required}
    if option.kind == "flag":
        return made | {"type": _BOOLEAN}
    if option.kind == "file":
        return made | {"type": _ATTACHMENT}
    if option.kind == "choice":
        return made | {"type": _STRING, "choices": [{"name": word, "value": word} for word in option.choices]}
    return made | {"type": _STRING, "autocomplete": option.kind in _COMPLETED}


def _described(says: Mapping[Any, str]) -> Json:
    return {
        "description": says["en"][:100],
        "description_localizations": {"zh-CN": says["zh"][:100], "zh-TW": says["zh"][:100]},
    }


def chosen(options: Sequence[Json]) -> tuple[str, dict[str, Any], str]:
    """Return the subcommand, its options by name, and the one that is being typed (empty for none)."""
    sub = options[0]
    given = sub.get("options") or []
    focused = next((one["name"] for one in given if one.get("focused")), "")
    return sub["name"], {one["name"]: one.get("value") for one in given}, focused


def typed(verb: Verb, given: Mapping[str, Any]) -> Command:
    """Return the command that was chosen; what Discord gives as values stays values, letter by letter."""
    filled = [
        (option, given[option.name])
        for option in verb.options
        if option.kind != "file" and given.get(option.name) not in {None, False, ""}
    ]
    return Command(
        verb.name,
        tuple(str(value) for option, value in filled if not option.named and option.kind != "flag"),
        {option.name: (str(value),) for option, value in filled if option.named and option.kind != "flag"},
        frozenset(option.name for option, _ in filled if option.kind == "flag"),
    )


def attached(verb: Verb, data: Json, given: Mapping[str, Any]) -> Json | None:
    """Return what Discord says of the file that came with a command; None without one."""
    files = (data.get("resolved") or {}).get("attachments") or {}
    name = next((option.name for option in verb.options if option.kind == "file"), "")
    found: Json | None = files.get(str(given.get(name)))
    return found


def choices(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what Discord takes of the (value, label) that are offered: not too many, none too long or twice."""
    fitting = {value: short(label, _CHOICE) for value, label in found if 0 < len(value) <= _CHOICE}
    return list(fitting.items())[:_CHOICES]
