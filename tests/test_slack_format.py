"""What Slack is sent: within its limits, without pings, and right in both languages, whatever the commits hold."""

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE_NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from made import NOON, a_commit, a_digest, a_full_review, an_analysis, an_entry, spoiled, the_areas, the_sample
from servers import slack_rules as rules
from servers.chat import Json

from analysis.entry import Claim, Depth, Entry, Theme
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from formatters.outline import outline
from formatters.reply import (  # fmt: skip
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
    Post,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.review import review_outline
from formatters.slack.digest import parent, thread
from formatters.slack.replies import post, slack
from formatters.slack.views import answer_view, form_again, form_values, form_view, home_view
from formatters.text.item import item_of
from formatters.text.plain import clean

AREAS = the_areas()
NASTY = (
    "<!channel>", "<!here>", "<@U0123ABC>", "<#C0123>", "@everyone", "<https://evil.example|the docs>", "https://evil.example",
    "*bold*", "_x_", "~x~", "`", "```", "`a`", "`a` " * 300, "&amp;", ":tada:", "\u202eevil", "\u200b", "\x1b[31m", "\x00",
    "\n", "\n\n\n> quoted\n- list", "|", '"' * 2000, "\\" * 2000, "重要的变更。" * 300, "a" * 3000, "e" + "\u0301" * 2000, "🔴" * 500, "",
    "`enable_overlap`", "foo\u2011bar",
)  # fmt: skip
texts = st.lists(st.sampled_from(NASTY) | st.text(max_size=40), max_size=4).map(" ".join)
languages = st.sampled_from(LANGUAGES)
FACTS = tuple(Fact(kind, "name", "quill/a.py", 3, "1", "2") for kind in FactKind)


def payloads(reply: Reply) -> list[Json]:
    if not isinstance(reply, Post):
        return slack(reply)
    first, rest = post(reply)
    return [first, *rest]


def check(message: Json) -> None:
    """Slack takes a message, it pings nobody, and says something without its blocks."""
    assert rules.check_blocks(message["blocks"]) == []
    assert 0 < len(message["text"]) <= 4 * 3000, "at most three thousand characters, escaped"
    assert "<" not in message["text"]
    assert ">" not in message["text"]
    assert_harmless(message["blocks"])


def assert_harmless(node: object) -> None:
    """Nothing in blocks is read as markup, and nothing hidden is left; addresses are the commits' own."""
    if isinstance(node, list):
        for part in node:
            assert_harmless(part)
    elif isinstance(node, dict):
        assert node.get("type") not in {"mrkdwn", "markdown", "user", "usergroup", "broadcast", "channel", "team"}
        assert node.get("url", "https://example.com/").startswith("https://example.com/")
        for key, value in node.items():
            if isinstance(value, str) and key == "text":
                assert all(clean(line) == line.strip() for line in value.split("\n"))
            assert_harmless(value)


def a_post(*entries: Entry, language: Language = "en", text: str = "", **changes: Any) -> DigestPost:
    digest = a_digest(*entries, language=language, **changes)
    made = outline(digest, AREAS)
    commands = tuple(f"show example/quill@{item.entry.commit.short}" for item in made.must_know)
    return DigestPost(made, (Button(text or "By area", "areas"),) * 6, commands, page="https://example.com/day")


def many(number: int, levels: tuple[str, ...] = ("high", "medium", "low")) -> Iterator[Entry]:
    keys = ("kv_cache", "kernels", "tests", "scheduler", "docs")
    for index in range(1, number + 1):
        commit = a_commit(
            f"Change number {index} of the cache (#{index})", sha=f"{index:07x}".ljust(40, "0"),
            url=f"https://example.com/o/r/commit/{index:040x}", committed_at=NOON + timedelta(seconds=index),
        )  # fmt: skip
        yield an_entry(commit, levels[(index - 1) % len(levels)], facts=FACTS[:3], areas=(keys[index % len(keys)],))


def every_reply(entry: Entry, text: str, language: Language) -> list[Reply]:
    """Each kind of reply, with `text` wherever text from outside can stand."""
    item = item_of(entry, language, AREAS)
    button = Button(text, "show x")
    row = CommitRow(item, "2026-03-12 10:00", text, "show x")
    note = Note(text, "problem", (button,))
    sheets = [
        Sheet(text, ("A", text), rows, language, text, actions, (button,))
        for rows in (((text, text),) * 3, ((text, ""),) * 12)
        for actions in ((), (button, None) * (len(rows) // 2))
    ]
    reviews = [
        ReviewPost(
            review_outline(a_full_review(text, language, known=known), AREAS), (button,) * 4, ("show x",) * 8,
            page="https://example.com/days", is_whole=known < 7,
        ) for known in (7, 2)
    ]  # fmt: skip
    return [
        *reviews, note, CommitDetail(item, language, "Asia/Shanghai", (button,) * 4),
        CommitList(text, (row,) * 12, language, text, (button,)), *sheets, Board((note, *sheets), language),
    ]  # fmt: skip


class TestAnyText:
    @settings(max_examples=40)
    @given(text=texts, language=languages, number=st.integers(1, 4))
    def test_a_post_of_any_text_is_taken_and_pings_nobody(self, text: str, language: Language, number: int) -> None:
        entries = [spoiled(entry, text) for entry in _some(number)]
        post = a_post(
            *entries, language=language, text=text, notes=(text,), repo=f"o/{text}", branch=text,
            overview=(Theme(text),) * 3,
        )  # fmt: skip
        for message in payloads(post):
            check(message)

    def test_an_areas_name_of_a_repository_is_cleaned_where_it_heads_a_reply(self) -> None:
        """A repository names areas itself, in its labeler.yml."""
        for message in payloads(a_post(spoiled(next(_some(1)), "<!channel> · \u202eevil"))):
            check(message)

    @settings(max_examples=15)
    @given(text=texts, language=languages)
    def test_a_reply_of_any_text_is_taken_and_pings_nobody(self, text: str, language: Language) -> None:
        for reply in every_reply(spoiled(next(_some(1)), text), text, language):
            for message in payloads(reply):
                check(message)
            if not isinstance(reply, DigestPost):
                assert rules.check_view(answer_view(reply, text, language, "")) == []
                home = home_view(reply)
                assert rules.check_view(home) == []
                assert_harmless(home)

    @settings(max_examples=40)
    @given(text=texts, language=languages)
    def test_a_form_of_any_text_is_taken(self, text: str, language: Language) -> None:
        options = tuple((f"{number}", text) for number in range(230))
        fields = (
            Field("a", text, text, text), Field("b", text, "7", options=options), Field("c", text, "1,2", options=options[:9], many=True),
        )  # fmt: skip
        view = form_view(Form(text, text, "setup", fields, language), "{}")
        assert rules.check_view(view) == []
        assert_harmless(view)
        state = {"values": {f"daybrief:{f.name}": {f.name: {"value": text}} for f in fields[:1]}}
        again = form_again(view | {"state": state}, Note(text, "problem"))
        assert rules.check_view(again) == []


def _some(number: int) -> Iterator[Entry]:
    for level, _ in zip(("high", "medium", "low", "high"), range(number), strict=False):
        claims = (Claim("It is faster.", ("quill/a.py",)),) * 3
        yield an_entry(
            a_commit(), level, facts=FACTS,
            analysis=an_analysis(depth=Depth.FULL, effect="Faster.", impact=claims, risks=claims),
        )  # fmt: skip


class TestThePost:
    @pytest.mark.parametrize("number", [1, 6, 49, 120])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_commit_stands_once_in_the_thread(self, number: int, language: Language) -> None:
        entries = list(many(number))
        post = a_post(*entries, language=language)
        for message in payloads(post):
            check(message)
        said = "\n".join(rules.visible_text(message["blocks"]) for message in thread(post))
        for index in range(1, number + 1):
            assert said.splitlines().count(f"#{index}") == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_parent_fits_a_phones_first_screen(
        self, quill: Path, environ: dict[str, str], language: Language
    ) -> None:
        digest, areas = the_sample(quill, environ, SAMPLE_NOW, language)
        message = parent(DigestPost(outline(digest, areas)))
        assert len(message["text"]) <= 1500
        assert sum("🔴" in line for line in message["text"].splitlines()) == len(digest.must_know) >= 4

    def test_it_says_repository_day_zone_and_counts_and_no_coverage_where_all_is_well(self) -> None:
        text = parent(a_post(*many(3)))["text"]
        for said in ("example/quill: Thursday, 2026-03-12", "Asia/Shanghai", "3 commits by 1 author", "3 bug fixes"):
            assert said in text
        assert "analysed" not in text
        assert "1 not analysed" in parent(a_post(dataclasses.replace(an_entry(), analysis=None)))["text"]

    def test_a_must_know_item_has_effect_area_link_and_reason(self) -> None:
        commit = a_commit("Fix the cache (#12)", url="https://example.com/o/r/commit/" + "a" * 40)
        message = parent(a_post(an_entry(commit, "high")))
        line = next(line for line in message["text"].splitlines() if "🔴" in line)
        assert line == "🔴 Fix the cache KV cache · #12 · refuses what used to pass"
        assert "https://example.com/o/r/pull/12" in json.dumps(message)

    def test_a_menu_offers_the_details_of_each_must_know_item(self) -> None:
        post = a_post(*many(4, ("high",)))
        (menu,) = [
            e for block in parent(post)["blocks"] for e in block.get("elements", []) if e["type"] == "static_select"
        ]
        assert tuple(option["value"] for option in menu["options"]) == post.item_commands

    def test_bold_stands_right_beside_chinese(self) -> None:
        """Slack's asterisks need spaces around them, which Chinese has not."""
        blocks = parent(
            a_post(an_entry(importance="high", analysis=an_analysis("缓存不再丢页。", language="zh")), language="zh")
        )["blocks"]
        bold = [
            e["text"]
            for block in blocks[:2]
            for s in block["elements"]
            for e in s["elements"]
            if e.get("style", {}).get("bold")
        ]
        assert "缓存不再丢页。" in bold
        assert "*" not in rules.visible_text(blocks)

    def test_identifiers_keep_their_characters_and_stand_as_code(self) -> None:
        name = "enable_<overlap>_&_*all*"
        post = a_post(an_entry(importance="high", analysis=an_analysis(f"The flag `{name}` is gone.")))
        spans = [e for block in parent(post)["blocks"][:2] for s in block["elements"] for e in s["elements"]]
        assert {"type": "text", "text": name, "style": {"bold": True, "code": True}} in spans

    def test_a_quiet_day_is_one_message(self) -> None:
        post = a_post()
        assert thread(post) == []
        assert "Nothing landed" in parent(post)["text"]

    def test_one_huge_item_is_shortened_at_a_sentence_and_says_so(self) -> None:
        effect = "It is faster. " * 500
        messages = thread(a_post(an_entry(importance="high", analysis=an_analysis(effect=effect))))
        said = "\n".join(rules.visible_text(message["blocks"]) for message in messages)
        assert "It is faster. … (shortened: the report has the full text)" in said

    def test_a_quiet_area_needs_no_reply_of_its_own(self) -> None:
        """Areas of one small commit share a reply."""
        keys = ("kv_cache", "kernels", "scheduler", "attention", "lora")
        entries = [an_entry(a_commit(f"Change {key}"), "medium", areas=(key,)) for key in keys]
        assert len(thread(a_post(*entries))) == 2

    def test_a_day_of_thousands_is_no_flood(self) -> None:
        """The most important ones are in the thread, how many are not is said, and nothing is in it twice."""
        keys = ("kv_cache", "kernels", "scheduler", "attention", "lora")
        levels = ("low", "low", "medium")
        entries = [
            an_entry(a_commit(f"Change {number} of {keys[number % 5]}"), levels[number % 3], areas=(keys[number % 5],))
            for number in range(2_000)
        ]
        high = [an_entry(a_commit(f"Grave {number}"), "high", areas=("kernels",)) for number in range(9)]
        messages = thread(a_post(*entries, *high))
        assert len(messages) <= 19  # and the report
        said = "\n".join(rules.visible_text(message["blocks"]) for message in messages)
        assert all(said.count(f"Grave {number}") == 1 for number in range(9))
        shown = len(re.findall(r"^.*(?:Change|Grave) \d+", said, re.MULTILINE))
        assert f"{2_009 - shown} more in the report." in said
        for message in messages:
            assert rules.check_blocks(message["blocks"]) == []


class TestTheLookBack:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_its_parent_says_in_a_phones_reach_what_the_time_came_to(self, language: Language) -> None:
        """What mattered, what came back, what to try, who was new, against the time before; and who read it."""
        told = review_outline(a_full_review(language=language, known=6), AREAS)
        first, _ = post(ReviewPost(told, item_commands=("show x",)))
        lines = first["text"].splitlines()
        assert len(first["text"]) <= 1500
        assert lines[0] == f"{told.title} · Asia/Shanghai"
        assert lines[2].startswith("⚠️")
        assert sum(line[0] in "🔴🟡" for line in lines) == 5
        assert [section.key.partition(".")[2] for section in told.briefly] == [
            "came_back", "to_try", "newcomers", "compared",
        ]  # fmt: skip
        assert all(section.brief.replace("`", "") in first["text"] for section in told.briefly)
        assert lines[-1] == told.footing

    def test_its_thread_has_all_of_it(self) -> None:
        """Each statement in its section, each with links to its commits."""
        told = review_outline(a_full_review(), AREAS)
        _, rest = post(ReviewPost(told))
        said = "\n".join(rules.visible_text(message["blocks"]) for message in rest)
        for section in told.sections:
            assert section.name in said
            for line in section.lines:
                for part in (line.head, line.about, *(under.text for under in line.under)):
                    assert part.replace("`", "") in said.replace("\n", "")
        assert all(f'"#{n}"' in json.dumps(rest) for n in (1, 2, 4, 9))

    def test_all_of_it_is_shown_where_there_is_no_thread(self) -> None:
        """On demand; else the parent alone."""
        told = review_outline(a_full_review(), AREAS)
        assert len(slack(ReviewPost(told))) == 1
        assert len(slack(ReviewPost(told, is_whole=True))) == 4


class TestReplies:
    def test_a_detail_shows_everything_with_its_places(self) -> None:
        commit = a_commit(url="https://example.com/o/r/commit/" + "a" * 40)
        fact = Fact(FactKind.FLAG_ADDED, "--fast", "quill/cache.py", 7)
        detail = CommitDetail(item_of(an_entry(commit, "high", facts=(fact,)), "en", AREAS), "en", "Asia/Shanghai")
        (message,) = slack(detail)
        assert "example/quill · Priya Nandakar · 2026-03-12 12:00 (Asia/Shanghai)" in message["text"]
        assert "quill/cache.py:7" in message["text"]
        assert f"https://example.com/o/r/blob/{commit.sha}/quill/cache.py#L7" in json.dumps(message)

    def test_a_short_sheet_is_a_table(self) -> None:
        (message,) = slack(Sheet("Areas", ("Area", "Commits"), (("KV cache", "3"), ("`amd`", "1")), "en"))
        assert [block["type"] for block in message["blocks"]] == ["rich_text", "table"]

    def test_rows_with_actions_have_their_buttons_beside_them(self) -> None:
        stop = Button("Stop", "unsubscribe 1", "danger")
        (message,) = slack(Sheet("Mine", ("Topic",), (("AMD",), ("CI",)), "en", actions=(stop, None)))
        accessories = [
            block.get("accessory", {}).get("value") for block in message["blocks"] if block["type"] == "section"
        ]
        assert accessories == ["unsubscribe 1", None]

    def test_a_channel_is_left_to_slack_to_name(self) -> None:
        """In a row above its button, and before a note."""
        change = Button("Change", "setup feed=1")
        row = ("o/r", Channel("C1"), "daily")
        for sheet in (
            Sheet("Feeds", ("A", "B", "C"), (row,), "en", actions=(change,)),
            Sheet("Feeds", ("A", "B", "C"), (row,), "en"),
        ):
            for shown in (home_view(sheet), *slack(sheet), *slack(Note("It is archived.", about=Channel("C1")))):
                assert '{"type": "channel", "channel_id": "C1"}' in json.dumps(shown)
                assert not (rules.check_view(shown) if "type" in shown else rules.check_blocks(shown["blocks"]))

    def test_code_beside_a_button_stays_code(self) -> None:
        """Its button stands below it: what has one beside it is no rich text."""
        (message,) = slack(
            Sheet("Why", ("A", "B"), (("Fix it", "flag `--x` removed"),), "en", actions=(Button("Show", "show 1"),))
        )
        assert [block["type"] for block in message["blocks"]] == ["rich_text", "rich_text", "actions"]
        assert '{"type": "text", "text": "--x", "style": {"code": true}}' in json.dumps(message)

    def test_many_rows_with_actions_share_a_menu(self) -> None:
        rows = tuple((f"Area {number}", "1") for number in range(33))
        actions = tuple(Button("Show", f"area {number}") for number in range(33))
        (message,) = slack(Sheet("Areas", ("Area", "Commits"), rows, "en", actions=actions))
        (menu,) = message["blocks"][-1]["elements"]
        assert menu["options"][32]["value"] == "area 32"
        assert menu["options"][32]["text"]["text"] == "Area 32 · Show"

    def test_a_sheet_too_long_for_a_table_is_a_list(self) -> None:
        rows = tuple((f"Area {number}", "`amd`") for number in range(400))
        messages = slack(Sheet("Areas", ("Area", "Commits"), rows, "en"))
        for message in messages:
            check(message)
        assert sum(message["text"].count("Area ") for message in messages) == 400

    def test_a_board_of_tables_is_one_message(self) -> None:
        """A message takes one table: below each other they are lists, each under its heading."""
        sheets = tuple(Sheet(f"Feed {number}", ("Day", "State"), (("Monday", "posted"),), "en") for number in range(4))
        (message,) = slack(Board(sheets, "en"))
        assert [block["type"] for block in message["blocks"]].count("table") == 0

    def test_controls_of_a_board_are_told_apart(self) -> None:
        sheet = Sheet(
            "Mine",
            ("Topic",),
            (("AMD",),),
            "en",
            actions=(Button("Stop", "unsubscribe 1"),),
            buttons=(Button("New", "subscribe"),),
        )
        view = home_view(Board((sheet, sheet, Note("x", buttons=(Button("Help", "help"),))), "en"))
        ids = [element["action_id"] for _, element in rules.interactive_elements(view["blocks"])]
        assert len(ids) == len(set(ids)) == 5

    def test_a_list_is_split_between_commits(self) -> None:
        row = CommitRow(item_of(next(many(1)), "en", AREAS), "10:00", "", "show 1")
        messages = slack(CommitList("Found", (row,) * 130, "en"))
        assert sum(message["text"].count("Change number 1") for message in messages) == 130


class TestForms:
    def test_what_is_filled_in_comes_back_by_field(self) -> None:
        state = {
            "values": {
                "daybrief:a": {"a": {"type": "plain_text_input", "value": None}},
                "daybrief:b": {"b": {"type": "static_select", "selected_option": {"value": "9"}}},
                "daybrief:c": {
                    "c": {"type": "multi_static_select", "selected_options": [{"value": "x"}, {"value": "y"}]}
                },
                "daybrief:d": {"d": {"type": "static_select", "selected_option": None}},
            }
        }
        assert form_values(state) == {"a": "", "b": "9", "c": "x,y", "d": ""}
