"""What can go wrong, as sentences for people.

Each message says what happened, to which input, and what to do about it; it is shown as it stands.

    Problem
    ├── BadInput        what was typed or configured cannot be used
    ├── NotFound        nothing here has that name
    └── Outage          something outside did not answer as it should; later may be better
        ├── RateLimited its limit is used up
        ├── Unwelcome   it refuses the token
        ├── Forbidden   it accepts the token, and refuses what is asked
        └── Damaged     a local clone lacks what it needs to be read
"""

from datetime import datetime


class Problem(Exception):
    """Base of everything that is told to the user in one sentence instead of a traceback."""


class BadInput(Problem):
    """What was typed or configured cannot be used as it is."""


class NotFound(Problem):
    """There is no repository, branch or commit of that name, or it may not be seen."""


class Outage(Problem):
    """A server or a file system did not do its part. Never to be taken for a quiet day."""


class RateLimited(Outage):
    """A server's limit is used up.

    Attributes:
        until: when it is renewed (UTC), if the server said so.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Unwelcome(Outage):
    """A server refuses the token, or wants one: it expired, was revoked, or was never set."""


class Forbidden(Outage):
    """A server accepts the token and refuses what is asked: a missing permission, a sign-on, an allow list."""


class Damaged(Outage):
    """A local clone lacks what it needs to be read: whoever keeps it must mend or renew it."""
