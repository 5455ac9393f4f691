"""Who may read the archive, and which repositories they may see."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from bot.settings import WebSettings

COOKIE = "daybrief"
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who may read.

    Attributes:
        patterns: what they may see: names of repositories, in any case, with `*` and `?`.
    """

    patterns: tuple[str, ...]

    def sees(self, repo: str) -> bool:
        """Whether they may see a repository."""
        return any(fnmatchcase(repo.lower(), pattern.lower()) for pattern in self.patterns)

    def of(self, repos: Iterable[str]) -> tuple[str, ...]:
        """Return those of these repositories that they may see."""
        return tuple(repo for repo in repos if self.sees(repo))


class Authenticator:
    """Authorises requests according to the configuration."""

    def __init__(self, settings: WebSettings, host: str) -> None:
        self._settings, self._host = settings, host
        self._proxies = tuple(ip_network(proxy, strict=False) for proxy in settings.proxies)
        self._hosts = {*_HERE, host, urlsplit(settings.url).hostname or host}

    def visitor(self, peer: str, host: str, headers: Mapping[str, str], given: str, cookie: str) -> Visitor | None:
        """Return who is asking; None if they may not read.

        `peer` is the address the request came from, `host` the name it was addressed to, `given` the token sent openly,
        `cookie` the one we once set for it.
        """
        settings = self._settings
        if settings.access == "proxy":
            user = headers.get(settings.user_header, "").strip()
            if not user or not self._is_proxy(peer):
                return None
            return Visitor((*settings.repositories, *settings.users.get(user, ())))
        if settings.access == "token":
            told = given or headers.get("Authorization", "").removeprefix("Bearer ").strip()
            if not (self.knows(told) or hmac.compare_digest(_bytes(cookie), self.cookie.encode())):
                return None
        elif self._host in _HERE and _name(host) not in self._hosts:
            return None  # DNS rebinding: a foreign page's name points at this machine, to read what only we may
        return Visitor(settings.repositories)

    def knows(self, token: str) -> bool:
        """Whether that is the token."""
        return hmac.compare_digest(_bytes(token), self._settings.token.get_secret_value().encode())

    @property
    def cookie(self) -> str:
        """What a browser stores for the token: it proves it without revealing it."""
        return hmac.new(
            self._settings.token.get_secret_value().encode(), b"daybrief archive", hashlib.sha256
        ).hexdigest()

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in proxy for proxy in self._proxies)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # a header may contain any bytes


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""
