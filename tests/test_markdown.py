"""The report as Markdown: what its readers see, whatever the commits hold."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made import a_commit, a_digest, an_analysis, an_entry, spoiled, the_areas, the_sample
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analysis.commits.commit import FileChange
from analysis.digest.digest import Digest
from analysis.digest.stories import Story, StoryKind
from analysis.entry import Claim, Entry, Theme
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.triage.reason import Reason
from formatters.markdown.report import escape, markdown
from formatters.text.plain import clean

AREAS = the_areas()
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NOTHING = "<!-- -->"
OURS = re.compile(r'<a id="([\w-]+)">|</a>|</?sub>|<!-- -->|<details><summary>\w+</summary>\s*|</details>\s*')
CODE = re.compile(r"(`+)([^`]+?)\1(?!`)")


def tokens(source: str) -> Iterator[Token]:
    for token in READER.parse(source):
        yield token
        yield from token.children or ()


def seen(source: str) -> str:
    """The text that a reader sees."""
    return "".join(token.content for token in tokens(source) if token.type in {"text", "code_inline", "text_special"})


def codes(source: str) -> list[str]:
    return [token.content for token in tokens(source) if token.type == "code_inline"]


def links(source: str) -> list[str]:
    return [str(token.attrGet("href")) for token in tokens(source) if token.type == "link_open"]


def shape(source: str) -> Counter[str]:
    """What a report is made of, but for its words, its code and its names."""
    found: Counter[str] = Counter()
    for token in tokens(source):
        if token.type in {"html_inline", "html_block"}:
            assert OURS.fullmatch(token.content), token.content
            found[re.sub('".*"', "", token.content)] += token.content != NOTHING
        elif token.type == "link_open":
            place = str(token.attrGet("href"))
            found["link within" if place.startswith("#") else re.sub(r"r/(\w+)/.*", r"r/\1", f"link {place}")] += 1
        elif token.type not in {"text", "text_special", "code_inline", "inline", "softbreak"}:
            found[f"{token.type} {token.tag}"] += 1
    return +found


# -- the sample day


@pytest.fixture
def sample(
    quill: Path, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[Language, str]:
    monkeypatch.chdir(tmp_path)
    return {language: markdown(*the_sample(quill, environ, SAMPLE_NOW, language)) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_day(sample: Mapping[Language, str], golden: Callable[[str, str], None], language: Language) -> None:
    """As it lies in tests/golden, to be read."""
    golden(f"quill.{language}.md", sample[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_sample_day_leads_somewhere(sample: Mapping[Language, str], language: Language) -> None:
    """Each anchor is there once, and nothing links to what is not there."""
    anchors = re.findall(r'<a id="([\w-]+)"></a>', sample[language])
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in links(sample[language])} <= set(anchors)
    assert len(links(sample[language])) > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_of_the_sample_day_are_one_outline(sample: Mapping[Language, str], language: Language) -> None:
    """One title, and no level left out."""
    levels = [int(token.tag[1]) for token in READER.parse(sample[language]) if token.type == "heading_open"]
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_the_hostile_commit_of_the_sample_day_is_harmless(sample: Mapping[Language, str]) -> None:
    """It pings nobody, links nowhere, and closes nothing of ours."""
    report = sample["en"]
    assert "@everyone" not in re.sub(CODE, "", report)
    assert not [link for link in links(report) if "evil" in link]
    assert report.count("</details>") == report.count("<details>")
    assert "polish a comment @everyone <!channel> [click](https://evil.example) </details>" in seen(report)


# -- where links lead


def test_links_lead_to_the_commit_its_request_and_the_lines_that_prove_it() -> None:
    """Into the version after the commit, or before it for what is gone."""
    commit = a_commit(
        "Drop it (#12)",
        url="https://github.com/example/quill/commit/" + "a" * 40,
        sha="a" * 40,
        files=(
            FileChange("quill/new name.py", "renamed", 1, 1, "quill/old.py"),
            FileChange("quill/gone.py", "removed", 0, 5),
        ),
    )
    facts = (
        Fact(FactKind.FLAG_ADDED, "--x", "quill/new name.py", 3),
        Fact(FactKind.FLAG_REMOVED, "--y", "quill/new name.py", 4),
        Fact(FactKind.MODULE_REMOVED, "quill/gone.py", "quill/gone.py"),
        Fact(FactKind.FLAG_ADDED, "--z", "not/in/it.py", 1),
    )
    base = "https://github.com/example/quill"
    claim = Claim("It is used no longer.", ("quill/gone.py",))
    analysis = an_analysis(analyser="m-1", risks=(claim,))
    found = links(markdown(a_digest(an_entry(commit, facts=facts, analysis=analysis)), AREAS))
    assert [link for link in found if link.startswith("http") and "/blob/" in link] == [
        f"{base}/blob/{'b' * 40}/quill/gone.py",
        f"{base}/blob/{'a' * 40}/quill/new%20name.py#L3",
        f"{base}/blob/{'b' * 40}/quill/old.py#L4",
        f"{base}/blob/{'b' * 40}/quill/gone.py",
    ]
    assert f"{base}/commit/{'a' * 40}" in found
    assert f"{base}/pull/12" in found


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)/commit/x",
        "https://x.example/a) [b](https://evil/commit/x",
        "https://x y/commit/z",
    ],
)
def test_an_address_that_is_none_is_no_link(url: str | None) -> None:
    """A clone says itself where it comes from."""
    report = markdown(a_digest(an_entry(a_commit(url=url))), AREAS)
    assert [link for link in links(report) if not link.startswith("#")] == []


def test_several_reports_in_one_file_keep_their_anchors_apart() -> None:
    """Also where the same commit stands in two of them."""
    entry = an_entry(importance="high")
    digest = a_digest(entry, overview=(Theme("One.", (entry.commit.sha,)),))
    both = "\n---\n\n".join(markdown(digest, AREAS, part=part) for part in (1, 2))
    anchors = re.findall(r'<a id="([\w-]+)"></a>', both)
    assert len(anchors) == len(set(anchors)) == 6
    assert {link for link in links(both) if link.startswith("#")} < {f"#{anchor}" for anchor in anchors}
    half = len(links(both)) // 2
    assert all(link.startswith("#p1-") for link in links(both)[:half])
    assert all(link.startswith("#p2-") for link in links(both)[half:])


# -- text from outside

HOSTILE = st.lists(
    st.sampled_from(
        [
            "a", "b", " ", "  ", "缓存", "x_y", "_", "__", "*", "**", "~~", "`", "``", "```", "`a|b`", "`[x](y)`", "|", "||",
            "\\", "\\|", "[", "]", "](https://evil.example)", "[a](b)", "![i](https://evil.example/i.png)", "<b>", "</a>",
            "</details>", "<!--", "-->", "<https://evil.example>", "<script>", "&amp;", "&#35;", "&lt;b&gt;", "@everyone",
            "@user", "@org/team", "<!channel>", "<@U123>", "https://evil.example", "http://x", "www.evil.example",
            "ftp://evil", "mailto:a@b.c", "a@b.example", ":smile:", ":+1:", "$x$", "$$", "#", "##", " #", "# ", "=", "===",
            "-", "---", "- ", "+", "+ ", ">", "> ", "1.", "1. ", "2)", "[^1]", "[x]: y", "~", "\n", "\r\n", "\t", "\u2028",
            "\x1b[31m", "\u202e", "\u200b", "\u200d", "\ufeff", "\x00", "!", "(", ")", '"', "'", "…", "🔴", "e\u0301",
        ]
    )
    | st.text(max_size=4),
    min_size=1,
    max_size=14,
).map("".join)  # fmt: skip

CONTEXTS: dict[str, Callable[[str], str]] = {
    "paragraph": escape,
    "second line": lambda text: f"above\n{escape(text)}",
    "list": lambda text: f"- {escape(text)}",
    "in a list": lambda text: f"- above\n  {escape(text)}",
    "quotation": lambda text: f"> {escape(text)}",
    "heading": lambda text: f"# {escape(text)}",
    "bold": lambda text: f"**{escape(text)}**",
    "link": lambda text: f"[{escape(text)}](#x)",
    "table": lambda text: f"| |\n|---|\n| {escape(text, in_table=True)} |",
}


@pytest.mark.parametrize("context", CONTEXTS)
@settings(max_examples=200, deadline=None)
@given(text=HOSTILE)
def test_any_text_is_seen_as_it_is_and_does_nothing(context: str, text: str) -> None:
    """No link, picture, element, heading or list comes from it; code keeps its characters, the rest is seen as text."""
    text = clean(text)
    if not text:
        return
    source = CONTEXTS[context](text)
    expected = CODE.sub(lambda found: found[2], text)
    assert seen(source).removeprefix("above") == expected
    assert codes(source) == [found[2] for found in CODE.finditer(text)]
    assert shape(source) == shape(CONTEXTS[context]("x"))


@example(text=":smile:_https://evil.example")
@settings(max_examples=150, deadline=None)
@given(text=HOSTILE)
def test_no_text_is_made_a_link_a_mention_or_a_picture_by_what_comes_after(text: str) -> None:
    """GitHub makes links, mentions, emoji and formulas of plain text, in a step of its own."""
    for token in tokens(escape(clean(text))):
        if token.type == "text":
            assert not re.search(r"(?i)(?<![a-z0-9])(https?://|ftp://|www\.\w|mailto:\w|xmpp:\w)", token.content)
            assert not re.search(r"@[\w-]|:[\w+-]+:", token.content)
    assert not re.search(r"(?<!\\)(?:\\\\)*\$", CODE.sub("", escape(clean(text)).replace("\\`", "")))


def whole(text: str = "plain words", *, language: Language = "en") -> Digest:
    """A digest that says `text` wherever text from outside can stand."""
    facts = (Fact(FactKind.FLAG_ADDED, "--x", "quill/a.py", 3), Fact(FactKind.REVERTS, "x", detail="#3"))
    reasons = (Reason("crash", "boom", 3.0), Reason("leak", "leaks", 1.0))
    plain = [
        an_entry(importance=level, facts=facts, reasons=reasons) for level in ("high", "high", "medium", "low", "low")
    ]
    entries = [spoiled(entry, text) for entry in plain]
    first, second, third, fourth, fifth = (entry.commit.sha for entry in entries)
    stories = (Story(StoryKind.SERIES, (first, third), first), Story(StoryKind.SAME_WORK, (fourth, fifth), fourth))
    return a_digest(
        *entries, language=language, repo=text, branch=text, stories=stories, notes=(text,),
        overview=(Theme(text, (first, second)),),
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(text=HOSTILE)
def test_a_report_has_the_same_shape_whatever_its_commits_say(text: str) -> None:
    """Its headings, lists, tables, links and anchors are its own: none is forged, none is broken."""
    text = f"a{clean(text)}".strip()
    if re.search(
        r"#\d|\d\)$|Merge pull|[.!?。！？\u3400-\u9fff]", text
    ):  # numbers of requests are links, sentences end lists' lines
        return
    assert checked_shape(whole(text)) == checked_shape(whole())


def checked_shape(digest: Digest) -> Counter[str]:
    report = markdown(digest, AREAS)
    anchors = re.findall(r'<a id="([\w-]+)"></a>', report)
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in links(report) if link.startswith("#")} <= set(anchors)
    assert sum(line.startswith("| ") for line in report.splitlines()) == len(digest.entries) + 1
    return shape(report)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_thousand_characters_are_all_there(language: Language) -> None:
    """Nothing is cut."""
    text = "word " * 2_000 + "end"
    report = markdown(whole(text, language=language), AREAS)
    assert text in seen(report)
    assert checked_shape(whole(text)) == checked_shape(whole("word"))


def test_code_keeps_a_pipe_in_tables_and_elsewhere() -> None:
    """`str | None` is seen so, in the table and in the text."""
    entry: Entry = an_entry(
        a_commit("Accept `str | None`"), analysis=an_analysis("Accept `str | None`", effect="Takes `str | None`.")
    )
    report = markdown(a_digest(entry), AREAS)
    assert set(codes(report)) == {"str | None", entry.commit.short}
    assert "Takes `str | None`." in report
    assert "[Accept `str \\| None`]" in report
