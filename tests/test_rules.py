"""What the analyser without a model says of commits: quotations from people, sentences that the diff proves, or nothing."""

import re
from dataclasses import replace
from typing import Any

import pytest
from builders import a_change
from hypothesis import given
from hypothesis import strategies as st
from made import a_commit, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.entry import RULES, Analysis, Claim, Entry
from analysis.facts import facts_of
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules import RulesAnalyser
from analysis.rules.version import content_version, rules_version
from analysis.rules.wording import error_text, told_apart
from analysis.statements import Source, Statement, StatementKind
from analysis.triage.areas import general
from analysis.triage.triage import triage


def judged(message: str, *files: FileChange, **changes: Any) -> Entry:
    commit = a_commit(message, files=files, **changes)
    facts = facts_of(commit)
    return Entry(commit, facts, triage(commit, facts, general()))


def analysed(entry: Entry, language: Language = "en") -> Analysis:
    return RulesAnalyser().analyse((entry,), language).analyses[entry.commit.sha]


def texts(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.text for claim in claims]


CODE = a_change("quill/cache.py", "def load(n):\n    return n\n", "def load(n):\n    return n + 1\n")


class TestQuotations:
    def test_the_headline_is_the_title_as_its_author_wrote_it(self) -> None:
        assert analysed(judged("[Core] fix(cache): Pages come back twice (#12)", CODE)).headline in (
            "[Core] fix(cache): Pages come back twice (#12)"
        )

    @pytest.mark.parametrize(
        "title", ['Revert "[Perf] Fuse the add (#7)" (#9)', 'Reapply "[Perf] Fuse the add (#7)" (#9)']
    )
    def test_what_is_taken_back_or_brought_back_is_the_headline(self, title: str) -> None:
        assert analysed(judged(title, CODE)).headline == "Fuse the add"

    def test_what_people_wrote_is_quoted_and_never_twice(self) -> None:
        effect = Statement("Pages no longer come back twice.", Source.BODY)
        caveat = Statement(
            "Known limitation: not on Windows.", Source.PULL_REQUEST, StatementKind.CAVEAT, "https://e.org/1"
        )
        figure = Statement("1.4x faster on large pages.", Source.PULL_REQUEST, StatementKind.FIGURE, "https://e.org/1")
        comment = Statement("Pages are counted by their owner.", Source.CODE_COMMENT, path="quill/cache.py", line=2)
        entry = replace(judged("Fix pages", CODE), statements=(effect, caveat, figure, comment))
        languages: dict[Language, str] = {"en": "“”", "zh": "“”"}
        for language, quotes in languages.items():
            analysis = analysed(entry, language)
            assert effect in analysis.why
            said = [*texts(analysis.insight), *texts(analysis.risks)]
            assert sum("not on Windows" in text for text in said) == 1
            assert sum("1.4x faster" in text for text in said) == 1
            assert all(
                quotes[0] in text and quotes[1] in text for text in said if "Windows" in text or "faster" in text
            )
        (risk,) = analysis.risks
        assert risk.url == "https://e.org/1"

    def test_a_comment_is_quoted_with_its_line(self) -> None:
        comments = [
            Statement(f"Pages are counted by owner {n}.", Source.CODE_COMMENT, path="quill/cache.py", line=n)
            for n in range(1, 4)
        ]
        analysis = analysed(replace(judged("Fix pages", CODE), statements=tuple(comments)))
        quoted = [claim for claim in analysis.insight if "counted by owner" in claim.text]
        assert [(claim.paths, claim.line) for claim in quoted] == [(("quill/cache.py",), 3)]
        assert all(f"owner {claim.line}" in claim.text for claim in quoted)


class TestTheFields:
    def test_nothing_is_said_where_nothing_is_proved(self) -> None:
        analysis = analysed(judged("Once more"))
        assert (analysis.effect, analysis.impact, analysis.insight, analysis.risks, analysis.recommendations) == (
            "",
            (),
            (),
            (),
            (),
        )

    def test_claims_stand_on_lines(self) -> None:
        before = 'p = argparse.ArgumentParser()\np.add_argument("--one")\np.add_argument("--two")\n'
        analysis = analysed(
            judged("Drop two", a_change("quill/args.py", before, before.replace('p.add_argument("--two")\n', "")))
        )
        for claim in (*analysis.impact, *analysis.risks, *analysis.recommendations):
            assert (claim.paths, claim.line, claim.is_before) == (("quill/args.py",), 3, True)

    def test_flags_of_a_new_program_are_no_news(self) -> None:
        text = 'p = argparse.ArgumentParser()\np.add_argument("--source", help="where")\n'
        analysis = analysed(judged("Add a checker", a_change("quill/check.py", None, text)))
        assert analysis.effect == ""
        assert "--source" not in str(analysis.impact)

    def test_many_changes_of_one_kind_are_told_together_and_counted(self) -> None:
        before = "".join(f'p.add_argument("--f{n}", default={n})\n' for n in range(5))
        after = "".join(f'p.add_argument("--f{n}", default={n + 1})\n' for n in range(5))
        analysis = analysed(
            judged(
                "Tune",
                a_change(
                    "quill/args.py",
                    f"p = argparse.ArgumentParser()\n{before}",
                    f"p = argparse.ArgumentParser()\n{after}",
                ),
            )
        )
        assert analysis.effect.startswith("Several defaults change: `--f0` 0 → 1, ")
        assert [text for text in texts(analysis.risks) if "by default" in text] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_analysis_is_the_same_each_time(self, language: Language) -> None:
        entry = judged("Fix page in cache", CODE)
        assert analysed(entry, language) == analysed(entry, language)


class TestTheOverview:
    def test_areas_come_by_weight_with_the_kinds_of_their_changes(self) -> None:
        fixes = [an_entry(None, "high", areas=("kv_cache",)) for _ in range(2)]
        feature = an_entry(None, "medium", areas=("kv_cache",), types=(ChangeType.FEATURE,))
        others = [
            an_entry(None, "medium", areas=("lora",)),
            *(an_entry(None, "low", areas=("docs",)) for _ in range(3)),
        ]
        entries = (*fixes, feature, *others)
        (theme,) = RulesAnalyser().compare(entries, "o/r", "en").themes
        assert theme.text == "KV cache: 2 bug fixes and 1 feature"
        assert theme.shas == tuple(entry.commit.sha for entry in (*fixes, feature))
        (theme,) = RulesAnalyser().compare(entries, "o/r", "zh").themes
        assert theme.text == "KV 缓存：2 项缺陷修复和 1 项新功能"


class TestTheVersion:
    def test_the_rules_say_who_they_are(self) -> None:
        analyser = RulesAnalyser()
        assert (analyser.name, analyser.prompt) == (RULES, rules_version())
        assert analyser.jobs(()) == []
        assert analysed(judged("Fix")).prompt == rules_version()

    def test_another_content_is_another_version(self) -> None:
        """No change of a rule or of a word leaves old texts standing."""
        assert content_version([b"a", b"b"]) == content_version([b"a", b"b"])
        assert len({content_version(texts) for texts in ([b"a", b"b"], [b"ab"], [b"a", b"c"], [b"b", b"a"])}) == 4


def well_formed(text: str) -> None:
    """Fail if a sentence of ours has holes: what stands in code and quotation marks is its author's."""
    assert text.count("`") % 2 == 0
    plain = re.sub(r"`[^`]*`", "x", text)
    assert plain.count("“") == plain.count("”")
    plain = re.sub(r"“[^”]*”", "x", plain)
    assert not re.search(
        r"\s\s|\s[,.;:。，；：、](?:\s|$)|[,;:][,;:](?:\s|$)|[。，；：、]{2}|\.\.(?!\.)$|[:;,：；，、]$", plain
    ), text
    assert text == text.strip()
    assert not re.search(r"\{\w*\}", plain) or "{" in text


words = st.sampled_from(
    [
        "fix", "add", "NaN", "crash", "in", "`a.py`", "`x", "cache", "(", ")", "“", "”", '"', "'", ",", ".", ";", ":", "...",
        "page_size=1", "修复", "缓存", "->", "1", "[x]", "&", "a:", "-", "|", "{x}", "{}", "%s", "\u202e", "\x00", "🚀", "H100", "revert",
    ]
)  # fmt: skip
titles = st.lists(words, max_size=14).map(" ".join) | st.text(max_size=120)


@pytest.mark.parametrize("language", LANGUAGES)
@given(title=titles, comment=titles, type_=st.sampled_from(ChangeType))
def test_any_commit_gives_whole_sentences(language: Language, title: str, comment: str, type_: ChangeType) -> None:
    """No double spaces, no stray punctuation, marks in pairs: whatever the commit holds."""
    line = comment.replace("\n", " ")
    files = (
        a_change(
            "quill/a.py",
            "def load(a):\n    x = 1\n",
            f'def load(a, b):\n    # {line}\n    if a:\n        raise ValueError("{line}")\n',
        ),
        a_change("quill/b.py", "p = P()\n", f'"""{line}"""\np.add_argument("--x", help="{line}")\n'),
        a_change("tests/test_a.py", "x = 1\n", None),
    )
    entry = judged(title, *files)
    caveat = Statement(line, Source.BODY, StatementKind.CAVEAT)
    entry = replace(entry, triage=replace(entry.triage, types=(type_,)), statements=(caveat,))
    analysis = analysed(entry, language)
    well_formed(analysis.effect)
    for claim in (*analysis.impact, *analysis.insight, *analysis.risks, *analysis.recommendations):
        well_formed(claim.text)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("page {page!r} of {book.name} is gone", "page <page> of <book.name> is gone"),
        ("took {time:.2f} s of {}", "took <time> s of …"),
        ("no page: {:?}", "no page: …"),
        ("page %d of %s is gone", "page … of … is gone"),
        ("no page ${number}", "no page <number>"),
    ],
)
def test_places_of_an_error_are_shown_as_such(message: str, shown: str) -> None:
    """In whatever language they are written."""
    assert error_text(message) == shown


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("quill/press/ink.py", "quill/press/page.py", ("ink.py", "page.py")),
        ("quill/press/ink.py", "quill/bind/ink.py", ("press/ink.py", "bind/ink.py")),
        ("quill/press/steps/__init__.py", "quill/press_core/steps/__init__.py", ("press/steps/__init__.py", "press_core/steps/__init__.py")),
        ("src/press/mod.rs", "src/bind/mod.rs", ("press/mod.rs", "bind/mod.rs")),
        ("main.go", "cmd/main.go", ("main.go", "cmd/main.go")),
    ],
)  # fmt: skip
def test_files_between_which_code_moves_are_told_apart(one: str, other: str, shown: tuple[str, str]) -> None:
    assert told_apart(one, other) == shown


def test_an_effect_quotes_an_errors_first_sentence() -> None:
    """What to do about it stands with the facts."""
    check = 'assert pages, "No page is left (e.g. Page 2). Take more of them."'
    before, after = "def take(pages):\n    return pages\n", f"def take(pages):\n    {check}\n    return pages\n"
    analysis = analysed(judged("Fix taking", a_change("quill/cache.py", before, after)))
    assert "“No page is left (e.g. Page 2)”" in analysis.effect
