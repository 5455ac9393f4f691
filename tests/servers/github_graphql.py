"""GitHub's GraphQL over what a test says of pull requests and issues: checked and run by graphql-core against a part of GitHub's schema.

https://docs.github.com/en/graphql/reference
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

_SCHEMA = """
type Query { repository(owner: String!, name: String!): Repository }
type Repository {
  nameWithOwner: String!
  pullRequest(number: Int!): PullRequest
  issueOrPullRequest(number: Int!): IssueOrPullRequest
  object(oid: String): GitObject
}
union IssueOrPullRequest = Issue | PullRequest
interface GitObject { oid: String! }
type Commit implements GitObject { oid: String!  associatedPullRequests(first: Int): PullRequestConnection }
type Tree implements GitObject { oid: String! }
type PullRequestConnection { nodes: [PullRequest] }
type PullRequest {
  number: Int!  title: String!  body: String!  url: String!  mergedAt: String  authorAssociation: String!
  author: Actor  mergeCommit: Commit  repository: Repository!  state: String!
  closingIssuesReferences(first: Int): IssueConnection
  labels(first: Int): LabelConnection
  comments(last: Int): CommentConnection!
  reviews: Counted!  reactions: Counted!
}
type IssueConnection { nodes: [Issue] }
type Issue {
  number: Int!  title: String!  url: String!  repository: Repository!
  labels(first: Int): LabelConnection  reactions: Counted!  state: String!
  closedByPullRequestsReferences(first: Int, includeClosedPrs: Boolean): PullRequestConnection
}
type LabelConnection { nodes: [Label] }
type Label { name: String! }
type CommentConnection { totalCount: Int!  nodes: [Comment] }
type Comment {
  url: String!  body: String!  createdAt: String!  authorAssociation: String!  author: Actor  reactions: Counted!
}
type Counted { totalCount: Int! }
interface Actor { login: String! }
type User implements Actor { login: String! }
type Bot implements Actor { login: String! }
"""


@dataclass(slots=True)
class Pulls:
    """What there is of a repository's pull requests and issues, by number; fields are GraphQL's, those that are missing are empty.

    `author` is a login (`name[bot]` a program's), `labels` are names, `mergeCommit` is a SHA, `commits` those of the branch,
    `closingIssuesReferences` are numbers.
    """

    pull_requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)


class Endpoint:
    """Answers queries.

    Attributes:
        pulls: by `owner/name`, lower case.
        is_old: the server's schema lacks what is new in GitHub's.
        most: objects that one query may ask for; a larger one is a 502. 0 for any number.
        asked: how many objects each query asked for.
    """

    def __init__(self) -> None:
        self.pulls: dict[str, Pulls] = {}
        self.is_old = False
        self.most = 0
        self.asked: list[int] = []

    def answer(self, body: bytes, fault: str, names: Mapping[str, str]) -> tuple[int, Any]:
        """Return status and answer; `names` are the repositories that whoever asks may see, by their names in lower case."""
        query = json.loads(body)["query"]
        self.asked.append(len(re.findall(r"\w+: (?:pullRequest|object|issueOrPullRequest)\(", query)))
        if self.most and self.asked[-1] > self.most:
            return 502, {"data": None, "errors": [{"message": _WRONG}]}
        if fault in REFUSALS:
            return 200, REFUSALS[fault]
        schema = _schema(is_old=self.is_old)
        done = graphql_sync(
            schema,
            query,
            {"repository": lambda _info, owner, name: self._repository(f"{owner}/{name}".lower(), names)},
            type_resolver=lambda value, _info, _kind: value["__typename"],
        )
        errors = [_error(error) for error in done.errors or ()]
        if done.data is None:
            return 200, {"errors": errors}
        data = done.data
        if fault in {"half", "resources"}:
            errors += _broken(data, "RESOURCE_LIMITS_EXCEEDED" if fault == "resources" else "")
        if fault == "no_pulls":
            errors += _forbidden(data)
        return 200, {"data": data, **({"errors": errors} if errors else {})}

    def _repository(self, asked: str, names: Mapping[str, str]) -> dict[str, Any]:
        if asked not in names:
            raise _missing("a Repository", f"name '{asked}'")
        pulls, name = self.pulls.get(asked, Pulls()), names[asked]

        def pull(_info: Any, number: int) -> dict[str, Any]:
            if number not in pulls.pull_requests:
                raise _missing("a PullRequest", f"number of {number}")
            return _pull(name, number, pulls)

        def either(_info: Any, number: int) -> dict[str, Any]:
            if number in pulls.pull_requests:
                return _pull(name, number, pulls)
            if number in pulls.issues:
                return _issue(name, number, pulls)
            raise _missing("an issue or pull request", f"number of {number}")

        def commit(_info: Any, oid: str) -> dict[str, Any]:
            having = [
                number
                for number, one in pulls.pull_requests.items()
                if oid == one.get("mergeCommit") or oid in one.get("commits", ())
            ]

            def associated(_info: Any, first: int) -> dict[str, Any]:
                return {"nodes": [_pull(name, number, pulls) for number in having[:first]]}

            return {"__typename": "Commit", "oid": oid, "associatedPullRequests": associated}

        return {"nameWithOwner": name, "pullRequest": pull, "issueOrPullRequest": either, "object": commit}


_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
)
REFUSALS: dict[str, Any] = {
    "error": {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]},
    "limit": {"errors": [{"type": "RATE_LIMIT", "message": "API rate limit already exceeded for user ID 1."}]},
    "forbidden": {
        "data": {"r0": None},
        "errors": [
            {"type": "FORBIDDEN", "path": ["r0"], "message": "Resource not accessible by personal access token"}
        ],
    },
    "saml": {
        "data": {"r0": None},
        "errors": [
            {
                "type": "FORBIDDEN",
                "path": ["r0"],
                "extensions": {"saml_failure": True},
                "message": "Resource protected by organization SAML enforcement.",
            }
        ],
    },
    "null": None,
    "list": [],
    "odd": {"data": {"r0": {"nameWithOwner": 7}}, "errors": "none"},
}
"""Answers without what was asked for, by the fault that gives them."""


def _schema(*, is_old: bool) -> GraphQLSchema:
    if not is_old:
        return build_schema(_SCHEMA)
    without = _SCHEMA.replace("authorAssociation: String!", "").replace(
        "author: Actor  reactions: Counted!", "author: Actor"
    )
    return build_schema(without)


def _pull(repo: str, number: int, pulls: Pulls) -> dict[str, Any]:
    given = pulls.pull_requests[number]
    oid = given.get("mergeCommit")
    comments = [_comment(repo, number, place, one) for place, one in enumerate(given.get("comments", ()))]
    return {
        "__typename": "PullRequest",
        "number": number,
        "title": given.get("title", f"Pull request {number}"),
        "body": given.get("body", ""),
        "url": f"https://github.com/{given.get('repo', repo)}/pull/{number}",
        "mergedAt": given.get("mergedAt"),
        "state": "MERGED" if given.get("mergedAt") else "OPEN",
        "authorAssociation": given.get("authorAssociation", "CONTRIBUTOR"),
        "author": _actor(given.get("author")),
        "mergeCommit": {"__typename": "Commit", "oid": oid} if oid else None,
        "repository": {"nameWithOwner": given.get("repo", repo)},
        "closingIssuesReferences": _list(
            [_issue(repo, one, pulls) for one in given.get("closingIssuesReferences", ())]
        ),
        "labels": _list([{"name": name} for name in given.get("labels", ())]),
        "comments": _list(comments),
        "reviews": {"totalCount": given.get("reviews", 0)},
        "reactions": {"totalCount": given.get("reactions", 0)},
    }


def _issue(repo: str, number: int, pulls: Pulls) -> dict[str, Any]:
    given = pulls.issues[number]

    def closing() -> list[dict[str, Any]]:
        having = [one for one, pull in pulls.pull_requests.items() if number in pull.get("closingIssuesReferences", ())]
        return [_pull(repo, one, pulls) for one in having]

    return {
        "__typename": "Issue",
        "number": number,
        "title": given.get("title", f"Issue {number}"),
        "url": f"https://github.com/{repo}/issues/{number}",
        "repository": {"nameWithOwner": repo},
        "labels": _list([{"name": name} for name in given.get("labels", ())]),
        "reactions": {"totalCount": given.get("reactions", 0)},
        "state": given.get("state", "OPEN"),
        "closedByPullRequestsReferences": lambda _info, first, **_more: {"nodes": closing()[:first]},
    }


def _comment(repo: str, number: int, place: int, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": f"https://github.com/{repo}/pull/{number}#issuecomment-{number * 1000 + place}",
        "body": given.get("body", ""),
        "createdAt": given.get("createdAt", "2026-01-08T12:00:00Z"),
        "authorAssociation": given.get("authorAssociation", "NONE"),
        "author": _actor(given.get("author")),
        "reactions": {"totalCount": given.get("reactions", 0)},
    }


def _actor(login: str | None) -> dict[str, Any] | None:
    if login is None:
        return None
    return {"__typename": "Bot" if login.endswith("[bot]") else "User", "login": login.removesuffix("[bot]")}


def _list(items: list[Any]) -> Callable[..., dict[str, Any]]:
    def page(_info: Any, first: int | None = None, last: int | None = None) -> dict[str, Any]:
        shown = items[-last:] if last else items[:first]
        return {"totalCount": len(items), "nodes": shown}

    return page


def _missing(kind: str, by: str) -> GraphQLError:
    return GraphQLError(f"Could not resolve to {kind} with the {by}.", extensions={"type": "NOT_FOUND"})


def _error(error: GraphQLError) -> dict[str, Any]:
    """Return an error as GitHub gives it: the type beside the message, and what is wrong with a query under `extensions`."""
    told = dict(error.extensions or {})
    shown: dict[str, Any] = {"type": told.pop("type")} if "type" in told else {}
    if found := re.match(r"Cannot query field '(\w+)' on type '(\w+)'", error.message):
        told = {"code": "undefinedField", "typeName": found[2], "fieldName": found[1]}
    shown |= {"extensions": told} if told else {}
    return {**shown, "message": error.message, **({"path": error.path} if error.path else {})}


def _broken(data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Take the latter half of the objects out of an answer; return the errors that say so."""
    objects = [(place, name) for place, found in data.items() for name in found or () if name != "nameWithOwner"]
    lost = objects[len(objects) // 2 :]
    for place, name in lost:
        data[place][name] = None
    told = {"type": kind} if kind else {}
    return [{**told, "path": [place, name], "message": "Something went wrong."} for place, name in lost]


def _forbidden(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Take all pull requests out of an answer, as for a token that may read the repository's contents alone."""
    objects = [
        (place, name)
        for place, found in data.items()
        for name in found or ()
        if name[0] in "pcn" and name[1:].isalnum()
    ]
    lost = [(place, name) for place, name in objects if name != "nameWithOwner"]
    for place, name in lost:
        data[place][name] = None
    message = "Resource not accessible by personal access token"
    return [{"type": "FORBIDDEN", "path": [place, name], "message": message} for place, name in lost]
