"""Takes secrets out of what leaves for a model: by a rule set that others maintain, then by our own patterns.

The rules know the keys of some hundred services; the patterns know what stands in connection strings, configurations and headers.
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
    """Begin to make the scanner, once; to be called before the first question is due.

    Making it takes a third of a second, and three the first time that its rules are compiled into the user's cache. It
    needs no lock of the interpreter meanwhile, so commits can be fetched beside it.
    """
    with _BEGINNING:  # a cache alone has every thread that comes first begin one of its own
        return _scanner()


def without_secrets(text: str, own: Iterable[str] = ()) -> str:
    """Return a text as it may leave; `own` are exact values that must not."""
    return redact(_without_known(text), own)[0]


def _without_known(text: str) -> str:
    scanner = prepare().result()
    if scanner is None:
        return text
    whole = text.encode()
    found = set[str]()
    for finding in scanner.scan(whole):
        # What is written in base64 is told as it reads without; the place may be longer than the secret.
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
    """Return the scanner; None on machines for which it is not built (`pyproject.toml`)."""
    if find_spec("kingfisher_sdk") is None:
        return None
    from kingfisher_sdk import DetectionScanner

    # A comment that tells scanners to look away is outside text too.
    return DetectionScanner(inline_ignores=False)
