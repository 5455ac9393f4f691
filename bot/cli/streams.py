"""Standard input, output and error of the command line: what is written where, and how a closed pipe or a full disk is handled."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import typer

WIDE = 100
"""Columns of output that is not a terminal; longer lines are hard to read anywhere."""


def prepare() -> None:
    """Make all streams UTF-8, whatever the machine's locale."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="strict" if stream is sys.stdin else "replace")


@contextmanager
def told() -> Iterator[None]:
    """On a problem, exit with its message and exit code instead of a traceback."""
    from analysis.errors import Problem

    try:
        yield
    except Problem as problem:
        fail_with([problem])


def fail_with(problems: Iterable[Exception]) -> None:
    """Exit with these problems' messages and exit code, if there are any."""
    from analysis.errors import BadInput

    told = list(problems)
    if told:
        tell(str(problem) for problem in told)
        raise typer.Exit(2 if all(isinstance(problem, BadInput) for problem in told) else 1)


def tell(sentences: Iterable[str]) -> None:
    """Write sentences to standard error, one per line."""
    from formatters.text.plain import clean

    with suppress(OSError):  # nobody may be there to read it
        for sentence in sentences:
            sys.stderr.write(f"daybrief: {clean(sentence)}\n")


def write(pieces: Iterable[str]) -> None:
    """Write to standard output; a reader that has gone away is not an error."""
    from analysis.errors import Outage

    out = sys.stdout  # progress bars replace it while `pieces` arrive
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
    """Write a line to standard output."""
    write([text + "\n"])


def write_json(data: Any) -> None:
    """Write data as JSON to standard output."""
    from formatters.text.json_text import json_text

    write_line(json_text(data, 1))


def write_file(text: str, path: Path) -> None:
    """Write a file, creating its folders.

    Raises:
        BadInput: it cannot be written; the previous content is untouched.
    """
    from analysis.errors import BadInput
    from storage.files import replacing

    try:
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}): name another file with --out.") from None


def put(text: str, out: Path | None) -> None:
    """Write a text to a file, or to standard output if none is given."""
    if out is None:
        write([text])
    else:
        write_file(text, out)


def lines(source: str) -> Iterator[str]:
    """Yield the lines of a file, or of standard input for `-`.

    Raises:
        BadInput: it cannot be read, or is not text.
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
    """Flush the streams; only at the very end, when errors can no longer be reported."""
    try:
        sys.stdout.flush()
    except OSError:
        _give_up()


def _give_up() -> None:
    # Otherwise Python would try to flush the buffer again at exit, and fail.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interrupted(_signal: int, _frame: Any) -> NoReturn:
    """Exit at once: threads waiting for a server would keep the process alive. The store needs no cleanup."""
    show_cursor = "\r\x1b[K\x1b[?25h" if sys.stderr.isatty() else ""  # a progress bar hides the cursor
    sentence = "interrupted; what was fetched and analysed is kept, and the next run resumes from there."
    for stream, text in ((sys.stdout, ""), (sys.stderr, f"{show_cursor}daybrief: {sentence}\n")):
        with suppress(OSError, RuntimeError, ValueError):  # it may be in the middle of a write, or closed
            stream.write(text)
            stream.flush()
    os._exit(130)
