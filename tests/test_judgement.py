"""The learned judgement: what it looks at, how it is trained, what ships, and how it explains itself."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from builders import a_change, a_commit_of

from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind
from analysis.commits.records import Labelled
from analysis.commits.title import ChangeType, read_title
from analysis.facts import FactKind, facts_of
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules.wording import say_reason
from analysis.statements.symptoms import symptoms
from analysis.triage.areas import general
from analysis.triage.learned import Judgement, general_judgement
from analysis.triage.learned.area_model import fit_areas
from analysis.triage.learned.classifier import LEVELS, PRODUCT, SUBJECTS, WEIGHTS, Classifier
from analysis.triage.learned.evidence import TYPES, Evidence, gather
from analysis.triage.learned.explain import STRONGEST, explain
from analysis.triage.learned.training import sample_of, train
from analysis.triage.reason import Reason
from analysis.triage.repository_areas import of_repository
from analysis.triage.sketch import sketch

ROOT = Path(__file__).parent.parent
MOST_BYTES = 500_000


def evidence_of(title: str, *files: FileChange, body: str = "", author: str = "Ann") -> Evidence:
    commit = a_commit_of(*files, message=f"{title}\n\n{body}" if body else title)
    commit = Commit(
        commit.repo, commit.sha, author, commit.authored_at, commit.committed_at, commit.message, files=files
    )
    return gather(commit, read_title(title).text, facts_of(commit), sketch(commit))


FIX = a_change("quill/cache.py", "x = 1\nreturn x\n", "x = 1\nif x is None:\n    raise ValueError\nreturn x\n")
TEST = a_change("tests/test_cache.py", None, "def test_cache():\n    assert cache()\n")
DOCS = a_change("docs/cache.md", "Old words are here.\n", "New words are here, and more.\n")
FLAG = a_change(
    "quill/cli.py",
    'parser.add_argument("--model", type=str)\n',
    'parser.add_argument("--model", type=str)\nparser.add_argument("--pages", type=int)\n',
)


# -- evidence


def test_a_small_fix_shows_what_it_is() -> None:
    """Counts, shares and what the lines hold."""
    signals = evidence_of("Fix crash on an empty prompt", FIX, TEST, body="It failed with an OOM.").signals
    expected = {
        "touches production": 1.0,
        "touches test": 1.0,
        "adds test": 1.0,
        "tests come with it": 1.0,
        "adds if": 1.0,
        "adds raise": 1.0,
        "adds None": 1.0,
        "only adds": 1.0,
        "files of production": 0.5,
        "share production": 0.5,
        "symptom crash": 1.0,
        "symptom in body out_of_memory": 1.0,
        "no body": 0.0,
        "bot": 0.0,
    }
    assert {name: signals.get(name, 0.0) for name in expected} == expected


def test_words_are_stems_and_the_first_is_marked() -> None:
    """ "Fixed" says what "fix" says, and a title's first word says most."""
    assert evidence_of("Tuned the kv_cache pages", FIX).words == {"^tuned", "tuned", "the", "kv", "cache", "page"}
    assert "^handl" in evidence_of("Handling pages", FIX).words


def test_words_speak_for_a_type() -> None:
    """By the lexicon: at the title's beginning, within it, and in the body."""
    rows = dict(zip(TYPES, evidence_of("Fix a crash", FIX).lexical, strict=True))
    assert rows[ChangeType.BUGFIX][0] == 1.0
    assert rows[ChangeType.DOCS][0] == 0.0
    assert sum(rows[ChangeType.BUGFIX]) > max(sum(row) for kind, row in rows.items() if kind is not ChangeType.BUGFIX)


def test_facts_are_evidence() -> None:
    """A new flag is one."""
    assert evidence_of("Pages", FLAG).signals["fact flag_added"] == 1.0


def test_habits_are_folders_files_and_bodies() -> None:
    """What only the repository's own past can give a meaning."""
    habits = evidence_of("Pages", FIX, body="Zebra").habits
    assert {"in quill", "file cache.py", "file cache", "body zebra"} <= habits


def test_a_commit_of_a_list_has_words_alone() -> None:
    """That it touches nothing is no evidence: nobody told its files."""
    found = evidence_of("Fix a crash")
    assert found.signals == {}
    assert found.words


@pytest.mark.parametrize(
    "author",
    [
        "dependabot[bot]", "dependabot", "Renovate Bot", "renovate", "pre-commit-ci", "GitHub Actions", "github-actions", "pytorchmergebot",
        "Copilot", "copilot-swe-agent", "k8s-ci-robot", "quill-release-bot", "mergify", "bot", "quill_bot",
    ],
)  # fmt: skip
def test_bots_are_known_by_their_names(author: str) -> None:
    """Their commits are no example of what people find important."""
    assert evidence_of("Update numpy", FIX, author=author).signals["bot"] == 1.0


@pytest.mark.parametrize(
    "author", ["Jane Talbot", "jtalbot", "Abbot", "Ann Robotham", "Botond", "Copilote Martin", "Ann"]
)
def test_people_are_no_bots(author: str) -> None:
    assert evidence_of("Update numpy", FIX, author=author).signals["bot"] == 0.0


# -- the recipe, on a tiny set


def labelled(title: str, kind: str, importance: str, *files: FileChange, number: int = 0) -> Labelled:
    commit = a_commit_of(*files, message=title)
    return Labelled(
        Commit("example/tiny", f"{number:040x}", "Ann", commit.authored_at, commit.committed_at, title, files=files),
        kind, importance, (),
    )  # fmt: skip


NOUNS = ["pages", "kernels", "prompts", "logits", "batches", "workers", "tables", "shards", "streams", "tokens"]


@lru_cache(maxsize=1)
def tiny() -> tuple[Labelled, ...]:
    """Sixty commits, in which zebras are features that people care for, walruses fixes, and the rest docs and tests."""
    kinds: list[tuple[str, str, str, FileChange]] = [
        ("Zebra the {}", "feature", "high", FLAG),
        ("Walrus the {}", "bugfix", "medium", FIX),
        ("Ostrich the {}", "refactor", "low", a_change("quill/a.py", "a = 1\n", "b = 1\n")),
        ("Word the {}", "docs", "low", DOCS),
        ("Probe the {}", "tests", "low", TEST),
        ("Wire the {}", "ci_build", "low", a_change(".github/workflows/a.yml", "a: 1\n", "a: 2\n")),
    ]
    made = [(noun, *kind) for noun in NOUNS for kind in kinds]
    return tuple(
        labelled(title.format(noun), kind, level, change, number=n)
        for n, (noun, title, kind, level, change) in enumerate(made, 1)
    )


@lru_cache(maxsize=1)
def trained() -> Classifier:
    return train([sample_of(one) for one in tiny()])


def test_the_same_records_give_the_same_weights() -> None:
    """No randomness: whoever trains again gets what ships."""
    assert json.dumps(train([sample_of(one) for one in tiny()]).dump()) == json.dumps(trained().dump())


@pytest.mark.parametrize(
    ("title", "change", "kind", "level"),
    [
        ("Zebra the moon", FLAG, ChangeType.FEATURE, "high"),
        ("Walrus the moon", FIX, ChangeType.BUGFIX, "medium"),
        ("Word the moon", DOCS, ChangeType.DOCS, "low"),
        ("Probe the moon", TEST, ChangeType.TESTS, "low"),
    ],
)
def test_what_the_records_teach_is_learned(title: str, change: FileChange, kind: ChangeType, level: str) -> None:
    """From words that mean nothing elsewhere."""
    evidence = evidence_of(title, change)
    assert next(iter(trained().types(evidence))) is kind
    levels = trained().levels(evidence)
    assert max(levels, key=lambda name: levels[name]) == level


def test_chances_are_chances() -> None:
    """They sum to one, and the first type leads."""
    evidence = evidence_of("Zebra the moon", FLAG)
    assert sum(trained().types(evidence).values()) == pytest.approx(1)
    assert sum(trained().levels(evidence).values()) == pytest.approx(1)
    assert set(trained().levels(evidence)) == set(LEVELS)


def test_weights_that_are_written_and_read_answer_the_same() -> None:
    """As they come out of a file, they go into one."""
    once = Classifier.load(json.loads(json.dumps(trained().dump())))
    assert Classifier.load(json.loads(json.dumps(once.dump()))) == once
    for one in tiny():
        evidence = sample_of(one).evidence
        assert next(iter(once.types(evidence))) == next(iter(trained().types(evidence)))
        assert once.levels(evidence) == pytest.approx(trained().levels(evidence), abs=0.02)


def test_a_prior_is_kept_where_nothing_speaks_against_it() -> None:
    """Three commits of one type do not make a repository forget the rest."""
    few = [sample_of(one) for one in tiny()[:1] * 3]
    own = train(few, prior=trained())
    assert next(iter(own.types(evidence_of("Word the moon", DOCS)))) is ChangeType.DOCS


def test_a_past_of_its_own_has_a_second_opinion() -> None:
    """Both together still give chances, and answer the same once written and read."""
    own = train([sample_of(one) for one in tiny()], prior=trained())
    assert own.second is not None
    evidence = evidence_of("Zebra the moon", FLAG)
    chances = own.types(evidence)
    assert sum(chances.values()) == pytest.approx(1)
    assert next(iter(chances)) is ChangeType.FEATURE
    loaded = Classifier.load(json.loads(json.dumps(own.dump())))
    assert loaded.types(evidence) == pytest.approx(chances, abs=0.02)


def test_areas_are_learned_from_tags() -> None:
    """By words and folders; what the vocabulary says is one more piece of evidence, what only the past shows gives way."""
    moon, sea = a_change("quill/moon/a.py", "a = 1\n", "a = 2\n"), a_change("quill/sea/a.py", "a = 1\n", "a = 2\n")
    samples = [(evidence_of(f"Do {noun}", change), ()) for noun in NOUNS for change in (moon, sea)]
    model = fit_areas(samples, [[key] for _ in NOUNS for key in ("moon", "sea")], ("moon", "sea"))
    judgement = Judgement(trained(), model)
    for change, key in ((moon, "moon"), (sea, "sea")):
        title = read_title("Do something else")
        assert judgement.areas_of(general(), title, [change], evidence_of("Do something else", change)) == (key,)
    loaded = Judgement.load(json.loads(json.dumps(judgement.dump())))
    assert loaded.area_model is not None
    assert loaded.area_model.keys == ("moon", "sea")
    tagged = read_title("[LoRA] Do something")
    assert "lora" in loaded.areas_of(general(), tagged, [moon], evidence_of("Do something", moon))
    past = of_repository(learned={"rocks": {"en": "Rocks", "paths": ["moon/"]}})
    untagged = read_title("Do something else")
    assert past.of(untagged, [moon]) == ("rocks",)
    assert loaded.areas_of(past, untagged, [moon], evidence_of("Do something else", moon)) == ("moon",)


# -- the script


def record(one: Labelled) -> dict[str, object]:
    commit = one.commit
    patch = "".join(
        f"diff --git a/{f.path} b/{f.path}\n--- a/{f.path}\n+++ b/{f.path}\n{f.patch}\n" for f in commit.files
    )
    return {
        "repo": commit.repo,
        "sha": commit.sha,
        "title": commit.subject,
        "files": [[f.path, f.status, f.additions, f.deletions] for f in commit.files],
        "patch_excerpt": patch,
        "label_type": one.type,
        "label_importance": one.importance,
    }


def run_training(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "analysis.triage.learned.training", *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=100,
    )  # fmt: skip


@pytest.mark.slow
def test_the_script_writes_the_weights_that_the_recipe_gives(tmp_path: Path) -> None:
    """From a label file, as anybody can mine one."""
    labels, out = tmp_path / "labels.jsonl", tmp_path / "weights.json"
    labels.write_text("".join(json.dumps(record(one)) + "\n" for one in tiny()), encoding="utf-8")
    done = run_training(str(labels), "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(out.read_text("utf-8")) == json.loads(json.dumps(trained().dump()))


# -- what ships


def test_the_shipped_weights_are_small_and_whole() -> None:
    """They come with the package."""
    assert WEIGHTS.stat().st_size <= MOST_BYTES
    shipped = general_judgement().classifier
    assert shipped.subject.classes == SUBJECTS
    assert shipped.product.classes == PRODUCT
    assert shipped.level.classes == LEVELS
    assert json.loads(json.dumps(shipped.dump())) == json.loads(WEIGHTS.read_text("utf-8"))


@pytest.mark.parametrize(
    ("title", "files", "kind"),
    [
        ("Describe the page cache", [DOCS], ChangeType.DOCS),
        (
            "Bump numpy from 1 to 2",
            [a_change("requirements.txt", "numpy==1.26.0\n", "numpy==2.0.0\n")],
            ChangeType.DEPENDENCIES,
        ),
        ("Add --pages to choose how many pages a block has", [FLAG], ChangeType.FEATURE),
        ("Fix KeyError when the prompt is empty", [FIX, TEST], ChangeType.BUGFIX),
        ("Add more tests for the page cache", [TEST], ChangeType.TESTS),
        (
            "Run the nightly workflow on new runners",
            [a_change(".github/workflows/a.yml", "a: 1\n", "a: 2\n")],
            ChangeType.CI_BUILD,
        ),
    ],
)
def test_clear_cases_are_decided_right(title: str, files: Sequence[FileChange], kind: ChangeType) -> None:
    """By what was learned alone, without the rules."""
    assert next(iter(general_judgement().classifier.types(evidence_of(title, *files)))) is kind


def test_a_new_flag_matters_more_than_words() -> None:
    """The order is what readers see."""
    levels = general_judgement().classifier.levels
    assert levels(evidence_of("Add --pages", FLAG))["high"] > levels(evidence_of("Describe pages", DOCS))["high"]


# -- explanations

TABLE = tomllib.loads((ROOT / "analysis" / "triage" / "learned" / "explain.toml").read_text("utf-8"))
EXPLAINED = [name for table in TABLE.values() for name in table["evidence"]]
SILENT = re.compile(
    # What types are told by, and what says the same as something that is explained.
    r"bot|comments|ending |status |removes (?!deprecation)|new private names|gone|removes TODO"
    r"|(?:touches|only|files of|share|adds) (?:tooling|generated|vendored|lock|build|ci)"
    r"|facts? (?:check_added|check_removed|test_disabled|test_enabled|version_changed|reverts|unsafe_added|module_removed"
    r"|env_added|env_removed|endpoint_added|endpoint_removed|dependency_added|dependency_removed)"
    r"|symptom "
)
"""Evidence that is knowingly not said: rules say it better, or it tells the type and not the importance."""


def every_name() -> set[str]:
    """All evidence that a commit can have, by its name: of many commits, and of the closed sets that names are made of."""
    from analysis.facts import Fact

    changes = [
        a_change(f"{folder}{name}", before, after)
        for folder in ("quill/", "tests/", "docs/", ".github/workflows/", "docker/", "vendor/", "examples/", "generated/", "")
        for name in ("a.py", "b.md", "c.rst", "d.yml", "Dockerfile", "uv.lock", "e.toml")
        for before, after in (("a = 1\n", "a = 2\n"), (None, "def a():\n    return 1\n"), ("a = 1\n", None))
    ]  # fmt: skip
    facts = [Fact(kind, "name", "quill/a.py", 1) for kind in FactKind]
    names: set[str] = set()
    for change in changes:
        commit = a_commit_of(change, message="Do it")
        evidence = gather(commit, "Do it", facts, sketch(commit))
        names |= {*evidence.signals, *(f"touches {kind}" for kind in FileKind)}
    names |= {f"symptom {code}" for code in symptoms()} | {f"symptom in body {code}" for code in symptoms()}
    return names | {"wording", "structure"}


def test_every_name_that_is_explained_is_one_that_evidence_has() -> None:
    """A misspelt one would never be said."""
    assert sorted(set(EXPLAINED) - every_name()) == []
    assert len(EXPLAINED) == len(set(EXPLAINED))


def test_all_evidence_is_explained_or_knowingly_silent() -> None:
    """Whoever adds a piece decides what readers are told."""
    assert sorted(name for name in every_name() - set(EXPLAINED) if not SILENT.match(name)) == []


def test_the_strongest_three_are_said() -> None:
    """More nobody reads."""
    shares = [("wording", 1.0), ("fact flag_added", 0.9), ("benchmarks", -1.2), ("no body", -0.4), ("prose", 0.3)]
    found = explain(shares, "Add it")
    assert [reason.code for reason in found] == ["learned.performance", "learned.wording", "learned.interface"]
    assert len(found) == STRONGEST


def test_pieces_that_mean_the_same_are_summed() -> None:
    """Tests that are touched, their lines and their share are one reason; what cancels out is none."""
    (found,) = explain([("touches test", 0.5), ("test lines", 0.25), ("share test", -0.25)], "Add it")
    assert (found.code, found.points) == ("learned.tests", 0.5)
    assert explain([("touches test", 0.5), ("test lines", -0.45)], "Add it") == []


def test_words_are_said_as_the_title_has_them() -> None:
    """Not as stems; with what surrounds them taken off, and those that tell nothing left out."""
    shares = [("word deprecat", 0.6), ("word ^deprecat", 0.2), ("word to", 3.0), ("word in quill", 2.0)]
    (found,) = explain(shares, "Deprecated (`--pages`) to go")
    assert (found.detail, found.points) == ("Deprecated", 0.8)
    assert say_reason(found, "en") == "its title says “Deprecated”"
    assert explain([("word cach", 1.0), ("word cache", 1.0)], "Tune `kv_cache`, again")[0].detail == "kv_cache"


def test_what_no_group_holds_is_not_said() -> None:
    """Names of the code are no words for readers."""
    assert explain([("ending ini", 5.0), ("bot", -5.0)], "Add it") == []


@pytest.mark.parametrize("group", TABLE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_is_said_for_and_against(group: str, language: Language) -> None:
    """In both languages."""
    said = [say_reason(Reason(f"learned.{group}", "x", points), language) for points in (1.0, -1.0)]
    assert all(said)
    assert bool(re.search(r"[\u4e00-\u9fff]", said[0])) is (language == "zh")


def test_why_a_commit_ranks_is_what_moves_it() -> None:
    """The shares of evidence are those of the level's score, the strongest first."""
    why = general_judgement().classifier.why(evidence_of("Add --pages", FLAG))
    strengths = [abs(share) for _, share in why]
    assert strengths == sorted(strengths, reverse=True)
    assert {"wording", "structure"} <= {name for name, _ in why}
