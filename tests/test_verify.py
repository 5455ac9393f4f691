"""What a model says is held against the lines that it quotes: found again, with its numbers, names, devices and sides."""

import pytest
from builders import a_change, a_commit_of
from conftest import SAMPLE_NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from made import an_entry

from analysis.commits.pull_request import PullRequest
from analysis.entry import Entry, Quote
from analysis.llm.verify.figures import Figure, figures_in, stands_in
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, believed, judge, repeats

CACHE = a_change(
    "quill/cache.py",
    "LIMIT = 8\nold_name = read(path)\ntimeout = 30\n",
    "LIMIT = 16\nnew_name = read(path, block=64 * 1024)\ntimeout = 30\nretry_after_ms = 250  # was a crash on Hopper\n",
)
CLI = a_change(
    "quill/cli.py",
    'parser.add_argument("--fast")\nparser.add_argument("--pages", type=int)\n',
    'parser.add_argument("--pages", type=int)\nparser.add_argument("--slow")\n',
)
MESSAGE = "Read the cache in blocks (#12)\n\nCold starts take 4.2 s instead of 9 s; the cache no longer\nfills up."


def an_entry_of(body: str = "") -> Entry:
    commit = a_commit_of(CACHE, CLI, message=MESSAGE)
    request = (
        PullRequest("o/r", 12, "Read in blocks", body, "https://example.com/12", "ann", SAMPLE_NOW) if body else None
    )
    return Entry(commit, (), an_entry().triage, pull_request=request)


GROUND = Ground.of(an_entry_of("It is **2x** faster on [H100](https://example.com)."))
LIMIT = Quote("LIMIT = 16", "quill/cache.py", 1)


def found(line: str, path: str = "quill/cache.py", side: str = "new") -> Quote:
    quote = GROUND.find(line, path, side)
    assert quote is not None
    return quote


class TestEvidence:
    @pytest.mark.parametrize(
        ("line", "path", "side", "expected"),
        [
            ("LIMIT = 16", "quill/cache.py", "new", ("quill/cache.py", 1, False)),
            ("LIMIT = 8", "quill/cache.py", "old", ("quill/cache.py", 1, True)),
            ("+LIMIT = 16", "quill/cache.py", "new", ("quill/cache.py", 1, False)),
            ("  LIMIT =   16  ", "cache.py", "new", ("quill/cache.py", 1, False)),
            ("LIMIT = 16", "quill/other.py", "new", ("quill/cache.py", 1, False)),
            ("LIMIT = 8", "quill/cache.py", "new", ("quill/cache.py", 1, True)),
            ("block=64 * 1024", "quill/cache.py", "new", ("quill/cache.py", 2, False)),
            ("timeout = 30", "quill/cache.py", "old", ("quill/cache.py", 3, True)),
            (
                "LIMIT = 16\nnew_name = read(path, block=64 * 1024)",
                "quill/cache.py",
                "new",
                ("quill/cache.py", 1, False),
            ),
            ("Read the cache in blocks (#12)", "", "message", ("", 0, False)),
            ("the cache no longer fills up", "", "message", ("", 0, False)),
            ("It is 2x faster on H100.", "", "pull_request", ("", 0, False)),
            ("Read the cache in blocks (#12)", "quill/cache.py", "new", ("", 0, False)),
        ],
    )
    def test_what_stands_there_is_found(self, line: str, path: str, side: str, expected: tuple[str, int, bool]) -> None:
        """A wrong file or side is put right, a mark in front and spaces are no part of it."""
        quote = found(line, path, side)
        assert (quote.path, quote.line, quote.is_before) == expected

    @pytest.mark.parametrize(
        "line", ["LIMIT = 17", "LIMIT = 1", "", "  \n ", "LIMIT = 16\nLIMIT = 17", "the cache fills", "=", "16"]
    )
    @pytest.mark.parametrize("side", ["old", "new", "message", "pull_request"])
    def test_what_does_not_is_not(self, line: str, side: str) -> None:
        assert GROUND.find(line, "quill/cache.py", side) is None

    def test_a_line_with_a_secret_is_found_as_it_was_shown(self) -> None:
        secret = a_change("quill/keys.py", "", "KEY = 'ghp_" + "a1B2" * 10 + "'  # of the tests\n")
        ground = Ground.of(Entry(a_commit_of(secret), (), an_entry().triage))
        assert ground.find("KEY = '[secret removed]'  # of the tests", "quill/keys.py", "new") is not None

    def test_a_quote_goes_with_its_neighbours(self) -> None:
        assert GROUND.around(LIMIT) == [
            "-LIMIT = 8",
            "-old_name = read(path)",
            "+LIMIT = 16",
            *GROUND.around(LIMIT)[3:],
        ]
        assert GROUND.around(found("Read the cache in blocks (#12)", "", "message")) == [
            "Read the cache in blocks (#12)"
        ]

    @given(st.text(max_size=80), st.text(max_size=20), st.sampled_from(["old", "new", "message", "pull_request"]))
    @settings(deadline=None)
    def test_any_text_can_be_looked_up(self, line: str, path: str, side: str) -> None:
        quote = GROUND.find(line, path, side)
        assert quote is None or quote.text.strip()


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "figures"),
        [
            ("4x faster", [("4", "×")]),
            ("4 times", [("4", "×")]),
            ("1,024 requests", [("1024", "")]),
            ("from 9 s to 4.20 s", [("9", "s"), ("4.2", "s")]),
            ("64 KiB of 2 GB", [("64", "KB"), ("2", "GB")]),
            ("twenty, three seconds", [("3", "s")]),
            ("twice as fast", [("2", "×")]),
            ("5% on H200 with fp8 in v8.1", [("5", "%")]),
            ("提升 3 倍，5 秒", [("3", "×"), ("5", "s")]),
            ("see #12", []),
        ],
    )
    def test_numbers_are_read_with_their_units(self, text: str, figures: list[tuple[str, str]]) -> None:
        assert [(one.value, one.unit) for one in figures_in(text)] == figures

    @pytest.mark.parametrize(
        ("figure", "line", "stands"),
        [
            (Figure("30", "30", ""), "timeout = 30", True),
            (Figure("30 s", "30", "s"), "timeout_seconds = 30", True),
            (Figure("30 min", "30", "min"), "timeout_seconds = 30", False),
            (Figure("250 ms", "250", "ms"), "retry_after_ms = 250", True),
            (Figure("250 s", "250", "s"), "retry_after_ms = 250", False),
            (Figure("64 KiB", "64", "KB"), "read(path, block=64 * 1024)", True),
            (Figure("5 min", "5", "min"), "sleep(5 * 60)", True),
            (Figure("2x", "2", "×"), "from 9 to 4.5", True),
            (Figure("50%", "50", "%"), "1024 becomes 512", True),
            (Figure("4x", "4", "×"), "from 9 to 4.5", False),
            (Figure("90", "90", ""), "is_sm90_supported()", False),
            (Figure("2.2", "2.2", ""), '"lexer": "^2.2.0"', True),
            (Figure("2.3", "2.3", ""), '"lexer": "^2.2.0"', False),
        ],
    )
    def test_a_figure_stands_with_its_unit_or_follows(self, figure: Figure, line: str, *, stands: bool) -> None:
        assert stands_in(figure, [line]) is stands


class TestVerdicts:
    @pytest.mark.parametrize(
        ("text", "before", "after", "line"),
        [
            ("`LIMIT` is raised from 8 to 16.", "8", "16", "LIMIT = 16"),
            ("`LIMIT` is 16 now.", "", "", "LIMIT = 16"),
            ("Blocks of 64 KiB are read.", "", "", "new_name = read(path, block=64 * 1024)"),
            ("`old_name` gives way to `new_name`.", "old_name", "new_name", "new_name = read(path, block=64 * 1024)"),
            ("A retry waits 250 ms.", "", "", "retry_after_ms = 250  # was a crash on Hopper"),
            ("A crash on Hopper is gone.", "", "", "retry_after_ms = 250  # was a crash on Hopper"),
            ("FlashInfer and PyTorch users notice nothing.", "", "", "LIMIT = 16"),
            ("上限由 8 改为 16。", "8", "16", "LIMIT = 16"),
            ("In `quill/cache.py` the limit is doubled.", "8", "16", "LIMIT = 16"),
        ],
    )
    def test_what_its_lines_show_is_borne_out(self, text: str, before: str, after: str, line: str) -> None:
        assert judge(text, before, after, [found(line)], GROUND).verdict is Verdict.BORNE_OUT

    @pytest.mark.parametrize(
        ("text", "before", "after", "why"),
        [
            ("`--quick` is new.", "", "", "--quick is not in the commit"),
            ("Set `QUILL_CACHE_LIMIT` to 16.", "", "", "QUILL_CACHE_LIMIT is not in the commit"),
            ("`quill/store.py` is read in blocks.", "", "", "quill/store.py is not in the commit"),
            ("Starts are 40% faster.", "", "", "40% is not in its evidence"),
            ("It saves 3 GB.", "", "", "3 GB is not in its evidence"),
            ("TPU builds read in blocks.", "", "", "the commit does not mention tpu"),
            ("The limit is lowered.", "16", "8", "16 is not what was there before"),
            ("The limit is lowered.", "8", "16", "8 became 16, which is more"),
            ("`LIMIT` goes from 16 to 8.", "", "", "16 is not what was there before"),
            ("`new_name` is renamed to `old_name`.", "", "", "new_name is not what was there before"),
            ("The limit stays.", "8", "8", "8 is before and after"),
            ("our " * 40, "", "", "it is not a sentence"),
            ("", "", "", "it is not a sentence"),
        ],
    )
    def test_what_they_refute_is_not_shown(self, text: str, before: str, after: str, why: str) -> None:
        judgement = judge(text, before, after, [LIMIT], GROUND)
        assert (judgement.verdict, judgement.why) == (Verdict.REFUTED, why)

    @pytest.mark.parametrize(
        ("text", "before", "after", "verdict"),
        [
            ("The limit was 9.", "", "", Verdict.UNCHECKED),
            ("It takes 4.2 s.", "", "", Verdict.UNCHECKED),
            ("The limit changes, and 30 stays.", "9", "16", Verdict.DOUBTFUL),
            ("`fetch_pages` calls it.", "", "", Verdict.UNCHECKED),
            ("`Store.read` calls it.", "", "", Verdict.DOUBTFUL),
            ("It needs Python 3.14.", "", "", Verdict.DOUBTFUL),
            ("Requests hang no more.", "", "", Verdict.DOUBTFUL),
            ("It is so since 3.1.4.", "", "", Verdict.DOUBTFUL),
        ],
    )
    def test_what_they_do_not_settle_is_marked(self, text: str, before: str, after: str, verdict: Verdict) -> None:
        quote = found("timeout = 30") if "30" in text else LIMIT
        assert judge(text, before, after, [quote], GROUND).verdict is verdict

    def test_without_evidence_nothing_is_shown(self) -> None:
        judgement = judge("`LIMIT` is 16 now.", "", "", [], GROUND)
        assert judgement.why == "its evidence is not in the commit"

    @given(st.text(max_size=120), st.text(max_size=20), st.text(max_size=20))
    @settings(deadline=None)
    def test_any_text_can_be_judged(self, text: str, before: str, after: str) -> None:
        assert judge(text, before, after, [LIMIT], GROUND).verdict in Verdict

    @pytest.mark.parametrize("unit", ["a", "`a", "from 1 to ", "1 x ", "a/b.c", "--", "“", "一", "1*1*"])
    def test_a_hostile_text_keeps_nobody_busy(self, unit: str) -> None:
        assert judge(unit * 50_000, unit * 5_000, unit * 5_000, [LIMIT], GROUND).verdict is Verdict.REFUTED


class TestBelief:
    """Texts that bring no evidence of their own: reasons and themes."""

    @pytest.mark.parametrize("text", ["the limit is higher", "`LIMIT` is 16 on Hopper", "three things", "块大小"])
    def test_what_speaks_of_nothing_else_is_believed(self, text: str) -> None:
        assert believed(text, GROUND.text)

    @pytest.mark.parametrize(
        "text", ["", "`LIMITS` is 16", "`LIMIT` is 17", "it breaks TPUs", "--quick is new", "no no no no no no"]
    )
    def test_what_does_is_not(self, text: str) -> None:
        assert not believed(text, GROUND.text)


@pytest.mark.parametrize(
    "text", ["our our our our our", "it is so, it is so, it is so, it is so, ", "错误错误错误错误错误错误错误"]
)
def test_a_model_that_has_lost_its_way_is_known(text: str) -> None:
    assert repeats(text)


@pytest.mark.parametrize(
    "text",
    ["a b a b", "It had had no effect.", "The cache is read, then the cache is written.", "-----------------------"],
)
def test_who_repeats_a_word_has_not(text: str) -> None:
    assert not repeats(text)
