"""What can go wrong, as sentences for people.

Each message says what happened, to which input, and what to do about it; it is shown verbatim.

    Problem
    ├── BadInput        what was typed or configured cannot be used
    ├── NotFound        nothing here has that name
    └── Outage          something outside did not answer as it should; it may work later
        ├── RateLimited its rate limit is used up
        ├── Unwelcome   it refuses the token
        ├── Forbidden   it accepts the token but refuses the request
        └── Damaged     a local clone lacks what it needs to be read
"""

from datetime import datetime


class Problem(Exception):
    """Base of every error that users see as one sentence instead of a traceback."""


class BadInput(Problem):
    """What was typed or configured cannot be used as it is."""


class NotFound(Problem):
    """There is no repository, branch or commit of that name, or it is not accessible."""


class Outage(Problem):
    """A server or a file system failed. Never to be mistaken for a quiet day."""


class RateLimited(Outage):
    """A server's rate limit is used up.

    Attributes:
        until: when it resets (UTC), if the server said so.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Unwelcome(Outage):
    """A server refuses the token or requires one: it expired, was revoked, or was never set."""


class Forbidden(Outage):
    """A server accepts the token but refuses the request: a missing permission, single sign-on, an allow list."""


class Damaged(Outage):
    """A local clone lacks data needed to read it: its owner must repair or replace it."""
