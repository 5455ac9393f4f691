"""Standard input, output and error of the command line: what is written where, and how a closed pipe or a full disk is handled."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import typer

WIDE = 100
"""Columns of what is not read on a terminal; longer lines are hard to read anywhere."""


def prepare() -> None:
    """Make all streams UTF-8, whatever the machine's locale is."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="strict" if stream is sys.stdin else "replace")


@contextmanager
def told() -> Iterator[None]:
    """End with a problem's sentence and exit code instead of a traceback."""
    from analysis.errors import Problem

    try:
        yield
    except Problem as problem:
        fail_with([problem])


def fail_with(problems: Iterable[Exception]) -> None:
    """End with these problems' sentences and their exit code, if there are any."""
    from analysis.errors import BadInput

    told = list(problems)
    if told:
        tell(str(problem) for problem in told)
        raise typer.Exit(2 if all(isinstance(problem, BadInput) for problem in told) else 1)


def tell(sentences: Iterable[str]) -> None:
    """Write sentences to standard error, a line each."""
    from formatters.text.plain import clean

    with suppress(OSError):  # nobody may be there to read it
        for sentence in sentences:
            sys.stderr.write(f"daybrief: {clean(sentence)}\n")


def write(pieces: Iterable[str]) -> None:
    """Write to standard output; that its reader has left is no error."""
    from analysis.errors import Outage

    out = sys.stdout  # progress bars put something else there while `pieces` come
    try:
        for piece in pieces:
            out.write(piece)
        out.flush()
    except BrokenPipeError:
        _give_up()
        raise typer.Exit(0) from None
    except OSError as error:
        _give_up()
        raise Outage(
            f"Standard output cannot be written to ({error.strerror}): write elsewhere, or make room."
        ) from None


def write_line(text: str) -> None:
    """Write a text and a line's end to standard output."""
    write([text + "\n"])


def write_json(data: Any) -> None:
    """Write data as JSON to standard output."""
    from formatters.text.json_text import json_text

    write_line(json_text(data, 1))


def write_file(text: str, path: Path) -> None:
    """Write a file, and the folders that it lies in.

    Raises:
        BadInput: it cannot be written; what was there before is as it was.
    """
    from analysis.errors import BadInput
    from storage.files import replacing

    try:
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}): name another file with --out.") from None


def put(text: str, out: Path | None) -> None:
    """Write a text to a file, or to standard output where none is named."""
    if out is None:
        write([text])
    else:
        write_file(text, out)


def lines(source: str) -> Iterator[str]:
    """Yield the lines of a file, or of standard input for `-`.

    Raises:
        BadInput: it cannot be read, or is no text.
    """
    from analysis.errors import BadInput

    name = "standard input" if source == "-" else source
    try:
        if source == "-":
            yield from sys.stdin
        else:
            with Path(source).open(encoding="utf-8") as opened:
                yield from opened
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read ({error.strerror}): name a file of JSON lines, or - for standard input."
        ) from None
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8 text: give JSON lines in UTF-8.") from None


def finish() -> None:
    """Write out what still waits; for the very end, where nobody is left to tell."""
    try:
        sys.stdout.flush()
    except OSError:
        _give_up()


def _give_up() -> None:
    # What is left in the buffer would be written, and fail, once more when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interrupted(_signal: int, _frame: Any) -> NoReturn:
    """End at once: threads that wait for a server would hold the process until it answers. The store needs no goodbye."""
    show_cursor = "\r\x1b[K\x1b[?25h" if sys.stderr.isatty() else ""  # a progress bar hides it
    sentence = "interrupted; what was fetched and analysed is kept, and the next run resumes from there."
    for stream, text in ((sys.stdout, ""), (sys.stderr, f"{show_cursor}daybrief: {sentence}\n")):
        with suppress(OSError, RuntimeError, ValueError):  # it may have been writing just now, or be closed
            stream.write(text)
            stream.flush()
    os._exit(130)
