"""Commands about where a fix is, what may have broken something, and the patches of a fork."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import streams
from bot.cli.archive import FormatOption, OutOption, Written
from bot.cli.options import ConfigOption, JsonOption, Lang, LangOption, core, is_terminal, width

_RepoOption = Annotated[str, typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(fix)
    app.command()(suspects)
    app.command()(patches)


def fix(
    reference: Annotated[list[str], typer.Argument(metavar="#N|SHA|WORDS", help="The issue, pull request or commit.")],
    repo: _RepoOption,
    uses: Annotated[
        Path | None,
        typer.Option(help="A file from daybrief uses scan: also says whether your version has the fix."),
    ] = None,
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show where a fix is: which commits merged it, whether it was reverted since, which releases have it."""
    from bot.commands.references import wanted_fix
    from bot.digests.repositories import parse_place
    from bot.digests.tracing import trace
    from bot.digests.uses import load_uses
    from formatters.tracing import trace_findings, trace_json

    with core(config) as opened:
        source = opened.sources.open(parse_place(repo))
        used = load_uses(uses, source.repo) if uses else None
        made = trace(opened, source, wanted_fix(" ".join(reference)), used)
    told = trace_findings(made, lang.value)
    _write(told, trace_json(made, lang.value), Written.JSON if json_ else fmt, out)


def suspects(
    versions: Annotated[str, typer.Argument(metavar="A..B", help="The version that works, and the one that does not.")],
    repo: _RepoOption,
    words: Annotated[
        list[str] | None, typer.Argument(help="What is broken, in a few words: an operator, a flag, an error message.")
    ] = None,
    area: Annotated[str, typer.Option(help="The area it is in, by any of its names.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many to show.")] = 10,
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
    config: ConfigOption = None,
) -> None:
    """Rank the commits between two versions by how likely they are to have broken something, each with its reasons."""
    from bot.cli.progress import progress
    from bot.commands.queries import stored_area
    from bot.digests.repositories import parse_place
    from bot.digests.suspects import look
    from formatters.tracing import suspicion_findings, suspicion_json

    with core(config) as opened:
        source = opened.sources.open(parse_place(repo))
        areas = opened.sources.areas()
        wanted = (stored_area(opened, area),) if area else ()
        with progress(quiet=quiet) as step:
            made = look(opened, source, versions, " ".join(words or ()), wanted, step)
    told = suspicion_findings(made, areas, lang.value, limit)
    _write(told, suspicion_json(made, areas, lang.value), Written.JSON if json_ else fmt, out)


def patches(
    revisions: Annotated[str, typer.Argument(metavar="UPSTREAM..FORK", help="Upstream's branch, and your fork's.")],
    repo: Annotated[str, typer.Option(help="The clone that has both: its folder, or owner/name=folder.")],
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show which patches of a fork have landed upstream, which conflict with it now, and since which commit."""
    from analysis.errors import BadInput
    from analysis.sources.git_history import GitHistory
    from analysis.sources.git_patches import patches as tried
    from analysis.sources.revisions import read_range
    from bot.cli.progress import progress
    from bot.digests.repositories import parse_place
    from formatters.tracing import patches_findings, patches_json

    with core(config) as opened:
        upstream, fork = read_range(revisions)
        source = opened.sources.open(parse_place(repo))
        if not isinstance(source, GitHistory):
            raise BadInput(f"Patches are tried in a clone: clone {repo}, fetch the fork into it, and name its folder.")
        with progress(quiet=quiet) as step:
            found = tried(source, upstream, fork, step)
    told = patches_findings(source.repo, upstream, fork, found, lang.value)
    _write(told, patches_json(source.repo, upstream, fork, found), Written.JSON if json_ else fmt, out)


def _write(told: Any, data: Any, form: Written, out: Path | None) -> None:
    streams.put(_written(told, data, form, screen=out is None), out)


def _written(told: Any, data: Any, form: Written, *, screen: bool) -> str:
    if form is Written.JSON:
        from formatters.text.json_text import json_text

        return json_text(data, 1) + "\n"
    if form is Written.MARKDOWN:
        from formatters.markdown.tracing import findings_markdown

        return findings_markdown(told)
    if form is Written.HTML:
        from formatters.html.tracing import findings_page

        return findings_page(told)
    from formatters.terminal.tracing import findings_terminal

    return findings_terminal(told, width=width() if screen else streams.WIDE, colour=screen and is_terminal())
