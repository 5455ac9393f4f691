"""Replies made of digests and entries, with the commands that their buttons stand for."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from analysis.areas import Areas
from analysis.digest import Digest
from analysis.entry import Entry, Language
from bot.asking import say_span
from bot.wording import tell
from formatters.item import item_of
from formatters.markdown import report
from formatters.outline import outline
from formatters.reply import MOST_COMMAND, Button, CommitDetail, CommitRow, DigestPost

_SHA = 12  # digits that a button keeps


def digest_post(digest: Digest, areas: Areas, number: int) -> DigestPost:
    """Make a day's post; `number` is the repository's in the store, for names that are too long for a button."""
    made = outline(digest, areas)
    language, span = digest.language, say_span(digest.window)

    def button(key: str, command: str) -> Button:
        return Button(tell(f"button.{key}", language), named(f"{command} on={span}", digest.repo, number))

    subscribe = Button(tell("button.subscribe", language), named("subscribe", digest.repo, number))
    return DigestPost(
        outline=made,
        report=report(made),
        file_name=re.sub(r"[^\w.-]+", "-", f"{digest.repo}-{span}.md"),
        buttons=(
            button("details", "details"), button("areas", "areas"), button("why", "why"), subscribe,
            button("up", "rate up"), button("down", "rate down"),
        ) if digest.entries else (subscribe,),
        item_commands=tuple(show_command(item.entry, number) for item in made.must_know),
    )  # fmt: skip


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
