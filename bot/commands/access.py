"""Who may see which repository, and who may administer a channel.

A channel sees the repositories of its feeds. A person, in direct messages, sees those of the channels they are in, as
far as the platform tells, and those that they subscribed to (only possible where they could see them) or whose feed
they set up, as long as a feed of that platform still brings them. Everyone sees those of `[access] public`. Whoever
uses the terminal owns the store.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.port.platform import Asker
from bot.settings import AccessSettings
from storage.commits import Commits
from storage.feeds import Feed, Feeds
from storage.subscriptions import Recipient, Subscription, Subscriptions

TERMINAL = "terminal"

_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Access:
    """The access rules, based on what is stored."""

    settings: AccessSettings
    commits: Commits
    feeds: Feeds
    subscriptions: Subscriptions

    def visible(self, asker: Asker) -> tuple[str, ...]:
        """Return the repositories visible from here, those of the channel's feeds first."""
        if asker.platform == TERMINAL:
            names = [*(feed.repository for feed in self.feeds.all()), *self.commits.repositories()]
        elif asker.is_direct:
            names = self._of_person(asker)
        else:
            names = [feed.repository for feed in self.feeds.of_channel(asker.platform, asker.channel)]
        found: dict[str, str] = {}
        for name in (*names, *self._public()):
            found.setdefault(name.lower(), self.commits.repository(name) or name)
        return tuple(found.values())

    def _public(self) -> list[str]:
        """Return the repositories visible to everyone: those named, and the known ones that match a pattern."""
        known = [*self.commits.repositories(), *(feed.repository for feed in self.feeds.all())]
        named = [name for name in self.settings.public if not _PATTERN.search(name)]
        return [*named, *(name for name in known if self.is_public(name))]

    def is_public(self, repository: str) -> bool:
        """Whether everyone may see a repository, known or not."""
        return any(fnmatchcase(repository.lower(), pattern.lower()) for pattern in self.settings.public)

    def _of_person(self, asker: Asker) -> list[str]:
        near = self.near(asker)
        brought = {feed.repository.lower() for feed in near}
        wanted = [
            subscription.repository
            for subscription in self.subscriptions.of_user(asker.platform, asker.user)
            if not asker.workspace or subscription.recipient.workspace == asker.workspace
        ]
        own = [feed.repository for feed in near if self.is_of(asker, feed)]
        return [*own, *(name for name in wanted if name.lower() in brought)]

    def near(self, asker: Asker) -> list[Feed]:
        """Return the feeds of someone's workspace."""
        return [
            feed
            for feed in self.feeds.all()
            if feed.platform == asker.platform and (not asker.workspace or feed.workspace == asker.workspace)
        ]

    @staticmethod
    def is_of(asker: Asker, feed: Feed) -> bool:
        """Whether a nearby feed posts to someone's channels or was set up by them: they may see its settings."""
        return asker.platform == TERMINAL or feed.channel in asker.channels or feed.made_by == asker.user

    def may_be_sent(self, subscription: Subscription) -> bool:
        """Whether a subscription's recipient may still see what it is about."""
        name, recipient = subscription.repository, subscription.recipient
        return recipient.platform == TERMINAL or self.is_public(name) or bool(self._bringing(recipient, name))

    def branches(self, recipient: Recipient, repository: str) -> frozenset[str]:
        """Return the patterns of non-default branches a recipient is told about: those of the feeds near them."""
        return frozenset(pattern for feed in self._bringing(recipient, repository) for pattern in feed.branches)

    def _bringing(self, recipient: Recipient, repository: str) -> list[Feed]:
        """Return the feeds that bring a repository to a recipient's channel, or to a person's workspace."""
        return [
            feed
            for feed in self.feeds.all()
            if feed.repository.lower() == repository.lower()
            and feed.platform == recipient.platform
            and (feed.channel == recipient.id if recipient.kind == "channel" else self._same_place(feed, recipient))
        ]

    def _same_place(self, feed: Feed, recipient: Recipient) -> bool:
        return not recipient.workspace or feed.workspace == recipient.workspace

    def is_admin(self, asker: Asker) -> bool:
        """Whether someone may administer the channel they ask from."""
        return self._is_named(asker) or (asker.is_admin and not asker.is_direct)

    def _is_named(self, asker: Asker) -> bool:
        return asker.platform == TERMINAL or f"{asker.platform}:{asker.user}" in self.settings.admins

    def administers(self, asker: Asker, feed: Feed) -> bool:
        """Whether someone may administer a channel's feed from their home tab."""
        return feed in self.near(asker) and (self._is_named(asker) or feed.channel in asker.administers)

    def named_for_setup(self) -> list[str]:
        """Return the repositories that may be set up in chat and are listed by name."""
        return [name for name in self.settings.setup if not _PATTERN.search(name)]

    def may_set_up(self, repository: str) -> bool:
        """Whether a feed of a repository may be set up in chat."""
        return any(fnmatchcase(repository.lower(), pattern.lower()) for pattern in self.settings.setup)
