"""Answering a question with a model, from the commits found for it: each sentence cites one, and is checked against it."""

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
"""Tokens of each commit's diff."""
_MOST_SENTENCES = 5
_ANSWER = 500
_NONE = "the commits support nothing that the model said"


@dataclass(frozen=True, slots=True)
class Answering:
    """A model's answer to a question; `failure` says in English why there is none, or why it breaks off."""

    said: tuple[Said, ...] = ()
    failure: str = ""
    usage: Usage = Usage()


def cost(found: Sequence[Found]) -> int:
    """Estimate how many tokens asking takes."""
    return estimate(prompt("ask")) + _ANSWER + (_DIFF + _ANSWER) * len(found)


def answer(
    model: Model,
    text: str,
    found: Sequence[Found],
    language: Language,
    heard: Callable[[Said], None] = lambda _: None,
) -> Answering:
    """Ask a model; sentences that the cited commit does not support are left out.

    `heard` is called with each sentence as soon as it is verified, on another thread, in the order of the answer.
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
    """Checks the sentences of an answer against their commits, each once, whether it arrives in pieces or whole."""

    def __init__(self, found: Sequence[Found], heard: Callable[[Said], None]) -> None:
        self._known = {one.entry.commit.short: one for one in found}
        self._heard = heard
        self._said = list[Said]()
        self._taken = 0
        self._is_over = False
        self._lock = threading.Lock()

    def grow(self, content: str) -> None:
        """Take the answer's text so far."""
        try:
            self.take([Told.model_validate(item) for item in whole_items(content, "sentences")])
        except pydantic.ValidationError:  # reported when the whole answer is read
            return

    def take(self, sentences: Sequence[Told]) -> None:
        """Take the sentences so far, from the first on."""
        with self._lock:
            for sentence in () if self._is_over else sentences[self._taken : _MOST_SENTENCES]:
                self._taken += 1
                if one := _held(sentence, self._known):
                    self._said.append(one)
                    self._heard(one)

    def end(self) -> tuple[Said, ...]:
        """Return what was verified; nothing is accepted afterwards."""
        with self._lock:
            self._is_over = True
            return tuple(self._said)


def _is_released(one: Found) -> bool:
    """Whether a commit may be called released: nothing says that it is not, and its own message mentions it."""
    return one.unreleased is None and _PATTERNS.released.search(one.entry.commit.message) is not None


def _held(sentence: Told, known: dict[str, Found]) -> Said | None:
    """Return a sentence that its commit supports; None if it cites none, is doubtful, or mistakes merged for released."""
    one = known.get(sentence.commit[:7])
    if one is None or (_PATTERNS.released.search(sentence.text) and not _is_released(one)):
        return None
    ground = Ground.of(one.entry)
    quotes = [quote for line in sentence.evidence if (quote := ground.find(line.line, line.path, line.side))]
    if judge(sentence.text, "", "", quotes, ground).verdict is not Verdict.BORNE_OUT:
        return None
    return Said(sentence.text.strip(), (one.entry.commit.sha,))
