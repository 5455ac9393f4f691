"""What the terminal commands share: options, the core, and the properties of the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import streams


class Lang(StrEnum):
    """The languages of reports."""

    EN = "en"
    ZH = "zh"


class Wanted(StrEnum):
    """Which analyser to use."""

    AUTO = "auto"
    RULES = "rules"
    MODEL = "model"


ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file; default ./daybrief.toml.")]
RepoOption = Annotated[str | None, typer.Option("--repo", help="Only this repository (owner/name).")]
LangOption = Annotated[Lang, typer.Option("--lang", help="The language to write in.")]
ZoneOption = Annotated[
    str | None, typer.Option("--tz", help="IANA time zone, such as Asia/Shanghai; default: the machine's.")
]
PathOption = Annotated[
    list[str] | None,
    typer.Option("--path", help="Only what touches these paths, as in rust/** or *.proto; may be repeated."),
]
LabelOption = Annotated[
    list[str] | None, typer.Option("--label", help="Only pull requests with this label; may be repeated.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def core(config: Path | None, *, makes_store: bool = True) -> Iterator[Any]:
    """Open the core with the configuration; a problem ends the command with its message.

    Without `makes_store`, a store that does not exist is such a problem.
    """
    import stamina

    from analysis.errors import NotFound
    from bot.config import load
    from bot.digests.core import open_core

    stamina.instrumentation.set_on_retry_hooks([])  # a retry that succeeds is not worth reporting
    with streams.told():
        configuration = load(os.environ, config)
        if not makes_store and not configuration.store_path.exists():
            raise NotFound(
                f"There is no store at {configuration.store_path}: check [store] path, or read a first day with daybrief digest."
            )
        opened = open_core(configuration)
        try:
            yield opened
        finally:
            opened.stores.store.close()


def zone(name: str | None) -> str:
    """Return the given zone, else the machine's."""
    from analysis.commits.window import check_zone
    from bot.config import machine_zone

    return check_zone(name) if name else machine_zone()


def is_terminal() -> bool:
    """Whether the output is a terminal with colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def width() -> int:
    """Return the width of the output in columns."""
    import shutil

    return (
        min(streams.WIDE, shutil.get_terminal_size((streams.WIDE, 24)).columns) if sys.stdout.isatty() else streams.WIDE
    )
