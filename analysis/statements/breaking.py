"""Whether a message announces a breaking change, rather than only having the form of an announcement.

Footers follow https://www.conventionalcommits.org/en/v1.0.0/#specification; the questions and check boxes come from pull
request templates, which ask about breaking changes more often than there are any.
"""

from collections.abc import Iterator
from itertools import takewhile

from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__, "breaking")


def says_breaking(body: str) -> bool:
    """Whether the body of a message, or a pull request's description, affirms a breaking change."""
    return (
        bool(_PATTERNS.squashed.search(body))
        or any(_affirms(found["said"], body[found.end() :]) for found in _PATTERNS.footer.finditer(body))
        or any(_affirms("", body[found.end() :]) for found in _PATTERNS.heading.finditer(body))
        or any(not _PATTERNS.doubted.search(found["rest"]) for found in _PATTERNS.checked.finditer(body))
        or any(_is_yes(found["said"], body[found.end() :]) for found in _PATTERNS.asked.finditer(body))
    )


def breaking_notes(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the paragraphs of each footer that affirms a breaking change; further ones belong to it as long as they are indented."""
    for found in _PATTERNS.footer.finditer(text):
        lines = text[found.end() :].split("\n")[1:]
        first = list(takewhile(lambda line: not _PATTERNS.other.match(line), lines))
        below = list(takewhile(lambda line: not line.strip() or _PATTERNS.indented.match(line), lines[len(first) :]))
        own = " ".join([found["said"], *first]).strip(" *")
        if own and not denies(own):
            further = _PATTERNS.blank_lines.split("\n".join(below))
            yield tuple(" ".join(paragraph.split()) for paragraph in (own, *further) if paragraph.strip())


def denies(said: str) -> bool:
    """Whether an answer to a template's question about user-facing changes says that there are none."""
    return bool(_PATTERNS.no.fullmatch(said))


def _affirms(said: str, below: str) -> bool:
    """Whether what follows a footer, on its line or below, is more than a denial."""
    if said.strip(" \t*_"):
        return not denies(said)
    after = next((line for line in below.split("\n") if line.strip()), "")
    is_next = bool(_PATTERNS.next_item.match(after))
    return bool(after) and not is_next and not denies(after)


def _is_yes(said: str, below: str) -> bool:
    for line in [said, *below.split("\n", 4)[:4]]:
        box = _PATTERNS.box.match(line)
        text = box["said"] if box else line
        if box and box["mark"] == " ":
            continue
        if text.strip(" \t*_-"):
            return bool(_PATTERNS.yes.match(text))
    return False
