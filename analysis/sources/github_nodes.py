"""GitHub's GraphQL objects as pull requests, issues and comments, with secrets and escape codes removed from people's text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from analysis.commits.commit import without_escapes
from analysis.commits.pull_request import Comment, LinkedIssue, PullRequest
from analysis.commits.redaction import redact

_CONTROLS = {code: None for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: None}

Node = Mapping[str, Any]


def pull_of(node: Node, now: datetime) -> PullRequest:
    """Return a pull request.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the object does not match GitHub's schema.
    """
    whole = PullRequest(
        repo=node["repository"]["nameWithOwner"],
        number=int(node["number"]),
        title=_line(node["title"]),
        body=_text(node["body"]),
        url=str(node["url"]),
        author=_login(node),
        fetched_at=now,
        association=node.get("authorAssociation") or "",
        is_bot=_is_bot(node),
        merge_commit=(node["mergeCommit"] or {}).get("oid") or "",
        merged_at=_moment(node["mergedAt"]) if node["mergedAt"] else None,
        issues=tuple(issue_of(one, closes=True) for one in _nodes(node["closingIssuesReferences"])),
    )
    return with_news(whole, node, now)


def with_news(pull_request: PullRequest, node: Node, now: datetime) -> PullRequest:
    """Return a pull request with what changes after it was merged: labels, comments, counts. Raises as `pull_of`."""
    return replace(
        pull_request,
        fetched_at=now,
        labels=tuple(_line(label["name"]) for label in _nodes(node["labels"])),
        comments=tuple(_comment(one) for one in _nodes(node["comments"])),
        comment_count=_count(node["comments"]),
        reviews=_count(node["reviews"]),
        reactions=_count(node["reactions"]),
    )


def issue_of(node: Node, *, closes: bool = False) -> LinkedIssue:
    """Return an issue. Raises as `pull_of`."""
    return LinkedIssue(
        repo=node["repository"]["nameWithOwner"],
        number=int(node["number"]),
        title=_line(node["title"]),
        url=str(node["url"]),
        labels=tuple(_line(label["name"]) for label in _nodes(node["labels"])),
        reactions=_count(node["reactions"]),
        closes=closes,
    )


def _comment(node: Node) -> Comment:
    return Comment(
        author=_login(node),
        association=node.get("authorAssociation") or "",
        at=_moment(node["createdAt"]),
        text=_text(node["body"]),
        url=str(node["url"]),
        is_bot=_is_bot(node),
        reactions=_count(node.get("reactions")),
    )


def _nodes(connection: Node | None) -> Iterable[Node]:
    """The objects of a connection; inaccessible ones are null."""
    return [node for node in (connection or {}).get("nodes") or () if node]


def _count(connection: Node | None) -> int:
    return int((connection or {}).get("totalCount") or 0)


def _login(node: Node) -> str:
    return str((node["author"] or {}).get("login") or "")


def _is_bot(node: Node) -> bool:
    author = node["author"] or {}
    return author.get("__typename") == "Bot" or _login(node).endswith("[bot]")


def _text(value: str | None) -> str:
    plain = without_escapes((value or "").replace("\r\n", "\n")).translate(_CONTROLS)
    return redact(plain)[0].strip()


def _line(value: str | None) -> str:
    return " ".join(_text(value).split())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
