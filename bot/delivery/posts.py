"""Replies made from digests and entries, with the commands behind their buttons."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.review import Review
from analysis.entry import Entry
from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from bot.commands.spans import say_span
from bot.digests.archive import Archive
from bot.digests.core import Core
from bot.i18n.wording import tell
from formatters.i18n.wording import say_days
from formatters.outline import outline
from formatters.reply import MOST_COMMAND, Button, CommitDetail, CommitRow, DigestPost, File, Note, ReviewPost
from formatters.review import review_outline
from formatters.text.item import item_of
from formatters.text.scope import say_repository
from storage.feeds import Feed

_SHA = 12  # digits kept in a button


def digest_post(
    digest: Digest,
    areas: Areas,
    number: int,
    *,
    page: str = "",
    files: tuple[File, ...] = (),
    feed: Feed | None = None,
) -> DigestPost:
    """Make a day's post; `number` is the repository's in the store, for names too long for a button.

    For a part of the repository, or several branches, its buttons ask about the same part, through its feed.
    """
    made = outline(digest, areas)
    language, span = digest.language, say_span(digest.window)
    of_feed = f" feed={feed.id}" if feed and (feed.scope or feed.branches) else ""

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), named(f"{command} on={span}{of_feed}", digest.repo, number))

    subscribe = Button(tell("button.subscribe", language), named(f"subscribe{of_feed}", digest.repo, number))
    return DigestPost(
        outline=made,
        buttons=(
            button("details", "details"), button("areas", "areas"), button("why", "why"), subscribe,
            button("up", "rate up"), button("down", "rate down"),
        ) if digest.entries else (subscribe,),
        item_commands=tuple(show_command(item.entry, number) for item in made.must_know),
        files=files,
        page=page,
    )  # fmt: skip


def review_post(
    made: Review,
    areas: Areas,
    number: int,
    *,
    page: str = "",
    files: tuple[File, ...] = (),
    more: str = "",
    is_whole: bool = False,
) -> ReviewPost:
    """Make a review's post; `more` is the command of a button that shows all of it."""
    language, span = made.language, say_span(made.window)

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), named(command, made.repo, number))

    return ReviewPost(
        told=review_outline(made, areas),
        buttons=(
            *([button("whole", more)] if more else []), button("subscribe", "subscribe"),
            button("up", f"rate up on={span}"), button("down", f"rate down on={span}"),
        ) if made.entries else (button("subscribe", "subscribe"),),
        item_commands=tuple(show_command(matter.lead, number) for matter in made.top),
        files=files,
        page=page,
        is_whole=is_whole,
    )  # fmt: skip


def quiet_note(feed: Feed, repo: str, window: Window, landed: int, notes: Sequence[str] = ()) -> Note | None:
    """Say that nothing landed, or nothing that a feed's channel follows; None if it does not want to hear that.

    `notes` are anything else to know about these days.
    """
    if feed.quiet == "nothing":
        return None
    key = "feed.quiet_part" if landed else "feed.quiet"
    name = say_repository(repo, feed.scope, feed.language, ", ".join(feed.branches))
    said = tell(key, feed.language, repo=name, day=say_days(window, feed.language), count=landed)
    return Note("\n".join([said, *(f"⚠️ {note}" for note in notes)]))


def say_lost(days: Window, repository: str, language: Language) -> str:
    """Name days that no post covers, and how to see one of them."""
    values = {"days": say_days(days, language), "first": days.first.isoformat(), "repo": repository}
    return tell("health.lost", language, **values)


def report_files(core: Core, digest: Digest, areas: Areas) -> tuple[File, ...]:
    """Return the files at the end of a permanent post: the day's charts and the report as a page; none without commits.

    This takes longer than someone taking a quick look wants to wait. Charts are in the digest's language if a font here
    has its characters, else in English; without any font there are none.
    """
    if not digest.entries:
        return ()
    from formatters.charts.drawings import charts
    from formatters.charts.png import drawable, png

    archive, stem = Archive(core), _stem(digest.repo, digest.window)
    written = drawable(digest.language)
    days = archive.days(digest.repo, digest.window)
    plots = {one.name: one.plot for one in charts(digest, days, areas)}
    pictures = charts(replace(digest, language=written), days, areas) if written else ()
    page = archive.page([(digest, areas)]).encode("utf-8", "replace")
    return (
        *(File(f"{stem}-{one.name}.png", one.title, png(one), one.description, plots[one.name]) for one in pictures),
        File(f"{stem}.html", outline(digest, areas).title, page),
    )


def review_files(made: Review, areas: Areas) -> tuple[File, ...]:
    """Return the files at the end of a permanent review: charts of the last weeks, and all of it as a page."""
    if not made.entries:
        return ()
    from formatters.charts.drawings import looked_back
    from formatters.charts.png import drawable, png
    from formatters.html.review import review_page

    stem, written = _stem(made.repo, made.window), drawable(made.language)
    plots = {one.name: one.plot for one in looked_back(made, areas, made.language)}
    pictures = looked_back(made, areas, written) if written else ()
    page = review_page([made], areas).encode("utf-8", "replace")
    return (
        *(File(f"{stem}-{one.name}.png", one.title, png(one), one.description, plots[one.name]) for one in pictures),
        File(f"{stem}.html", review_outline(made, areas).title, page),
    )


def _stem(repo: str, window: Window) -> str:
    return re.sub(r"[^\w.-]+", "-", f"{repo}-{say_span(window)}", flags=re.ASCII)


def archive_page(core: Core, about: Digest | Review) -> str:
    """Return a day's URL in the archive, for several days its repository's; empty if readers cannot reach it."""
    if not (core.settings.archive and about.entries):
        return ""
    from formatters.html.archive import Links

    links, window = Links(core.settings.archive, about.language), about.window
    return links.day(about.repo, window.first) if window.first == window.last else links.repo(about.repo)


def named(command: str, repo: str, number: int) -> str:
    """Return a button's command about a repository."""
    whole = f"{command} repository={repo}"
    return whole if len(whole) <= MOST_COMMAND else f"{command} repository=~{number}"


def show_command(entry: Entry, number: int) -> str:
    """Return the command that shows a commit in full."""
    return f"show {commit_name(entry, number, 'show ')}"


def commit_name(entry: Entry, number: int, before: str) -> str:
    """Return how a button's command names a commit, following `before`."""
    sha = entry.commit.sha[:_SHA]
    whole = f"{entry.commit.repo}@{sha}"
    return whole if len(before) + len(whole) <= MOST_COMMAND else f"~{number}@{sha}"


def commit_detail(
    entry: Entry, areas: Areas, language: Language, zone: str, number: int, opinions: str = ""
) -> CommitDetail:
    """Make one commit's reply, with what a reader can do about it; `opinions` are people's on its rank."""

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), f"{command} {commit_name(entry, number, f'{command} ')}")

    return CommitDetail(
        item_of(entry, language, areas),
        language,
        zone,
        (button("rank_up", "rank up"), button("rank_down", "rank down"), button("regenerate", "regenerate")),
        opinions,
    )


def commit_rows(
    entries: Iterable[Entry], areas: Areas, language: Language, zone: str, numbers: dict[str, int]
) -> tuple[CommitRow, ...]:
    """Make the rows of a list; `numbers` are the repositories' in the store."""
    entries = tuple(entries)
    several = len({entry.commit.repo for entry in entries}) > 1
    return tuple(
        CommitRow(
            item=item_of(entry, language, areas),
            when=f"{entry.commit.committed_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
            repo=entry.commit.repo if several else "",
            command=show_command(entry, numbers.get(entry.commit.repo, 0)),
        )
        for entry in entries
    )
