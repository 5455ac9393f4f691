"""Which commits a topic means, when a recipient is told, and that they are remembered."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from made import a_commit, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.triage.triage import Importance
from bot.delivery.subscriptions import at_once, chosen, matches, mornings
from storage.commits import Commits
from storage.store import Store
from storage.subscriptions import Recipient, Subscription, Subscriptions

PRIYA = Recipient("slack", "T1", "user", "U1")
MADE = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
"""A Monday."""


def a_topic(**changes: Any) -> Subscription:
    fields: dict[str, Any] = {"recipient": PRIYA, "repository": "example/quill", "since": MADE}
    return Subscription(**fields | changes)


def an_item(title: str = "Fix the cache", path: str = "quill/cache.py", **changes: Any) -> Entry:
    commit = a_commit(title, files=(FileChange(path, "modified", 1, 1),), login="priya")
    return an_entry(commit, **changes)


# -- what a topic means


@pytest.mark.parametrize(
    ("topic", "fits"),
    [
        ({}, True),
        ({"repository": "Example/Quill"}, True),
        ({"repository": "example/other"}, False),
        ({"area": "kv_cache"}, True),
        ({"area": "moe_ep"}, False),
        ({"path": "quill/*.py"}, True),
        ({"path": "quill/"}, True),
        ({"path": "**/cache.*"}, True),
        ({"path": "kernels/**"}, False),
        ({"author": "priya nandakar"}, True),
        ({"author": "@priya"}, True),
        ({"author": "pri"}, False),
        ({"word": "cache"}, True),
        ({"word": "CACHE.py"}, True),
        ({"word": "fix cache"}, True),
        ({"word": "ache"}, False),
        ({"word": "***"}, False),
        ({"type": "bugfix"}, True),
        ({"type": "docs"}, False),
        ({"least": Importance.MEDIUM}, True),
        ({"least": Importance.HIGH}, False),
        ({"area": "kv_cache", "type": "docs"}, False),
    ],
)  # fmt: skip
def test_what_a_topic_means(topic: dict[str, object], fits: bool) -> None:
    """Everything that it names must hold."""
    assert matches(a_topic(**topic), an_item()) is fits


def test_a_file_is_found_under_its_old_name_too() -> None:
    """A rename out of a folder concerns the folder."""
    moved = an_entry(a_commit(files=(FileChange("new/a.py", "renamed", 0, 0, "old/a.py"),)))
    assert matches(a_topic(path="old/"), moved)
    assert matches(a_topic(path="new/"), moved)


def test_a_name_in_the_facts_is_found() -> None:
    """A flag is a word that people wait for."""
    entry = an_entry(facts=(Fact(FactKind.FLAG_ADDED, "--disk-cache-dir"),))
    assert matches(a_topic(word="--disk-cache-dir"), entry)


# -- what is told


def test_who_only_signed_is_no_word_of_the_message() -> None:
    """A co-author, a reviewer, a signature: a word stands for what a commit is about; the author is a topic of their own."""
    trailers = (
        "Co-authored-by: Priya Nandakar <priya@example.com>\nReviewed-by: Priya\nSigned-off-by: Priya <p@example.com>"
    )
    about = an_entry(a_commit(f"Fix the cache\n\nPages were lost.\n\n{trailers}"))
    assert not matches(a_topic(word="Priya"), about)
    assert matches(a_topic(word="Pages"), about)
    assert matches(a_topic(word="Priya"), an_entry(a_commit("Take Priya's shape for the cache")))


def test_what_fits_several_topics_is_told_once() -> None:
    """One message, each commit once."""
    entry = an_item()
    assert chosen([a_topic(area="kv_cache"), a_topic(word="cache")], [entry], set(), set()) == [entry]


def test_a_mute_wins() -> None:
    """Whatever topics say."""
    topics = [a_topic(), a_topic(is_mute=True, type="bugfix")]
    assert chosen(topics, [an_item()], set(), set()) == []
    feature = an_item(types=(ChangeType.FEATURE,))
    assert chosen(topics, [feature], set(), set()) == [feature]


def test_a_revert_of_what_was_told_is_told_whatever_topics_and_mutes_say() -> None:
    """It takes back our own words."""
    revert = an_item("Revert it")
    topics = [a_topic(area="moe_ep"), a_topic(is_mute=True)]
    assert chosen(topics, [revert], set(), {revert.commit.sha}) == [revert]


def test_what_was_told_is_not_told_again() -> None:
    """Not even as a revert."""
    entry = an_item()
    assert chosen([a_topic()], [entry], {entry.commit.sha}, {entry.commit.sha}) == []


# -- when


def times(now: str, *topics: Subscription) -> list[str]:
    """The names of the slots that have come."""
    return [slot.name for slot in mornings(topics, datetime.fromisoformat(now).replace(tzinfo=UTC))]


def test_a_daily_topic_is_told_at_its_hour_for_the_first_time_the_morning_after() -> None:
    """In its zone."""
    topic = a_topic(at=time(9), zone="Asia/Shanghai")
    assert times("2026-03-10T00:59", topic) == []
    assert times("2026-03-10T01:00", topic) == ["2026-03-10T01:00Z"]
    assert times("2026-03-10T23:00", topic) == ["2026-03-10T01:00Z"]
    assert times("2026-03-11T01:00", topic) == ["2026-03-11T01:00Z"]


def test_a_weekly_topic_is_told_on_mondays() -> None:
    """The first one after it was made."""
    topic = a_topic(how="weekly")
    assert times("2026-03-15T23:00", topic) == []
    assert times("2026-03-16T09:00", topic) == ["2026-03-16T09:00Z"]
    assert times("2026-03-20T09:00", topic) == ["2026-03-16T09:00Z"]


def test_what_is_due_at_the_same_moment_is_one_message() -> None:
    """Daily and weekly, of one zone or of two that agree."""
    topics = [a_topic(), a_topic(how="weekly"), a_topic(at=time(10), zone="Europe/Berlin", area="moe_ep")]
    (slot,) = mornings(topics, datetime(2026, 3, 16, 9, 0, tzinfo=UTC))
    assert len(slot.parts) == 3


def test_muted_paused_and_immediate_topics_have_no_morning() -> None:
    """They are told in other ways, or not at all."""
    assert times("2026-03-20T12:00", a_topic(is_mute=True), a_topic(paused="gone"), a_topic(how="once")) == []


def test_a_morning_covers_what_landed_until_midnight_since_the_day_it_was_made() -> None:
    """And what landed late in the week before."""
    (slot,) = mornings([a_topic()], datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    (part,) = slot.parts
    assert (part.since, part.until) == (datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC))
    (slot,) = mornings([a_topic()], datetime(2026, 4, 10, 9, 0, tzinfo=UTC))
    assert slot.parts[0].since == datetime(2026, 4, 3, tzinfo=UTC)


def test_what_is_wanted_at_once_reaches_back_to_when_it_was_wanted() -> None:
    """And a few days at most."""
    assert at_once([a_topic()], MADE) is None
    part = at_once([a_topic(how="once")], MADE + timedelta(hours=1))
    assert part
    assert part.since == MADE
    part = at_once([a_topic(how="once")], MADE + timedelta(days=30))
    assert part
    assert part.since == MADE + timedelta(days=27)


# -- remembered


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


def test_a_subscription_comes_back_as_it_was_made(store: Store) -> None:
    """Every field of it."""
    subscriptions = Subscriptions(store)
    topic = a_topic(
        area="moe_ep", path="a/**", author="Ann", word="x", type="docs", least=Importance.HIGH, how="weekly",
        at=time(8, 30), zone="Asia/Shanghai", language="zh", is_mute=True, made_by="U2", paused="gone",
    )  # fmt: skip
    (stored,) = subscriptions.revise(PRIYA, [topic]).left
    assert stored.id
    assert subscriptions.of(PRIYA) == [stored]
    assert subscriptions.of(Recipient("slack", "T1", "channel", "U1")) == []


def test_the_same_topic_is_not_doubled_the_later_word_holds(store: Store) -> None:
    """How and from what importance on is changed."""
    subscriptions = Subscriptions(store)
    subscriptions.revise(PRIYA, [a_topic(area="moe_ep")])
    subscriptions.revise(PRIYA, [a_topic(area="moe_ep", how="weekly")])
    subscriptions.revise(PRIYA, [a_topic(area="moe_ep", is_mute=True)])
    assert [(one.how, one.is_mute) for one in subscriptions.of(PRIYA)] == [("weekly", False), ("daily", True)]


def test_a_person_is_found_from_every_workspace_and_nobody_else_is(store: Store) -> None:
    """Discord's direct messages have none; names with signs of patterns in them are names."""
    subscriptions = Subscriptions(store)
    (mine,) = subscriptions.revise(PRIYA, [a_topic()]).left
    subscriptions.revise(PRIYA, [a_topic(recipient=Recipient("slack", "T1", "user", "xU1"))])
    subscriptions.revise(PRIYA, [a_topic(recipient=Recipient("slack", "T1", "channel", "U1"))])
    subscriptions.revise(PRIYA, [a_topic(recipient=Recipient("discord", "G1", "user", "U1"))])
    assert subscriptions.of_user("slack", "U1") == [mine]
    assert subscriptions.of_user("slack", "%") == []
    assert subscriptions.of_user("slack", "_1") == []


def test_what_was_told_is_remembered_for_each_recipient(store: Store) -> None:
    """By repository and SHA; twice is once."""
    commit = a_commit()
    Commits(store).put([commit])
    subscriptions = Subscriptions(store)
    for _ in range(2):
        subscriptions.tell(PRIYA, commit.repo, [commit.sha, "f" * 40], MADE)
    assert subscriptions.told(PRIYA, commit.repo, [commit.sha, "f" * 40]) == {commit.sha}
    assert subscriptions.told(Recipient("slack", "T1", "user", "U2"), commit.repo, [commit.sha]) == set()


def test_a_recipient_who_takes_nothing_is_paused_and_can_go_on(store: Store) -> None:
    """All topics at once."""
    subscriptions = Subscriptions(store)
    subscriptions.revise(PRIYA, [a_topic()])
    subscriptions.pause(PRIYA, "takes no messages")
    assert subscriptions.all()[0].paused == "takes no messages"
    subscriptions.pause(PRIYA, "")
    assert subscriptions.all()[0].paused == ""


def test_a_repository_that_is_renamed_keeps_what_people_said_and_want(store: Store) -> None:
    """Feeds, topics and corrections go with it."""
    from storage.feedback import Correction, Feedback

    commit = a_commit()
    Commits(store).put([commit])
    Subscriptions(store).revise(PRIYA, [a_topic()])
    Feedback(store).correct(Correction(commit.repo, commit.sha, Importance.HIGH, Importance.LOW, "slack/T1/U1", MADE))
    Commits(store).rename("example/quill", "example/pen")
    assert Subscriptions(store).all()[0].repository == "example/pen"
    assert Feedback(store).corrected("example/pen", [commit.sha]) == {commit.sha: Importance.HIGH}
