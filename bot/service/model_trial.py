"""Measures how a configured model reads an invented commit: output format, evidence, speed, the cost of a typical day."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from analysis.commits.commit import Commit, FileChange
from analysis.digest.pipeline import Step, judge
from analysis.entry import Entry, Usage
from analysis.llm.analyser import ModelAnalyser
from analysis.llm.client import OPENAI, BadAnswer, Hopeless, Model, Tally, first_letter, question, rung_of
from analysis.llm.excerpt import estimate, excerpt
from analysis.llm.questions import fenced, system, told
from analysis.llm.shapes import Commits, Item, Sentence
from analysis.llm.trial import FORMS, Trial, try_out
from analysis.llm.verify import judging
from analysis.llm.verify.ground import Ground
from analysis.triage.repository_areas import of_repository
from bot.settings import Settings

ROUNDS = 3
_LONGEST_TRIAL = 60.0
_DAY_IN, _DAY_OUT = 75_000, 16_000
"""Estimated tokens of a usual day: the benchmark's for a recorded day of 49 commits, and answers of usual length."""
_DAY_CALLS, _DAY_LAST = 26, 1
"""Its questions, and how many rounds of them follow the reading of all commits: checks and the order, at once."""
_USUAL_ANSWER = 500
"""Tokens of a usual answer about one such commit."""
_PATCH = """@@ -10,7 +10,7 @@ class Reader:
     def __init__(self, path: str) -> None:
         self.path = path
-        self.timeout = 30
+        self.timeout = 10
         self.retries = 3

     def read(self) -> bytes:
@@ -31,5 +31,5 @@ class Reader:
         page = self.fetch(self.path, self.timeout)
         if page is None:
-            return b""
+            raise TimeoutError(self.path)
         return page
"""
_MESSAGE = """Fail loudly when a page does not come in time (#187)

Readers got an empty page and took it for the end of the book."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a model read the commit in several attempts.

    Attributes:
        asked, shaped: how often it was asked, and how often its answer had the required form.
        form: how its server returns answers.
        quotes, found: how many lines it gave as evidence, and how many of them are in the commit.
        sentences, refuted: how many it wrote, and how many of them the commit contradicts.
        first, whole: seconds until an answer begins and until it is complete, medians; `first` is None without
            streaming.
        usage: the total cost.
        day: the approximate cost of a day of fifty commits; its seconds are elapsed time, at that many questions at
            once.
        problem: why the measurement is incomplete; else empty.
    """

    asked: int = 0
    shaped: int = 0
    form: str = ""
    quotes: int = 0
    found: int = 0
    sentences: int = 0
    refuted: int = 0
    first: float | None = None
    whole: float = 0.0
    usage: Usage = Usage()
    day: Usage = Usage()
    problem: str = ""


def configured(settings: Settings, deadline: float) -> Model:
    """Return the configured model, with a time limit in seconds for an answer."""
    model = settings.model
    return Model(
        base_url=model.base_url or OPENAI,
        name=model.name,
        key=model.api_key.get_secret_value(),
        deadline=deadline,
        secret=settings.secrets,
    )


def tried(settings: Settings) -> Trial:
    """Ask the configured model a tiny question."""
    return try_out(configured(settings, min(settings.model.deadline, _LONGEST_TRIAL)))


def measure(model: Model, at_once: int, step: Step) -> Measurement:
    """Have a model read an invented commit `ROUNDS` times."""
    entry = invented()
    mark = ModelAnalyser(model).mark
    asked = system("commits", entry.commit.repo, "en", mark)
    text = fenced(told(entry, excerpt(entry.commit, 1_000).text, model.secret), mark)
    tally, times, items, shaped = Tally(), list[float](), list[Item](), 0
    for number in range(ROUNDS):
        step("measuring the model", number, ROUNDS)
        before, started = tally.usage.calls, time.monotonic()
        try:
            answer = question(model, Commits, asked, text, tally)
        except (BadAnswer, Hopeless) as error:
            if tally.usage.calls == before or isinstance(error, Hopeless):
                return Measurement(number + 1, shaped, usage=tally.usage, problem=str(error))
        else:
            shaped += 1
            items += answer.items
        times.append(time.monotonic() - started)
    first = first_letter(model, asked, text)
    step("measuring the model", ROUNDS, ROUNDS)
    ground = Ground.of(entry)
    said = [one for item in items for one in (item.headline, item.effect, *item.claims) if one.text.strip()]
    quotes = [ground.find(one.line, one.path, one.side) for sentence in said for one in sentence.evidence]
    return Measurement(
        asked=ROUNDS,
        shaped=shaped,
        form=FORMS[rung_of(model)],
        quotes=len(quotes),
        found=sum(quote is not None for quote in quotes),
        sentences=len(said),
        refuted=sum(_is_refuted(sentence, ground) for sentence in said),
        first=first,
        whole=median(times),
        usage=tally.usage,
        day=_day(tally.usage, ROUNDS * estimate(asked + text), median(times), at_once),
    )


def invented() -> Entry:
    """Return an invented commit: it changes a default, and what happens when that is passed."""
    when = datetime(2026, 1, 8, 12, tzinfo=UTC)
    patch = "\n".join(line or " " for line in _PATCH.rstrip().split("\n"))
    change = FileChange("quill/reader.py", "modified", 2, 2, patch=patch)
    commit = Commit("example/quill", "5eed" * 10, "Ann", when, when, _MESSAGE, files=(change,))
    (entry,) = judge([commit], of_repository())
    return entry


def _is_refuted(said: Sentence, ground: Ground) -> bool:
    quotes = [quote for one in said.evidence if (quote := ground.find(one.line, one.path, one.side))]
    verdict = judging.judge(said.text, said.before, said.after, quotes, ground).verdict
    return verdict is judging.Verdict.REFUTED


def _day(usage: Usage, sent: int, whole: float, at_once: int) -> Usage:
    """Return what a usual day takes, given how the model's token counts and answer lengths differ from the estimate."""
    rounds = -(-(_DAY_CALLS - _DAY_LAST) // at_once) + _DAY_LAST
    return Usage(
        calls=_DAY_CALLS,
        tokens_in=round(_DAY_IN * usage.tokens_in / sent),
        tokens_out=round(_DAY_OUT * usage.tokens_out / (_USUAL_ANSWER * ROUNDS)),
        seconds=rounds * whole,
    )
