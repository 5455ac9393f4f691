"""Commands about stored digests: weeks and months, past days, exports, the archive as pages."""

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import streams
from bot.cli.options import ConfigOption, JsonOption, Lang, LangOption, Wanted, ZoneOption, core, is_terminal, width
from bot.cli.options import zone as chosen_zone


class Written(StrEnum):
    """The formats of a review."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


class Files(StrEnum):
    """The formats of exported days."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSONL = "jsonl"


OneRepo = Annotated[str, typer.Option("--repo", help="The repository (owner/name), as named when its days were read.")]
LastDay = Annotated[str, typer.Option("--date", help="The last day: 2026-01-08, yesterday, today, or a weekday.")]
FormatOption = Annotated[Written, typer.Option("--format", help="The output format.")]
OutOption = Annotated[Path | None, typer.Option(help="Write it to this file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (week, month, backfill, export, web):
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
    """Look back on seven known days: what mattered, reverts and repeat fixes, what to try, who is new."""
    from bot.digests.review import WEEK

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
    """Look back on thirty known days: what mattered, reverts and repeat fixes, what to try, who is new."""
    from bot.digests.review import MONTH

    _look_back(MONTH, repo, date, tz, lang, Written.JSON if json_ else fmt, out, config)


def _look_back(
    days: int, repo: str, date: str, tz: str | None, lang: Lang, form: Written, out: Path | None, config: Path | None
) -> None:
    from datetime import timedelta

    from analysis.commits.window import Window, parse_day
    from analysis.i18n.language import LANGUAGES
    from bot.cli.briefing import today
    from bot.digests.review import look_back, pending

    with core(config) as opened:
        zone = chosen_zone(tz)
        last = parse_day(date, today(opened, zone))
        window = Window(last - timedelta(days=days - 1), last, zone)
        made = [look_back(opened, repo, window, lang.value)]
        if form is Written.HTML:  # a page can switch between the languages in which all of it was read
            others = (look_back(opened, repo, window, other) for other in LANGUAGES if other != lang.value)
            made += [other for other in others if not pending(opened, other)]
        text = _written(made, opened.sources.areas(), form, screen=out is None)
        streams.put(text, out)


def _written(reviews: Any, areas: Any, form: Written, *, screen: bool) -> str:
    made = reviews[0]
    if form is Written.JSON:
        from formatters.json_document import review_json
        from formatters.text.json_text import json_text

        return json_text(review_json(made, areas), 1) + "\n"
    if form is Written.MARKDOWN:
        from formatters.markdown.review import review_markdown

        return review_markdown(made, areas)
    if form is Written.HTML:
        from formatters.html.review import review_page

        return review_page(reviews, areas)
    from formatters.terminal.review import review_terminal

    columns = width() if screen else streams.WIDE
    return review_terminal(made, areas, width=columns, colour=screen and is_terminal())


def backfill(
    repo: Annotated[str, typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder.")],
    since: Annotated[str, typer.Option(help="The first day: 2026-01-08, yesterday, or a weekday.")],
    until: Annotated[str, typer.Option(help="The last day.")] = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    analyser: Annotated[
        Wanted,
        typer.Option(help="Who does the analysis; auto means the model if one is configured, otherwise the rules."),
    ] = Wanted.AUTO,
    branch: Annotated[str | None, typer.Option(help="The branch; default: the repository's default branch.")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Read on this Dask cluster, such as tcp://10.0.0.5:8786.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Start without asking, even if a model costs money.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars or remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Read the days in a range that have not been read yet; if interrupted, run it again to continue."""
    from analysis.commits.window import parse_day
    from analysis.errors import BadInput
    from bot.cli.briefing import today
    from bot.cli.progress import progress
    from bot.digests import backfill as filling
    from bot.digests.repositories import parse_place

    with core(config) as opened:
        zone, reader = chosen_zone(tz), opened.analyser(analyser.value)
        now = today(opened, zone)
        span = filling.Span(parse_place(repo), branch, parse_day(since, now), parse_day(until, now), zone, lang.value)
        with progress(quiet=quiet) as step:
            wanted = filling.plan(opened, span, reader, step)
        if not quiet:
            streams.tell(_said(wanted, reader.name))
        if wanted.tokens_in and not yes:
            if not is_terminal():
                raise BadInput("A model would read these commits, which may cost money: add --yes to start.")
            if not typer.confirm("Begin?"):
                raise typer.Exit(1)
        with _on(opened, cluster), progress(quiet=quiet) as step:
            count = filling.backfill(opened, span, wanted, reader, step)
        if not quiet:
            streams.tell([f"{_days(len(wanted.days))} read, with {count} commits."])


@contextlib.contextmanager
def _on(opened: Any, address: str | None) -> Iterator[None]:
    """Have commits read on a cluster, if one is named."""
    if address is None:
        yield
        return
    from bot.digests.cluster import cluster

    with cluster(address) as readers:
        opened.readers = readers
        yield


def _said(wanted: Any, reader: str) -> list[str]:
    """Describe the work to be done."""
    done = f" ({wanted.done} are done already)" if wanted.done else ""
    told = [
        f"{_days(len(wanted.days))} to read{done}: {wanted.commits} commits, {wanted.to_fetch} to fetch, "
        f"{wanted.to_read} to be read by {reader}."
    ]
    if wanted.tokens_in:
        basis = "based on earlier runs" if wanted.is_measured else "a guess, because it has read nothing here yet"
        cost = "" if wanted.cost is None else f", cost about {wanted.cost:.2f}"
        told.append(f"about {wanted.tokens_in:,} tokens in and {wanted.tokens_out:,} out{cost} ({basis}).")
    return told


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def export(
    repo: OneRepo,
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    since: Annotated[str, typer.Option(help="The first day.")],
    until: Annotated[str, typer.Option(help="The last day.")] = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    fmt: Annotated[Files, typer.Option("--format", help="The output format.")] = Files.MARKDOWN,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write the known days as files: Markdown, pages for a static site, or JSON lines."""
    from analysis.commits.window import Window, parse_day
    from bot.cli.briefing import today
    from bot.web import export as exporting

    with core(config) as opened:
        zone = chosen_zone(tz)
        now = today(opened, zone)
        window = Window(parse_day(since, now), parse_day(until, now), zone)
        count = exporting.write(out, exporting.export(opened, repo, window, lang.value, fmt.value))
        if fmt is Files.HTML:
            count += exporting.write(out, exporting.indexes(opened, out, zone, lang.value))
        if not quiet:
            streams.tell([f"{count} files written to {out}"])


def web(config: ConfigOption = None) -> None:
    """Serve the archive as web pages, as configured in [web], until interrupted."""
    import asyncio

    from bot.web.server import serve

    with core(config) as opened:

        def ready(address: str) -> None:
            streams.tell([f"the archive is at {address}"])

        asyncio.run(serve(opened, ready))
