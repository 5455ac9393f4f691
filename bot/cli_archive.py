"""The command line's part about what is remembered: weeks and months, and the archive as pages."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import streams
from bot.cli_options import ConfigOption, JsonOption, Lang, LangOption, ZoneOption, core, is_terminal, width
from bot.cli_options import zone as chosen_zone


class Written(StrEnum):
    """How a look back is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


OneRepo = Annotated[str, typer.Option("--repo", help="The repository (owner/name), as its days were read.")]
LastDay = Annotated[str, typer.Option("--date", help="The last day: 2026-01-08, yesterday, today, or a weekday.")]
FormatOption = Annotated[Written, typer.Option("--format", help="How it is written.")]
OutOption = Annotated[Path | None, typer.Option(help="Write it to this file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (week, month, web):
        app.command()(command)


def week(
    repo: OneRepo,
    date: LastDay = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Look back on seven days that are known: what mattered, what came back, what to try, who was new."""
    from bot.review import WEEK

    _look_back(WEEK, repo, date, tz, lang, Written.JSON if json_ else fmt, out, config)


def month(
    repo: OneRepo,
    date: LastDay = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Look back on thirty days that are known: what mattered, what came back, what to try, who was new."""
    from bot.review import MONTH

    _look_back(MONTH, repo, date, tz, lang, Written.JSON if json_ else fmt, out, config)


def _look_back(
    days: int, repo: str, date: str, tz: str | None, lang: Lang, form: Written, out: Path | None, config: Path | None
) -> None:
    from datetime import timedelta

    from analysis.window import Window, parse_day
    from bot.briefing import today
    from bot.review import look_back

    with core(config) as opened:
        zone = chosen_zone(tz)
        last = parse_day(date, today(opened, zone))
        made = look_back(opened, repo, Window(last - timedelta(days=days - 1), last, zone), lang.value)
        text = _written(made, opened.areas(), form, screen=out is None)
        if out is None:
            streams.write([text])
        else:
            streams.write_file(text, out)


def _written(made: Any, areas: Any, form: Written, *, screen: bool) -> str:
    from formatters import review

    if form is Written.JSON:
        import json

        return json.dumps(review.review_json(made, areas), ensure_ascii=False, indent=1) + "\n"
    if form is Written.MARKDOWN:
        return review.review_markdown(made, areas)
    if form is Written.HTML:
        return review.review_page(made, areas)
    columns = width() if screen else streams.WIDE
    return review.review_terminal(made, areas, width=columns, colour=screen and is_terminal())


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
