"""Removes secrets from what is sent to a model: by a rule set that others maintain, then by our own patterns.

The rules know the keys of about a hundred services; the patterns cover connection strings, configurations and headers.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import Any

from analysis.commits.redaction import MARK, redact

_BEGINNING = Lock()


def prepare() -> Future[Any]:
    """Start building the scanner, once; call it before the first request is due.

    Building it takes a third of a second, and three seconds the first time, when its rules are compiled into the user's cache.
    It releases the interpreter lock, so commits can be fetched meanwhile.
    """
    with _BEGINNING:  # with only a cache, every early thread would start its own
        return _scanner()


def without_secrets(text: str, own: Iterable[str] = ()) -> str:
    """Return a text that may be sent; `own` are exact values that must not be."""
    return redact(_without_known(text), own)[0]


def _without_known(text: str) -> str:
    scanner = prepare().result()
    if scanner is None:
        return text
    whole = text.encode()
    found = set[str]()
    for finding in scanner.scan(whole):
        # A secret in base64 is reported decoded; the matched text may be longer than the secret.
        written = whole[finding.location["start_offset"] : finding.location["end_offset"]].decode(errors="ignore")
        found.add((finding.secret if finding.secret in written else written).strip())
    for piece in sorted(found, key=len, reverse=True):
        text = text.replace(piece, MARK)
    return text


@lru_cache(maxsize=1)
def _scanner() -> Future[Any]:
    thread = ThreadPoolExecutor(1, "secret scanner")
    making = thread.submit(_make)
    thread.shutdown(wait=False)
    return making


def _make() -> Any:
    """Return the scanner; None on platforms without a build of it (`pyproject.toml`)."""
    if find_spec("kingfisher_sdk") is None:
        return None
    from kingfisher_sdk import DetectionScanner

    # A comment that tells scanners to ignore a line is outside text too.
    return DetectionScanner(inline_ignores=False)
