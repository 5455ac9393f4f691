"""Whether a message says that it breaks its users, and does not only have the form of saying it.

Footers are those of https://www.conventionalcommits.org/en/v1.0.0/#specification; the questions and check boxes are those of pull
request templates, which ask whether there is a breaking change more often than there is one.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

_FOOTER = re.compile(r"^[ \t>*_#-]{0,6}BREAKING[ -]CHANGES?\b[*_ \t]*[:：][ \t]*(?P<said>[^\n]*)", re.MULTILINE)
_OTHER = re.compile(r"\s*$|[A-Z][\w-]{1,40}:\s|[-*#>]")
_INDENTED = re.compile(r"\s{2,}\S")
_HEADING = re.compile(r"^#{1,6}\s+(?:.{0,4}\s)?breaking[ -]changes?\s*:?\s*$", re.MULTILINE | re.IGNORECASE)
_SQUASHED = re.compile(r"^\s{0,6}[*-]\s+\w{2,12}(?:\([^)\n]{1,60}\))?!:\s+\S", re.MULTILINE)
_CHECKED = re.compile(
    r"^\s{0,6}[*-]\s+\[[xX]\]\s+[^\w\n]{0,8}(?:\w+:\s)?breaking(?:[ -]change)?\b(?P<rest>[^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_ASKED = re.compile(
    r"^[^\n]{0,80}\b(?:introduces?|contains?|includes?|is (?:this|it|there)|are there|any)\b[^\n?]{0,40}\bbreaking[ -]changes?\b[^\n?]{0,40}\?(?P<said>[^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_BOX = re.compile(r"^\s*[*-]?\s*\[(?P<mark>[ xX])\]\s*(?P<said>.*)")
_NO = re.compile(
    r"\W*(?:none|nope|no|-+|—|n/?a|not applicable|not breaking|nothing|nil|null|false|tbd|无|没有|不涉及|否|not? (?:user[- ]facing|breaking)[^.]*|there (?:is|are) no[^.]*"
    r"|no (?:breaking )?changes?[^.]*)?\W*",
    re.IGNORECASE,
)
_YES = re.compile(r"\W*(?:yes\b|yep\b|true\b|是)", re.IGNORECASE)


def says_breaking(body: str) -> bool:
    """Whether the body of a message, or a pull request's description, affirms a breaking change."""
    return (
        bool(_SQUASHED.search(body))
        or any(_affirms(found["said"], body[found.end() :]) for found in _FOOTER.finditer(body))
        or any(_affirms("", body[found.end() :]) for found in _HEADING.finditer(body))
        or any(not re.search(r"\?|\bnot?\b", found["rest"]) for found in _CHECKED.finditer(body))
        or any(_is_yes(found["said"], body[found.end() :]) for found in _ASKED.finditer(body))
    )


def breaking_notes(text: str) -> Iterator[tuple[str, ...]]:
    """Yield what each footer that affirms a breaking change says, by paragraphs: those below its own belong to it while they are indented."""
    for found in _FOOTER.finditer(text):
        lines = text[found.end() :].split("\n")[1:]
        first = list(takewhile(lambda line: not _OTHER.match(line), lines))
        below = list(takewhile(lambda line: not line.strip() or _INDENTED.match(line), lines[len(first) :]))
        own = " ".join([found["said"], *first]).strip(" *")
        if own and not denies(own):
            further = re.split(r"\n\s*\n", "\n".join(below))
            yield tuple(re.sub(r"\s+", " ", one).strip() for one in (own, *further) if one.strip())


def denies(said: str) -> bool:
    """Whether what stands where news for users is asked for says that there is none."""
    return bool(_NO.fullmatch(said))


def _affirms(said: str, below: str) -> bool:
    """Whether what stands behind a footer, or in the lines below it, is more than a denial."""
    if said.strip(" \t*_"):
        return not denies(said)
    after = next((line for line in below.split("\n") if line.strip()), "")
    is_next = bool(re.match(r"#|\S[\w -]{1,40}:\s|<!--|\s*[*-]\s+\[[ xX]\]", after))
    return bool(after) and not is_next and not denies(after)


def _is_yes(said: str, below: str) -> bool:
    for line in [said, *below.split("\n", 4)[:4]]:
        box = _BOX.match(line)
        text = box["said"] if box else line
        if box and box["mark"] == " ":
            continue
        if text.strip(" \t*_-"):
            return bool(_YES.match(text))
    return False
