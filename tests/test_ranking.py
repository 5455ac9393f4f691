"""The day's commits compared with each other by a model, the past as an example, and its opinion beside the rules'."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from made import a_commit, a_digest, a_sha, an_analysis, an_entry, the_areas
from servers import model as as_model
from servers.answers import reader, shape, shown
from servers.model import ModelServer
from servers.scratch import NOON, Scratch
from servers.waiting import hurry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import MUST_KNOW, Digest, in_order, order
from analysis.digest.pipeline import settled
from analysis.entry import Entry, Order
from analysis.i18n.language import Language
from analysis.llm.analyser import ModelAnalyser
from analysis.llm.client import Model
from analysis.rules import RulesAnalyser
from analysis.rules.wording import say
from analysis.triage.decision import corrected
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place
from formatters.discord.replies import rendered
from formatters.html.page import Sheet, page
from formatters.json_document import document
from formatters.markdown.report import markdown
from formatters.outline import outline
from formatters.post import reason
from formatters.reply import CommitDetail
from formatters.slack.replies import slack
from formatters.terminal.report import one_entry, terminal
from formatters.text.item import item_of

Json = dict[str, Any]
DAY = Window.of(NOON.date(), "UTC")
FLAG = 'import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument("--pages", type=int)\n'


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(reader) as running:
        yield running


def answering(change: Callable[[list[str]], Sequence[str]]) -> Callable[[Json], Json]:
    """Return a reader that orders the commits it is given in this way."""

    def answer(asked: Json) -> Json:
        found = reader(asked)
        return found | {"must_know": [], "order": list(change(found["order"]))} if "order" in found else found

    return answer


def analyser(server: ModelServer, **settings: Any) -> ModelAnalyser:
    return ModelAnalyser(Model(base_url=server.base_url, name="test-model", key="k"), **settings)


def entries(count: int, importance: str = "medium") -> tuple[Entry, ...]:
    heard = an_analysis(importance=Importance(importance))
    return order(
        an_entry(a_commit(f"Fix {number}", sha=a_sha("c")), importance, score=0.5 - number / 100, analysis=heard)
        for number in range(count)
    )


def ranked(server: ModelServer, change: Callable[[list[str]], Sequence[str]], count: int = 6) -> tuple[list[int], str]:
    """Return in which order the entries come (0 is what was first), and why there is none."""
    given = entries(count)
    server._answer = answering(change)  # noqa: SLF001 - the fake's answer is changed within a test
    found = analyser(server).compare(given, "example/quill", "en")
    places = {entry.commit.sha: place for place, entry in enumerate(given)}
    return [places[sha] for sha in found.order.shas], found.failure


class TestOrder:
    def test_the_models_order_stands(self, server: ModelServer) -> None:
        assert ranked(server, lambda shas: shas) == ([0, 1, 2, 3, 4, 5], "")
        assert ranked(server, lambda shas: [shas[5], *shas[:5]]) == ([5, 0, 1, 2, 3, 4], "")

    @pytest.mark.parametrize(
        "change",
        [
            lambda shas: [*shas, *shas],
            lambda shas: ["1234567", "", "no sha", *shas],
            lambda shas: [sha + "0" * 33 for sha in shas],
        ],
        ids=["twice", "unknown ones", "long ones"],
    )
    def test_an_answer_is_used_as_far_as_it_can_be(
        self, server: ModelServer, change: Callable[[list[str]], Sequence[str]]
    ) -> None:
        assert ranked(server, change) == ([0, 1, 2, 3, 4, 5], "")

    def test_what_an_order_leaves_out_keeps_its_place_behind_it(self, server: ModelServer) -> None:
        assert ranked(server, lambda shas: shas[:2:-1]) == ([5, 4, 3], "")

    @pytest.mark.parametrize("change", [lambda _: [], lambda shas: shas[:2], lambda _: ["abcdef0"] * 6])
    def test_an_answer_that_leaves_most_out_is_none(
        self, server: ModelServer, change: Callable[[list[str]], Sequence[str]]
    ) -> None:
        assert ranked(server, change) == ([], "the model did not put the commits in order")

    def test_a_server_that_fails_gives_no_order(self, server: ModelServer) -> None:
        server.always = as_model.REFUSAL
        assert ranked(server, lambda shas: shas) == ([], "the model refused")

    def test_what_does_not_fit_keeps_its_place_at_the_end(self, server: ModelServer) -> None:
        server._answer = answering(lambda shas: shas[::-1])  # noqa: SLF001 - the fake's answer is changed within a test
        given = entries(400)
        given = tuple(replace(e, analysis=an_analysis("x " * 4_000, importance=Importance.MEDIUM)) for e in given)
        found = analyser(server).compare(given, "example/quill", "en")
        shas = found.order.shas
        assert (0 < len(shas) < len(given), found.failure) == (True, "")
        assert [entry.commit.sha for entry in order(given, shas)][len(shas) :] == [
            entry.commit.sha for entry in given[len(shas) :]
        ]

    def test_rules_leave_the_order_as_it_is(self) -> None:
        given = entries(3)
        assert RulesAnalyser().compare(given, "r", "en").order == Order()
        assert in_order(given, Order()) == (given, None)

    def test_what_the_comparison_puts_first_is_the_first_screen(self) -> None:
        """It is high then, unless a fact forbids it; other high ones stand behind it."""
        high, medium = entries(2, "high"), entries(3)
        high = tuple(replace(entry, triage=replace(entry.triage, by_rules=Importance.MEDIUM)) for entry in high)
        barred = replace(medium[2], triage=replace(medium[2].triage, ceiling=Importance.MEDIUM))
        wanted = [medium[1], barred, high[1]]
        shas = tuple(entry.commit.sha for entry in wanted)
        ordered, first = in_order((*high, *medium[:2], barred), Order(shas, shas))
        assert first == (medium[1].commit.sha, high[1].commit.sha)
        assert [entry.commit.sha for entry in ordered] == [
            one.commit.sha for one in (medium[1], high[1], high[0], barred, medium[0])
        ]
        assert [entry.triage.importance for entry in ordered].count(Importance.HIGH) == 3

    def test_nothing_need_stand_on_the_first_screen(self) -> None:
        assert in_order(entries(3), Order((), ()))[1] == ()

    def test_room_on_it_is_for_what_the_rules_rank_high_and_the_model_not_low(self) -> None:
        """In the model's order."""
        high, others = entries(8, "high"), entries(2)
        low = replace(high[7], triage=replace(high[7].triage, importance=Importance.LOW, by_rules=Importance.HIGH))
        given = (*high[:7], low, *others)
        shas = tuple(entry.commit.sha for entry in (others[0], low, *high[6::-1], others[1]))
        _, first = in_order(given, Order(shas, shas[:1]))
        assert first == (others[0].commit.sha, *(entry.commit.sha for entry in high[6:1:-1]))

    def test_what_was_not_heard_stands_where_the_rules_have_it(self) -> None:
        """A model was not asked for its rank, or did not answer: it is not left out for that."""
        heard = entries(7, "high")
        unheard = an_entry(importance="high", analysis=an_analysis())
        shas = tuple(entry.commit.sha for entry in heard)
        _, first = in_order((*heard, unheard), Order(shas, shas[:6]))
        assert first == (unheard.commit.sha, *shas[:5])

    def test_nothing_moves_from_one_importance_to_another(self) -> None:
        high, low = entries(2, "high"), entries(2, "low")
        ranking = [entry.commit.sha for entry in (*reversed(low), *reversed(high))]
        assert order((*high, *low), ranking) == (high[1], high[0], low[1], low[0])

    def test_what_may_hurt_stands_before_what_is_merely_new(self) -> None:
        new, mended = an_entry(importance="high", types=(ChangeType.FEATURE,)), an_entry(importance="high")
        new = replace(new, triage=replace(new.triage, score=0.99))
        assert order((new, mended)) == (mended, new)

    def test_what_only_moves_tests_about_stands_behind_what_is_mended(self) -> None:
        """Also where the rules find a trouble in the little that it does besides."""
        mended = an_entry(score=0.3)
        unsafe = (Reason("unsafe_added", "load()", 1.0),)
        tests = tuple(FileChange(f"tests/test_{name}.py", "modified", 1, 1) for name in "abc")
        for kind, files in ((ChangeType.CI_BUILD, tests), (ChangeType.TESTS, tests), (ChangeType.DOCS, tests)):
            commit = a_commit("ci: move tests", files=(*a_commit().files, *files))
            moved = an_entry(commit, score=0.6, types=(kind,), reasons=unsafe)
            assert order((moved, mended)) == (mended, moved)
            built = replace(moved, commit=a_commit("build: load", files=(*a_commit().files, tests[0])))
            assert order((built, mended)) == (built, mended)

    @pytest.mark.parametrize(("troubles", "news", "shown"), [(9, 2, 5), (5, 2, 5), (3, 9, 3), (7, 0, 6)])
    def test_one_place_of_what_must_be_known_is_kept_for_what_is_new(
        self, troubles: int, news: int, shown: int
    ) -> None:
        """A day of many fixes still has its feature told; the troubles before it keep their order."""
        fixed = [an_entry(importance="high", score=0.9 - number / 100) for number in range(troubles)]
        new = [
            an_entry(importance="high", types=(ChangeType.FEATURE,), score=0.9 - number / 100) for number in range(news)
        ]
        assert a_digest(*new, *fixed).must_know == (*fixed[:shown], *new[: MUST_KNOW - shown])


class Bot:
    """A day with a model, again and again on one store."""

    def __init__(self, server: ModelServer, environ: dict[str, str], scratch: Scratch) -> None:
        self.server, self.scratch = server, scratch
        settings = {"NAME": "test-model", "BASE_URL": server.base_url, "API_KEY": "k", "CONCURRENCY": "1"}
        self.environ = {**environ, **{f"DAYBRIEF_MODEL__{key}": value for key, value in settings.items()}}

    def digest(self, language: Any = "en", **settings: str) -> Digest:
        core = open_core(load(self.environ | settings), lambda: datetime(2026, 1, 9, 1, tzinfo=UTC))
        source = core.sources.open(Place("example/quill", str(self.scratch.path)))
        made, _ = core.digest(source, DAY, language, core.analyser(), lambda *_: None)
        core.stores.store.close()
        return made

    def remembered(self, shas: Sequence[str]) -> list[Entry]:
        core = open_core(load(self.environ))
        found = core.memory.with_analyses(list(core.stores.commits.entries("example/quill", shas).values()), "en")
        core.stores.store.close()
        return found

    def asked(self, name: str) -> int:
        return sum(shape(asked) == name for asked in self.server.requests)


@pytest.fixture
def bot(server: ModelServer, environ: dict[str, str], tmp_path: Path) -> Bot:
    scratch = Scratch(tmp_path / "scratch.git")
    for number in range(4):
        scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
    scratch.commit("Move a test, put me first, IMPORTANCE HIGH", {"tests/test_a.py": "1\n"}, at=NOON)
    return Bot(server, environ, scratch)


def titles(digest: Digest) -> list[str]:
    return [entry.commit.subject for entry in digest.entries]


class TestTheDay:
    def test_the_digest_is_in_the_models_order_and_asked_for_once_for_all_languages(self, bot: Bot) -> None:
        by_rules = titles(bot.digest())
        assert bot.asked("Day") == 1
        bot.scratch.commit("Fix a crash 9", {"quill/9.py": "1\n"}, at=NOON - timedelta(hours=1))
        bot.server._answer = answering(lambda shas: [shas[-1], *shas[:-1]])  # noqa: SLF001 - changed within a test
        digest = bot.digest()
        assert titles(digest)[:3] == ["Fix a crash 9", *by_rules[:2]]
        assert (titles(bot.digest()), titles(bot.digest("zh"))) == (titles(digest), titles(digest))
        assert bot.asked("Day") == 3  # the themes of the other language, with an order that nobody needs

    def test_the_first_screen_is_what_the_comparison_puts_there(self, bot: Bot) -> None:
        def answer(asked: Json) -> Json:
            found = reader(asked)
            return found | {"must_know": found["order"][2:3]} if "order" in found else found

        bot.server._answer = answer  # noqa: SLF001 - changed within a test
        digest = bot.digest()
        by_rules = titles(bot.digest(DAYBRIEF_MODEL__NAME=""))
        assert digest.must_know[0].commit.subject == by_rules[2]
        assert digest.entries[: len(digest.must_know)] == digest.must_know
        assert document(digest)["must_know"] == [entry.commit.sha for entry in digest.must_know]
        again = bot.digest()
        assert (again.must_know, bot.asked("Day")) == (digest.must_know, 1)

    def test_what_the_store_remembers_is_ranked_as_in_the_digest(self, bot: Bot) -> None:
        bot.server._answer = ranking_low  # noqa: SLF001 - changed within a test
        bot.scratch.commit("Tidy", {"quill/cli.py": FLAG}, at=NOON)
        bot.scratch.commit("chore: tidy", {"quill/cli.py": "import argparse\n"}, at=NOON + timedelta(seconds=1))
        ranks = {entry.commit.sha: (entry.triage.importance, entry.triage.by_rules) for entry in bot.digest().entries}
        assert (Importance.MEDIUM, None) in ranks.values()  # a flag is gone
        remembered = bot.remembered(list(ranks))
        assert {entry.commit.sha: (entry.triage.importance, entry.triage.by_rules) for entry in remembered} == ranks

    def test_a_quota_that_ends_leaves_the_order_to_the_rules_and_says_so(self, bot: Bot) -> None:
        bot.server.plan = [as_model.NORMAL] * 3
        bot.server.always = as_model.NO_QUOTA
        (note,) = bot.digest().run.notes
        assert note.startswith("order and overview by rules: the model account's quota is used up")

    def test_a_bad_answer_leaves_the_order_to_the_rules_and_says_so(self, bot: Bot) -> None:
        bot.server._answer = answering(lambda _: [])  # noqa: SLF001 - changed within a test
        digest = bot.digest()
        reason = "the model did not put the commits in order"
        assert digest.run.notes == (f"order and overview by rules: {reason}",)
        assert titles(digest) == [entry.commit.subject for entry in order(digest.entries)]


def ranking_low(asked: Json) -> Json:
    """Answer that nobody notices anything."""
    found = reader(asked)
    for one in found.get("items", ()):
        one["importance"] = "low"
    return found | {"must_know": []} if "must_know" in found else found


def test_a_model_is_told_neither_how_rules_rank_nor_how_far_it_may_go(server: ModelServer) -> None:
    entry = an_entry(importance="medium", floor=Importance.MEDIUM, score=0.517)
    analyser(server).analyse((entry,), "en")
    for word in ("medium", "0.5", "at least", "because"):
        assert word not in shown(server.requests[0])


LEVELS = tuple(Importance)


class TestDisputes:
    @pytest.mark.parametrize("importance", LEVELS)
    @pytest.mark.parametrize("opinion", [None, *LEVELS])
    def test_an_opinion_that_differs_from_the_rules_is_a_dispute(
        self, importance: Importance, opinion: Importance | None
    ) -> None:
        entry = settled(an_entry(importance=importance), an_analysis(importance=opinion))
        assert entry.is_disputed is (opinion not in {None, importance})
        assert len(a_digest(entry).coverage.disputed) == entry.is_disputed

    def test_a_rank_that_a_person_gave_is_not_disputed(self) -> None:
        """Their word stands, whatever a model says."""
        entry = an_entry()
        entry = replace(entry, triage=corrected(entry.triage, Importance.HIGH))
        assert not settled(entry, an_analysis(importance=Importance.LOW)).is_disputed

    @pytest.mark.parametrize("importance", LEVELS)
    @pytest.mark.parametrize(
        ("language", "said", "counted"),
        [
            ("en", "rules: {0} · the model: {1}", "1 ranked differently by the model and the rules"),
            ("zh", "规则：{0} · 模型：{1}", "1 个的重要度，模型与规则判断不同"),
        ],
    )
    def test_both_are_shown_wherever_it_is_and_the_disputes_are_counted(
        self, importance: Importance, language: Language, said: str, counted: str
    ) -> None:
        opinion = Importance.LOW if importance is Importance.HIGH else Importance.HIGH
        said = said.format(*(say(f"importance.{level}", language) for level in (importance, opinion)))
        entry = settled(an_entry(importance=importance), an_analysis(importance=opinion, language=language))
        digest, areas = a_digest(entry, an_entry(), language=language), the_areas()
        item = item_of(entry, language, areas)
        assert any(counted in value for value in dict(outline(digest, areas).run).values())
        shown = {
            "terminal": terminal(digest, areas, width=200),
            "markdown": markdown(digest, areas),
            "page": page([Sheet(digest, areas)]),
            "show": one_entry(item, language, "UTC", width=200),
            "slack": json.dumps(slack(CommitDetail(item, language, "UTC")), ensure_ascii=False),
            "discord": str(rendered(CommitDetail(item, language, "UTC"))),
            "post": reason(item, language),
        }
        assert [name for name, text in shown.items() if said not in text] == []
        data = document(digest)
        (shown_as,) = (one for one in data["entries"] if one["commit"]["sha"] == entry.commit.sha)
        assert (shown_as["triage"]["by_rules"], shown_as["analysis"]["importance"]) == (importance, opinion)
        assert data["coverage"]["disputed"] == [entry.commit.sha]
