"""Days of the past: what there is to do is said first, what is done stays done, and known days become files."""

import json
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import RULE_CACHE, SAMPLE_NOW
from html_reader import Page
from servers.answers import reader
from servers.model import UNAUTHORIZED, ModelServer

from analysis.commits.window import Window
from analysis.entry import Analyser
from analysis.errors import BadInput, NotFound, Outage
from analysis.llm import secrets
from analysis.sources import fold_merges
from bot.config import load
from bot.digests import backfill as filling
from bot.digests.archive import Archive
from bot.digests.backfill import Plan, Span
from bot.digests.core import Core, open_core
from bot.digests.repositories import Place
from bot.web.export import export, indexes, write

ZONE = "Asia/Shanghai"
DAYS = Window(date(2026, 3, 3), date(2026, 3, 12), ZONE)


def silent(_name: str, _done: int, _total: int) -> None:
    """No bars in tests."""


def a_core(environ: dict[str, str], now: datetime = SAMPLE_NOW, **variables: str) -> Core:
    return open_core(load(environ | variables), lambda: now)


def with_model(environ: dict[str, str], model: ModelServer) -> Core:
    return a_core(
        environ,
        DAYBRIEF_MODEL__BASE_URL=model.base_url,
        DAYBRIEF_MODEL__NAME="test-model",
        DAYBRIEF_MODEL__PRICE_IN="2",
        DAYBRIEF_MODEL__PRICE_OUT="8",
    )


def a_span(quill: Path) -> Span:
    return Span(Place("example/quill", str(quill)), None, DAYS.first, DAYS.last, ZONE, "en")


def fill(core: Core, span: Span, analyser: Analyser) -> tuple[Plan, int]:
    wanted = filling.plan(core, span, analyser, silent)
    return wanted, filling.backfill(core, span, wanted, analyser, silent)


def test_every_day_is_read_and_told_once(quill: Path, environ: dict[str, str]) -> None:
    """Quiet ones too; the second run finds nothing to do."""
    core = a_core(environ)
    wanted, count = fill(core, a_span(quill), core.analyser("rules"))
    assert (len(wanted.days), wanted.done, wanted.commits, wanted.to_fetch, wanted.to_read) == (10, 0, 26, 26, 26)
    assert count == 26
    assert (wanted.tokens_in, wanted.cost) == (0, None)
    days = core.stores.history.days("example/quill", DAYS, 10)
    assert [day.commits for day in days] == [1, 0, 2, 1, 0, 0, 0, 3, 1, 18]
    again, count = fill(core, a_span(quill), core.analyser("rules"))
    assert (again.days, again.done, count) == ((), 10, 0)


def test_only_what_is_missing_is_read(quill: Path, environ: dict[str, str]) -> None:
    """Another language asks for the analyses, not for the commits."""
    core = a_core(environ)
    fill(core, a_span(quill), core.analyser("rules"))
    wanted = filling.plan(core, replace(a_span(quill), language="zh"), core.analyser("rules"), silent)
    assert (len(wanted.days), wanted.to_fetch, wanted.to_read) == (10, 0, 26)


def test_what_is_stored_is_not_to_be_fetched(quill: Path, environ: dict[str, str]) -> None:
    """Also what was fetched and not judged yet, as a run leaves it that was stopped."""
    core, span = a_core(environ), a_span(quill)
    source = core.sources.open(span.place, None)
    listing = source.landed(DAYS.start, DAYS.end)
    with ThreadPoolExecutor() as executor:
        core.stores.commits.put(source.fetch(fold_merges(listing.heads)[:5], executor))
    wanted = filling.plan(core, span, core.analyser("rules"), silent)
    assert (wanted.commits, wanted.to_fetch, wanted.to_read) == (26, 21, 26)


def test_what_a_model_takes_is_estimated(quill: Path, environ: dict[str, str]) -> None:
    """At first by a guess, then by what it took."""
    with ModelServer(reader) as model:
        core = with_model(environ, model)
        first, count = fill(core, replace(a_span(quill), last=date(2026, 3, 11)), core.analyser("model"))
        assert (first.to_read, count, first.is_measured) == (8, 8, False)
        assert first.tokens_in == 8 * 2_500
        assert first.cost == pytest.approx((first.tokens_in * 2 + first.tokens_out * 8) / 1_000_000)
        calls = len(model.requests)
        wanted = filling.plan(core, a_span(quill), core.analyser("model"), silent)
        assert len(model.requests) == calls
        assert (wanted.done, wanted.to_read, wanted.is_measured) == (9, 18, True)
        assert 0 < wanted.tokens_in != 18 * 2_500


def test_the_secret_scanner_is_made_while_commits_come(
    quill: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making it takes seconds: whoever only plans does without, and whoever fills waits for the source anyway."""
    steps = list[str]()
    prepare = secrets.prepare

    def noted() -> Future[Any]:
        steps.append("made")
        return prepare()

    monkeypatch.setattr("analysis.llm.secrets.prepare", noted)
    with ModelServer(reader) as model:
        core = with_model(environ, model)
        wanted = filling.plan(core, a_span(quill), core.analyser("model"), silent)
        assert steps == []
        filling.backfill(core, a_span(quill), wanted, core.analyser("model"), lambda what, *_: steps.append(what))
    assert "made" in steps[: next(at for at, step in enumerate(steps) if step.endswith("fetching commits"))]


def test_a_model_that_fails_stops_it_and_nothing_is_lost(quill: Path, environ: dict[str, str]) -> None:
    """The sentence says what to do; the next run goes on."""
    with ModelServer(reader) as model:
        core = with_model(environ, model)
        model.always = UNAUTHORIZED
        with pytest.raises(Outage, match=r"did not read 4 commits from 2026-03-03 to 2026-03-09 .*rejects the key"):
            fill(core, a_span(quill), core.analyser("model"))
    core = a_core(environ)
    assert filling.plan(core, a_span(quill), core.analyser("rules"), silent).to_fetch <= 22


def test_a_span_must_be_over(quill: Path, environ: dict[str, str]) -> None:
    """And begin before it ends."""
    core = a_core(environ, datetime(2026, 3, 12, 10, tzinfo=UTC))
    with pytest.raises(BadInput, match="is not over yet"):
        filling.plan(core, a_span(quill), core.analyser("rules"), silent)
    with pytest.raises(BadInput, match="is before"):
        filling.plan(core, replace(a_span(quill), last=date(2026, 3, 1)), core.analyser("rules"), silent)


# -- as files


@pytest.fixture(scope="module")
def known(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the days; not to be changed."""
    folder = tmp_path_factory.mktemp("known")
    core = a_core({"HOME": str(folder), "DAYBRIEF_STORE__PATH": str(folder / "daybrief.db"), **RULE_CACHE})
    fill(core, a_span(quill), core.analyser("rules"))
    return folder / "daybrief.db"


@pytest.fixture
def filled(known: Path, environ: dict[str, str]) -> Core:
    """A core whose store, a copy, knows the days."""
    with closing(sqlite3.connect(known)) as there, closing(sqlite3.connect(environ["DAYBRIEF_STORE__PATH"])) as here:
        there.backup(here)
    return a_core(environ)


def test_days_become_pages_of_a_site(filled: Core, tmp_path: Path) -> None:
    """With a page that leads to each; written anew without a trace of the old."""
    for _ in range(2):
        assert write(tmp_path / "site", export(filled, "Example/Quill", DAYS, "en", "html")) == 10
        assert write(tmp_path / "site", indexes(filled, tmp_path / "site", ZONE, "en")) == 2
    folder = tmp_path / "site" / "example" / "quill"
    index = Page((folder / "index.html").read_text("utf-8"))
    index.check()
    links = [given["href"] for given in index.all("a")]
    assert links == ["../../index.html", *(f"2026-03-{day:02}.html" for day in range(12, 2, -1))]
    assert all((folder / link).is_file() for link in links)
    day = Page((folder / "2026-03-08.html").read_text("utf-8"))
    day.check()
    assert "Nothing landed" in day.text
    assert [given["href"] for given in day.all("a")][1:3] == ["../../index.html", "index.html"]


def test_a_quiet_day_can_be_said_in_every_language(filled: Core) -> None:
    """It hides the switch from no page that other repositories share with it; a day that was not read in one does."""
    archive = Archive(filled)
    quiet = archive.digest("example/quill", Window.of(date(2026, 3, 8), ZONE), "en")
    said = archive.said_in(quiet, "zh")
    assert said
    assert (said.language, said.entries) == ("zh", ())
    assert archive.said_in(archive.digest("example/quill", Window.of(date(2026, 3, 12), ZONE), "en"), "zh") is None


def test_a_site_grows_and_loses_nothing(filled: Core, tmp_path: Path) -> None:
    """Other spans and other repositories join what lies there; a repository that this store does not know stays, too."""
    other = tmp_path / "other" / "one"
    other.mkdir(parents=True)
    (other / "2025-12-31.html").write_text("from elsewhere")
    for first, last in ((3, 4), (11, 12)):
        span = Window(date(2026, 3, first), date(2026, 3, last), ZONE)
        write(tmp_path, export(filled, "example/quill", span, "en", "html"))
        write(tmp_path, indexes(filled, tmp_path, ZONE, "en"))
    root = Page((tmp_path / "index.html").read_text("utf-8"))
    root.check()
    links = [given["href"] for given in root.all("a") if "index" not in given["href"]]
    assert links == [*(f"example/quill/2026-03-{day:02}.html" for day in (12, 11, 4, 3)), "other/one/2025-12-31.html"]
    assert "18 commits" in root.text
    for given in root.all("a"):
        assert (tmp_path / given["href"]).is_file()


def test_days_become_lines_of_json_and_markdown(filled: Core, tmp_path: Path) -> None:
    """A digest each, oldest first."""
    for _ in range(2):
        assert write(tmp_path, export(filled, "example/quill", DAYS, "zh", "jsonl")) == 1
    lines = (tmp_path / "example" / "quill" / "days.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["window"]["first"] for line in lines] == [f"2026-03-{day:02}" for day in range(3, 13)]
    later = Window(date(2026, 3, 12), date(2026, 3, 12), ZONE)
    write(tmp_path, export(filled, "example/quill", later, "zh", "jsonl"))
    assert (tmp_path / "example" / "quill" / "days.jsonl").read_text("utf-8").splitlines() == lines
    assert write(tmp_path, export(filled, "example/quill", DAYS, "zh", "markdown")) == 10
    assert "# example/quill：2026-03-12" in (tmp_path / "example" / "quill" / "2026-03-12.md").read_text("utf-8")


def test_a_page_of_somebody_else_is_not_overwritten(filled: Core, tmp_path: Path) -> None:
    """A site that has its own first page keeps it; Daybrief's own are made anew."""
    for _ in range(2):
        write(tmp_path, export(filled, "example/quill", DAYS, "en", "html"))
        write(tmp_path, indexes(filled, tmp_path, ZONE, "en"))
    (tmp_path / "index.html").write_text("<h1>My site</h1>")
    with pytest.raises(BadInput, match="was not written by Daybrief"):
        write(tmp_path, indexes(filled, tmp_path, ZONE, "en"))
    assert (tmp_path / "index.html").read_text() == "<h1>My site</h1>"


def test_nothing_known_is_told_with_the_way_out(filled: Core, tmp_path: Path) -> None:
    """No empty folder that looks like a quiet month; a folder that cannot be written is named."""
    with pytest.raises(NotFound, match="daybrief backfill --repo other/one"):
        list(export(filled, "other/one", DAYS, "en", "html"))
    with pytest.raises(BadInput, match="2026-03-03 is before 2026-03-12: give --since the earlier day"):
        list(export(filled, "example/quill", Window(DAYS.last, DAYS.first, ZONE), "en", "html"))
    (tmp_path / "example" / "quill").mkdir(parents=True)
    (tmp_path / "example" / "quill" / "days.jsonl").write_text("{}\n")
    with pytest.raises(BadInput, match="has a line that is not a digest"):
        write(tmp_path, export(filled, "example/quill", DAYS, "en", "jsonl"))
    (tmp_path / "example" / "quill" / "days.jsonl").unlink()
    (tmp_path / "example" / "quill").rmdir()
    (tmp_path / "example").rmdir()
    (tmp_path / "example").write_text("a file")
    with pytest.raises(BadInput, match="cannot be written"):
        write(tmp_path, export(filled, "example/quill", DAYS, "en", "markdown"))
