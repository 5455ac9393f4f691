"""What an analysis says must occur in the commit: its paths, identifiers and numbers."""

import pytest
from builders import a_change, a_commit_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.entry import Claim
from analysis.llm.verify.grounding import Ground, keep_grounded, keep_sentences, ungrounded

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

CHANGE = a_change(
    "quill/server/server_args.py",
    "class ServerArgs:\n    text_len: int = 1024\n",
    "class ServerArgs:\n    text_len: int = 512\n    model_checksum: str = 'x'\n    port: int = 1\n    pass_through = '--model-checksum'\n",
)
MOVED = a_change("quill/b_test.py", "import torch\n", "import torch, numpy as np\n", was="quill/a_test.py")
GROUND = Ground.of(
    a_commit_of(CHANGE, MOVED, message="Cut it (#16445)\n\n37% faster with torch 2.5.1, 1,024 pages, 三倍, flash_attn.")
)

BORNE_OUT = [
    "`text_len` goes from 1024 to 512",
    "`text_len = 512`",
    "ServerArgs.model_checksum",
    "`ServerArgs.text_len()`",
    "`--model-checksum` is new",
    "pass --model-checksum",
    "`--port`",  # made of the field `port:`
    "in `server_args.py`",
    "in quill/server/server_args.py",
    "in server/server_args.py and quill/a_test.py",
    "under `quill/server/`",
    "`numpy as np`",
    "see #16445",
    "37% faster",
    "37 % faster",
    "with torch 2.5.1",
    "about 1024 pages, or 1,024",
    "提升三倍",
    "修改了server_args.py文件",
    "新增model_checksum参数，默认关闭",
    "2 files and 3 reasons",  # small counts say nothing
    "PyTorch on GitHub, FastAPI, macOS",
    "the GPU's cores and fp8 in 2D",
    "e.g. FLASH_ATTN",
    "`port` is set to 1, and `text_len = 512`",
    "`text_len` 由 1024 改为 512",
    "`server_args.py` goes to 3 callers",
    "",
]
INVENTED = [
    ("`text_lens` is shorter", ["text_lens"]),
    ("calls load_pages", ["load_pages"]),
    ("calls loadPages and PageLoader", ["loadPages", "PageLoader"]),
    ("calls load()", ["load()"]),
    ("`--model` is new", ["--model"]),
    ("pass --text-lens", ["--text-lens"]),
    ("in `args.py`", ["args.py"]),
    ("in server_args.pyi/other.py", ["server_args.pyi/other.py"]),
    ("in quill/server/other.py", ["quill/server/other.py"]),
    ("`quill/serv`", ["quill/serv"]),
    ("新增model_checksums参数", ["model_checksums"]),
    ("`SOME_VARIABLE=1`", ["SOME_VARIABLE=1"]),
]
OWN_NUMBERS = [
    ("38% faster", ["38%"]),
    ("3x faster", ["3x"]),
    ("3× faster", ["3×"]),
    ("takes 5ms", ["5ms"]),
    ("快 5 倍", ["5 倍"]),
    ("提升两倍", ["两倍"]),
    ("saves 2 GB", ["2 GB"]),
    ("torch 2.5.2", ["2.5.2"]),
    ("`text_len = 513`", ["513"]),
    ("about 700 pages", ["700"]),
    ("1.5 pages", ["1.5"]),
    ("`port = 3`", ["3"]),
    ("`port` is set to 3", ["3"]),
    ("`port` goes from 1 to 4", ["4"]),
    ("`port` 由 1 改为 4", ["4"]),
]


class TestWhatIsBorneOut:
    @pytest.mark.parametrize("text", BORNE_OUT)
    def test_what_occurs_in_the_commit_passes(self, text: str) -> None:
        assert ungrounded(text, GROUND) == ([], [])

    @pytest.mark.parametrize(("text", "wrong"), INVENTED)
    def test_a_name_that_the_commit_does_not_hold_is_found(self, text: str, wrong: list[str]) -> None:
        """A part of a longer name, path or flag is another name."""
        assert ungrounded(text, GROUND)[0] == wrong

    @pytest.mark.parametrize(("text", "numbers"), OWN_NUMBERS)
    def test_a_number_that_the_commit_does_not_hold_is_found(self, text: str, numbers: list[str]) -> None:
        """Small counts pass, measurements do not."""
        assert ungrounded(text, GROUND) == ([], numbers)

    @unhurried
    @given(st.sampled_from([line for line in GROUND.text.split("\n") if line.strip() and "`" not in line]))
    def test_every_line_of_the_commit_is_borne_out_by_it(self, line: str) -> None:
        assert ungrounded(f"`{line}`", GROUND) == ([], [])

    @unhurried
    @given(st.text(max_size=200), st.text(max_size=200))
    def test_any_text_can_be_looked_up(self, text: str, ground: str) -> None:
        ungrounded(text, Ground(ground))

    def test_a_number_of_any_length_can_be_looked_up(self) -> None:
        assert ungrounded("9" * 5_000, GROUND)[1] == ["9" * 5_000]

    @pytest.mark.parametrize("unit", ["a.", "1.", "a/", "--a-", "一", "`a", "a_", "A1b"])
    def test_a_hostile_text_keeps_nobody_busy(self, unit: str) -> None:
        text = unit * (20_000 // len(unit))
        assert "no_such_name" in ungrounded(f"{text} no_such_name", GROUND)[0]


class TestWhatIsWrittenOtherwise:
    """A name may be known by another spelling of it."""

    OLD, NEW = "b1860dc4949e94241eb38503abd7b62eb62d36f6", "be055fb7df0090fde45f08e9cb5b8b4c0272da73"
    PINNED = Ground.of(
        a_commit_of(
            a_change(
                "kernel.cmake",
                f"GIT_TAG {OLD}\nARGS -DQUILL_CUDA=ON\nwait 200\n",
                f"GIT_TAG {NEW}\nARGS -DQUILL_CUDA=ON\nwait 300\n",
            )
        )
    )

    @pytest.mark.parametrize(
        "text",
        [
            "goes back to `be055fb`",
            "goes from `b1860dc4` to `be055fb7df`",
            "goes from b1860dc to be055fb",
            "`QUILL_CUDA` is on",
            "it waits 100 seconds longer",
        ],
    )
    def test_a_short_sha_a_definition_and_a_difference_are_borne_out(self, text: str) -> None:
        assert ungrounded(text, self.PINNED) == ([], [])

    @pytest.mark.parametrize("text", ["goes back to `be055fc`", "goes back to be055fc", "`QUILL_CUD` is on"])
    def test_others_are_not(self, text: str) -> None:
        assert ungrounded(text, self.PINNED)[0] != []

    def test_a_clause_that_commit_contradicts_is_no_better_than_an_invented_name(self) -> None:
        assert ungrounded("The default is halved.", self.PINNED)[0] == ["The default is halved"]
        assert ungrounded("9 lines are added.", self.PINNED)[0] == ["9 lines are added"]
        assert ungrounded("Only Hopper is meant.", self.PINNED)[0] == ["Only Hopper is meant."]


class TestClaims:
    def test_invented_ones_are_dropped_and_counted(self) -> None:
        claims = [Claim("`text_len` is 512 now."), Claim("`load_pages` is gone."), Claim("  ")]
        assert keep_grounded(claims, GROUND) == ((claims[0],), 2)

    def test_one_with_a_number_of_its_own_is_marked(self) -> None:
        """It stays, as the model's estimate."""
        (kept,), dropped = keep_grounded([Claim("About 40% faster.")], GROUND)
        assert (kept.estimate, dropped) == (True, 0)

    def test_paths_that_the_commit_does_not_touch_are_taken_off(self) -> None:
        (kept,), _ = keep_grounded([Claim("It is.", ("quill/server/server_args.py", "quill/other.py"))], GROUND)
        assert kept.paths == ("quill/server/server_args.py",)


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "kept", "dropped"),
        [
            ("It cuts `text_len`. It calls load_pages. It ends.", "It cuts `text_len`. It ends.", 1),
            ("Sets torch.nn in server_args.py to 1.5 of it. Done.", "Done.", 1),
            (
                "In server_args.py, e.g. `np`, torch.nn changes. Done!",
                "In server_args.py, e.g. `np`, torch.nn changes. Done!",
                0,
            ),
            ("默认值改为 512。调用 load_pages。结束！", "默认值改为 512。结束！", 1),
            ("新增 `--port`. 默认值改为 512。", "新增 `--port`. 默认值改为 512。", 0),
            ("It is 40% faster.", "", 1),
            ("One line.\nAnother line.", "One line.\nAnother line.", 0),
            ("", "", 0),
        ],
    )
    def test_those_with_inventions_are_dropped_and_the_rest_keeps_its_letters(
        self, text: str, kept: str, dropped: int
    ) -> None:
        """A dot within a name or a number ends no sentence, and what stays is written as it was."""
        ground = Ground(f"{GROUND.text} torch.nn", GROUND.files)
        assert keep_sentences(text, ground) == (kept, dropped)

    @unhurried
    @given(st.text(max_size=300))
    def test_what_is_wholly_borne_out_stays_as_it_is(self, text: str) -> None:
        ground = Ground(f"{text} {text.lower()}")
        kept, dropped = keep_sentences(text, ground)
        assert dropped or kept == text.strip()


def test_a_commit_is_its_own_ground() -> None:
    """Its counts need not be written anywhere."""
    assert GROUND.has_number(str(CHANGE.additions))
    assert GROUND.has_number("1,024")
    assert not GROUND.has_number("99")
    assert GROUND.has_path("./quill/server/server_args.py")
    assert GROUND.has_path("quill/server")
    assert not GROUND.has_path("")
    assert GROUND.has_name("serverargs")
