"""Days that readers labelled: reading them, scoring a digest against them, fitting weights to them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from made import a_commit, a_digest, an_entry
from servers.answers import reader
from servers.model import ModelServer
from servers.scratch import NOON, Scratch
from typer.testing import CliRunner

from analysis.entry import RULES
from analysis.errors import BadInput
from analysis.llm.analyser import ModelAnalyser
from analysis.llm.client import Model
from analysis.readers.days import Label, LabelledDay, Tier, read_day
from analysis.readers.scoring import figures, score
from analysis.readers.training import fit, sample_of
from analysis.rules import RulesAnalyser
from bot.cli.main import app
from bot.digests.readers_days import evaluate
from formatters.terminal.evaluation import days_text

CODE = "\n".join(f"value_{number} = {number}" for number in range(20)) + "\n"


def a_day(folder: Path, repo: str = "example/quill") -> Path:
    """Write a labelled day: a crash is mended with a test, a page is added, the guide is reworded."""
    folder.mkdir()
    scratch = Scratch(folder / "work.git")
    scratch.commit("Root", {"quill/a.py": CODE}, at=NOON - timedelta(days=1))
    made = {
        "must": scratch.commit(
            "Fix a crash of pages", {"quill/a.py": CODE.replace("7", "8"), "tests/test_a.py": "x = 1\n"}, at=NOON
        ),
        "worth": scratch.commit("Add a page", {"quill/b.py": CODE}, at=NOON + timedelta(hours=1)),
        "rest": scratch.commit("Reword the guide", {"docs/guide.md": "One\n"}, at=NOON + timedelta(hours=2)),
    }
    scratch.git("bundle", "create", str(folder / "day.bundle"), "main")
    rows = [
        {"sha": sha, "tier": tier, "must_rank": 1 if tier == "must" else None, "type": "bug fix"}
        for tier, sha in made.items()
    ]
    (folder / "readers.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    listed = [{"sha": sha, "html_url": f"https://github.com/{repo}/commit/{sha}"} for sha in made.values()]
    (folder / "list_commits.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder


def test_a_day_is_read_with_its_labels(tmp_path: Path) -> None:
    """Without what lay there before it."""
    day = read_day(a_day(tmp_path / "day"))
    assert day.repo == "example/quill"
    assert {entry.commit.subject: day.labels[entry.commit.sha].tier for entry in day.entries} == {
        "Fix a crash of pages": Tier.MUST,
        "Add a page": Tier.WORTH,
        "Reword the guide": Tier.REST,
    }


def test_what_is_no_day_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a labelled day"):
        read_day(tmp_path)


def test_fitted_weights_put_what_readers_put_first_first(tmp_path: Path) -> None:
    """And the same days give the same weights."""
    days = [read_day(a_day(tmp_path / name, f"example/{name}")) for name in ("one", "two")]
    samples = [sample_of(day) for day in days]
    made = fit(samples)
    assert made == fit(samples)
    odds = {
        tier: made.bias + sum(made.weights[name] * value for name, value in row.items())
        for row, tier in zip(samples[0].rows, samples[0].tiers, strict=True)
    }
    assert odds[Tier.MUST] > odds[Tier.WORTH] > odds[Tier.REST]


def labelled(*tiers: tuple[str, Tier], story: tuple[str, ...] = ()) -> tuple[LabelledDay, dict[str, float]]:
    """Return a day of entries with these importances and tiers, in this order, and its score."""
    entries = [an_entry(a_commit(f"Change {number}"), importance) for number, (importance, _) in enumerate(tiers)]
    labels = {
        entry.commit.sha: Label(entry.commit.sha, tier, int(tier is Tier.MUST), "bug fix", story)
        for entry, (_, tier) in zip(entries, tiers, strict=True)
    }
    day = LabelledDay("day", "example/quill", tuple(entries), labels)
    return day, score(day, a_digest(*entries))


def test_a_perfect_digest_has_perfect_figures() -> None:
    _, found = labelled(("high", Tier.MUST), ("medium", Tier.WORTH), ("low", Tier.REST))
    assert found == {"recall": 1, "first": 1, "alarms": 0, "order": 1, "buried": 0, "low": 1, "type": 1}


def test_a_digest_upside_down_is_scored_so() -> None:
    _, found = labelled(("high", Tier.REST), ("medium", Tier.WORTH), ("low", Tier.MUST))
    assert found == {"recall": 0, "first": 0, "alarms": 1, "order": 0, "buried": 1, "low": 0, "type": 1}


def test_a_day_without_musts_has_no_recall() -> None:
    _, found = labelled(("low", Tier.REST), ("medium", Tier.WORTH))
    assert "recall" not in found
    assert "alarms" not in found


def test_a_figure_is_a_mean_over_the_days_that_have_it() -> None:
    (recall, order) = figures([{"recall": 1.0, "order": 0.5}, {"order": 1.0}])
    assert (recall.name, recall.days, recall.value) == ("recall", 1, 1.0)
    assert (order.days, order.value) == (2, 0.75)
    assert order.low <= order.value <= order.high


def test_an_analyser_is_scored_on_days_with_what_it_says_and_costs(
    tmp_path: Path,
) -> None:
    """A model that follows the prompts; its claims are counted, and so are its calls."""
    folder = a_day(tmp_path / "day")
    with ModelServer(reader) as server:
        analyser = ModelAnalyser(Model(server.base_url, "test-model"))
        done = evaluate([folder], analyser, 2, lambda *_: None)
        calls = len(server.requests)
    assert (done.days, done.commits, done.failed) == (1, 3, 0)
    assert {figure.name for figure in done.figures} == {"recall", "first", "alarms", "order", "buried", "low", "type"}
    assert (done.claims, done.unchecked, done.dropped) == (
        6,
        1,
        0,
    )  # of a guide users notice nothing: what says so is marked
    assert done.usage.calls == calls
    text = days_text("test-model", done, 100, colour=False)
    assert "test-model on 1 days, 3 commits" in text
    assert (
        f"6 sentences shown, 1 of them could not be checked; 0 were not supported by the commit\n{calls} calls" in text
    )


def test_the_rules_are_scored_on_days_without_a_call(tmp_path: Path) -> None:
    done = evaluate([a_day(tmp_path / "day")], RulesAnalyser(), 1, lambda *_: None)
    assert {figure.name: figure.value for figure in done.figures}["recall"] == 1.0
    assert (done.commits, done.usage.calls) == (3, 0)


class TestComparing:
    """Two models on the same days, in one command."""

    @pytest.fixture
    def done(
        self, tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Callable[..., Any]]:
        folder = a_day(tmp_path / "day")
        monkeypatch.chdir(tmp_path)
        with ModelServer(reader, models=("small", "large")) as server:
            settings = {"DAYBRIEF_MODEL__BASE_URL": server.base_url, "DAYBRIEF_MODEL__NAME": "small"}
            prices = {"DAYBRIEF_MODEL__PRICE_IN": "1", "DAYBRIEF_MODEL__PRICE_OUT": "10"}
            for name, value in (environ | settings | prices).items():
                monkeypatch.setenv(name, value)
            yield lambda *given: CliRunner().invoke(app, ["eval", "--days", str(folder), "--quiet", *given])

    def test_each_is_told_with_its_price_and_drawn(self, done: Callable[..., Any], tmp_path: Path) -> None:
        found = done("--model", "small", "--model", "large", "--price", "large=2,20", "--picture", "compared.svg")
        assert found.exit_code == 0
        assert [line.split(" on ")[0] for line in found.stdout.splitlines() if " on 1 days" in line] == [
            "small",
            "large",
        ]
        assert found.stdout.count("s of waiting in total, at 0.0") == 2
        drawn = (tmp_path / "compared.svg").read_text("utf-8")
        assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own
        assert all(text in drawn for text in ("small: ", "large: ", "recall", "alarms, less is better", "1.00"))

    def test_programs_get_a_list(self, done: Callable[..., Any]) -> None:
        made = json.loads(done("--model", "small", "--model", "large", "--price", "large=2,20", "--json").stdout)
        assert [one["analyser"] for one in made] == ["small", "large"]
        assert made[0]["usage"]["tokens_in"] == made[1]["usage"]["tokens_in"]
        assert made[1]["cost"] == pytest.approx(2 * made[0]["cost"])
        assert json.loads(done("--json").stdout)["analyser"] == RULES

    def test_the_configured_prices_are_the_configured_models_alone(self, done: Callable[..., Any]) -> None:
        made = json.loads(done("--model", "small", "--model", "large", "--json").stdout)
        assert [one["cost"] is None for one in made] == [False, True]

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("large", "write a model's name and its prices"),
            ("large=1", "write a model's name and its prices"),
            ("large=1,-2", "write a model's name and its prices"),
            ("=1,2", "write a model's name and its prices"),
            ("huge=1,2", "huge is not: name it with --model too"),
        ],
    )
    def test_a_price_that_is_none_is_told(self, done: Callable[..., Any], given: str, told: str) -> None:
        found = done("--model", "large", "--price", given)
        assert (found.exit_code, told in " ".join(found.stderr.split())) == (2, True)

    @pytest.mark.parametrize(
        "given", [("--labels", "a.jsonl", "--model", "small"), tuple(f"--model={number}" for number in range(5))]
    )
    def test_what_makes_no_comparison_is_told(self, done: Callable[..., Any], given: tuple[str, ...]) -> None:
        assert done(*given).exit_code == 2
