"""The command line's part about what is remembered: the archive as pages."""

import typer

from bot import streams
from bot.cli_options import ConfigOption, core


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (web,):
        app.command()(command)


def web(config: ConfigOption = None) -> None:
    """Serve the archive as pages, as [web] in the configuration says, until it is interrupted."""
    import asyncio

    from analysis.window import check_zone
    from bot.config import machine_zone
    from bot.web import serve

    with core(config) as opened:
        settings = opened.settings.web
        zone = check_zone(settings.zone) if settings.zone else machine_zone()

        def ready(address: str) -> None:
            streams.tell([f"the archive is at {address}"])

        asyncio.run(serve(opened, zone, ready))
