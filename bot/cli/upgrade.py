"""The command for upgrades from one version to another."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import streams
from bot.cli.archive import FormatOption, OutOption, Written
from bot.cli.options import ConfigOption, JsonOption, Lang, LangOption, core, is_terminal, width


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(upgrade)


def upgrade(
    versions: Annotated[str, typer.Argument(metavar="A..B", help="The two versions: tags, branches or SHAs.")],
    repo: Annotated[str, typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder.")],
    uses: Annotated[
        Path | None,
        typer.Option(help="A file from daybrief uses scan: commits that touch what you use come first."),
    ] = None,
    lang: LangOption = Lang.EN,
    fmt: FormatOption = Written.TERMINAL,
    out: OutOption = None,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars or remarks.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show what an upgrade means for you: what breaks, what to change, what is new."""
    from bot.cli.progress import progress
    from bot.digests import upgrade as upgrading
    from bot.digests.repositories import parse_place
    from bot.digests.uses import load_uses

    with core(config) as opened:
        source = opened.sources.open(parse_place(repo))
        used = load_uses(uses, source.repo) if uses else None
        if not quiet:
            plan = upgrading.plan(opened, source, versions)
            if plan.missing:
                streams.tell(
                    [
                        f"{plan.commits} commits in between, {plan.missing} of which are read first; if interrupted, run it again to continue."
                    ]
                )
        with progress(quiet=quiet) as step:
            made = upgrading.make(opened, source, versions, lang.value, step, used)
        text = _written(made, opened.sources.areas(), lang, Written.JSON if json_ else fmt, screen=out is None)
        streams.put(text, out)


def _written(made: Any, areas: Any, lang: Lang, form: Written, *, screen: bool) -> str:
    if form is Written.JSON:
        from formatters.text.json_text import json_text
        from formatters.upgrade import upgrade_json

        return json_text(upgrade_json(made, areas, lang.value), 1) + "\n"
    if form is Written.MARKDOWN:
        from formatters.markdown.upgrade import upgrade_markdown

        return upgrade_markdown(made, areas, lang.value)
    if form is Written.HTML:
        from formatters.html.upgrade import upgrade_page

        return upgrade_page(made, areas, lang.value)
    from formatters.terminal.upgrade import upgrade_terminal

    columns = width() if screen else streams.WIDE
    return upgrade_terminal(made, areas, lang.value, width=columns, colour=screen and is_terminal())
