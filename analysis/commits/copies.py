"""Which commits are copies of others: backports, cherry-picks, the same title on another branch."""

import re
from functools import lru_cache

from analysis.commits.commit import Commit

_BRANCH = r"(?:v?\d+(?:\.[\dx]+)*|release[-/ ]?\S{0,30}|stable\S{0,20}|main|master|lts\S{0,10})"
_MARK = re.compile(
    rf"\s*(?:[\[(](?:PR\s*#?\d\S{{0,40}}\s+|auto(?:matic)?[- ]?|manual\s+)?(?:back-?port(?:s|ed|ing)?|cherry[ -]?pick(?:s|ed|ing)?|auto-?backport)\b[^\])]{{0,60}}[\])]"
    rf"|[\[(](?:from|of|cherry picked from(?: commit)?)\s+(?:#\d+|[0-9a-f]{{7,40}})[\])]"
    rf"|^(?:back-?port(?:s|ed|ing)?|cherry[ -]?pick(?:s|ed|ing)?)\b(?:\s+of)?\s*(?:\([^)]*\))?[:,]?\s*(?:(?:pr\s*)?#\d+\b)?(?:\s+(?:to|for|into|on)\s+{_BRANCH})?[:,]?)",
    re.IGNORECASE,
)
_BRANCH_TAG = re.compile(rf"^\s*\[{_BRANCH}\]\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\(#\d{1,9}\)\s*$")
_TRAILER = re.compile(
    r"^\W{0,3}\(?cherry[ -]?picked from (?:commit )?(?P<sha>[0-9a-f]{7,64})\b|^\W{0,3}(?:(?:this is an? )?(?:automated |manual |automatic )?back-?port|cherry[ -]?pick) of (?:PR |pull request )?#(?P<number>\d{1,9})\b",
    re.MULTILINE | re.IGNORECASE,
)


def original_title(subject: str) -> str:
    """Return a title without copy marks, branch tags and pull request numbers: copies share it with their original."""
    text = subject.strip()
    while (shorter := _NUMBER.sub("", text)) != text:
        text = shorter
    marked = _MARK.sub("", text)
    if marked != text:
        marked = _BRANCH_TAG.sub("", marked)
    while (shorter := _NUMBER.sub("", marked)) != marked:
        marked = shorter
    return marked.strip() or text or subject.strip()


@lru_cache(maxsize=4096)
def is_copy(commit: Commit) -> bool:
    """Whether a commit says that it copies another one."""
    return bool(_MARK.search(commit.subject) or _TRAILER.search(commit.body)) or _has_two_numbers(commit.subject)


def copied(commit: Commit) -> tuple[str, int | None]:
    """Return the SHA and pull request number of what a commit copies, as far as its trailers state them."""
    found = next((found for found in _TRAILER.finditer(commit.body)), None)
    return ((found["sha"] or ""), int(found["number"]) if found["number"] else None) if found else ("", None)


def _has_two_numbers(subject: str) -> bool:
    # A cherry-picked pull request keeps the number of its first and gains its own: "Fix pages (#12) (#17)".
    return bool(_NUMBER.search(_NUMBER.sub("", subject.strip()))) and bool(_NUMBER.search(subject.strip()))
