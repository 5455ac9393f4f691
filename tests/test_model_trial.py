"""A model is measured on an invented commit: form, evidence, speed and what a usual day costs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import model as as_model
from servers.answers import asked_of, item, sentence
from servers.model import Behaviour, ModelServer
from servers.waiting import hurry
from typer.testing import CliRunner

from analysis.llm.client import Model
from bot.cli.main import app
from bot.service.check import Check
from bot.service.doctor import examine
from bot.service.model_trial import ROUNDS, Measurement, measure

LINE = "self.timeout = 10"


def answer(**parts: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a model that reads the invented commit well, but for these parts; and that adds."""

    def read(asked: dict[str, Any]) -> dict[str, Any]:
        if "2 + 3" in asked["messages"][-1]["content"]:
            return {"sum": 5}
        default = sentence("The timeout is 10 now.", LINE, side="new", path="quill/reader.py", before="30", after="10")
        return {
            "items": [item(sha, "", **{"headline": default, "effect": default, **parts}) for sha in asked_of(asked)]
        }

    return read


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def measured(behaviour: Behaviour = as_model.NORMAL, at_once: int = 16, **parts: Any) -> Measurement:
    with ModelServer(answer(**parts)) as server:
        server.always = behaviour
        return measure(Model(server.base_url, "test-model"), at_once, lambda *_: None)


def test_a_good_model_has_good_figures() -> None:
    found = measured()
    assert (found.asked, found.shaped, found.form, found.problem) == (ROUNDS, ROUNDS, "by JSON schema", "")
    assert (found.quotes, found.found, found.sentences, found.refuted) == (2 * ROUNDS, 2 * ROUNDS, 2 * ROUNDS, 0)
    assert found.usage.calls == ROUNDS
    assert found.first is not None


def test_lines_that_stand_nowhere_are_counted() -> None:
    made_up = sentence("It waits for `no_such_name`.", "wait(no_such_name)", side="new", path="quill/reader.py")
    found = measured(headline=made_up)
    assert (found.quotes, found.found, found.refuted) == (2 * ROUNDS, ROUNDS, ROUNDS)


def test_answers_without_the_shape_are_counted() -> None:
    found = measured(as_model.WRONG_SHAPE)
    assert (found.asked, found.shaped, found.problem) == (ROUNDS, 0, "")


@pytest.mark.parametrize("behaviour", [as_model.UNAUTHORIZED, as_model.SERVER_ERROR, as_model.RESET])
def test_what_keeps_it_from_answering_is_told(behaviour: Behaviour) -> None:
    assert measured(behaviour).problem


def test_a_server_that_does_not_stream_is_measured_without_it() -> None:
    assert measured(as_model.NO_STREAM).first is None


def test_a_days_cost_grows_with_what_the_model_says() -> None:
    """And its time with how few questions are asked at once."""
    words = [sentence("The timeout is 10 now.", LINE, side="new", path="quill/reader.py") | {"part": "risk"}] * 9
    short, long = measured(), measured(claims=words)
    assert long.day.tokens_out > 2 * short.day.tokens_out
    assert 60_000 < short.day.tokens_in < 90_000  # this server counts as we estimate
    alone = measured(at_once=1)
    assert alone.day.seconds / alone.whole > 10 > short.day.seconds / short.whole


class TestTheDoctor:
    @pytest.fixture
    def environ(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
        with ModelServer(answer()) as server:
            settings = {
                "DAYBRIEF_MODEL__NAME": "test-model",
                "DAYBRIEF_MODEL__BASE_URL": server.base_url,
                "DAYBRIEF_GITHUB__BASE_URL": server.url,
            }
            for name, value in (environ | settings).items():
                monkeypatch.setenv(name, value)
            yield environ | settings

    def test_it_measures_only_if_it_is_asked_to(self, environ: dict[str, str]) -> None:
        assert not [check for check in examine(environ, None, None) if check.what.startswith("model ")]

    def test_it_says_what_it_measured(self, environ: dict[str, str]) -> None:
        prices = {"DAYBRIEF_MODEL__PRICE_IN": "1", "DAYBRIEF_MODEL__PRICE_OUT": "10"}
        steps: list[tuple[int, int]] = []
        checks = examine(environ | prices, None, None, measured=lambda _, done, total: steps.append((done, total)))
        found = {check.what: check for check in checks}
        assert found["model form"].found == "3 of 3 answers have the requested format, by JSON schema"
        assert found["model evidence"] == Check(
            "model evidence", "ok", "6 of 6 quoted lines are in the commit; 0 of 6 sentences are not supported by it",
            figures={"quotes": 6, "found": 6, "sentences": 6, "refuted": 0},
        )  # fmt: skip
        assert "starts after" in found["model speed"].found
        cost = found["model cost"]
        tokens = cost.figures["tokens_in"] + 10 * cost.figures["tokens_out"]
        assert cost.figures["price"] == pytest.approx(tokens / 1e6, abs=1e-4)
        assert steps[-1] == (3, 3)

    def test_the_command_gives_figures_to_programs(self, environ: dict[str, str]) -> None:
        done = CliRunner().invoke(app, ["doctor", "--model", "--json"])
        checks = {check["what"]: check for check in json.loads(done.stdout)}
        assert checks["model form"]["figures"] == {"asked": 3, "shaped": 3}
        assert "price" not in checks["model cost"]["figures"]
        assert "price_in" in checks["model cost"]["found"]
        assert environ
