"""The command for programs that speak the Model Context Protocol."""

import typer

from bot.cli.options import ConfigOption, ZoneOption, core
from bot.cli.options import zone as chosen_zone


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(mcp)


def mcp(tz: ZoneOption = None, config: ConfigOption = None) -> None:
    """Serve everything known to assistants and editors, over the Model Context Protocol on standard input and output."""
    import asyncio

    from bot.mcp.server import speak

    with core(config) as opened:
        asyncio.run(speak(opened, chosen_zone(tz)))
