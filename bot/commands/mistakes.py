"""Requests that cannot be answered, as a sentence in the reader's language."""

import contextlib
from collections.abc import Iterator

from analysis.errors import BadInput
from analysis.i18n.language import Language
from bot.commands.registry import as_typed
from bot.i18n.wording import tell
from formatters.i18n.wording import label


class Mistake(BadInput):
    """A request that cannot be answered; `key` names the sentence in `bot/i18n/`, which lists a tuple of texts.

    Attributes:
        field: the form field it is about; empty for none.
    """

    def __init__(self, key: str, **values: str | tuple[str, ...]) -> None:
        self.key = key
        self.values = values
        self.field = ""
        super().__init__(self.said("en"))

    def said(self, language: Language, platform: str = "") -> str:
        """Say it in a language, with commands as they are typed on a platform and people's own words unchanged."""
        comma = label("list.comma", language)
        listed = {name: comma.join(one) if isinstance(one, tuple) else one for name, one in self.values.items()}
        listed |= {name: as_typed(f"`{listed[name]}`", platform)[1:-1] for name in ("near", "right") if name in listed}
        return tell(self.key, language, lambda text: as_typed(text, platform), **listed)


_OPERATORS = {
    "wish": "mistake.operator_wish", "hours": "mistake.operator_hours", "exclusion": "mistake.operator_exclusion",
    "comparison": "mistake.operator_comparison", "amount": "mistake.operator_amount", "order": "mistake.operator_order",
    "place": "mistake.operator_place",
}  # fmt: skip


def about_operator(kind: str, text: str) -> Mistake:
    """Return the mistake for an operator that nothing takes; `kind` is that of `analysis.questions.operators`."""
    return Mistake(_OPERATORS[kind], text=text)


@contextlib.contextmanager
def about_field(name: str) -> Iterator[None]:
    """Attach the name of a form field to a mistake."""
    try:
        yield
    except Mistake as mistake:
        mistake.field = mistake.field or name
        raise
