"""The command table as Discord's commands, and Discord's choices as typed commands.

Limits: https://docs.discord.com/developers/interactions/application-commands
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis.i18n.language import LANGUAGES, LOCALES
from bot.commands.pieces import unquoted
from bot.commands.registry import discord_command
from bot.i18n.wording import in_all
from bot.port.command import Command
from bot.port.platform import Option, Verb
from formatters.discord.parts import short

Json = dict[str, Any]

MESSAGE = 3
"""The type of a command on a message."""
_CHAT = 1
_SUBCOMMAND, _STRING, _BOOLEAN, _ATTACHMENT = 1, 3, 5, 11
_ANYWHERE: Json = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
"""Installed in a server or by a user for themselves; used in servers and in direct messages, with the bot or others."""
_DESCRIPTION, _CHOICE, _CHOICES = 100, 100, 25
_FREE = "words"


def definition(verbs: Iterable[Verb]) -> list[Json]:
    """Return our commands as Discord wants them: one command per group of ours, since each takes 25 subcommands."""
    made = dict[str, Json]()
    for verb in verbs:
        name, about = discord_command(verb), verb.group.says if verb.group else in_all("discord.about")
        new = {"type": _CHAT, "name": name, **_described(about), **_ANYWHERE, "options": []}
        made.setdefault(name, new)["options"].append(_subcommand(verb))
    return [*made.values(), _menu()]


def _menu() -> Json:
    name = in_all("discord.explain")
    return {"type": MESSAGE, "name": name["en"], **_localized("name", name), **_ANYWHERE}


def digest(made: Sequence[Json]) -> str:
    """Return a fingerprint of a definition."""
    return hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _subcommand(verb: Verb) -> Json:
    options = sorted(verb.options, key=lambda option: not option.required)  # Discord wants required ones first
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
        listed = [_choice(word, says) for word, says in option.choices.items()]
        return made | {"type": _STRING, "choices": listed}
    return made | {"type": _STRING, "autocomplete": option.kind != _FREE}


def _choice(word: str, says: Mapping[Any, str]) -> Json:
    return {"name": says["en"], **_localized("name", says), "value": word}


def _described(says: Mapping[Any, str]) -> Json:
    fitting = {language: text[:_DESCRIPTION] for language, text in says.items()}
    return {"description": fitting["en"], **_localized("description", fitting)}


def _localized(key: str, says: Mapping[Any, str]) -> Json:
    named = {tag: says[language] for language in LANGUAGES if language != "en" for tag in LOCALES[language]}
    return {f"{key}_localizations": named}


def chosen(options: Sequence[Json]) -> tuple[str, dict[str, Any], str]:
    """Return the subcommand, its options by name, and the one being typed (empty for none)."""
    sub = options[0]
    given = sub.get("options") or []
    focused = next((one["name"] for one in given if one.get("focused")), "")
    return sub["name"], {one["name"]: one.get("value") for one in given}, focused


def typed(verb: Verb, given: Mapping[str, Any]) -> Command:
    """Return the chosen command; values from Discord are taken literally.

    Quotation marks that someone puts around a name are removed.
    """
    filled = [
        (option, given[option.name])
        for option in verb.options
        if option.kind != "file" and given.get(option.name) not in {None, False, ""}
    ]
    return Command(
        verb.name,
        tuple(
            str(value) if option.kind == "words" else unquoted(str(value).strip())
            for option, value in filled
            if not option.named and option.kind != "flag"
        ),
        {option.name: (str(value),) for option, value in filled if option.named and option.kind != "flag"},
        frozenset(option.name for option, _ in filled if option.kind == "flag"),
    )


def attached(verb: Verb, data: Json, given: Mapping[str, Any]) -> Json | None:
    """Return Discord's data about the file attached to a command; None without one."""
    files = (data.get("resolved") or {}).get("attachments") or {}
    name = next((option.name for option in verb.options if option.kind == "file"), "")
    found: Json | None = files.get(str(given.get(name)))
    return found


def message_text(data: Json) -> str:
    """Return all text of a message command's message: its words, embeds, components, and what it forwards."""
    return "\n".join(filter(None, _texts(data["resolved"]["messages"][data["target_id"]])))


def _texts(message: Json) -> Iterator[str]:
    yield message.get("content") or ""
    for embed in message.get("embeds") or []:
        yield from (embed.get(part) or "" for part in ("title", "url", "description"))
        for field in embed.get("fields") or []:
            yield from (field.get("name") or "", field.get("value") or "")
    yield from _component_texts(message.get("components") or [])
    for forwarded in message.get("message_snapshots") or []:
        yield from _texts(forwarded.get("message") or {})


def _component_texts(components: Iterable[Json]) -> Iterator[str]:
    for one in components:
        yield from (one.get(part) or "" for part in ("content", "label", "url"))
        yield from _component_texts(one.get("components") or [])
        yield from _component_texts([one["accessory"]] if one.get("accessory") else [])


def choices(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the (value, label) suggestions within Discord's limits: not too many, none too long or repeated."""
    fitting = {value: short(label, _CHOICE) for value, label in found if 0 < len(value) <= _CHOICE}
    return list(fitting.items())[:_CHOICES]
