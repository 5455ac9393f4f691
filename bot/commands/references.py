"""The ways people refer to a commit or a pull request: URL, `owner/repo#187`, number, SHA."""

import re
from dataclasses import dataclass

from analysis.errors import BadInput
from analysis.i18n.typography import fold
from bot.digests.tracing import Wanted

_REPO = r"(?P<repo>[\w-][\w.-]*/[\w.-]+)"
_SHA = r"(?P<sha>[0-9a-f]{4,64})"
_HOST = r"(?:https?://(?:[\w.-]+(?::\d+)?)/)?"
_REST = r"(?:[/?#].*)?"
_FORMS = (
    re.compile(rf"{_HOST}{_REPO}/(?:-/)?pull/(?P<pull>\d{{1,18}})/(?:commits|files|changes)/{_SHA}{_REST}"),
    re.compile(rf"{_HOST}{_REPO}/(?:-/)?(?:pull|pulls|issues)/(?P<pull>\d{{1,18}}){_REST}"),
    re.compile(rf"{_HOST}{_REPO}/(?:-/)?commits?/{_SHA}(?:\.patch|\.diff)?{_REST}"),
    re.compile(rf"https?://[\w.-]+(?::\d+)?(?:/archive)?/commit/{_SHA}{_REST}"),  # a page of the archive
    re.compile(rf"(?P<repo>~\d+|[\w-][\w.-]*/[\w.-]+)@{_SHA}"),
    re.compile(rf"{_REPO}#(?P<pull>\d{{1,18}})"),
    re.compile(r"(?:(?:pr|pull request|pull|gh)\s*[-#/]?\s*|#\s*)(?P<pull>\d{1,18})"),
    re.compile(r"(?P<sha>(?=.*\d)[0-9a-f]{7,64}|[0-9a-f]{40}|[0-9a-f]{64})"),
)
_WITHIN = re.compile(
    r"https?://[^\s<>()\[\]|\"]+/(?:pull|commit)/\w[\w/]*|[\w-][\w.-]*/[\w.-]+(?:#\d+\b|@[0-9a-f]{7,40}\b)|#\d+\b|\b(?=\w*\d)[0-9a-f]{7,40}\b",
    re.ASCII,  # what follows in Chinese is no part of it
)
_SHORTEST_SHA = 7
_MOST = 25
"""References per text that are looked up."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a text refers to.

    Attributes:
        repo: empty if none is named; `~3` is the store's third.
        sha: a commit, perhaps one that exists only in its pull request.
        pull: a pull request; 0 for none.
    """

    repo: str
    sha: str
    pull: int


def reference(text: str) -> Reference | None:
    """Parse a whole text as a reference; None if it is not one. A bare number is not, as it may mean anything."""
    plain = fold(text).strip("`<>()[].,;:!").lower()
    for form in _FORMS:
        if found := form.fullmatch(plain):
            parts = found.groupdict()
            return Reference(
                _as_written(text, parts.get("repo") or ""), parts.get("sha") or "", int(parts.get("pull") or 0)
            )
    return None


def wanted_fix(text: str) -> Wanted:
    """Parse which fix is meant; a bare number is an issue's or a pull request's.

    Raises:
        BadInput: the text is empty.
    """
    plain = text.strip().strip("`")
    if not plain:
        raise BadInput("Which fix? Give an issue or a pull request (#12), a SHA, or words of a commit's title.")
    if plain.isdecimal() and len(plain) < _SHORTEST_SHA:
        return Wanted(plain, int(plain))
    found = reference(plain)
    return Wanted(plain, found.pull, "" if found.pull else found.sha) if found else Wanted(plain)


def first_reference(text: str) -> str:
    """Return the first reference within a text, verbatim; empty if there is none."""
    found = _WITHIN.search(text)
    return found[0] if found else ""


def references(text: str) -> tuple[str, ...]:
    """Return the references within a text, verbatim and without duplicates."""
    return tuple(dict.fromkeys(found[0] for found in _WITHIN.finditer(text)))[:_MOST]


def _as_written(text: str, repo: str) -> str:
    at = fold(text).lower().find(repo)
    return fold(text)[at : at + len(repo)] if repo else ""
