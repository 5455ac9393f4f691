"""The branches that a feed's last post knew; the next one says which have appeared or disappeared."""

import json
from dataclasses import replace

from analysis.digest.digest import Digest
from bot.i18n.wording import tell
from formatters.i18n.wording import label
from storage.feeds import Feed
from storage.memory import KeyValues
from storage.store import Store


class FollowedBranches:
    """Remembers the branches of feeds that follow several."""

    def __init__(self, store: Store) -> None:
        self._memory = KeyValues(store, "branches")

    def noted(self, feed: Feed, digest: Digest) -> Digest:
        """Return a feed's digest, noting branches added and removed since its last post; the first has no note."""
        known = self._memory.get(str(feed.id))
        if digest.branches is None or not known:
            return digest
        before, now = set(json.loads(known)), set(digest.branches)
        comma = label("list.comma", feed.language)
        notes = [
            tell(key, feed.language, names=comma.join(sorted(names)))
            for key, names in (("feed.branches_new", now - before), ("feed.branches_gone", before - now))
            if names
        ]
        return replace(digest, notes=(*digest.notes, *notes))

    def tell(self, feed: Feed, digest: Digest) -> None:
        """Record what a feed's channel was told."""
        if digest.branches is not None:
            self._memory.put(str(feed.id), json.dumps(digest.branches))
