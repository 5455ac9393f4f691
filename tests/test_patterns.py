"""Patterns and words as data: each one is used, each one that is used is there, and no language stands outside its folder."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS as ANALYSIS
from analysis.i18n.words import Words
from bot.i18n.words import WORDS as BOT

ROOT = Path(__file__).parent.parent
PACKAGES = ("analysis", "formatters", "storage", "bot")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "Patterns(__file__" in path.read_text(encoding="utf-8")
)
WORDS_OF = {"analysis": ANALYSIS, "bot": BOT}
LANGUAGES = {package: sorted((ROOT / package / "i18n").glob("*/words.toml")) for package in WORDS_OF}
PART = re.compile(r"\(\?&(\w+)\)")


TABLES = defaultdict[tuple[str, str], set[str]](set)
for package, paths in LANGUAGES.items():
    for language in paths:
        for group, names in tomllib.loads(language.read_text(encoding="utf-8")).items():
            TABLES[package, group] |= {name for name, value in names.items() if isinstance(value, dict)}
"""By package and group, the tables that the languages have in it."""


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def words_of(path: Path) -> str:
    """The group of words that a module's patterns are made of."""
    named = re.search(r'Patterns\(__file__, "(\w+)"', path.read_text(encoding="utf-8"))
    return named[1] if named else ""


def handles(path: Path) -> Patterns:
    return Patterns(str(path), words_of(path), WORDS_OF.get(package_of(path), ANALYSIS))


def asked(path: Path) -> Iterator[str]:
    """What a module asks its patterns for: `name`, or `table` for one in brackets."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="_PATTERNS"), attr="of"):
                pass
            case ast.Attribute(value=ast.Name(id="_PATTERNS"), attr=name):
                yield name
            case ast.Subscript(value=ast.Name(id="_PATTERNS"), slice=ast.Constant(value=str(table))):
                yield table
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="_PATTERNS"), attr="of"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="_PATTERNS"), attr="of"),
                args=[ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]), *_],
            ):
                yield start.rstrip(".")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_modules_patterns_are_those_that_it_uses(path: Path) -> None:
    """A name that is spelled wrong is seen before a commit meets it, and no pattern stays when its use goes."""
    text = path.with_suffix(".toml").read_text(encoding="utf-8")
    there = set(tomllib.loads(text))
    wanted = set(asked(path)) - TABLES[package_of(path), words_of(path)]
    assert wanted - there == set()
    by_words = (
        "".join(words.read_text(encoding="utf-8") for words in LANGUAGES[package_of(path)]) if words_of(path) else ""
    )
    assert there - wanted - set(PART.findall(text + by_words)) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_modules_patterns_are_well_formed(path: Path) -> None:
    """They are compiled when they are first wanted, which may be late."""
    patterns = handles(path)
    filled = set(re.findall(r"\b_PATTERNS\.of\(f?\"(\w+)", path.read_text(encoding="utf-8")))
    for name, value in tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8")).items():
        if name in filled:
            continue
        if isinstance(value, dict):
            assert patterns[name].keys() == value.keys()
        else:
            assert isinstance(getattr(patterns, name), re.Pattern)


def test_a_pattern_goes_over_several_lines_and_takes_parts(tmp_path: Path) -> None:
    """So that a long one can be read, and what two have in common is written once."""
    (tmp_path / "made.toml").write_text(
        "part = 'a|b'\nwhole = '''\n    (?i)x(?&part)y\n    |z(?&name)\n'''\n[table]\none = ['(?&part)1', '2']\n",
        encoding="utf-8",
    )
    patterns = Patterns(str(tmp_path / "made.py"))
    whole = patterns.of("whole", name="n.n")
    assert [bool(whole.fullmatch(text)) for text in ("xay", "XBY", "zn.n", "znin", "xa")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert [bool(patterns["table"]["one"].fullmatch(text)) for text in ("a1", "2", "a2")] == [True, True, False]


def test_a_name_that_no_pattern_has_is_an_error(tmp_path: Path) -> None:
    """It is never a pattern that finds nothing."""
    (tmp_path / "made.toml").write_text("one = 'x'\n[table]\none = 'x'\n", encoding="utf-8")
    patterns = Patterns(str(tmp_path / "made.py"))
    with pytest.raises(AttributeError):
        _ = patterns.other
    with pytest.raises(AttributeError):
        _ = patterns.table
    with pytest.raises(KeyError):
        _ = patterns["one"]


def test_the_languages_words_stand_side_by_side(tmp_path: Path) -> None:
    """Another language is another folder: its words are found beside those of the others."""
    for language, listed in (("en", "['stop', 'halt']"), ("zh", "['停']")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "words.toml").write_text(f"[group]\nend = {listed}\n", encoding="utf-8")
    words = Words(tmp_path)
    assert words["group"] == {"end": ("stop", "halt", "停")}
    assert [bool(words.patterns("group")["end"].search(text)) for text in ("STOP it", "停止", "go")] == [
        True,
        True,
        False,
    ]
    with pytest.raises(KeyError):
        _ = words["other"]


@pytest.mark.parametrize("package", WORDS_OF)
def test_no_word_stays_that_nobody_looks_for(package: str) -> None:
    """A group belongs to the modules that read it, and each of its names to one of their patterns."""
    sources = [path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    read_by: dict[str, str] = {}
    for path in MODULES:
        if package_of(path) == package:
            read_by[words_of(path)] = read_by.get(words_of(path), "") + path.read_text(encoding="utf-8")
    parts = {
        part
        for path in [*(module.with_suffix(".toml") for module in MODULES), *LANGUAGES[package]]
        for part in PART.findall(path.read_text(encoding="utf-8"))
    }
    for path in LANGUAGES[package]:
        for group, names in tomllib.loads(path.read_text(encoding="utf-8")).items():
            reads = (f'WORDS["{group}"]', f'WORDS.patterns("{group}")', f'WORDS.names("{group}")')
            is_read_whole = any(read in source for source in sources for read in reads)
            for name in names:
                dotted = f'"{group}.{name}"'
                is_read = name in parts or any(dotted in source for source in sources)
                is_read = (
                    is_read or f'["{name}"]' in read_by.get(group, "") or f'"{group}.{{kind}}"' in "".join(sources)
                )
                assert is_read or is_read_whole, f"{dotted} of {path.parent.name}"


def test_every_area_is_called_something_in_every_language() -> None:
    """Also the next one."""
    areas = set(tomllib.loads((ROOT / "analysis/triage/areas.toml").read_text(encoding="utf-8")))
    for path in (ROOT / "analysis/i18n").glob("*/areas.toml"):
        assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == areas


def test_no_language_stands_outside_its_folder() -> None:
    """Whoever adds Japanese adds a folder to each package."""
    sign = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
    files = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in {".py", ".toml", ".json", ".j2", ".md", ".js", ".css"} and "i18n" not in path.parts
    ]
    met = {path.relative_to(ROOT).as_posix() for path in files if sign.search(path.read_text(encoding="utf-8"))}
    assert met == set()
