"""One real day, 2026-01-08 in Shanghai, of sgl-project/sglang: read from GitHub and from a clone, by the rules and by a model."""

import gzip
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from acceptance.recorded import SHARED, replay
from markdown_it import MarkdownIt
from servers import model as as_model
from servers.answers import reader
from servers.model import ModelServer
from servers.scratch import Scratch
from servers.waiting import hurry

from analysis.commits.commit import Commit, FileChange
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import judge
from analysis.digest.stories import StoryKind
from analysis.entry import RULES, Entry
from analysis.errors import Outage, RateLimited
from analysis.facts import FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from bot.cli.briefing import write
from bot.config import load
from bot.digests.core import Core, open_core
from bot.digests.repositories import Place

REPO = "sgl-project/sglang"
PAGES = f"https://github.com/{REPO}"
DAY = Window.of(date(2026, 1, 8), "Asia/Shanghai")
COMMITS = 49
MORNING = datetime(2026, 1, 9, 1, tzinfo=UTC)
READER = MarkdownIt("commonmark").enable("table")

ONLY_TESTS_AND_CI = {"4c46ecd", "109fe03", "6037267"}
CHECKSUMS = {16729, 16730, 16735}
REVERTS = {
    16676: "Add SwapAB Optimization for triton fused_moe_kernel on SM90.",
    16678: "[sgl-kernel] Update flashmla to include fp8 sparse_mla optimizations",
}
PROVEN = [
    (16729, FactKind.FLAG_ADDED, "--model-checksum", "", "None"),
    (16555, FactKind.ENV_ADDED, "SGLANG_MM_SKIP_COMPUTE_HASH", "", "False"),
    (16533, FactKind.ENDPOINT_ADDED, "GET /v1/list_loras", "", ""),
    (16445, FactKind.DEFAULT_CHANGED, "QwenImageArchConfig.text_len", "1024", "512"),
    (16678, FactKind.DEPENDENCY_CHANGED, "FlashMLA", "b1860dc", "be055fb"),
    (16693, FactKind.TEST_DISABLED, "test_piecewise_cuda_graph_2_gpu.py", "", ""),
    (16676, FactKind.REVERTS, REVERTS[16676], "", ""),
    (16678, FactKind.REVERTS, REVERTS[16678], "", ""),
]


def quiet(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""


class Bot:
    """Daybrief with one store; each digest is made by a new process, so to speak."""

    def __init__(self, environ: Mapping[str, str], place: Place) -> None:
        self.environ, self.place = environ, place

    def core(self, now: datetime = MORNING) -> Core:
        return open_core(load(self.environ), lambda: now)

    def make(self, window: Window = DAY, language: Language = "en", now: datetime = MORNING) -> tuple[Digest, Areas]:
        core = self.core(now)
        try:
            return core.digest(core.sources.open(self.place), window, language, core.analyser(), quiet)
        finally:
            core.stores.store.close()

    def digest(self, window: Window = DAY, language: Language = "en", now: datetime = MORNING) -> Digest:
        return self.make(window, language, now)[0]


def hub(environ: Mapping[str, str], url: str) -> Bot:
    """Return a bot that reads commits on GitHub at `url`; pull requests have tests of their own."""
    github = {
        "DAYBRIEF_GITHUB__BASE_URL": url,
        "DAYBRIEF_GITHUB__TOKEN": "replay-token",
        "DAYBRIEF_GITHUB__PULL_REQUESTS": "false",
    }
    return Bot({**environ, **github}, Place(REPO))


def fresh(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment with a store that does not exist yet."""
    return {**environ, "DAYBRIEF_STORE__PATH": str(folder / "daybrief.db")}


@dataclass(frozen=True)
class DigestRecord:
    """A digest of the day in every form; `sha_of` gives GitHub's SHA of each commit."""

    digest: Digest
    markdown: str
    terminal: str
    document: dict[str, Any]
    sha_of: Mapping[str, str]

    @property
    def by_number(self) -> dict[int, Entry]:
        return {entry.commit.pull_request or 0: entry for entry in self.digest.entries}

    @property
    def by_sha(self) -> dict[str, Entry]:
        """By the first seven digits of GitHub's SHA."""
        return {self.sha_of[entry.commit.sha][:7]: entry for entry in self.digest.entries}


@pytest.fixture(scope="module", params=[(s, la) for s in ("github", "clone") for la in LANGUAGES], ids="-".join)
def told(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    bundle: Path,
    sha_of: dict[str, str],
    recorded: dict[str, Any],
) -> DigestRecord:
    """The day by the rules, from each source and in each language."""
    source, language = request.param
    environ = fresh({"PATH": "/usr/bin:/bin"}, tmp_path_factory.mktemp("told"))
    with replay() as server:
        bot = hub(environ, server.url) if source == "github" else Bot(environ, Place(REPO, str(bundle)))
        made = bot.make(language=language)
        assert server.replay.stats.as_json()["unrouted"] == []
    document = json.loads(write([made], "json", width=100, colour=False))
    markdown, terminal = (write([made], form, width=100, colour=False) for form in ("markdown", "terminal"))
    return DigestRecord(
        made[0], markdown, terminal, document, sha_of if source == "clone" else {sha: sha for sha in recorded}
    )


# -- the sources


def test_github_is_asked_once_for_the_list_and_once_for_each_commit(environ: dict[str, str]) -> None:
    """And a second time only whether the list is still the same."""
    with replay() as server:
        bot = hub(environ, server.url)
        first = bot.digest()
        asked = server.replay.stats.as_json()
        assert asked["by_route_and_status"] == {"commits.list 200": 1, "commits.get 200": COMMITS}
        assert (asked["unrouted"], asked["counted"]) == ([], COMMITS + 1)
        server.replay.stats.clear()
        again = bot.digest()
        asked = server.replay.stats.as_json()
        assert asked["by_route_and_status"] == {"commits.list 304": 1}
        assert (asked["unrouted"], asked["counted"]) == ([], 0)
    assert (again.run.fetched, again.run.cached, again.run.analysed) == (0, COMMITS, 0)
    assert [again.entries, again.stories, again.overview] == [first.entries, first.stories, first.overview]


FAULTS = {
    "errors": {"fault_every": 4, "fault_kinds": ["500", "502", "503"]},
    "resets": {"fault_every": 4, "fault_kinds": ["reset"]},
    "truncated bodies": {"fault_every": 4, "fault_kinds": ["truncate"]},
    "all of them": {"fault_first": 3, "fault_every": 3, "fault_kinds": ["502", "reset", "truncate", "503", "500"]},
    "a secondary limit": {"secondary_after": 25, "secondary_seconds": 1.0},
    "a secondary limit as 429": {"secondary_after": 25, "secondary_seconds": 1.0, "secondary_status": 429},
    "no patches in the JSON": {"patch_file_lines": 0, "patch_file_bytes": 0},
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_what_goes_wrong_on_the_way_changes_nothing(
    environ: dict[str, str], told_by_github: Digest, faults: dict[str, Any]
) -> None:
    """Not a commit, not a line of a diff."""
    with replay(**faults) as server:
        digest = hub(environ, server.url).digest()
        asked = server.replay.stats.as_json()
    assert asked["unrouted"] == []
    assert asked["total"] > COMMITS + 1
    assert digest.entries == told_by_github.entries


@pytest.fixture(scope="module")
def told_by_github(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """The day as GitHub gives it without any faults."""
    with replay() as server:
        return hub(fresh({}, tmp_path_factory.mktemp("github")), server.url).digest()


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_told_and_the_next_run_goes_on_from_there(environ: dict[str, str], status: int) -> None:
    """No part of a day is shown as the day."""
    with replay(token_limit=30, limit_status=status) as server:
        bot = hub(environ, server.url)
        with pytest.raises(RateLimited, match="what was fetched is kept"):
            bot.digest()
        server.replay.configure({"token_limit": 5000})
        server.replay.limits.clear()
        server.replay.stats.clear()
        digest = bot.digest()
        asked = server.replay.stats.as_json()["by_route_and_status"]
    assert len(digest.entries) == COMMITS
    assert 0 < digest.run.cached < COMMITS
    assert digest.run.fetched == COMMITS - digest.run.cached == asked["commits.get 200"]


@pytest.mark.parametrize("kind", ["502", "reset", "truncate"])
def test_an_outage_is_no_quiet_day(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """It is told; when it is over, all is there."""
    hurry(monkeypatch)
    with replay(fault_every=1, fault_kinds=[kind]) as server:
        bot = hub(environ, server.url)
        with pytest.raises(Outage):
            bot.digest()
        server.replay.configure({"fault_every": 0})
        assert len(bot.digest().entries) == COMMITS


def test_both_sources_give_equal_commits(
    environ: dict[str, str], tmp_path: Path, told_by_github: Digest, bundle: Path, sha_of: dict[str, str]
) -> None:
    """But for what git cannot know, accounts and pages; and the bundle's SHAs are its own."""
    in_clone = Bot(fresh(environ, tmp_path), Place(REPO, str(bundle))).digest()
    by_sha = {entry.commit.sha: entry for entry in told_by_github.entries}
    assert {sha_of[entry.commit.sha] for entry in in_clone.entries} == set(by_sha)
    for entry in in_clone.entries:
        twin = by_sha[sha_of[entry.commit.sha]]
        assert plain(entry.commit, sha_of) == plain(twin.commit, {})
        assert (entry.facts, entry.triage) == (twin.facts, twin.triage)


def plain(commit: Commit, sha_of: Mapping[str, str]) -> Commit:
    parents = tuple(sha_of.get(parent, parent) for parent in commit.parents)
    return replace(commit, sha=sha_of.get(commit.sha, commit.sha), parents=parents, login=None, url=None)


# -- the window


@pytest.mark.parametrize(("zone", "count"), [("Asia/Shanghai", COMMITS), ("UTC", 52)])
def test_a_day_is_the_zones(environ: dict[str, str], history: Path, zone: str, count: int) -> None:
    """The same date is another day in another zone."""
    digest = Bot(environ, Place(REPO, str(history))).digest(Window.of(date(2026, 1, 8), zone))
    assert len(digest.entries) == count


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the commits of the days around it, at their times, each with a line of its own instead of its diff."""
    scratch = Scratch(tmp_path_factory.mktemp("history") / "sglang.git")
    with gzip.open(SHARED / "history" / "sglang-commits.jsonl.gz", "rt", encoding="utf-8") as lines:
        around = [row for row in map(json.loads, lines) if "2026-01-06" <= row["date"] < "2026-01-11"]
    for row in reversed(around):
        scratch.commit(row["title"], {"a.py": row["sha"]}, at=datetime.fromisoformat(row["date"]))
    return scratch.path


@pytest.mark.parametrize("source", ["github", "clone"])
def test_what_lands_late_is_told_the_next_day_and_marked(environ: dict[str, str], bundle: Path, source: str) -> None:
    """The day's last five commits are pushed only after its digest was made."""
    from server import ReplayServer
    from sources import GitSource

    pushed = bundle.parent / f"late-{source}.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(pushed)], check=True)
    tip = subprocess.run(["git", "-C", str(pushed), "rev-parse", "main"], capture_output=True, text=True, check=True)
    move = ["git", "-C", str(pushed), "update-ref", "refs/heads/main"]
    subprocess.run([*move, "main~5"], check=True)
    with ReplayServer([GitSource(REPO, pushed)]) as server:
        bot = hub(environ, server.url) if source == "github" else Bot(environ, Place(REPO, str(pushed)))
        assert len(bot.digest().entries) == COMMITS - 5
        subprocess.run([*move, tip.stdout.strip()], check=True)
        next_day = replace(DAY, first=date(2026, 1, 9), last=date(2026, 1, 9))
        made = bot.make(next_day, now=MORNING + timedelta(days=1))
        assert server.replay.stats.as_json()["unrouted"] == []
        again = bot.digest(now=MORNING + timedelta(days=1))
    assert [entry.late for entry in made[0].entries] == [True] * 5
    for form in ("markdown", "terminal"):
        assert write([made], form, width=100, colour=False).count("late: committed Thursday, 2026-01-08") == 5
    assert len(again.entries) == COMMITS - 5


# -- what is said of the day


def test_the_day_has_49_commits(told: DigestRecord) -> None:
    """In each form."""
    assert len(told.digest.entries) == len(told.document["entries"]) == COMMITS
    numbers = told.digest.statistics
    assert (numbers.authors, numbers.files, numbers.additions, numbers.deletions) == (34, 169, 6435, 4461)
    for text in (told.markdown, told.terminal):
        assert re.search(rf"\b{COMMITS} (commits by 34 authors|个提交)", text), text[:300]


def test_importance_is_the_effect_on_users(told: DigestRecord) -> None:
    """Not the number of lines: what touches only tests and CI is not high, wrong results are not low."""
    level = {sha: entry.triage.importance for sha, entry in told.by_sha.items()}
    assert {level[sha] for sha in ONLY_TESTS_AND_CI}.isdisjoint({Importance.HIGH})
    assert level["fb7609f"] is not Importance.LOW
    wrong = {"en": "fixes wrong results on Blackwell", "zh": "结果错误"}
    assert wrong[told.digest.language] in told.markdown


@pytest.mark.parametrize(("number", "kind", "name", "before", "after"), PROVEN, ids=lambda value: str(value)[:24])
def test_what_the_diffs_prove_is_told(
    told: DigestRecord, number: int, kind: FactKind, name: str, before: str, after: str
) -> None:
    """With what it was and what it is; of what is low, a terminal shows the title alone."""
    entry = told.by_number[number]
    facts = entry.facts
    assert (name, before, after) in [(f.name, f.before[:7], f.after[:7]) for f in facts if f.kind is kind]
    is_low = entry.triage.importance is Importance.LOW
    for text in (told.markdown,) if is_low else (told.markdown, told.terminal):
        assert name.rstrip(".") in text.replace("\\", "")


def test_three_commits_about_checksums_are_one_story(told: DigestRecord) -> None:
    """Not three strangers."""
    numbers = {entry.commit.sha: number for number, entry in told.by_number.items()}
    stories = [{numbers[sha] for sha in story.shas} for story in told.digest.stories]
    assert CHECKSUMS in stories
    titles = [told.by_number[number].commit.subject.partition(" (#")[0] for number in CHECKSUMS]
    places = sorted(told.markdown.index(f" {title}\n") for title in titles)
    between = told.markdown[places[0] : places[-1]]
    assert between.count("\n#### ") == 2
    assert "\n### " not in between


@pytest.mark.parametrize("number", REVERTS)
def test_a_revert_is_linked_to_what_it_takes_back(told: DigestRecord, number: int) -> None:
    """Which landed on an earlier day, so its title is known."""
    revert = told.by_number[number].commit
    (story,) = (story for story in told.digest.stories if revert.sha in story.shas)
    assert story.kind is StoryKind.REVERT
    assert story.earlier is not None
    assert story.earlier.title == REVERTS[number]


@pytest.mark.parametrize("number", REVERTS)
def test_a_revert_finds_what_it_takes_back_among_earlier_days(
    environ: dict[str, str], bundle: Path, number: int
) -> None:
    """If they were read before."""
    with gzip.open(SHARED / "history" / "sglang-commits.jsonl.gz", "rt", encoding="utf-8") as lines:
        (row,) = (row for row in map(json.loads, lines) if row["title"].startswith(f"{REVERTS[number]} (#"))
    moment = datetime.fromisoformat(row["date"])
    files = tuple(FileChange(path, status, added, deleted) for path, status, added, deleted in row["files"])
    original = Commit(REPO, row["sha"], row["author"], moment, moment, row["title"], files=files)
    bot = Bot(environ, Place(REPO, str(bundle)))
    core = bot.core()
    core.stores.commits.put([original])
    core.stores.commits.put_triage(judge([original], core.sources.areas()))
    core.stores.store.close()
    digest = bot.digest()
    earlier = [story.earlier for story in digest.stories if story.earlier and story.earlier.sha]
    assert [(found.sha, found.committed_at) for found in earlier] == [(row["sha"], moment)]


# -- the report


def test_every_anchor_is_there_once_and_every_link_within_leads_to_one(told: DigestRecord) -> None:
    """An `<a id="…">` is where GitHub's own pages take `#…` to, as long as it is the only one of that name."""
    html = READER.render(told.markdown)
    anchors = re.findall(r'<a id="([^"]+)">', html)
    within = re.findall(r'<a href="#([^"]+)">', html)
    assert len(anchors) == len(set(anchors)) == COMMITS + len(Importance) + 1
    assert set(within) <= set(anchors)
    assert len([anchor for anchor in set(within) if anchor.startswith("c-")]) == COMMITS


def test_headings_are_one_outline(told: DigestRecord) -> None:
    """No level is left out."""
    levels = [int(token.tag[1]) for token in READER.parse(told.markdown) if token.type == "heading_open"]
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_link_outwards_leads_to_a_page_that_there_is(
    told: DigestRecord, recorded: dict[str, Any], bundle: Path, sha_of: dict[str, str]
) -> None:
    """A commit, its pull request, or a line of a file that proves a fact, in the version before or after it."""
    outwards = {unquote(href) for href in re.findall(r'<a href="([^#"][^"]*)">', READER.render(told.markdown))}
    if told.sha_of is sha_of:
        assert not outwards  # git alone does not say where its pages are
        return
    pages = {row["html_url"] for row in recorded.values()}
    pages |= {f"{PAGES}/pull/{number}" for number in told.by_number}
    assert outwards >= pages
    own = {sha: other for other, sha in sha_of.items()}
    lines = {href for href in outwards - pages if "#L" in href}
    assert len(lines) > len(PROVEN)
    for href in outwards - pages:
        place = re.fullmatch(rf"{PAGES}/blob/([0-9a-f]{{40}})/([^#]+)(?:#L(\d+))?", href)
        assert place, href
        shown = subprocess.run(
            ["git", "-C", str(bundle), "show", f"{own[place[1]]}:{place[2]}"], capture_output=True, check=True
        ).stdout
        assert shown.count(b"\n") >= int(place[3] or 0), href


def test_the_json_is_as_documented(told: DigestRecord) -> None:
    """By the schema that lies in docs/."""
    schema = json.loads((Path(__file__).parents[2] / "docs" / "digest.schema.json").read_text("utf-8"))
    kind = jsonschema.Draft202012Validator
    jsonschema.validate(told.document, schema, kind, format_checker=kind.FORMAT_CHECKER)


def test_the_terminal_keeps_within_its_columns(told: DigestRecord) -> None:
    """A Chinese character takes two of them."""
    from rich.cells import cell_len

    assert max(map(cell_len, told.terminal.splitlines())) <= 100


# -- with a model


def numbers_asked(server: ModelServer) -> list[str]:
    """Return the commits that were asked about, in order."""
    texts = [asked["messages"][-1]["content"] for asked in server.requests]
    return [sha for text in texts for sha in re.findall(r"(?m)^## ([0-9a-f]{7})$", text)]


@pytest.fixture
def reading(environ: dict[str, str], bundle: Path) -> Iterator[Callable[..., tuple[Bot, ModelServer]]]:
    """Start a model's server, and a bot that reads the clone with it."""
    started: list[ModelServer] = []

    def start(answers: Callable[[Any], Any] = reader) -> tuple[Bot, ModelServer]:
        server = ModelServer(answers)
        started.append(server.__enter__())
        model = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": server.base_url}
        return Bot(environ | model, Place(REPO, str(bundle))), server

    yield start
    for server in started:
        server.__exit__(None, None, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_reads_each_commit_once(
    reading: Callable[..., tuple[Bot, ModelServer]], language: Language, told_by_github: Digest
) -> None:
    """Those of low importance several at a time; and the day as a whole."""
    bot, server = reading()
    digest, _ = made = bot.make(language=language)
    assert (digest.coverage.by, digest.coverage.stand_ins) == ({"test-model": COMMITS}, {})
    asked = numbers_asked(server)
    assert len(asked) == len(set(asked)) == COMMITS
    low = told_by_github.statistics.by_importance["low"]
    assert len(server.requests) < COMMITS - low + low // 2 + 1
    assert [theme.text for theme in digest.overview] == ["Much was done."]
    for form in ("markdown", "terminal"):
        assert "test-model" in write([made], form, width=100, colour=False)
    calls = len(server.requests)
    assert bot.digest(language=language).entries == digest.entries
    assert len(server.requests) == calls


def test_a_model_cannot_talk_a_commit_out_of_its_rank(
    reading: Callable[..., tuple[Bot, ModelServer]], sha_of: dict[str, str]
) -> None:
    """The rules' floor and ceiling stand, whatever it says."""

    def shouting(asked: Any) -> Any:
        found = reader(asked)
        for item in found.get("items", [found]):
            item["importance"] = "high"
        return found

    bot, _ = reading(shouting)
    level = {sha_of[e.commit.sha][:7]: e.triage.importance for e in bot.digest().entries}
    assert {level[sha] for sha in ONLY_TESTS_AND_CI}.isdisjoint({Importance.HIGH})


def test_what_a_server_does_wrong_in_passing_costs_nothing_but_time(
    reading: Callable[..., tuple[Bot, ModelServer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors, resets, limits and bad answers are asked again at once."""
    hurry(monkeypatch)
    bot, server = reading()
    passing = [as_model.SERVER_ERROR, as_model.RESET, as_model.rate_limited(), as_model.UNAVAILABLE]
    bad = [as_model.MALFORMED, as_model.LENGTH, as_model.WRONG_SHAPE, as_model.THINKING, as_model.FENCED]
    server.plan = [behaviour for some in zip(passing, bad, strict=False) for behaviour in some] + bad[-1:]
    server.meets_each_once = True
    digest = bot.digest()
    assert (digest.coverage.by, digest.coverage.stand_ins) == ({"test-model": COMMITS}, {})
    assert digest.run.usage.retries >= 1


def test_where_a_model_fails_the_rules_stand_in_and_the_next_run_asks_again(
    reading: Callable[..., tuple[Bot, ModelServer]], sha_of: dict[str, str]
) -> None:
    """Only for those, and marked until then."""
    failing = {own[:7] for own, sha in sha_of.items() if sha[:7] in {"fb7609f", *ONLY_TESTS_AND_CI}}
    refused: set[str] = set()

    def unwilling(asked: Any) -> Any:
        named = set(re.findall(r"(?m)^## ([0-9a-f]{7})$", asked["messages"][-1]["content"])) & failing
        refused.update(named)
        found = reader(asked)
        if not named:
            return found
        if "items" in found:
            return {"items": [item for item in found["items"] if item["sha"] not in named]}
        return "I would rather not."

    bot, server = reading(unwilling)
    digest, _ = made = bot.make()
    assert refused == failing
    assert {sha[:7] for sha in digest.coverage.stand_ins} == failing
    assert digest.coverage.by == {"test-model": COMMITS - len(failing), RULES: len(failing)}
    report = write([made], "markdown", width=100, colour=False)
    marks = [line for line in report.splitlines() if "⚠️" in line and "by rules" in line.lower()]
    assert len(marks) >= len(failing), marks
    failing.clear()
    server.requests.clear()
    again = bot.digest()
    assert sorted(numbers_asked(server)) == sorted(refused)
    assert (again.coverage.by, again.coverage.stand_ins) == ({"test-model": COMMITS}, {})
    assert again.run.analysed == len(refused)


def test_without_a_server_there_is_a_digest_all_the_same(
    environ: dict[str, str], bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rules, every entry marked; nothing is asked 49 times in vain."""
    hurry(monkeypatch)
    model = {"DAYBRIEF_MODEL__NAME": "m", "DAYBRIEF_MODEL__BASE_URL": "http://127.0.0.1:9/v1"}
    digest = Bot(environ | model, Place(REPO, str(bundle))).digest()
    assert digest.coverage.by == {RULES: COMMITS}
    assert len(digest.coverage.stand_ins) == COMMITS
