"""The grammar of commands: what people type in any alphabet is read as they mean it, and what is printed is read back."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.commands.grammar import HIDDEN, printed, read, typed
from bot.commands.mistakes import Mistake
from bot.commands.pieces import pieces, quoted
from bot.commands.registry import verb, verbs
from bot.conversation.dispatcher import _HANDLERS
from bot.port.command import Command

Expected = tuple[str, tuple[str, ...], dict[str, str | tuple[str, ...]], set[str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("help", (), {}, set())),
        ("?", ("help", (), {}, set())),
        ("--help", ("help", (), {}, set())),
        ("today public", ("today", (), {}, {"public"})),
        ("TODAY", ("today", (), {}, set())),
        ("/today", ("today", (), {}, set())),
        ("yesterday!", ("yesterday", (), {}, set())),
        ("ｔｏｄａｙ　ｐｕｂｌｉｃ", ("today", (), {}, {"public"})),
        ("today\u00a0—public", ("today", (), {}, {"public"})),
        ("digest today", ("today", (), {}, set())),
        ("date today", ("date", ("today",), {}, set())),
        ("今天", ("today", (), {}, set())),
        ("昨天 公开", ("yesterday", (), {}, {"public"})),
        ("前天", ("date", ("前天",), {}, set())),
        ("PR 396", ("show", ("PR", "396"), {}, set())),
        ("搜索 缓存 类型=修复 作者：Priya 自:7d", ("search", ("缓存",), {"type": "修复", "author": "Priya", "since": "7d"}, set())),
        ("search dtype=fp8 std::vector", ("search", ("dtype=fp8", "std::vector"), {}, set())),
        ("search --legacy-scheduler", ("search", ("--legacy-scheduler",), {}, set())),
        ('search "public"', ("search", ("public",), {}, set())),
        ("area AMD --since 7d", ("area", ("AMD",), {"since": "7d"}, set())),
        ("area AMD —since=7d", ("area", ("AMD",), {"since": "7d"}, set())),
        ("area AMD since: 7d", ("area", ("AMD",), {"since": "7d"}, set())),
        ("ａｒｅａ AMD ｓｉｎｃｅ＝7d", ("area", ("AMD",), {"since": "7d"}, set())),
        ("mute word=x min:high", ("mute", (), {"word": "x", "min": "high"}, set())),
        ("2026-01-08", ("date", ("2026-01-08",), {}, set())),
        ("monday", ("date", ("monday",), {}, set())),
        ("4c46ecd", ("show", ("4c46ecd",), {}, set())),
        ("#16622", ("show", ("#16622",), {}, set())),
        ("https://github.com/o/r/pull/12", ("show", ("https://github.com/o/r/pull/12",), {}, set())),
        ("show “KV cache” repo=o/r", ("show", ("KV cache",), {"repository": "o/r"}, set())),
        ('search "page size" since:7d type=bugfix', ("search", ("page size",), {"since": "7d", "type": "bugfix"}, set())),
        ("show it's broken", ("show", ("it's", "broken"), {}, set())),
        ('show an "open quote', ("show", ("an", "open", "quote"), {}, set())),
        ("search torch.compile: slow", ("search", ("torch.compile:", "slow"), {}, set())),
        ("subscribe area=AMD here how=immediately", ("subscribe", (), {"area": "AMD", "how": "immediately"}, {"here"})),
        ("subscribe area=AMD area=NPU", ("subscribe", (), {"area": ("AMD", "NPU")}, set())),
        ("subscribe area=AMD, NPU high", ("subscribe", (), {"area": ("AMD", "NPU"), "min": "high"}, set())),
        ("subscribe area = AMD", ("subscribe", (), {"area": "AMD"}, set())),
        ("subscribe area =AMD min high", ("subscribe", (), {"area": "AMD", "min": "high"}, set())),
        ("subscribe AMD at 18:30", ("subscribe", ("AMD",), {"at": "18:30"}, set())),
        ("subscribe AMD daily at 6 pm", ("subscribe", ("AMD",), {"how": "daily", "at": "6 pm"}, set())),
        ("subscribe AMD every morning", ("subscribe", ("AMD",), {"how": "daily"}, set())),
        ("subscribe AMD on Mondays", ("subscribe", ("AMD",), {"how": "weekly"}, set())),
        ("订阅昇腾", ("subscribe", ("昇腾",), {}, set())),
        ("订阅 高", ("subscribe", (), {"min": "高"}, set())),
        ("订阅 AMD 中、高", ("subscribe", ("AMD",), {"min": "中、高"}, set())),
        ("屏蔽 低重要度", ("mute", (), {"min": "低重要度"}, set())),
        ("订阅 重要度 中高", ("subscribe", (), {"min": "中高"}, set())),
        ("subscribe high-importance", ("subscribe", (), {"min": "high-importance"}, set())),
        ("订阅 高吞吐", ("subscribe", ("高吞吐",), {}, set())),
        ("搜索 高", ("search", ("高",), {}, set())),
        ("取消订阅 昇腾", ("unsubscribe", ("昇腾",), {}, set())),
        ("search cache since 7d", ("search", ("cache",), {"since": "7d"}, set())),
        ("search since when", ("search", ("since", "when"), {}, set())),
        ("area AMD since yesterday", ("area", ("AMD",), {"since": "yesterday"}, set())),
        ("last week", ("week", (), {"on": "last week"}, set())),
        ("this month public", ("month", (), {"on": "this month"}, {"public"})),
        ("the week before last", ("week", (), {"on": "the week before last"}, set())),
        ("show me last week's digest", ("week", (), {"on": "last week"}, set())),
        ("上周 公开", ("week", (), {"on": "上周"}, {"public"})),
        ("past week", ("week", (), {}, set())),
        ("最近一周", ("week", (), {}, set())),
        ("show yesterday", ("date", ("yesterday",), {}, set())),
        ("show the 3rd", ("show", ("the", "3rd"), {}, set())),
        ("unmute AMD", ("unmute", ("AMD",), {}, set())),
        ("取消静音 AMD", ("unmute", ("AMD",), {}, set())),
        ("search cache since=last Friday min=high", ("search", ("cache",), {"since": "last Friday", "min": "high"}, set())),
        ("search cache since: the day before yesterday", ("search", ("cache",), {"since": "the day before yesterday"}, set())),
        ("area AMD since=last week", ("area", ("AMD",), {"since": "last week"}, set())),
        ("subscribe AMD at=6 pm", ("subscribe", ("AMD",), {"at": "6 pm"}, set())),
        ("subscribe word=AMD，min＝high", ("subscribe", (), {"word": "AMD", "min": "high"}, set())),
        ("search author=Wren,min=high", ("search", (), {"author": "Wren", "min": "high"}, set())),
        ("2 days ago", ("date", ("2", "days", "ago"), {}, set())),
        ("2026-03-06 to 2026-03-12", ("date", ("2026-03-06", "to", "2026-03-12"), {}, set())),
        ("subscribe 'path=python/**'", ("subscribe", (), {"path": "python/**"}, set())),
        ('subscribe "author=Simo Lin" “word：prefix cache”, here', ("subscribe", (), {"author": "Simo Lin", "word": "prefix cache"}, {"here"})),
        ("search 'since=7d' \"type: ignore\" 'dtype=fp8'", ("search", ("type: ignore", "dtype=fp8"), {"since": "7d"}, set())),
        ("mute 'word=\"a b\"'", ("mute", (), {"word": "a b"}, set())),
        ("search 『since=7d』", ("search", ("since=7d",), {}, set())),
        ("subscribe word=“a”, 'b c'", ("subscribe", (), {"word": ("a", "b c")}, set())),
    ],
)  # fmt: skip
def test_a_command_is_read_as_it_is_meant(text: str, expected: Expected) -> None:
    """Aliases, bare dates and SHAs, quotes, spaces and dashes of any kind, names with = or :, given several times."""
    name, words, named, flags = expected
    values = {key: value if isinstance(value, tuple) else (value,) for key, value in named.items()}
    assert read(text) == Command(name, words, values, frozenset(flags))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please subscribe me to AMD", "subscribe"), ("can you subscribe me to AMD?", "subscribe"),
        ("I want to unsubscribe", "unsubscribe"), ("why", "why"), ("why 2026-03-12 zone=UTC", "why"),
        ("why is this high?", "ask"), ("details of the cache change", "ask"), ("rate limits", "ask"), ("rate up", "rate"),
        ("rank correlation", "ask"), ("home directory", "ask"), ("undo 3", "undo"), ("undo the change", "ask"),
        ("rank lower 5504fd9", "rank"), ("rank 5504fd9 up", "rank"), ("rank higher education", "ask"),
        ("save memory", "ask"), ("how many commits yesterday?", "ask"),
    ],
)  # fmt: skip
def test_a_sentence_is_no_buttons_command(text: str, expected: str) -> None:
    """Nor does courtesy hide a command."""
    assert typed(text).verb == expected


@pytest.mark.parametrize("text", ["rank lower 5504fd9", "rank 5504fd9 down", "rank 5504fd9 lower", "rank 5504fd9 调低"])
def test_a_rank_may_be_typed_in_any_order(text: str) -> None:
    """As the button says it."""
    assert typed(text).words == ("down", "5504fd9")


@pytest.mark.parametrize("marks", ['""', "''", "“”", "„“", "‘’", "«»", "「」", "『』", "＂＂", '"”', "’'"])
@pytest.mark.parametrize("space", [" ", "\u00a0", "\u3000", "\u2009", "\t", "\u200b"])
def test_a_text_of_several_words_stands_in_any_marks(marks: str, space: str) -> None:
    """After `=` and by itself, with any space around it; what stands in the marks is kept letter by letter."""
    text = f"{marks[0]}prefix  cache{marks[1]}"
    assert read(f"subscribe{space}word={text}{space}here").named == {"word": ("prefix  cache",)}
    assert read(f"show{space}{text}").words == ("prefix  cache",)


@pytest.mark.parametrize(
    "text", ["subscribe word='prefix cache", "subscribe word=“prefix cache", 'search author="Simo Lin']
)
def test_a_mark_that_is_open_is_told(text: str) -> None:
    """Rather than half of a name being taken."""
    with pytest.raises(Mistake, match="unclosed quotation mark"):
        read(text)


_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"


@given(
    dashes=st.text(st.sampled_from(_DASHES), max_size=2),
    sign=st.sampled_from(["=", "＝", "：", " = "]),
    apart=st.sampled_from([" ", "\u3000", "，", ","]),
)
def test_an_option_is_one_behind_any_dashes_and_any_comma(dashes: str, sign: str, apart: str) -> None:
    """However a phone or an input method writes it."""
    assume(apart.isspace() or sign in "=＝")  # a comma parts only what is surely an option
    assume(sign != " = " or not dashes)
    assume(dashes != "-")  # which leaves something out
    command = read(f"search cache{apart}{dashes}min{sign}high")
    assert ([word.rstrip(",，") for word in command.words], command.named) == (["cache"], {"min": ("high",)})


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_read_or_told(text: str) -> None:
    """Nothing breaks the reader."""
    try:
        said = read(text).verb
    except Mistake as mistake:
        said = str(mistake)
    assert said in _HANDLERS or "`help` lists them" in said or "unclosed quotation mark" in said


# -- printing and reading

_LETTERS = st.characters(exclude_categories=["Cs"])
_MARKS = st.sampled_from("\"'“”„‘’«»「」『』＂`=:：＝—–-,，、 \u00a0\u3000\u2009\u200b\n#@/~")
_VALUES = st.text(st.one_of(_LETTERS, _MARKS), max_size=12) | st.sampled_from(
    ["at", "18:30", "every", "morning", "since", "7d", "min", "area", "=", "=x", "public", "high", "prefix cache", "陈一涵", "缓存", "昇腾", "AMD, NPU", "since=7d", "--area", "python/**/scheduler*.py", "’tis", '"'],
)  # fmt: skip


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """Any command of the table, and those of buttons, with any values."""
    name = draw(st.sampled_from([found.name for found in verbs()] + sorted(HIDDEN)))
    found = verb(name)
    options = found.options if found else ()
    keys = [option.name for option in options if option.kind != "flag"] or ["on", "feed"]
    named = draw(
        st.dictionaries(st.sampled_from(keys), st.lists(_VALUES, min_size=1, max_size=3).map(tuple), max_size=3)
    )
    known = ["public", *(option.name for option in options if option.kind == "flag")]
    flags = draw(st.frozensets(st.sampled_from(known)))
    return Command(name, tuple(draw(st.lists(_VALUES, max_size=3))), named, flags)


@given(command=commands())
@example(Command("subscribe", named={"word": ("prefix cache",), "author": ("陈一涵", "Simo Lin")}))
@example(Command("search", ("public", "since=7d", '""')))
@example(Command("search", ("since=7d", "area=』", "author=』』 x", "『min=high』")))
def test_what_is_printed_is_read_back(command: Command) -> None:
    """A button's name stands for exactly the command that it was made of."""
    assert read(printed(command)) == command


@given(text=st.text(st.one_of(_LETTERS, _MARKS)))
def test_what_stands_in_marks_is_one_piece(text: str) -> None:
    """Whatever it is."""
    (piece,) = pieces(quoted(text))
    assert (piece.text, piece.is_quoted) == (text, True)
