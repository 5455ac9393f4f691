"""What every report says, before it has any looks: nothing is lost, nothing is said that is not so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import DAY, NOON, a_commit, a_digest, an_analysis, an_entry, the_areas

from analysis.commits.commit import Brought, FileChange
from analysis.commits.title import ChangeType
from analysis.digest.digest import MUST_KNOW, Average, Digest, RunCard
from analysis.digest.stories import Earlier, Story, StoryKind
from analysis.entry import Aspect, Claim, Entry, Theme, Usage
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules.wording import say_reason
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance
from formatters.outline import Outline, outline
from formatters.post import watched
from formatters.text.item import Item, item_of

AREAS = the_areas()


def of(digest: Digest) -> Outline:
    return outline(digest, AREAS)


def item(entry: Entry, language: Language = "en") -> Item:
    return item_of(entry, language, AREAS, DAY)


def part(made: Item, name: str) -> list[str]:
    return next(([point.text for point in part.points] for part in made.parts if part.name == name), [])


def run_of(digest: Digest) -> dict[str, str]:
    return dict(of(digest).run)


# -- nothing is lost


@given(
    st.lists(st.sampled_from(["high", "medium", "low"]), max_size=12),
    st.lists(st.lists(st.integers(0, 11), min_size=2, max_size=4, unique=True), max_size=3),
)
def test_every_entry_stands_in_the_report_exactly_once(levels: list[str], groups: list[list[int]]) -> None:
    """Whatever stories there are, also ones whose entries are of different importance."""
    entries = [an_entry(importance=level) for level in levels]
    free = set(range(len(entries)))
    stories = []
    for group in groups:
        if set(group) <= free:
            free -= set(group)
            shas = tuple(entries[index].commit.sha for index in group)
            stories.append(Story(StoryKind.SERIES, shas, shas[0]))
    made = of(a_digest(*entries, stories=tuple(stories)))
    assert sorted(item.entry.commit.sha for item in made.items()) == sorted(entry.commit.sha for entry in entries)
    assert sum(group.count for group in made.groups) + sum(
        levels.count(level) for level in {"high", "medium", "low"} - {group.importance.value for group in made.groups}
    ) == len(levels)


def test_a_story_stands_with_its_most_important_commit_and_where_it_is_missed_that_is_said() -> None:
    """The heading counts four, three stand below it: the reader is told where the fourth is."""
    high, medium = an_entry(importance="high"), an_entry(importance="medium")
    story = Story(StoryKind.FOLLOW_UP, (medium.commit.sha, high.commit.sha), high.commit.sha)
    made = of(a_digest(high, medium, an_entry(importance="medium"), stories=(story,)))
    first, second = made.groups
    assert [entry.entry.commit.sha for entry in first.blocks[0].items] == list(story.shas)
    assert first.blocks[0].heading == "A change and its follow-ups (2 commits), in `cache.py`"
    assert (second.count, len(second.blocks)) == (2, 1)
    assert second.note == "1 more appears above, with the commit it belongs to"


def test_a_revert_of_another_days_commit_says_what_it_takes_back() -> None:
    """With its day."""
    entry = an_entry(importance="high")
    earlier = Earlier("a" * 40, "Fuse the add", NOON - timedelta(days=3))
    story = Story(StoryKind.REVERT, (entry.commit.sha,), entry.commit.sha, earlier)
    headings = [
        of(a_digest(entry, stories=(story,), language=language)).groups[0].blocks[0].heading for language in LANGUAGES
    ]
    assert headings == ["Reverts “Fuse the add” of Monday, 2026-03-09", "回退 2026-03-09（周一）的“Fuse the add”"]


def test_a_revert_of_what_is_not_known_here_says_its_title() -> None:
    """The commit says what it takes back, and no more is known."""
    entry = an_entry(importance="high")
    story = Story(StoryKind.REVERT, (entry.commit.sha,), entry.commit.sha, Earlier("", "Fuse the\nadd"))
    headings = [
        of(a_digest(entry, stories=(story,), language=language)).groups[0].blocks[0].heading for language in LANGUAGES
    ]
    assert headings == ["Reverts “Fuse the add”, which landed earlier", "回退此前合入的“Fuse the add”"]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("Fuse the add", 'Revert "Fuse the add"'), ("A change and its revert", "变更与回退")),
        (('Revert "Fuse the add"', 'Reapply "Fuse the add"'), ("A revert, itself reverted", "回退后又恢复")),
        (('fix: revert, "fuse the add"', 'fix: restore, "fuse the add"'), ("A revert, itself reverted", "回退后又恢复")),
        (('Revert "Fuse the add"', 'Revert "Revert "Fuse the add""'), ("A revert, itself reverted", "回退后又恢复")),
    ],
)  # fmt: skip
def test_a_story_of_reverts_says_what_holds_in_the_end(titles: tuple[str, str], expected: tuple[str, str]) -> None:
    entries = [an_entry(a_commit(title), importance="high") for title in titles]
    shas = tuple(entry.commit.sha for entry in entries)
    story = Story(StoryKind.REVERT, shas, shas[-1])
    headings = (of(a_digest(*entries, stories=(story,), language=one)).groups[0].blocks[0].heading for one in LANGUAGES)
    assert tuple(heading.partition(", in")[0].partition("：")[0] for heading in headings) == expected


def test_what_brings_a_change_back_is_no_revert() -> None:
    """Neither in its heading nor in what to watch."""
    entry = an_entry(
        a_commit('Reapply "Fuse the add"'),
        importance="high",
        facts=(Fact(FactKind.REVERTS, 'Revert "Fuse the add"'),),
    )
    story = Story(StoryKind.REVERT, (entry.commit.sha,), entry.commit.sha, Earlier("", 'Revert "Fuse the add"'))
    made = of(a_digest(replace(entry, triage=replace(entry.triage, importance=Importance.MEDIUM)), stories=(story,)))
    assert made.groups[0].blocks[0].heading == "Brings back “Fuse the add”"
    assert [point.text for point in made.watch] == ["Back again: “Fuse the add”"]


@pytest.mark.parametrize(
    ("title", "headline", "shown"),
    [
        ("fix(bundled-pages): keep the last one", "keep the last one", "bundled-pages: keep the last one"),
        ("Stress: use the new broker", "use the new broker", "Stress: use the new broker"),
        ('Revert "pages: keep the last one"', "keep the last one", "Reverted: pages: keep the last one"),
        ("[KV cache] Keep the last one", "Keep the last one", "Keep the last one"),
        ("feat(hicache): keep the last one", "keep the last one", "hicache: keep the last one"),
        ("Fix to-pages2: drop the last one", "drop the last one", "Fix to-pages2: drop the last one"),
        ("release: v1.2.1 (#12)", "v1.2.1", "release: v1.2.1"),
        ("chore: release pen@1.2.0", "pen@1.2.0", "chore: release pen@1.2.0"),
        ("pages: keep the last one", "The last page is kept.", "The last page is kept."),
        ("fix(pages): pages keep the last one", "pages keep the last one", "pages keep the last one"),
    ],
)
def test_a_scope_that_narrows_the_title_stands_before_it(title: str, headline: str, shown: str) -> None:
    """Unless an area says it, or the headline is not the title."""
    assert item(an_entry(a_commit(title), analysis=an_analysis(headline))).title == shown


def test_what_a_title_about_ci_keeps_to_itself_leads_its_line() -> None:
    """Whatever type the proof gives it."""
    fact = Fact(FactKind.UNSAFE_ADDED, "pickle.load", "quill/a.py", 3)
    commit = a_commit("ci: move tests")
    entry = an_entry(
        commit,
        "high",
        types=(ChangeType.SECURITY, ChangeType.CI_BUILD),
        facts=(fact,),
        analysis=an_analysis("move tests"),
    )
    assert item(entry).line == "Calls `pickle.load`, which is known to be unsafe (move tests)"


# -- how many, and of how many


def test_counts_the_day() -> None:
    """In both languages, and one is not many."""
    assert of(a_digest(an_entry(importance="high"))).counts == "1 commit by 1 author"
    two = (an_entry(a_commit(author="A"), "low"), an_entry(a_commit(author="B"), "low"))
    assert of(a_digest(*two, language="zh")).counts == "2 个提交，2 位作者"


def test_says_what_the_day_is_made_of_and_how_that_is_against_the_usual() -> None:
    """Lines of the product and of tests; types, what surrounds the product last."""
    files = (FileChange("quill/a.py", "modified", 1_200, 30), FileChange("tests/test_a.py", "added", 9, 0))
    entries = [an_entry(a_commit(files=files)) for _ in range(2)]
    entries += [an_entry(a_commit(files=()), types=(ChangeType.TESTS,)) for _ in range(3)]
    before = Average(7, 12.4, 1, 1, 1)
    made = [of(a_digest(*entries, language=language, before=before)) for language in LANGUAGES]
    assert [one.counts for one in made] == [
        "5 commits by 1 author (usually 12 a day)",
        "5 个提交，1 位作者（平时日均 12 个）",
    ]
    assert [one.makeup for one in made] == [
        "2,460 lines of product code · 18 of tests · 2 bug fixes, 3 test changes",
        "产品代码 2,460 行 · 测试 18 行 · 2 项缺陷修复、3 项测试改动",
    ]


def test_says_how_many_of_high_importance_there_are_besides() -> None:
    """Six stand first; who sees them knows that there are more."""
    entries = [an_entry(importance="high") for _ in range(MUST_KNOW + 5)]
    assert of(a_digest(*entries)).more_high == "and 5 more of high importance"
    assert of(a_digest(*entries, language="zh")).more_high == "另有 5 个高重要度提交"
    assert of(a_digest(*entries[:MUST_KNOW])).more_high == ""


def test_quotations_in_another_language_are_told_to_be_that() -> None:
    """One line says it, once."""
    assert of(a_digest(an_entry(), language="zh")).quoting == "标题与引文保留作者原文，未作翻译。"
    assert of(a_digest(an_entry(), language="en")).quoting == ""
    chinese = an_entry(analysis=an_analysis("修复缓存"))
    assert of(a_digest(chinese, language="zh")).quoting == ""
    assert of(a_digest(chinese)).quoting == "Headlines and quotations are as their authors wrote them."


def test_a_part_of_the_day_says_of_how_many_commits_it_is_a_part() -> None:
    """A narrowed digest does not look like a small day; an area stands in the title."""
    digest = a_digest(an_entry(areas=("amd_rocm",)), an_entry(areas=("docs",)), an_entry(areas=("docs",)))
    assert of(digest.only("docs")).title == "example/quill, Docs: Thursday, 2026-03-12"
    assert of(digest.only("docs")).counts == "2 of the 3 commits by 1 author"


def test_an_empty_part_is_not_an_empty_day() -> None:
    """Where filters leave nothing, nothing is claimed about what landed."""
    digest = a_digest(an_entry(), an_entry())
    assert of(digest.keep(())).counts == "None of the 2 commits matches what was asked for."
    assert of(a_digest(an_entry()).only("moon")).counts == "The one commit does not match what was asked for."


def test_a_day_without_commits_says_that_it_was_read_to_its_end() -> None:
    """A quiet day is told from an outage, and from a day that is not over."""
    assert "was read to the end of the window" in of(a_digest()).counts
    early = of(a_digest(built_at=DAY.end - timedelta(hours=2)))
    assert early.counts == "Nothing has landed so far."
    assert early.notices == ("The day is not over yet: commits were read up to 2026-03-12 22:00.",)
    assert early.statistics == ()


def test_shows_window_zone_and_branch() -> None:
    """Which day that is depends on where one lives."""
    made = of(a_digest())
    assert made.title == "example/quill: Thursday, 2026-03-12"
    assert made.window == "2026-03-12 00:00 to 2026-03-13 00:00 (Asia/Shanghai, 24 h), branch main"
    assert "default branch" in of(a_digest(branch="")).window


# -- an entry


def test_an_entry_in_words() -> None:
    """Title without the request's number, reasons only where it matters."""
    made = item(an_entry(importance="high"))
    assert (made.title, made.author, made.types) == ("Fix the cache", "Priya Nandakar", "bug fix")
    assert (made.areas, made.size) == ("KV cache", "+1 −1")
    assert made.reasons == "refuses what used to pass"
    assert item(an_entry(importance="low")).reasons == ""


def test_reasons_against_are_no_reasons_for() -> None:
    """Why it is high does not list what spoke against it."""
    reasons = (Reason("surroundings", "ci"), Reason("refuses", points=0.3))
    assert item(an_entry(importance="high", reasons=reasons)).reasons == say_reason(reasons[1], "en")


def test_what_nobody_wrote_has_a_name() -> None:
    """A commit without message or author is still a line that can be read and clicked."""
    made = item(an_entry(a_commit("", author="\u200b"), analysis=an_analysis("")))
    assert (made.title, made.author, made.gist, made.line) == ("(no message)", "(no name)", "", "(no message)")


def test_a_name_that_shows_nothing_is_none() -> None:
    """The account stands in for it, everywhere."""
    entry = an_entry(replace(a_commit(), author="\u200d", login="priya"))
    assert item_of(entry, "en", AREAS).author == "priya"
    assert dict(outline(a_digest(entry), AREAS).statistics)["Authors"] == "priya 1"
    assert item_of(an_entry(replace(a_commit(), author="\u200d")), "en", AREAS).author == "(no name)"


def test_an_entry_that_nobody_read_says_so() -> None:
    """It is listed by its title."""
    made = item(replace(an_entry(), analysis=None))
    assert (made.gist, made.line) == ("not analysed yet", "Fix the cache")


def test_a_commit_by_itself_says_why_rules_read_it() -> None:
    """In a digest the run card says it, once for all; it names no model as the reader that read nothing."""
    stood_in = an_entry(analysis=an_analysis(stands_in="the server is down"))
    assert item_of(stood_in, "en", the_areas()).marks == ("by rules instead of the model, because the server is down",)
    card = dict(of(a_digest(stood_in, run=RunCard("m-1", "7"))).run)
    assert card["Analysed by"] == "rules; m-1 was asked but gave no answer (prompt 7)"
    assert "the server is down" in card["Stand-ins"]


def test_marks_say_what_must_be_known_of_an_entry() -> None:
    """Late, partly seen, read by rules instead of a model, with claims left out."""
    files = (FileChange("big.json", "modified", 1, 0, unseen="too large"),)
    analysis = an_analysis(unseen=("quill/a.py (2 of 5 hunks)",), stands_in="the server is down", dropped=1)
    commit = a_commit(files=files, committed_at=NOON - timedelta(days=1))
    assert item(an_entry(commit, analysis=analysis, late=True)).marks == (
        "late: committed Wednesday, 2026-03-11, landed after that day's digest",
        "part of the diff was not seen: big.json, quill/a.py (2 of 5 hunks)",
        "by rules instead of the model",
        "1 claim that the commit does not support was left out",
    )


def test_a_reason_worded_in_english_alone_is_not_shown_among_chinese() -> None:
    """The JSON has it."""
    entry = an_entry(analysis=an_analysis(language="zh", stands_in="the server is down"))
    assert item_of(entry, "zh", the_areas()).marks == ("由规则代替模型分析",)


def test_a_long_list_of_unseen_files_says_how_many_more_there_are() -> None:
    """It is not cut without a word; where the source named none, that is said."""
    names = tuple(f"{number}.py" for number in range(6))
    assert item(an_entry(analysis=an_analysis(unseen=names))).marks == (
        "part of the diff was not seen: 0.py, 1.py, 2.py, 3.py … +2",
    )
    assert item(an_entry(a_commit(more_files=True))).marks == (
        "part of the diff was not seen: files the source does not list",
    )


def test_a_merge_says_how_many_commits_it_brought() -> None:
    """That is no warning, so it stands beside its lines."""
    brought = (Brought("a" * 40, "One"), Brought("b" * 40, "Two"))
    assert item(an_entry(a_commit(brought=brought))).size == "+1 −1 · merge of 2 commits"
    assert item(an_entry(a_commit(brought=brought[:1])), "zh").size == "+1 −1 · 合并了 1 个提交"


def claims(analyser: str, importance: str = "high") -> Item:
    claim = Claim("Waits longer.", ("quill/cache.py",), Aspect.PERFORMANCE, unchecked=True)
    named = Claim("`cache.py` waits.", ("quill/cache.py",))
    analysis = an_analysis(analyser=analyser, effect="Slower.", impact=(claim,), insight=(named,), risks=(claim,))
    return item(an_entry(importance=importance, analysis=analysis))


def test_claims_say_their_aspect_and_what_could_not_be_checked() -> None:
    """What a model says and the commit does not settle is marked."""
    assert part(claims("m-1"), "Risks") == ["Performance: Waits longer. (could not be checked)"]


def test_a_models_claim_shows_the_file_that_it_rests_on() -> None:
    """Unless its words name it already; the rules' proofs are the facts."""
    paths = {part.name: part.points[0].path for part in claims("m-1").parts}
    assert paths == {"Effect": "", "Affects": "quill/cache.py", "Insight": "", "Risks": "quill/cache.py"}
    assert {part.points[0].path for part in claims("rules").parts} == {""}


def test_a_low_entry_says_what_to_mind_and_no_more() -> None:
    """As deep as its importance deserves."""
    assert [part.name for part in claims("m-1", "low").parts] == ["Effect", "Risks"]


def test_facts_say_where_they_are_seen() -> None:
    """What is gone is seen in the version before."""
    facts = (
        Fact(FactKind.FLAG_ADDED, "--x", "quill/a.py", 3),
        Fact(FactKind.FLAG_REMOVED, "--y", "quill/a.py", 4),
        Fact(FactKind.FLAG_ADDED, "--x", "quill/a.py", 3),
    )
    (proofs,) = (part for part in item(an_entry(facts=facts)).parts if part.name == "Facts from the diff")
    assert [(point.path, point.line, point.is_before) for point in proofs.points] == [
        ("quill/a.py", 3, False),
        ("quill/a.py", 4, True),
    ]
    assert [part.name for part in item(an_entry(importance="low", facts=facts)).parts] == []


# -- the day as a whole


def test_must_know_are_the_important_ones() -> None:
    """A line each."""
    digest = a_digest(an_entry(importance="high", analysis=an_analysis("Crash of the cache. Sometimes.")), an_entry())
    assert [made.line for made in of(digest).must_know] == ["Crash of the cache. Sometimes."]


def test_a_list_to_watch_is_whole_or_not_there() -> None:
    """What must be known may name one of several gates: the list of all stands below it; where it names all, there is none."""
    gates = [Fact(FactKind.GATE_REMOVED, f"gate.{name}") for name in ("one", "two", "three")]
    entries = [
        an_entry(importance="high" if place else "low", facts=(gate,), analysis=an_analysis(f"Remove {gate.name}"))
        for place, gate in enumerate(gates)
    ]
    assert [point.text for point in of(a_digest(*entries)).watch] == ["Removed: `gate.one`, `gate.two`, `gate.three`"]
    assert of(a_digest(*entries[1:])).watch == ()


def test_a_post_names_as_much_to_watch_as_a_phone_shows_whole() -> None:
    """Two names of several; one where two would be cut."""
    name = "operator_information_of_the_whole_service"
    removed = tuple(Fact(FactKind.NAME_REMOVED, f"gone_{number}") for number in range(4))
    renamed = tuple(
        Fact(FactKind.RENAMED, f"{name}_{number}", before=f"{name}_{number}", after=f"get_{name}_{number}")
        for number in range(3)
    )
    post = outline(a_digest(an_entry(facts=(*removed, *renamed))), AREAS)
    assert watched(post) == (
        f"Removed: `gone_0`, `gone_1` and others · Renamed: `{name}_0` → `get_{name}_0` and others"
    )


def test_watch_gathers_what_was_taken_back_changed_removed_and_added() -> None:
    """From the facts of all entries, with a word where there are too many."""
    facts = (
        Fact(FactKind.DEFAULT_CHANGED, "timeout", before="1", after="2"),
        Fact(FactKind.NAME_REMOVED, "Cache"),
        Fact(FactKind.ENV_REMOVED, "QUILL_PAGES"),
        Fact(FactKind.DEPRECATED, "Use pages. They are better."),
        Fact(FactKind.TEST_DISABLED, "test_x"),
        Fact(FactKind.UNSAFE_ADDED, "pickle.load"),
        Fact(FactKind.REVERTS, "Fuse the add"),
        *(Fact(FactKind.FLAG_ADDED, f"--flag-{number}") for number in range(8)),
    )
    assert [point.text for point in of(a_digest(an_entry(facts=facts))).watch] == [
        "Reverted: “Fuse the add”",
        "Defaults changed: `timeout` 1 → 2",
        "Removed: `Cache`, `QUILL_PAGES`",
        "Deprecated: “Use pages.”",
        "New flags, commands and variables: `--flag-0`, `--flag-1`, `--flag-2`, `--flag-3`, `--flag-4`, `--flag-5` and others",
        "Unsafe calls added: `pickle.load`",
        "Tests disabled: `test_x`",
    ]


@pytest.mark.parametrize(
    ("one", "two", "heading"),
    [
        (("quill/cache.py",), ("quill/cache.py", "quill/pages.py"), "A series of 2 commits, in `cache.py`"),
        (("quill/cache.py",), ("quill/pages.py", "docs/a.md"), "A series of 2 commits"),
        (("quill/cache.py",), ("csrc/pages.cu",), "A series of 2 commits"),
        (("tests/a/test_a.py",), ("tests/b/test_b.py", "quill/a.py"), "A series of 2 commits"),
        (("quill/kv/a.py",), ("quill/kv/b.py", "docs/a.md"), "A series of 2 commits, in `quill/kv`"),
        (("tests/kv/a/test_a.py",), ("tests/kv/b/test_b.py",), "A series of 2 commits, in `tests/kv`"),
    ],
)
def test_a_story_says_where_it_happens(one: tuple[str, ...], two: tuple[str, ...], heading: str) -> None:
    """The file of the product that all its commits touch, or else their folder."""
    entries = [
        an_entry(a_commit(files=tuple(FileChange(path, "modified", 1, 1) for path in paths))) for paths in (one, two)
    ]
    story = Story(StoryKind.SERIES, tuple(entry.commit.sha for entry in entries), entries[0].commit.sha)
    assert of(a_digest(*entries, stories=(story,))).groups[0].blocks[0].heading == heading


def test_statistics_of_the_day() -> None:
    """Lists that are too long say how much is missing."""
    files = (FileChange("quill/a.py", "modified", 1_200, 30), FileChange("tests/test_a.py", "added", 9, 0))
    entries = [an_entry(a_commit(author=f"Author {number}", files=files)) for number in range(10)]
    entries.append(an_entry(a_commit(author="Author 0", files=()), types=(ChangeType.REVERT,)))
    rows = dict(of(a_digest(*entries)).statistics)
    assert rows["Importance"] == "high 0 · medium 11 · low 0"
    assert rows["Types"] == "bug fix 10 · revert 1"
    assert rows["Lines"] == "+12,090 −300 in 2 files: product 12,300 · test 90"
    assert rows["Authors"].startswith("Author 0 2 · Author 1 1 · ")
    assert rows["Authors"].endswith("Author 7 1 … +2")
    assert rows["Reverts"] == "1"


def test_authors_whose_names_differ_in_what_is_not_seen_are_all_counted() -> None:
    """None of them is dropped."""
    digest = a_digest(an_entry(a_commit(author="Ann")), an_entry(a_commit(author="Ann\u200b")))
    assert dict(of(digest).statistics)["Authors"] == "Ann 1 · Ann 1"


def test_compares_with_the_days_before() -> None:
    """If they are known."""
    before = Average(7, 12.34, 2.0, 0.5, 12_345.6)
    rows = dict(of(a_digest(an_entry(), before=before)).statistics)
    assert rows["Compared with the previous 7 days"] == (
        "commits 1 (average 12.3) · high 0 (2.0) · reverts 0 (0.5) · product lines 2 (12,346)"
    )
    assert "Compared with one earlier day" in dict(of(a_digest(an_entry(), before=replace(before, days=1))).statistics)


def test_the_overview_names_its_commits() -> None:
    """So that a format can link to them."""
    entry = an_entry()
    (point,) = of(a_digest(entry, overview=(Theme("Faster\u202e.", (entry.commit.sha,)),))).overview
    assert (point.text, point.shas) == ("Faster.", (entry.commit.sha,))


# -- how it was made


def test_says_how_much_of_the_day_was_seen_and_by_whom() -> None:
    """Who read it is always said; what was not seen, where there is such a thing."""
    rows = run_of(a_digest(an_entry(), an_entry()))
    assert rows["Analysed by"].startswith("rules, without a model (version 1)")
    assert "Coverage" not in rows
    assert of(a_digest(an_entry())).gaps == ""


def test_says_what_a_model_did_not_read_and_why() -> None:
    """Stand-ins, unread and partial entries, late ones and those that merges brought."""
    brought = (Brought("a" * 40, "One"),)
    entries = (
        an_entry(analysis=an_analysis(analyser="m-1", unseen=("a.py",))),
        an_entry(a_commit(brought=brought), analysis=an_analysis(stands_in="the server is down")),
        an_entry(analysis=an_analysis(stands_in="the server is down"), late=True),
        replace(an_entry(), analysis=None),
    )
    run = RunCard(
        analyser="m-1", prompt="3", usage=Usage(2, 1, 1_234, 56, 1_000, 2.0), cost=0.0123, notes=("overview by rules",)
    )
    rows = run_of(a_digest(*entries, run=run))
    assert rows["Analysed by"] == "m-1 (prompt 3)"
    assert rows["Coverage"] == (
        "1 partly seen, 1 not analysed, 2 read by rules instead of the model, "
        "1 more came in through merges, 1 late from earlier days"
    )
    assert rows["Stand-ins"] == (
        "2 commits by rules instead of the model (the server is down); the next run tries again"
    )
    assert rows["Model"] == "2 calls, 1 retried, 1,234 tokens in (1,000 cached), 56 out, cost 0.0123"
    assert rows["Notes"] == "overview by rules"


def test_what_a_model_refuses_is_not_said_to_be_asked_again() -> None:
    refused = an_analysis(analyser="m-1", stands_in="the model refused")
    rows = run_of(a_digest(an_entry(analysis=refused), an_entry(analysis=refused), run=RunCard("m-1", "3")))
    assert rows["Stand-ins"] == "2 commits by rules, because the model refuses to discuss them (the model refused)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_said_in_both_languages(language: Language) -> None:
    """No case has a label in one language only."""
    entry = an_entry(
        a_commit(brought=(Brought("a" * 40, "One"),), more_files=True),
        "high",
        facts=tuple(Fact(kind, "name", "quill/a.py", 1, "1", "2", "detail") for kind in FactKind),
        analysis=an_analysis(
            analyser="m-1", language=language, effect="e", stands_in="s", dropped=2, unseen=("a",),
            impact=tuple(Claim("c", (), aspect, unchecked=True) for aspect in Aspect),
        ),
        late=True,
    )  # fmt: skip
    low = replace(an_entry(importance="low"), analysis=None)
    story = Story(StoryKind.REVERT, (entry.commit.sha, low.commit.sha), entry.commit.sha)
    digest = a_digest(
        entry, low, language=language, stories=(story,), built_at=NOON, notes=("n",), overview=(Theme("t"),),
        before=Average(2, 1, 1, 1, 1), run=RunCard("m-1", "3", 5, 0, 1, Usage(1, 0, 1, 1), 0.1, 1.0, ("n",)),
    )  # fmt: skip
    made = of(digest)
    said = [made.title, made.window, made.counts, *made.notices, *(point.text for point in made.watch)]
    said += [text for row in (*made.statistics, *made.run) for text in row]
    for one in made.items():
        said += [one.title, one.reasons, *one.marks, *(point.text for part in one.parts for point in part.points)]
    assert not [text for text in said if "{" in text or "}" in text]
    assert made.groups[0].importance is Importance.HIGH
