"""The queries about pull requests and issues, as text. One asks for many objects, each under its own name."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pull", "commit", "issue", "news"]

_COMMENTS, _LABELS, _ISSUES, _PULLS = 10, 20, 10, 5
"""Limits per pull request: the newest comments, and the first of the others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requested object.

    Attributes:
        name: its name in the answer; unique within a query.
        repo: `owner/name`.
        key: the number of a pull request or issue, or a commit's SHA.
    """

    name: str
    repo: str
    kind: Kind
    key: int | str


def query(repo: str, wanted: Sequence[Wanted], *, plain: bool = False) -> str:
    """Return a query for these objects; in its answer each is `data.<place>.<name>`, see `places`.

    `repo` is always requested: if it is null, nothing in it may be read. `plain` leaves out what older servers do not know:
    people's association with the repository, and reactions to a comment.
    """
    parts = [
        _repository(place, name, [one for one in wanted if one.repo == name])
        for name, place in places(repo, wanted).items()
    ]
    return "\n".join(["{", *parts, "}", *_fragments({one.kind for one in wanted}, plain=plain)])


def places(repo: str, wanted: Sequence[Wanted]) -> dict[str, str]:
    """Return each repository's name in the answer, by `owner/name`."""
    return {name: f"r{place}" for place, name in enumerate(dict.fromkeys([repo, *(one.repo for one in wanted)]))}


def _repository(place: str, repo: str, wanted: Iterable[Wanted]) -> str:
    owner, _, name = repo.partition("/")
    fields = "\n".join(f"    {_object(one)}" for one in wanted)
    return f"  {place}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{\n    nameWithOwner\n{fields}\n  }}"


def _object(one: Wanted) -> str:
    match one.kind:
        case "pull" | "news":
            return f"{one.name}: pullRequest(number: {one.key}) {{ ...{one.kind} }}"
        case "issue":
            return f"{one.name}: issueOrPullRequest(number: {one.key}) {{ __typename ...issue }}"
        case "commit":
            pulls = f"associatedPullRequests(first: {_PULLS}) {{ nodes {{ ...pull }} }}"
            return f"{one.name}: object(oid: {json.dumps(one.key)}) {{ ... on Commit {{ {pulls} }} }}"


def _fragments(kinds: set[Kind], *, plain: bool) -> Iterable[str]:
    association = "" if plain else "authorAssociation"
    liked = "" if plain else "reactions { totalCount }"
    has_pulls = bool(kinds & {"pull", "commit"})
    if has_pulls or "news" in kinds:
        yield f"""fragment news on PullRequest {{
  number
  labels(first: {_LABELS}) {{ nodes {{ name }} }}
  comments(last: {_COMMENTS}) {{
    totalCount
    nodes {{ url body createdAt {association} author {{ __typename login }} {liked} }}
  }}
  reviews {{ totalCount }}
  reactions {{ totalCount }}
}}"""
    if has_pulls:
        yield f"""fragment pull on PullRequest {{
  ...news
  title
  body
  url
  mergedAt
  {association}
  author {{ __typename login }}
  mergeCommit {{ oid }}
  repository {{ nameWithOwner }}
  closingIssuesReferences(first: {_ISSUES}) {{ nodes {{ ...issue }} }}
}}"""
    if has_pulls or "issue" in kinds:
        yield f"""fragment issue on Issue {{
  number
  title
  url
  repository {{ nameWithOwner }}
  labels(first: {_LABELS}) {{ nodes {{ name }} }}
  reactions {{ totalCount }}
}}"""
