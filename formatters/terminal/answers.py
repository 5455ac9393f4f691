"""Answers of commands for the terminal and for programs: one commit, a list of them, the areas."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from analysis.entry import Entry
from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.json_document import entry_document
from formatters.terminal.report import Screen, list_entry, one_entry
from formatters.text.item import item_of
from formatters.text.plain import clean


def detail_text(
    entry: Entry | None,
    choices: Sequence[Entry],
    areas: Areas,
    language: Language,
    zone: str,
    width: int,
    *,
    colour: bool,
) -> str:
    """Return one commit with everything known about it, or the candidates to choose from."""
    if entry:
        return one_entry(item_of(entry, language, areas), language, zone, width=width, colour=colour).rstrip()
    return _list(label("answer.ambiguous", language), choices, areas, language, zone, width, colour=colour)


def detail_json(entry: Entry | None, choices: Sequence[Entry]) -> dict[str, Any]:
    """Return `{"entry": …}`, or `{"choices": […]}` if several match."""
    if entry:
        return {"entry": entry_document(entry)}
    return {"choices": [entry_document(choice) for choice in choices]}


def list_text(
    title: str,
    entries: Sequence[Entry],
    areas: Areas,
    language: Language,
    zone: str,
    width: int,
    *,
    more: bool,
    colour: bool,
) -> str:
    """Return commits, two lines each, below their count."""
    key = "answer.none" if not entries else "answer.count_more" if more else "answer.count"
    head = label(key, language, title=clean(title), count=len(entries))
    return _list(head, entries, areas, language, zone, width, colour=colour)


def _list(
    head: str, entries: Sequence[Entry], areas: Areas, language: Language, zone: str, width: int, *, colour: bool
) -> str:
    screen = Screen(width, colour=colour)
    screen.line(head, style="bold")
    repos = {entry.commit.repo for entry in entries}
    for entry in entries:
        when = entry.commit.committed_at.astimezone(ZoneInfo(zone))
        repo = clean(entry.commit.repo) if len(repos) > 1 else ""
        list_entry(item_of(entry, language, areas), f"{when:%Y-%m-%d %H:%M}", screen, repo=repo)
    return screen.text().rstrip()


def list_json(entries: Sequence[Entry], *, more: bool) -> dict[str, Any]:
    """Return `{"entries": […], "more": …}`."""
    return {"entries": [entry_document(entry) for entry in entries], "more": more}


def areas_text(rows: Sequence[Mapping[str, Any]], language: Language, width: int = 100, *, colour: bool) -> str:
    """Return the areas as a table."""
    from rich.text import Text

    screen = Screen(width, colour=colour)
    screen.line(label("answer.areas", language), style="bold")
    screen.grid(
        [
            (
                Text(clean(row["name"])),
                Text(clean(row["key"]), style="dim"),
                Text(str(row["commits"])),
                Text(label("answer.high", language, count=row["high"]) if row["high"] else "", style="red"),
                Text(clean(", ".join(row["words"])), style="dim"),
            )
            for row in rows
        ]
    )
    return screen.text().rstrip()
