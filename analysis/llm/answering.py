"""A question answered by a model out of the commits that were found for it: each sentence cites one, and is held against it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.commits.redaction import redact
from analysis.entry import Usage
from analysis.i18n.language import Language
from analysis.i18n.patterns import Patterns
from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question
from analysis.llm.excerpt import estimate, excerpt
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
_NONE = "nothing that the model said was borne out by the commits"


@dataclass(frozen=True, slots=True)
class Answering:
    """What a model made of a question; `failure` says in English why there is no sentence."""

    said: tuple[Said, ...] = ()
    failure: str = ""
    usage: Usage = Usage()


def cost(found: Sequence[Found]) -> int:
    """Return about how many tokens it takes to ask."""
    return estimate(prompt("ask")) + _ANSWER + (_DIFF + _ANSWER) * len(found)


def answer(model: Model, text: str, found: Sequence[Found], language: Language) -> Answering:
    """Ask a model; what it says is left out where the commit that it cites does not bear it out."""
    mark, tally = secrets.token_hex(8), Tally()
    repo = found[0].entry.commit.repo
    texts = [told(one.entry, excerpt(one.entry.commit, _DIFF).text, model.secret) for one in found]
    asked = f"Question: {redact(text, model.secret)[0]}\n\n" + "\n\n".join(texts)
    try:
        given = question(model, Sentences, system("ask", repo, language, mark), fenced(asked, mark), tally)
    except (BadAnswer, Hopeless) as error:
        return Answering(failure=str(error), usage=tally.usage)
    known = {one.entry.commit.short: one for one in found}
    held = (_held(sentence, known) for sentence in given.sentences[:_MOST_SENTENCES])
    said = tuple(one for one in held if one)
    return Answering(said, "" if said or not given.sentences else _NONE, tally.usage)


def _is_released(one: Found) -> bool:
    """Whether a commit may be called released: nothing tells that it is not, and its own message speaks of it."""
    return one.unreleased is None and _PATTERNS.released.search(one.entry.commit.message) is not None


def _held(sentence: Told, known: dict[str, Found]) -> Said | None:
    """Return a sentence that its commit bears out; None for one that cites none, that is refuted, or that takes merged for released."""
    one = known.get(sentence.commit[:7])
    if one is None or (_PATTERNS.released.search(sentence.text) and not _is_released(one)):
        return None
    ground = Ground.of(one.entry)
    quotes = [quote for line in sentence.evidence if (quote := ground.find(line.line, line.path, line.side))]
    verdict = judge(sentence.text, "", "", quotes, ground).verdict
    if verdict is Verdict.REFUTED:
        return None
    return Said(sentence.text.strip(), (one.entry.commit.sha,), unchecked=verdict is not Verdict.BORNE_OUT)
