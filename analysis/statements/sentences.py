"""Text taken apart into sentences, in English and Chinese."""

import re

_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|resp|approx|etc|incl|fig|sec|no|vol|al|dr|mr|ms|st|w\.r\.t)|\b[A-Z])\.$", re.IGNORECASE
)
_END = re.compile(r"(?:[.!?][\"')\]”]*(?=\s+[\"'(\[“`]?[A-Z0-9`])|[。！？](?=.)|[；](?=.)|\.(?=[\u4e00-\u9fff]))")
_CODE = re.compile(r"`[^`]*`")
_BLANKS = re.compile(r"\s+")


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a passage, each without the blanks around it; code in backticks is never cut."""
    plain = _BLANKS.sub(" ", text).strip()
    masked = _CODE.sub(lambda code: "X" * len(code[0]), plain)
    found, start = [], 0
    for end in _END.finditer(masked):
        if masked[end.start()] == "." and _ABBREVIATED.search(masked[start : end.start() + 1]):
            continue
        found.append(plain[start : end.end()].strip())
        start = end.end()
    found.append(plain[start:].strip())
    return [sentence for sentence in found if sentence]
