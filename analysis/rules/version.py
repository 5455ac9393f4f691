"""Versions of what is stored, by content: when a rule or wording changes, so does the version, and old texts are remade."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_ANALYSIS = Path(__file__).parent.parent
_DIGITS = 8
_READ_BY_RULES = (
    "entry.py",
    "commits/*.*",
    "facts/**/*.*",
    "statements/*.*",
    "triage/*.py",
    "triage/*.toml",
    "i18n/**/*.*",
    "rules/*.*",
)
"""What the rules' texts depend on; how commits are ranked and fetched is not part of it."""

_JUDGED_BY = ("**/*.py", "**/*.toml", "**/*.json")
"""What commits are judged by: any rule, word or weight in this package may change the outcome."""


def content_version(texts: Iterable[bytes]) -> str:
    """Return a short version derived from the contents."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()[:_DIGITS]


@lru_cache(maxsize=1)
def rules_version() -> str:
    """Return the version of the rules: their sources and their wording."""
    return _version_of(_READ_BY_RULES)


@lru_cache(maxsize=1)
def judgement_version() -> str:
    """Return the version of everything that facts, statements and triage depend on."""
    return _version_of(_JUDGED_BY)


def _version_of(patterns: Iterable[str]) -> str:
    files = sorted({path for pattern in patterns for path in _ANALYSIS.glob(pattern)})
    return content_version(path.read_bytes() for path in files)
