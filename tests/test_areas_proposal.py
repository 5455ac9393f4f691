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
from analysis.triage.area_proposal import Proposal, as_toml, broad, propose
from analysis.triage.areas import general
from analysis.triage.repository_areas import of_repository
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
    others = tagged(20, "Tidy {}", PLAIN)
    (area,) = propose([*tagged(4, "[Moon base] {}"), *tagged(3, "[moon-base] {}"), *others], general())
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
    commits = [a_commit(f"[Moon] {n}" if n < 4 else f"Tidy {n}", files=()) for n in range(16)]
    assert tomllib.loads(proposed(commits)) == {"areas": {"moon": {"en": "Moon", "tags": ["moon"]}}}


def test_the_proposal_can_be_used_as_it_is(tmp_path: Path, environ: dict[str, str]) -> None:
    """Written to daybrief.toml, it names the commits it was made of."""
    config = tmp_path / "daybrief.toml"
    config.write_text(proposed([*tagged(5), *tagged(11, "Tidy {}", PLAIN)]), encoding="utf-8")
    settings = load(environ, config).settings
    areas = of_repository(configured={key: table.model_dump() for key, table in settings.areas.items()})
    assert areas.of(read_title("[Moon] More"), []) == ("moon",)
    assert areas.of(read_title("More"), [a_change("quill/moon/b.py", "a\n", "b\n")]) == ("moon",)


OTHERS = tagged(40, "Tidy {}", PLAIN)


@pytest.mark.parametrize(
    "tag", ["WIP", "run-ci", "backport", "misc", "nit", "pre-commit.ci", "deps-dev", "needs review", "size/XL"]
)
def test_how_a_change_is_handled_is_no_area(tag: str) -> None:
    """Whoever tags so."""
    assert propose([*tagged(5, f"[{tag}] Land {{}}", PLAIN), *OTHERS], general()) == []


@pytest.mark.parametrize("folder", ["internal", "utils", "lib", "src", "include", "common"])
def test_how_code_lies_is_no_area(folder: str) -> None:
    """Folders of any repository."""
    assert propose([*tagged(5, "Land {}", f"quill/{folder}/a.py"), *OTHERS], general()) == []


def test_what_more_than_a_third_say_tells_nothing_apart() -> None:
    """Be it said in tags or touched."""
    assert propose([*tagged(21), *OTHERS], general()) == []
    assert [one.key for one in propose([*tagged(19), *OTHERS], general())] == ["moon"]


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("[bindings/go] {}", "[binding/go] {}", "bindings/go/a.go"),
        ("feat(reverse-proxy): {}", "fix(reverseproxy): {}", "modules/reverseproxy/a.go"),
        ("feat(services/s3): {}", "fix(s3): {}", "core/services/s3/src/lib.rs"),
    ],
    ids=["plural", "spelling", "path"],
)
def test_two_names_of_one_thing_are_one_area(one: str, other: str, path: str) -> None:
    """With the folder, crate or package of that name, though others work in it, too."""
    commits = [*tagged(5, one, path), *tagged(3, other, path), *tagged(6, "Tidy {}", path), *OTHERS]
    (area,) = propose(commits, general())
    assert (area.commits, area.folders) == (8, (f"/{path.removesuffix('/a.go').removesuffix('/src/lib.rs')}/",))


def test_crates_below_a_folder_that_says_nothing_are_areas() -> None:
    """Its own folders are not."""
    commits = [
        *tagged(8, "Land {}", "crates/moon-base/src/rooms/a.rs"),
        *tagged(8, "Keep {}", "crates/tide/src/a.rs"),
        *tagged(30, "Tidy {}", "crates/quill/src/a.rs"),
    ]
    assert {one.key: one.folders for one in propose(commits, general())} == {
        "moon_base": ("/crates/moon-base/",),
        "tide": ("/crates/tide/",),
    }


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


def test_what_covers_more_than_a_third_is_told_by_tags_alone() -> None:
    """Paths that most commits touch tell none apart; what people tag, or set in the configuration, stays."""
    commits = [
        *tagged(50, "Tune {}", "quill/lora/a.py"),
        *tagged(20, "Tidy {}", PLAIN),
        *tagged(40, "Mend {}", "docs/a.md"),
    ]
    found = broad(commits, general())
    assert found == {"docs": {"broad": True}, "lora": {"broad": True}}
    areas = of_repository(learned=found)
    assert areas.of(read_title("Tune it"), commits[0].files) == ()
    assert areas.of(read_title("[LoRA] Tune it"), commits[0].files) == ("lora",)
    assert areas.find("lora") == "lora"
    wanted = of_repository(learned=found, configured={"lora": {"words": ["lora"]}})
    assert wanted.of(read_title("Tune it"), commits[0].files) == ("lora",)


def test_a_busy_week_makes_no_area_broad() -> None:
    """Of few commits, a third may be chance."""
    assert broad(tagged(50, "Tune {}", "quill/lora/a.py"), general()) == {}
