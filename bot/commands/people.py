"""The language people read, as their platform last reported it; for messages that answer no request."""

from analysis.i18n.language import LANGUAGES, Language
from bot.port.platform import Asker
from storage.memory import KeyValues
from storage.store import Store


class People:
    """The stored languages of people."""

    def __init__(self, store: Store) -> None:
        self._remembered = KeyValues(store, "language")
        self._known: dict[str, str] = {}

    def note(self, asker: Asker) -> None:
        """Store the language of someone who asks; writes only changes."""
        key = _key(asker.platform, asker.user)
        if asker.language and self._known.get(key) != asker.language:
            if self._remembered.get(key) != asker.language:
                self._remembered.put(key, asker.language)
            self._known[key] = asker.language

    def language(self, platform: str, user: str) -> Language | None:
        """Return someone's language; None if the platform has not reported it."""
        found = self._remembered.get(_key(platform, user))
        return next((language for language in LANGUAGES if language == found), None)


def _key(platform: str, user: str) -> str:
    return f"{platform}/{user}"
