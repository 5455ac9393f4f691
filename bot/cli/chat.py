"""The bot's commands: serve, chat, feeds, feedback; mounted by `bot.cli.main`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import streams
from bot.cli.options import ConfigOption, JsonOption, LabelOption, Lang, PathOption, is_terminal
from bot.cli.options import core as opened

if TYPE_CHECKING:
    from bot.digests.core import Core
    from storage.feeds import Feed, Feeds

feed_app = typer.Typer(help="The digests posted to channels.", no_args_is_help=True, rich_markup_mode=None)
feedback_app = typer.Typer(help="The ranks that people corrected.", no_args_is_help=True, rich_markup_mode=None)


class Platform(StrEnum):
    """Platforms with channels."""

    SLACK = "slack"
    DISCORD = "discord"
    OUTLET = "outlet"
    TERMINAL = "terminal"


class Level(StrEnum):
    """Importances."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Days(StrEnum):
    """The days on which a feed posts."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WORKDAYS = "workdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Quiet(StrEnum):
    """What to post on a day without commits."""

    LINE = "line"
    NOTHING = "nothing"


NumberArgument = Annotated[int, typer.Argument(help="The feed's number, as `daybrief feed list` shows it.")]


def serve(config: ConfigOption = None) -> None:
    """Run the bot until it is stopped: post what is due, answer Slack and Discord."""
    from bot.service.process import run

    with opened(config) as core:
        run(core)


def chat(
    lang: Annotated[Lang, typer.Option("--lang", help="The language of answers.")] = Lang.EN,
    tz: Annotated[
        str | None, typer.Option("--tz", help="IANA time zone; default: the digest's, or the machine's.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Talk to the bot here, with the commands of Slack and Discord, one per line; `help` lists them."""
    import asyncio
    import shutil

    from analysis.commits.window import check_zone
    from bot.platforms.terminal import Terminal
    from bot.service.assembly import Assembly

    with opened(config) as core:
        is_shown = sys.stdout.isatty()
        terminal = Terminal(
            language=lang.value,
            zone=check_zone(tz) if tz else "",
            width=lambda: (
                min(streams.WIDE, shutil.get_terminal_size((streams.WIDE, 24)).columns) if is_shown else streams.WIDE
            ),
            colour=is_terminal(),
            is_interactive=is_shown and sys.stdin.isatty(),
            lines=sys.stdin,
            out=sys.stdout,
        )

        async def talk() -> None:
            assembly = Assembly(core, {"terminal": terminal})
            try:
                await terminal.run(assembly.talk)
            finally:
                await assembly.work.close()

        asyncio.run(talk())


@feed_app.command("add")
def add(
    platform: Annotated[Platform, typer.Option(help="Where the channel is.")],
    channel: Annotated[str, typer.Option(help="The channel's ID, such as C024BE91L; for an outlet, its name.")],
    repo: Annotated[str, typer.Option(help="owner/name on GitHub, or owner/name=folder for a clone.")],
    at: Annotated[str, typer.Option(help="When to post it.")] = "09:00",
    tz: Annotated[str | None, typer.Option("--tz", help="IANA time zone; default: the machine's.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The language.")] = Lang.EN,
    least: Annotated[Level, typer.Option("--min", help="Only commits of at least this importance.")] = Level.LOW,
    area: Annotated[list[str] | None, typer.Option(help="Only this area; may be repeated.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="Leave this author out; `bots` for all bots.")] = None,
    path: PathOption = None,
    label: LabelOption = None,
    branch: Annotated[
        list[str] | None, typer.Option(help="All branches that match, as in release/*; may be repeated.")
    ] = None,
    days: Annotated[
        Days,
        typer.Option(
            help="weekdays: Monday covers the weekend; workdays: no weekend; weekly: a look-back every Monday; monthly: on the 1st."
        ),
    ] = Days.DAILY,
    quiet: Annotated[
        Quiet, typer.Option(help="What to post on a day without commits: a line, or nothing.")
    ] = Quiet.LINE,
    workspace: Annotated[str, typer.Option(help="The ID of the Slack workspace or Discord server.")] = "",
    made_by: Annotated[str, typer.Option(help="The ID of the person to notify when it fails.")] = "",
    config: ConfigOption = None,
) -> None:
    """Bring a repository's digest to a channel."""
    from analysis.digest.scope import check_glob
    from analysis.sources.several_branches import check_branches
    from bot.commands.meanings import clock
    from bot.service.startup import configured_feed
    from bot.settings import FeedSettings

    with _feeds(config) as (core, feeds):
        settings = FeedSettings(
            platform=platform.value, channel=channel, workspace=workspace, repository=repo, at=clock(at), zone=tz or "",
            language=lang.value, least=least.value, areas=tuple(area or ()), left_out=tuple(without or ()),
            paths=tuple(map(check_glob, path or ())), labels=tuple(label or ()), branches=check_branches(branch or ()), days=days.value, quiet=quiet.value, made_by=made_by,
        )  # fmt: skip
        stored = feeds.put(replace(configured_feed(core, settings), origin="command"))
        streams.write_line(f"{stored.id}: {_said(core, stored)}")


@feed_app.command("list")
def list_(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """List the feeds, each with its number and when it posts next."""
    from dataclasses import asdict

    with _feeds(config) as (core, feeds):
        found = feeds.all()
        if json_:
            streams.write_json(
                [asdict(one) | {"at": f"{one.at:%H:%M}", "since": one.since.isoformat()} for one in found]
            )
            return
        for one in found:
            streams.write_line(f"{one.id}: {_said(core, one)}")
        if not found:
            streams.tell(
                ["no feeds yet: `daybrief feed add`, [[feeds]] in the configuration, or `setup` in a channel."]
            )


@feed_app.command("remove")
def remove(number: NumberArgument, config: ConfigOption = None) -> None:
    """End a feed."""
    from analysis.errors import BadInput

    with _feeds(config) as (_, feeds):
        if _the(feeds, number).origin == "config":
            raise BadInput(f"Feed {number} is set in the configuration: remove it there.")
        feeds.remove(number)


@feed_app.command("pause")
def pause(number: NumberArgument, config: ConfigOption = None) -> None:
    """Post nothing until the feed is resumed."""
    with _feeds(config) as (_, feeds):
        feeds.put(replace(_the(feeds, number), paused="refused.command_line"))


@feed_app.command("resume")
def resume(number: NumberArgument, config: ConfigOption = None) -> None:
    """Resume a feed: digests the channel refused in the meantime are posted late or named; those missed while paused by hand are not."""
    from bot.delivery import resuming
    from storage.deliveries import Deliveries

    with _feeds(config) as (core, feeds):
        deliveries = Deliveries(core.stores.store, "command line")
        resumed = resuming.resume(_the(feeds, number), feeds, deliveries, core.now())
        streams.write_line(f"{number}: {_said(core, resumed.feed)}")
        if missed := resumed.said("en"):
            streams.write_line(missed)


@feedback_app.command("export")
def export(
    repo: Annotated[str | None, typer.Option(help="Only this repository.")] = None, config: ConfigOption = None
) -> None:
    """Print the ranks people corrected as JSON lines: labels to learn from, with the last correction of each commit."""
    from bot.digests.labels import labels
    from formatters.text.json_text import json_text

    with opened(config) as core:
        streams.write(json_text(label) + "\n" for label in labels(core, repo))


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(serve)
    app.command()(chat)
    app.add_typer(feed_app, name="feed")
    app.add_typer(feedback_app, name="feedback")


def _the(feeds: "Feeds", number: int) -> "Feed":
    from analysis.errors import NotFound

    found = feeds.get(number)
    if found is None:
        known = ", ".join(str(one.id) for one in feeds.all()) or "none yet"
        raise NotFound(f"There is no feed {number}: `daybrief feed list` shows them ({known}).")
    return found


def _said(core: "Core", feed: "Feed") -> str:
    from bot.delivery.feeds import next_post
    from bot.i18n.wording import said, say_moment
    from formatters.text.scope import say_repository
    from storage.incidents import Incidents

    incident = Incidents(core.stores.store).open().get(feed.id)
    if feed.paused:
        following = f"paused ({said(feed.paused, 'en')})"
    elif incident:
        following = f"broken since {say_moment(incident.since, feed.zone)} ({incident.text})"
    else:
        following = f"next {say_moment(next_post(feed, core.now()), feed.zone)}"
    name = say_repository(feed.repository, feed.scope, "en")
    return f"{name} → {feed.platform} {feed.channel}, {feed.at:%H:%M} {feed.zone}, {feed.days}, {following}"


@contextmanager
def _feeds(config: Path | None) -> Iterator[tuple["Core", "Feeds"]]:
    from storage.feeds import Feeds

    with opened(config) as core:
        yield core, Feeds(core.stores.store)
