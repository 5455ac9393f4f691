"""The commands that maintain the store."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import streams
from bot.cli.options import ConfigOption, JsonOption, core

store_app = typer.Typer(help="Back up and check the store.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(store_app, name="store")


@store_app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; an existing one is replaced.")],
    config: ConfigOption = None,
) -> None:
    """Copy the store to a file while the bot keeps running."""
    from storage.upkeep import backup as copy

    with core(config, makes_store=False) as opened:
        copy(opened.stores.store, file)
        streams.tell([f"the store was copied to {file}, {file.stat().st_size / 1e6:,.1f} MB"])


@store_app.command("check")
def check(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """Check that the store is intact, and show its size; exits with 1 if it is not."""
    from storage.upkeep import check as look

    with core(config, makes_store=False) as opened:
        found = look(opened.stores.store)
        if json_:
            streams.write_json(asdict(found) | {"path": str(opened.stores.store.path), "is_whole": not found.faults})
        else:
            state = "is intact" if not found.faults else "is damaged"
            streams.write_line(
                f"{opened.stores.store.path} {state}: {found.commits:,} commits, {found.diffs:,} with diffs, "
                f"{found.size / 1e6:,.1f} MB ({found.free / 1e6:,.1f} free), log {found.log / 1e6:,.1f} MB"
            )
            for fault in found.faults:
                streams.write_line(f"  {fault}")
    if found.faults:
        streams.tell(["restore a backup, or move the store away to have everything fetched and analysed again."])
        raise typer.Exit(1)
