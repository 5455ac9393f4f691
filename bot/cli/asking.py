"""The command for questions in plain words."""

from typing import Annotated

import typer

from bot.cli import streams
from bot.cli.options import (
    ConfigOption,
    JsonOption,
    Lang,
    LangOption,
    RepoOption,
    Wanted,
    ZoneOption,
    core,
    is_terminal,
    width,
)
from bot.cli.options import zone as chosen_zone


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(ask)


def ask(
    question: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="In English or Chinese, as you would ask someone.")
    ],
    repo: RepoOption = None,
    analyser: Annotated[
        Wanted, typer.Option(help="Who answers; auto means the model if one is configured, otherwise the rules.")
    ] = Wanted.AUTO,
    limit: Annotated[int, typer.Option(min=1, max=50, help="The most commits to show.")] = 5,
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Ask in plain words: what changed, for whom, since when, by whom; answered from known commits."""
    from bot.commands.asking import ask as asked
    from bot.digests.answering import in_sentences
    from formatters.asking import answer_json
    from formatters.terminal.asking import answer_terminal

    with core(config) as opened:
        zone = chosen_zone(tz)
        found = asked(opened, " ".join(question), lang.value, repo, zone, limit=limit)
        answer = in_sentences(opened, found, lang.value, analyser.value)
        if json_:
            streams.write_json(answer_json(answer))
        else:
            areas = opened.sources.areas()
            streams.write_line(answer_terminal(answer, areas, lang.value, zone, width=width(), colour=is_terminal()))
