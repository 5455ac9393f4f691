"""Known releases: tags followed by conditional requests, and what each one means for people who upgrade."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag, before, one_each, versions
from analysis.digest.digest import Digest, Release
from analysis.entry import Entry
from analysis.i18n.language import Language
from analysis.sources.revisions import Revisions
from analysis.tracing.ancestry import ancestors
from bot.digests.stores import Stores
from bot.i18n.wording import tell

_MOST_BETWEEN = 3_000
"""Commits examined between one and its first release: months of the busiest repositories, in some milliseconds."""


def follow_tags(stores: Stores, source: Revisions) -> list[Tag]:
    """List a source's tags, store them, and return those that name versions, newest first.

    Raises:
        NotFound, Outage: the source cannot be read.
    """
    stores.tags.put(source.repo, source.tags())
    return versions(stores.tags.of(source.repo))


def with_releases(stores: Stores, digest: Digest) -> Digest:
    """Return the digest with the known releases of its days, newest first."""
    known = versions(stores.tags.of(digest.repo))
    found = (_release(tag, known) for tag in one_each([tag for tag in known if tag.at in digest.window]))
    return replace(digest, releases=tuple(found))


def _release(tag: Tag, known: Sequence[Tag]) -> Release:
    earlier = before(tag, known)
    return Release(tag, earlier.name if earlier else "")


def unreleased_since(stores: Stores, entry: Entry) -> Tag | None:
    """Return the newest release if a commit landed after it and so is in none yet; None if unknown."""
    newest = next((tag for tag in versions(stores.tags.of(entry.commit.repo)) if tag.is_final), None)
    return newest if newest and entry.commit.committed_at > newest.at else None


def first_with(stores: Stores, entry: Entry) -> Tag | None:
    """Return the first release that contains a commit, as far as the store knows the commits between; else None."""
    commit = entry.commit
    tags = [
        tag for tag in reversed(versions(stores.tags.of(commit.repo))) if tag.is_final and tag.at >= commit.committed_at
    ]
    parents = stores.commits.parents(commit.repo, commit.committed_at, _MOST_BETWEEN) if tags else {}
    return next((tag for tag in tags if commit.sha in ancestors(tag.sha, parents)), None)


def say_reverted(by: Commit | None, language: Language) -> str:
    """Say which commit reverts one; empty for none."""
    if by is None:
        return ""
    name = f"#{by.pull_request}" if by.pull_request else by.short
    return tell("release.reverted", language, by=name, day=by.committed_at.date())


def say_released(stores: Stores, entry: Entry, language: Language) -> str:
    """Say which release was the first with a commit, or that none has it yet; empty if neither is known."""
    if newest := unreleased_since(stores, entry):
        return tell("release.none_yet", language, name=newest.name)
    first = first_with(stores, entry)
    return tell("release.in", language, name=first.name) if first else ""
