"""What a plugin builds on: imported, extended, overridden, replaced; and what becomes of exactly that, by the day and over a range."""

import json
from pathlib import Path

import pytest
from conftest import Cli
from made import a_commit, an_entry
from repositories import Repository

from analysis.commits.commit import FileChange
from analysis.digest.touching import touched_by
from analysis.i18n.language import LANGUAGES
from analysis.uses import Use, UseKind, Uses, read_uses
from analysis.uses.found import Setting
from analysis.uses.hits import Index
from analysis.uses.python import python

PLUGIN = """
import quill.engine as engine
from quill.engine import Engine, Runner
from quill.ops import mix
from unittest.mock import patch

class FastEngine(Engine):
    def step(self, batch):
        return batch

    def ours(self):
        return 1

class Both(Runner[int], dict):
    def run(self):
        return 2

engine.PAGE = 32
Engine.warm = lambda self: None
setattr(engine, "stop", None)

def test_it():
    with patch("quill.ops.mix"), patch.object(Engine, "close"):
        mix()
"""


def test_what_a_plugin_builds_on_is_read() -> None:
    """By the whole name, however it is called there."""
    found = {(one.kind, one.name) for one in python(PLUGIN) if isinstance(one, Setting)}
    kinds = {UseKind.SUBCLASS, UseKind.OVERRIDE, UseKind.PATCH}
    assert {(kind, name) for kind, name in found if kind in kinds} == {
        (UseKind.SUBCLASS, "quill.engine.Engine"),
        (UseKind.OVERRIDE, "quill.engine.Engine.step"),
        (UseKind.OVERRIDE, "quill.engine.Engine.ours"),
        (UseKind.SUBCLASS, "quill.engine.Runner"),
        (UseKind.OVERRIDE, "quill.engine.Runner.run"),
        (UseKind.PATCH, "quill.engine.PAGE"),
        (UseKind.PATCH, "quill.engine.Engine.warm"),
        (UseKind.PATCH, "quill.engine.stop"),
        (UseKind.PATCH, "quill.ops.mix"),
        (UseKind.PATCH, "quill.engine.Engine.close"),
    }


INSTANCES = """
from quill.engine import Engine, Runner
from quill.ops import mix

engine = Engine(8)
both = Engine() if mix() else Runner()
other = Engine()
other = mix()

def run(given: Engine | None, engine_of, *rest):
    engine.warm()
    given.step(1)
    both.hidden()
    other.hidden()
    engine_of.hidden()
    for engine_of in rest:
        engine_of.hidden()
    with mix() as held:
        held.hidden()
    return [engine.close() for engine in rest]

def shadowed(engine):
    engine.hidden()

class Ours(Runner):
    engine = None

    def __init__(self):
        self.inner = None
        self.changed = Engine()

    def open(self):
        self.inner = Engine()
        self.changed = mix()
        self.inner.step(2)
        self.changed.hidden()
        self.begin(self.queue)
        engine.cool()

    def queue(self):
        return self.own
"""


def test_methods_of_instances_are_read_where_their_class_is_plain() -> None:
    """By the class that is called or annotated in the same file; a name that is bound to anything else is of none."""
    imported = {"quill.engine.Engine", "quill.engine.Runner", "quill.ops.mix"}
    found = {one.name for one in python(INSTANCES) if isinstance(one, Setting) and one.kind is UseKind.NAME}
    classes = {"quill.engine.Engine": ("warm", "cool", "step"), "quill.engine.Runner": ("begin", "own")}
    assert found - imported == {f"{owner}.{name}" for owner, names in classes.items() for name in names}


# -- by the day


def touches(kind: UseKind, name: str, path: str, patch: str) -> list[str]:
    """What kinds of facts a diff is said to be to whoever builds on a name."""
    change = FileChange(path, "modified", 1, 1, patch=patch)
    index = Index(Uses("example/quill", (Use(kind, name, "", "plugin.py", 3),)))
    entry = an_entry(a_commit("Change it", files=(change,)))
    return [hit.fact.kind.value for hit in index.hits_of(entry.facts, entry.commit)]


STEP = "@@ -10,4 +10,4 @@ class Engine:\n \n-    def step(self, batch):\n+    def step(self, batch, *, pages):\n         return batch\n"
GONE = "@@ -10,4 +10,2 @@ class Engine:\n \n-    def step(self, batch):\n-        return batch\n     x = 1\n"
INSIDE = "@@ -10,4 +10,4 @@ class Engine:\n     def step(self, batch):\n-        return batch\n+        return 2\n"
MOVED = "@@ -1,2 +1,1 @@\n-def _mix(a):\n-    return a\n x = 1\n@@ -9,1 +8,3 @@\n y = 2\n+def _mix(a):\n+    return a\n"
FOLDED = "@@ -1,4 +1,5 @@\n def _mix(\n     a,\n+    b=1,\n ):\n     return a\n"


@pytest.mark.parametrize(
    ("kind", "name", "patch", "told"),
    [
        (UseKind.OVERRIDE, "quill.engine.Engine.step", STEP, ["signature_changed"]),
        (UseKind.PATCH, "quill.engine.Engine.step", GONE, ["name_removed"]),
        (UseKind.OVERRIDE, "quill.engine.Other.step", STEP, []),
        (UseKind.OVERRIDE, "quill.engine.Engine.stop", STEP, []),
        (UseKind.OVERRIDE, "quill.engine.Engine.step", INSIDE, []),
        (UseKind.NAME, "quill.engine._mix", MOVED, []),
        (UseKind.PATCH, "quill.engine._mix", FOLDED, ["signature_changed"]),
        (UseKind.PATCH, "quill.other._mix", FOLDED, []),
    ],
)
def test_a_commit_touches_what_is_built_on(kind: UseKind, name: str, patch: str, told: list[str]) -> None:
    """Private names and methods too, by their definition in the diff; what only moves within its file is the same."""
    assert touches(kind, name, "quill/engine.py", patch) == told


def test_who_subscribes_is_told_of_it() -> None:
    """By the same rule as in a digest."""
    index = Index(Uses("example/quill", (Use(UseKind.PATCH, "quill.engine.Engine.step", "", "plugin.py", 3),)))
    entry = an_entry(a_commit("Change it", files=(FileChange("src/quill/engine.py", "modified", 1, 1, patch=STEP),)))
    assert touched_by(entry, index)


# -- over a range

OLD = {
    "quill/__init__.py": "from quill.engine import Engine\n",
    "quill/base.py": "class Base:\n    def close(self):\n        return 1\n",
    "quill/engine.py": """
        from .base import Base

        PAGE = 16


        class Engine(Base):
            def step(self, batch):
                return batch

            run = step

            def warm(self):
                return 1

            def idle(self):
                \"\"\"Do nothing.\"\"\"
                return 0


        def start(port, host="a"):
            return port


        def _private(a):
            return a
    """,
    "quill/ops.py": "def mix(a):\n    return a\n",
}
NEW = {
    "quill/base.py": "import abc\n\n\nclass Base:\n    def close(self, now: bool = True):\n        return 1\n",
    "quill/engine.py": """
        from .base import Base

        PAGE = 16


        class Engine(Base):
            def step(self, batch, pages):
                return batch

            run = step

            def warm(self):
                return 2

            def idle(self):
                \"\"\"Do nothing at all.\"\"\"
                return 0

            @abc.abstractmethod
            def drain(self):
                ...


        def start(port: int, host: str = "a"):
            return port
    """,
    "quill/ops.py": None,
    "quill/kernels.py": "def mix(a):\n    return a\n",
}
OURS = """
import quill
import quill.engine as engine
from quill.engine import Engine, start, _private
from quill.ops import mix


class Ours(quill.Engine):
    def step(self, batch):
        return batch

    def close(self):
        return 2

    def own(self):
        return 3


Engine.warm = lambda self: 3
Engine.idle = lambda self: 3
engine.PAGE = 4


def go(given: Engine):
    given.run(1)
    given.idle()
"""


@pytest.fixture
def plugin(tmp_path: Path, cli: Cli) -> tuple[Repository, Path]:
    """A repository with two versions, and a file of what a plugin uses of the older one."""
    made = Repository(tmp_path / "quill")
    made.commit("Begin", OLD, "v1.0.0")
    made.commit("Change everything", NEW, "v2.0.0")
    ours = tmp_path / "plugin"
    ours.mkdir()
    (ours / "plugin.py").write_text(OURS)
    file = tmp_path / "uses.toml"
    cli("uses", "scan", str(ours), "--repo", f"ann/quill={made.path}", "--at", "v1.0.0", "--out", str(file), "--quiet")
    return made, file


def test_a_scan_keeps_what_the_repository_has(plugin: tuple[Repository, Path]) -> None:
    """A method that is the plugin's own overrides nothing; an inherited one does."""
    uses = read_uses(plugin[1].read_text())
    named = {use.name for use in uses.uses if use.kind is UseKind.OVERRIDE}
    assert named == {"quill.Engine.step", "quill.Engine.close"}


def test_what_is_built_on_is_held_against_both_versions(cli: Cli, plugin: tuple[Repository, Path]) -> None:
    """What only has other types or another documentation is the same."""
    made, file = plugin
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    found = json.loads(cli(*run).stdout)
    drifts = {(one["drift"], one["name"], one["before"], one["after"]) for one in found["coupled"]}
    assert drifts >= {
        ("signature", "quill.Engine.step", "(self, batch)", "(self, batch, pages)"),
        ("signature", "quill.engine.Engine.run", "(self, batch)", "(self, batch, pages)"),
        ("signature", "quill.Engine.close", "(self)", "(self, now=True)"),
        ("body", "quill.engine.Engine.warm", "", ""),
        ("abstract", "quill.Engine", "", "drain"),
        ("gone", "quill.engine._private", "quill.engine", ""),
    }
    told = {name for _, name, _, _ in drifts}
    assert not told & {"quill.engine.Engine.idle", "quill.engine.PAGE", "quill.engine.start"}
    moved = [one for one in found["coupled"] if one["name"] == "quill.ops.mix"]
    hits = [one for one in found["hits"] if any(use["name"] == "quill.ops.mix" for use in one["uses"])]
    assert (moved and moved[0]["after"] == "quill.kernels") or hits


@pytest.mark.parametrize(
    ("after", "is_gone"),
    [
        ("    def __init__(self):\n        self.rows = 0\n", False),
        ("    if TYPE_CHECKING:\n        rows: int\n    else:\n        rows = 1\n", False),
        ("    if TYPE_CHECKING:\n        rows: int\n    else:\n        lines = 1\n", True),
        ("    def __init__(self):\n        self.lines = 0\n", True),
    ],
)
def test_a_value_that_instances_have_is_not_gone(cli: Cli, tmp_path: Path, after: str, is_gone: bool) -> None:
    """Wherever it is set; what only a checker of types sees is not there."""
    made = Repository(tmp_path / "quill")
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": "class Page:\n    rows = 0\n"}, "v1.0.0")
    made.commit("Change it", {"quill/a.py": f"class Page:\n{after}"}, "v2.0.0")
    file = tmp_path / "uses.toml"
    file.write_text('repository = "ann/quill"\n[names]\n"quill.a.Page.rows" = ["plugin.py:1"]\n')
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    assert bool(json.loads(cli(*run).stdout)["coupled"]) is is_gone


def test_how_a_class_is_made_is_told_by_its_init_alone(cli: Cli, tmp_path: Path) -> None:
    """One with `__new__` may be made as before."""
    made = Repository(tmp_path / "quill")
    before = "class Page:\n    def __init__(self, rows):\n        self.rows = rows\n"
    after = "class Page:\n    def __new__(cls, *given):\n        return object.__new__(cls)\n\n    def __init__(self, lines=1):\n        self.rows = lines\n"
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": before}, "v1.0.0")
    made.commit("Make it otherwise", {"quill/a.py": after}, "v2.0.0")
    file = tmp_path / "uses.toml"
    file.write_text('repository = "ann/quill"\n[names]\n"quill.a.Page" = ["plugin.py:1"]\n')
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    assert json.loads(cli(*run).stdout)["coupled"] == []


@pytest.mark.parametrize(
    ("name", "after", "is_gone"),
    [
        ("Page", "from blinker import Page\n", False),
        ("Page.rows", "import blinker\n\nPage = blinker.Page\n", False),
        ("Page.rows", "from blinker import Sheet\n\n\nclass Page(Sheet):\n    pass\n", False),
        ("Page.rows", "class Sheet:\n    pass\n\n\nclass Page(Sheet):\n    pass\n", True),
        ("Page", "MOVED = {'quill.a:Page': 'quill.b:Page'}\n\n\ndef __getattr__(name):\n    return find(MOVED[name])\n", False),
        ("Page", "MOVED = {'quill.a:Pages': 'quill.b:Sheet'}\n\n\ndef __getattr__(name):\n    return find(MOVED[name])\n", True),
        ("Page", "MOVED = {'quill.a:Page': 'quill.b:Page'}\n", True),
        ("Page", "from .b import *\n", False),
        ("Page", "Page = dict\n", False),
    ],
)  # fmt: skip
def test_what_another_package_or_a_module_gives_when_asked_is_not_gone(
    cli: Cli, tmp_path: Path, name: str, after: str, is_gone: bool
) -> None:
    """Its definition may lie where nobody looks."""
    made = Repository(tmp_path / "quill")
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": "class Page:\n    rows = 0\n"}, "v1.0.0")
    made.commit("Change it", {"quill/a.py": after}, "v2.0.0")
    file = tmp_path / "uses.toml"
    file.write_text(f'repository = "ann/quill"\n[patches]\n"quill.a.{name}" = ["plugin.py:1"]\n')
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    found = json.loads(cli(*run).stdout)
    assert any(one["drift"] == "gone" for one in found["coupled"]) is is_gone


@pytest.mark.parametrize(("after", "is_gone"), [("x = 1\n", True), ("from .b import Sheet\n", False), ("from ink import Sheet\n", False)])  # fmt: skip
def test_what_was_handed_on_of_another_package_is_gone_too(cli: Cli, tmp_path: Path, after: str, is_gone: bool) -> None:
    """Whoever imports it from here finds it no more, wherever it is defined."""
    made = Repository(tmp_path / "quill")
    made.commit(
        "Begin", {"quill/__init__.py": "import re\nfrom blinker import Sheet\n", "quill/b.py": "Sheet = 1\n"}, "v1.0.0"
    )
    made.commit("Change it", {"quill/__init__.py": after}, "v2.0.0")
    (tmp_path / "ours.py").write_text("from quill import Sheet\n")
    at = ("--repo", f"ann/quill={made.path}")
    cli("uses", "scan", "ours.py", *at, "--at", "v1.0.0")
    found = json.loads(cli("upgrade", "v1.0.0..v2.0.0", *at, "--uses", "uses.toml", "--json").stdout)["coupled"]
    assert [(one["drift"], one["name"], one["line"]) for one in found] == (
        [("gone", "quill.Sheet", 2)] if is_gone else []
    )


def test_what_is_gone_with_its_class_is_told_by_the_class(cli: Cli, tmp_path: Path) -> None:
    """Once, with every place that takes something of it."""
    made = Repository(tmp_path / "quill")
    made.commit(
        "Begin", {"quill/__init__.py": "", "quill/a.py": "class _Page:\n    rows = 0\n    lines = 1\n"}, "v1.0.0"
    )
    made.commit("Drop it", {"quill/a.py": "x = 1\n"}, "v2.0.0")
    (tmp_path / "ours.py").write_text("from quill.a import _Page\n\n_Page.rows = 2\nprint(_Page.lines)\n")
    at = ("--repo", f"ann/quill={made.path}")
    cli("uses", "scan", "ours.py", *at, "--at", "v1.0.0")
    (one,) = json.loads(cli("upgrade", "v1.0.0..v2.0.0", *at, "--uses", "uses.toml", "--json").stdout)["coupled"]
    assert (one["drift"], one["name"], [use["line"] for use in one["uses"]]) == ("gone", "quill.a._Page", [1, 3, 4])


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ("a", "a, b=1", False),
        ("a, *, c=1", "a, c=1", False),
        ("a=1", "a=2", False),
        ("a", "a, b", True),
        ("a, b=1", "a", True),
        ("a, b", "b, a", True),
        ("a=1", "a", True),
        ("a", "a, *, b", True),
        ("a, **more", "a", True),
        ("*more, **others", "a, b", False),
    ],
)
def test_a_caller_is_told_only_what_it_must_know(
    cli: Cli, tmp_path: Path, before: str, after: str, is_told: bool
) -> None:
    """What is new and optional breaks no call; whoever overrides it must take it all the same."""
    made = Repository(tmp_path / "quill")
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": f"def mix({before}):\n    return 1\n"}, "v1.0.0")
    made.commit("Change it", {"quill/a.py": f"def mix({after}):\n    return 1\n"}, "v2.0.0")
    for table, told in (("names", is_told), ("patches", True)):
        file = tmp_path / "uses.toml"
        file.write_text(f'repository = "ann/quill"\n[{table}]\n"quill.a.mix" = ["plugin.py:1"]\n')
        run = (
            "upgrade",
            "v1.0.0..v2.0.0",
            "--repo",
            f"ann/quill={made.path}",
            "--uses",
            str(file),
            "--json",
            "--quiet",
        )
        found = json.loads(cli(*run).stdout)
        assert bool(found["coupled"] or found["hits"]) is told, table


def test_what_a_decorator_gives_is_no_argument_of_callers(cli: Cli, tmp_path: Path) -> None:
    """With it goes what it gave; one that only warns gives nothing."""
    made = Repository(tmp_path / "quill")
    given = "@given('quill.b')\ndef mix(b):\n    return b\n\n\ndef stir(b):\n    return b\n"
    plain = "def mix():\n    return 1\n\n\n@deprecated\ndef stir():\n    return 1\n"
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": given}, "v1.0.0")
    made.commit("Give it otherwise", {"quill/a.py": plain}, "v2.0.0")
    file = tmp_path / "uses.toml"
    file.write_text('repository = "ann/quill"\n[names]\n"quill.a.mix" = ["a.py:1"]\n"quill.a.stir" = ["a.py:2"]\n')
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    found = json.loads(cli(*run).stdout)
    assert {use["name"] for one in (*found["hits"], *found["coupled"]) for use in one["uses"]} == {"quill.a.stir"}


def test_what_only_tells_types_of_a_call_is_no_signature(cli: Cli, tmp_path: Path) -> None:
    """Overloads stand before what is called."""
    made = Repository(tmp_path / "quill")
    text = "class Page:\n{}    def __init__(self, rows=1):\n        self.rows = rows\n"
    overload = "    @overload\n    def __init__(self, rows): ...\n"
    made.commit("Begin", {"quill/__init__.py": "", "quill/a.py": text.format("")}, "v1.0.0")
    made.commit("Tell types", {"quill/a.py": text.format(overload)}, "v2.0.0")
    file = tmp_path / "uses.toml"
    file.write_text('repository = "ann/quill"\n[names]\n"quill.a.Page" = ["plugin.py:1"]\n')
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--json", "--quiet")
    assert json.loads(cli(*run).stdout)["coupled"] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_it_is_told_in_every_form(cli: Cli, plugin: tuple[Repository, Path], language: str, form: str) -> None:
    """With the place in the plugin."""
    made, file = plugin
    run = ("upgrade", "v1.0.0..v2.0.0", "--repo", f"ann/quill={made.path}", "--uses", str(file), "--quiet")
    told = cli(*run, "--lang", language, "--format", form).stdout
    assert "plugin.py:9" in told
    assert ("has a new signature" if language == "en" else "的调用方式有变") in told
