"""A first vocabulary for a repository, as TOML that its users can edit and the configuration accepts."""

import tomllib
from pathlib import Path

import pytest
from builders import a_change
from hypothesis import given
from hypothesis import strategies as st
from made import a_commit

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.triage.area_proposal import Proposal, as_toml, propose
from analysis.triage.areas import general, of_repository
from bot.config import load

PLAIN = "quill/engine.py"


def tagged(count: int, title: str = "[Moon] Land {}", path: str = "quill/moon/a.py") -> list[Commit]:
    return [a_commit(title.format(n), files=(a_change(path, f"a = {n}\n", f"a = {n + 1}\n"),)) for n in range(count)]


def proposed(commits: list[Commit]) -> str:
    return as_toml(propose(commits, general()), "example/quill", len(commits))


def test_a_tag_becomes_an_area_with_its_folder_and_why() -> None:
    """With examples, so that people know what it is."""
    (area,) = propose([*tagged(5), *tagged(20, "Tidy {}", PLAIN)], general())
    assert area == Proposal("moon", False, ("moon",), ("/quill/moon/",), 5, ("[Moon] Land 0", "[Moon] Land 1"))


def test_what_is_known_is_only_counted() -> None:
    """It needs no table."""
    text = proposed(tagged(4, "[AMD] Land {}"))
    assert "Known already, with how many of the commits name them: amd_rocm (4)." in text
    assert tomllib.loads(text) == {}


def test_ways_to_write_a_tag_are_one_area() -> None:
    """The commonest first."""
    (area,) = propose([*tagged(4, "[Moon base] {}"), *tagged(3, "[moon-base] {}")], general())
    assert (area.key, area.tags, area.commits) == ("moon_base", ("moon base", "moon-base"), 7)


def test_rare_tags_are_left_out() -> None:
    """Two commits are no area; nor are three of a thousand."""
    assert propose(tagged(2), general()) == []
    assert propose([*tagged(3), *tagged(997, "Tidy {}", PLAIN)], general()) == []


def test_a_folder_that_everybody_touches_is_nobodys() -> None:
    """Only the tag is proposed then."""
    (area,) = propose([*tagged(5, path=PLAIN), *tagged(30, "Tidy {}", PLAIN)], general())
    assert area.folders == ()


def test_folders_divide_a_product_whose_people_use_no_tags() -> None:
    """Not the one that everybody works in, nor one that a known area or a tag has already, nor a seldom one."""
    commits = [
        *tagged(9, "Land {}", "quill/moon/a.py"),
        *tagged(8, "Keep {}", "quill/storage/disk/a.py"),
        *tagged(8, "Tune {}", "quill/attention/a.py"),
        *tagged(9, "[Tide] Rise {}", "quill/tide/a.py"),
        *tagged(2, "Once {}", "quill/once/a.py"),
        *tagged(9, "Say {}", "quill/says.py"),
    ]
    found = {area.key: (area.tags, area.folders) for area in propose(commits, general())}
    assert found == {
        "moon": ((), ("/quill/moon/",)),
        "storage": ((), ("/quill/storage/",)),
        "tide": (("tide",), ("/quill/tide/",)),
    }
    assert set(tomllib.loads(proposed(commits))["areas"]) == set(found)


def test_lists_without_files_give_tags_alone() -> None:
    """GitHub's lists tell no files."""
    commits = [a_commit(f"[Moon] {n}", files=()) for n in range(4)]
    assert tomllib.loads(proposed(commits)) == {"areas": {"moon": {"en": "Moon", "tags": ["moon"]}}}


def test_the_proposal_can_be_used_as_it_is(tmp_path: Path, environ: dict[str, str]) -> None:
    """Written to daybrief.toml, it names the commits it was made of."""
    config = tmp_path / "daybrief.toml"
    config.write_text(proposed([*tagged(5), *tagged(9, "Tidy {}", PLAIN)]), encoding="utf-8")
    settings = load(environ, config).settings
    areas = of_repository(configured={key: table.model_dump() for key, table in settings.areas.items()})
    assert areas.of(read_title("[Moon] More"), []) == ("moon",)
    assert areas.of(read_title("More"), [a_change("quill/moon/b.py", "a\n", "b\n")]) == ("moon",)


HOSTILE = [
    '[Moon] "] \n[areas.evil]\nen = "x',
    "[Moon] \x1b[31mred\x07 \x00 \x7f",
    "[Moon] \u2028 new line? \x85 \r [areas.evil]",
    '[Moon"] \\ x',
    "[moon'''] x",
    "[Moon\x1b] x",
    "[moon模型] 登月",
    "[.moon] x",
    "[moon = 1] x",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_cannot_break_out(title: str) -> None:
    """What they hold is a comment or a string; the configuration has no table that they name."""
    text = proposed(tagged(4, title.replace("{", "(").replace("}", ")"), 'quill/mo"on\n\x1b\x7f\\/a.py'))
    read = tomllib.loads(text)
    assert "evil" not in read.get("areas", {})
    assert "\x1b" not in text


@given(st.lists(st.text(max_size=30), min_size=1, max_size=3), st.text(min_size=1, max_size=12), st.text(max_size=9))
def test_any_titles_and_folders_give_toml(titles: list[str], folder: str, repo: str) -> None:
    """Whoever wrote them."""
    commits = [
        a_commit(f"[{title}] x", files=(a_change(f"{folder}/a.py", "a\n", "b\n"),))
        for title in titles
        for _ in range(4)
    ]
    tomllib.loads(as_toml(propose(commits, general()), repo, len(commits)))
