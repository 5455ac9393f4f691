"""The recorded material beside the project: one real day, and a strict GitHub over it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[3] / "shared"
DAY = SHARED / "sglang-2026-01-08"
sys.path.insert(0, str(SHARED / "github_replay"))


@contextmanager
def replay(day: Path = DAY, **settings: Any) -> Iterator[Any]:
    """GitHub's REST and GraphQL APIs over the recorded day, with limits and faults as set."""
    from server import ReplayServer
    from sources import DaySource

    with pytest.MonkeyPatch.context() as patch, ReplayServer([DaySource(day)]) as server:
        _complete(patch)
        server.replay.configure(settings)
        yield server


def _complete(patch: pytest.MonkeyPatch) -> None:
    """Let the replay tell what GitHub's schema has: how people stand to a repository, what others think of a comment."""
    import gql_objects
    import gql_schema
    from gql_connections import Node

    class Complete(Node):  # type: ignore[misc]  # of the recorded material, which has no types
        def __init__(self, type: str, fields: dict[str, Any]) -> None:  # noqa: A002 - the replay's own name
            told = {"authorAssociation": "CONTRIBUTOR", "reactions": Node("", {"totalCount": 0})}
            super().__init__(type, told | fields if type in {"PullRequest", "IssueComment"} else fields)

    patch.setattr(gql_objects, "Node", Complete)
    for name, fields in (("PullRequest", ("authorAssociation",)), ("IssueComment", ("authorAssociation", "reactions"))):
        for one in fields:
            patch.setitem(gql_schema.SERVED[name], one, set())
