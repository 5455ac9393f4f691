"""Removes secrets from text before it is sent to a model.

The patterns match keys with a distinctive form, and values assigned to names that say what they are. Repeats are
bounded: an unbounded one takes minutes on a hostile line.
"""

import binascii
import re
from collections.abc import Iterable

from analysis.i18n.patterns import Patterns

MARK = "[secret removed]"

_SHORTEST_OWN = 6
_LONGEST_BLOCK = 8_000

_PATTERNS = Patterns(__file__)


def redact(text: str, own: Iterable[str] = ()) -> tuple[str, int]:
    """Return `text` without secrets, and how many were removed. `own` are exact values that must not be sent."""
    count = 0
    # The longest first: a short one may be a part of a long one, whose rest would stay.
    for value in sorted(set(own), key=len, reverse=True):
        if len(value) >= _SHORTEST_OWN and value in text:
            count += text.count(value)
            text = text.replace(value, MARK)

    def named(found: re.Match[str]) -> str:
        nonlocal count
        groups = found.groups()
        value = groups[2]
        if _PATTERNS.harmless.search(value) or _PATTERNS.no_secret_suffix.search(found["suffix"]):
            return found[0]
        if found.re is _PATTERNS.named and not _PATTERNS.digit.search(value):
            is_word = (
                _PATTERNS.word.match(value)
                if _PATTERNS.password_name.search(groups[0])
                else _PATTERNS.plain_word.fullmatch(value)
            )
            if is_word:
                return found[0]
        is_password = (
            found.re is _PATTERNS.env_line and _PATTERNS.password.search(groups[0]) and not _PATTERNS.word.match(value)
        )
        is_placed = found.re in {_PATTERNS.named, _PATTERNS.option, *_PATTERNS["placed"].values()} or is_password
        if not is_placed and not (_PATTERNS.digits.search(value) and _PATTERNS.letter_of_a_key.search(value)):
            return found[0]
        count += 1
        return groups[0] + MARK + "".join(groups[3:])

    text, blocks = _without_blocks(text)
    text, keys = _PATTERNS.keys.subn(MARK, text)
    text, hooks = _PATTERNS.webhook.subn(rf"\1{MARK}", text)
    text, bearers = _PATTERNS.bearer.subn(rf"\1{MARK}", text)
    text, urls = _in_urls(text)
    for pattern in (
        _PATTERNS.named,
        _PATTERNS.env_line,
        _PATTERNS.yaml_line,
        _PATTERNS.token,
        _PATTERNS.option,
        *_PATTERNS["placed"].values(),
    ):
        text = pattern.sub(named, text)
    text, wrapped = _without_wrapped(text)
    return text, count + blocks + keys + hooks + bearers + urls + wrapped


def names_a_secret(name: str) -> bool:
    """Whether a name says that its value is a secret: `db.password` does, `password_file` does not."""
    found = _PATTERNS.secret_name.search(name)
    return found is not None and not _PATTERNS.no_secret_suffix.search(found["suffix"] or "")


def without_login(address: str) -> str:
    """Return an address as it may be shown: without a user name and password in it."""
    return _PATTERNS.account.sub("//", address)


def _in_urls(text: str) -> tuple[str, int]:
    """Take out passwords of addresses, but for those that are a word that everybody uses."""
    count = 0

    def masked(found: re.Match[str]) -> str:
        nonlocal count
        if _PATTERNS.word.match(found[2]):
            return found[0]
        count += 1
        return f"{found[1]}{MARK}{found[3]}"

    return _PATTERNS.in_url.sub(masked, text), count


def _without_wrapped(text: str) -> tuple[str, int]:
    """Take out keys that stand in base64."""
    count = 0

    def unwrapped(found: re.Match[str]) -> str:
        nonlocal count
        whole = found[0].rstrip("=")
        plain = binascii.a2b_base64(whole[: len(whole) // 4 * 4]).decode("ascii", "replace")
        if not _PATTERNS.keys.search(plain):
            return found[0]
        count += 1
        return MARK

    return _PATTERNS.wrapped.sub(unwrapped, text), count


def _without_blocks(text: str) -> tuple[str, int]:
    """Take out private keys from their first line to their last; of one that is cut, the lines that look like it."""
    pieces, at, count = [], 0, 0
    while found := _PATTERNS.begin.search(text, at):
        pieces += [text[at : found.start()], MARK]
        end = _PATTERNS.end.search(text, found.end(), found.end() + _LONGEST_BLOCK)
        lines = _PATTERNS.key_lines.match(text, found.end())
        at = end.end() if end else lines.end() if lines else found.end()
        count += 1
    return "".join([*pieces, text[at:]]), count
