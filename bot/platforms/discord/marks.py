"""How a post is found again: by numbers that Discord stores with a message's components and does not show.

A nonce prevents duplicates only for some minutes, and is not returned later.
https://docs.discord.com/developers/components/reference#anatomy-of-a-component
"""

import hashlib
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

MOST_PARTS = 200
_NONCE = 24


def nonce(key: str, part: int) -> str:
    """Return the nonce that keeps Discord from accepting a part of a post twice."""
    return hashlib.sha256(f"{key}/{part}".encode()).hexdigest()[:_NONCE]


def mark(key: str, part: int) -> int:
    """Return the number carried by a part of a post."""
    return _number(f"{key}/{part}".encode())


def parts(key: str) -> dict[int, int]:
    """Return the part for each mark of a post."""
    return {mark(key, part): part for part in range(MOST_PARTS)}


def marked(components: Sequence[Json], number: int, also: str) -> list[Json]:
    """Return components that carry `number`, and beside it a fingerprint of this content (with `also`)."""
    content = _number(f"{components!r} {also}".encode())
    first, *rest = components
    if first.get("components"):
        inner, *others = first["components"]
        return [{**first, "id": number, "components": [{**inner, "id": content}, *others]}, *rest]
    if rest:
        return [{**first, "id": number}, {**rest[0], "id": content}, *rest[1:]]
    return [{**first, "id": number}]


def content(components: Sequence[Json]) -> int:
    """Return the fingerprint in marked components; 0 for none."""
    inner = components[0].get("components") or components[1:]
    return inner[0].get("id", 0) if inner else 0


def numbers(components: Sequence[Any]) -> tuple[int, int]:
    """Return the two numbers carried by a message's components; 0 for none."""
    if not components:
        return 0, 0
    inner = getattr(components[0], "children", None) or components[1:]
    return components[0].id or 0, (inner[0].id or 0) if inner else 0


def _number(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") % (2**31 - 1) + 1
