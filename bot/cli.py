"""The command line: reads arguments, calls the core, prints. Every mistake is one sentence and an exit code.

Exit codes: 0 done; 1 it could not be done (an outage, nothing of that name); 2 what was typed or configured cannot be
used; 130 interrupted.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(
    name="daybrief",
    help="What landed on the repositories you depend on, and what it means for you.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Lang(StrEnum):
    """The languages of reports."""

    EN = "en"
    ZH = "zh"


class Format(StrEnum):
    """How a digest is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


class Wanted(StrEnum):
    """Who analyses."""

    AUTO = "auto"
    RULES = "rules"
    MODEL = "model"


ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file; default ./daybrief.toml.")]
RepoOption = Annotated[str | None, typer.Option("--repo", help="Only this repository (owner/name).")]
LangOption = Annotated[Lang, typer.Option("--lang", help="The language of texts.")]
ZoneOption = Annotated[
    str | None, typer.Option("--tz", help="IANA time zone, such as Asia/Shanghai; default: the machine's.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def digest(
    repo: Annotated[
        list[str], typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder; may be repeated.")
    ],
    date: Annotated[str, typer.Option(help="2026-01-08, yesterday, today, or a weekday.")] = "yesterday",
    tz: ZoneOption = None,
    lang: LangOption = Lang.EN,
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TERMINAL,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    analyser: Annotated[
        Wanted, typer.Option(help="Who analyses: auto is the model if one is configured, else the rules.")
    ] = Wanted.AUTO,
    area: Annotated[str | None, typer.Option(help="Only this area.")] = None,
    minimum: Annotated[
        str | None, typer.Option("--min", help="Only from this importance on: high, medium, low.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Only this author (name or account).")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only this change type.")] = None,
    branch: Annotated[str | None, typer.Option(help="The branch; default: the repository's default branch.")] = None,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars and no remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Make the digest of a day."""
    from analysis.window import Window, check_zone, parse_day
    from bot import briefing
    from bot.config import machine_zone
    from bot.progress import progress
    from bot.repositories import parse_place

    with _core(config) as core, progress(quiet=quiet) as step:
        zone = check_zone(tz) if tz else machine_zone()
        window = Window.of(parse_day(date, briefing.today(core, zone)), zone)
        reader = core.analyser(analyser.value)
        choice = briefing.Choice(area=area, least=minimum, author=author, kind=kind)
        choice.check()
        made = [
            briefing.make(core, parse_place(text), window, lang.value, reader, choice, branch, step)
            for text in dict.fromkeys(repo)
        ]
        wanted = Format.JSON if json_ else fmt
        text = briefing.write(made, wanted.value, width=_width(), colour=out is None and _is_terminal())
        for digest_, _ in made:
            _remark(briefing.remarks(digest_), quiet=quiet)
    _put(text, out, quiet=quiet)
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
    from bot.commands import show_commit
    from formatters.answers import detail_json, detail_text

    with _core(config) as core:
        detail = show_commit(core, " ".join(reference), lang.value, repo)
        if json_:
            _print(json.dumps(detail_json(detail.entry, detail.choices), ensure_ascii=False, indent=1))
            return
        _print(
            detail_text(
                detail.entry, detail.choices, core.areas(), lang.value, _zone(tz), _width(), colour=_is_terminal()
            )
        )


@app.command()
def area(
    name: Annotated[str, typer.Argument(help="The area, by any of its names: AMD, rocm, 昇腾.")],
    repo: RepoOption = None,
    since: Annotated[
        str, typer.Option(help="From then on: 7d, 3w, 2026-01-08; default: the last seven days known.")
    ] = "",
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show an area's commits of the last seven days, the most important first."""
    from bot.commands import show_area
    from formatters.answers import list_json, list_text

    with _core(config) as core:
        key, answer = show_area(core, name, lang.value, repo, since)
        if json_:
            _print(json.dumps(list_json(answer.entries, more=answer.more), ensure_ascii=False, indent=1))
            return
        areas = core.areas()
        title = areas.name(key, lang.value)
        _print(
            list_text(
                title, answer.entries, areas, lang.value, _zone(tz), _width(), more=answer.more, colour=_is_terminal()
            )
        )


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS [since:7d] [area:…] [type:…] [author:…]", help="What to look for.")
    ],
    repo: RepoOption = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 20,
    lang: LangOption = Lang.EN,
    tz: ZoneOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Search what is known: WORDS [since:7d] [until:DATE] [area:NAME] [type:KIND] [author:NAME] [repo:OWNER/NAME] [min:high]."""
    from bot.commands import search_commits
    from formatters.answers import list_json, list_text

    with _core(config) as core:
        text = " ".join(words)
        answer = search_commits(core, text, lang.value, repo, limit)
        if json_:
            _print(json.dumps(list_json(answer.entries, more=answer.more), ensure_ascii=False, indent=1))
            return
        _print(
            list_text(
                text,
                answer.entries,
                core.areas(),
                lang.value,
                _zone(tz),
                _width(),
                more=answer.more,
                colour=_is_terminal(),
            )
        )


@app.command()
def areas(
    repo: RepoOption = None, lang: LangOption = Lang.EN, json_: JsonOption = False, config: ConfigOption = None
) -> None:
    """List the areas, with their commits of the last seven days."""
    from bot.commands import list_areas
    from formatters.answers import areas_text

    with _core(config) as core:
        rows = [asdict(row) for row in list_areas(core, lang.value, repo)]
        _print(
            json.dumps(rows, ensure_ascii=False, indent=1)
            if json_
            else areas_text(rows, lang.value, colour=_is_terminal())
        )


@app.command()
def triage(
    source: Annotated[
        str, typer.Option("--input", help="A file with a JSON object a line, or - for standard input.")
    ] = "-",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
    config: ConfigOption = None,
) -> None:
    """Sort and rank commits given as JSON lines: the rules as a filter for other programs."""
    from bot.config import load
    from bot.triage_filter import triage_lines

    with _told():
        configuration = load(os.environ, config)
        lines: Iterator[str] = sys.stdin if source == "-" else _lines(Path(source))
        for line in triage_lines(lines, configuration.settings, name=source, quiet=quiet):
            sys.stdout.write(line + "\n")


@app.command()
def doctor(
    repo: Annotated[str | None, typer.Option(help="Also check that this repository can be read.")] = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Check the configuration, the store, GitHub, the model and the time zones; say how to mend what is wrong."""
    from bot.doctor import examine

    checks = list(examine(os.environ, config, repo))
    if json_:
        _print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=1))
    else:
        signs = {"ok": "✓", "warning": "!", "broken": "✗"}
        for check in checks:
            _print(
                f"{signs[check.state]} {check.what}: {check.found}" + (f"\n    {check.remedy}" if check.remedy else "")
            )
    if any(check.state == "broken" for check in checks):
        raise typer.Exit(1)


# -- shared by the commands


@contextmanager
def _core(config: Path | None) -> Iterator[Any]:
    import stamina

    from bot.config import load
    from bot.core import Core

    stamina.instrumentation.set_on_retry_hooks([])  # a retry that helps is nobody's news
    with _told():
        core = Core(load(os.environ, config))
        try:
            yield core
        finally:
            core.store.close()


@contextmanager
def _told() -> Iterator[None]:
    from analysis.errors import BadInput, Problem

    try:
        yield
    except Problem as problem:
        _fail(str(problem), 2 if isinstance(problem, BadInput) else 1)


def _fail(message: str, code: int) -> NoReturn:
    from formatters.plain import clean

    sys.stderr.write(f"daybrief: {clean(message)}\n")
    raise typer.Exit(code)


def _remark(remarks: list[str], *, quiet: bool) -> None:
    if not quiet:
        for remark in remarks:
            sys.stderr.write(f"daybrief: {remark}\n")


def _put(text: str, out: Path | None, *, quiet: bool) -> None:
    if out is None:
        _print(text.rstrip("\n"))
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{out} cannot be written ({error.strerror}): name another file with --out.", 2)
    if not quiet:
        sys.stderr.write(f"daybrief: written to {out}\n")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _lines(path: Path) -> Iterator[str]:
    from analysis.errors import BadInput

    try:
        with path.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}): name a file of JSON lines, or - for standard input."
        ) from None


def _zone(name: str | None) -> str:
    from analysis.window import check_zone
    from bot.config import machine_zone

    return check_zone(name) if name else machine_zone()


def _is_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _width() -> int:
    import shutil

    return min(100, shutil.get_terminal_size((100, 24)).columns) if sys.stdout.isatty() else 100


def main() -> NoReturn:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.basicConfig(level=logging.ERROR, format="daybrief: %(message)s")
    try:
        app()
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        # Somebody read the first lines and left: that is no error. Nothing may be flushed to a closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.stderr.write("daybrief: interrupted; what was fetched and analysed is kept, the next run goes on from there.\n")
    sys.stderr.flush()
    # Threads that wait for a server would hold the process until it answers. The store needs no goodbye.
    os._exit(130)
