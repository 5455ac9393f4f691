"""What a model is asked to fill in: schemas that every server's grammar compiler accepts.

Every field is required and no object is open, so that they are strict as is; a missing value is an empty string or list, as
compilers differ in how they treat unions. https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
All three compile, and match what models answer, with xgrammar 0.2.9, llguidance 1.9.1 and llama.cpp's converter (llama-cpp-python 0.3.36).
"""

from enum import StrEnum
from typing import Literal

import pydantic

from analysis.commits.title import ChangeType
from analysis.triage.triage import Importance


class Part(StrEnum):
    """What a claim is about: who is affected, how it is done (by aspect), what can go wrong, what to do."""

    IMPACT = "impact"
    ARCHITECTURE = "architecture"
    PERFORMANCE = "performance"
    SECURITY = "security"
    MAINTAINABILITY = "maintainability"
    COMPATIBILITY = "compatibility"
    RELIABILITY = "reliability"
    RISK = "risk"
    ADVICE = "advice"


class Shape(pydantic.BaseModel):
    """A closed object."""

    model_config = pydantic.ConfigDict(extra="forbid")


class Evidence(Shape):
    """A line, word for word; `path` is empty outside the diff."""

    side: Literal["old", "new", "message", "pull_request"]
    path: str
    line: str


class Sentence(Shape):
    """What is said, before and after (both empty if nothing was replaced), and what it rests on."""

    text: str
    before: str
    after: str
    evidence: list[Evidence]


class Claim(Sentence):
    """A sentence about one part."""

    part: Part


class Item(Shape):
    """Everything said about one commit; `effect` has no text if users notice nothing."""

    sha: str
    importance: Importance
    why: str
    types: list[ChangeType]
    areas: list[str]
    thin: bool
    headline: Sentence
    effect: Sentence
    claims: list[Claim]


class Commits(Shape):
    """One item per commit."""

    items: list[Item]


class Theme(Shape):
    """What a day was about, in one or two sentences."""

    text: str
    commits: list[str]


class Day(Shape):
    """A day's commits compared: those for the first screen, all given ones in order, and the themes."""

    must_know: list[str]
    order: list[str]
    themes: list[Theme]


class Finding(Shape):
    """Whether a numbered claim follows from its lines."""

    claim: int
    verdict: Literal["follows", "unclear", "contradicts"]


class Findings(Shape):
    """One finding per claim."""

    findings: list[Finding]


class Told(Shape):
    """A sentence of an answer, the commit it is about, and what it rests on."""

    text: str
    commit: str
    evidence: list[Evidence]


class Sentences(Shape):
    """An answer to a question."""

    sentences: list[Told]
