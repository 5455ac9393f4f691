"""Has a model answer a question from the commits found, within the day's tokens, and records the cost."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard
from analysis.digest.pipeline import SPENT, Turn
from analysis.entry import RULES, Usage
from analysis.i18n.language import Language
from analysis.questions.answer import Answer, Said
from bot.digests.budget import Budget
from bot.digests.core import Core

_BUSY = "another process is asking the same question"


def in_sentences(
    core: Core, answer: Answer, language: Language, wanted: str = "auto", heard: Callable[[Said], None] = lambda _: None
) -> Answer:
    """Return an answer with a model's sentences, each confirmed by a commit; or with why there are none.

    `heard` is called with each as soon as it is confirmed, on another thread.

    Raises:
        BadInput: a model is requested and none is configured.
    """
    analyser = core.analyser(wanted)
    if analyser.name == RULES or not answer.found:
        return answer
    from analysis.llm import answering
    from analysis.llm.analyser import ModelAnalyser

    assert isinstance(analyser, ModelAnalyser), "there is no other"
    entries = core.memory.whole([found.entry for found in answer.found])
    found = tuple(replace(one, entry=entry) for one, entry in zip(answer.found, entries, strict=True))
    text = answer.query.text
    now = core.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    limit = core.settings.model.daily_tokens
    budget = Budget(core.stores.store, core.stores.claims, f"{analyser.name} ask {language} ", limit, midnight, now)
    shas = "".join(entry.commit.sha for entry in entries)
    key, usage = hashlib.sha256(f"{text}{shas}".encode()).hexdigest(), Usage()
    turn = budget.take([key], answering.cost(found))
    if turn is not Turn.NOW:
        budget.close()
        return replace(answer, failure=SPENT if turn is Turn.NEVER else _BUSY)
    try:
        given = answering.answer(analyser.model, text, found, language, heard)
        usage = given.usage
    finally:
        budget.give([key], usage)
        budget.close()
        if usage.calls:
            window = Window.of(now.date(), "UTC")
            run = RunCard(
                analyser.name,
                analyser.prompt,
                usage=usage,
                cost=core.settings.model.price(usage),
                seconds=usage.seconds,
            )
            digest = Digest(entries[0].commit.repo, "", window, language, (), (), now, run=run)
            with core.stores.store.write():
                core.stores.digests.put_run(digest, run, 0)
                budget.counted()
    return replace(answer, said=given.said, failure=given.failure)
