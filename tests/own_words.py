"""Whether a headline is people's own words."""

import re

from analysis.commits.commit import Commit

_ROLE = re.compile(r":[a-z][\w:+-]*:(?=`)")
_LAST_PART = re.compile(r"`~[\w.]+\.")
_TARGET = re.compile(r"\s*<[^<>`\n]+>(?=`)")
_MARKS = re.compile(r"[`*_\s“”\"'‘’\\…|]+|\.\.\.")


def squeezed(text: str) -> str:
    """Return text without markup, marks of a diff and line breaks."""
    text = _LAST_PART.sub("`", _TARGET.sub("", text))
    return _MARKS.sub("", _ROLE.sub("", re.sub(r"(?m)^[+-]", "", text))).lower()


def is_own(commit: Commit, headline: str) -> bool:
    """Whether a headline stands in its own commit, up to its full stop: in the message, or in a file that it changes."""
    texts = [commit.message, *(file.patch or "" for file in commit.files)]
    return squeezed(headline).rstrip(".。") in "\n".join(map(squeezed, texts))
