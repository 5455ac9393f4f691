"""The result of one of the doctor's checks."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One part; `remedy` is empty if there is nothing to do, or `found` says it; `figures` are measurements."""

    what: str
    state: Literal["ok", "warning", "broken"]
    found: str
    remedy: str = ""
    figures: dict[str, float] = field(default_factory=dict)
