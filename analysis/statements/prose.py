"""Sentences of messages and descriptions: what their authors wrote to people, and nothing else.

Left out: templates, check lists, trailers, quotations, logs, and commands or requests to bots and reviewers.
"""

from collections.abc import Iterator
from itertools import islice

from analysis.commits.title import read_title
from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.statements.breaking import breaking_notes, denies
from analysis.statements.candidate import Candidate
from analysis.statements.conventions import Conventions
from analysis.statements.fragments import category_of
from analysis.statements.lexicon import lexicon
from analysis.statements.markdown import LONGEST, Kind, passages
from analysis.statements.pointing import standing
from analysis.statements.sentences import sentences_of
from analysis.statements.statement import Source

_PATTERNS = Patterns(__file__, "prose")
_LEAST_CHINESE = 6
_LEAST_WORDS, _LONGEST = 4, 600
_MOST_NOTED = 4
"""Sentences of a footer: what breaks, and what to take instead."""


def prose_of(text: str, source: Source, conventions: Conventions, url: str = "") -> Iterator[Candidate]:
    """Yield the sentences of a message or description in order."""
    if _PATTERNS.by_updater.search(text):
        return
    order = 0
    for category, sentence in _announced(text):
        yield Candidate(sentence, source, order, "effect", url=url, category=category)
    for passage in passages(_first_of_squashed(conventions.without_boilerplate(text))):
        if passage.kind is Kind.ROW:
            yield Candidate(passage.text, source, order, passage.section, is_row=True, heading=passage.heading, url=url)
            continue
        is_item = passage.kind is Kind.ITEM
        if is_item and lexicon().subjectless.match(passage.text):
            continue
        sentences = sentences_of(passage.text)
        quotable = standing(sentences, opens=not is_item and not order)
        for whole, standing_text, after in zip(sentences, quotable, [*sentences[1:], ""], strict=True):
            sentence, quoted = _PATTERNS.tail.sub("", whole), _PATTERNS.tail.sub("", standing_text)
            if is_prose(sentence) and not (is_item and source is Source.BODY and _is_squashed(sentence)):
                category = "breaking" if _PATTERNS.breaks.search(passage.heading) else ""
                if quoted and is_prose(quoted):
                    is_answered = bool(lexicon().steps.match(after) or WORDS.patterns("gather")["orders"].search(after))
                    yield Candidate(
                        quoted, source, order, passage.section, url=url, category=category, is_answered=is_answered
                    )
                order += 1


def _first_of_squashed(text: str) -> str:
    """The text before the second of several squashed commits: the rest is a branch's history."""
    bullets = [found.start() for found in _PATTERNS.bullet.finditer(text)]
    return text[: bullets[1]] if len(bullets) > 1 and not text[: bullets[0]].strip() else text


def _announced(text: str) -> Iterator[tuple[str, str]]:
    """Yield (category, sentence) for what the author marked as news for users."""
    text = text[:LONGEST]
    for found in _PATTERNS.release_note.finditer(text):
        for passage in passages(found["text"]):
            if not denies(passage.text.strip(" .")):
                yield from (("note", sentence) for sentence in sentences_of(passage.text) if is_prose(sentence))
    for note in breaking_notes(text):
        sentences = (sentence for paragraph in note for sentence in sentences_of(paragraph) if is_prose(sentence))
        yield from ((category_of("breaking"), sentence) for sentence in islice(sentences, _MOST_NOTED))


def _is_squashed(item: str) -> bool:
    return bool(_PATTERNS.squashed.match(item) and read_title(item).types)


def is_prose(sentence: str) -> bool:
    """Whether a sentence is one person talking to others."""
    words = lexicon()
    plain = sentence.strip()
    if (
        len(plain) > _LONGEST
        or not _PATTERNS.begins.match(plain)
        or _PATTERNS.announces.search(plain)
        or _PATTERNS.asks.search(plain)
    ):
        return False
    if len(plain.split()) < _LEAST_WORDS and len(_PATTERNS.chinese.findall(plain)) < _LEAST_CHINESE:
        return False
    if (
        words.talk.match(plain)
        or words.chatter.search(plain)
        or _PATTERNS.log.search(plain)
        or _PATTERNS.markup.search(plain)
        or _PATTERNS.only_links.match(plain)
        or _PATTERNS.footer.match(plain)
    ):
        return False
    letters = sum(map(len, _PATTERNS.words.findall(plain)))
    return letters * 2 >= len(plain) and plain.count("(") - plain.count(")") in {0, -1}
