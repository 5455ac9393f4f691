"""What is said, in both languages: nothing is missing, and nothing says more in one than in the other."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest
from made import a_commit

from analysis.commits.file_kinds import FileKind
from analysis.commits.title import ChangeType
from analysis.digest.digest import MUST_KNOW
from analysis.digest.stories import StoryKind
from analysis.entry import Aspect
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, LOCALES, Language, language_of
from analysis.rules.wording import say, say_fact, say_reason
from analysis.statements.symptoms import symptoms
from analysis.triage.areas import general
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance, triage
from bot.cli.options import Lang
from formatters.i18n.wording import label, say_day, say_days

ROOT = Path(__file__).parent.parent
FILES = {
    name: {
        language: tomllib.loads((ROOT / name / "i18n" / language / "wording.toml").read_text("utf-8"))
        for language in LANGUAGES
    }
    for name in ("analysis", "formatters", "bot")
}
SENTENCES = [
    pytest.param(
        {language: table[group].get(key, "") for language, table in tables.items()}, id=f"{name}: {group}.{key}"
    )
    for name, tables in FILES.items()
    for group, keys in tables["en"].items()
    for key in keys
]
CODES = [
    *(f"type.{kind}" for kind in ChangeType),
    *symptoms(),
    "size",
    "test_disabled",
]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("tables", FILES.values(), ids=FILES)
def test_every_language_has_the_same_sentences(tables: dict[str, dict[str, dict[str, str]]]) -> None:
    named = {language: {(group, key) for group in table for key in table[group]} for language, table in tables.items()}
    assert all(keys == named["en"] for keys in named.values())


@pytest.mark.parametrize("texts", SENTENCES)
def test_every_sentence_is_there_in_both_languages_with_the_same_places(texts: dict[str, str]) -> None:
    """Whoever reads Chinese learns what whoever reads English learns."""
    assert placeholders(texts["en"]) == placeholders(texts["zh"])


@pytest.mark.parametrize("texts", SENTENCES)
def test_chinese_sentences_are_written_as_chinese_is(texts: dict[str, str]) -> None:
    """Full-width signs beside Chinese characters, and no English left over."""
    chinese = texts["zh"]
    assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\s[\u4e00-\u9fff]", chinese)
    if re.search(r"[a-z]{4,}", re.sub(r"\{\w+\}", "", texts["en"])):
        assert re.search(r"[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("name", FILES)
def test_a_label_for_one_stands_beside_its_label_for_many(name: str) -> None:
    """`…_one` is taken where the count is one."""
    for group, keys in FILES[name]["en"].items():
        for key in keys:
            if key.endswith("_one"):
                assert key.removesuffix("_one") in keys, f"{group}.{key}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FactKind)
def test_every_fact_has_its_sentence(kind: FactKind, language: Language) -> None:
    """With its name in it, and without a place left open."""
    fact = Fact(kind, "the_name", "quill/a.py", 3, "the_before", "the_after", "the detail")
    said = say_fact(fact, language)
    assert "{" not in said
    assert any(word in said for word in ("the_name", "the_before", "the detail"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_its_sentence(code: str, language: Language) -> None:
    """Why a commit ranks as it does can always be said."""
    said = say_reason(Reason(code, "the_detail", 1.0), language)
    assert said
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FactKind)
def test_every_reason_that_a_fact_gives_has_its_sentence(kind: FactKind, language: Language) -> None:
    """Also the next fact that somebody adds to the triage."""
    found = triage(a_commit(), [Fact(kind, "the_name", "quill/cache.py", 3)], general())
    assert all(say_reason(reason, language) for reason in found.reasons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_about_other_words_say_them_in_the_language(language: Language) -> None:
    """Kinds of files and a reader's opinion are words of ours too."""
    surroundings = say_reason(Reason("surroundings", "ci,docs"), language)
    assert say("kind.docs", language) in surroundings
    assert say("importance.high", language) in say_reason(Reason("corrected", "high"), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_closed_set_has_its_words(language: Language) -> None:
    """Types, importances, kinds of files, aspects, stories, weekdays."""
    said = [say(f"type.{kind}", language) for kind in ChangeType]
    said += [say(f"importance.{level}", language) for level in Importance]
    said += [say(f"kind.{kind}", language) for kind in FileKind]
    said += [label(f"aspect.{aspect}", language) for aspect in Aspect]
    said += [label(f"story.{kind}", language, count=MUST_KNOW) for kind in StoryKind]
    said += [label(f"section.{level}", language) for level in Importance]
    said += [label(f"weekday.{day}", language) for day in range(7)]
    assert all(said)
    assert len(set(said[: len(ChangeType)])) == len(ChangeType)


@pytest.mark.parametrize("folder", ["formatters", "analysis"])
def test_every_label_that_the_code_names_is_there(folder: str) -> None:
    """A misspelt key would only be noticed by whoever meets that case."""
    call = {
        "formatters": r"""\blabel\(\s*f?"([a-z_]+\.[a-z_0-9]+)\"""",
        "analysis": r"""\bsay\(\s*f?"([a-z_]+\.[a-z_0-9]+)\"""",
    }
    named = {key for path in (ROOT / folder).rglob("*.py") for key in re.findall(call[folder], path.read_text("utf-8"))}
    known = {f"{group}.{key}" for group, keys in FILES[folder]["en"].items() for key in keys}
    assert named
    assert named <= known | {f"{group}.{key}" for group, keys in FILES["analysis"]["en"].items() for key in keys}


def test_every_label_of_the_formats_is_used() -> None:
    """A label that nobody shows is only work for translators."""
    files = [
        path for name in ("formatters", "bot") for path in (ROOT / name).rglob("*") if path.suffix in {".py", ".j2"}
    ]
    code = "\n".join(path.read_text("utf-8") for path in files).replace("'", '"')
    made = {
        "aspect",
        "story",
        "weekday",
        "watch",
        "column",
        "entry",
        "section",
        "run",
        "file",
        "unusual",
        "follow_up",
        "unread",
        "source",
        "report",
        "upgrade",
        "fix",
        "suspects",
        "patches",
        "coupled",
        "history",
        "of_type",
    }  # keys put together from values
    unused = [
        f"{group}.{key}"
        for group, keys in FILES["formatters"]["en"].items()
        for key in keys
        if group not in made and f'"{group}.{key.removesuffix("_one")}"' not in code
    ]
    assert unused == []


def test_one_and_many_are_told_apart() -> None:
    """English says 1 commit and 2 commits."""
    assert [label("report.commits", "en", count=count) for count in (0, 1, 2)] == ["0 commits", "1 commit", "2 commits"]


def test_a_window_is_said_with_its_weekday_or_its_ends() -> None:
    """In both languages."""
    from datetime import date

    from analysis.commits.window import Window

    day, week = date(2026, 3, 12), Window(date(2026, 3, 9), date(2026, 3, 15), "UTC")
    assert [say_day(day, language) for language in LANGUAGES] == ["Thursday, 2026-03-12", "2026-03-12（周四）"]
    assert [say_days(week, language) for language in LANGUAGES] == [
        "2026-03-09 to 2026-03-15",
        "2026-03-09 至 2026-03-15",
    ]


def test_a_label_that_is_not_there_is_an_error_of_ours() -> None:
    """Not an empty string that nobody notices."""
    with pytest.raises(KeyError):
        label("report.moon", "en")
    with pytest.raises(KeyError):
        say("lead.flag_added", "en")


def test_every_language_can_be_asked_for_and_is_known_by_its_tags() -> None:
    """In the terminal, and by whatever a platform or a browser calls it."""
    assert [str(one) for one in Lang] == list(LANGUAGES)
    assert {language_of(tag) for tags in LOCALES.values() for tag in tags} == set(LANGUAGES)
    assert [language_of(tag) for tag in ("zh", "ZH-Hant-TW", "de-DE", "")] == ["zh", "zh", None, None]
