"""Replies of the conversation for a terminal, with the commands behind their buttons."""

from collections.abc import Sequence
from dataclasses import replace

from rich.text import Text

from formatters.reply import (
    Board,
    Button,
    Channel,
    CommitDetail,
    CommitList,
    DigestPost,
    Form,
    Note,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.terminal.report import Screen, list_entry, one_entry, write_outline
from formatters.terminal.review import write_review
from formatters.text.plain import clean, columns

_SIGNS = {"plain": "", "done": "✓ ", "problem": "✗ ", "working": "… "}
_STYLES = {"plain": "", "done": "green", "problem": "bold red", "working": "dim"}


def reply_text(reply: Reply, *, width: int = 100, colour: bool = False) -> str:
    """Return a reply as lines of at most `width` columns."""
    if isinstance(reply, CommitDetail):
        text = one_entry(reply.item, reply.language, reply.zone, width=width, colour=colour)
        screen = Screen(width, colour=colour)
        if reply.opinions:
            screen.line(clean(reply.opinions), style="dim")
        _buttons(reply.buttons, screen)
        return text + screen.text() if reply.buttons or reply.opinions else text
    screen = Screen(width, colour=colour)
    _write(reply, screen)
    return screen.text()


def _write(reply: Reply, screen: Screen) -> None:
    if isinstance(reply, Note):
        _note(reply, screen)
    elif isinstance(reply, DigestPost):
        write_outline(reply.outline, screen)
        _buttons(reply.buttons, screen)
    elif isinstance(reply, ReviewPost):
        write_review(reply.told, screen)
        _buttons(reply.buttons, screen)
    elif isinstance(reply, CommitList):
        _list(reply, screen)
    elif isinstance(reply, Sheet):
        _sheet(reply, screen)
    elif isinstance(reply, Form):
        _form(reply, screen)
    elif isinstance(reply, Board):
        for number, part in enumerate(reply.parts):
            if number:
                screen.gap()
            _write(part, screen)


def _note(note: Note, screen: Screen) -> None:
    first, *rest = ((f"{_cell(note.about)} · " if note.about else "") + note.text).split("\n")
    screen.line(clean(first), style=_STYLES[note.tone], mark=_SIGNS[note.tone])
    for line in rest:
        screen.line(clean(line))
    _buttons(note.buttons, screen)


def _list(found: CommitList, screen: Screen) -> None:
    screen.line(clean(found.title), style="bold")
    for row in found.rows:
        when = f"{row.when} · {clean(row.because)}" if row.because else row.when
        item = replace(row.item, gist=row.sentence) if row.sentence else row.item
        list_entry(item, when, screen, repo=clean(row.repo))
    _after(found.note, found.buttons, screen)


def _sheet(sheet: Sheet, screen: Screen) -> None:
    """Show a table, row by row if its cells would have to be cut."""
    screen.line(clean(sheet.title), style="bold")
    actions = [clean(action.command) if action else "" for action in sheet.actions] or [""] * len(sheet.rows)
    rows = [tuple(_cell(cell) for cell in row) for row in sheet.rows]
    if all(columns(cell) <= screen.width // 3 for row in (*rows, sheet.columns) for cell in row):
        heads = tuple(Text(clean(column), style="dim") for column in (*sheet.columns, ""))
        cells = [
            (*(Text(cell) for cell in row), Text(action, style="dim"))
            for row, action in zip(rows, actions, strict=True)
        ]
        screen.grid([heads, *cells] if rows else [])
    else:
        for (first, *rest), action in zip(rows, actions, strict=True):
            screen.line(first, mark="· ")
            for cell in rest:
                screen.line(cell, indent=2)
            if action:
                screen.line(action, style="dim", indent=2, mark="› ")
    _after(sheet.note, sheet.buttons, screen)


def _cell(cell: str | Channel) -> str:
    return clean(cell) if isinstance(cell, str) else f"#{clean(cell.id)}"


def _form(form: Form, screen: Screen) -> None:
    """Show a form's fields, and the single command that replaces it."""
    screen.line(clean(form.title), style="bold")
    rows = []
    for field in form.fields:
        values = "|".join(value for value, _ in field.options)
        hint = values or clean(field.hint)
        rows.append((Text(clean(field.label)), Text(f"{field.name}={clean(field.value)}"), Text(hint, style="dim")))
    screen.grid(rows)
    given = " ".join(
        f'{field.name}="{clean(field.value)}"' if " " in field.value else f"{field.name}={clean(field.value)}"
        for field in form.fields
        if field.value and not field.optional
    )
    screen.line(f"{form.command} {given}", style="cyan", mark="> ")


def _after(note: str, buttons: Sequence[Button], screen: Screen) -> None:
    for line in note.split("\n") if note else ():
        screen.line(clean(line), style="dim")
    _buttons(buttons, screen)


def _buttons(buttons: Sequence[Button], screen: Screen) -> None:
    """Show the commands that buttons run."""
    for button in buttons:
        screen.line(f"{clean(button.label)}: {clean(button.command)}", style="dim", mark="  › ")
