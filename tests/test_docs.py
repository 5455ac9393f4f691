"""The documents say what is so: their tables are the code's, their links lead somewhere, their commands run.

`--update-golden` writes the tables and the picture anew.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import typer
import yaml
from conftest import ROOT, SAMPLE_NOW
from made import the_sample
from markdown_it import MarkdownIt
from picture import picture
from typer.core import TyperOption

from bot.cli.main import app
from bot.commands.registry import usage, verbs
from bot.config import load, options
from bot.settings import Settings
from formatters.charts.drawings import charts
from formatters.terminal.report import terminal

GUIDES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
DOCUMENTS = [
    *GUIDES, "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "sample/README.md",
    ".github/pull_request_template.md",
]  # fmt: skip
MOST_WORDS = 2_000
"""Of the README: whoever has just found the project reads it to its end."""
READER = MarkdownIt("commonmark").enable("table")
PROGRAM = re.compile(r"(?<![\w/-])(?:\.venv/bin/)?daybrief (?P<rest>[^\n]*?)(?=\s*(?:$|&&|\||>))", re.MULTILINE)
_PROGRAM = typer.main.get_command(app)
assert isinstance(_PROGRAM, typer.core.TyperGroup)
COMMANDS = _PROGRAM.commands


def read(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def blocks(language: str, *documents: str) -> list[str]:
    """Return the code blocks in a language, in the order of the documents; by default of all guides."""
    tokens = (token for document in documents or GUIDES for token in READER.parse(read(document)))
    return [token.content for token in tokens if token.info == language]


# -- tables


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def table(*rows: tuple[str, ...]) -> str:
    head, *body = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])


def commands_table() -> str:
    rows = []
    for name, command in COMMANDS.items():
        parts = getattr(command, "commands", {})
        for whole, one in {f"{name} {part}": made for part, made in parts.items()}.items() or {name: command}.items():
            arguments = [f" {p.metavar or p.name.upper()}" for p in one.params if p.param_type_name == "argument"]
            rows.append((f"`daybrief {whole}{''.join(arguments)}`", str(one.help)))
    return table(("command", "what it does"), *rows)


def chat_table() -> str:
    rows = [(f"`{usage(verb)}`", verb.says["en"]) for verb in verbs()]
    return table(("in chat", "what it does"), *rows)


def options_table() -> str:
    """One row for what is the same in several commands."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, command in COMMANDS.items():
        for option in command.params:
            if isinstance(option, TyperOption) and option.name != "help":
                default = option.default
                is_told = default not in (None, "", False) and "default" not in (option.help or "")
                text = (
                    f"{option.help} Default: `{getattr(default, 'value', default)}`." if is_told else option.help or ""
                )
                text += " Must be given." if option.required else ""
                found.setdefault((", ".join(f"`{o}`" for o in option.opts), text), []).append(f"`{name}`")
    rows = [(names, "all" if len(of) == len(COMMANDS) else ", ".join(of), text) for (names, text), of in found.items()]
    return table(("option", "of", "what it does"), *rows)


def settings_table() -> str:
    rows = [(f"`[{name}] {key}`", f"`{variable}`" if variable else "", text) for name, key, variable, text in options()]
    return table(("in `daybrief.toml`", "in the environment", "what it is"), *rows)


@pytest.mark.parametrize(
    ("document", "name", "made"),
    [("commands", "commands", commands_table), ("commands", "options", options_table), ("chat", "chat", chat_table), ("settings", "settings", settings_table)],
)  # fmt: skip
def test_a_table_is_the_codes(request: pytest.FixtureRequest, document: str, name: str, made: object) -> None:
    """What stands between its two marks."""
    assert callable(made)
    path = ROOT / "docs" / f"{document}.md"
    text = path.read_text("utf-8")
    start, end = f"<!-- {name}: written by the tests -->\n\n", f"\n\n<!-- {name} end -->"
    before, _, rest = text.partition(start)
    inside, _, after = rest.partition(end)
    assert after, f"{path.name} has no place for {name}"
    if request.config.getoption("--update-golden"):
        inside = made()
        path.write_text(f"{before}{start}{inside}{end}{after}", encoding="utf-8")
    assert inside == made()


def test_every_setting_and_command_is_in_a_table() -> None:
    """Also one that is added tomorrow."""
    settings, commands = read("docs/settings.md"), read("docs/commands.md")
    for name, kind in Settings.model_fields.items():
        assert f"[{name}" in settings, kind
    assert all(f"`daybrief {name}" in commands for name in COMMANDS)


# -- releases


def test_the_newest_release_is_the_version() -> None:
    """Below what is not released yet; the guides name its files."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    unreleased, newest, *_ = re.findall(r"(?m)^## \[([^\]]+)\]", read("CHANGELOG.md"))
    assert (unreleased, newest) == ("Unreleased", project["version"])
    named = re.findall(r"\bdaybrief[-:](\d+\.\d+\.\d+)", "".join(map(read, [*GUIDES, "deploy/kubernetes.yaml"])))
    assert set(named) == {newest}


# -- for contributors


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "docs/development.md", "CONTRIBUTING.md"])
def test_what_developers_are_led_to_is_there(document: str) -> None:
    """Every path in backticks; a pattern finds something."""
    named = re.findall(r"`((?:analysis|benchmarks|bot|docs|formatters|storage|tests)/[^`]*)`", read(document))
    assert named
    assert [path for path in named if not any(ROOT.glob(path))] == []


@pytest.mark.parametrize("package", ["analysis", "bot"])
def test_the_architecture_names_the_layers_in_their_order(package: str) -> None:
    """As the contracts have them, from above down to below."""
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["id"] == package]
    _, _, rest = read("ARCHITECTURE.md").partition(f"| `{package}/` | |\n|---|---|\n")
    rows = [row.split("|")[1] for row in rest.partition("\n\n")[0].splitlines()]
    assert re.findall(r"`(\w+)`", "".join(rows)) == [
        name for layer in layers for name in layer.split(" | ") if name != "__main__"
    ]


@pytest.mark.parametrize("form", ["bug", "wrong_rank_or_text", "feature"])
def test_a_form_for_issues_can_be_used(form: str) -> None:
    """By GitHub's schema for issue forms: what it must have, the kinds of fields, and each field's own id."""
    made = yaml.safe_load(read(f".github/ISSUE_TEMPLATE/{form}.yml"))
    assert made["name"]
    assert made["description"]
    fields = [field for field in made["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field["validations"]["required"] for field in fields if "validations" in field)
    assert all(field["attributes"]["options"] for field in fields if field["type"] == "dropdown")


def test_the_hooks_run_what_make_lint_runs() -> None:
    """From .venv, so that nothing is downloaded."""
    lint = re.findall(r"(?m)^\t\$\(BIN\)/(\S+)(?: (check|format))?", read("Makefile").partition("\nlint:")[2])
    (local,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        program, *arguments = shlex.split(hook["entry"])
        assert hook["language"] == "system"
        assert program.startswith(".venv/bin/")
        called = (program.removeprefix(".venv/bin/"), arguments[0] if not arguments[0].startswith("-") else "")
        assert called in lint


# -- the whole


def test_the_readme_is_short() -> None:
    """The rest is in docs/."""
    assert len(read("README.md").split()) <= MOST_WORDS


def test_the_documents_build_as_a_site(tmp_path: Path) -> None:
    """Each is in the navigation, and nothing in it is reported."""
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(site)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    index = (site / "index.html").read_text("utf-8")
    for guide in (ROOT / "docs").glob("*.md"):
        page = site / ("" if guide.stem == "index" else guide.stem) / "index.html"
        assert page.is_file()
        assert guide.stem == "index" or f'href="{guide.stem}/"' in index, f"{guide.name} is not in the navigation"


# -- the pictures


def test_the_picture_shows_what_a_terminal_does(
    request: pytest.FixtureRequest,
    quill: Path,
    environ: Mapping[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sample's day, down to the end of its first item."""
    monkeypatch.chdir(tmp_path)
    lines = terminal(*the_sample(quill, environ, SAMPLE_NOW), width=100, colour=True).split("\n")
    heading = next(number for number, line in enumerate(lines) if "High importance" in line)
    shown = [*lines[: lines.index("", heading)], "  …"]
    drawn = picture("\n".join(shown), 100, "daybrief digest --repo example/quill --date 2026-03-12")
    path = ROOT / "docs" / "digest.svg"
    if request.config.getoption("--update-golden"):
        path.write_text(drawn, encoding="utf-8")
    assert path.read_text("utf-8") == drawn


@pytest.mark.parametrize("name", ["by-hour", "lines"])
def test_a_chart_is_the_sample_day_s(
    request: pytest.FixtureRequest, quill: Path, environ: Mapping[str, str], name: str
) -> None:
    """As the page shows it."""
    digest, areas = the_sample(quill, environ, SAMPLE_NOW)
    (drawn,) = [chart.file() for chart in charts(digest, (), areas) if chart.name == name]
    path = ROOT / "docs" / f"{name}.svg"
    if request.config.getoption("--update-golden"):
        path.write_text(drawn, encoding="utf-8")
    assert path.read_text("utf-8") == drawn


# -- links


def anchors(text: str) -> set[str]:
    """GitHub's anchors: headings in lower case, without signs, with hyphens for spaces; the second of a name is -1."""
    tokens = READER.parse(text)
    found: dict[str, int] = {}
    names = set(re.findall(r'<a id="([^"]+)">', text))
    for opened, inline in pairwise(tokens):
        if opened.type == "heading_open":
            shown = "".join(child.content for child in inline.children or () if child.type in {"text", "code_inline"})
            name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
            number = found[name] = found.get(name, -1) + 1
            names.add(f"{name}-{number}" if number else name)
    return names


def links(text: str) -> Iterator[str]:
    for token in READER.parse(text):
        for child in token.children or ():
            if child.type in {"link_open", "image"}:
                yield str(child.attrGet("href") or child.attrGet("src"))
    yield from re.findall(r'<(?:img|a|source)\b[^>]*?(?:src|href|srcset)="([^"]+)"', text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    """To a file of the project, to a heading in one, or by https elsewhere."""
    path = ROOT / document
    for link in links(path.read_text("utf-8")):
        if "//" in link:
            assert link.startswith("https://"), link
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text("utf-8")), link


# -- what is to be typed


def test_every_command_line_is_one() -> None:
    """With arguments and options that there are."""
    typed = [found["rest"] for block in (*blocks("sh"), *blocks("crontab")) for found in PROGRAM.finditer(block)]
    assert len(typed) > 10
    for line in typed:
        if line in {"--help", "--version"}:
            continue
        name, *arguments = shlex.split(re.sub(r"\$\([^)]*\)", "today", line))
        assert name in COMMANDS, line
        COMMANDS[name].make_context(name, arguments)


def test_every_target_of_make_is_one() -> None:
    """`make demo` and the others."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for text in (*blocks("sh"), *re.findall(r"`(make \w+)`", "".join(map(read, GUIDES))))
             for name in re.findall(r"(?m)^make (\w+)", text)}  # fmt: skip
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_configuration_can_be_used(tmp_path: Path, block: str) -> None:
    """As it stands there."""
    file = tmp_path / "daybrief.toml"
    file.write_text(block, encoding="utf-8")
    load({}, file)


@pytest.mark.end_to_end
def test_the_demo_and_what_it_says_to_try_next_run(environ: dict[str, str], tmp_path: Path) -> None:
    """On the sample, as a newcomer does; every command that the README shows for it too."""
    shutil.copytree(ROOT / "sample", tmp_path / "sample")
    program = tmp_path / ".venv" / "bin" / "daybrief"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m bot "$@"\n'
    )
    program.chmod(0o755)
    given = environ | {"PATH": f"{program.parent}{os.pathsep}{environ['PATH']}"}

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
        remarks = [line for line in done.stderr.splitlines() if " written to " not in line]
        assert (done.returncode, remarks) == (0, []), done.stderr
        return done.stdout

    shown = run("sample/demo")
    assert "18 commits by 9 authors" in shown
    assert (tmp_path / ".demo" / "report.zh.md").read_text("utf-8").startswith("# example/quill：")
    advice = [line.strip() for line in shown.partition("Next, try:")[2].splitlines()]
    on_sample = "\n".join(advice[: advice.index("and a real repository, from a clone or from GitHub:")])
    mine = [block for block in blocks("sh") if ".demo/" in block]
    assert mine
    printed = [run("bash", "-euc", block) for block in (on_sample, *mine)]
    assert all(printed)
    shown_there = [block.strip() for block in blocks("text", "README.md")]
    assert len(shown_there) == 2
    assert not [block for block in shown_there if block not in "\n".join(printed)]
