"""What a commit's message says below its title: the reason that its author gives, in their own words."""

import re

from analysis.sketch import fitting

_MOST_BODY, _LEAST_WORDS = 4_000, 5
_NO_PROSE = re.compile(
    r"[#|<>`*+\[(~=-]|\d+[.)]\s|[A-Z][\w-]+(?: [A-Z][a-z]+)?:(?:\s|$)|https?:|\S+$"
    r"|(?i:closes|fixes|resolves|related|this reverts|see|part of)\b"
)
"""How a line begins that is no prose: headings, lists, quotations, trailers, references."""
_REFERENCE = re.compile(
    r"(?:(?<=^)|(?<=[.!?]))\s*(?i:closes|fixes|resolves|refs?|see|next:|follow-up of)\s[^.!?]*#\d+[^.!?]*(?:[.!?]|$)"
)


def reason_given(body: str) -> str:
    """Return the first sentences of prose, as far as they fit; an empty string if there are none."""
    for paragraph in re.split(r"\n\s*\n", body[:_MOST_BODY]):
        lines = [line.strip() for line in paragraph.split("\n")]
        if any(_NO_PROSE.match(line) for line in lines if line):
            continue
        text = fitting(_REFERENCE.sub("", " ".join(lines)))
        if len(text.split()) >= _LEAST_WORDS:
            return text
    return ""
