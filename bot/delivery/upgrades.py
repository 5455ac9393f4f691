"""An upgrade, as shown in chat."""

from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from analysis.upgrade import Upgrade
from bot.i18n.wording import tell
from formatters.reply import Sheet
from formatters.upgrade import upgrade_outline

_FEW = 6
"""Lines per part in a chat message."""


def upgrade_sheet(made: Upgrade, areas: Areas, language: Language, note: str = "") -> Sheet:
    """Return an upgrade as a table of its parts, first what touches the reader; `note` precedes how it came about."""
    told = upgrade_outline(made, areas, language, _FEW)
    rows = [
        (told.hits_name if not number else "", f"{hit.places}: {hit.text}")
        for number, hit in enumerate(told.hits[:_FEW])
    ]
    for part in told.parts:
        rows += [(part.name if number == 0 else "", line.text) for number, line in enumerate(part.lines)]
        rows += [("", part.more)] if part.more else []
    return Sheet(
        title=told.title,
        columns=(tell("column.part", language), tell("column.change", language)),
        rows=tuple(rows),
        language=language,
        note=" ".join(filter(None, (note, told.calm or told.span, *told.notices))),
    )
