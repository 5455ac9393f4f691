"""What people wrote of a change: which sentences are taken, which are left out, which come first."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from builders import a_change, a_commit_of
from hypothesis import given
from hypothesis import strategies as st
from made import a_commit

from analysis.commits.commit import Commit, FileChange
from analysis.commits.pull_request import Comment, LinkedIssue, PullRequest
from analysis.statements import BREAKING, Conventions, Source, StatementKind, headline_of, statements_of, why_of
from analysis.statements.conventions import fragment_folders, learn_boilerplate
from analysis.statements.markdown import Kind, passages
from analysis.statements.quoting import sentences_quoted
from analysis.statements.sentences import sentences_of

NOW = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)


def a_pull_request(body: str, **changes: Any) -> PullRequest:
    fields: dict[str, Any] = {
        "repo": "example/quill", "number": 12, "title": "Fix the cache", "body": body, "url": "https://example.org/pull/12",
        "author": "priya", "fetched_at": NOW,
    }  # fmt: skip
    return PullRequest(**fields | changes)


def a_comment(text: str, author: str = "priya", association: str = "MEMBER", **changes: Any) -> Comment:
    return Comment(author, association, NOW, text, "https://example.org/pull/12#c1", **changes)


def effects(commit: Commit, *more: Any) -> list[str]:
    return [one.text for one in statements_of(commit, *more) if one.kind is StatementKind.EFFECT]


def kinds(commit: Commit, kind: StatementKind) -> list[str]:
    return [one.text for one in statements_of(commit) if one.kind is kind]


def headline(commit: Commit) -> str:
    return headline_of(commit, statements_of(commit))


# -- sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It hung. Now it waits.", ["It hung.", "Now it waits."]),
        ("Pages (e.g. of 16 tokens) leak. See below", ["Pages (e.g. of 16 tokens) leak.", "See below"]),
        ("Set `a. B` first! Then `c`.", ["Set `a. B` first!", "Then `c`."]),
        ("Needs v1.2.3 or later. `x` is gone", ["Needs v1.2.3 or later.", "`x` is gone"]),
        ("No. All of it is inside. See no. 5 of it.", ["No.", "All of it is inside.", "See no. 5 of it."]),
        ("缓存会丢失。现在不再丢失。", ["缓存会丢失。", "现在不再丢失。"]),
        ("One\nline\tonly", ["One line only"]),
        ("", []),
    ],
)
def test_a_passage_is_taken_apart_at_its_ends(text: str, expected: list[str]) -> None:
    """Neither abbreviations nor versions nor code end a sentence."""
    assert sentences_of(text) == expected


# -- Markdown


def test_a_passage_knows_its_section() -> None:
    """By the nearest heading that tells something, a bold line or a lead-in among them."""
    text = "## Motivation\nIt hung.\n\n### Details of it\nDeep.\n\n**Test plan**\n\nRan it.\n\nFixes:\n\n- waits now\n"
    found = [(one.text, one.section, one.kind) for one in passages(text)]
    assert found == [
        ("It hung.", "effect", Kind.PARAGRAPH),
        ("Deep.", "how", Kind.PARAGRAPH),
        ("Ran it.", "tests", Kind.PARAGRAPH),
        ("waits now", "how", Kind.ITEM),
    ]


@pytest.mark.parametrize(
    "noise",
    [
        "<!-- Thank you for contributing! -->",
        "<!-- never closed",
        "<!-- This is an auto-generated comment: notes by a bot -->\n## Summary by a bot\n\n## Summary\n\n* It crashed.",
        "- [x] I have read the guide",
        "* [ ] tests pass",
        "> quoted by somebody",
        "```\nTraceback: it fails\n```",
        "    indented code",
        "<details><summary>Log</summary>\n\nlines\n\n</details>",
        "![a picture](https://example.org/a.png)",
        "Signed-off-by: A <a@example.org>",
        "Co-authored-by: B",
        "/rerun-failed-ci",
        "@quillbot merge",
        "---------",
    ],
)
def test_what_is_no_prose_is_left_out(noise: str) -> None:
    """Comments, check lists, quotations, code, folded logs, pictures, trailers, commands to bots."""
    assert [one.text for one in passages(f"It hung.\n\n{noise}\n")] == ["It hung."]


def test_links_and_emphasis_show_their_words_and_code_its_backticks() -> None:
    """A name between angle brackets inside code is no tag."""
    text = "The [cache](https://example.org) **never** frees ``<unknown>`` pages"
    assert [one.text for one in passages(text)] == ["The cache never frees `<unknown>` pages"]


@pytest.mark.parametrize("pattern", [r"r'[^\d](\d+)$'", "table[index](argument)", "[0-9](\\w*)"])
def test_what_only_looks_like_a_link_is_shown_as_it_was_written(pattern: str) -> None:
    """A pattern, a call: the title's author put no link there."""
    assert [one.text for one in passages(f"It fell through to {pattern} and raised an error")] == [
        f"It fell through to {pattern} and raised an error"
    ]


def test_a_name_with_underscores_is_no_bold_type() -> None:
    """It keeps its exact characters."""
    assert [one.text for one in passages("It broke `__len__` and __iter__ alike")] == [
        "It broke `__len__` and `__iter__` alike"
    ]


def test_a_table_comes_as_rows_with_its_head() -> None:
    """Its cells on one line."""
    rows = list(passages("| batch | before | after |\n|---|---|---|\n| 8 | 502 ms | 416 ms |\n"))
    assert [(row.kind, row.text, row.heading) for row in rows] == [
        (Kind.ROW, "8 · 502 ms · 416 ms", "batch · before · after")
    ]


# -- messages and descriptions


def test_the_sentence_with_the_trouble_comes_first() -> None:
    """Before how it was done, and before what tests do."""
    body = (
        "This moves the lookup into a helper.\n\nWith prefix caching on, the scheduler crashed as soon as two requests shared a page.\n\n"
        "Adds a unit test for the lookup."
    )
    assert effects(a_commit(f"Fix page lookup\n\n{body}"))[0].startswith("With prefix caching on")


def test_a_statement_says_where_it_stands() -> None:
    """A message by its commit's page, a description by its pull request's."""
    commit = a_commit("Fix it (#12)\n\nRequests hung whenever the cache was full.", url="https://example.org/c/1")
    (of_body,) = statements_of(commit)
    (of_description,) = statements_of(a_commit("Fix it (#12)"), a_pull_request("Requests hung whenever it was full."))
    assert (of_body.source, of_body.url) == (Source.BODY, "https://example.org/c/1")
    assert (of_description.source, of_description.url) == (Source.PULL_REQUEST, "https://example.org/pull/12")


@pytest.mark.parametrize(
    "chatter",
    [
        "Thanks to everybody who reviewed the crash in the cache.",
        "Please let me know if the cache still crashes for you.",
        "I think that this fails because of the wrong cache.",
        "Closes #1234 where the cache crashed for users.",
        "See the linked issue about the wrong results of the cache.",
        "Does this PR introduce a user-facing change that breaks the cache?",
        "2026-01-08 10:00:00 ERROR the cache failed to allocate its pages",
        "vLLM version: v0.13.0",
        "https://example.org/runs/1 https://example.org/runs/2",
        "cc @priya",
        "The cache crashes with the bug mentioned in that issue.",
        "The first step in that direction keeps the cache from failing.",
        "The cache fails as described above when pages are lost.",
        "`test_pages_of_one` fails when pages are lost.",
        "The cache that crashes is still there at HEAD.",
        "Asserts that the cache no longer crashes.",
        "The crash of the cache is gone, as verified by test_pages_of_one.",
        "We previously said that the cache may fail here.",
        "感谢评审，缓存错误已经修复，请再看一下。",
        "修复上述缓存错误导致的崩溃问题。",
    ],
)
def test_what_is_said_to_reviewers_bots_and_trackers_is_no_statement(chatter: str) -> None:
    """Nor are logs, footers, bare links."""
    assert effects(a_commit(f"Rework the pool\n\n{chatter}", files=())) == []


def test_the_titles_of_squashed_commits_are_none() -> None:
    """GitHub lists them as items."""
    body = "* fix: crash when the cache is full\n\n* [Docs] tell users why it fails\n"
    assert effects(a_commit(f"Rework the pool\n\n{body}", files=())) == []


def test_of_several_squashed_commits_the_first_speaks() -> None:
    """What follows is the history of a branch."""
    body = "* Wait for the cache\n\nRequests hung whenever the cache was full.\n\n* Second try\n\nThe lock crashed when users logged out.\n"
    assert effects(a_commit(f"Rework it\n\n{body}")) == ["Requests hung whenever the cache was full."]


def test_what_a_bot_wrote_is_nobodys_word() -> None:
    """Release notes that it quotes least of all."""
    body = "Bumps quill from 1.0 to 1.1. Fixes a crash that users saw when the cache was full."
    assert effects(a_commit(f"Bump quill\n\n{body}", author="dependabot[bot]")) == []


def test_what_a_reviewing_bot_wrote_into_the_description_is_left_out() -> None:
    """Under the heading that names it."""
    body = "## Summary by ReviewRabbit\n\n**Bug fixes**\n\n* The cache no longer crashes when two users share a page.\n"
    assert effects(a_commit(f"Rework the pool\n\n{body}", files=())) == []


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("The reader kept its lock.\n\nThe writer waits for it. This makes every request hang until the reader is gone.",
         "The writer waits for it. This makes every request hang until the reader is gone."),
        ("Some pages were never freed.\n\nPages are cached by `Pool`. Therefore a second pool silently lost its pages.",
         "Pages are cached by `Pool`. Therefore a second pool silently lost its pages."),
        ("缓存有问题。\n\n写入线程会等待读取线程释放锁。这会导致所有请求卡死，直到读取线程退出。",
         "写入线程会等待读取线程释放锁。这会导致所有请求卡死，直到读取线程退出。"),
    ],
    ids=["this", "therefore", "in Chinese"],
)  # fmt: skip
def test_a_sentence_that_points_back_is_quoted_with_the_one_before_it(body: str, quoted: str) -> None:
    assert quoted in effects(a_commit(f"Rework it\n\n{body}"))


@pytest.mark.parametrize(
    "item",
    [
        "It silently lost requests of users, so they crashed.",
        "falls back to the old loader when the server crashes under load of its users.",
        "But users now get wrong results because the cache is stale.",
    ],
)
def test_an_item_that_says_not_of_what_it_speaks_is_not_quoted(item: str) -> None:
    assert effects(a_commit(f"Rework it\n\nThe cache was reworked for all users.\n\n- One thing\n- {item}")) == []


def test_what_begins_a_message_speaks_of_the_change() -> None:
    said = "This makes the pool shrink when users leave, so servers no longer run out of memory."
    assert effects(a_commit(f"Rework it\n\n{said}")) == [said]


@pytest.mark.parametrize(
    "summary",
    [
        "* **Bug Fixes**\n  * Requests of users no longer crash when the cache is stale.\n",
        "* **New Features**\n* Users can now keep pages without losing requests.\n\n* **Tests**\n* More of them.\n",
        "- **Documentation**\n  - Servers never crash because of stale pages any more.\n",
    ],
)
def test_a_reviewing_bots_summary_is_known_without_its_heading(summary: str) -> None:
    assert effects(a_commit(f"Rework it\n\n{summary}")) == []
    assert effects(a_commit(f"Rework it\n\n- Users can now keep pages without losing requests.\n{summary}")) != []


@pytest.mark.parametrize("begins", ["so all users saw", "and then the server crashed for users with"])
def test_a_sentence_that_goes_on_in_a_listing_is_cut_nowhere(begins: str) -> None:
    text = f"Requests of users crashed when pages were stale, {begins}"
    assert effects(a_commit(f"Rework it\n\n{text}\n\n```\nboom\n```\n")) == []
    assert effects(a_commit(f"Rework it\n\n{text}\n\nMore.")) == [text]


def test_a_sentence_that_repeats_the_title_is_not_shown() -> None:
    """It would be read twice."""
    assert effects(a_commit("Fix the crash of the cache\n\nFix the crash of the cache.", files=())) == []


def test_of_two_sentences_that_say_the_same_one_is_kept() -> None:
    """A message often holds its description too."""
    text = "Requests hung for ever whenever the page cache was full."
    assert effects(a_commit(f"Rework it (#12)\n\n{text}"), a_pull_request(f"## Why\n{text}")) == [text]


def test_chinese_prose_is_read() -> None:
    """Sentences, sections, symptoms."""
    body = "## 背景\n\n开启前缀缓存后，两个请求共享同一页会导致调度器崩溃。\n\n## 测试\n\n单测已经全部通过，没有发现错误。\n"
    assert effects(a_commit(f"修复缓存\n\n{body}"))[0] == "开启前缀缓存后，两个请求共享同一页会导致调度器崩溃。"


def test_a_release_note_block_is_for_users() -> None:
    """`NONE` in it says that there is nothing."""
    block = "```release-note\nThe --pages flag is removed, set --page-size instead.\n```"
    (found, *_) = statements_of(a_commit(f"Rework it\n\n{block}"))
    assert (found.text, found.category) == ("The --pages flag is removed, set --page-size instead.", "note")
    assert effects(a_commit("Rework it\n\n```release-note\nNONE\n```", files=())) == []


@pytest.mark.parametrize("nothing", ["none", "N/A", "no", "-", "无"])
def test_a_breaking_change_that_is_none_says_nothing(nothing: str) -> None:
    """Whatever language denies it."""
    assert statements_of(a_commit(f"Rework it\n\nBREAKING CHANGE: {nothing}", files=())) == ()


def test_a_breaking_change_is_told_as_such() -> None:
    """By the footer, or by the section's heading."""
    by_footer = "BREAKING CHANGE: pages of 8 tokens are rejected now"
    by_heading = "## Breaking changes\n\n- pages of 8 tokens are rejected now\n"
    for body in (by_footer, by_heading):
        (found, *_) = statements_of(a_commit(f"Rework it\n\n{body}"))
        assert (found.text, found.category) == ("pages of 8 tokens are rejected now", "breaking")


def test_caveats_are_kept_apart() -> None:
    """What the author leaves open is no effect."""
    commit = a_commit("Rework it\n\nThe cache no longer hangs when it is full. Not tested on ROCm.\n")
    assert kinds(commit, StatementKind.CAVEAT) == ["Not tested on ROCm."]
    assert kinds(commit, StatementKind.EFFECT) == ["The cache no longer hangs when it is full."]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Prefill takes 502 → 416 ms on one card.", "Prefill takes 502 → 416 ms on one card."),
        ("Decoding is 1.44x faster than before.", "Decoding is 1.44x faster than before."),
        ("| batch | before | after |\n|---|---|---|\n| 8 | 502 | 416 |", "batch · before · after: 8 · 502 · 416"),
    ],
)
def test_numbers_that_the_author_claims_are_a_kind_of_their_own(body: str, expected: str) -> None:
    """In sentences and in tables."""
    assert kinds(a_commit(f"Speed it up\n\n{body}"), StatementKind.FIGURE) == [expected]


@pytest.mark.parametrize(
    "said",
    [
        "The kernel reads 128x4-swizzled scales only.",
        "Options of the run change: --delay 60 -> 10 for it.",
        "All of it was tried on 8x large machines.",
        "The protocol goes from 3 → 4 with this.",
        "| E | K | tokens | before | after |\n|---|---|---|---|---|\n| 256 | 8 | 1,024 | 9.2 | 8.1 |",
    ],
)
def test_what_is_no_comparison_is_no_figure(said: str) -> None:
    """A size, an option, a count, a version; nor can a wide table's row be read without its table."""
    assert kinds(a_commit(f"Rework it\n\n{said}"), StatementKind.FIGURE) == []


@pytest.mark.parametrize(
    "said",
    [
        "The paths that exist do not cover small pages.",
        "Loading does not work with lazy pages.",
        "Pages of another owner are not supported by the old reader.",
        "This removes the workaround in the reader.",
    ],
)
def test_what_was_wrong_before_is_no_caveat(said: str) -> None:
    assert kinds(a_commit(f"Fix the reader\n\n{said}"), StatementKind.CAVEAT) == []


def test_what_the_author_will_do_later_is_nobodys_risk() -> None:
    body = (
        "## Motivation\nThe cache hangs when it is full.\n\n## Future work\nTune it for larger pages of every kind.\n"
    )
    assert kinds(a_commit(f"Rework it\n\n{body}"), StatementKind.CAVEAT) == []


def test_a_footer_is_read_to_its_last_paragraph() -> None:
    """What to take instead stands below what breaks, indented; the next footer is another one."""
    body = (
        "BREAKING CHANGE: Whatever turns pages must implement `Turn` now.\n\n  `pages.flip` should be replaced\n"
        "  with `pages.next`.\n\nCloses #12\n"
    )
    found = [one.text for one in statements_of(a_commit(f"feat: next and back\n\n{body}")) if one.category == BREAKING]
    assert found == [
        "Whatever turns pages must implement `Turn` now.",
        "`pages.flip` should be replaced with `pages.next`.",
    ]


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        (
            "reader: the last page comes back twice when it is taken\nfrom the middle of the book (#12)\n\nMore.",
            "the last page comes back twice when it is taken from the middle of the book",
        ),
        (
            "The last page comes back twice when it is taken from it.\nMore.",
            "The last page comes back twice when it is taken from it.",
        ),
        (
            "The last page comes back twice when it is taken from it\n- one\n- two",
            "The last page comes back twice when it is taken from it",
        ),
        (
            "The last page comes back twice when it is taken from it\nSigned-off-by: A",
            "The last page comes back twice when it is taken from it",
        ),
        ("Short title\nand more", "Short title"),
        ("Turn the last page.  Closes #12", "Turn the last page"),
        ("Turn the last page (fixes #12, #14)", "Turn the last page"),
        ("* Turn the last page", "Turn the last page"),
        ("[FIXED] Pages lost on restart (#12)", "[FIXED] Pages lost on restart"),
        ("[pages][Added] A limit for pages", "[Added] A limit for pages"),
        ("[Bugfix] Pages lost on restart", "Pages lost on restart"),
    ],
)
def test_a_title_is_taken_whole_and_without_what_is_no_title(message: str, headline: str) -> None:
    """Git takes for it all that stands before the first empty line."""
    assert headline_of(a_commit(message, files=()), ()) == headline


# -- templates


TEMPLATE = "## What\n\n{}\n\nQuill breaks for users who do not read this guide.\n\n- [ ] docs\n"


def test_lines_that_most_descriptions_share_are_templates() -> None:
    """They are learned from the repository itself, and not taken for the author's words."""
    bodies = [TEMPLATE.format(f"Change {number} of the cache.") for number in range(9)]
    commit = a_commit(f"Rework it\n\n{TEMPLATE.format('The cache hung when it was full.')}")
    conventions = Conventions(learn_boilerplate(bodies))
    assert effects(commit, None, conventions) == ["The cache hung when it was full."]


def test_what_stands_in_two_descriptions_is_no_template_yet() -> None:
    """Two commits of one author may share a sentence."""
    assert learn_boilerplate([TEMPLATE, TEMPLATE]) == frozenset()


# -- pull requests


def test_of_comments_only_those_of_the_author_and_of_members_are_read() -> None:
    """Others are counted elsewhere, never quoted."""
    text = "It crashed for all users whenever the cache was full."
    insiders = [a_comment(text), a_comment(text, "lee", "OWNER")]
    outsiders = [a_comment(text, "sam", "NONE"), a_comment(text, "quill-bot", "MEMBER", is_bot=True)]
    for comments, expected in ((insiders, [text]), (outsiders, [])):
        found = statements_of(a_commit("Rework it (#12)", files=()), a_pull_request("", comments=tuple(comments)))
        assert [one.text for one in found] == expected


def test_the_title_of_a_closed_issue_helps_where_nobody_wrote_more() -> None:
    """It names the trouble."""
    issue = LinkedIssue(
        "example/quill", 7, "Crash when logprobs=false in completions", "https://example.org/7", closes=True
    )
    (found,) = statements_of(a_commit("Rework it (#12)", files=()), a_pull_request("", issues=(issue,)))
    assert (found.text, found.source, found.url) == (issue.title, Source.ISSUE, issue.url)


# -- sentences made for users


def fragment(path: str, text: str) -> Commit:
    return a_commit("Rework it (#12)", files=(a_change(path, None, text),))


@pytest.mark.parametrize(
    ("path", "text", "expected", "category"),
    [
        ("CHANGES/12.bugfix.rst", "Fixed :attr:`~quill.Cache.pages` being stale -- by :user:`priya`.\n", "Fixed `pages` being stale.", "bugfix"),
        ("changelog/12.removal.rst", "``Cache.drop`` is gone, use ``Cache.free``.\n", "`Cache.drop` is gone, use `Cache.free`.", "breaking"),
        ("docs/newsfragments/12.feature.md", "Pages can be pinned.\n", "Pages can be pinned.", "feature"),
        (".chloggen/pages.yaml", "# a template\nchange_type: breaking\ncomponent: cache\nnote: Remove the `quill.pages` gate\nissues: [1]\n", "Remove the `quill.pages` gate", "breaking"),
        (".changeset/brave-owls.md", '---\n"quill": minor\n---\n\nPages can be pinned.\n', "Pages can be pinned.", "feature"),
        ("releasenotes/notes/pages-1.yaml", "---\nfixes:\n  - |\n    Pages no longer leak.\n", "Pages no longer leak.", "bugfix"),
    ],
)  # fmt: skip
def test_a_news_fragment_is_the_headline(path: str, text: str, expected: str, category: str) -> None:
    """Whoever wrote it wrote it for users, in one of the known forms; its kind is told beside it."""
    commit = fragment(path, text)
    (found, *_) = statements_of(commit)
    assert (found.text, found.category, found.source, found.path) == (expected, category, Source.FRAGMENT, path)
    assert headline(commit) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("CHANGES/12.misc.rst", "Tests run in parallel and no longer fail for users.\n"),
        ("CHANGES/12.doc.rst", "The guide tells users what fails.\n"),
        ("CHANGES/13.bugfix.rst", "12.bugfix.rst\n"),
        (".chloggen/bad.yaml", "note: [\n"),
        (".chloggen/bomb.yaml", "a: &a [x, x]\nnote: *a\n"),
        (".chloggen/list.yaml", "- note\n"),
    ],
)
def test_a_fragment_that_tells_users_nothing_is_no_headline(path: str, text: str) -> None:
    """Those of internal kinds, links to others, broken ones."""
    assert headline(fragment(path, text)) == "Rework it"


def test_lines_that_came_to_a_changelog_are_read_by_their_headings() -> None:
    """In Markdown and in reStructuredText, without the references behind them."""
    markdown = a_change(
        "CHANGELOG.md",
        "# 1.0\n",
        "# 1.1\n\n### Bug Fixes\n\n* pages no longer leak ([#12](https://example.org/12))\n\n# 1.0\n",
    )
    rst = a_change(
        "CHANGES.rst", "1.0\n===\n", "1.1\n===\n\nRemovals\n--------\n\n- ``Cache.drop`` is gone for good\n\n1.0\n===\n"
    )
    found = statements_of(a_commit("Rework it", files=(markdown, rst, a_change("quill/a.py", "x = 1\n", "x = 2\n"))))
    assert {(one.text, one.category, one.line) for one in found} == {
        ("pages no longer leak", "bugfix", 5),
        ("`Cache.drop` is gone for good", "breaking", 7),
    }


def test_the_folder_of_fragments_is_read_from_the_configuration() -> None:
    """Where it is none of the usual ones; what is no TOML names none."""
    folders = fragment_folders('[tool.towncrier]\ndirectory = "upcoming/"\n')
    commit = fragment("upcoming/12.bugfix.rst", "Pages no longer leak.\n")
    assert (
        headline_of(commit, statements_of(commit, None, Conventions(fragment_folders=folders)))
        == "Pages no longer leak."
    )
    assert fragment_folders("no toml [") == fragment_folders("") == ()


@pytest.mark.parametrize(
    ("title", "body", "is_quoted"),
    [
        ("Update dependencies", "The new loader pulled in a second copy of the parser, which breaks the build of plugins. Run `dedupe` so that one is left.", False),
        ("Add a cache", "A second writer would lose pages because the index is stale. Use one lock for both.", False),
        ("升级依赖", "新版加载器引入了第二份解析器，导致插件构建失败。移除其中一份。", False),
        ("Fix plugins with two parsers", "The new loader pulled in a second copy of the parser, which breaks the build of plugins. Run `dedupe` so that one is left.", True),
        ("Add a cache", "A second writer will lose pages because the index is stale. Readers wait until it is written.", True),
    ],
)  # fmt: skip
def test_a_trouble_that_the_next_sentence_takes_away_is_no_news(title: str, body: str, is_quoted: bool) -> None:
    """Of what is made for something else; of what mends it, it is the reason."""
    assert bool(effects(a_commit(f"{title}\n\n{body}"))) is is_quoted


@pytest.mark.parametrize(
    "sentence",
    [
        "The caller's dictionary of options is left unchanged when a tracker reads it.",
        "Requests of clients over plain connections are not affected by users of the pool.",
        "存储格式与调用方的使用方式均保持不变，请求行为不变。",
    ],
)
def test_what_did_not_change_is_no_news(sentence: str) -> None:
    """Unless the sentence tells what did."""
    assert effects(a_commit(f"Pool connections\n\n{sentence}")) == []
    told = "Clients over TLS now share connections, and plain ones are left unchanged."
    assert effects(a_commit(f"Use the pool\n\n{told}")) == [told]


@pytest.mark.parametrize(
    ("path", "text", "headline_of_it"),
    [
        (".changeset/a.md", "---\n'quill': patch\n---\n\nAdds pages of any size to the store. The index rejects pages without a name so that users lose none.\n", "Adds pages of any size to the store."),
        ("changelog.d/1.feature.md", "Pages can be of any size now. Users who set no size no longer get errors because of the default.\n", "Pages can be of any size now."),
        (".chloggen/a.yaml", "change_type: enhancement\nnote: Pages of any size can be stored\nsubtext: The index rejects pages without a name, as users would lose them.\n", "Pages of any size can be stored"),
    ],
)  # fmt: skip
def test_the_first_sentence_for_users_is_the_headline(path: str, text: str, headline_of_it: str) -> None:
    """It says what the change is about, whatever trouble the next one names."""
    assert headline(a_commit("Allow sizes", files=(a_change(path, None, text),))) == headline_of_it


def test_of_several_fragments_the_one_nearest_to_the_title_is_the_headline() -> None:
    texts = {
        "a": "return the list of packed files from the builder, or users lose them",
        "b": "keep what users write at once in the order of its pages, so that none is lost",
    }
    files = tuple(
        a_change(f".changeset/{name}.md", None, f"---\n'quill': patch\n---\n\nfix: {text}\n")
        for name, text in texts.items()
    )
    assert headline(a_commit("fix: order of pages", files=files)) == texts["b"]
    assert headline(a_commit("fix: packed files of the builder", files=files)) == texts["a"]
    # The one that repeats the title is no statement; the other does not take its place.
    assert headline(a_commit("fix: deny ink to strangers", files=files)) == "deny ink to strangers"


@pytest.mark.parametrize(
    "body",
    [
        "This PR contains the following updates:\n\n## Release notes\n\nUsers of the store no longer lose pages when it crashes.",
        "Bumps [store](https://example.org) from 1 to 2.\n\nUsers of the store no longer lose pages when it crashes.",
        "Bumps the store group with 2 updates.\n\nUsers of the store no longer lose pages when it crashes.",
    ],
)
def test_what_a_bot_quotes_is_nobodys_word_whoever_merges_it(body: str) -> None:
    assert effects(a_commit(f"Update the store\n\n{body}")) == []
    told = "Users of the store no longer lose pages when it crashes."
    assert effects(a_commit(f"Update the store\n\n{told}")) == [told]


def test_a_fragment_that_only_says_where_to_read_more_is_no_statement() -> None:
    text = "Fixed a crash of the store that strangers could cause:\n\n1. When pages were lost.\n\nSee GHSA-1111-2222-3333 for details.\n"
    commit = a_commit("Merge commit from fork", files=(a_change("changelog/1.bugfix.rst", None, text),))
    assert headline(commit) == "Fixed a crash of the store that strangers could cause"
    assert not any("See GHSA" in said for said in effects(commit))


def test_comments_in_rusts_own_tests_are_not_quoted() -> None:
    """They stand beside the product's code."""
    head = "mod tests {\n" + "".join(f"    fn test_{n}() {{}}\n" for n in range(9))
    comment = "    // A closing tag with a blank behind it was never found, so the script failed.\n"
    commit = a_commit(
        "Fix closing tags", files=(a_change("src/a.rs", f"{head}}}\n", f"{head}{comment}    fn b() {{}}\n}}\n"),)
    )
    assert effects(commit) == []
    commit = a_commit(
        "Fix closing tags", files=(a_change("src/a.rs", "fn a() {}\n", f"fn a() {{}}\n{comment}fn b() {{}}\n"),)
    )
    assert len(effects(commit)) == 1


def test_a_changelog_that_comes_after_the_work_is_nobodys_effect() -> None:
    """Documents alone describe what other commits did; a release publishes it."""
    line = "- Pages are no longer lost when users crash the store.\n"
    change = a_change("CHANGELOG.md", "# Changes\n", f"# Changes\n\n## 1.1.0\n\n{line}")
    said = [line.strip("- \n")]
    assert effects(a_commit("more changelog updates", files=(change,))) == []
    assert effects(a_commit("Release 1.1.0", files=(change,))) == said
    assert effects(a_commit("Keep pages", files=(change, a_change("quill/a.py", "x = 1\n", "x = 2\n")))) == said


def test_a_sentence_that_ends_on_the_verb_of_another_does_not_stand_alone() -> None:
    told = "The engine's reader did not: it failed on every page without a name."
    assert effects(a_commit(f"Rework the pool\n\nThe index learnt of pages.\n\n{told}", files=())) == []


@pytest.mark.parametrize("path", ["vendor/example.org/store/CHANGELOG.md", "third_party/store/CHANGES.md"])
def test_a_changelog_of_others_says_nothing_of_this_project(path: str) -> None:
    change = a_change(path, "# Store\n", "# Store\n\n- Users no longer lose pages when the store crashes.\n")
    assert effects(a_commit("Update the store", files=(change,))) == []


@pytest.mark.parametrize(
    ("text", "category", "headline_of_it"),
    [
        ("fix: keep pages of users that have none", "bugfix", "keep pages of users that have none"),
        ("perf: read pages of users at once", "performance", "read pages of users at once"),
        ("docs: say when pages are read again", "internal", "Allow sizes"),
        ("Pages of users are kept in order", "bugfix", "Pages of users are kept in order"),
    ],
)
def test_a_patch_is_what_its_own_prefix_says(text: str, category: str, headline_of_it: str) -> None:
    """Of a changeset, the level says only that nothing breaks."""
    change = a_change(".changeset/a.md", None, f"---\n'quill': patch\n---\n\n{text}\n")
    commit = a_commit("Allow sizes", files=(change, a_change("quill/a.py", "a = 1\n", "a = 2\n")))
    assert {one.category for one in statements_of(commit)} <= {category}
    assert headline(commit) == headline_of_it
    assert [one for one in why_of(statements_of(commit), headline(commit)) if headline_of_it in one.text] == []


@pytest.mark.parametrize(
    "body",
    [
        "SELECT count(*) FROM pages WHERE size > 4; -- INTERNAL Error: the index is stale and users get wrong results",
        "The builds of users are failing on main, e.g. https://example.org/runs/17",
        "A new reader deliberately keeps its lock; its regression covers users that would hang in two writers.",
        "{@code PageStore} holds pages that users lose because it is stale. <li>{@code Pager} would crash",
        "INSERT INTO pages SELECT * FROM other AS users_that_crash_because_of_it",
    ],
)
def test_a_query_half_a_sentence_and_what_tests_cover_are_no_news(body: str) -> None:
    assert effects(a_commit(f"Rework it\n\n{body}")) == []


@pytest.mark.parametrize(
    ("body", "is_caveat"),
    [
        ("The order of pages remains unstable under load.", True),
        ("The rest is left for a follow-up.", True),
        ("Pages of other files are read in a later change.", True),
        ("This adds the pages in a separate crate that users can take.", False),
        ("Only old pages are seen by the follow-up clean-up of folders.", False),
        ("Other stores need a follow-up PR.", True),
        ("The writer remains under the lock of the log.", False),
        ("This is a follow-up to #11, which left pages of other files for a follow-up.", False),
        ("#12, a follow-up to #11, turned the rule on for every crate.", False),
    ],
)
def test_a_caveat_is_what_is_left_open(body: str, is_caveat: bool) -> None:
    assert bool(kinds(a_commit(f"Rework it\n\n{body}"), StatementKind.CAVEAT)) is is_caveat


def test_a_row_that_lacks_a_value_is_no_figure() -> None:
    """What is left of it would stand for the wrong columns."""
    table = "| case | before | after |\n|---|---|---|\n| cold read | 18 ms | 9 ms |\n| second read | 13 ms | |\n"
    assert [one.text for one in passages(table)] == ["cold read · 18 ms · 9 ms"]


# -- comments in the code


@pytest.mark.parametrize(
    ("path", "sign", "old", "new"),
    [
        ("quill/cache.py", "#", "if pool is None:\n    pool = make()\n", "if is_shared:\n{}if pool is None:\n        pool = make()\n"),
        ("src/cache.go", "//", "\tif pool == nil {\n\t\tpool = make()\n\t}\n", "\tif shared {\n{}if pool == nil {\n\t\t\tpool = make()\n\t\t}\n\t}\n"),
        ("src/cache.rs", "//", "    if pool.is_none() {\n        pool = make();\n    }\n", "    if shared {\n{}if pool.is_none() {\n            pool = make();\n        }\n    }\n"),
    ],
)  # fmt: skip
def test_a_comment_above_code_that_only_moved_tells_nothing_new(path: str, sign: str, old: str, new: str) -> None:
    """What it says was so before; above code that is new it speaks of the change."""
    comment = f"        {sign} Without a pool of their own two users of the cache would crash the server.\n        "
    changes = [
        a_change(path, f"a\n{old}", f"a\n{new.replace('{}', text)}")
        for text in (comment, f"{comment}reset()\n        ")
    ]
    said = [effects(a_commit("Share the pool of the cache", files=(change,))) for change in changes]
    assert [bool(one) for one in said] == [False, True]


def test_a_comment_in_the_code_helps_where_nobody_wrote_more() -> None:
    """With its file and line; of no use where there is a message."""
    change = a_change(
        "quill/cache.py", "a = 1\n", "a = 1\n# Without a lock two requests could free the same page and crash.\nb = 2\n"
    )
    (found,) = statements_of(a_commit("Lock the free list of requests", files=(change,)))
    assert (found.source, found.path, found.line) == (Source.CODE_COMMENT, "quill/cache.py", 2)
    assert found.text == "Without a lock two requests could free the same page and crash."
    told = a_commit(
        "Lock the free list of requests\n\nTwo requests crashed whenever they freed the same page.", files=(change,)
    )
    assert [one.source for one in statements_of(told)] == [Source.BODY]


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("quill/cache.py", 'def free():\n    """Free a page, which fails when users still read it."""\n'),
        ("src/cache.rs", "/// Free a page, which fails when users still read it.\nfn free() {}\n"),
        ("cache.go", "// Free a page, which fails when users still read it.\nfunc Free() {}\n"),
        ("src/cache.ts", "/**\n * Free a page, which fails when users still read it.\n */\nfunction free() {}\n"),
        ("quill/cli.py", 'add("--free",\n    help="Free a page, which fails when users still read it.")\n'),
    ],
)
def test_comments_of_each_language_are_read(path: str, after: str) -> None:
    """Docstrings, doc comments and the help of flags too."""
    commit = a_commit("Let a page be freed", files=(a_change(path, "", after),))
    assert effects(commit) == ["Free a page, which fails when users still read it."]


@pytest.mark.parametrize(
    "after",
    [
        "# TODO: this crashes when users free the same page twice\n",
        "# Copyright 2026 the people who must not crash for users\n",
        "# if cache.is_full(): raise Error(users)\n",
        "# noqa: this fails for all users when it is removed\n",
        "# Why does it crash when users free the same page twice?\n",
    ],
)
def test_notes_to_programmers_are_no_statements(after: str) -> None:
    """Nor licences, nor code that is switched off."""
    assert effects(a_commit("Free pages when users crash", files=(a_change("quill/cache.py", "", after),))) == []


def test_a_comment_that_only_moved_is_nobodys_news() -> None:
    """It stood elsewhere before."""
    said = "# Without a lock two requests could free the same page and crash.\n"
    change = a_change("quill/cache.py", f"{said}a = 1\n\n\n\nb = 2\n", f"a = 1\n\n\n\n{said}b = 2\n")
    assert effects(a_commit("Lock the free list of requests", files=(change,))) == []


def test_a_comment_that_has_nothing_to_do_with_the_title_is_not_quoted() -> None:
    """It explains some detail of the code."""
    said = "# Without a lock two requests could free the same page and crash.\n"
    assert effects(a_commit("Upgrade the tokenizer", files=(a_change("quill/cache.py", "", said),))) == []


def test_comments_in_tests_alone_concern_nobody() -> None:
    """Beside a product change they may tell the trouble, where they speak of what the title speaks of."""
    test = a_change("tests/test_cache.py", "", "# Two requests that free the same page must not crash the server.\n")
    product = a_change("quill/cache.py", "a = 1\n", "a = 2\n")
    title = "Requests that free the same page"
    assert effects(a_commit(title, files=(test,))) == []
    assert len(effects(a_commit(title, files=(test, product)))) == 1


def test_a_sentence_that_a_changelog_had_before_is_no_news() -> None:
    """It was only wrapped otherwise."""
    change = a_change(
        "CHANGELOG.md", "- Pages no longer leak when\n  users crash\n", "- Pages no longer leak when users crash\n"
    )
    commit = a_commit("Keep paragraphs on one line", files=(change,))
    assert (effects(commit), headline(commit)) == ([], "Keep paragraphs on one line")


@pytest.mark.parametrize(
    ("line", "is_quoted"),
    [
        ("This release fixes multiple security issues in the web interface.", True),
        ("- [SECURITY] Pages: redact secrets of the store in its log.", True),
        ("- Fix CVE-2031-1234 in the reader of pages that users send.", True),
        ("- Pages can be listed by the time at which they were written.", False),
    ],
)
def test_what_a_release_says_of_security_is_quoted(line: str, is_quoted: bool) -> None:
    """Of its other lines none may stand for it."""
    change = a_change("CHANGELOG.md", "# Changes\n\n## 1.1.0\n", f"# Changes\n\n## 1.1.1\n\n{line}\n\n## 1.1.0\n")
    assert bool(effects(a_commit("release: v1.1.1", files=(change,)))) is is_quoted


def test_a_release_keeps_its_title() -> None:
    """The version is the news; what its changelog says stands below."""
    change = a_change("CHANGELOG.md", "", "# 1.2\n\n## Bug fixes\n\n- pages no longer leak when users crash\n")
    commit = a_commit("release: v1.2.0", files=(change,))
    assert (headline(commit), effects(commit)) == ("v1.2.0", ["pages no longer leak when users crash"])


@pytest.mark.parametrize(
    "weak",
    [
        "Move the lookup of pages one level higher.",
        "Widening the check alone would have crashed the server for all users.",
        "This is documentation-only for users of the failing cache.",
        "The pool holds a list of pages and a map of requests.",
    ],
)
def test_what_tells_neither_trouble_nor_gain_is_not_shown(weak: str) -> None:
    """Steps of work without a reason, suppositions, reassurance, machinery."""
    assert effects(a_commit(f"Tidy up\n\nFirst.\n\n{weak}", files=())) == []


def test_lines_that_were_broken_on_purpose_are_not_joined() -> None:
    """Short ones before a capital letter; a wrapped paragraph is one."""
    body = "The cache hung when it was full\nUsers lost all of their requests until they started it anew\n"
    assert set(effects(a_commit(f"Rework it\n\n{body}"))) == {
        "The cache hung when it was full", "Users lost all of their requests until they started it anew",
    }  # fmt: skip


# -- the headline


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("[Bugfix] fix: wake the queue when cleared (#12)", "wake the queue when cleared"),
        ("cache: clamp the frame length", "clamp the frame length"),
        ("175 (#176)\n\nThe cache no longer hangs when it is full.", "The cache no longer hangs when it is full."),
        ("priya/fix-cache\n\nThe cache no longer hangs when it is full.", "The cache no longer hangs when it is full."),
        ("fix\n\nThe cache no longer hangs when it is full.", "The cache no longer hangs when it is full."),
        ("Comments.\n\nNothing.", "Comments."),
        ("Keep the pages of requests that were abor… (#12)\n\n…ted by their users\n\nMore.", "Keep the pages of requests that were aborted by their users"),
        ('Revert "Pin pages" (#13)', 'Revert "Pin pages"'),
    ],
)  # fmt: skip
def test_the_headline_is_the_authors_own(message: str, expected: str) -> None:
    """Without tags, prefix and number; where it says nothing, the best sentence; where it was cut, whole."""
    assert headline(a_commit(message)) == expected


def test_why_does_not_repeat_the_headline_and_is_short() -> None:
    """At most two statements."""
    body = "The cache hung when full. Users lost pages when two requests crashed. Requests with logprobs failed with a KeyError."
    commit = a_commit(f"fix\n\n{body}")
    found = statements_of(commit)
    shown = why_of(found, headline_of(commit, found))
    assert len(shown) == 2
    assert headline_of(commit, found) not in {one.text for one in shown}


def test_two_sentences_of_one_text_stand_in_their_authors_order() -> None:
    """Also where the second tells more."""
    body = "The cache was never cleared when users logged out. Requests of other users crashed with wrong results."
    commit = a_commit(f"Rework it\n\n{body}")
    assert [one.order for one in why_of(statements_of(commit))] == [0, 1]


PLAIN = re.compile(r"[^a-z0-9]+")


@given(st.text(alphabet=st.sampled_from("abc AB.`*_[]()<>#|-\n\t!&;:缓存。crash when users fail")))
def test_whatever_is_written_nothing_is_invented(body: str) -> None:
    """Each statement is a piece of the text, markup aside; nothing raises."""
    whole = PLAIN.sub("", body.lower())
    for one in statements_of(a_commit(f"Rework it\n\n{body}", files=())):
        assert all(PLAIN.sub("", word.lower()) in whole for word in one.text.split())


@given(
    st.text(max_size=300),
    st.sampled_from(
        ["CHANGES/1.bugfix.rst", ".chloggen/a.yaml", ".changeset/a.md", "releasenotes/notes/a.yaml", "CHANGELOG.md"]
    ),
)
def test_whatever_a_fragment_holds_nothing_raises(text: str, path: str) -> None:
    """Files come from people."""
    patch = "@@ -0,0 +1,9 @@\n" + "\n".join(f"+{line}" for line in text.split("\n"))
    statements_of(a_commit(files=(FileChange(path, "added", 9, 0, patch=patch),)))


def test_a_description_of_any_length_is_read_in_time() -> None:
    """What stands beyond the first pages is passed over; hostile markup does not hang."""
    for text in (
        "[" * 60_000,
        "> " * 30_000,
        "- " * 30_000,
        "`" * 60_000,
        "word " * 12_000,
        "a|" * 30_000 + "\n" + "-|" * 30_000,
    ):
        statements_of(a_commit(f"Rework it\n\n{text}", files=()))


class TestQuoting:
    """What somebody quotes is shown as whole sentences."""

    COMMIT = a_commit_of(
        a_change("quill/cache.py", "a = 1\n", "# Wait for the lock here, or\n# two writers lose pages.\na = 2\n"),
        message="Wait for the lock (#3)\n\nTwo writers lost pages of the store. It was seen\nonce a week on large stores.",
    )

    def test_the_sentence_around_a_line_is_quoted_and_the_title_is_not(self) -> None:
        lines = ["Wait for the lock (#3)", "once a week on large stores.", "# two writers lose pages."]
        found = sentences_quoted(self.COMMIT, None, lines, "Two writers lose no pages any more.")
        assert [(one.text, one.source) for one in found] == [
            ("Wait for the lock here, or two writers lose pages.", Source.CODE_COMMENT),
            ("Two writers lost pages of the store. It was seen once a week on large stores.", Source.BODY),
        ]

    @pytest.mark.parametrize("lines", [[], [""], ["a = 2"], ["nobody wrote this sentence"]])
    def test_what_is_no_sentence_quotes_nobody(self, lines: list[str]) -> None:
        assert sentences_quoted(self.COMMIT, None, lines, "Pages.") == ()
