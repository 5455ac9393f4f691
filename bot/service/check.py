"""The result of one of the doctor's checks."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One part: `remedy` is empty where nothing is to be done, or where `found` says it; `figures` are what was measured."""

    what: str
    state: Literal["ok", "warning", "broken"]
    found: str
    remedy: str = ""
    figures: dict[str, float] = field(default_factory=dict)
