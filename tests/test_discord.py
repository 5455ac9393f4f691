"""Replies as Discord shows them: within its limits, pinging nobody, and with the words where a reader looks for them."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import a_commit, a_digest, a_full_review, an_analysis, an_entry, spoiled, the_areas, the_files
from servers import discord_rules as rules

from analysis.digest.digest import Digest
from analysis.entry import Claim, Depth, Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from formatters.discord.forms import modal, steps, values
from formatters.discord.parts import Message
from formatters.discord.replies import posting, rendered, step_offer
from formatters.discord.text import escape, fit, units
from formatters.outline import outline
from formatters.reply import (
    Board,
    Button,
    Channel,
    CommitDetail,
    CommitList,
    CommitRow,
    DigestPost,
    Field,
    Form,
    Note,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.review import review_outline
from formatters.text.item import item_of

NASTY = (
    "@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#123456789012345678>", "<!channel>",
    "</digest:123456789012345678>", "<t:1700000000:R>", "<a:x:123456789012345678>", "https://evil.example/x",
    "[click](https://evil.example)", "[click](<https://evil.example>)", "`code`", "``", "`", "```", "```py\nx\n```",
    "**b**", "__u__", "||spoiler||", "~~s~~", "> quote", ">>> all", "# head", "-# small", "- list", "1. one", "\\",
    ":smile:", "\u202etxet", "\u200b", "\x1b[31m", "\r\n", "修复缓存分配。", "`--flag`", "`@everyone`", "é" + "\u0301" * 40,
    "🔴", "a" * 300, "Ends here. ", "。", "snake_case_name", "__init__.py", "*args", "a|b", "http://x", "\U0001f600" * 30,
)  # fmt: skip
PING = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[^>:]+:\d+>|<t:-?\d+")
hostile = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), max_size=12).map(" ".join)
long_hostile = st.builds(lambda text, times: text * times, hostile, st.sampled_from([1, 1, 5, 20]))


def wire(message: Message) -> dict[str, Any]:
    return {"flags": 32768, "components": list(message.components)}


def texts(messages: tuple[Message, ...]) -> list[str]:
    """All that is shown as Markdown."""
    found = [part for message in messages for part in rules.walk_components(list(message.components))]
    return [part["content"] for part in found if part["type"] == rules.TEXT]


def without_code(text: str) -> str:
    """What Discord reads for mentions: in code it finds none."""
    return re.sub(r"(?<![\\`])`[^`]+`", "", text.replace("\\\\", ""))


def assert_fits(messages: tuple[Message, ...]) -> None:
    assert messages
    for message in messages:
        errors = rules.check_message(wire(message))
        assert not errors, errors.body()
        assert not rules.is_empty_message(wire(message))
    for text in texts(messages):
        assert not PING.search(without_code(text)), text
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x1b]", text)
        assert set(re.findall(r"(?<!\\)\]\(<?https?://([^/)>]*)", without_code(text))) <= {"example.com"}
        assert not re.search(r"(?<!\\)https?://", re.sub(r"\]\(<https://[^>]*>\)", "", without_code(text)))


def a_post(digest: Digest, *commands: str) -> DigestPost:
    made = outline(digest, the_areas())
    buttons = (Button("By area", "areas example/quill"), Button("👍", "good example/quill 2026-03-12"))
    names = commands or tuple(f"show example/quill@{item.entry.commit.short}" for item in made.must_know)
    return DigestPost(
        made, buttons, names, *((the_files(), "https://example.com/day/2026-03-12") if digest.entries else ())
    )


FACTS = (
    Fact(FactKind.REVERTS, "x", "q.py", 1),
    Fact(FactKind.DEFAULT_CHANGED, "x", "q.py", 3, "1", "2"),
    Fact(FactKind.FLAG_ADDED, "--x", "q.py", 3),
)


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """A day of any length in which anybody may have written anything."""
    entries: list[Entry] = []
    for _ in range(draw(st.integers(0, 12))):
        entry = an_entry(importance=draw(st.sampled_from(["high", "medium", "low"])), facts=FACTS)
        entries.append(spoiled(entry, draw(long_hostile)) if draw(st.booleans()) else entry)
    entries *= draw(st.sampled_from([1, 1, 4]))
    whole = [replace(entry, commit=replace(entry.commit, sha=f"{n:040x}")) for n, entry in enumerate(entries)]
    notes = tuple(draw(st.lists(hostile, max_size=5)))
    return a_digest(*whole, language=draw(st.sampled_from(LANGUAGES)), notes=notes)


@settings(max_examples=50)
@given(digests())
def test_a_post_and_its_thread_are_taken_whatever_the_day_holds(digest: Digest) -> None:
    """No text breaks a limit, pings, or links where it should not; nothing of the day is missing."""
    post = posting(a_post(digest))
    assert_fits((post.first, *post.followers))
    assert 0 < len(post.thread) <= 100
    if digest.entries:
        said = "\n".join(texts(post.followers))
        assert all(entry.commit.short in said for entry in digest.entries)
        assert post.followers[-1].files
    else:
        assert post.followers == ()


@settings(max_examples=50)
@given(long_hostile, st.sampled_from(LANGUAGES))
def test_any_reply_is_taken_whatever_its_texts_hold(text: str, language: Language) -> None:
    """Notes, commits, lists, tables and boards."""
    entry = spoiled(an_entry(importance="high", facts=FACTS), text)
    item = item_of(entry, language, the_areas())
    button = Button(text, "show example/quill@1234567")
    note = Note(text, "problem", (button,) * 7)
    sheet = Sheet(text, (text, text), ((text, text, text),) * 15, language, text, (button, None) * 8, (button,))
    rows = tuple(CommitRow(item, "2026-03-12 12:00", text, f"show x@{number}") for number in range(15))
    listed = CommitList(text, rows, language, text, (button,))
    replies: list[Reply] = [note, sheet, listed, CommitDetail(item, language, "Asia/Shanghai", (button,) * 3)]
    for known in (7, 2):
        told = review_outline(a_full_review(text, language, known=known), the_areas())
        made = ReviewPost(told, (button,) * 4, ("show x@1",) * 8, the_files(), "https://example.com/days", known < 7)
        shown = posting(made)
        assert_fits((shown.first, *shown.followers))
        replies.append(made)
    for reply in [*replies, Board((note, sheet, listed), language)]:
        assert_fits(rendered(reply))


def test_a_channel_is_left_to_discord_to_name() -> None:
    """In a row, and before a note."""
    (sheet,) = rendered(Sheet("Feeds", ("A", "B"), (("o/r", Channel("80351110224678912")),), "en"))
    (note,) = rendered(Note("It is archived.", "problem", about=Channel("80351110224678912")))
    assert "**o/r** · <#80351110224678912>" in str(sheet.components)
    assert "⚠️ <#80351110224678912> · It is archived." in str(note.components)


@settings(max_examples=50)
@given(long_hostile, st.integers(1, 12))
def test_any_form_is_taken(text: str, count: int) -> None:
    """Each step of it, whatever stands in it."""
    options = tuple((f"v{number}", text) for number in range(count * 4))
    fields = [
        Field(f"f{number}", text or "x", text, text, options if number % 2 else (), many=number % 3 == 0)
        for number in range(count)
    ]
    form = Form(text or "x", "Send", "setup save", tuple(fields), "en")
    for step in range(steps(form)):
        errors = rules.FormErrors()
        rules.check_modal(modal(form, step, "m:setup save", {}), errors, ())
        assert not errors, errors.body()
    assert_fits(step_offer(text, [(text, "o1:setup")]))


def test_the_first_message_says_what_must_be_known() -> None:
    """Repository, day, zone and counts; each important item with effect, area, link and reason; areas; what to watch."""
    commit = a_commit("Drop the flag (#12)", url="https://github.com/example/quill/commit/" + "c" * 40, sha="c" * 40)
    gone = an_entry(
        commit,
        "high",
        facts=(Fact(FactKind.FLAG_REMOVED, "--old", "q.py", 3),),
        analysis=an_analysis("Drop the flag"),
    )
    docs = an_entry(importance="low", areas=("docs",))
    post = posting(a_post(a_digest(gone, docs), "show example/quill@ccccccc"))
    assert texts((post.first,)) == [
        "**example/quill: Thursday, 2026-03-12**\n"
        "-# 2 commits by 1 author · Asia/Shanghai\n"
        "-# 4 lines of product code · 2 bug fixes\n"
        "🔴 **Drop the flag**\n"
        "-# KV cache · [`ccccccc`](<https://github.com/example/quill/commit/"
        + "c"
        * 40
        + ">) · refuses what used to pass\n"
        "-# **Areas:** KV cache 1 · Tests, CI and docs 1\n"
        "-# **Watch:** Removed: `--old`\n"
        "-# [The day as a page](<https://example.com/day/2026-03-12>)"
    ]
    controls = [part for part in rules.walk_components(list(post.first.components)) if "custom_id" in part]
    assert [(part["custom_id"], part.get("label", "")) for part in controls] == [
        ("p:", ""), ("d:areas example/quill", "By area"), ("d:good example/quill 2026-03-12", "👍"),
    ]  # fmt: skip
    assert controls[0]["options"] == [
        {"value": "show example/quill@ccccccc", "label": "Drop the flag", "emoji": {"name": "🔴"}}
    ]


def test_a_quiet_day_is_one_line_without_a_thread() -> None:
    """There is nothing to open."""
    post = posting(a_post(a_digest()))
    assert len(texts((post.first,))[0].splitlines()) == 2
    assert post.followers == ()


def test_an_area_has_its_message_and_lesser_single_commits_share_one() -> None:
    """So that a day of many areas is no flood; the report comes last."""
    entries = [
        an_entry(importance="high", areas=("scheduler",)),
        an_entry(areas=("kv_cache",)), an_entry(areas=("kv_cache",)),
        an_entry(areas=("models",)), an_entry(areas=("lora",)), an_entry(importance="low", areas=("docs",)),
    ]  # fmt: skip
    post = posting(a_post(a_digest(*entries)))
    heads = [re.findall(r"^### (.+)", "\n".join(texts((message,))), re.MULTILINE) for message in post.followers]
    assert [sorted(each) for each in heads] == [
        ["Scheduler (1)"], ["KV cache (2)"], ["LoRA (1)", "Models (1)", "Tests, CI and docs (1)"], [],
    ]  # fmt: skip
    assert [file.name for file in post.followers[-1].files] == ["quill-by-hour.png", "quill.html"]


def test_a_day_of_thousands_is_no_flood() -> None:
    """The most important ones are in the thread, and how many are not is said."""
    keys = ("kv_cache", "kernels", "scheduler", "attention", "lora")
    entries = [
        an_entry(a_commit(f"Change {number}"), ("low", "medium")[number % 2], areas=(keys[number % 5],))
        for number in range(2_000)
    ]
    high = [an_entry(a_commit(f"Grave {number}"), "high", areas=("kernels",)) for number in range(9)]
    post = posting(a_post(a_digest(*entries, *high)))
    assert len(post.followers) <= 20
    assert_fits(post.followers)
    said = "\n".join(texts(post.followers))
    assert all(said.count(f"Grave {number}") == 1 for number in range(9))
    shown = len(re.findall(r"Change \d+|Grave \d+", said))
    assert f"{2_009 - shown} more in the report" in said


def test_a_report_that_discord_does_not_take_is_named() -> None:
    """Instead of a post that fails; the pictures still come."""
    post = replace(a_post(a_digest(an_entry())), files=the_files("a" * 9_000_001))
    last = posting(post).followers[-1]
    assert [file.name for file in last.files] == ["quill-by-hour.png"]
    assert "too large for Discord; the command line writes it with `--format html`" in "\n".join(texts((last,)))


def test_a_look_back_says_in_a_phones_reach_what_the_time_came_to() -> None:
    """What mattered, what came back, what to try, who was new, against the time before; all of it in the thread."""
    told = review_outline(a_full_review(known=6), the_areas())
    post = posting(ReviewPost(told, item_commands=("show x@1",), files=the_files()))
    (said,) = texts((post.first,))
    lines = said.splitlines()
    assert lines[0] == "**o/r, the week in review: 2026-03-06 to 2026-03-12**"
    assert lines[2].startswith("⚠️ One of these 7 days was not read in full (2026-03-06)")
    assert sum(line[0] in "🔴🟡" for line in lines) == 5
    assert [line.split("**")[1] for line in lines if line.startswith("-# **")] == [
        "Reverts and repeat fixes:", "What to try:", "New contributors:", "Compared with before:",
    ]  # fmt: skip
    assert len(re.sub(r"\]\(<[^>]*>\)", "]", said)) <= 1_500
    heads = re.findall(r"^### (.+)", "\n".join(texts(post.followers)), re.MULTILINE)
    assert heads == [section.name for section in told.sections]
    assert post.thread == told.title
    assert [file.name for file in post.followers[-1].files] == ["quill-by-hour.png", "quill.html"]
    assert len(rendered(ReviewPost(told))) == 1
    assert len(rendered(ReviewPost(told, is_whole=True))) == 4


def test_what_is_too_long_is_cut_after_a_sentence_and_says_so() -> None:
    """And points to where all of it stands."""
    effect = "One sentence of it, which is long enough to count. " * 60
    entry = an_entry(analysis=an_analysis(effect=effect), areas=("lora",))
    said = "\n".join(texts(posting(a_post(a_digest(entry))).followers))
    assert re.search(r"to count\.… \(shortened; the report has it in full\)", said)


def test_a_long_commit_goes_on_in_another_message_between_two_statements() -> None:
    """No statement is in halves."""
    claims = tuple(Claim(f"Risk {number}: " + "a word and another " * 20, ("quill/cache.py",)) for number in range(30))
    entry = an_entry(importance="high", analysis=an_analysis(risks=claims, depth=Depth.FULL, analyser="m"))
    messages = rendered(CommitDetail(item_of(entry, "en", the_areas()), "en", "UTC"))
    assert len(messages) > 2
    said = "\n".join(texts(messages))
    assert [int(number) for number in re.findall(r"^- Risk (\d+)", said, re.MULTILINE)] == list(range(30))
    assert all(not text.startswith("a word") for text in texts(messages))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`--a_b` and a_b", r"`--a_b` and a\_b"),
        ("@everyone and mail@example.com", "@\u200beveryone and mail@example.com"),
        ("<@1> <#2>", "\\<\u200b@1\\> \\<\u200b#2\\>"),
        ("see https://x.example", r"see https\://x.example"),
        ("[a](https://x)", r"\[a\](https\://x)"),
        ("# no head", r"\# no head"),
        ("12. no list", r"12\. no list"),
        (":smile: 10:30", r"\:smile: 10:30"),
        ("`a` `@everyone`", "`a` `@everyone`"),
        ("修复 *缓存*。", r"修复 \*缓存\*。"),
        ("a ` b", r"a \` b"),
    ],
)
def test_text_is_shown_as_it_is(text: str, shown: str) -> None:
    """Signs of Discord's Markdown lose their meaning; in code they have none."""
    assert escape(text) == shown


def test_a_cut_never_splits_code() -> None:
    """Half an identifier would be another one."""
    assert fit("Uses `a_long_identifier_here` now.", 15) == "Uses…"
    assert units(fit("\U0001f600" * 30, 21)) <= 21


def test_a_form_of_seven_fields_takes_two_steps_and_comes_back_by_name() -> None:
    """Discord takes five fields at once; several choices are joined by commas."""
    fields = tuple(Field(f"f{n}", f"Field {n}", f"{n}") for n in range(6))
    chosen = Field("areas", "Areas", "a,b", options=(("a", "A"), ("b", "B"), ("c", "C")), many=True, optional=True)
    form = Form("Digest of this channel", "Save", "setup save", (*fields, chosen), "en")
    second = modal(form, 1, "n1:setup", {"f5": "five"})
    assert second["title"] == "Digest of this channel (2/2)"
    first, select = (labelled["component"] for labelled in second["components"])
    assert first["value"] == "five"
    assert [option["default"] for option in select["options"]] == [True, True, False]
    assert (select["min_values"], select["max_values"], select["required"]) == (0, 3, False)
    back = [
        {"type": 18, "component": {"type": 4, "custom_id": "f5", "value": "x"}},
        {"type": 18, "component": {"type": 3, "custom_id": "areas", "values": ["a", "c"]}},
    ]
    assert values(back) == {"f5": "x", "areas": "a,c"}
