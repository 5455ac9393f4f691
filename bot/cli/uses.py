"""The command that scans what a team uses of a repository."""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import streams
from bot.cli.options import ConfigOption, core

_app = typer.Typer(
    name="uses", help="What your own files use of a repository.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(_app)


@_app.command()
def scan(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Your files and folders.")],
    repo: Annotated[
        str,
        typer.Option(help="The repository they use: owner/name on GitHub, a clone's folder, or owner/name=folder."),
    ],
    at: Annotated[str, typer.Option(help="The version of it they use; default: what the clone follows.")] = "",
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("uses.toml"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Find what your files use of a repository, with file and line: flags, variables, endpoints, metrics, names, images, versions."""
    from analysis.uses import UseKind, write_uses
    from bot.cli.progress import progress
    from bot.digests.repositories import parse_place
    from bot.digests.uses import scan as scanned

    with core(config) as opened:
        with progress(quiet=quiet) as step:
            uses = scanned(opened, opened.sources.open(parse_place(repo)), paths, at, step)
        if str(out) == "-":
            streams.write([write_uses(uses)])
        else:
            streams.write_file(write_uses(uses), out)
        if not quiet:
            names = Counter(kind for kind, _ in {(use.kind, use.name) for use in uses.uses})
            told = ", ".join(_counted(names[kind], kind) for kind in UseKind if names[kind]) or "nothing of it"
            files = _counted(len({use.path for use in uses.uses}), "files")
            streams.tell([f"{uses.repo}: {told} in {files}, written to {out}"])


def _counted(count: int, what: str) -> str:
    return f"{count} {re.sub(r'(?<=ss|ch)es$|(?<!ss)s$', '', what) if count == 1 else what}"
