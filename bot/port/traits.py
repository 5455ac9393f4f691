"""What sets the platforms apart that a feed can name: one row each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a platform without asking it.

    Attributes:
        setting: what must be configured to connect it; empty if nothing.
        channel, person: the format of IDs, since names may change and the platforms do not accept them; None for any.
        page: the URL of a person's page; empty if people have none.
    """

    setting: str
    channel: re.Pattern[str] | None = None
    person: re.Pattern[str] | None = None
    page: str = ""


PLATFORMS: Mapping[str, Traits] = MappingProxyType(
    {
        "slack": Traits(
            "[slack] bot_token",
            re.compile(r"[A-Z][A-Z0-9]*"),
            re.compile(r"[UW][A-Z0-9]+"),
            "https://slack.com/app_redirect?channel={}",
        ),
        "discord": Traits(
            "[discord] token", re.compile(r"[0-9]+"), re.compile(r"[0-9]+"), "https://discord.com/users/{}"
        ),
        "outlet": Traits("[outlets]"),
        "terminal": Traits(""),
    }
)
