"""Replies made of digests and entries, with the commands that their buttons stand for."""

import re
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from analysis.areas import Areas
from analysis.digest import Digest
from analysis.entry import Entry, Language
from bot.archive import Archive
from bot.asking import say_span
from bot.core import Core
from bot.wording import tell
from formatters.item import item_of
from formatters.outline import outline
from formatters.reply import MOST_COMMAND, Button, CommitDetail, CommitRow, DigestPost, File

_SHA = 12  # digits that a button keeps


def digest_post(
    digest: Digest, areas: Areas, number: int, *, page: str = "", files: tuple[File, ...] = ()
) -> DigestPost:
    """Make a day's post; `number` is the repository's in the store, for names that are too long for a button."""
    made = outline(digest, areas)
    language, span = digest.language, say_span(digest.window)

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), named(f"{command} on={span}", digest.repo, number))

    subscribe = Button(tell("button.subscribe", language), named("subscribe", digest.repo, number))
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


def report_files(core: Core, digest: Digest, areas: Areas) -> tuple[File, ...]:
    """Return what a post that stands ends with: the day's pictures and the report as a page; nothing for no commits.

    This takes longer than somebody who only looks wants to wait. Pictures are written in the digest's language where a
    font here has it, else in English; without any font there are none.
    """
    if not digest.entries:
        return ()
    from formatters.charts import charts
    from formatters.png import drawable, png

    archive, stem = Archive(core), re.sub(r"[^\w.-]+", "-", f"{digest.repo}-{say_span(digest.window)}", flags=re.ASCII)
    written = drawable(digest.language)
    days = archive.days(digest.repo, digest.window)
    pictures = charts(replace(digest, language=written), days, areas) if written else ()
    page = archive.page([(digest, areas)]).encode("utf-8", "replace")
    return (
        *(File(f"{stem}-{one.name}.png", one.title, png(one), one.description) for one in pictures),
        File(f"{stem}.html", outline(digest, areas).title, page),
    )


def archive_page(core: Core, digest: Digest) -> str:
    """Return the address of a day in the archive, of its repository for several days; empty where nobody reaches it."""
    if not (core.settings.archive and digest.entries):
        return ""
    from formatters.html_archive import Links

    links, window = Links(core.settings.archive, digest.language), digest.window
    return links.day(digest.repo, window.first) if window.first == window.last else links.repo(digest.repo)


def named(command: str, repo: str, number: int) -> str:
    """Return a button's command about a repository."""
    whole = f"{command} repository={repo}"
    return whole if len(whole) <= MOST_COMMAND else f"{command} repository=~{number}"


def show_command(entry: Entry, number: int) -> str:
    """Return the command that shows a commit in full."""
    return f"show {commit_name(entry, number, 'show ')}"


def commit_name(entry: Entry, number: int, before: str) -> str:
    """Return how a button's command names a commit, after `before`."""
    sha = entry.commit.sha[:_SHA]
    whole = f"{entry.commit.repo}@{sha}"
    return whole if len(before) + len(whole) <= MOST_COMMAND else f"~{number}@{sha}"


def commit_detail(entry: Entry, areas: Areas, language: Language, zone: str, number: int) -> CommitDetail:
    """Make one commit's reply, with what a reader can do about it."""

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), f"{command} {commit_name(entry, number, f'{command} ')}")

    return CommitDetail(
        item_of(entry, language, areas),
        language,
        zone,
        (button("rank_up", "rank up"), button("rank_down", "rank down"), button("regenerate", "regenerate")),
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
