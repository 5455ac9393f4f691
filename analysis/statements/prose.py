"""Sentences of messages and descriptions: what their authors wrote to people, and nothing else.

Left out: templates, check lists, trailers, quotations, logs, commands and pleas to bots and reviewers.
"""

import re
from collections.abc import Iterator
from itertools import islice

from analysis.commits.title import read_title
from analysis.statements.breaking import breaking_notes, denies
from analysis.statements.candidate import Candidate
from analysis.statements.conventions import Conventions
from analysis.statements.fragments import category_of
from analysis.statements.lexicon import lexicon
from analysis.statements.markdown import LONGEST, Kind, passages
from analysis.statements.pointing import standing
from analysis.statements.sentences import sentences_of
from analysis.statements.statement import Source

_RELEASE_NOTE = re.compile(r"(?<!`)```+[ \t]*release-notes?[^\n]*\n(?P<text>.*?)```", re.DOTALL | re.IGNORECASE)
_BREAKS = re.compile(r"^\W*breaking(?: changes?)?\W*$|不兼容|破坏性", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
_LOG = re.compile(
    r"^\S*(?:Error|Exception|Warning|Traceback)\b:|^\[?\d{4}-\d\d-\d\d|^(?:INFO|WARN|DEBUG|ERROR)\b|^\$ |^>>> |^(?:File|at) [\"\w].*\bline \d+|\|{2,}|={4,}|\.{4,}|^\d+/\d+\b"
)
_ONLY_LINKS = re.compile(r"^\W*(?:(?:https?://|#\d|[\w.-]+/[\w.-]+#\d)\S*\W*)+$")
_FOOTER = re.compile(r"^[\w /-]{2,30}(?: version| main| commit)?:\s*\S+$")
_SQUASHED = re.compile(r"(?:\w+(?:\([\w./, -]+\))?!?:\s+\S|\[[\w /-]+\]\s*\S)")
"""A list's item that is the title of a commit which was squashed into this one."""
_BULLET = re.compile(r"^\* .+\n(?:\n|\Z)", re.MULTILINE)
"""The title of a squashed commit, as GitHub lists them: a paragraph of its own."""
_BEGINS = re.compile(r"[^\W_]|[`\"'“‘(\[*$/.@#_<-]")
_QUESTION = re.compile(r"[?？]$")
_TAIL = re.compile(r"(?:\s+(?:cc:?\s+)?@[\w-]+(?:/[\w-]+)?[,.]?|\s+\(?https?://\S+\)?)+$")
_LEAST_CHINESE = 6
_LEAST_WORDS, _LONGEST = 4, 600
_MOST_NOTED = 4
"""Sentences of a footer: what breaks, and what to take instead."""


def prose_of(text: str, source: Source, conventions: Conventions, url: str = "") -> Iterator[Candidate]:
    """Yield the sentences of a message or a description in their order."""
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
        for whole, standing_text in zip(sentences, standing(sentences, opens=not is_item and not order), strict=True):
            sentence, quoted = _TAIL.sub("", whole), _TAIL.sub("", standing_text)
            if is_prose(sentence) and not (is_item and source is Source.BODY and _is_squashed(sentence)):
                category = "breaking" if _BREAKS.search(passage.heading) else ""
                if quoted and is_prose(quoted):
                    yield Candidate(quoted, source, order, passage.section, url=url, category=category)
                order += 1


def _first_of_squashed(text: str) -> str:
    """What stands before the second of several squashed commits: what follows tells a branch's history."""
    bullets = [found.start() for found in _BULLET.finditer(text)]
    return text[: bullets[1]] if len(bullets) > 1 and not text[: bullets[0]].strip() else text


def _announced(text: str) -> Iterator[tuple[str, str]]:
    """Yield (category, sentence) of what the author marked as news for users."""
    text = text[:LONGEST]
    for found in _RELEASE_NOTE.finditer(text):
        for passage in passages(found["text"]):
            if not denies(passage.text.strip(" .")):
                yield from (("note", sentence) for sentence in sentences_of(passage.text) if is_prose(sentence))
    for note in breaking_notes(text):
        sentences = (sentence for paragraph in note for sentence in sentences_of(paragraph) if is_prose(sentence))
        yield from ((category_of("breaking"), sentence) for sentence in islice(sentences, _MOST_NOTED))


def _is_squashed(item: str) -> bool:
    return bool(_SQUASHED.match(item) and read_title(item).types)


def is_prose(sentence: str) -> bool:
    """Whether a person says something to people by it."""
    words = lexicon()
    plain = sentence.strip()
    if (
        len(plain) > _LONGEST
        or not _BEGINS.match(plain)
        or plain.endswith((":", "：", "…", "..."))
        or _QUESTION.search(plain)
    ):
        return False
    if len(plain.split()) < _LEAST_WORDS and len(re.findall(r"[\u4e00-\u9fff]", plain)) < _LEAST_CHINESE:
        return False
    if (
        words.talk.match(plain)
        or words.chatter.search(plain)
        or _LOG.search(plain)
        or _ONLY_LINKS.match(plain)
        or _FOOTER.match(plain)
    ):
        return False
    letters = sum(map(len, _WORDS.findall(plain)))
    return letters * 2 >= len(plain) and plain.count("(") - plain.count(")") in {0, -1}
