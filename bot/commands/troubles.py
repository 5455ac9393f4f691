"""Errors in the reader's language. Problems are worded in English; other languages only have a sentence for each kind."""

from analysis.errors import Damaged, Forbidden, NotFound, Outage, Problem, RateLimited, Unwelcome
from analysis.i18n.language import Language
from bot.i18n.wording import tell

_DEFECT = "cause.defect"
_IN_FULL = {"cause.clone", "cause.configuration"}
"""Causes whose remedy is only in the error's own message."""


def cause_of(error: Exception) -> str:
    """Return the key of the sentence that describes an error's kind of trouble."""
    match error:
        case Unwelcome():
            return "cause.token"
        case Forbidden():
            return "cause.forbidden"
        case RateLimited():
            return "cause.limited"
        case Damaged():
            return "cause.clone"
        case Outage():
            return "cause.outage"
        case NotFound():
            return "cause.not_found"
        case Problem():
            return "cause.configuration"
        case _:
            return _DEFECT


def say_cause(cause: str, text: str, language: Language) -> str:
    """Say what stops a feed from working, and how to fix it; `text` is the error in English."""
    return text if cause in _IN_FULL and language == "en" else tell(cause, language)


def worded(problem: Problem, language: Language) -> str:
    """Tell the asker why there is no answer."""
    if language == "en":
        return str(problem)
    match problem:
        case Unwelcome() | Forbidden() | Damaged():
            return tell(cause_of(problem), language)
        case RateLimited(until=until):
            until_said = f"{until:%H:%M} UTC" if until else ""
            return tell("trouble.limited" if until else "trouble.limited_for_now", language, until=until_said)
        case Outage():
            return tell("trouble.outage", language)
        case NotFound():
            return tell("trouble.not_found", language)
        case _:
            return tell("trouble.configuration", language)
