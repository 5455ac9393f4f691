"""Outlets (Feishu, Teams and any webhook), which only receive messages; the only module that imports Apprise.

An outlet is a one-way platform: nobody asks anything there, and what was posted can be neither found nor edited.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from analysis.errors import BadInput, Outage
from bot.port.platform import Conversation, Later, Posted, Refused
from formatters.outlet import outlet_text
from formatters.reply import Reply

_LATER = 60.0


class Outlets:
    """The outlets of the configuration, by name.

    Args:
        addresses: URLs in Apprise's syntax, such as `feishu://TOKEN`.

    Raises:
        BadInput: Apprise is not installed, or does not recognise a URL.
    """

    def __init__(self, addresses: Mapping[str, SecretStr]) -> None:
        try:
            import apprise
        except ImportError:
            raise BadInput(
                "[outlets] needs Apprise, which is not installed: install Daybrief's wheel with the extra `outlets`."
            ) from None
        import logging

        # Its log messages contain URLs, and those are the keys to a channel.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._outlets: dict[str, Any] = {}
        for name, address in addresses.items():
            made = apprise.Apprise()
            if not made.add(address.get_secret_value()):
                raise BadInput(
                    f"[outlets] {name} is not an address Apprise knows: write it as feishu://TOKEN, jsons://host/path, or as "
                    "Teams gives it."
                )
            self._outlets[name] = made

    def check(self, name: str) -> None:
        """Raise BadInput if there is no outlet of that name."""
        if name not in self._outlets:
            known = ", ".join(self._outlets) or "none yet"
            raise BadInput(f"There is no outlet {name!r}: add its address as [outlets] {name} (known: {known}).")

    def send(self, name: str, reply: Reply) -> None:
        """Send a reply to an outlet, and wait until it is accepted.

        Raises:
            BadInput: there is no such outlet.
            Outage: it did not accept it.
        """
        self.check(name)
        title, text = outlet_text(reply)
        if not self._outlets[name].notify(body=text, title=title, body_format="text", interpret_escapes=False):
            raise Outage(
                f"The outlet {name} did not accept the message: check its address, and whether its server can be reached."
            )


class OutletTransport:
    """The outlets as a platform whose channels are their names."""

    def __init__(self, addresses: Mapping[str, SecretStr]) -> None:
        self._names = frozenset(addresses)
        self._outlets = Outlets(addresses)

    @property
    def name(self) -> str:
        """`outlet`."""
        return "outlet"

    async def run(self, conversation: Conversation) -> None:  # noqa: ARG002 - the port's signature
        """Wait until cancelled: nobody asks anything there."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Do nothing: no connection is kept open."""

    async def disconnected(self) -> str:
        """Return an empty string: an outlet is contacted only when something is sent to it."""
        return ""

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Send it; on failure it is retried later, and may appear twice if only the answer was lost."""
        if channel not in self._names:
            raise Refused("refused.outlet_gone")
        try:
            await asyncio.to_thread(self._outlets.send, channel, reply)
        except Outage as outage:
            raise Later(str(outage), _LATER) from None
        return Posted(channel, key)

    async def find(self, channel: str, key: str) -> Posted | None:  # noqa: ARG002 - the port's signature
        """Return None: what was sent cannot be looked up. A digest posted twice is better than a missing one."""
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:  # noqa: ARG002 - the port's signature
        """Do nothing: what was sent cannot be edited."""
        return posted

    async def direct(self, user: str) -> str:  # noqa: ARG002 - the port's signature
        """Refuse: there are no direct messages."""
        raise Refused("refused.outlet_direct")

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:  # noqa: ARG002 - nobody is there
        """Return one sentence per channel that is not an outlet; nothing is sent to test one."""
        return [f"There is no outlet {channel!r} in [outlets]." for channel in channels if channel not in self._names]
