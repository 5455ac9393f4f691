"""Trying out a model with a tiny request: whether it answers, and in which form."""

import time
from dataclasses import dataclass

import pydantic

from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question, rung_of

FORMS = ("by JSON schema", "as JSON, without a schema", "as free text, read as JSON")
"""How a server answers, by `rung_of`."""


class _Probe(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    sum: int


@dataclass(frozen=True, slots=True)
class Trial:
    """How a tiny request went: `form` says how the server gives structured answers; `problem` is empty if it does.

    `doubt` says what is odd about the answer.
    """

    seconds: float = 0.0
    form: str = ""
    problem: str = ""
    doubt: str = ""


def try_out(model: Model) -> Trial:
    """Send a real, tiny request and see what comes back."""
    started = time.monotonic()
    try:
        answer = question(model, _Probe, "You add numbers and answer in JSON.", "What is 2 + 3?", Tally())
    except (BadAnswer, Hopeless) as error:
        return Trial(problem=str(error))
    odd = "" if answer.sum == 5 else f"it says that 2 + 3 is {answer.sum}"  # noqa: PLR2004 - as asked
    return Trial(time.monotonic() - started, FORMS[rung_of(model)], doubt=odd)
