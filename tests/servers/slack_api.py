"""What every Web API method of the fake Slack is made of: its arguments, and the register of methods."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servers.chat import Call, Json
from servers.slack_world import bad_arguments

if TYPE_CHECKING:
    from servers.slack import FakeSlack

JSON_ARGUMENTS = (
    "blocks",
    "attachments",
    "metadata",
    "view",
    "files",
    "prompts",
    "unfurls",
    "chunks",
    "loading_messages",
)


class Args(dict[str, Any]):
    """Arguments of a method call: query, form or JSON body merged, JSON-valued ones decoded."""

    def __init__(self, call: Call, token: str | None) -> None:
        super().__init__({**call.args, **call.payload})
        self.call = call
        self.token = token
        self.undecodable: list[str] = []
        self.warnings: list[tuple[str, str]] = []
        for name in JSON_ARGUMENTS:
            value = self.get(name)
            if isinstance(value, str) and value:
                try:
                    self[name] = json.loads(value)
                except ValueError:
                    self.undecodable.append(name)

    def need(self, *names: str) -> None:
        missing = [name for name in names if self.get(name) in (None, "")]
        if missing:
            raise bad_arguments(*[f"missing required field: {name}" for name in missing])

    def only(self, *names: str) -> None:
        """Refuse arguments that are not documented for the method, which Slack itself ignores."""
        if unknown := sorted(set(self) - {"token", "team_id", *names}):
            raise bad_arguments(*[f"unknown argument: {name}" for name in unknown])

    def flag(self, name: str) -> bool:
        return str(self.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.get(name) or default)
        except ValueError:
            return default


Handler = Callable[["FakeSlack", Args], Awaitable[Json]]


@dataclass(slots=True)
class Method:
    handler: Handler
    scope: str | None
    per_minute: int


METHODS: dict[str, Method] = {}


def method(name: str, *, scope: str | None = None, per_minute: int = 100) -> Callable[[Handler], Handler]:
    """Register a Web API method, its bot scope and its published rate tier."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, scope, per_minute)
        return handler

    return register
