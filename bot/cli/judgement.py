"""Commands about judgement: learning a repository, scoring analysers, proposing areas."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import streams
from bot.cli.options import ConfigOption, JsonOption, Wanted, core, is_terminal, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.entry import Usage

QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command(name="learn")(learn)
    app.command(name="eval")(evaluate)


def learn(
    repo: Annotated[
        str | None, typer.Option(help="owner/name on GitHub, a clone's folder, or owner/name=folder.")
    ] = None,
    labels: Annotated[
        list[Path] | None, typer.Option(help="Learn from labelled commits in this file instead; may be repeated.")
    ] = None,
    days: Annotated[int, typer.Option(min=7, max=36_500, help="How many of the last days to learn from.")] = 365,
    report: Annotated[
        bool, typer.Option("--report", help="Only show how well what was learned about the repository works.")
    ] = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
    config: ConfigOption = None,
) -> None:
    """Learn how a repository's people sort and rank their commits, from their own titles, tags and release notes."""
    from analysis.errors import BadInput
    from bot.cli.progress import progress
    from bot.digests.learning import Lesson, learn_labels, learn_repository, read_label_files, reported
    from bot.digests.repositories import parse_place
    from formatters.terminal.figures import lesson_text

    with core(config) as opened:
        if bool(repo) == bool(labels):
            raise BadInput("What should be learned from? Give --repo, or --labels with a file of labelled commits.")
        if report and labels:
            raise BadInput("--report is about a learned repository: give --repo with it, or leave it out.")
        with progress(quiet=quiet) as step:
            lessons: list[Lesson]
            if labels:
                lessons = learn_labels(opened, read_label_files(labels), step)
            elif report:
                lessons = [reported(opened, parse_place(str(repo)))]
            else:
                lessons = [learn_repository(opened, parse_place(str(repo)), days, step)]
        if json_:
            streams.write_json([asdict(lesson) for lesson in lessons])
            return
        for lesson in lessons:
            streams.write_line(
                lesson_text(lesson.repo, lesson.commits, lesson.labelled, lesson.trials, width(), colour=is_terminal())
            )


def evaluate(
    labels: Annotated[
        list[Path] | None, typer.Option(help="A file of labelled commits, one JSON object per line; may be repeated.")
    ] = None,
    days: Annotated[
        list[Path] | None, typer.Option(help="A folder with a day labelled by a reader; may be repeated.")
    ] = None,
    analyser: Annotated[
        Wanted, typer.Option(help="What sorts and ranks the commits: the rules or the model.")
    ] = Wanted.RULES,
    model: Annotated[
        list[str] | None,
        typer.Option(help="With --days: score this model on the configured server; repeat it to compare models."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            help="With --model: a model's prices per million input and output tokens, as NAME=IN,OUT; may be repeated."
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="With --days: draw the figures as a chart into this SVG file.")
    ] = None,
    own_past: Annotated[
        bool,
        typer.Option("--own-past", help="Learn from each repository's older commits first, then score the newer ones."),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the newest commits of each file.")] = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
    config: ConfigOption = None,
) -> None:
    """Score an analyser on labelled commits or days, so that you can compare two models on your own repository."""
    from analysis.errors import BadInput
    from analysis.triage.learned.scoring import figures
    from bot.cli.progress import progress
    from bot.digests.learning import judge_labelled, read_label_files
    from bot.digests.readers_days import evaluate as evaluate_days
    from formatters.charts.evaluation import MOST, compared
    from formatters.terminal.evaluation import days_text
    from formatters.terminal.figures import figures_text

    with core(config) as opened:
        if bool(labels) == bool(days):
            raise BadInput(
                "What should it be scored on? Give --labels with a file of commits, or --days with a folder."
            )
        if labels and (model or picture):
            raise BadInput("--model and --picture go with --days: labelled commits say nothing about order.")
        if model and len(set(model)) > MOST:
            raise BadInput(f"At most {MOST} models can be compared at once: name fewer with --model.")
        settings = opened.settings.model
        prices = {settings.name: settings.price, **dict(map(_price, price or ()))}
        if unknown := [name for name in prices if name not in {settings.name, *(model or ())}]:
            raise BadInput(
                f"--price is for a model that is compared, and {unknown[0]} is not: name it with --model too."
            )
        if days:
            readers = [opened.analyser("model", name) for name in dict.fromkeys(model or ())]
            found = []
            with progress(quiet=quiet) as step:
                for one in readers or [opened.analyser(analyser.value)]:
                    done = evaluate_days(days, one, settings.concurrency, step)
                    cost = prices[one.name](done.usage) if one.name in prices else None
                    found.append((one.name, replace(done, cost=cost)))
            if picture:
                streams.write_file(compared(found).file(), picture)
            if json_:
                documents = [{"analyser": name, **asdict(done)} for name, done in found]
                streams.write_json(documents if len(documents) > 1 else documents[0])
            else:
                texts = [days_text(name, done, width(), colour=is_terminal()) for name, done in found]
                streams.write_line("\n\n".join(texts))
            return
        reader = opened.analyser(analyser.value)
        labelled = read_label_files(labels or [], limit)
        with progress(quiet=quiet) as step:
            scored = figures(judge_labelled(opened, labelled, reader, own_past=own_past, step=step))
        if json_:
            document: dict[str, Any] = {"analyser": reader.name, "figures": [asdict(figure) for figure in scored]}
            streams.write_json(document)
        else:
            streams.write_line(figures_text(reader.name, scored, width(), colour=is_terminal()))


def _price(given: str) -> "tuple[str, Callable[[Usage], float | None]]":
    """Parse `NAME=IN,OUT`; return the name, and a function from tokens to their cost.

    Raises:
        BadInput: it has another form, or a price is not a number of at least 0.
    """
    from analysis.errors import BadInput
    from bot.settings import ModelSettings

    name, _, numbers = given.rpartition("=")
    into, _, out = numbers.partition(",")
    try:
        settings = ModelSettings.model_validate({"name": name, "price_in": into, "price_out": out})
    except ValueError:
        settings = ModelSettings()
    if not settings.name:
        raise BadInput(
            f"--price {given}: write a model's name and its prices for a million tokens in and out, such as gpt-5-mini=0.25,2"
        )
    return name, settings.price


def propose_areas(opened: Any, repo: str | None, out: Path | None) -> None:
    """Write a proposed `[areas]` table for a repository to a new file, or to standard output.

    Raises:
        BadInput: no repository is named, or the file already exists.
    """
    from analysis.errors import BadInput
    from bot.cli.progress import progress
    from bot.digests import learning
    from bot.digests.repositories import parse_place

    if not repo:
        raise BadInput("Whose areas should be proposed? Give --repo with owner/name or a clone's folder.")
    if out and out.exists():  # it may be a configuration that took months
        raise BadInput(f"{out} already exists: name another file with --out, and copy what you like.")
    with progress(quiet=False) as step:
        text = learning.propose_areas(opened, parse_place(repo), 365, step)
    if out is None:
        streams.write([text])
        return
    streams.write_file(text, out)
    streams.tell([f"written to {out}"])
