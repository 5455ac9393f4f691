"""Writes known days as files: Markdown or pages for a static site, or JSON lines for programs.

Files from earlier runs stay, whatever their span and repository: indexes list everything in the folder.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Literal

from analysis.commits.window import Window
from analysis.errors import BadInput, NotFound
from analysis.i18n.language import Language
from bot.digests.archive import Archive
from bot.digests.core import Core
from formatters.i18n.wording import label
from formatters.text.json_text import json_text
from storage.files import replacing

Form = Literal["markdown", "html", "jsonl"]
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].html"
_LATEST = 7
_INDEX = "index.html"
_GENERATOR = '<meta name="generator" content="Daybrief">'


def export(
    core: Core, repo: str, window: Window, language: Language, form: Form
) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the files of a repository's known days in a window, oldest first: path within the export, and text.

    A day is known if it has known commits or a digest. JSON lines are one file, yielded in parts.

    Raises:
        BadInput: the window ends before it begins.
        NotFound: no day of the window is known.
    """
    if window.last < window.first:
        raise BadInput(f"{window.last} is before {window.first}: give --since the earlier day.")
    known = core.stores.commits.repository(repo)
    archive, areas = Archive(core), core.sources.areas()
    first = window.first
    span = (window.last - first).days + 1
    days = [day.date for day in archive.days(known, window, span)] if known else []
    if known is None or not days:
        raise NotFound(
            f"Nothing is known of {repo} from {first} to {window.last}: read it first with daybrief backfill --repo {repo} "
            f"--since {first} --until {window.last}."
        )
    folder = PurePosixPath(*(part for part in known.split("/") if part not in {"", ".", ".."}))
    above = ((label("web.repositories", language), _up(folder)), (known, _INDEX))
    for day in days:
        digest = archive.digest(known, Window.of(day, window.zone), language)
        if form == "jsonl":
            from formatters.json_document import document

            yield folder / "days.jsonl", json_text(document(digest)) + "\n"
        elif form == "html":
            yield folder / f"{day}.html", archive.page([(digest, areas)], above)
        else:
            from formatters.markdown.report import markdown

            yield folder / f"{day}.md", markdown(digest, areas)


def indexes(core: Core, folder: Path, zone: str, language: Language) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the pages that link to all exported days in a folder: one per repository, and one for all of them."""
    from formatters.html.archive import Shelf, index_page

    shelves = []
    for place in sorted({path.parent for path in folder.rglob(_DAY)}):
        path = PurePosixPath(place.relative_to(folder))
        days = sorted((date.fromisoformat(day.stem) for day in place.glob(_DAY)), reverse=True)
        known = core.stores.commits.repository(str(path))
        told = _counts(core, known, Window(days[-1], days[0], zone)) if known else {}
        shelf = Shelf(known or str(path), tuple((day, *told.get(day, (None, 0))) for day in days))
        above = ((label("web.repositories", language), _up(path)),)
        yield path / _INDEX, index_page(shelf.repo, [(shelf, "")], above, language)
        shelves.append((Shelf(shelf.repo, shelf.days[:_LATEST]), f"{path}/"))
    yield PurePosixPath(_INDEX), index_page(label("web.repositories", language), shelves, (), language)


def _up(folder: PurePosixPath) -> str:
    return "../" * len(folder.parts) + _INDEX


def _counts(core: Core, repo: str, window: Window) -> dict[date, tuple[int, int]]:
    """Return the number of commits and of high ones on each known day of a window."""
    quiet = dict.fromkeys(core.stores.history.read_days(repo, window), (0, 0))
    return quiet | Archive(core).calendar(repo, window)


def write(folder: Path, files: Iterator[tuple[PurePosixPath, str]]) -> int:
    """Write files below a folder; return how many.

    Existing content of the same day is replaced; other days in a file with several stay.

    Raises:
        BadInput: they cannot be written, someone else's index is in their place, or a file with several days cannot be
            read.
    """
    lines: dict[Path, list[str]] = {}
    count = 0
    for path, text in files:
        if path.suffix == ".jsonl":
            lines.setdefault(folder / path, []).append(text)
        else:
            if path.name == _INDEX:
                _must_be_own(folder / path)
            _put(folder / path, text)
            count += 1
    for target, new in lines.items():
        kept = target.read_text("utf-8", "replace").splitlines(keepends=True) if target.is_file() else []
        told = {_key(line, target): line for line in [*kept, *new]}
        _put(target, "".join(told[key] for key in sorted(told)))
    return count + len(lines)


def _key(line: str, target: Path) -> tuple[str, str, str]:
    """What identifies a line's digest."""
    try:
        read = json.loads(line)
        return read["window"]["first"], read["window"]["zone"], read["language"]
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{target} has a line that is not a digest: move it away, or name another folder.") from None


def _must_be_own(target: Path) -> None:
    """Refuse to overwrite someone's own index page."""
    if target.is_file() and _GENERATOR not in target.read_text("utf-8", "replace"):
        raise BadInput(f"{target} was not written by Daybrief: name another folder with --out, or move that file away.")


def _put(target: Path, text: str) -> None:
    try:
        with replacing(target) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{target} cannot be written ({error.strerror}): name another folder with --out.") from None
