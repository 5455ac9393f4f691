"""A question answered by a model out of the commits that were found for it: each sentence cites one, and is held against it."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pydantic

from analysis.commits.redaction import redact
from analysis.entry import Usage
from analysis.i18n.language import Language
from analysis.i18n.patterns import Patterns
from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question
from analysis.llm.excerpt import estimate, excerpt
from analysis.llm.pieces import whole_items
from analysis.llm.questions import fenced, prompt, system, told
from analysis.llm.shapes import Sentences, Told
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, judge
from analysis.questions.answer import Found, Said

_PATTERNS = Patterns(__file__, "answering")
_DIFF = 1_500
"""Tokens of a commit's diff."""
_MOST_SENTENCES = 5
_ANSWER = 500
_NONE = "the commits support nothing that the model said"


@dataclass(frozen=True, slots=True)
class Answering:
    """What a model made of a question; `failure` says in English why there is no sentence, or no more of them."""

    said: tuple[Said, ...] = ()
    failure: str = ""
    usage: Usage = Usage()


def cost(found: Sequence[Found]) -> int:
    """Return about how many tokens it takes to ask."""
    return estimate(prompt("ask")) + _ANSWER + (_DIFF + _ANSWER) * len(found)


def answer(
    model: Model,
    text: str,
    found: Sequence[Found],
    language: Language,
    heard: Callable[[Said], None] = lambda _: None,
) -> Answering:
    """Ask a model; what it says is left out where the commit that it cites does not bear it out.

    `heard` is told each sentence as soon as it is borne out, on another thread, in the order of the answer.
    """
    mark, tally = secrets.token_hex(8), Tally()
    repo = found[0].entry.commit.repo
    texts = [told(one.entry, excerpt(one.entry.commit, _DIFF).text, model.secret) for one in found]
    asked = f"Question: {redact(text, model.secret)[0]}\n\n" + "\n\n".join(texts)
    hearing = _Hearing(found, heard)
    try:
        given = question(
            model, Sentences, system("ask", repo, language, mark), fenced(asked, mark), tally, hearing.grow
        )
        hearing.take(given.sentences)
    except (BadAnswer, Hopeless) as error:
        return Answering(hearing.end(), str(error), tally.usage)
    said = hearing.end()
    return Answering(said, "" if said or not given.sentences else _NONE, tally.usage)


class _Hearing:
    """Holds the sentences of an answer against their commits, each once, whether it comes in pieces or whole."""

    def __init__(self, found: Sequence[Found], heard: Callable[[Said], None]) -> None:
        self._known = {one.entry.commit.short: one for one in found}
        self._heard = heard
        self._said = list[Said]()
        self._taken = 0
        self._is_over = False
        self._lock = threading.Lock()

    def grow(self, content: str) -> None:
        """Take what has come of an answer's text."""
        try:
            self.take([Told.model_validate(item) for item in whole_items(content, "sentences")])
        except pydantic.ValidationError:  # whoever reads the whole answer will say so
            return

    def take(self, sentences: Sequence[Told]) -> None:
        """Take the sentences from the first on, as far as they have come."""
        with self._lock:
            for sentence in () if self._is_over else sentences[self._taken : _MOST_SENTENCES]:
                self._taken += 1
                if one := _held(sentence, self._known):
                    self._said.append(one)
                    self._heard(one)

    def end(self) -> tuple[Said, ...]:
        """Return what was borne out; nothing is taken after it."""
        with self._lock:
            self._is_over = True
            return tuple(self._said)


def _is_released(one: Found) -> bool:
    """Whether a commit may be called released: nothing tells that it is not, and its own message speaks of it."""
    return one.unreleased is None and _PATTERNS.released.search(one.entry.commit.message) is not None


def _held(sentence: Told, known: dict[str, Found]) -> Said | None:
    """Return a sentence that its commit bears out; None for one that cites none, that is in doubt, or that takes merged for released."""
    one = known.get(sentence.commit[:7])
    if one is None or (_PATTERNS.released.search(sentence.text) and not _is_released(one)):
        return None
    ground = Ground.of(one.entry)
    quotes = [quote for line in sentence.evidence if (quote := ground.find(line.line, line.path, line.side))]
    if judge(sentence.text, "", "", quotes, ground).verdict is not Verdict.BORNE_OUT:
        return None
    return Said(sentence.text.strip(), (one.entry.commit.sha,))
