"""`daybrief learn`, `eval` and `areas --init` as people and scripts use them."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli, refused
from servers.answers import reader
from servers.model import ModelServer
from servers.scratch import Scratch

pytestmark = pytest.mark.slow

NOUNS = ["pages", "kernels", "prompts", "logits", "batches", "workers", "tables", "shards", "streams", "tokens"]
HABITS = [
    ("[Moon] feat: zig the {}", "quill/moon/a.py", "feature", "high"),
    ("[Sea] fix: zag the {}", "quill/sea/b.py", "bugfix", "medium"),
    ("[Moon] refactor: zog the {}", "quill/moon/c.py", "refactor", "low"),
    ("[Sea] perf: zug the {}", "quill/sea/d.py", "performance", "low"),
]
REPO = "example/habits"
NEWEST = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of 120 commits whose people have habits, the newest of today."""
    repository = Scratch(tmp_path_factory.mktemp("habits") / "habits.git")
    for n in range(120):
        title, path, _, _ = HABITS[n % 4]
        message = title.format(NOUNS[n // 4 % 10])
        repository.commit(message, {path: f"a = {n}\n"}, at=NEWEST - timedelta(hours=120 - n))
    return repository.path


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of three commits."""
    repository = Scratch(tmp_path_factory.mktemp("few") / "few.git")
    for n in range(3):
        repository.commit(f"fix: {n}", {"a.py": f"{n}\n"}, at=NEWEST - timedelta(hours=3 - n))
    return repository.path


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of 120 commits in four parts, of which none has more than a third."""
    repository = Scratch(tmp_path_factory.mktemp("parted") / "parted.git")
    for n in range(120):
        part = ("Moon", "Sea", "Sun", "Sand")[n % 4]
        path = f"quill/{part.lower()}/a.py"
        repository.commit(f"[{part}] Turn {n}", {path: f"a = {n}\n"}, at=NEWEST - timedelta(hours=120 - n))
    return repository.path


def record(n: int, repo: str = REPO) -> dict[str, Any]:
    title, path, kind, level = HABITS[n % 4]
    return {
        "repo": repo,
        "sha": f"{n + 1:040x}",
        "date": (NEWEST - timedelta(hours=200 - n)).isoformat(),
        "title": title.partition(": ")[2].format(NOUNS[n // 4 % 10]),
        "files": [[path, "M", 1, 1]],
        "patch_excerpt": f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a = {n}\n+a = {n + 1}\n",
        "label_type": kind,
        "label_importance": level,
        "label_areas": ["lora"] if "moon" in path else ["scheduler"],
    }


@pytest.fixture
def labels(tmp_path: Path) -> str:
    """A file of 160 labelled commits."""
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(record(n)) + "\n" for n in range(160)), encoding="utf-8")
    return str(path)


# -- learn


def test_a_clone_is_learned_and_the_report_says_how_it_did(cli: Cli, clone: Path) -> None:
    """Three parts with both scores; asked again, the same is told without learning anew."""
    done = cli("learn", "--repo", f"{REPO}={clone}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("example/habits: 120 commits, 120 of them labelled\n")
    (types,) = (line for line in done.stdout.splitlines() if line.startswith("types"))
    assert "own weights are used" in types
    again = cli("learn", "--repo", f"{REPO}={clone}", "--report")
    assert again.returncode == 0
    assert again.stdout == done.stdout


def test_what_is_learned_as_json_is_json(cli: Cli, clone: Path) -> None:
    """What cannot be scored is null: JSON has no word for it."""

    def no_number(text: str) -> None:
        raise AssertionError(text)

    done = cli("learn", "--repo", f"{REPO}={clone}", "--json")
    (lesson,) = json.loads(done.stdout, parse_constant=no_number)
    assert (lesson["repo"], lesson["commits"], lesson["labelled"]) == (REPO, 120, 120)
    parts = {trial["part"]: trial for trial in lesson["trials"]}
    assert parts["types"]["used"] is True
    assert parts["types"]["after"] > parts["types"]["before"]
    assert (parts["importance"]["before"], parts["importance"]["used"]) == (None, False)


def test_what_was_learned_judges_from_then_on(cli: Cli, clone: Path) -> None:
    """The filter knows the repository by its name."""
    line = json.dumps({"repo": REPO, "title": "zig the comets", "files": [["quill/moon/a.py", "M", 1, 1]]})
    before = json.loads(cli("triage", stdin=line).stdout)
    cli("learn", "--repo", f"{REPO}={clone}")
    after = json.loads(cli("triage", stdin=line).stdout)
    assert after["types"][0] == "feature"
    assert before["types"][0] != "feature"


def test_label_files_can_be_learned_from(cli: Cli, labels: str) -> None:
    """Each repository in them on its own."""
    done = cli("learn", "--labels", labels)
    assert done.returncode == 0
    assert done.stdout.startswith("example/habits: 160 commits, 160 of them labelled\n")
    assert done.stdout.count("own weights are used") == 3


def test_too_few_commits_are_told(cli: Cli, few: Path) -> None:
    """It is no mistake of anybody's; that it was tried is kept."""
    done = cli("learn", "--repo", f"o/few={few}")
    assert done.returncode == 0
    assert "o/few: 3 commits, 3 of them labelled" in done.stdout
    assert "Too few to learn from; it takes 100: the shipped weights" in done.stdout
    assert cli("learn", "--repo", f"o/few={few}", "--report").stdout == done.stdout


@pytest.mark.parametrize("arguments", [(), ("--report",), ("--repo", "o/r", "--labels", "x.jsonl")])
def test_learning_needs_one_thing_to_learn_from(cli: Cli, arguments: tuple[str, ...]) -> None:
    """Neither none nor two."""
    assert "Give --repo, or --labels" in refused(cli("learn", *arguments), 2)


def test_a_report_on_labels_is_refused(cli: Cli, labels: str) -> None:
    """It would be about nothing that is kept; they could be learned meanwhile unnoticed."""
    assert "--report" in refused(cli("learn", "--labels", labels, "--report"), 2)


def test_mistakes_are_told_in_a_sentence(cli: Cli, tmp_path: Path) -> None:
    """With the file and the line, or the folder."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "a", "label_type": "docs"}\nx\n', encoding="utf-8")
    assert f"line 2 of {bad} is not JSON" in refused(cli("learn", "--labels", str(bad)), 2)
    assert "absent.jsonl cannot be read" in refused(cli("learn", "--labels", "absent.jsonl"), 2)
    bad.write_text('{"title": "a", "label_type": "docs"}\n', encoding="utf-8")
    assert "do not name a repository" in refused(cli("learn", "--labels", str(bad)), 2)
    assert "nowhere" in refused(cli("learn", "--repo", "o/r=nowhere"), 2)


# -- eval


def figures(text: str) -> dict[str, dict[str, Any]]:
    return {figure["name"]: figure for figure in json.loads(text)["figures"]}


def test_the_rules_are_scored_on_labels(cli: Cli, labels: str) -> None:
    """Each figure with its interval and how many commits it rests on."""
    done = cli("eval", "--labels", labels)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Judged by rules"
    assert [line.split(",")[0] for line in lines[1:]] == ["type", "type", "importance", "areas"]
    assert all("160 commits" in line and "[" in line for line in lines[1:])


def test_scores_for_programs(cli: Cli, labels: str) -> None:
    """The value lies within its interval."""
    made = json.loads(cli("eval", "--labels", labels, "--json", "--analyser", "rules").stdout)
    assert made["analyser"] == "rules"
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in made["figures"])


def test_the_own_past_helps(cli: Cli, labels: str) -> None:
    """Learned from the older commits, scored on the newer ones alone."""
    plain = figures(cli("eval", "--labels", labels, "--json").stdout)
    own = figures(cli("eval", "--labels", labels, "--own-past", "--json").stdout)
    name = "importance, AUC of high, mean of repositories"
    assert own[name]["count"] == 32
    assert own[name]["value"] > plain[name]["value"]


def test_only_the_newest_can_be_scored(cli: Cli, labels: str) -> None:
    """A model costs money."""
    assert all(
        f["count"] == 50 for f in figures(cli("eval", "--labels", labels, "--limit", "50", "--json").stdout).values()
    )


def test_a_model_is_scored_like_the_rules(cli: Cli, labels: str) -> None:
    """What it says of importance is weighed as in a digest; it is asked about each commit."""

    def shouting(asked: Any) -> Any:
        found = reader(asked)
        for item in found.get("items", ()):
            item["importance"] = "high"
        return found

    with ModelServer(shouting) as server:
        model = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": server.base_url}
        done = cli("eval", "--labels", labels, "--limit", "24", "--analyser", "model", "--json", **model)
        asked = len(server.requests)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["analyser"] == "test-model"
    assert {figure["count"] for figure in made["figures"]} == {24}
    assert 0 < asked <= 24


def test_a_model_that_is_not_configured_is_told(cli: Cli, labels: str) -> None:
    """As for a digest."""
    assert "No model is configured" in refused(cli("eval", "--labels", labels, "--analyser", "model"), 2)


def test_labels_that_say_nothing_are_told(cli: Cli, tmp_path: Path) -> None:
    """There would be no figure."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"title": "a"}\n', encoding="utf-8")
    assert "has a label" in refused(cli("eval", "--labels", str(path)), 2)
    assert "cannot be read" in refused(cli("eval", "--labels", "absent.jsonl"), 2)
    assert cli("eval").returncode == 2


def test_too_few_labels_give_no_figure_and_say_so(cli: Cli, tmp_path: Path) -> None:
    """A heading without a line below it would look like a mistake."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"title": "a", "label_type": "docs"}\n', encoding="utf-8")
    done = cli("eval", "--labels", str(path))
    assert done.returncode == 0
    assert "Too few" in done.stdout


# -- areas --init


def test_areas_are_proposed_as_toml(cli: Cli, parted: Path) -> None:
    """Each with how many commits say it, and where it lives."""
    done = cli("areas", "--init", "--repo", f"{REPO}={parted}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "# 30 commits, such as “" in done.stdout
    tables = tomllib.loads(done.stdout)["areas"]
    assert tables["moon"] == {"en": "Moon", "tags": ["moon"], "paths": ["^/quill/moon/"]}
    assert set(tables) == {"moon", "sea", "sun", "sand"}


def test_the_proposal_goes_into_a_file_that_works(cli: Cli, parted: Path, tmp_path: Path) -> None:
    """As daybrief.toml; where it went is said."""
    done = cli("areas", "--init", "--repo", f"{REPO}={parted}", "--out", "daybrief.toml")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "daybrief: written to daybrief.toml\n"
    assert "[areas.moon]" in (tmp_path / "daybrief.toml").read_text("utf-8")
    line = json.dumps({"title": "[Moon] Land", "files": ["a.py"]})
    assert json.loads(cli("triage", stdin=line).stdout)["areas"] == ["moon"]


def test_a_file_that_is_there_is_not_overwritten(cli: Cli, clone: Path, tmp_path: Path) -> None:
    """It may be the configuration of months."""
    (tmp_path / "daybrief.toml").write_text("[model]\n", encoding="utf-8")
    told = refused(cli("areas", "--init", "--repo", f"{REPO}={clone}", "--out", "daybrief.toml"), 2)
    assert "daybrief.toml already exists" in told
    assert (tmp_path / "daybrief.toml").read_text("utf-8") == "[model]\n"


def test_a_proposal_needs_a_repository(cli: Cli) -> None:
    """And --out a proposal."""
    assert "Whose areas" in refused(cli("areas", "--init"), 2)
    assert "--init" in refused(cli("areas", "--out", "x.toml"), 2)
