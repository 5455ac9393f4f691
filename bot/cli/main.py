"""The command line: parses arguments, calls the core, prints. Every mistake is one sentence and an exit code.

Exit codes: 0 done; 1 not possible (an outage, nothing of that name); 2 invalid arguments or configuration; 130
interrupted.
"""

import logging
import os
import signal
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import archive as cli_archive
from bot.cli import asking as cli_asking
from bot.cli import chat as cli_chat
from bot.cli import judgement as cli_judgement
from bot.cli import mcp as cli_mcp
from bot.cli import slack as cli_slack
from bot.cli import store as cli_store
from bot.cli import streams
from bot.cli import tracing as cli_tracing
from bot.cli import upgrade as cli_upgrade
from bot.cli import uses as cli_uses
from bot.cli.options import (
    ConfigOption,
    JsonOption,
    LabelOption,
    Lang,
    LangOption,
    PathOption,
    RepoOption,
    Wanted,
    ZoneOption,
)
from bot.cli.options import core as _core
from bot.cli.options import is_terminal as _is_terminal
from bot.cli.options import width as _width
from bot.cli.options import zone as _zone

app = typer.Typer(
    name="daybrief",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            streams.write_line(f"daybrief {version('daybrief')}")
        except PackageNotFoundError:
            streams.write_line("daybrief, run from its folder without being installed")
        raise typer.Exit


@app.callback()
def daybrief(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What landed on the repositories you depend on, and what it means for you."""


class Format(StrEnum):
    """The formats of a digest."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


@app.command()
def digest(
    repo: Annotated[
        list[str], typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder; may be repeated.")
    ],
    date: Annotated[str, typer.Option(help="2026-01-08, yesterday, today, or a weekday.")] = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    fmt: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TERMINAL,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    analyser: Annotated[
        Wanted,
        typer.Option(help="Who does the analysis; auto means the model if one is configured, otherwise the rules."),
    ] = Wanted.AUTO,
    area: Annotated[str | None, typer.Option(help="Only this area.")] = None,
    minimum: Annotated[
        str | None, typer.Option("--min", help="Only commits of at least this importance: high, medium, low.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Only this author (name or account).")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only this change type.")] = None,
    branch: Annotated[
        str | None,
        typer.Option(
            help="The branch, or all that match, as in 'release/*'; default: the repository's default branch."
        ),
    ] = None,
    path: PathOption = None,
    label: LabelOption = None,
    uses: Annotated[
        Path | None,
        typer.Option(help="A file from daybrief uses scan: commits that touch what you use come first."),
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option(help="Send it to this outlet in [outlets] instead; may be repeated.")
    ] = None,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars or remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Make the digest of a day."""
    from analysis.commits.window import Window, check_zone, parse_day
    from analysis.digest.scope import Scope
    from analysis.errors import Problem
    from bot.cli import briefing
    from bot.cli.progress import progress
    from bot.config import machine_zone
    from bot.digests.archive import Archive
    from bot.digests.repositories import parse_place
    from bot.digests.uses import read_file

    with _core(config) as core:
        zone = check_zone(tz) if tz else machine_zone()
        window = Window.of(parse_day(date, briefing.today(core, zone)), zone)
        reader = core.analyser(analyser.value)
        choice = briefing.Choice(
            area=area,
            least=minimum,
            author=author,
            kind=kind,
            uses=read_file(uses) if uses else None,
            scope=Scope(tuple(path or ()), tuple(label or ())),
        )
        choice.check()
        outlets = briefing.outlets(core, to) if to else None
        made, problems = [], []
        with progress(quiet=quiet) as step:
            for name in dict.fromkeys(repo):
                try:
                    made.append(
                        briefing.make(core, parse_place(name), window, lang.value, reader, choice, branch, step)
                    )
                except Problem as problem:  # the other repositories' digests are still made
                    problems.append(problem)
        if made:
            wanted = Format.JSON if json_ else fmt
            if wanted is Format.HTML:
                written = Archive(core).page(made)
            else:
                width, colour = (_width(), _is_terminal()) if out is None else (streams.WIDE, False)
                written = briefing.write(made, wanted.value, width=width, colour=colour)
            if out is not None:
                streams.write_file(written, out)
            elif outlets is None:
                streams.write([written])
            if outlets is not None:
                problems += briefing.send(made, outlets, to or [])
        if not quiet:
            streams.tell(remark for digest_, _ in made for remark in briefing.remarks(digest_))
            streams.tell([f"written to {out}"] if out and made else [])
    streams.fail_with(problems)
    if any(briefing.is_vain(digest_, analyser.value) for digest_, _ in made):
        raise typer.Exit(1)


@app.command()
def show(
    reference: Annotated[list[str], typer.Argument(metavar="SHA|#PR|WORDS", help="Which commit.")],
    repo: RepoOption = None,
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show one commit: by SHA, #PR, URL, or words of its title."""
    from bot.commands.queries import show_commit
    from bot.digests.releases import say_released, say_reverted
    from formatters.terminal.answers import detail_json, detail_text

    with _core(config) as core:
        zone = _zone(tz)
        detail = show_commit(core, " ".join(reference), lang.value, repo)
        if json_:
            streams.write_json(detail_json(detail.entry, detail.choices))
        else:
            areas = core.sources.areas()
            streams.write_line(
                detail_text(detail.entry, detail.choices, areas, lang.value, zone, _width(), colour=_is_terminal())
            )
            if detail.entry:
                reverted = say_reverted(core.memory.reverted_by(detail.entry), lang.value)
                for said in filter(None, (reverted, say_released(core.stores, detail.entry, lang.value))):
                    streams.write_line(said)
    if detail.entry is None:
        raise typer.Exit(1)  # several matched: the caller has to choose


@app.command()
def area(
    name: Annotated[str, typer.Argument(help="The area, by any of its names: AMD, rocm, ascend.")],
    repo: RepoOption = None,
    since: Annotated[
        str, typer.Option(help="From then on: 7d, 3w, 2026-01-08; default: the last seven known days.")
    ] = "",
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show an area's commits from the last seven known days, the most important first."""
    from bot.commands.queries import show_area
    from formatters.terminal.answers import list_json, list_text

    with _core(config) as core:
        zone = _zone(tz)
        key, answer = show_area(core, name, lang.value, repo, since, zone)
        if json_:
            streams.write_json(list_json(answer.entries, more=answer.more))
            return
        areas = core.sources.areas()
        title = areas.name(key, lang.value)
        streams.write_line(
            list_text(title, answer.entries, areas, lang.value, zone, _width(), more=answer.more, colour=_is_terminal())
        )


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS [since:7d] [area:…] [type:…] [author:…]", help="What to look for.")
    ],
    repo: RepoOption = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="The most to show.")] = 20,
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Search all known commits: WORDS [since:7d] [until:DATE] [area:NAME] [type:KIND] [author:NAME] [repo:OWNER/NAME] [min:high]."""
    from bot.commands import asking
    from bot.commands.searches import read_search
    from bot.commands.unread import days_of, unread
    from formatters.asking import say_unread
    from formatters.terminal.answers import list_json, list_text
    from formatters.terminal.asking import answer_terminal

    with _core(config) as core:
        text, zone = " ".join(words), _zone(tz)
        wanted, named = read_search(core, text, zone)
        found, answer = asking.search(core, wanted, lang.value, named or repo, limit, zone=zone)
        areas, colour = core.sources.areas(), _is_terminal()
        if json_:
            entries = tuple(one.entry for one in answer.found) if answer else found.entries
            streams.write_json(list_json(entries, more=answer.more if answer else found.more))
        elif answer and answer.found:
            streams.write_line(answer_terminal(answer, areas, lang.value, zone, width=_width(), colour=colour))
        else:
            streams.write_line(
                list_text(text, found.entries, areas, lang.value, zone, _width(), more=found.more, colour=colour)
            )
            repos = asking.repositories(core, repo, named or None)
            for note in say_unread(unread(core, repos, days_of(wanted, zone), zone), lang.value):
                streams.write_line(note)


@app.command()
def areas(
    repo: RepoOption = None,
    init: Annotated[bool, typer.Option("--init", help="Propose a vocabulary for --repo, as TOML to edit.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the proposal of --init to this file.")] = None,
    lang: LangOption = Lang.EN,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List the areas, with how many commits each had in the last seven known days."""
    from analysis.errors import BadInput
    from bot.commands.queries import list_areas
    from formatters.terminal.answers import areas_text

    with _core(config) as core:
        if init:
            cli_judgement.propose_areas(core, repo, out)
            return
        if out:
            raise BadInput("--out is where --init writes its proposal: give --init too, or leave --out out.")
        rows = [asdict(row) for row in list_areas(core, lang.value, repo)]
        if json_:
            streams.write_json(rows)
        else:
            streams.write_line(areas_text(rows, lang.value, _width(), colour=_is_terminal()))


@app.command()
def triage(
    source: Annotated[
        str, typer.Option("--input", help="A file with one JSON object per line, or - for standard input.")
    ] = "-",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
    config: ConfigOption = None,
) -> None:
    """Sort and rank commits given as JSON lines: the rules as a filter for other programs."""
    from bot.cli.triage_filter import triage_lines

    with _core(config) as core:
        is_quiet = quiet or sys.stdout.isatty()  # output lines and progress bars would mix
        lines = streams.lines(source)
        found = triage_lines(lines, core.settings, core.stores.learned.judgement, name=source, quiet=is_quiet)
        streams.write(f"{line}\n" for line in found)


@app.command()
def doctor(
    repo: Annotated[str | None, typer.Option(help="Also check that this repository can be read.")] = None,
    model: Annotated[
        bool,
        typer.Option(
            "--model",
            help="Also measure the model on an invented commit: output format, evidence, speed, the cost of a day.",
        ),
    ] = False,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Check the configuration, the store, GitHub, the model, the time zones and the bot's platforms; say how to fix what is wrong."""
    from bot.cli.progress import progress
    from bot.service.doctor import examine

    signs = {"ok": "✓", "warning": "!", "broken": "✗"}
    with streams.told():
        with progress(quiet=json_ or not model) as step:
            checks = list(examine(os.environ, config, repo, measured=step if model else None))
        if json_:
            streams.write_json([asdict(check) for check in checks])
        for check in [] if json_ else checks:
            remedy = f"\n    {check.remedy}" if check.remedy else ""
            streams.write_line(f"{signs[check.state]} {check.what}: {check.found}{remedy}")
    if any(check.state == "broken" for check in checks):
        raise typer.Exit(1)


cli_archive.add_to(app)
cli_asking.add_to(app)
cli_mcp.add_to(app)
cli_upgrade.add_to(app)
cli_tracing.add_to(app)
cli_uses.add_to(app)
cli_judgement.add_to(app)
cli_chat.add_to(app)
cli_slack.add_to(app)
cli_store.add_to(app)


def main() -> None:
    """Run the command line."""
    # `learn` does small computations: with threads they take three times as long, waiting for each other. NumPy reads
    # it on import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, streams.interrupted)
    streams.prepare()
    logging.basicConfig(level=logging.ERROR, format="daybrief: %(message)s")
    try:
        app(prog_name="daybrief")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # the reader of the help closed the pipe early
            end.code = 0
        raise
    except Exception:
        logging.getLogger("daybrief").exception("this is a bug in Daybrief, please report it with these lines:")
        sys.exit(1)
    finally:
        streams.finish()
