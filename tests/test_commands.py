"""The commands about what is known, as functions: for the terminal and for chat."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE_NOW
from made import NOON, a_commit, a_sha, an_entry, the_sample

from analysis.commits.title import ChangeType
from analysis.errors import BadInput, NotFound
from analysis.triage.triage import Importance
from bot.commands.queries import area_key, change_type, importance, list_areas, show_area, show_commit
from bot.commands.searches import read_search, search_commits
from bot.config import load
from bot.digests.core import Core, open_core

REPO = "example/quill"


@pytest.fixture(scope="module")
def sample_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the sample day, and a commit of another repository."""
    path = tmp_path_factory.mktemp("known") / "daybrief.db"
    environ = {"DAYBRIEF_STORE__PATH": str(path), "PATH": "/usr/bin:/bin"}
    the_sample(quill, environ, SAMPLE_NOW)
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    other = an_entry(
        a_commit("Fix the cache of another one (#397)", repo="example/other", sha=a_sha("2941f"),
                 committed_at=NOON - timedelta(days=30)),
        areas=("houses",),
    )  # fmt: skip
    core.stores.commits.put([other.commit])
    core.stores.commits.put_triage([other])
    core.stores.store.close()
    return path


@pytest.fixture
def core(
    sample_store: Path, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Core]:
    monkeypatch.chdir(tmp_path)
    shutil.copy(sample_store, environ["DAYBRIEF_STORE__PATH"])
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    yield core
    core.stores.store.close()


@pytest.fixture
def empty(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    monkeypatch.chdir(tmp_path)
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    yield core
    core.stores.store.close()


def title(core: Core, reference: str, repo: str | None = None) -> str | None:
    entry = show_commit(core, reference, "en", repo).entry
    return entry.commit.subject if entry else None


def choices(core: Core, reference: str, repo: str | None = None) -> list[str]:
    return [entry.commit.subject for entry in show_commit(core, reference, "en", repo).choices]


def missing(core: Core, reference: str, repo: str | None = None) -> str:
    with pytest.raises(NotFound) as told:
        show_commit(core, reference, "en", repo)
    assert "\n" not in str(told.value)
    return str(told.value)


# -- show


@pytest.mark.parametrize(
    "reference",
    [
        "43d5c17",
        "43D5C17",
        " `43d5c17` ",
        "#406",
        "https://github.com/example/quill/commit/43d5c17d0697",
        "https://github.com/example/quill/pull/406",
        "https://github.com/example/quill/pull/406/files",
        "example/quill/pull/406",
        "spill and restore",
        "SPILL restore",
        "disk: spill",
    ],
)
def test_shows_a_commit_however_it_is_named(core: Core, reference: str) -> None:
    """By SHA, request, address or words."""
    assert title(core, reference) == "[2/3] Prefix cache on disk: spill and restore (#406)"


def test_shows_a_commit_with_its_facts_and_what_was_read_out_of_it(core: Core) -> None:
    """Everything known of it; by the rules where nobody read it in that language."""
    for language in ("en", "zh"):
        entry = show_commit(core, "43d5c17", language).entry
        assert entry is not None
        assert entry.facts
        assert entry.analysis is not None
        assert (entry.analysis.language, entry.analysis.analyser) == (language, "rules")
        assert entry.commit.files[0].patch


def test_a_request_named_without_its_sign_is_found(core: Core) -> None:
    """Unless a SHA begins with those digits."""
    assert title(core, "406") == "[2/3] Prefix cache on disk: spill and restore (#406)"


def test_a_prefix_that_several_commits_share_lets_one_choose(core: Core) -> None:
    """In all repositories; naming one is enough."""
    assert sorted(choices(core, "2941f")) == [
        "Fix the cache of another one (#397)",
        "Remove the legacy scheduler (#400)",
    ]
    assert title(core, "2941f", REPO) == "Remove the legacy scheduler (#400)"
    assert title(core, "2941f", "Example/Other") == "Fix the cache of another one (#397)"


def test_words_that_several_titles_share_let_one_choose(core: Core) -> None:
    """Titles with all the words come before mentions, which are then left out."""
    assert len(choices(core, "prefix cache on disk")) == 3


def test_a_sha_that_is_not_known_names_the_nearest(core: Core) -> None:
    """So that a slip is seen, and what to do if it is none."""
    told = missing(core, "43d5c99")
    assert "No commit with SHA 43d5c99 is known" in told
    assert "43d5c17" in told
    assert "daybrief digest" in told
    assert "none is near it" in missing(core, "0000000")


@pytest.mark.parametrize("reference", ["#99999", "#999999999999999999999999", "moon landing"])
def test_what_is_not_known_is_told_with_the_way_out(core: Core, reference: str) -> None:
    """Read its day, or search."""
    assert re_way_out(missing(core, reference))


def re_way_out(text: str) -> bool:
    return "daybrief digest" in text or "daybrief search" in text


def test_an_empty_reference_is_told_what_may_be_given(core: Core) -> None:
    """The four ways."""
    with pytest.raises(BadInput, match=r"SHA .*#PR.*URL.*words"):
        show_commit(core, "  ", "en")


def test_a_repository_that_is_not_known_is_told_with_those_that_are(core: Core) -> None:
    """For every command; an address names its repository too."""
    for ask in (
        lambda: show_commit(core, "43d5c17", "en", "no/such"),
        lambda: show_commit(core, "https://github.com/no/such/commit/43d5c17", "en"),
        lambda: show_area(core, "amd", "en", "no/such"),
        lambda: search_commits(core, "cache", "en", "no/such"),
        lambda: search_commits(core, "cache repo:no/such", "en"),
        lambda: list_areas(core, "en", "no/such"),
    ):
        with pytest.raises(NotFound, match=r"Nothing is known of no/such, only of example/quill, example/other"):
            ask()


def test_an_empty_store_says_what_to_do_first(empty: Core) -> None:
    """Nothing found would be no answer; areas are there all the same."""
    for ask in (
        lambda: show_commit(empty, "43d5c17", "en"),
        lambda: show_area(empty, "amd", "en"),
        lambda: search_commits(empty, "cache", "en"),
    ):
        with pytest.raises(NotFound, match="Nothing is known yet: read a day first with daybrief digest"):
            ask()
    assert all(row.commits == 0 for row in list_areas(empty, "en"))


@pytest.mark.parametrize("text", ["\udcff", "\x00", "a\x00b", "'; drop table commits; --", '"', "%", "𞤀"])
def test_nothing_that_is_typed_breaks_a_command(core: Core, text: str) -> None:
    """Bytes that are no text, signs that mean something to the database."""
    for ask in (
        lambda: show_commit(core, text, "en"),
        lambda: show_commit(core, "43d5c17", "en", text),
        lambda: show_area(core, text, "en"),
        lambda: search_commits(core, f"{text} author:{text}", "en"),
        lambda: search_commits(core, "x", "en", text),
    ):
        try:
            ask()
        except (NotFound, BadInput) as told:
            assert str(told)  # noqa: PT017 - either outcome is right
    assert title(core, "43d5c17")


# -- area


def test_shows_an_areas_commits_the_most_important_first(core: Core) -> None:
    """Of the last seven days known; with their analyses."""
    key, answer = show_area(core, "kv", "en")
    assert key == "kv_cache"
    ranks = [entry.triage.importance.rank for entry in answer.entries]
    assert ranks == sorted(ranks, reverse=True)
    assert len(ranks) >= 2
    assert all("kv_cache" in entry.triage.areas and entry.analysis for entry in answer.entries)


@pytest.mark.parametrize("name", ["AMD", "rocm", "amd_rocm", "Amd"])
def test_an_area_has_many_names(core: Core, name: str) -> None:
    """All that its vocabulary knows."""
    assert show_area(core, name, "en")[0] == "amd_rocm"


def test_an_area_that_only_a_repository_names_is_known_by_its_commits(core: Core) -> None:
    """From its labels; it is in the list as well."""
    key, answer = show_area(core, "Houses", "en", since="9y")
    assert key == "houses"
    assert len(answer.entries) == 1
    rows = list_areas(core, "en", "example/other")
    assert (rows[0].key, rows[0].name, rows[0].commits) == ("houses", "houses", 1)


def test_an_area_that_nobody_knows_is_told_with_near_names(core: Core) -> None:
    """Or with where to find them."""
    with pytest.raises(BadInput, match=r"did you mean .*Scheduler"):
        show_area(core, "schedulr", "en")
    with pytest.raises(BadInput, match="`daybrief areas` lists them"):
        show_area(core, "zzzzzz", "en")


def test_an_area_can_be_asked_for_from_a_day_on(core: Core) -> None:
    """On the asker's clocks: at 09:12 in Shanghai it was still the day before in New York."""
    since = {
        zone: show_area(core, "kv", "en", None, "2026-03-12", zone)[1].entries
        for zone in ("Asia/Shanghai", "America/New_York")
    }
    assert len(since["Asia/Shanghai"]) > len(since["America/New_York"]) >= 0
    assert show_area(core, "kv", "en", None, "today")[1].entries == ()
    with pytest.raises(BadInput, match="7d"):
        show_area(core, "kv", "en", None, "soon")


# -- search


def subjects(core: Core, text: str, **options: Any) -> list[str]:
    return [entry.commit.subject for entry in search_commits(core, text, "en", **options).entries]


def test_a_span_that_ends_before_it_begins_is_told(core: Core) -> None:
    """Nothing found would be true and of no help."""
    with pytest.raises(BadInput, match="give the earlier one first"):
        search_commits(core, "cache since:2026-03-12 until:2026-03-01", "en")


def test_searches_words_and_filters_together(core: Core) -> None:
    """In any order."""
    assert subjects(core, "cache area:kv author:林知远 min:high type:feature since:7d until:2026-03-13") == [
        "[3/3] Prefix cache on disk: statistics over HTTP (#410)",
        "[2/3] Prefix cache on disk: spill and restore (#406)",
        "[1/3] Prefix cache on disk: the page store (#404)",
    ]
    assert subjects(core, 'author:"Marta Vellin" type:fix') == ["Fix KeyError when logprobs is false (#403)"]
    assert subjects(core, "cache repo:Example/Other") == ["Fix the cache of another one (#397)"]
    assert subjects(core, "cache", repo="example/other") == ["Fix the cache of another one (#397)"]


def test_the_chinese_name_of_an_area_finds_its_commits(core: Core) -> None:
    """Nothing that people write in commits says it."""
    assert subjects(core, "KV缓存") == subjects(core, "area:kv")
    assert subjects(core, "KV缓存")


def test_a_day_as_the_end_is_included(core: Core) -> None:
    """`since` and `until` the same day mean that day, as the asker lives it."""
    day = subjects(core, "since:2026-03-12 until:2026-03-12", limit=200, zone="Asia/Shanghai")
    assert len(day) == 18
    assert subjects(core, "until:2026-03-10 repo:example/quill", limit=200, zone="Asia/Shanghai") == []


def test_a_filter_given_twice_narrows_twice(core: Core) -> None:
    """Both hold."""
    both = subjects(core, "area:gateway area:tests")
    assert both
    assert set(both) <= set(subjects(core, "area:gateway")) & set(subjects(core, "area:tests"))
    assert len(subjects(core, "cache min:low min:high")) == len(subjects(core, "cache min:high"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cache since:soon", "7d"),
        ("cache min:urgent", "high, medium, low"),
        ("mim:high", "write `min=high`"),
        ("cache sicne:7d", "write `since=7d`"),
        ("cache aera:AMD", "write `area=AMD`"),
        ("cache autor:Simo", "write `author=Simo`"),
        ("cache since:2026-03-12 until:2026-03-01", "give the earlier one first"),
        ("cache type:magic", "choose from feature, bugfix"),
        ("cache area:schedulr", "Scheduler"),
        ("", "nothing to search for"),
        ("!!", "nothing to search for"),
    ],
)
def test_a_filter_that_means_nothing_is_told_what_it_may_be(core: Core, text: str, hint: str) -> None:
    """With the choices."""
    with pytest.raises(BadInput, match=hint):
        search_commits(core, text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "cache min:high",
        "cache min=high",
        "cache --min=high",
        "cache —min=high",
        "cache －－min=high",
        "cache，min＝high",
        "ｃａｃｈｅ 重要度：高",
    ],
)
def test_a_filter_is_written_as_in_chat(core: Core, text: str) -> None:
    """With any sign and any dashes, in full width, too."""
    assert subjects(core, text) == subjects(core, "cache min:high") != subjects(core, "cache")


def test_words_in_full_width_are_words(core: Core) -> None:
    assert subjects(core, "ｓｃｈｅｄｕｌｅｒ") == subjects(core, "scheduler")
    assert show_commit(core, "ｌｅｇａｃｙ ｓｃｈｅｄｕｌｅｒ", "en") == show_commit(core, "legacy scheduler", "en")


@pytest.mark.parametrize(("text", "same"), [("since=last Friday", "since=2026-03-06"), ("until=last week", "until=2026-03-08"), ("since=上周", "since=2026-03-02")])  # fmt: skip
def test_days_of_a_search_are_said_as_anywhere(core: Core, text: str, same: str) -> None:
    assert read_search(core, f"cache {text}") == read_search(core, f"cache {same}")


def test_what_is_found_comes_with_its_analysis_in_the_askers_language(core: Core) -> None:
    """Read by the rules where nobody read it yet."""
    (entry,) = search_commits(core, "legacy scheduler", "zh").entries
    assert entry.analysis is not None
    assert entry.analysis.language == "zh"


# -- areas, and names of things


def test_lists_the_areas_with_most_commits_first(core: Core) -> None:
    """Of the seven days before each repository's newest known commit: one's may be months older than another's."""
    rows = list_areas(core, "en")
    counts = [row.commits for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 1
    kv = next(row for row in rows if row.key == "kv_cache")
    assert (kv.name, kv.high) == ("KV cache", 3)
    assert (
        next(row.commits for row in rows if row.key == "houses") == len(show_area(core, "houses", "en")[1].entries) > 0
    )
    assert next(row for row in list_areas(core, "zh") if row.key == "kv_cache").name == "KV 缓存"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("bugfix", ChangeType.BUGFIX), ("Fix", ChangeType.BUGFIX), ("bug fix", ChangeType.BUGFIX), ("缺陷修复", ChangeType.BUGFIX),
     ("perf", ChangeType.PERFORMANCE), ("性能", ChangeType.PERFORMANCE), ("CI and build", ChangeType.CI_BUILD),
     ("ci_build", ChangeType.CI_BUILD), (" docs ", ChangeType.DOCS)],
)  # fmt: skip
def test_a_change_type_has_many_names(text: str, expected: ChangeType) -> None:
    """As titles write it, and as reports show it in either language."""
    assert change_type(text) is expected


@pytest.mark.parametrize(("text", "expected"), [("high", "high"), (" Medium", "medium"), ("低", "low")])
def test_an_importance_in_either_language(text: str, expected: str) -> None:
    """As reports show it."""
    assert importance(text) is Importance(expected)


@pytest.mark.parametrize("text", ["", "urgent", "\udcff"])
def test_other_words_are_told_the_choices(core: Core, text: str) -> None:
    """For all three."""
    with pytest.raises(BadInput, match="feature, bugfix, performance"):
        change_type(text)
    with pytest.raises(BadInput, match="high, medium, low"):
        importance(text)
    with pytest.raises(BadInput, match="There is no area"):
        area_key(text, core.sources.areas())


def test_a_change_of_the_rules_shows_in_the_answers(core: Core) -> None:
    """What is stored is read anew with every question; nothing is kept beside the store."""
    entry = core.stores.commits.entry(REPO, core.stores.commits.find("43d5c17")[0][1])
    assert entry is not None
    core.stores.commits.put_triage([replace(entry, triage=replace(entry.triage, areas=("docs",)))])
    assert subjects(core, "spill area:docs") == ["[2/3] Prefix cache on disk: spill and restore (#406)"]
    assert "[2/3] Prefix cache on disk: spill and restore (#406)" not in subjects(core, "spill area:kv")
