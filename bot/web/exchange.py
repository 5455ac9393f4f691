"""Requests to the archive and its responses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.i18n.language import Language
from bot.web.access import Visitor
from formatters.text.json_text import json_text


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page.

    Attributes:
        path: its path and query as received, within the archive.
        given: the query.
        chosen: the language in the URL; `language` is that, or what the browser prefers.
        origin: scheme and host in the reader's URL; `root` is where the archive begins there.
    """

    path: str
    given: Mapping[str, str]
    visitor: Visitor
    language: Language
    chosen: Language | None
    origin: str
    root: str

    @property
    def wants_json(self) -> bool:
        """Whether the page's data is requested instead of the page."""
        return self.given.get("format") == "json"


@dataclass(frozen=True, slots=True)
class Written:
    """An answer; `status` is the HTTP status."""

    kind: str
    body: str
    status: int = 200


HTML, JSON, ATOM = "text/html", "application/json", "application/atom+xml"
MISSING = 404
"""The status of an answer about what does not exist."""


def json_answer(data: Any, status: int = 200) -> Written:
    """Return plain data as an answer."""
    return Written(JSON, json_text(data), status)


def number(text: str | None, otherwise: int) -> int:
    """Return a number in a query, or `otherwise`."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else otherwise  # noqa: PLR2004 - SQLite's integers end there
