"""Answers of commands for the terminal and for programs: one commit, a list of them, the areas."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from analysis.areas import Areas
from analysis.entry import Entry, Language
from formatters.json_document import entry_document
from formatters.outline import item_of
from formatters.terminal import Screen, list_entry, one_entry
from formatters.wording import label


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
    """Return one commit with everything known of it, or the ones to choose from."""
    if entry:
        return one_entry(item_of(entry, language, areas), zone, width=width, colour=colour).rstrip()
    title = label("answer.ambiguous", language)
    return list_text(title, choices, areas, language, zone, width, more=False, colour=colour)


def detail_json(entry: Entry | None, choices: Sequence[Entry]) -> dict[str, Any]:
    """Return `{"entry": …}`, or `{"choices": […]}` where several are meant."""
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
    """Return commits, two lines each."""
    screen = Screen(width, colour=colour)
    count = f"{len(entries)}+" if more else str(len(entries))
    screen.line(label("answer.count", language, title=title, count=count), style="bold")
    repos = {entry.commit.repo for entry in entries}
    for entry in entries:
        item = item_of(entry, language, areas)
        when = entry.commit.committed_at.astimezone(ZoneInfo(zone))
        list_entry(item, f"{when:%Y-%m-%d %H:%M}", screen, repo=entry.commit.repo if len(repos) > 1 else "")
    if not entries:
        screen.line(label("answer.none", language))
    return screen.text().rstrip()


def list_json(entries: Sequence[Entry], *, more: bool) -> dict[str, Any]:
    """Return `{"entries": […], "more": …}`."""
    return {"entries": [entry_document(entry) for entry in entries], "more": more}


def areas_text(rows: Sequence[Mapping[str, Any]], language: Language, *, colour: bool) -> str:
    """Return the areas as a table."""
    from rich.text import Text

    screen = Screen(100, colour=colour)
    screen.line(label("answer.areas", language), style="bold")
    screen.grid(
        [
            (
                Text(row["name"]),
                Text(row["key"], style="dim"),
                Text(str(row["commits"]), justify="right"),
                Text(f"{row['high']} {label('answer.high', language)}" if row["high"] else "", style="red"),
                Text(", ".join(row["words"]), style="dim"),
            )
            for row in rows
        ]
    )
    return screen.text().rstrip()
