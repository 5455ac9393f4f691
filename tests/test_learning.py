"""A repository learns from its own past: where that is better than what ships, and only there."""

import json
import random
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from builders import a_change
from made import a_commit
from servers.github import GitHubServer
from servers.scratch import Scratch

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind
from analysis.commits.records import Labelled
from analysis.commits.title import ChangeType, read_title
from analysis.commits.window import Window
from analysis.errors import BadInput, NotFound, Outage
from analysis.triage.areas import Areas, general
from analysis.triage.change_types import likeliest
from analysis.triage.learned import Judgement, general_judgement
from analysis.triage.learned.area_model import AreaModel, fit_areas
from analysis.triage.learned.learning import Trial, learn
from analysis.triage.learned.past import own_past
from analysis.triage.learned.training import sample_of
from analysis.triage.repository_areas import of_repository
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.core import Core, open_core
from bot.digests.learning import (
    judge_labelled,
    learn_labels,
    learn_repository,
    propose_areas,
    read_label_files,
    reported,
)
from bot.digests.repositories import Place
from storage.feedback import Correction

pytestmark = pytest.mark.slow

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 13, 1, tzinfo=UTC)
REPO = "example/habits"
SEEN = (200, 160)
NOUNS = ["pages", "kernels", "prompts", "logits", "batches", "workers", "tables", "shards", "streams", "tokens"]
HABITS = [
    # The words mean nothing to anybody else; the folder says the area, as the tag does.
    ("[Moon] feat: zig the {}", "quill/moon/a.py", "feature"),
    ("[Sea] fix: zag the {}", "quill/sea/b.py", "bugfix"),
    ("[Moon] refactor: zog the {}", "quill/moon/c.py", "refactor"),
    ("[Sea] perf: zug the {}", "quill/sea/d.py", "performance"),
]


def quiet(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""


def titled(count: int) -> list[tuple[str, str]]:
    """Titles with the path that they change."""
    return [(HABITS[n % 4][0].format(NOUNS[n // 4 % 10]), HABITS[n % 4][1]) for n in range(count)]


def areas() -> Areas:
    return of_repository(configured={"moon": {"tags": ["moon"]}, "sea": {"tags": ["sea"]}})


def past(count: int = 200, kinds: list[str] | None = None) -> list[Labelled]:
    """Commits whose people have habits; with `kinds`, others' types instead."""
    found = []
    for n, (title, path) in enumerate(titled(count)):
        words = title.partition(": ")[2]
        kind = kinds[n] if kinds else HABITS[n % 4][2]
        area = "moon" if "/moon/" in path else "sea"
        commit = a_commit(
            words,
            repo=REPO,
            committed_at=START + timedelta(hours=n),
            files=(a_change(path, f"a = {n}\n", f"a = {n + 1}\n"),),
        )
        level = {"feature": "high", "bugfix": "medium"}.get(kind, "low")
        found.append(Labelled(commit, kind, level, (area,) if not kinds else ()))
    return found


@lru_cache(maxsize=1)
def learned() -> tuple[Judgement, tuple[Trial, ...]]:
    return learn(past(), areas(), general_judgement())


def core(environ: Mapping[str, str], now: datetime = NOW) -> Core:
    config = Path(environ["DAYBRIEF_STORE__PATH"]).with_suffix(".toml")
    config.write_text('[areas.moon]\ntags = ["moon"]\n[areas.sea]\ntags = ["sea"]\n', encoding="utf-8")
    return open_core(load(environ, config), lambda: now)


# -- the trial


def test_habits_are_learned_where_they_beat_what_ships() -> None:
    """Types, importance and areas, each tried on all that is newer than the oldest two fifths."""
    _, trials = learned()
    assert [(trial.part, trial.learned, trial.tried) for trial in trials] == [
        ("types", 200, 120),
        ("importance", 200, 120),
        ("areas", 200, 120),
    ]
    assert all(trial.used and trial.after > trial.before for trial in trials)
    assert all(trial.after > 0.9 for trial in trials)


@pytest.mark.parametrize(
    ("title", "path", "kind"), [("zig the moon", "quill/moon/a.py", "feature"), ("zag it", "quill/sea/b.py", "bugfix")]
)
def test_what_was_learned_decides(title: str, path: str, kind: str) -> None:
    """The odd words mean here what they mean here."""
    judgement, _ = learned()
    sample = sample_of(Labelled(a_commit(title, files=(a_change(path, "a = 1\n", "a = 2\n"),)), None, None, ()))
    assert next(iter(judgement.classifier.types(sample.evidence))) == ChangeType(kind)


CLEAR = [
    "Fix the {} that crash",
    "Add an option for {}",
    "Refactor the {} into one class",
    "Speed up the {} by caching",
]


def test_work_on_tests_may_be_ci_where_its_people_say_so() -> None:
    """Files alone rule that out elsewhere, not against what was learned of the repository itself."""
    title, kinds = read_title("Retry the slow ones"), [FileKind.TEST]
    expected = [ChangeType.CI_BUILD, ChangeType.TESTS]
    assert likeliest(expected, title, (), kinds, is_of_product=False, is_own=True) is ChangeType.CI_BUILD
    assert likeliest(expected, title, (), kinds, is_of_product=False, is_own=False) is ChangeType.TESTS


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_labels_teach_nothing(seed: int) -> None:
    """Even where chance would have it that they do a little better: luck does not last."""
    draw = random.Random(seed)  # noqa: S311 - made labels, no secret
    labels = ["feature", "bugfix", "refactor", "performance"]
    found = []
    for n in range(200):
        changed = a_change(f"quill/{n % 7}.py", f"a = {n}\n", f"a = {n + 1}\n")
        commit = a_commit(CLEAR[n % 4].format(NOUNS[n // 4 % 10]), repo=REPO, files=(changed,))
        level, area = draw.choice(["high", "low"]), draw.choice(["moon", "sea"])
        found.append(Labelled(commit, draw.choice(labels), level, (area,)))
    judgement, trials = learn(found, areas(), general_judgement())
    assert not [trial for trial in trials if trial.used and trial.part != "areas"]
    assert judgement.classifier == general_judgement().classifier


def test_what_the_vocabulary_says_stands_where_little_was_tagged() -> None:
    """Areas that nobody tagged in the past are still found, and those of few tags are not forgotten."""
    model = fit_areas(
        [(sample_of(one).evidence, ("moon",)) for one in past(60)], [one.areas for one in past(60)], ("moon", "sea")
    )
    (sample,) = (sample_of(Labelled(a_commit("Mend the quantized pages", repo=REPO), None, None, ())),)
    assert "quantization" in model.areas(sample.evidence, ("quantization",))
    assert "sea" not in model.without({"sea"}).keys


def test_what_nobody_ever_tagged_gives_way_to_what_people_tag() -> None:
    """Their parts come first; the vocabulary alone decides only where it did better in the past, also once written and read."""
    tagged = past(60)
    model = fit_areas([(sample_of(one).evidence, ()) for one in tagged], [one.areas for one in tagged], ("moon", "sea"))
    sample, (part,) = sample_of(tagged[0]), tagged[0].areas
    assert model.areas(sample.evidence, ("quantization",)) == (part,)
    left = AreaModel.load(json.loads(json.dumps(model.without({"quantization"}).dump())))
    assert left.areas(sample.evidence, ("quantization",)) == (part, "quantization")


def test_too_few_teach_nothing() -> None:
    """What ships goes on judging."""
    judgement, trials = learn(past(60), areas(), general_judgement())
    assert not [trial for trial in trials if trial.used]
    assert (judgement.classifier, judgement.area_model) == (general_judgement().classifier, None)


def test_a_part_without_labels_is_not_scored() -> None:
    """Nobody can be better at nothing."""
    only_types = [Labelled(one.commit, one.type, None, ()) for one in past()]
    judgement, trials = learn(only_types, areas(), general_judgement())
    assert [(trial.part, trial.used) for trial in trials] == [("types", True), ("importance", False), ("areas", False)]
    assert [trial.before == trial.before for trial in trials] == [True, False, False]
    assert judgement.classifier.level == general_judgement().classifier.level
    assert judgement.area_model is None


# -- from a clone, and from GitHub's lists


@lru_cache(maxsize=1)
def scratch_commits() -> list[tuple[str, str, str]]:
    """Message, path and content of 200 commits whose people have habits."""
    return [(title, path, f"a = {n}\n") for n, (title, path) in enumerate(titled(200))]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with 200 of them, an hour apart, the last one of the evening before NOW."""
    repository = Scratch(tmp_path_factory.mktemp("habits") / "habits.git")
    made = scratch_commits()
    for n, (message, path, content) in enumerate(made):
        repository.commit(message, {path: content}, at=NOW - timedelta(hours=len(made) - n + 8))
    return repository.path


@pytest.fixture
def opened(environ: dict[str, str]) -> Core:
    """The core at NOW."""
    return core(environ)


def test_a_clone_is_learned_whole(opened: Core, clone: Path) -> None:
    """Titles say what they are; folders are learned too. What was learned is kept, with how it did."""
    lesson = learn_repository(opened, Place(REPO, str(clone)), 365, quiet)
    assert (lesson.repo, lesson.commits, lesson.labelled) == (REPO, 200, 200)
    assert {trial.part for trial in lesson.trials if trial.used} == {"types", "areas"}
    judgement = opened.stores.learned.judgement(REPO)
    assert judgement is not None
    assert judgement.area_model is not None
    assert opened.stores.learned.made_at(REPO) == NOW
    assert repr(reported(opened, Place(REPO, str(clone)))) == repr(lesson)  # NaN is not itself


def test_a_digest_is_judged_by_what_was_learned(environ: dict[str, str], clone: Path, tmp_path: Path) -> None:
    """An untagged commit of the next day has the type that only this repository's words say."""
    repository = Scratch(tmp_path / "more.git")
    repository.git("fetch", "--quiet", str(clone), "main:main")
    repository.commit("zig the comets", {"quill/moon/a.py": "b = 1\n"}, at=NOW + timedelta(hours=10))
    place, window = Place(REPO, str(repository.path)), Window.of(NOW.date(), "UTC")
    found = []
    for learns in (False, True):
        opened = core({**environ, "DAYBRIEF_STORE__PATH": str(tmp_path / f"{learns}.db")}, NOW + timedelta(days=1))
        if learns:
            learn_repository(opened, place, 365, quiet)
        digest, _ = opened.digest(opened.sources.open(place), window, "en", opened.analyser("rules"), quiet)
        found.append(next(e.triage for e in digest.entries if e.commit.subject == "zig the comets"))
        opened.stores.store.close()
    before, after = found
    assert before.types[0] is not ChangeType.FEATURE
    assert "moon" not in before.areas
    assert after.types[0] is ChangeType.FEATURE
    assert after.areas == ("moon",)


def on_github(environ: Mapping[str, str], server: GitHubServer) -> Core:
    return core(
        {**environ, "DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"},
    )


def test_lists_alone_are_enough_to_learn_from(environ: dict[str, str], clone: Path) -> None:
    """A hundred commits a request, and no request for a single one: a year must not cost the hour's limit."""
    with GitHubServer({REPO: clone}) as server:
        opened = on_github(environ, server)
        lesson = learn_repository(opened, Place(REPO), 365, quiet)
        assert (lesson.commits, lesson.labelled) == (200, 200)
        assert server.count("commits.get") == 0
        assert server.count("commits.list") <= 4
        assert server.unrouted == []
    assert next(trial for trial in lesson.trials if trial.part == "types").used


def test_a_repository_that_was_renamed_is_learned_under_its_new_name(environ: dict[str, str], clone: Path) -> None:
    """And what was learned under the old one goes along."""
    with GitHubServer({REPO: clone}) as server:
        opened = on_github(environ, server)
        learn_repository(opened, Place(REPO), 365, quiet)
        server.rename(REPO, "example/customs")
        lesson = learn_repository(opened, Place(REPO), 365, quiet)
    assert lesson.repo == "example/customs"
    assert opened.stores.learned.judgement("example/customs") is not None
    assert opened.stores.learned.judgement(REPO) is None


def test_an_outage_is_told_and_nothing_is_forgotten(environ: dict[str, str], clone: Path) -> None:
    """What was learned before goes on judging."""
    with GitHubServer({REPO: clone}) as server:
        opened = on_github(environ, server)
        learn_repository(opened, Place(REPO), 365, quiet)
        server.tokens = ("another",)
        with pytest.raises((Outage, BadInput, NotFound)):
            learn_repository(opened, Place(REPO), 365, quiet)
    assert opened.stores.learned.made_at(REPO) == NOW


def test_too_few_commits_teach_nothing(opened: Core, tmp_path: Path) -> None:
    """They are counted, and that it was tried is known; what ships judges."""
    repository = Scratch(tmp_path / "few.git")
    for n in range(5):
        repository.commit(f"fix: {n}", {"a.py": f"{n}\n"}, at=NOW - timedelta(hours=20 - n))
    lesson = learn_repository(opened, Place("o/few", str(repository.path)), 365, quiet)
    assert (lesson.commits, lesson.labelled, lesson.trials) == (5, 5, ())
    assert opened.stores.learned.judgement("o/few") is None
    assert reported(opened, Place("o/few", str(repository.path))) == lesson
    assert opened.stores.learned.made_at("o/few") == NOW


# -- what is kept


def test_what_is_kept_answers_the_same(opened: Core) -> None:
    """To three digits, as everything that is written."""
    judgement, trials = learned()
    opened.stores.learned.put(REPO, judgement, trials, NOW, SEEN)
    kept = opened.stores.learned.judgement(REPO)
    assert kept is not None
    assert opened.stores.learned.trials(REPO) == trials
    for one in past(40):
        evidence = sample_of(one).evidence
        assert next(iter(kept.classifier.types(evidence))) == next(iter(judgement.classifier.types(evidence)))


def test_the_newest_replaces_the_one_before(opened: Core) -> None:
    """There is one judgement of a repository, whatever case its name is written in."""
    judgement, trials = learned()
    opened.stores.learned.put(REPO, general_judgement(), (), NOW, SEEN)
    opened.stores.learned.put(REPO, judgement, trials, NOW + timedelta(days=7), SEEN)
    assert opened.stores.learned.made_at(REPO.upper()) == NOW + timedelta(days=7)
    assert opened.stores.learned.trials(REPO) == trials


def test_what_is_kept_goes_with_a_new_name(opened: Core) -> None:
    """As the commits do."""
    opened.stores.learned.put(REPO, *learned(), NOW, SEEN)
    opened.stores.commits.rename(REPO, "example/customs")
    assert opened.stores.learned.trials("example/customs") == learned()[1]
    assert opened.stores.learned.trials(REPO) == ()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"classifier": {}}', '{"classifier": [], "area_model": null}']
)
def test_a_damaged_row_is_told_as_damage(opened: Core, text: str) -> None:
    """In the sentence for a damaged store, which says what to do."""
    opened.stores.learned.put(REPO, *learned(), NOW, SEEN)
    with sqlite3.connect(opened.configuration.store_path) as db:
        db.execute("update learned set judgement = ?", [text])
    db.close()
    with pytest.raises(Outage, match="damaged"):
        opened.stores.learned.judgement(REPO)
    if "{" not in text or len(text) == 1:
        with pytest.raises(Outage, match="damaged"):
            opened.stores.learned.past(REPO)


def test_what_an_earlier_version_learned_is_reported_by_its_trials(opened: Core, clone: Path) -> None:
    """It did not keep what it had looked at."""
    _, trials = learned()
    opened.stores.learned.put(REPO, general_judgement(), trials, NOW, SEEN)
    with sqlite3.connect(opened.configuration.store_path) as db:
        db.execute("update learned set judgement = json_remove(judgement, '$.past')")
    db.close()
    lesson = reported(opened, Place(REPO, str(clone)))
    assert (lesson.commits, lesson.labelled) == (0, max(trial.learned + trial.tried for trial in trials))


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '[{"part": "types"}]'])
def test_damaged_trials_are_told_as_damage(opened: Core, text: str) -> None:
    """They decide whether the judgement is used."""
    opened.stores.learned.put(REPO, *learned(), NOW, SEEN)
    with sqlite3.connect(opened.configuration.store_path) as db:
        db.execute("update learned set trials = ?", [text])
    db.close()
    with pytest.raises(Outage, match="damaged"):
        opened.stores.learned.judgement(REPO)


def test_a_repository_nobody_learned_has_nothing(opened: Core) -> None:
    """Not even a row."""
    assert opened.stores.learned.judgement("o/r") is None
    assert opened.stores.learned.made_at("o/r") is None
    assert opened.stores.learned.trials("o/r") == ()


# -- from labels


def test_labels_of_several_repositories_teach_each_its_own(opened: Core) -> None:
    """In the order of their dates, whatever the file's."""
    mine = past()[::-1]
    few = [Labelled(a_commit("Do it", repo="o/few"), "feature", None, ())]
    first, second = learn_labels(opened, [*mine, *few], quiet)
    assert (first.repo, first.labelled, first.trials) == (REPO, 200, learned()[1])
    assert (second.repo, second.trials) == ("o/few", ())


def test_labels_without_a_repository_are_refused(opened: Core) -> None:
    """Nobody would know whose they are."""
    with pytest.raises(BadInput, match="do not name a repository"):
        learn_labels(opened, [Labelled(a_commit("Do it", repo=""), "feature", None, ())], quiet)


def test_label_files_without_labels_are_refused(tmp_path: Path) -> None:
    """There is nothing to score."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"title": "Do it"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"No commit in .* has a label"):
        read_label_files([path])


def test_the_newest_of_each_file_are_taken(tmp_path: Path) -> None:
    """Each file is limited on its own."""
    path = tmp_path / "labels.jsonl"
    days = [3, 1, 2]
    path.write_text(
        "".join(f'{{"title": "{d}", "date": "2026-01-0{d}", "label_type": "docs"}}\n' for d in days), encoding="utf-8"
    )
    assert [one.commit.subject for one in read_label_files([path, path], 2)] == ["2", "3", "2", "3"]
    assert len(read_label_files([path])) == 3


def test_judging_with_the_own_past_judges_only_the_newest(opened: Core) -> None:
    """The older commits are learned from and not scored."""
    plain = judge_labelled(opened, past(), opened.analyser("rules"), own_past=False, step=quiet)
    own = judge_labelled(opened, past(), opened.analyser("rules"), own_past=True, step=quiet)
    assert (len(plain), len(own)) == (200, 40)
    right = sum(one.our_type == one.type for one in own) / len(own)
    assert right > 0.9 > sum(one.our_type == one.type for one in plain[-40:]) / 40


def test_areas_are_proposed_from_tags_and_folders(opened: Core, clone: Path) -> None:
    """Those that are known are only counted."""
    text = propose_areas(opened, Place(REPO, str(clone)), 365, quiet)
    assert "Known already, with how many of the commits name them: moon (100), sea (100)." in text


def test_a_past_says_what_the_titles_say(clone: Path, opened: Core) -> None:
    """The prefix is the label and goes."""
    source = opened.sources.open(Place(REPO, str(clone)))
    heads = source.landed(NOW - timedelta(days=30), NOW).heads
    found = own_past(heads, general())
    assert {one.type for one in found} == {"feature", "bugfix", "refactor", "performance"}
    assert not [one for one in found if ":" in one.commit.subject]


def test_changes_of_no_file_are_no_mistake() -> None:
    """An empty commit can be labelled."""
    sample = sample_of(Labelled(a_commit("Do it", files=()), "feature", None, ()))
    assert sample.evidence.signals == {}
    assert FileChange("a", "added") not in sample.labelled.commit.files


def test_folders_of_the_past_are_areas_from_then_on(environ: dict[str, str], tmp_path: Path) -> None:
    """Where nobody configured or tagged any; by their names they are found and shown."""
    repository = Scratch(tmp_path / "rooms.git")
    folders = ["tide", "rooms", "tide", "comets", "rooms", "comets", "rest"]
    for n in range(70):
        path = f"quill/{folders[n % 7]}/a.py" if n % 7 < 6 else "quill/engine.py"
        repository.commit(f"Keep {n}", {path: f"a = {n}\n"}, at=NOW - timedelta(hours=90 - n))
    opened = core(environ, NOW + timedelta(days=1))
    place, window = Place(REPO, str(repository.path)), Window.of(NOW.date(), "UTC")
    learn_repository(opened, place, 365, quiet)
    repository.commit("Keep the tide", {"quill/tide/a.py": "b = 1\n"}, at=NOW + timedelta(hours=10))
    digest, _ = opened.digest(opened.sources.open(place), window, "en", opened.analyser("rules"), quiet)
    assert [entry.triage.areas for entry in digest.entries] == [("tide",)]
    assert opened.sources.areas().find("Tide") == "tide"
    assert "[areas.tide]" in propose_areas(opened, place, 365, quiet), "still proposed, for people to rename"
    opened.stores.store.close()


# -- what people corrected


def test_ranks_that_people_gave_are_labels(opened: Core, clone: Path) -> None:
    """Beside what titles say of themselves, which is never how much a commit matters."""
    source = opened.sources.open(Place(REPO, str(clone)))
    heads = source.landed(NOW - timedelta(days=365), NOW).heads
    opened.stores.commits.put(heads)
    for number, head in enumerate(heads[:12]):
        wanted = Importance.HIGH if number % 2 else Importance.LOW
        opened.stores.feedback.correct(Correction(REPO, head.sha, wanted, Importance.MEDIUM, "slack:U1", NOW))
    lesson = learn_repository(opened, Place(REPO, str(clone)), 365, quiet)
    assert {trial.part: trial.learned for trial in lesson.trials}["importance"] == 12
