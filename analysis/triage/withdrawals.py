"""Whether a title says that something people type, set, call or import is removed or renamed."""

from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def withdraws(subject: str) -> bool:
    """Whether a title says that a flag, variable, endpoint, argument, setting or public name is removed or renamed."""
    return bool(
        _PATTERNS.says.search(subject)
        and any(
            form.search(subject) for form in (_PATTERNS.place, _PATTERNS.renamed, _PATTERNS.removed, _PATTERNS.passive)
        )
    )
