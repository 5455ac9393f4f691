"""Why a commit ranks as it does, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a commit ranks as it does.

    Attributes:
        code: which reason, the key of its sentence in every language.
        detail: what the sentence is about, such as a flag's name; may be empty.
        points: what it added or subtracted.
    """

    code: str
    detail: str = ""
    points: float = 0.0
