"""What moving from one version to another does: facts netted over a range, held against both versions, and told."""

import json
from pathlib import Path

import pytest
from conftest import Cli, refused
from made import a_commit, an_entry
from repositories import Repository

from analysis.facts import Fact, FactKind
from analysis.sources.git_revisions import GitRevisions
from analysis.sources.revisions import read_range
from analysis.upgrade import netted

K = FactKind


def left(*facts: Fact) -> list[tuple[str, str, str, str]]:
    """What is left of facts, each of a commit of its own, oldest first: kind, name, before and after."""
    entries = [an_entry(a_commit(f"Change {n}"), facts=(fact,)) for n, fact in enumerate(facts)]
    return [
        (change.fact.kind, change.fact.name, change.fact.before, change.fact.after)
        for change in netted(entries).changes
    ]


@pytest.mark.parametrize("kind", ["flag", "env", "endpoint", "metric", "gate", "command", "config", "name"])
def test_what_comes_and_goes_is_nothing(kind: str) -> None:
    """And what goes and comes again neither; what only comes, or only goes, stays."""
    came, went = K(f"{kind}_added"), K(f"{kind}_removed")
    assert left(Fact(came, "--x"), Fact(went, "--x")) == []
    assert left(Fact(went, "--x"), Fact(came, "--x")) == []
    assert left(Fact(came, "--x"), Fact(went, "--x"), Fact(came, "--x")) == [(came, "--x", "", "")]
    assert left(Fact(went, "--x", before="1"), Fact(came, "--y")) == [(went, "--x", "1", ""), (came, "--y", "", "")]


def test_what_came_and_went_is_counted() -> None:
    """Once for each thing."""
    facts = (Fact(K.FLAG_ADDED, "--x"), Fact(K.FLAG_ADDED, "--y"), Fact(K.FLAG_REMOVED, "--x"))
    assert netted([an_entry(a_commit(), facts=facts)]).passing == 1


def test_values_go_from_the_first_to_the_last() -> None:
    """1 → 2 → 3 is 1 → 3, and 1 → 2 → 1 is nothing, whatever has the value."""
    for kind, name in ((K.DEFAULT_CHANGED, "--x"), (K.REQUIREMENT_CHANGED, "python"), (K.DEPENDENCY_CHANGED, "torch"),
                       (K.SELECTION_CHANGED, "backend"), (K.SIGNATURE_CHANGED, "f"), (K.GATE_CHANGED, "G")):  # fmt: skip
        one, two, back = (Fact(kind, name, "a.py", 1, *pair) for pair in (("1", "2"), ("2", "3"), ("2", "1")))
        assert left(one, two) == [(kind, name, "1", "3")]
        assert left(one, back) == []


def test_a_new_flags_default_is_no_change() -> None:
    """It is part of what is new; and of what goes, the value that it had first is told."""
    changed = Fact(K.DEFAULT_CHANGED, "--x", before="1", after="2")
    assert left(Fact(K.FLAG_ADDED, "--x", after="1"), changed) == [(K.FLAG_ADDED, "--x", "", "2")]
    assert left(changed, Fact(K.FLAG_REMOVED, "--x", before="2")) == [(K.FLAG_REMOVED, "--x", "1", "")]
    assert left(Fact(K.FLAG_REMOVED, "--x", before="1"), Fact(K.FLAG_ADDED, "--x", after="2")) == [
        (K.DEFAULT_CHANGED, "--x", "1", "2")
    ]


def test_renames_are_chained() -> None:
    """To the last name; what is new is new by it; what goes is gone by the name that people know."""

    def renamed(old: str, new: str, detail: str = "") -> Fact:
        return Fact(K.RENAMED, old, "a.py", 1, old, new, detail)

    assert left(renamed("--a", "--b"), renamed("--b", "--c")) == [(K.RENAMED, "--a", "--a", "--c")]
    assert left(renamed("--a", "--b"), renamed("--b", "--a")) == []
    assert left(Fact(K.FLAG_ADDED, "--a"), renamed("--a", "--b")) == [(K.FLAG_ADDED, "--b", "", "")]
    assert left(renamed("--a", "--b"), Fact(K.FLAG_REMOVED, "--b")) == [(K.FLAG_REMOVED, "--a", "", "")]
    family = renamed("QUILL_*", "PEN_*", "QUILL_A → PEN_A, QUILL_B → PEN_B")
    assert left(family, Fact(K.ENV_REMOVED, "PEN_A")) == [
        (K.ENV_REMOVED, "QUILL_A", "", ""),
        (K.RENAMED, "QUILL_B", "QUILL_B", "PEN_B"),
    ]
    changed = Fact(K.DEFAULT_CHANGED, "--b", "a.py", 1, "1", "2")
    assert left(renamed("--a", "--b"), changed) == [
        (K.RENAMED, "--a", "--a", "--b"),
        (K.DEFAULT_CHANGED, "--b", "1", "2"),
    ]


def test_choices_are_told_apart_by_their_values() -> None:
    """One value that goes is not the one that comes."""
    gone, came = Fact(K.CHOICE_REMOVED, "--x", before="a"), Fact(K.CHOICE_ADDED, "--x", after="b")
    assert left(gone, came) == [(K.CHOICE_REMOVED, "--x", "a", ""), (K.CHOICE_ADDED, "--x", "", "b")]


@pytest.mark.parametrize("text", ["", "v1", "v1..", "..v2", "v1...", "v 1..v2", "-x..v2", "v1..--all"])
def test_what_names_no_two_versions_is_refused(text: str) -> None:
    """Nothing of it reaches git."""
    with pytest.raises(Exception, match="does not name two versions"):
        read_range(text)


# -- two versions of a repository

ARGUMENTS = """
    def add(parser):
        parser.add_argument("--port", type=int, default=8000, help="Where it listens.")
        parser.add_argument("--slow-start", action="store_true", help="Start slowly.")
        parser.add_argument("--page-size", type=int, default=16, help="Tokens of a page.")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two releases, and all that may lie between them."""
    repo = Repository(tmp_path_factory.mktemp("made") / "pen")
    manifest = '[project]\nname = "pen"\nrequires-python = ">=3.10"\ndependencies = ["torch==2.8.0"]\n'
    repo.commit(
        "Begin",
        {"pen/args.py": ARGUMENTS, "pyproject.toml": manifest, "dev-requirements.txt": "pytest==8.0.0\n"},
        "v1.0.0",
    )
    text = ARGUMENTS.replace("default=16", "default=32")
    repo.commit("Raise the page size (#1)", {"pen/args.py": text})
    text += '        parser.add_argument("--trial", action="store_true", help="Try it.")\n'
    repo.commit("feat: add a trial flag (#2)", {"pen/args.py": text})
    text = text.replace("default=32", "default=64")
    repo.commit("Raise the page size again (#3)", {"pen/args.py": text})
    text = "".join(line for line in text.splitlines(keepends=True) if "--trial" not in line and "--slow" not in line)
    repo.commit("Drop two flags (#4)", {"pen/args.py": text})
    repo.commit("docs: say more (#5)", {"README.md": "More.\n"})
    repo.commit("Use newer parts (#6)", {"pyproject.toml": manifest.replace("2.8.0", "2.9.1"), "dev-requirements.txt": "pytest==9.0.0\n"})  # fmt: skip
    repo.commit("feat!: answer in another shape (#7)", {"pen/answer.py": "def answer():\n    return {}\n"}, "v1.1.0")
    return repo.path


def upgraded(cli: Cli, path: Path, versions: str = "v1.0.0..v1.1.0", *more: str) -> dict[str, list[str]]:
    """The texts of each part, as programs get them."""
    done = cli("upgrade", versions, "--repo", f"ann/pen={path}", "--json", *more)
    assert done.returncode == 0, done.stderr
    return {part: [item["text"] for item in items] for part, items in json.loads(done.stdout)["parts"].items()}


def test_an_upgrade_tells_what_is_left_of_all_commits(cli: Cli, made: Path) -> None:
    """By part: the flag that came and went in between is in none, nor are tools of developers."""
    parts = upgraded(cli, made)
    assert parts["breaks"] == ["The flag `--slow-start` is gone", "answer in another shape"]
    assert parts["defaults"] == ["`--page-size` now defaults to 64 instead of 16"]
    assert parts["requirements"] == ["`torch` goes from ==2.8.0 to ==2.9.1"]
    assert "--trial" not in str(parts)
    assert "pytest" not in str(parts)


def test_an_upgrade_is_the_same_from_the_store(cli: Cli, made: Path) -> None:
    """The second time nothing is read; what is said before says how much there is to read."""
    first = cli("upgrade", "v1.0.0..v1.1.0", "--repo", f"ann/pen={made}")
    again = cli("upgrade", "v1.0.0..v1.1.0", "--repo", f"ann/pen={made}")
    assert "7 commits in between, 7 of which are read first" in first.stderr
    assert again.stderr == ""
    assert again.stdout == first.stdout


def test_an_upgrade_is_told_in_every_format_and_language(cli: Cli, made: Path) -> None:
    """With the commits and their days; the page needs nothing else."""
    arguments = ("upgrade", "v1.0.0..v1.1.0", "--repo", f"ann/pen={made}", "--quiet")
    plain = cli(*arguments).stdout
    assert "ann/pen: from v1.0.0 to v1.1.0\n7 commits, 2026-01-08 to 2026-01-08" in plain
    assert "One thing that was added and removed again in between is left out." in plain
    chinese = cli(*arguments, "--lang", "zh", "--format", "markdown").stdout
    assert "## 不兼容的变化" in chinese
    assert "2026-01-08)" in chinese
    html = cli(*arguments, "--format", "html").stdout
    assert "<code>--slow-start</code> is gone" in html
    assert "<script" not in html


def test_a_commit_has_one_line_among_what_is_new(cli: Cli, tmp_path: Path) -> None:
    """With those names that its title lacks, however many things it brought; a changed default breaks nothing besides."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/args.py": ARGUMENTS}, "v1")
    text = ARGUMENTS + '        parser.add_argument("--trial", action="store_true", help="Try it.")\n'
    text += '        parser.add_argument("--tries", type=int, default=3, help="How often.")\n'
    repo.commit("feat: add --trial for a first run", {"pen/args.py": text})
    repo.commit("refactor: raise the default", {"pen/args.py": text.replace("default=16", "default=64")}, "v2")
    told = cli("upgrade", "v1..v2", "--repo", f"ann/pen={repo.path}", "--quiet").stdout
    new = told.partition("What is new\n")[2].partition("\n\n")[0].splitlines()
    assert [line.partition("  ")[0] for line in new] == ["· add --trial for a first run: `--tries`"]
    assert "What breaks" not in told
    assert "`--page-size` now defaults to 64 instead of 16" in told


def test_a_merge_counts_once_wherever_commits_are_counted(cli: Cli, tmp_path: Path) -> None:
    """Before they are read, and in what is told."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/args.py": ARGUMENTS}, "v1")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit("Write", {"pen/a.py": "A = 1\n"})
    repo.commit("Write more", {"pen/a.py": "A = 2\n"})
    repo.git("checkout", "--quiet", "-")
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge the side", "side")
    repo.commit("Say it", {"pen/b.py": "B = 1\n"}, "v2")
    done = cli("upgrade", "v1..v2", "--repo", f"ann/pen={repo.path}")
    assert done.stderr.startswith("daybrief: 2 commits in between, 2 of which are read first")
    assert "\n2 commits, " in done.stdout


def test_a_flag_that_stands_elsewhere_now_is_not_gone(cli: Cli, tmp_path: Path) -> None:
    """Two commits tell it as gone and come; one that was lost in a commit nobody can read is held against the versions."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/args.py": ARGUMENTS}, "v1")
    kept = "".join(line for line in ARGUMENTS.splitlines(keepends=True) if "--port" not in line)
    repo.commit("Split", {"pen/args.py": kept, "pen/net.py": ARGUMENTS}, "v2")
    assert "--port" not in str(upgraded(cli, repo.path, "v1..v2"))


@pytest.mark.parametrize(
    ("now", "is_gone"),
    [
        ('PREFIX = "PEN_INK_"\nCOLOUR = os.environ.get(PREFIX + "COLOUR")\n', False),
        ('def ink(name):\n    return os.environ[f"PEN_{name}"]\n\nCOLOUR = ink("INK_COLOUR")\n', False),
        ('class Ink(BaseSettings):\n    colour: str = "blue"\n    model_config = {"env_prefix": "PEN_INK_"}\n', False),
        ('settings.SetEnvPrefix("PEN_INK")\nparser.add_argument("--colour")\n', False),
        ('settings.SetEnvPrefix("PEN_INK")\nparser.add_argument("--shade")\n', True),
        ('OTHERS = [name for name in os.environ if name.startswith("PEN_INK_")]\n', True),
        ('COLOUR = os.environ.get("PEN_INK_" + "SHADE")\ncolour = COLOUR\n', True),
    ],
)
def test_a_variable_whose_name_is_put_together_is_not_gone(cli: Cli, tmp_path: Path, now: str, is_gone: bool) -> None:
    """Of a prefix and the rest, or by settings that are declared with one; a prefix alone reads nothing."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/ink.py": 'import os\nCOLOUR = os.environ.get("PEN_INK_COLOUR", "blue")\n'}, "v1")
    repo.commit("Read it otherwise", {"pen/ink.py": f"import os\n{now}"}, "v2")
    assert ("PEN_INK_COLOUR" in str(upgraded(cli, repo.path, "v1..v2"))) is is_gone


def test_a_metric_whose_name_is_put_together_is_not_gone(cli: Cli, tmp_path: Path) -> None:
    """As where one registry has a prefix for all of its metrics."""
    repo = Repository(tmp_path / "pen")
    made = 'package pen\n\nvar pages = prometheus.NewCounter(prometheus.CounterOpts{{\n\tName: "{}pages_total",\n}})\n'
    repo.commit("Begin", {"pen/metrics.go": made.format("pen_ink_")}, "v1")
    wrapped = 'var wrapped = prometheus.WrapRegistererWithPrefix("pen_ink_", registerer)\n'
    repo.commit("Wrap it", {"pen/metrics.go": f"{made.format('')}{wrapped}"}, "v2")
    assert "pen_ink_pages_total" not in str(upgraded(cli, repo.path, "v1..v2"))


def test_a_metric_is_told_by_its_whole_name(cli: Cli, tmp_path: Path) -> None:
    """Though the constants that it begins with stand in other files than the change; one of another beginning stays."""
    repo = Repository(tmp_path / "pen")
    made = 'package pen\n\nvar {0} = prometheus.NewCounter(prometheus.CounterOpts{{\n\tNamespace: namespace,\n\tSubsystem: {1},\n\tName: "pages_total",\n}})\n'
    files = {
        "pen/names.go": 'package pen\n\nconst namespace = "pen"\n',
        "part/names.go": 'package part\n\nconst Ink = "ink"\n',
        "pen/ink.go": made.format("ink", "part.Ink"),
        "pen/cap.go": made.format("caps", '"cap"'),
    }
    repo.commit("Begin", files, "v1")
    repo.commit("Count no ink", {"pen/ink.go": "package pen\n"}, "v2")
    (tmp_path / "rules.yml").write_text("expr: rate(pen_ink_pages_total[5m]) + rate(pen_cap_pages_total[5m])\n")
    at = ("--repo", f"ann/pen={repo.path}")
    cli("uses", "scan", "rules.yml", *at, "--at", "v1")
    told = json.loads(cli("upgrade", "v1..v2", *at, "--uses", "uses.toml", "--json").stdout)
    assert [(hit["fact"]["name"], hit["uses"][0]["name"]) for hit in told["hits"]] == [("pen_ink_pages_total",) * 2]
    assert "The metric `pen_ink_pages_total` is gone" in str(told["parts"])


def test_a_deprecation_that_is_over_is_not_told(cli: Cli, tmp_path: Path) -> None:
    """What it warned of is gone by then; one that stands is told."""
    repo = Repository(tmp_path / "pen")
    warns = 'import os\nimport warnings\n\nif "{0}" in os.environ:\n    warnings.warn("{0} is deprecated, use PEN_INK instead.", DeprecationWarning)\n'
    repo.commit("Begin", {"pen/ink.py": "x = 1\n", "pen/cap.py": "x = 1\n"}, "v1")
    repo.commit("Warn of two", {"pen/ink.py": warns.format("PEN_COLOUR"), "pen/cap.py": warns.format("PEN_CAP")})
    repo.commit("Drop one", {"pen/ink.py": "x = 1\n"}, "v2")
    (text,) = upgraded(cli, repo.path, "v1..v2")["deprecated"]
    assert "PEN_CAP is deprecated" in text


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ('space, "", "free_bytes"', [("metric_removed", "pen_free", 2)]),
        ('space, ours, "free"', []),
    ],
)
def test_what_no_diff_names_is_held_against_both_versions(
    cli: Cli, tmp_path: Path, now: str, told: list[tuple[str, str, int]]
) -> None:
    """Of what somebody uses, with the commit that took its line away: a hunk may show only the last word of a metric's name."""
    repo = Repository(tmp_path / "pen")
    lines = "\n".join(f"// {number}" for number in range(20))
    made = 'package pen\n\nconst space = "pen"\n{}\nvar free = prometheus.NewDesc(\n\tprometheus.BuildFQName({}),\n\t"x", nil, nil,\n)\n'
    repo.commit("Begin", {"pen/disk.go": made.format(lines, 'space, "", "free"')}, "v1")
    repo.commit("Say bytes", {"pen/disk.go": made.format(lines, now)}, "v2")
    (tmp_path / "rules.yml").write_text("a: 1\nexpr: pen_free > 1\n")
    at = ("--repo", f"ann/pen={repo.path}")
    cli("uses", "scan", "rules.yml", *at, "--at", "v1")
    made_of = cli("upgrade", "v1..v2", *at, "--uses", "uses.toml", "--json")
    hits = json.loads(made_of.stdout)["hits"]
    assert [(hit["fact"]["kind"], hit["fact"]["name"], hit["uses"][0]["line"]) for hit in hits] == told
    assert all(hit["shas"] for hit in hits)


@pytest.mark.parametrize(("now", "is_gone"), [("web.AddFlags(app)", False), ("web.Listen(app)", True)])
def test_a_flag_that_a_library_adds_now_is_not_gone(cli: Cli, tmp_path: Path, now: str, is_gone: bool) -> None:
    """Its own parser is handed to it."""
    repo = Repository(tmp_path / "pen")
    made = "package main\n\nfunc main() {{\n\tlog.AddFlags(app)\n\t{}\n}}\n"
    repo.commit("Begin", {"main.go": made.format('app.Flag("web.listen", "Where to listen.").String()')}, "v1")
    repo.commit("Take the library's", {"main.go": made.format(now)}, "v2")
    assert ("--web.listen" in str(upgraded(cli, repo.path, "v1..v2"))) is is_gone


def test_an_argument_that_moved_still_reads_its_variable(cli: Cli, tmp_path: Path) -> None:
    """Though clap is told the variable by the field's name only."""
    repo = Repository(tmp_path / "pen")
    made = "#[derive(Parser)]\nstruct Args {\n    #[arg(long, env)]\n    pen_colour: String,\n}\n"
    repo.commit("Begin", {"src/main.rs": made + "\nfn main() {}\n"}, "v1")
    repo.commit("Begin to move", {"src/main.rs": "fn main() {}\n"})
    repo.commit("Move it", {"src/args.rs": made}, "v2")
    repo.commit("Drop it", {"src/args.rs": "struct Args {}\n"}, "v3")
    assert "PEN_COLOUR" not in str(upgraded(cli, repo.path, "v1..v2"))
    assert "PEN_COLOUR" in str(upgraded(cli, repo.path, "v1..v3")["breaks"])


@pytest.mark.parametrize(
    ("now", "is_gone"),
    [
        ('TRACES = "/v1/traces"\n\ndef add(app):\n    app.router.add(TRACES, show)\n', False),
        ("def add(app):\n    pass\n", True),
    ],
)
def test_a_path_that_stands_in_a_constant_is_not_gone(cli: Cli, tmp_path: Path, now: str, is_gone: bool) -> None:
    """A router may be given it in many ways."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/web.py": '@app.post("/v1/traces")\ndef show():\n    pass\n'}, "v1")
    repo.commit("Serve it otherwise", {"pen/web.py": now}, "v2")
    assert ("/v1/traces" in str(upgraded(cli, repo.path, "v1..v2"))) is is_gone


@pytest.mark.parametrize(("metric", "is_gone"), [("ink_runtime_pages_total", False), ("ink_pages_total", True), ("ann_pen_pages_total", True)])  # fmt: skip
def test_a_metric_of_a_library_is_not_gone(cli: Cli, tmp_path: Path, metric: str, is_gone: bool) -> None:
    """It gives it by itself; the product's own metrics may be called after the product."""
    repo = Repository(tmp_path / "pen")
    mod = "module example.org/ann-pen\n\nrequire (\n\texample.org/ink-runtime v0.14.6\n)\n"
    made = f'package pen\n\nvar pages = prometheus.NewCounter(prometheus.CounterOpts{{\n\tName: "{metric}",\n}})\n'
    repo.commit("Begin", {"go.mod": mod, "pen/metrics.go": made}, "v1")
    repo.commit("Count no pages", {"pen/metrics.go": "package pen\n"}, "v2")
    assert (metric in str(upgraded(cli, repo.path, "v1..v2"))) is is_gone


def test_what_the_older_branch_has_already_is_left_out(cli: Cli, tmp_path: Path) -> None:
    """A cherry-pick is known by its diff; it is counted."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/args.py": ARGUMENTS})
    repo.git("branch", "release")
    picked = repo.commit("Raise the page size", {"pen/args.py": ARGUMENTS.replace("16", "32")})
    repo.commit("feat!: answer otherwise (#9)", {"pen/answer.py": "def answer():\n    return {}\n"}, "v2")
    repo.git("checkout", "--quiet", "release")
    repo.commit("Own", {"NOTES.md": "own\n"})
    repo.git("cherry-pick", picked)
    repo.git("tag", "v1")
    done = json.loads(cli("upgrade", "v1..v2", "--repo", str(repo.path), "--json").stdout)
    assert (done["carried"], done["commits"]) == (1, 2)
    assert list(done["parts"]) == ["breaks"]


def test_an_unsafe_call_that_the_title_does_not_mention_is_named(cli: Cli, tmp_path: Path) -> None:
    """Under "Security", the title of a chore alone would be a riddle."""
    repo = Repository(tmp_path / "pen")
    repo.commit("Begin", {"pen/ink.py": "def read(file):\n    return file.read()\n"}, "v1")
    repo.commit(
        "ci: move the ink tests", {"pen/ink.py": "def read(file):\n    return pickle.loads(file.read())\n"}, "v2"
    )
    done = json.loads(cli("upgrade", "v1..v2", "--repo", str(repo.path), "--json").stdout)
    (item,) = done["parts"]["security"]
    assert item["text"] == "move the ink tests: calls `pickle.loads`, which is known to be unsafe"


def test_mistakes_are_one_sentence_with_the_way_out(cli: Cli, made: Path) -> None:
    """A version that is none, the wrong order, a shallow clone."""
    at = ("--repo", str(made))
    assert "the newest tags are v1." in refused(cli("upgrade", "v1.0.0..v9", *at), 1)
    assert "write v1.0.0..v1.1.0" in refused(cli("upgrade", "v1.1.0..v1.0.0", *at), 2)
    assert "two dots in between" in refused(cli("upgrade", "v1.1.0", *at), 2)


@pytest.fixture
def revisions(made: Path) -> GitRevisions:
    return GitRevisions(made, environ={})


def test_files_of_a_revision_are_the_products(revisions: GitRevisions) -> None:
    """By path, as they stood then."""
    between = revisions.between("v1.0.0", "v1.1.0")
    assert "--slow-start" in revisions.files(between.old.sha, ()).texts["pen/args.py"]
    assert "--slow-start" not in revisions.files(between.new.sha, ()).texts["pen/args.py"]
    assert len(between.heads) == 7
