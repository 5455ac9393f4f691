"""Answers about a repository's history, as shown in chat."""

from bot.i18n.wording import tell
from formatters.reply import Sheet
from formatters.tracing import Finding, Findings

_MOST = 15
"""Lines in a chat message; a page has all of them."""


def findings_sheet(told: Findings) -> Sheet:
    """Return an answer as a table: its summary above the evidence."""
    rows, before = [], ""
    for one in told.found[:_MOST]:
        rows.append((one.name if one.name != before else "", _line(one)))
        before = one.name or before
    return Sheet(
        title=told.title,
        columns=(tell("column.what", told.language), tell("column.commit", told.language)),
        rows=tuple(rows),
        language=told.language,
        note=" ".join([told.lead, *told.notes]),
    )


def _line(one: Finding) -> str:
    head = f"`{one.commit.short}` {one.when} " if one.commit else ""
    return f"{head}{one.text}" + (f" ({one.why})" if one.why else "")
