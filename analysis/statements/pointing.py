"""Sentences that need the one before them: "This leaves the lock held" means nothing if readers cannot see what does."""

from collections.abc import Iterable, Iterator

from analysis.i18n.typography import NO_BLANK_BEHIND
from analysis.statements.lexicon import lexicon

_MOST_WORDS = 60
"""Words that two sentences may have to be readable as one quotation."""
_MOST_CHINESE = 120
"""The same in Chinese characters."""


def standing(sentences: Iterable[str], *, opens: bool = False) -> Iterator[str]:
    """Yield each sentence as it can be quoted: alone, after the one it refers to, or empty if that does not help.

    `opens` says that they open a message, below its title: "This makes the pool shrink" then refers to the change itself.
    """
    before, may_lead = "", False
    for sentence in sentences:
        if not points_back(sentence):
            before, may_lead, opens = sentence, bool(sentence), False
            yield sentence
            continue
        if opens:
            yield sentence
        else:
            both = before + ("" if before.endswith(NO_BLANK_BEHIND) else " ") + sentence
            yield both if may_lead and _is_short(both) else ""
        before, may_lead, opens = sentence, False, False


def points_back(sentence: str) -> bool:
    """Whether a sentence takes its subject, or its cause, from the sentence before it."""
    words = lexicon()
    return bool(words.pointing.match(sentence) or words.following.match(sentence))


def _is_short(text: str) -> bool:
    return len(text.split()) <= _MOST_WORDS and sum("\u4e00" <= char <= "\u9fff" for char in text) <= _MOST_CHINESE
