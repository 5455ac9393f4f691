"""The command that prints the manifest to create the Slack app from."""

from typing import Annotated

import typer

from bot.cli import streams


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("slack-manifest")(slack_manifest)


def slack_manifest(
    url: Annotated[
        str, typer.Option(help="For HTTP mode: the https address where Slack reaches the bot; default: Socket Mode.")
    ] = "",
    archive: Annotated[
        str, typer.Option(help="The address readers open the archive at, to preview links to it; default: no previews.")
    ] = "",
) -> None:
    """Print the app manifest to create the Slack app from."""
    from bot.platforms.slack.manifest import manifest

    with streams.told():
        streams.write([manifest(url, archive)])
