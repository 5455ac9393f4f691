"""Writes known days as files: Markdown or pages for a static site, or JSON lines for programs."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from analysis.entry import Language
from analysis.errors import BadInput, NotFound
from analysis.window import Window
from bot.archive import Archive
from bot.core import Core

Form = Literal["markdown", "html", "jsonl"]
_ENDINGS = {"markdown": "md", "html": "html"}


def export(
    core: Core, repo: str, window: Window, language: Language, form: Form
) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the files of a repository's known days in a window, oldest first: path within the export, and text.

    A day is known if commits of it are, or if a digest was made of it. JSON lines are one file, which comes in parts.

    Raises:
        NotFound: no day of the window is known.
    """
    known = core.commits.repository(repo)
    archive, areas = Archive(core), core.areas()
    first = window.first
    span = (window.last - first).days + 1
    days = [day.date for day in archive.days(known, window, span)] if known else []
    if known is None or not days:
        raise NotFound(
            f"Nothing of {repo} from {first} to {window.last} is known: read it first, with daybrief backfill --repo {repo} "
            f"--since {first}."
        )
    folder = PurePosixPath(*(part for part in known.split("/") if part not in {"", ".", ".."}))
    for day in days:
        digest = archive.digest(known, Window.of(day, window.zone), language)
        if form == "jsonl":
            from formatters.json_document import document

            yield folder / "days.jsonl", json.dumps(document(digest), ensure_ascii=False, separators=(",", ":")) + "\n"
        elif form == "html":
            yield folder / f"{day}.html", archive.page([(digest, areas)])
        else:
            from formatters.markdown import markdown

            yield folder / f"{day}.md", markdown(digest, areas)
    if form == "html":
        from formatters.html_archive import index_page

        calendar = archive.calendar(known, window)
        yield (
            folder / "index.html",
            index_page(known, [(day, *calendar.get(day, (0, 0))) for day in reversed(days)], language),
        )


def write(folder: Path, files: Iterator[tuple[PurePosixPath, str]]) -> int:
    """Write files below a folder; return how many. What was there of them before is replaced.

    Raises:
        BadInput: they cannot be written.
    """
    begun: set[PurePosixPath] = set()
    for path, text in files:
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("a" if path in begun else "w", encoding="utf-8") as opened:
                opened.write(text)
        except OSError as error:
            raise BadInput(f"{target} cannot be written ({error.strerror}): name another folder with --out.") from None
        begun.add(path)
    return len(begun)
