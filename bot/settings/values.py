"""The values that settings may have: what each is checked for, and what to write instead of a wrong one."""

import re
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import pydantic
from pydantic import SecretStr

from analysis.commits.globs import pattern_of
from analysis.errors import BadInput
from analysis.sources.several_branches import check_branches


def _address(value: str) -> str:
    if value and not (re.match(r"https?://[^/\s]+", value) and _has_host(value)):
        raise ValueError("should be an address that starts with https:// or http://")
    return value


def _gateway(value: str) -> str:
    if value and not (re.match(r"wss?://[^/\s]+", value) and _has_host(value)):
        raise ValueError("should be an address that starts with wss:// or ws://")
    return value


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an address in brackets, a port that is no number
        return False


def _network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f"{value!r} is not an address or network such as 10.0.0.0/8") from None
    return value


def at_home(value: Path) -> Path:
    """Return a path with `~` expanded; raises ValueError if there is no home folder."""
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError(f"there is no home folder for {str(value)[:80]!r}: write the whole path") from None


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression ({error})") from None
    if re.search(value, ""):
        raise ValueError(f"{value!r} fits every path")
    return value


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry without a letter: it would fit everything, or nothing."""
    if any(not word.strip() for word in words):
        raise ValueError("an entry is empty: write a word there, or take the entry out")
    return words


def _clock(value: Any) -> Any:
    """Read a time of day, also `9:30`; TOML has times of its own. A number would be seconds to pydantic."""
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError("should be a time of day such as 09:00")
    return time(int(found[1]), int(found[2]))


def _alone(value: Any) -> Any:
    """Take a single text as a list of one: a regular expression may contain commas."""
    return (value,) if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    """Take a single text as a list: values are separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _patterns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a pattern that can match no repository: it would grant nothing, and nobody would notice."""
    for name in names:
        if not re.fullmatch(r"\*|[\w.*?\[\]!-]+/[\w.*?\[\]!-]+", name) or name.count("[") != name.count("]"):
            raise ValueError(
                f"{name!r} matches no repository: write owner/name, with * for any characters, as in acme/*"
            )
    return names


def _people(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a person without a platform: they could never be matched."""
    for name in names:
        if not re.fullmatch(r"slack:[UW][A-Z0-9]+|discord:\d+", name):
            raise ValueError(f"{name!r} is not a person: write slack:U024BE7LH or discord:80351110224678912")
    return names


def _globs(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a pattern that no path could fit."""
    for pattern in patterns:
        try:
            pattern_of(pattern)
        except ValueError as error:
            raise ValueError(f"{error}: write a pattern of paths such as rust/** or *.proto") from None
    return patterns


def _branches(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a pattern that no branch could fit."""
    try:
        return check_branches(patterns)
    except BadInput as error:
        raise ValueError(str(error).rstrip(".")) from None


def _logins(people: dict[str, Any]) -> dict[str, Any]:
    """Refuse names that cannot be GitHub accounts; accounts are case-insensitive."""
    for name in people:
        if not re.fullmatch(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:_[A-Za-z0-9]+)?", name):
            raise ValueError(f"{name!r} is not a GitHub account: write its name without @")
    return {name.lower(): person for name, person in people.items()}


def _outlets(named: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, address in named.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
            raise ValueError(f"{name!r} should consist of lowercase letters, digits, - and _")
        if not re.match(r"[a-z0-9]+://\S+", address.get_secret_value()):
            raise ValueError(f"the address of {name} should start with its scheme, such as feishu:// or https://")
    return named


Address = Annotated[str, pydantic.AfterValidator(_address)]
Gateway = Annotated[str, pydantic.AfterValidator(_gateway)]
Expressions = Annotated[tuple[Annotated[str, pydantic.AfterValidator(_pattern)], ...], pydantic.BeforeValidator(_alone)]
Network = Annotated[str, pydantic.AfterValidator(_network)]
File = Annotated[Path, pydantic.AfterValidator(at_home)]
Names = Annotated[tuple[str, ...], pydantic.AfterValidator(_words), pydantic.BeforeValidator(_listed)]
"""A list, or its values in one text, which is all that the environment has."""
Patterns = Annotated[Names, pydantic.AfterValidator(_patterns)]
BranchPatterns = Annotated[Names, pydantic.AfterValidator(_branches)]
Globs = Annotated[Names, pydantic.AfterValidator(_globs)]
PlatformUsers = Annotated[Names, pydantic.AfterValidator(_people)]
Clock = Annotated[time, pydantic.BeforeValidator(_clock)]
Listed = pydantic.BeforeValidator(_listed)
Logins = pydantic.AfterValidator(_logins)
Outlets = Annotated[dict[str, SecretStr], pydantic.AfterValidator(_outlets)]
