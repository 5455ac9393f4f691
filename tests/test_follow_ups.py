"""What came of changes that were told: found by what fixes, reverts and comments say, told once, quoted only from insiders."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from html_reader import Page
from made import a_digest, an_entry, the_areas

from analysis.commits.commit import Commit
from analysis.commits.pull_request import Comment, PullRequest
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.follow_ups import FollowUp, FollowUpKind, Told, find_follow_ups, reported_trouble
from analysis.entry import Entry
from analysis.i18n.language import LANGUAGES, Language
from analysis.triage.triage import Importance, Triage
from bot.delivery.posts import digest_post
from formatters.discord import replies as discord
from formatters.html.page import Sheet, page
from formatters.json_document import document
from formatters.markdown.report import markdown
from formatters.outline import outline
from formatters.slack import digest as slack_digest
from formatters.terminal.report import terminal

REPO = "ann/quill"
TODAY = Window.of(date(2026, 1, 12), "UTC")
THURSDAY = Window.of(date(2026, 1, 8), "UTC")
YESTERDAY = Window.of(date(2026, 1, 11), "UTC")
MERGED = THURSDAY.start + timedelta(hours=9)


def sha_of(number: int) -> str:
    return f"{number:040x}".replace("0", "a", 1)


def entry(number: int, message: str, *types: ChangeType, **pull: Any) -> Entry:
    """A commit of a pull request of that number, by default a bug fix."""
    commit = Commit(REPO, sha_of(number), "Ann", MERGED, MERGED, message)
    triage = Triage(types or (ChangeType.BUGFIX,), Importance.MEDIUM, 0.0, (), ("core",))
    url = f"https://github.com/{REPO}/pull/{number}"
    made = PullRequest(REPO, number, message, pull.pop("body", ""), url, "ann", MERGED, merged_at=MERGED, **pull)
    return Entry(commit, (), triage, pull_request=made)


def later(entry: Entry, hours: int) -> Entry:
    return replace(entry, commit=replace(entry.commit, committed_at=MERGED + timedelta(hours=hours)))


CHANGE = entry(529, "Share the cache (#529)", ChangeType.FEATURE)


def comment(
    text: str, at: datetime = TODAY.start, author: str = "zoe", association: str = "NONE", **more: Any
) -> Comment:
    return Comment(
        author, association, at, text, f"https://github.com/{REPO}/pull/529#issuecomment-{len(text)}", **more
    )


def found(
    *entries: Entry, change: Entry = CHANGE, told: Window = THURSDAY, **reverted: str
) -> list[tuple[str, int, int]]:
    """Return kind, number of the change, number of the commit."""
    made = find_follow_ups(entries, [Told(change, told)], reverted, TODAY)
    return [(one.kind.value, one.number, one.by_number) for one in made]


FIXES = [
    "Fix the empty batch (#600)\n\nFollow-up of #529.",
    "Fix a hang (#600)\n\nThe regression came with #529",
    "Do not share across tenants (#600)\n\nIntroduced in #529, seen on two clusters.",
    "Close the handle (#600)\n\nThis was broken by https://github.com/ann/quill/pull/529",
    "Fix up #529 (#600)",
    f'Check the size first (#600)\n\nFixes: {sha_of(529)[:12]} ("Share the cache")',
    "修复空批次的崩溃 (#600)\n\n该问题由 #529 引入的改动触发，修复 #529 的遗留。",
    "gh-600: Keep the order\n\nFollowing up on gh-529, which forgot it.",
]
NO_FIXES = [
    "Fix the empty batch (#600)\n\nDepends on #529.",
    "Fix the empty batch (#600)\n\nSame approach as #529.",
    "Fix the empty batch (#600)\n\nRelated: #529",
    "Fix the empty batch (#600)\n\nIntroduced in bo/other#529.",
    "Fix the empty batch (#600)\n\nIntroduced in #5290.",
    "Fix the empty batch (#529) (#600)",
    "Share the cache (#529) (#600)\n\nFixes #529 on the release branch.",
    "Fix the empty batch (#600)\n\nTo be merged after #529.",
]


class TestFixes:
    @pytest.mark.parametrize("message", FIXES)
    def test_a_fix_that_says_what_it_mends(self, message: str) -> None:
        assert found(entry(600, message)) == [("fix", 529, 600)]

    @pytest.mark.parametrize("message", NO_FIXES)
    def test_what_only_names_a_change_does_not_mend_it(self, message: str) -> None:
        assert found(entry(600, message)) == []

    def test_the_description_may_say_it(self) -> None:
        assert found(entry(600, "Check the size (#600)", body="Crashed since #529 landed.")) == [("fix", 529, 600)]
        assert found(entry(600, "Check the size (#600)", body="<!-- Fixes #529 -->\n```\nfixes #529\n```")) == []

    def test_a_feature_that_goes_on_is_no_fix(self) -> None:
        assert found(entry(600, "Share it more (#600)\n\nFollow-up of #529", ChangeType.FEATURE)) == []

    def test_a_revert_that_takes_it_back(self) -> None:
        revert = entry(600, 'Revert "Share the cache" (#600)', ChangeType.REVERT)
        for sha, told in ((CHANGE.commit.sha, [("revert", 529, 600)]), (sha_of(1), [])):
            restores: dict[str, Any] = {revert.commit.sha: sha}
            assert found(revert, **restores) == told

    @pytest.mark.parametrize(
        ("again", "restores"),
        [
            ('Revert "Revert "Share the cache"" (#700)', True),
            ('Reapply "Share the cache" (#700)', True),
            (f"Share caches between tenants\n\n(cherry picked from commit {sha_of(529)})", False),
            ("Share the cache (#700)", False),
            ("Share the cache (#529)", False),
        ],
    )
    @pytest.mark.parametrize("same_day", [True, False])
    def test_what_is_reverted_and_comes_again_is_in_again(self, again: str, *, restores: bool, same_day: bool) -> None:
        """Whether the revert was reported the day before or is of the same day; without a revert, nothing is said."""
        revert = later(entry(600, 'Revert "Share the cache" (#600)', ChangeType.REVERT), 1)
        change = later(entry(700, again, ChangeType.FEATURE), 2)
        reverted = {revert.commit.sha: CHANGE.commit.sha}
        reverted |= {change.commit.sha: revert.commit.sha} if restores else {}
        told = [Told(CHANGE, THURSDAY), *([] if same_day else [Told(revert, YESTERDAY)])]
        own = [change, revert] if same_day else [change]
        made = find_follow_ups(own, told, reverted, TODAY)
        assert [(one.kind.value, one.number, one.by_number) for one in made] == [("restored", 529, 700)]
        assert restores or not found(change)

    def test_the_last_revert_holds(self) -> None:
        """Reverted, brought back, and reverted again on one day."""
        first = later(entry(600, 'Revert "Share the cache" (#600)', ChangeType.REVERT), 1)
        again = later(entry(601, 'Reapply "Share the cache" (#601)', ChangeType.REVERT), 2)
        last = later(entry(602, 'Revert "Reapply "Share the cache"" (#602)', ChangeType.REVERT), 3)
        one, two, three = (entry.commit.sha for entry in (first, again, last))
        reverted = {one: CHANGE.commit.sha, two: one, three: two}
        made = find_follow_ups([last, again, first], [Told(CHANGE, THURSDAY)], reverted, TODAY)
        assert [(one.kind.value, one.by_number) for one in made] == [("revert", 602)]

    def test_a_revert_of_a_revert_is_told_as_such_where_the_change_itself_was_not_reported(self) -> None:
        revert = entry(600, 'Revert "Share the cache" (#600)', ChangeType.REVERT)
        again = later(entry(700, 'Reapply "Share the cache" (#700)', ChangeType.REVERT), 2)
        reverted = {revert.commit.sha: CHANGE.commit.sha, again.commit.sha: revert.commit.sha}
        (one,) = find_follow_ups([again], [Told(revert, YESTERDAY)], reverted, TODAY)
        assert (one.kind.value, one.number, one.by_number) == ("revert", 600, 700)


TROUBLE = [
    "This PR breaks the import on Windows.",
    "We're seeing a crash on startup since this was merged.",
    "After this change, streaming no longer works with two workers.",
    "I'm getting `ValueError: bad shape` with the nightly.",
    "Looks like this introduced a regression. Throughput is 30% slower.",
    "Can we revert this? Our pipeline is blocked.",
    "Heads up: this broke the ROCm build.",
    "合入后服务启动报错，无法加载模型。",
    "这个改动导致显存泄漏。",
    "建议先回退，线上已经受影响。",
    "Seems to have caused a regression on ARM, I opened #88.",
    "This fixed the import, but it broke the reload of configs with this change.",
]
NO_TROUBLE = [
    "LGTM, thanks!",
    "CI failure is unrelated to this change.",
    "Thanks, this fixes the crash on my machine.",
    "There are merge conflicts, please rebase this PR.",
    "No regressions on our side with this change.",
    "/rerun-failed-ci",
    "> This PR breaks the import.\n\nHow did you run it?",
    "```\nthis broke: error\n```",
    "<!-- This PR breaks everything -->",
    "Could you add a test for the error path?",
    "已修复该问题，感谢。",
    "We have seen the same error, this PR solved it.",
    "Could this be backported? We hit the same bug on 0.4.",
    "What happens with this change if a request fails?",
    "Nice! This PR removes a slow path that we had.",
    "No need to revert this, #77 mends it.",
    "",
]


class TestReports:
    @pytest.mark.parametrize("text", TROUBLE)
    def test_trouble_that_is_tied_to_the_change(self, text: str) -> None:
        assert reported_trouble(text)

    @pytest.mark.parametrize("text", NO_TROUBLE)
    def test_anything_else_is_none(self, text: str) -> None:
        assert reported_trouble(text) == ""

    def report(self, *comments: Comment, told: Window = THURSDAY) -> FollowUp | None:
        pull = CHANGE.pull_request
        assert pull
        change = replace(CHANGE, pull_request=replace(pull, comments=comments))
        return next(iter(find_follow_ups([], [Told(change, told)], {}, TODAY)), None)

    def test_an_outsider_s_is_counted_and_linked(self) -> None:
        made = self.report(comment("This PR breaks the import."), comment("It breaks here since this was merged."))
        assert made
        assert (made.kind, made.count, made.author, made.quote) == (FollowUpKind.REPORT, 2, "", "")
        assert made.url.startswith("https://github.com/ann/quill/pull/529#issuecomment-")

    @pytest.mark.parametrize(("author", "association"), [("ann", "NONE"), ("bo", "MEMBER"), ("cy", "COLLABORATOR")])
    def test_the_project_s_and_the_author_s_own_is_quoted(self, author: str, association: str) -> None:
        own = comment("Sorry, all. This broke the ROCm build.", author=author, association=association)
        made = self.report(comment("This PR breaks the import."), own)
        assert made
        assert (made.count, made.author, made.quote, made.url) == (2, author, "This broke the ROCm build.", own.url)

    @pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", ""])
    def test_nobody_else_is(self, association: str) -> None:
        made = self.report(comment("This PR breaks the import.", association=association))
        assert made
        assert made.quote == ""

    def test_it_is_told_on_the_day_on_which_it_was_written(self) -> None:
        text = "This PR breaks the import."
        assert self.report(comment(text, TODAY.end - timedelta(seconds=1)))
        assert not self.report(comment(text, TODAY.end))
        assert not self.report(comment(text, TODAY.start - timedelta(seconds=1)))

    def test_what_was_written_on_the_change_s_own_day_is_told_on_the_next(self) -> None:
        """The digest of that day may have been made of what was read before."""
        pull = CHANGE.pull_request
        assert pull
        before = YESTERDAY.start + timedelta(hours=20)
        landed = replace(
            pull, merged_at=YESTERDAY.start + timedelta(hours=9), comments=(comment("This PR breaks it.", before),)
        )
        made = find_follow_ups([], [Told(replace(CHANGE, pull_request=landed), YESTERDAY)], {}, TODAY)
        assert [one.kind for one in made] == [FollowUpKind.REPORT]

    def test_programs_and_what_was_said_before_the_merge_do_not_count(self) -> None:
        text = "This PR breaks the import."
        assert not self.report(comment(text, is_bot=True))
        assert not self.report(comment(text, MERGED - timedelta(hours=1)), told=Window.of(date(2026, 1, 11), "UTC"))


@pytest.mark.parametrize(
    "text", ["x" * 60_000, "a1" * 30_000, "#529 " * 12_000, "fixes #529 " * 6_000, "[" * 60_000, "we see " * 9_000]
)
def test_no_text_takes_long(text: str) -> None:
    """Sixty thousand characters are what GitHub takes."""
    pull = CHANGE.pull_request
    assert pull
    change = replace(CHANGE, pull_request=replace(pull, comments=(comment(text),)))
    fix = entry(600, f"Fix it (#600)\n\n{text}", body=text)
    assert len(find_follow_ups([fix], [Told(change, THURSDAY)], {}, TODAY)) <= 1


HOSTILE = "This broke `a|b` <!channel> @everyone <script>x</script> [a](http://evil.example) \x1b[31m“so”"


def news(kind: FollowUpKind, **fields: Any) -> FollowUp:
    page = f"https://github.com/{REPO}/pull/600"
    return FollowUp(
        kind, sha_of(529), 529, "Share the cache", THURSDAY.last, Importance.HIGH, ("docs",), url=page, **fields
    )


NEWS = {
    "revert": (news(FollowUpKind.REVERT, by=sha_of(600), by_number=600), "reverted", "已回退"),
    "restored": (
        news(FollowUpKind.RESTORED, by=sha_of(600), by_number=600),
        "in again after a revert",
        "回退后又重新合入",
    ),
    "fix": (news(FollowUpKind.FIX, by=sha_of(600), by_number=600), "a fix followed", "之后有修复"),
    "one report": (news(FollowUpKind.REPORT, count=1), "1 comment reports trouble", "有 1 条评论反映问题"),
    "reports": (news(FollowUpKind.REPORT, count=3), "3 comments report trouble", "有 3 条评论反映问题"),
    "quoted": (
        news(FollowUpKind.REPORT, count=2, author="bo", quote="This broke the build."),
        "bo writes “This broke the build”; 1 more comment reports trouble",
        "bo 写道“This broke the build”；另有 1 条评论反映问题",
    ),
}


def walk(components: Any) -> Iterator[dict[str, Any]]:
    """Yield components and those inside them."""
    for one in components:
        yield one
        yield from walk(one.get("components", ()))


class TestWhatIsShown:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", NEWS)
    def test_one_line_in_each_format(self, name: str, language: Language) -> None:
        one, *said = NEWS[name]
        begins = {"en": "#529 “Share the cache”, reported on Thursday: ", "zh": "周四报告过的 #529“Share the cache”："}[
            language
        ]
        line = begins + said[LANGUAGES.index(language)]
        digest = a_digest(an_entry(), language=language, follow_ups=(one,))
        made, areas = outline(digest, the_areas()), the_areas()
        post = digest_post(digest, areas, 1)
        link = {"en": "comment", "zh": "评论"}[language] if one.kind is FollowUpKind.REPORT else "#600"
        assert [(shown.text, shown.link, shown.url) for shown in made.follow_ups] == [(line, link, one.url)]
        assert f"- {line} · [{link}](<{one.url}>)" in markdown(digest, areas)
        assert f"{line} · {one.url}" in " ".join(terminal(digest, areas, width=400).split("\n"))
        shown = Page(page([Sheet(digest, areas, ())]))
        assert f"{line} · " in shown.texts["li"]
        assert ("a", {"href": one.url}) in shown.elements
        slack = json.dumps(slack_digest.parent(post), ensure_ascii=False)
        assert line in slack
        assert one.url in slack
        first = "".join(one.get("content", "") for one in walk(discord.rendered(post)[0].components))
        assert f"{line} · [{link}](<{one.url}>)" in first.replace("\\", "")

    def test_text_from_outside_is_shown_as_such(self) -> None:
        one = news(FollowUpKind.REPORT, count=1, author="<!here>", quote=HOSTILE)
        digest = a_digest(an_entry(), follow_ups=(replace(one, title="@everyone **x**", url="javascript:alert(1)"),))
        areas = the_areas()
        post = digest_post(digest, areas, 1)
        assert "<!channel>" not in markdown(digest, areas)
        assert "javascript:" not in markdown(digest, areas) + page([Sheet(digest, areas, ())])
        assert "<script>x" not in page([Sheet(digest, areas, ())])
        assert "\x1b" not in terminal(digest, areas)
        assert "[a](" not in "".join(one.get("content", "") for one in walk(discord.rendered(post)[0].components))

    def test_an_area_shows_what_concerns_it(self) -> None:
        docs, core = (replace(NEWS["fix"][0], areas=(area,)) for area in ("docs", "core"))
        digest = a_digest(an_entry(), follow_ups=(docs, core))
        assert digest.only("docs").follow_ups == (docs,)

    def test_the_json_has_all_of_it(self) -> None:
        made = document(a_digest(an_entry(), follow_ups=(NEWS["quoted"][0],)))["follow_ups"]
        assert [(one["kind"], one["number"], one["quote"], one["told_on"]) for one in made] == [
            ("report", 529, "This broke the build.", "2026-01-08")
        ]
