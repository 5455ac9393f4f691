"""Analyses in the store: one for each analyser, version and language."""

import json
from pathlib import Path
from typing import Any

import pytest
from made import a_commit, a_sha, an_analysis, an_entry

from analysis.entry import Analysis, Aspect, Claim, Depth
from analysis.i18n.language import Language
from analysis.rules.version import rules_version
from analysis.statements import Source, Statement, StatementKind
from analysis.triage.triage import Importance
from storage.analyses import Analyses
from storage.commits import Commits
from storage.search import Question, search
from storage.store import Store

REPO = "example/quill"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


@pytest.fixture
def sha(store: Store) -> str:
    """A commit that is known."""
    entry = an_entry(a_commit("Fix the cache"))
    Commits(store).put([entry.commit])
    Commits(store).put_triage([entry])
    return entry.commit.sha


def by_model(headline: str = "The model's words.", **changes: Any) -> Analysis:
    return an_analysis(headline, analyser="m-1", prompt="3", **changes)


def test_an_analysis_comes_out_as_it_went_in(store: Store, sha: str) -> None:
    """Every field is remembered."""
    claim = Claim("It waits.", ("quill/cache.py",), Aspect.PERFORMANCE, unchecked=True, line=3, is_before=True, url="u")
    made = Analysis(
        "m-1", "3", "zh", Depth.FULL, "缓存不再等待。",
        (Statement("It waited.", Source.FRAGMENT, StatementKind.CAVEAT, "u", "news/1.txt", 1, "bugfix"),),
        "更快。", (claim,), (claim,), (claim,), (claim,), Importance.HIGH, ("a.py (1 of 2 hunks)",), 2, "",
    )  # fmt: skip
    Analyses(store).put(REPO, {sha: made}, 5)
    assert Analyses(store).get(REPO, [sha], "m-1", "3", "zh") == {sha: made}


@pytest.mark.parametrize(
    "asked", [("m-2", "3", "en"), ("m-1", "4", "en"), ("m-1", "3", "zh")], ids=["analyser", "version", "language"]
)
def test_another_analyser_version_or_language_has_another_analysis(
    store: Store, sha: str, asked: tuple[str, str, Language]
) -> None:
    """What one said is never taken for what the other would say."""
    Analyses(store).put(REPO, {sha: by_model()}, 5)
    assert Analyses(store).get(REPO, [sha], *asked) == {}


def test_an_analysis_made_again_takes_the_place_of_the_first(store: Store, sha: str) -> None:
    """There is one for each, the last one."""
    Analyses(store).put(REPO, {sha: by_model("First.")}, 5)
    Analyses(store).put(REPO, {sha: by_model("Second.")}, 6)
    assert Analyses(store).get(REPO, [sha], "m-1", "3", "en")[sha].headline == "Second."


def test_a_models_newest_analysis_counts_before_the_rules(store: Store, sha: str) -> None:
    """Whoever asks without naming an analyser gets the best there is."""
    analyses = Analyses(store)
    analyses.put(REPO, {sha: by_model("Old.")}, 1)
    analyses.put(REPO, {sha: an_analysis("New.", analyser="m-2")}, 2)
    analyses.put(REPO, {sha: an_analysis("Rules.")}, 3)
    assert analyses.latest(REPO, [sha], "en")[sha].headline == "New."
    assert analyses.latest(REPO, [sha], "zh") == {}


def test_what_other_rules_said_counts_no_more(store: Store, sha: str) -> None:
    """No change of rules or wording leaves old texts standing; that somebody has read the commit is still known."""
    analyses = Analyses(store)
    analyses.put(REPO, {sha: an_analysis("Old.", prompt="4")}, 1)
    assert analyses.latest(REPO, [sha], "en") == {}
    assert analyses.ever(REPO, [sha], "en") == {sha}
    analyses.put(REPO, {sha: an_analysis("New.", prompt=rules_version())}, 2)
    assert analyses.latest(REPO, [sha], "en")[sha].headline == "New."
    with store.read() as db:
        assert db.execute("select count(*) from analyses").fetchone()[0] == 1


def test_an_analysis_with_a_summary_has_it_as_its_headline(tmp_path: Path) -> None:
    """A store of before opens, and what a model said in it is kept."""
    path = tmp_path / "old.db"
    store = Store(path)
    entry = an_entry(a_commit("Fix the cache"))
    Commits(store).put([entry.commit])
    Analyses(store).put(REPO, {entry.commit.sha: by_model("It no longer waits.")}, 5)
    with store.write() as db:
        db.execute(
            "update analyses set analysis = json_remove(json_set(analysis, '$.summary', 'It waits no more.'), '$.headline', '$.why')"
        )
        db.execute("delete from _sqlite_migrations where name = 'm040_headlines'")
    store.close()
    found = Analyses(Store(path)).latest(REPO, [entry.commit.sha], "en")[entry.commit.sha]
    assert (found.headline, found.why) == ("It waits no more.", ())


def test_an_analysis_of_a_commit_that_is_not_known_is_passed_over(store: Store, sha: str) -> None:
    """There is nothing to which it could belong."""
    Analyses(store).put(REPO, {a_sha("dead"): by_model(), sha: by_model()}, 5)
    assert list(Analyses(store).latest(REPO, [sha, a_sha("dead")], "en")) == [sha]


def test_an_analysis_stored_before_a_field_existed_is_still_read(store: Store, sha: str) -> None:
    """A new field needs no migration: it has its default."""
    Analyses(store).put(REPO, {sha: by_model()}, 5)
    with store.write() as db:
        kept = json.loads(db.execute("select analysis from analyses").fetchone()[0])
        for name in ("stands_in", "dropped", "unseen"):
            del kept[name]
        db.execute("update analyses set analysis = ?", [json.dumps(kept | {"field_of_tomorrow": 1})])
    assert Analyses(store).latest(REPO, [sha], "en") == {sha: by_model()}


@pytest.mark.parametrize("part", ["headline", "effect", "impact", "insight", "risks", "recommendations"])
def test_words_of_an_analysis_are_found(store: Store, sha: str, part: str) -> None:
    """Whatever was said of a commit leads to it."""
    text = "Evictions starve the prefetcher."
    claims = (Claim(text),)
    said: dict[str, Any] = {part: text if part in {"headline", "effect"} else claims}
    Analyses(store).put(REPO, {sha: by_model(**said)} if part != "headline" else {sha: by_model(text)}, 5)
    assert len(search(store, Question("prefetcher starve")).entries) == 1


def test_many_commits_are_asked_for_at_once(store: Store) -> None:
    """More SHAs than a statement of SQLite takes."""
    made = [a_commit() for _ in range(1_000)]
    Commits(store).put(made)
    Analyses(store).put(REPO, {commit.sha: by_model() for commit in made}, 5)
    assert len(Analyses(store).get(REPO, [commit.sha for commit in made], "m-1", "3", "en")) == 1_000
