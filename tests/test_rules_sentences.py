"""Every sentence that the rules may say is said where the diff proves it, and not where it does not.

Each has at least three cases from different kinds of repositories, one of them where it must stay silent.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from builders import a_change
from test_rules import analysed, judged

from analysis.commits.commit import FileChange
from analysis.entry import Analysis
from analysis.facts import Fact, FactKind
from analysis.statements import BREAKING, Source, Statement, StatementKind
from analysis.triage.reason import Reason

CATALOGUE = tomllib.loads(
    (Path(__file__).parent.parent / "analysis" / "i18n" / "en" / "wording.toml").read_text("utf-8")
)
GROUPS = ("effect", "impact", "insight", "risk", "advice")
SENTENCES = {f"{group}.{name}": text for group in GROUPS for name, text in CATALOGUE[group].items()}


@dataclass(frozen=True)
class Case:
    """A commit, and whether the sentence is said of it; files as (path, before, after)."""

    said: bool
    title: str
    files: tuple[FileChange, ...]
    statements: tuple[Statement, ...] = ()
    facts: tuple[Fact, ...] = ()
    reasons: tuple[Reason, ...] = ()


def fact(said: bool, kind: FactKind, name: str, path: str, before: str = "", after: str = "") -> Case:
    """A commit of the product of which one fact is known."""
    return Case(
        said, "Change it", (a_change(path, "x = 1\n", "x = 2\n"),), facts=(Fact(kind, name, path, 1, before, after),)
    )


def facts(said: bool, kind: FactKind, path: str, *names: str, values: tuple[str, str] = ("", "")) -> Case:
    """A commit of the product of which several facts of one kind are known."""
    found = tuple(Fact(kind, name, path, 1, *values) for name in names)
    return Case(said, "Change it", (a_change(path, "x = 1\n", "x = 2\n"),), facts=found)


def renames(said: bool, kind: FactKind, path: str, *pairs: tuple[str, str]) -> Case:
    """A commit of the product of which several names are known that became others."""
    found = tuple(Fact(kind, before, path, 1, before, after) for before, after in pairs)
    return Case(said, "Call it otherwise", (a_change(path, "x = 1\n", "x = 2\n"),), facts=found)


def yes(title: str, *files: tuple[str, str | None, str | None], statements: tuple[Statement, ...] = ()) -> Case:
    return Case(True, title, tuple(a_change(*file) for file in files), statements)


def no(title: str, *files: tuple[str, str | None, str | None], statements: tuple[Statement, ...] = ()) -> Case:
    return Case(False, title, tuple(a_change(*file) for file in files), statements)


def python_flags(*lines: str) -> str:
    return "p = argparse.ArgumentParser()\n" + "".join(f"p.add_argument({line})\n" for line in lines)


def go_flags(*lines: str) -> str:
    return "package main\n\nfunc init() {\n" + "".join(f"\tflag.{line}\n" for line in lines) + "}\n"


def rust_flags(*names: str) -> str:
    fields = "".join(f"    #[arg(long)]\n    {name}: String,\n" for name in names)
    return f"#[derive(Parser)]\nstruct Args {{\n{fields}}}\n"


def python_env(*names: str) -> str:
    return "import os\n" + "".join(f'{name.lower()} = os.environ.get("{name}")\n' for name in names)


def rust_env(*names: str) -> str:
    return "fn read() {\n" + "".join(f'    let a = std::env::var("{name}");\n' for name in names) + "}\n"


def javascript_env(*names: str) -> str:
    return "".join(f"const a{n} = process.env.{name}\n" for n, name in enumerate(names)) + "run()\n"


def python_defs(*names: str) -> str:
    return "x = 1\n" + "".join(
        f'\n\ndef {name}(page):\n    """Turn to the {name}."""\n    return {name!r}, page\n' for name in names
    )


def rust_fns(*names: str) -> str:
    return "".join(
        f'/// Turns to the {name}.\npub fn {name}(page: u8) -> u8 {{\n    call("{name}", page)\n}}\n\n'
        for name in names
    )


def go_funcs(*names: str) -> str:
    return "package pages\n\n" + "".join(
        f'func {name}(page int) int {{\n\treturn call("{name}", page)\n}}\n\n' for name in names
    )


def python_check(*checks: str) -> str:
    return "def split(heads, size):\n" + "".join(f"    {check}\n" for check in checks) + "    return heads // size\n"


def rust_check(*checks: str) -> str:
    return (
        "pub fn split(heads: u8, size: u8) -> u8 {\n"
        + "".join(f"    {check}\n" for check in checks)
        + "    heads / size\n}\n"
    )


def javascript_check(*checks: str) -> str:
    return (
        "export function split(heads, size) {\n"
        + "".join(f"  {check}\n" for check in checks)
        + "  return heads / size\n}\n"
    )


ASSERT = 'assert heads % size == 0, "heads must be divisible by the size"'
ENSURE = 'ensure!(heads % size == 0, "heads must be divisible by the size");'
THROW = 'if (heads % size) throw new Error("heads must be divisible by the size")'
LONG = "".join(f"value_number_{n} = compute({n}, {n * 7})\n" for n in range(120))
MOVED = "".join(f"let value_number_{n} = compute({n}, {n * 7});\n" for n in range(40))
ROUTES = "import { Router } from 'express'\nconst app = Router()\n"
ENDPOINT = "@app.get('{}')\ndef handle_{}():\n    return 1\n\n\n"


def endpoints(*paths: str) -> str:
    return "app = FastAPI()\n\n\n" + "".join(ENDPOINT.format(path, n) for n, path in enumerate(paths))


def commands(*names: str) -> str:
    return "import argparse\n\nsub = parser.add_subparsers()\n" + "".join(
        f'sub.add_parser("{name}")\n' for name in names
    )


def dataclass_of(*fields: str) -> str:
    return "@dataclass\nclass EngineConfig:\n    name: str = 'a'\n" + "".join(f"    {field}\n" for field in fields)


def requirements(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("alpha==1.0", *lines))


CAVEAT = Statement("Known limitation: not on Windows.", Source.PULL_REQUEST, StatementKind.CAVEAT)
FIGURE = Statement("Decoding takes 416 ms instead of 502 ms.", Source.BODY, StatementKind.FIGURE)
EFFECT = Statement("Pages no longer come back twice.", Source.BODY)
FOOTER = tuple(
    Statement(f"`pages.{old}` should be replaced with `pages.{new}`.", Source.BODY, category=BREAKING, order=n)
    for n, (old, new) in enumerate((("turn", "next"), ("flip", "back")))
)
COMMENTS = tuple(
    Statement(f"Pages are kept by owner {n}.", Source.CODE_COMMENT, path="quill/a.py", line=n) for n in (1, 2, 3)
)
CODE = ("quill/a.py", "x = 1\n", "x = 2\n")

CASES: dict[str, tuple[Case, ...]] = {
    "effect.off": (
        yes("Add deep mode", ("quill/args.py", python_flags('"--page"'), python_flags('"--page"', '"--deep", default=False, type=bool'))),
        yes("Add deep mode", ("cmd/run.go", go_flags('Int("page", 1, "size")'), go_flags('Int("page", 1, "size")', 'Bool("deep", false, "dig")'))),
        no("Add deep mode", ("quill/args.py", python_flags('"--page"'), python_flags('"--page"', '"--deep", default=True, type=bool'))),
        no("Add a way out", ("quill/args.py", python_flags('"--page"'), python_flags('"--page"', '"--disable-deep", default=False, type=bool'))),
        no("Add deep mode", ("src/args.rs", rust_flags("page"), rust_flags("page", "deep"))),
    ),
    "effect.default": (
        yes("Larger pages", ("quill/config.py", dataclass_of("page: int = 8"), dataclass_of("page: int = 16"))),
        yes("Larger pages", ("cmd/run.go", go_flags('Int("page", 8, "size")'), go_flags('Int("page", 16, "size")'))),
        no("Larger pages", ("src/pages.rs", "const DEFAULT_PAGE: u8 = 8;\n", "const DEFAULT_PAGE: u8 = 16;\n")),
        no("Test larger pages", ("tests/config.py", dataclass_of("page: int = 8"), dataclass_of("page: int = 16"))),
    ),
    "effect.refuses": (
        yes("Fix split", ("quill/a.py", python_check(), python_check(ASSERT))),
        yes("Fix split", ("src/a.rs", rust_check(), rust_check(ENSURE))),
        yes("Fix split", ("src/a.ts", javascript_check(), javascript_check(THROW))),
        no("Raise a clearer error for heads that cannot be split", ("quill/a.py", python_check(), python_check(ASSERT))),
        no("Fix a crash of split", ("src/a.rs", rust_check(), rust_check(ENSURE))),
        no("feat: split in a new way", ("quill/a.py", python_check(), python_check(ASSERT))),
        no("Fix split", ("tests/a.py", python_check(), python_check(ASSERT))),
        # Whatever used a value that is missing failed on it.
        no("fix: split heads of nobody", ("quill/a.py", python_check(), python_check('assert heads is not None, "heads must be given"'))),
        no("fix: split heads of nobody", ("src/a.ts", javascript_check(), javascript_check('if (heads == null) throw new TypeError("heads must be given")'))),
        no("fix: split heads of nobody", ("src/a.rs", rust_check(), rust_check('assert!(!heads.is_none(), "heads must be given");'))),
        no("fix: split heads of nobody", ("src/a.rs", rust_check(), rust_check('let heads = match heads {\n        Some(heads) => heads,\n        None => bail!("heads must be given"),\n    };'))),
        # A value that is new and goes on to be used: what fails the check may never have run.
        no("Fix split", ("quill/a.py", python_check(), python_check("ranks = rank_count()", 'assert heads % ranks == 0, "heads must be divisible"', "heads = heads // ranks"))),
        no("Fix split", ("src/a.rs", rust_check(), rust_check("let ranks = rank_count();", 'ensure!(heads % ranks == 0, "heads must be divisible");', "let heads = heads / ranks;"))),
        no("Fix split", ("src/a.ts", javascript_check(), javascript_check("const ranks = rankCount()", 'if (heads % ranks) throw new RangeError("heads must be divisible")', "heads = heads / ranks"))),
        yes("Fix split", ("quill/a.py", python_check(), python_check("rest = heads % size", 'assert rest == 0, "heads must be divisible"'))),
    ),
    "effect.lets_through": (
        yes("Fix split", ("quill/a.py", python_check(ASSERT), python_check())),
        yes("Fix split", ("src/a.rs", rust_check(ENSURE), rust_check())),
        no("Fix split", ("quill/a.py", python_check(ASSERT), python_check()), ("quill/b.py", "x = 1\n", f"x = 1\n\n\n{python_check(ASSERT)}")),
        no("Fix split", ("src/a.ts", javascript_check(THROW), javascript_check(THROW.replace("heads % size", "heads % size > 1")))),
    ),
    "effect.goes_back": (
        yes('Revert "Take alpha 2.0"', ("requirements.txt", requirements("beta==2.0"), requirements("beta==1.0"))),
        yes('Revert "Take alpha 2.0"', ("Cargo.toml", '[dependencies]\nserde = "2.0"\n', '[dependencies]\nserde = "1.0"\n')),
        no("Take beta 1.0", ("requirements.txt", requirements("beta==2.0"), requirements("beta==1.0"))),
        no("Take serde 1.0", ("Cargo.toml", '[dependencies]\nserde = "2.0"\n', '[dependencies]\nserde = "1.0"\n')),
    ),
    "effect.flag_added_many": (
        yes("Add flags", ("quill/args.py", python_flags(), python_flags('"--one"', '"--two"'))),
        yes("Add flags", ("cmd/run.go", go_flags('Int("page", 1, "size")'), go_flags('Int("page", 1, "size")', 'Bool("one", true, "a")', 'Bool("two", true, "b")'))),
        no("Add a flag", ("src/args.rs", rust_flags("page"), rust_flags("page", "one"))),
        no("Add a program", ("quill/tool.py", None, python_flags('"--one"', '"--two"'))),
    ),
    "effect.flag_removed_many": (
        yes("Drop flags", ("quill/args.py", python_flags('"--one"', '"--two"', '"--page"'), python_flags('"--page"'))),
        yes("Drop flags", ("src/args.rs", rust_flags("page", "one", "two"), rust_flags("page"))),
        no("Drop a flag", ("cmd/run.go", go_flags('Int("page", 1, "size")', 'Bool("one", true, "a")'), go_flags('Int("page", 1, "size")'))),
    ),
    "effect.command_added_many": (
        yes("Add commands", ("quill/cli.py", commands(), commands("pack", "list"))),
        no("Add a command", ("quill/cli.py", commands("pack"), commands("pack", "list"))),
        no("Add a program", ("quill/cli.py", None, commands("pack", "list"))),
    ),
    "effect.env_added_many": (
        yes("Read more", ("quill/a.py", python_env("QUILL_A"), python_env("QUILL_A", "QUILL_B", "QUILL_C"))),
        yes("Read more", ("src/a.rs", rust_env("QUILL_A"), rust_env("QUILL_A", "QUILL_B", "QUILL_C"))),
        no("Read one more", ("src/a.ts", javascript_env("QUILL_A"), javascript_env("QUILL_A", "QUILL_B"))),
        no("Test more", ("tests/a.py", python_env("QUILL_A"), python_env("QUILL_A", "QUILL_B", "QUILL_C"))),
    ),
    "effect.env_removed_many": (
        yes("Read less", ("quill/a.py", python_env("QUILL_A", "QUILL_B", "QUILL_C"), python_env("QUILL_A"))),
        yes("Read less", ("src/a.rs", rust_env("QUILL_A", "QUILL_B", "QUILL_C"), rust_env("QUILL_A"))),
        no("Read one less", ("src/a.ts", javascript_env("QUILL_A", "QUILL_B"), javascript_env("QUILL_A"))),
    ),
    "effect.endpoint_added_many": (
        yes("Serve more", ("quill/api.py", endpoints("/v1/one"), endpoints("/v1/one", "/v1/two", "/v1/three"))),
        yes("Serve more", ("src/api.js", f"{ROUTES}app.get('/one', f)\n", f"{ROUTES}app.get('/one', f)\napp.get('/two', f)\napp.post('/two', f)\n")),
        no("Serve one more", ("quill/api.py", endpoints("/v1/one"), endpoints("/v1/one", "/v1/two"))),
    ),
    "effect.config_added_many": (
        yes("More to set", ("quill/config.py", dataclass_of(), dataclass_of("page: int = 8", "deep: bool = False"))),
        no("One to set", ("quill/config.py", dataclass_of(), dataclass_of("page: int = 8"))),
        no("A new part", ("quill/part.py", None, dataclass_of("page: int = 8", "deep: bool = False"))),
    ),
    "effect.name_removed_many": (
        yes("Drop helpers", ("quill/a.py", python_defs("one", "two", "three"), python_defs("one"))),
        yes("Drop helpers", ("pages/a.go", go_funcs("One", "Two", "Three"), go_funcs("One"))),
        no("Drop a helper", ("src/a.rs", rust_fns("one", "two"), rust_fns("one"))),
        no("Drop inner helpers", ("quill/a.py", python_defs("one", "_two", "_three"), python_defs("one"))),
    ),
    "effect.command_removed_many": (
        yes("Drop commands", ("quill/cli.py", commands("pack", "list", "show"), commands("show"))),
        facts(True, FactKind.COMMAND_REMOVED, "cmd/cli.go", "pack", "list"),
        no("Drop a command", ("quill/cli.py", commands("pack", "list"), commands("list"))),
    ),
    "effect.endpoint_removed_many": (
        yes("Serve less", ("quill/api.py", endpoints("/v1/one", "/v1/two", "/v1/three"), endpoints("/v1/one"))),
        facts(True, FactKind.ENDPOINT_REMOVED, "src/api.js", "GET /one", "GET /two"),
        no("Serve one less", ("quill/api.py", endpoints("/v1/one", "/v1/two"), endpoints("/v1/one"))),
    ),
    "effect.metric_removed_many": (
        facts(True, FactKind.METRIC_REMOVED, "quill/a.py", "quill_pages", "quill_hits"),
        facts(True, FactKind.METRIC_REMOVED, "pages/a.go", "pages_total", "hits_total"),
        facts(False, FactKind.METRIC_REMOVED, "pages/a.go", "pages_total"),
    ),
    "effect.gate_removed_many": (
        facts(True, FactKind.GATE_REMOVED, "service/a.go", "pages.deep", "pages.wide"),
        facts(True, FactKind.GATE_REMOVED, "src/a.rs", "deep", "wide"),
        facts(False, FactKind.GATE_REMOVED, "service/a.go", "pages.deep"),
    ),
    "effect.config_removed_many": (
        yes("Less to set", ("quill/config.py", dataclass_of("page: int = 8", "deep: bool = False"), dataclass_of())),
        facts(True, FactKind.CONFIG_REMOVED, "src/config.rs", "Config.page", "Config.deep"),
        no("One less to set", ("quill/config.py", dataclass_of("page: int = 8"), dataclass_of())),
    ),
    "effect.signature_changed_many": (
        facts(True, FactKind.SIGNATURE_CHANGED, "src/a.rs", "Pages::turn", "Pages::open", values=("u8", "u16")),
        facts(True, FactKind.SIGNATURE_CHANGED, "pages/a.go", "Turn", "Open", values=("int", "int64")),
        facts(False, FactKind.SIGNATURE_CHANGED, "src/a.rs", "Pages::turn", values=("u8", "u16")),
    ),
    "effect.name_renamed_many": (
        renames(True, FactKind.NAME_RENAMED, "src/a.rs", ("turn", "turn_page"), ("open", "open_page"), ("shut", "shut_page")),
        renames(True, FactKind.NAME_RENAMED, "quill/a.py", ("turn", "turn_page"), ("open", "open_page"), ("shut", "shut_page")),
        renames(False, FactKind.NAME_RENAMED, "pages/a.go", ("Turn", "TurnPage"), ("Open", "OpenPage")),
    ),
    "effect.renamed_many": (
        renames(True, FactKind.RENAMED, "pages/a.go", ("pages", "pages_total"), ("hits", "hits_total"), ("--deep", "--depth")),
        renames(True, FactKind.RENAMED, "quill/a.py", ("--a", "--b"), ("--c", "--d"), ("--e", "--f")),
        renames(False, FactKind.RENAMED, "src/a.rs", ("--a", "--b"), ("--c", "--d")),
    ),
    "effect.default_changed_many": (
        yes("Larger pages", ("quill/config.py", dataclass_of("a: int = 8", "b: int = 8", "c: int = 8"), dataclass_of("a: int = 9", "b: int = 9", "c: int = 9"))),
        facts(True, FactKind.DEFAULT_CHANGED, "cmd/run.go", "--a", "--b", "--c", values=("8", "9")),
        no("Larger pages", ("quill/config.py", dataclass_of("a: int = 8", "b: int = 8"), dataclass_of("a: int = 9", "b: int = 9"))),
    ),
    "effect.dependency_changed_many": (
        yes("Update all", ("requirements.txt", requirements("beta==1.0", "gamma==1.0", "delta==1.0"), requirements("beta==2.0", "gamma==2.0", "delta==2.0"))),
        yes("Update all", ("Cargo.toml", '[dependencies]\na = "1.0"\nb = "1.0"\nc = "1.0"\n', '[dependencies]\na = "2.0"\nb = "2.0"\nc = "2.0"\n')),
        no("Update two", ("requirements.txt", requirements("beta==1.0", "gamma==1.0"), requirements("beta==2.0", "gamma==2.0"))),
        no("Bump the web group with 4 updates", ("requirements.txt", requirements("beta==1.0", "gamma==1.0", "delta==1.0"), requirements("beta==2.0", "gamma==2.0", "delta==2.0"))),
        yes("Bump the web group with 3 updates", ("requirements.txt", requirements("beta==1.0", "gamma==1.0", "delta==1.0"), requirements("beta==2.0", "gamma==2.0", "delta==2.0"))),
    ),
    "effect.refuses_many": (
        yes("Fix split", ("quill/a.py", python_check(), python_check(ASSERT, 'assert size > 0, "the size must be positive"'))),
        yes("Fix split", ("src/a.rs", rust_check(), rust_check(ENSURE, 'ensure!(size > 0, "the size must be positive");'))),
        no("Fix split", ("quill/a.py", python_check(), python_check(ASSERT))),
    ),
    "impact.command_line": (
        yes("Add one", ("quill/args.py", python_flags('"--page"'), python_flags('"--page"', '"--one"'))),
        yes("Drop one", ("src/args.rs", rust_flags("page", "one"), rust_flags("page"))),
        no("Fix it", CODE),
    ),
    "impact.environment": (
        yes("Read more", ("src/a.ts", javascript_env("QUILL_A"), javascript_env("QUILL_A", "QUILL_B"))),
        yes("Read less", ("src/a.rs", rust_env("QUILL_A", "QUILL_B"), rust_env("QUILL_A"))),
        no("Fix it", CODE),
    ),
    "impact.http": (
        yes("Serve more", ("quill/api.py", endpoints("/v1/one"), endpoints("/v1/one", "/v1/two"))),
        yes("Serve less", ("src/api.js", f"{ROUTES}app.get('/one', f)\napp.get('/two', f)\n", f"{ROUTES}app.get('/one', f)\n")),
        no("Fix it", CODE),
    ),
    "impact.gates": (
        fact(True, FactKind.GATE_REMOVED, "pages.deep", "service/a.go", "", ""),
        fact(True, FactKind.GATE_REMOVED, "deep", "src/a.rs", "", ""),
        no("Fix it", CODE),
    ),
    "impact.metrics": (
        fact(True, FactKind.METRIC_ADDED, "quill_pages", "quill/a.py", "", ""),
        fact(True, FactKind.METRIC_ADDED, "pages_total", "pages/a.go", "", ""),
        no("Fix it", CODE),
    ),
    "impact.formats": (
        fact(True, FactKind.FORMAT_CHANGED, "PAGE_FORMAT", "quill/a.py", "1", "2"),
        fact(True, FactKind.FORMAT_CHANGED, "FORMAT", "src/a.rs", "1", "2"),
        no("Fix it", CODE),
    ),
    "impact.requirements": (
        fact(True, FactKind.REQUIREMENT_CHANGED, "requires-python", "pyproject.toml", "3.10", "3.11"),
        fact(True, FactKind.REQUIREMENT_CHANGED, "rust-version", "Cargo.toml", "3.10", "3.11"),
        no("Fix it", CODE),
    ),
    "impact.renamed": (
        yes("Call it quill", ("quill/envs.py", python_env("QUI_PORT", "QUI_LOG", "QUI_TRACE"), python_env("QUILL_PORT", "QUILL_LOG", "QUILL_TRACE"))),
        fact(True, FactKind.RENAMED, "pages_total", "pages/a.go", "pages_total", "quill_pages_total"),
        no("Fix it", CODE),
    ),
    "effect.name_added_many": (
        facts(True, FactKind.NAME_ADDED, "quill/a.py", "one", "two"),
        facts(True, FactKind.NAME_ADDED, "src/a.rs", "one", "two"),
        fact(False, FactKind.NAME_ADDED, "one", "quill/a.py"),
    ),
    "effect.metric_added_many": (
        facts(True, FactKind.METRIC_ADDED, "quill/a.py", "one", "two"),
        facts(True, FactKind.METRIC_ADDED, "pages/a.go", "one", "two"),
        fact(False, FactKind.METRIC_ADDED, "one", "quill/a.py"),
    ),
    "impact.configuration": (
        yes("Larger pages", ("quill/config.py", dataclass_of("page: int = 8"), dataclass_of("page: int = 16"))),
        yes("Larger pages", ("cmd/run.go", go_flags('Int("page", 8, "size")'), go_flags('Int("page", 16, "size")'))),
        no("Fix it", CODE),
    ),
    "impact.api": (
        yes("Drop a helper", ("src/a.rs", rust_fns("one", "two"), rust_fns("one"))),
        yes("Drop a helper", ("pages/a.go", go_funcs("One", "Two"), go_funcs("One"))),
        no("Drop an inner helper", ("quill/_inner/a.py", python_defs("one", "two"), python_defs("one"))),
    ),
    "impact.dependencies": (
        yes("Take beta", ("requirements.txt", requirements("beta==2.0"), requirements("beta==1.0"))),
        yes("Take serde", ("Cargo.toml", '[dependencies]\nserde = "2.0"\n', '[dependencies]\nserde = "1.0"\n')),
        no("Fix it", CODE),
    ),
    "impact.hardware": (
        yes("Fix pages on Blackwell", ("csrc/pages_sm100.cu", "int x = 1;\n", "int x = 2;\n")),
        yes("Fix pages", ("quill/amd/a.rs", "let gpu = 1;\n", "let gpu = 2;\n")),
        yes("Fix pages on NPU", ("quill/a.py", "if is_npu():\n    x = 1\n", "if is_npu():\n    x = 2\n")),
        no("Fix pages on NPU", ("quill/a.py", "if is_npu():\n    x = 1\nelse:\n    y = 1\n", "if is_npu():\n    x = 2\nelse:\n    y = 2\n")),
        no("Fix pages on Blackwell", CODE),
        no("Fix pages", CODE),
        no("Test on Blackwell", ("tests/a.py", "x = 1\n", "x = 2\n")),
    ),
    "impact.models": (
        yes("Fix it", ("quill/models/birch.py", "x = 1\n", "x = 2\n")),
        yes("Fix it", ("quill/models/trees/birch.py", "x = 1\n", "x = 2\n")),
        no("Fix it", ("quill/models/utils.py", "x = 1\n", "x = 2\n")),
        no("Fix it", ("quill/models/birch.py", "x = 1\n", "x = 2\n"), ("quill/engine.py", "x = 1\n", "x = 2\n")),
    ),
    "impact.backends": (
        yes("Fix it", ("core/services/depot/src/lib.rs", "let x = 1;\n", "let x = 2;\n")),
        yes("Fix it", ("quill/backends/deep.py", "x = 1\n", "x = 2\n")),
        no("Fix it", ("core/src/lib.rs", "let x = 1;\n", "let x = 2;\n")),
    ),
    "impact.bindings": (
        yes("Fix it", ("bindings/ruby/lib/a.rb", "x = 1\n", "x = 2\n")),
        yes("Fix it", ("bindings/go/a.go", "var x = 1\n", "var x = 2\n")),
        no("Fix it", ("packages/quill/src/dom/bindings/select.js", "let x = 1\n", "let x = 2\n")),
        no("Fix it", CODE),
    ),
    "impact.plugins": (
        yes("Fix it", ("packages/quill/src/plugins/css.ts", "let x = 1\n", "let x = 2\n")),
        yes("Fix it", ("quill/plugins/trace.py", "x = 1\n", "x = 2\n")),
        no("Fix it", ("quill/plugins/__init__.py", "x = 1\n", "x = 2\n")),
    ),
    "impact.components": (
        yes("Fix it", ("exporter/lineexporter/a.go", "var x = 1\n", "var x = 2\n")),
        yes("Fix it", ("receiver/linereceiver/a.go", "var x = 1\n", "var x = 2\n")),
        no("Fix it", ("service/a.go", "var x = 1\n", "var x = 2\n")),
    ),
    "impact.area": (
        yes("[Scheduler] Fix it", ("quill/scheduler/a.py", "import torch\nx = 1\n", "import torch\nx = 2\n")),
        yes("fix(lora): the last page", ("src/lora/a.rs", "let x = 1;\n", "let x = 2;\n")),
        no("fix(lora): the last page", ("src/lora/a.rs", "let x = 1;\n", "let x = 2;\n"), ("src/b.rs", "let x = 1;\n", "let x = 2;\n")),
        no("Fix it", CODE),
    ),
    "impact.others": (
        yes("[Scheduler] Fix it", ("quill/a.py", "import torch\nx = 1\n", "import torch\nx = 2\n")),
        yes("fix(lora): the last page", ("src/lora/a.rs", "let x = 1;\n", "let x = 2;\n"), ("src/b.rs", "let x = 1;\n", "let x = 2;\n")),
        yes("Fix pages on ROCm", ("quill/server.py", "import torch\nx = 1\n", "import torch\nx = 2\n")),
        yes("Fix pages on SM90", ("csrc/pages_sm90.cu", "int x = 1;\n", "int x = 2;\n"), ("csrc/pages.cu", "int x = 1;\n", "int x = 2;\n")),
        no("Fix pages on ROCm", ("quill/server.py", "if is_hip():\n    x = 1\n", "if is_hip():\n    x = 2\n")),
        no("Fix it", CODE),
    ),
    "impact.part": (
        yes("Fix the pager", ("quill/pager.py", "x = 1\n", "x = 2\n")),
        yes("turn: skip the last one", ("src/turn/back.rs", "let x = 1;\n", "let x = 2;\n")),
        yes("fix(press): the ink", ("packages/quill/src/press.ts", "let x = 1\n", "let x = 2\n")),
        no("Say more of the pager", ("quill/pager.py", "# Pages.\nx = 1\n", "# Pages by their owners.\nx = 1\n")),
        no("Fix it", CODE),
        no("Keep pages in the page_store of all", ("quill/store.py", "x = 1\n", "x = 2\n")),
        no("Convert a page", ("src/convert.go", "x := 1\n", "x := 2\n")),
        no("Fix the helpers", ("quill/helpers.py", "x = 1\n", "x = 2\n")),
        no("Test the pager", ("tests/pager.py", "x = 1\n", "x = 2\n")),
    ),
    "impact.builds": (
        yes("Build it anew", ("Makefile", "all:\n\ta\n", "all:\n\tb\n")),
        yes("Build it anew", ("docker/Dockerfile", "FROM a\nRUN b\n", "FROM a\nRUN c\n")),
        no("Fix it", CODE, ("Makefile", "all:\n\ta\n", "all:\n\tb\n")),
    ),
    "insight.new": (
        yes("Add two", ("quill/a.py", python_defs("one"), python_defs("one", "two"))),
        yes("Add two", ("pages/a.go", go_funcs("One"), go_funcs("One", "Two"))),
        no("Add two", ("src/a.rs", rust_fns("one"), rust_fns("one") + "fn two() {}\n")),
        no("Move two", ("quill/a.py", python_defs("one"), python_defs("one").replace("def one(page)", "def one(page, deep)"))),
        no("Keep the first one", ("a.h", "struct book {\n    int size;\n};\n", "struct book {\n    int size;\n    struct page *first;\n};\n")),
        no("Know of pages", ("a.h", "struct book {\n    int size;\n};\n", "struct page;\n\nstruct book {\n    int size;\n};\n")),
        yes("Keep pages", ("a.h", "struct book {\n    int size;\n};\n", "struct book {\n    int size;\n};\n\nstruct page {\n    int size;\n};\n")),
        no("Give one more", ("a.c", "int turn_page(int a) {\n  return a + 1;\n}\n", "int turn_page(int a, int b) {\n  return a + b;\n}\n")),
    ),
    "insight.renamed": (
        yes("Rename two", ("quill/a.py", python_defs("_two"), python_defs("_two").replace("_two", "turn"))),
        yes("Rename two", ("src/a.rs", "#[doc(hidden)]\npub struct Turner<P: Page> {\n    page: P,\n    ink: Option<P>,\n}\n", "#[doc(hidden)]\npub struct Leafer<P: Page> {\n    page: P,\n    ink: Option<P>,\n}\n")),
        yes("Rename two", ("a.c", "int turn_page(int a) {\n  int b = a + 1;\n  return b;\n}\n", "int leaf_page(int a) {\n  int b = a + 1;\n  return b;\n}\n")),
        no("Replace two", ("quill/a.py", "def _two(page):\n    a = page\n    return a\n", "def turn(page):\n    fetch(page)\n    return page.ink\n")),
        no("Bind it to others", ("src/a.rs", "impl Turn for Page {\n    fn turn() {\n        run();\n    }\n}\n", "impl Turn for Leaf {\n    fn turn() {\n        run();\n    }\n}\n")),
        no("Rename two", ("src/a.rs", "fn two(page: u8) -> u8 {\n    let a = page;\n    a\n}\n", "fn turn(page: u8) -> u8 {\n    let a = page;\n    a\n}\n")),
    ),
    "insight.changed": (
        yes("Fix two", ("quill/a.py", python_defs("two"), python_defs("two").replace("return", "return 1,"))),
        yes("Fix two", ("src/a.rs", rust_fns("two"), rust_fns("two").replace("page)\n", "page + 1)\n"))),
        no("Fix it", ("quill/a.py", "x = 1\n", "x = 2\n")),
        no("Fix it", ("quill/a.py", python_defs("two"), python_defs("two").replace("return", "return 1,")), ("quill/b.py", "x = 1\ny = 1\nz = 1\n", "x = 2\ny = 2\nz = 2\n")),
        no("Fix it", ("src/a.rs", rust_fns("two"), rust_fns("two").replace("page)\n", "settle(page))\n") + "fn settle(page: u8) -> u8 {\n    let a = page * 2;\n    let b = a + 1;\n    b\n}\n")),
        no("Fix typos", ("quill/a.py", 'def two():\n    raise Odd("the page is misssing here")\n', 'def two():\n    raise Odd("the page is missing here")\n')),
    ),
    "insight.moved": (
        yes("Split it", ("quill/a.py", f"x = 1\n{LONG}", "x = 1\n"), ("quill/b.py", None, LONG)),
        yes("Split it", ("src/a.rs", f"let x = 1;\n{MOVED}", "let x = 1;\n"), ("src/b.rs", None, MOVED)),
        no("Split tests", ("tests/a.py", f"x = 1\n{LONG}", "x = 1\n"), ("tests/b.py", None, LONG), CODE),
        no("Rework two alike", ("quill/a.py", f"x = 1\n{LONG}y = 1\n", f"y = 1\n{LONG}x = 1\n"), ("quill/b.py", f"x = 1\n{LONG}z = 1\n", f"z = 1\n{LONG}x = 1\n")),
    ),
    "insight.check": (
        yes("feat: split in a new way", ("quill/a.py", python_check(), python_check(ASSERT))),
        yes("feat: split in a new way", ("src/a.rs", rust_check(), rust_check(ENSURE))),
        no("Fix split", ("src/a.ts", javascript_check(), javascript_check(THROW))),
    ),
    "insight.check_removed": (
        yes(
            "Drop flags and checks",
            ("quill/args.py", python_flags('"--one"', '"--page"'), python_flags('"--page"')),
            ("quill/b.py", python_defs("one", "two"), python_defs("one")),
            ("quill/c.py", python_check(ASSERT), python_check()),
        ),
        yes(
            "Drop flags and checks",
            ("src/args.rs", rust_flags("one", "page"), rust_flags("page")),
            ("src/b.rs", rust_fns("one", "two"), rust_fns("one")),
            ("src/c.rs", rust_check(ENSURE), rust_check()),
        ),
        no("Fix split", ("quill/a.py", python_check(ASSERT), python_check())),
    ),
    "insight.tests": (
        yes("Fix it", CODE, ("tests/test_a.py", "import a\n", "import a\n\n\ndef test_page_of_one():\n    pass\n")),
        yes("Fix it", ("src/a.rs", rust_fns("two"), rust_fns("two") + "#[test]\nfn page_of_one() {\n    run();\n}\n")),
        yes("Fix it", ("src/a.ts", "let x = 1\n", "let x = 2\n"), ("src/a.test.ts", "run()\n", "run()\ntest('a page of one', () => {})\n")),
        no("Fix it", CODE, ("tests/test_a.py", "def test_one():\n    run(1)\n    assert done\n", "def test_page_of_one():\n    run(1)\n    assert done\n")),
        no("Fix it", ("src/a.ts", "let x = 1\n", "let x = 2\n"), ("src/a.test.ts", "run()\n", "run({\n  'basic.test.ts': `\n  test('pages', () => {})\n`,\n})\n")),
        no("Fix it", ("src/a.ts", "let x = 1\n", "let x = 2\n"), ("src/a.test.ts", "it('one page', () => {\n  run(1)\n})\n", "it('a page of one', () => {\n  run(1)\n})\n")),
        yes("Fix it", CODE, ("tests/test_a.py", "def test_one():\n    run(1)\n    assert done\n", "def test_page_of_one():\n    turn(2, 3)\n    check(ink)\n    assert dry\n")),
        no("Test it", ("tests/test_a.py", "import a\n", "import a\n\n\ndef test_page_of_one():\n    pass\n")),
        no("Fix it", CODE, ("tests/test_a.py", "def test_one():\n    pass\n", ""), ("tests/test_b.py", None, "def test_one():\n    pass\n")),
    ),
    "insight.comment": (
        yes("Fix it", CODE, statements=COMMENTS),
        no("Fix it", CODE, statements=COMMENTS[:1]),
        no("Fix it", ("tests/a.py", "x = 1\n", "x = 2\n"), statements=COMMENTS),
    ),
    "insight.figure": (
        yes("Make it fast", CODE, statements=(FIGURE,)),
        yes("Make it fast", ("src/a.rs", "let x = 1;\n", "let x = 2;\n"), statements=(EFFECT, FIGURE)),
        no("Make it fast", CODE, statements=(EFFECT,)),
    ),
    "risk.no_tests": (
        no("Rework it", ("src/a.rs", "x();\n", f"#[cfg(test)]\nmod tests {{\n}}\n{MOVED * 3}")),
        yes("Add values", ("quill/a.py", "x = 1\n", LONG)),
        no("Take newer ones", ("runtime-deps.txt", "a\n", LONG)),
        yes("Add values", ("src/a.rs", "let x = 1;\n", "".join(f"let a_{n} = {n};\n" for n in range(120)))),
        no("Add values", ("quill/a.py", "x = 1\n", LONG), ("tests/test_a.py", "a = 1\n", "a = 2\n")),
        no("Split it", ("quill/a.py", f"x = 1\n{LONG}", "x = 1\n"), ("quill/b.py", None, LONG)),
    ),
    "risk.hidden": (
        no("docs: say more", ("quill/a.py", "        page (`int`):\n            The page.\n", "        page (`int`):\n            The page.\n        size (`int`):\n            The size of it.\n")),
        no("docs: fix typos", ("quill/args.py", "        help='Pages in teh cache',\n", "        help='Pages in the cache',\n")),
        yes("ci: faster runs", CODE),
        yes("docs: say it better", ("src/a.rs", "let x = 1;\n", "let x = 2;\n")),
        no("docs: say it better", ("quill/a.py", "# The cache keeps its pages.\nx = 1\n", "# The cache keeps its old pages.\nx = 1\n")),
        no("fix(build): keep the order of pages", ("quill/build.py", "x = 1\n", "x = 2\n")),
        no("build(idl): take the next one", ("idl", "Subproject commit 1\n", "Subproject commit 2\n")),
        no("ci: faster runs", (".github/workflows/a.yml", "on: push\n", "on: pull_request\n")),
    ),
    "risk.gone": (
        yes("Drop a flag", ("quill/args.py", python_flags('"--one"', '"--page"'), python_flags('"--page"'))),
        yes("Drop a helper", ("pages/a.go", go_funcs("One", "Two"), go_funcs("One"))),
        no("Drop a flag", ("quill/args.py", python_flags('"--one", help="Deprecated: has no effect."', '"--page"'), python_flags('"--page"'))),
        no('Revert "Add two"', ("src/a.rs", rust_fns("one", "two"), rust_fns("one"))),
    ),
    "risk.again": (
        yes("Reapply the new split", CODE),
        yes('[Core] Reland "The new split"', ("src/a.rs", "let x = 1;\n", "let x = 2;\n")),
        no("Apply the new split", CODE),
    ),
    "risk.caveat": (
        yes("Fix it", CODE, statements=(CAVEAT,)),
        yes("Fix it", ("src/a.rs", "let x = 1;\n", "let x = 2;\n"), statements=(EFFECT, CAVEAT)),
        no("Fix it", CODE, statements=(EFFECT,)),
    ),
    "risk.unseen": (
        Case(True, "Add data", (FileChange("quill/a.json", "modified", 9_000, 1, unseen="too large"),)),
        Case(True, "Add data", (FileChange("src/a.ts", "modified", 9_000, 1, unseen="too large"),)),
        Case(False, "Add a picture", (FileChange("docs/a.png", "added", 0, 0, unseen="binary"),)),
    ),
    "risk.unsafe_load": (
        yes("Load", ("quill/a.py", "x = 1\n", "x = torch.load(path, weights_only=False)\n")),
        yes("Load", ("quill/a.py", "x = 1\n", "x = pickle.load(file)\n")),
        no("Load", ("quill/a.py", "x = 1\n", "x = torch.load(path, weights_only=True)\n")),
        no("Load", ("tests/a.py", "x = 1\n", "x = pickle.load(file)\n")),
    ),
    "risk.unsafe_run": (
        yes("Run", ("quill/a.py", "x = 1\n", "x = os.system(line)\n")),
        yes("Run", ("src/a.ts", "run()\n", "eval(line)\n")),
        no("Run", ("quill/a.py", "x = 1\n", "x = model.eval()\n")),
    ),
    "risk.unsafe_trust": (
        yes("Ask", ("quill/a.py", "x = 1\n", "x = requests.get(url, verify=False)\n")),
        yes("Ask", ("pages/a.go", "var x = 1\n", "var x = tls.Config{InsecureSkipVerify: true}\n")),
        no("Ask", ("quill/a.py", "x = 1\n", "x = requests.get(url, verify=True)\n")),
    ),
    "risk.unsafe_markup": (
        yes("Show", ("src/a.tsx", "run()\n", "show(<p dangerouslySetInnerHTML={text} />)\n")),
        yes("Show", ("web/b.jsx", "run()\n", "show(<b dangerouslySetInnerHTML={text} />)\n")),
        no("Show", ("src/a.tsx", "run()\n", "show(<p>{text}</p>)\n")),
    ),
    "risk.fallback": (
        yes("Load", ("quill/a.py", "x = 1\n", "try:\n    x = safe(path)\nexcept ValueError:\n    x = torch.load(path, weights_only=False)\n")),
        yes("Load", ("src/a.ts", "run()\n", "try {\n  safe(line)\n} catch {\n  eval(line)\n}\n")),
        no("Load", ("quill/a.py", "x = 1\n", "x = torch.load(path, weights_only=False)\n")),
    ),
    "advice.keep_default": (
        yes("Larger pages", ("quill/config.py", dataclass_of("page: int = 8"), dataclass_of("page: int = 16"))),
        yes("Larger pages", ("cmd/run.go", go_flags('Int("page", 8, "size")'), go_flags('Int("page", 16, "size")'))),
        no("Larger pages", ("src/pages.rs", "const DEFAULT_PAGE: u8 = 8;\n", "const DEFAULT_PAGE: u8 = 16;\n")),
    ),
    "advice.drop_flag": (
        yes("Drop one", ("quill/args.py", python_flags('"--one"', '"--page"'), python_flags('"--page"'))),
        yes("Drop one", ("src/args.rs", rust_flags("page", "one"), rust_flags("page"))),
        no("Add one", ("quill/args.py", python_flags('"--page"'), python_flags('"--one"', '"--page"'))),
    ),
    "advice.drop_variable": (
        yes("Read less", ("quill/a.py", python_env("QUILL_A", "QUILL_B"), python_env("QUILL_A"))),
        yes("Read less", ("src/a.rs", rust_env("QUILL_A", "QUILL_B"), rust_env("QUILL_A"))),
        no("Read more", ("src/a.ts", javascript_env("QUILL_A"), javascript_env("QUILL_A", "QUILL_B"))),
    ),
    "advice.drop_gate": (
        fact(True, FactKind.GATE_REMOVED, "pages.deep", "service/a.go"),
        fact(True, FactKind.GATE_REMOVED, "deep", "src/a.rs"),
        fact(False, FactKind.GATE_ADDED, "pages.deep", "service/a.go"),
    ),
    "advice.rename": (
        yes("Call it quill", ("quill/envs.py", python_env("QUI_PORT", "QUI_LOG", "QUI_TRACE"), python_env("QUILL_PORT", "QUILL_LOG", "QUILL_TRACE"))),
        fact(True, FactKind.RENAMED, "pages_total", "pages/a.go", "pages_total", "quill_pages_total"),
        no("Read more", ("src/a.ts", javascript_env("QUILL_A"), javascript_env("QUILL_A", "QUILL_B"))),
    ),
    "advice.drop_choice": (
        fact(True, FactKind.CHOICE_REMOVED, "--backend", "quill/a.py", "deep"),
        fact(True, FactKind.CHOICE_REMOVED, "--backend", "cmd/a.go", "deep"),
        fact(False, FactKind.CHOICE_ADDED, "--backend", "quill/a.py", "", "deep"),
    ),
    "advice.query_no_more": (
        fact(True, FactKind.METRIC_REMOVED, "quill_pages", "quill/a.py"),
        fact(True, FactKind.METRIC_REMOVED, "pages_total", "pages/a.go"),
        fact(False, FactKind.METRIC_ADDED, "quill_pages", "quill/a.py"),
    ),
    "advice.adapt_calls": (
        fact(True, FactKind.SIGNATURE_CHANGED, "load", "quill/a.py", "(a)", "(b)"),
        fact(True, FactKind.SIGNATURE_CHANGED, "Load", "pages/a.go", "(a)", "(b)"),
        no("Fix it", CODE),
    ),
    "advice.require": (
        fact(True, FactKind.REQUIREMENT_CHANGED, "requires-python", "pyproject.toml", ">=3.9", ">=3.10"),
        fact(True, FactKind.REQUIREMENT_CHANGED, "rust-version", "Cargo.toml", "1.70", "1.80"),
        fact(False, FactKind.REQUIREMENT_CHANGED, "Python", "pyproject.toml", "3.9"),
    ),
    "advice.stop_calling": (
        yes("Serve less", ("quill/api.py", endpoints("/v1/one", "/v1/two"), endpoints("/v1/one"))),
        yes("Serve less", ("src/api.js", f"{ROUTES}app.get('/one', f)\napp.get('/two', f)\n", f"{ROUTES}app.get('/one', f)\n")),
        no("Serve more", ("quill/api.py", endpoints("/v1/one"), endpoints("/v1/one", "/v1/two"))),
    ),
    "advice.stop_using": (
        yes("Drop a helper", ("src/a.rs", rust_fns("one", "two"), rust_fns("one"))),
        yes("Drop a helper", ("pages/a.go", go_funcs("One", "Two"), go_funcs("One"))),
        no("Drop an inner helper", ("quill/a.py", python_defs("one", "_two"), python_defs("one"))),
    ),
    "advice.replace_name": (
        yes("Call it load_all", ("quill/a.py", python_defs("load_pages"), python_defs("load_pages").replace("def load_pages(", "def load_all_pages("))),
        yes("Call it load_all", ("src/a.rs", rust_fns("load_pages"), rust_fns("load_pages").replace("fn load_pages(", "fn load_all_pages("))),
        no("Call it load_all", ("quill/a.py", python_defs("_load_pages"), python_defs("_load_pages").replace("def _load_pages(", "def _load_all_pages("))),
    ),
    "advice.replace_names": (
        renames(True, FactKind.NAME_RENAMED, "src/a.rs", ("turn", "turn_page"), ("open", "open_page")),
        renames(True, FactKind.NAME_RENAMED, "quill/a.py", ("turn", "turn_page"), ("open", "open_page")),
        renames(False, FactKind.NAME_RENAMED, "pages/a.go", ("Turn", "TurnPage")),
    ),
    "advice.meet_check": (
        yes("Fix split", ("quill/a.py", python_check(), python_check(ASSERT))),
        yes("Fix split", ("src/a.rs", rust_check(), rust_check(ENSURE))),
        no("feat: split in a new way", ("src/a.ts", javascript_check(), javascript_check(THROW))),
    ),
    "advice.trust": (
        yes("Load", ("quill/a.py", "x = 1\n", "x = torch.load(path, weights_only=False)\n")),
        yes("Load", ("quill/a.py", "x = 1\n", "x = yaml.unsafe_load(file)\n")),
        no("Ask", ("quill/a.py", "x = 1\n", "x = requests.get(url, verify=False)\n")),
    ),
    "advice.rebuild": (
        yes("Take beta", ("docker/Dockerfile", "FROM a\nARG BETA_VERSION=1.0\n", "FROM a\nARG BETA_VERSION=2.0\n")),
        yes("Take beta", ("docker/amd.Dockerfile", "FROM a\nARG BETA_TAG=v1\n", "FROM a\nARG BETA_TAG=v2\n")),
        no("Take beta", ("requirements.txt", requirements("beta==1.0"), requirements("beta==2.0"))),
    ),
    "advice.author": (
        yes("feat!: Turn pages anew", CODE, statements=(EFFECT, *FOOTER)),
        yes("Turn pages anew", ("src/a.rs", "let x = 1;\n", "let x = 2;\n"), statements=(EFFECT, *FOOTER)),
        no("Turn pages anew", CODE, statements=(FOOTER[-1],)),
        no("Turn pages anew", CODE, statements=(EFFECT, replace(FOOTER[0], category=""), replace(FOOTER[1], category=""))),
    ),
    "advice.take_release": (
        Case(True, "Release 1.1", (a_change(*CODE),), reasons=(Reason("overtaken", "1.2"),)),
        Case(True, "chore: release 2.0.1", (a_change("src/a.rs", "let x = 1;\n", "let x = 2;\n"),), reasons=(Reason("overtaken", "2.0.2"),)),
        Case(False, "Release 1.1", (a_change(*CODE),), reasons=(Reason("released", "1.1"),)),
    ),
}  # fmt: skip


def pattern(template: str) -> re.Pattern[str]:
    """What a sentence looks like with its places filled."""
    pieces = re.split(r"\{\w+\}", template)
    return re.compile(".*?".join(map(re.escape, pieces)), re.IGNORECASE)


def sentences(analysis: Analysis, group: str) -> list[str]:
    claims = {
        "impact": analysis.impact,
        "insight": analysis.insight,
        "risk": analysis.risks,
        "advice": analysis.recommendations,
    }
    return [analysis.effect] if group == "effect" else [claim.text for claim in claims[group]]


@pytest.mark.parametrize(
    ("key", "case"),
    [pytest.param(key, case, id=f"{key} {n}") for key, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_a_sentence_is_said_where_it_is_proved_and_nowhere_else(key: str, case: Case) -> None:
    entry = replace(judged(case.title, *case.files), statements=case.statements)
    entry = replace(entry, facts=case.facts or entry.facts)
    entry = replace(entry, triage=replace(entry.triage, reasons=(*case.reasons, *entry.triage.reasons)))
    said = sentences(analysed(entry), key.partition(".")[0])
    assert any(map(pattern(SENTENCES[key]).search, said)) is case.said, said


def test_every_sentence_has_its_cases() -> None:
    """Three of them at least, one where it is silent."""
    assert set(SENTENCES) == set(CASES)
    for key, cases in CASES.items():
        assert len(cases) >= 3, key
        assert {case.said for case in cases} == {True, False}, key
