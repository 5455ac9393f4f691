"""GitHub accounts as people on a platform, as configured by the operator.

A mapped author's name links to the person's page on the platform. It is never a mention: Slack notifies everyone a
posted message mentions, in whatever block, and Discord honours a mention wherever a message forgets to forbid it. A
link notifies nobody. https://docs.slack.dev/messaging/formatting-message-text#mentioning-users
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.port.traits import PLATFORMS
from bot.settings import PersonSettings
from formatters.reply import CommitDetail, CommitList, DigestPost, Reply
from formatters.text.item import Item

_MENTION = re.compile(r"<@!?(?P<user>\w+)(?:\|[^>]*)?>")


class Accounts:
    """Who is who: people's platform identities, by GitHub account."""

    def __init__(self, people: Mapping[str, PersonSettings]) -> None:
        self._people = people

    def named(self, text: str, platform: str) -> str:
        """Return a text with mentions of mapped people replaced by their accounts."""

        def account(found: re.Match[str]) -> str:
            people = self._people.items()
            return next((name for name, one in people if getattr(one, platform, "") == found["user"]), found[0])

        return _MENTION.sub(account, text) if self._people and PLATFORMS[platform].page else text

    def shown(self, reply: Reply, platform: str) -> Reply:
        """Return a reply in which mapped authors link to their pages on the platform."""
        if not self._people or not PLATFORMS[platform].page:
            return reply
        match reply:
            case CommitDetail():
                return replace(reply, item=self._led(reply.item, platform))
            case CommitList():
                rows = tuple(replace(row, item=self._led(row.item, platform)) for row in reply.rows)
                return replace(reply, rows=rows)
            case DigestPost():
                groups = tuple(
                    replace(
                        group,
                        blocks=tuple(
                            replace(block, items=tuple(self._led(item, platform) for item in block.items))
                            for block in group.blocks
                        ),
                    )
                    for group in reply.outline.groups
                )
                return replace(reply, outline=replace(reply.outline, groups=groups))
            case _:
                return reply

    def _led(self, item: Item, platform: str) -> Item:
        person = self._people.get((item.entry.commit.login or "").lower())
        known = getattr(person, platform, "")
        return replace(item, author_page=PLATFORMS[platform].page.format(known)) if known else item


NOBODY = Accounts({})
