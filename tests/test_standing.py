"""What of a day's facts still stands at its end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import a_change
from made import NOON, a_commit

from analysis.digest.net import net
from analysis.digest.stories import StoryKind, find_stories
from analysis.entry import Entry
from analysis.facts import FactKind, facts_of
from analysis.rules import RulesAnalyser
from analysis.triage.areas import general
from analysis.triage.triage import triage

ARGS = "p = argparse.ArgumentParser()\np.add_argument('--page')\n"
RUST = "pub fn one(page: u8) -> u8 {\n    page\n}\n\n"
TWO = "/// Pages of a book.\npub struct Pages {\n    size: u8,\n}\n\n"
CONFIG = "@dataclass\nclass EngineConfig:\n    page: int = {}\n"
OLD = 'import warnings\n\n\ndef load(path):\n    warnings.warn("load is deprecated, use open", DeprecationWarning)\n    return path\n'
Step = tuple[str, tuple[str, str | None, str | None]]


def day(*steps: Step) -> list[Entry]:
    """Return what rules make of commits, an hour apart, with what is left of each."""
    entries = []
    for hour, (title, change) in enumerate(steps):
        commit = a_commit(title, files=(a_change(*change),), committed_at=NOON + timedelta(hours=hour))
        facts = facts_of(commit)
        entries.append(Entry(commit, facts, triage(commit, facts, general())))
    read = RulesAnalyser().analyse(tuple(entries), "en").analyses
    return net([replace(entry, analysis=read[entry.commit.sha]) for entry in entries])


def told(entry: Entry) -> str:
    assert entry.analysis
    claims = (*entry.analysis.impact, *entry.analysis.risks, *entry.analysis.recommendations)
    return " ".join([entry.analysis.effect, *(claim.text for claim in claims)])


GONE_AGAIN: dict[str, tuple[Step, Step, str]] = {
    "a flag": (
        ("Add deep mode", ("quill/args.py", ARGS, ARGS + "p.add_argument('--deep')\n")),
        ("Drop deep mode", ("quill/args.py", ARGS + "p.add_argument('--deep')\n", ARGS)),
        "--deep",
    ),
    "a public name that comes back": (
        ("Drop pages", ("src/pages.rs", RUST + TWO, RUST)),
        ("Bring pages back", ("src/pages.rs", RUST, RUST + TWO)),
        "Pages",
    ),
    "a default": (
        ("Larger pages", ("quill/config.py", CONFIG.format(8), CONFIG.format(16))),
        ("Smaller pages", ("quill/config.py", CONFIG.format(16), CONFIG.format(8))),
        "page",
    ),
    "whatever a revert takes back": (
        ("Drop pages", ("src/pages.rs", RUST + TWO, RUST)),
        ('Revert "Drop pages"', ("src/pages.rs", RUST, RUST + TWO)),
        "Pages",
    ),
}


@pytest.mark.parametrize(("first", "second", "name"), GONE_AGAIN.values(), ids=GONE_AGAIN)
def test_what_one_commit_brings_and_another_takes_back_is_told_of_neither(first: Step, second: Step, name: str) -> None:
    """Nobody is advised upon it; by itself, each tells it."""
    (alone,) = day(first)
    assert name in told(alone)
    for entry in day(first, second):
        assert f"`{name}`" not in told(entry)
        assert not any(name in fact.name for fact in entry.facts if fact.kind is not FactKind.REVERTS)


def test_what_a_file_of_the_same_day_loses_was_nobodys() -> None:
    new = (
        "Add a loader",
        ("quill/load.py", None, OLD.replace("warnings.warn", "print").replace("DeprecationWarning", "1")),
    )
    later = ("Deprecate the loader", ("quill/load.py", "def load(path):\n    return path\n", OLD))
    (alone,) = day(later)
    assert FactKind.DEPRECATED in {fact.kind for fact in alone.facts}
    assert FactKind.DEPRECATED not in {fact.kind for entry in day(new, later) for fact in entry.facts}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("src/a.rs", "/// Turns it.\npub fn {}(page: u8) -> u8 {{\n    page\n}}\n"),
        ("pages/a.go", "package pages\n\nfunc {}(page int) int {{\n\treturn page\n}}\n"),
        ("quill/a.py", "def {}(page, size):\n    'Turn it.'\n    return page\n"),
    ],
)
def test_nobody_is_sent_to_a_name_that_is_gone_by_night(path: str, form: str) -> None:
    """What is renamed and renamed again goes by its last name; what is renamed and dropped is gone; each is told once."""
    one, two, three = (form.format(name) for name in ("Turn_page", "Turn_pages", "Turn_all_pages"))
    first, second = ("Rename it", (path, one, two)), ("Rename it again", (path, two, three))
    early, late = day(first, second)
    assert "`Turn_page` with `Turn_all_pages`" in told(early)
    assert "Turn_pages`" not in told(early) + told(late)
    kept = form.format("Keep").replace("package pages\n", "")
    early, late = day((first[0], (path, one + kept, two + kept)), ("Drop it", (path, two + kept, kept)))
    assert "check whether your code uses `Turn_page`" in told(early)
    assert "Turn_pages" not in told(early) + told(late)


def test_what_stays_is_told() -> None:
    """Also beside what is taken back."""
    first = ("Add modes", ("quill/args.py", ARGS, ARGS + "p.add_argument('--deep')\np.add_argument('--wide')\n"))
    second = ("Drop deep mode", ("quill/args.py", ARGS + "p.add_argument('--deep')\n", ARGS))
    one, _ = day(first, second)
    assert "`--wide`" in told(one)
    assert "--deep" not in told(one)


def test_an_overtaken_release_says_which_to_take() -> None:
    release = ("Release {}", ("pyproject.toml", '[project]\nversion = "1.{}"\n', '[project]\nversion = "1.{}"\n'))

    def step(last: int) -> Step:
        title, (path, before, after) = release
        return title.format(f"1.{last}"), (path, before.format(last - 1), after.format(last))

    one, two = day(step(1), step(2))
    assert "Take `1.2` instead." in told(one)
    assert "Take" not in told(two)


def test_a_revert_and_its_undoing_are_one_story() -> None:
    """However they are worded."""
    steps = (
        ('fix: revert, "fix: pages come twice (#1)"', ("quill/a.py", "x = 1\n", "x = 2\n")),
        ('fix: restore, "fix: pages come twice (#1)" (#3)', ("quill/a.py", "x = 2\n", "x = 1\n")),
    )
    entries = day(*steps)
    (story,) = find_stories(entries)
    assert (story.kind, len(story.shas), story.earlier) == (StoryKind.REVERT, 2, None)
