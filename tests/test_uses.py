"""What a team's files use of a repository: found in every form, only what is the repository's, harmless whatever lies there."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import Cli, refused
from hypothesis import given
from hypothesis import strategies as st
from repositories import Repository

from analysis.errors import BadInput
from analysis.facts import Fact, FactKind
from analysis.facts.definitions import Offered
from analysis.uses import Use, UseKind, Uses, read_uses, write_uses
from analysis.uses.hits import Index
from analysis.uses.offering import Offering
from analysis.uses.scan import LARGEST, read_files, uses_of

K = UseKind


@pytest.fixture
def offering() -> Offering:
    """What example/quill offers."""
    made = Offering("example/quill", programs={"quill-serve"}, roots={"quill"})
    made.names[Offered.FLAG] |= {"--port", "--page-size", "--model-path"}
    made.names[Offered.VARIABLE] |= {"QUILL_CACHE", "QUILL_LOG"}
    made.names[Offered.ENDPOINT] |= {"GET /v1/models", "POST /pages/{page}"}
    made.names[Offered.METRIC] |= {"quill:queue_size", "quill_seconds"}
    made.names[Offered.CONFIG] |= {"Engine.page_size", "server.workers"}
    return made


def used(offering: Offering, tmp_path: Path, name: str, text: str) -> list[str]:
    """Scan one file: `name=value @line` of each use."""
    file = tmp_path / "ours" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
    found = uses_of(read_files([tmp_path / "ours"]), offering).uses
    assert {use.path for use in found} <= {name}
    return [f"{use.name}{'=' if use.value else ''}{use.value} @{use.line}" for use in found]


CASES = {
    "Kubernetes, lists": ("a.yaml", """
        containers:
        - image: example/quill:v1.2.0
          command: ["python3", "-m", "quill.launch"]
          args:
          - --port
          - "80"
          - --page-size=16
          env:
          - name: QUILL_CACHE
            value: /tmp
          - name: OTHER_CACHE
            value: /tmp
        - image: nginx:1.27
          args: ["--port", "80"]
        """, ["--port=80 @5", "--page-size=16 @7", "QUILL_CACHE=/tmp @9", "example/quill=v1.2.0 @2"]),
    "Kubernetes, a script": ("a.yaml", """
        containers:
        - image: quill:v1
          command: [/bin/sh, -c]
          args:
          - |
            export QUILL_LOG=debug
            curl --port 9 x &&
            quill-serve --port 80 \\
              --page-size 16
        """, ["QUILL_LOG=debug @6", "--port=80 @8", "--page-size=16 @9", "quill=v1 @2"]),
    "a container that runs its image": ("a.yaml", """
        image: registry.example.org:5000/example/quill:v2
        args: [--port, "80"]
        """, ["--port=80 @2", "registry.example.org:5000/example/quill=v2 @1"]),
    "arguments of the image's own program": ("a.yaml", "image: example/quill:v1\nargs: [serve, --port=80]\n", ["example/quill=v1 @1", "--port=80 @2"]),
    "a command of another program": ("a.yaml", "image: example/quill:v1\ncommand: [serve]\nargs: [--port=80]\n", ["example/quill=v1 @1"]),
    "files in a ConfigMap": ("a.yaml", """
        kind: ConfigMap
        data:
          dashboard.json: |-
            {"panels": [
              {"expr": "sum(quill:queue_size)"}
            ]}
          rules.yaml: |
            groups:
            - expr: rate(quill_seconds_count[5m])
          notes.txt: |
            expr: quill_seconds
        """, ["quill:queue_size @5", "quill_seconds_count @9"]),
    "Compose": ("compose.yaml", """
        services:
          quill:
            image: example/quill:v1
            environment:
              QUILL_CACHE: /tmp
            command: >
              --port 80
              --page-size 16
            healthcheck:
              test: curl http://localhost:80/v1/models
        """, ["example/quill=v1 @3", "QUILL_CACHE=/tmp @5", "--port=80 @7", "--page-size=16 @8", "/v1/models @10"]),
    "a chart's values": ("values.yaml", """
        image:
          repository: example/quill
          tag: v1.0
        extraArgs:
        - --page-size=16
        - --port=80
        env:
          QUILL_CACHE: "1"
        """, ["example/quill=v1.0 @3", "--page-size=16 @5", "QUILL_CACHE=1 @8"]),
    "a template of Jinja": ("a.yml.j2", """
        # {{ ansible_managed }}
        {% if with_cache %}
        env: [{name: QUILL_CACHE, value: "{{ cache }}"}]
        {% endif %}
        {# a note #}
        command: [quill-serve, "--port={{ port }}"{% if big %}, "--page-size=64"{% endif %}]
        """, ["QUILL_CACHE=x @3", "--port=x @6", "--page-size=64 @6"]),
    "a template of Go": ("addons/a.yaml.tmpl", """
        {{ if .On }}
        args:
        - --port=80
        {{- end }}
        image: {{.Registry}}example/quill:v1
        """, ["--port=80 @3", "xexample/quill=v1 @5"]),
    "a template of Terraform": ("a.yaml.template", """
        containers:
        %{ if on }
        - image: example/quill:${tag}
          args: ["--page-size=${size}"]
        %{ endif }
        """, ["--page-size=${size} @4"]),
    "a template of a unit": ("a.service.j2", """
        [Service]
        ExecStart=/usr/bin/quill-serve --port {{ port }}
        """, ["--port={{ @2"]),
    "a chart's template": ("templates/a.yaml", """
        {{- if .Values.on }}
        image: {{ .Values.image }}:{{ .Values.tag }}
        command: [quill-serve, "--port={{ .Values.port }}"]
          {{- toYaml . | nindent 4 }}
        {{- end }}
        """, ["--port=x @3"]),
    "what a template breaks": ("templates/b.yaml", """
        spec:
          {{ range .x }}: {
        args:
        - quill-serve
        - --page-size=16
        - name: QUILL_CACHE
        """, ["--page-size=16 @5", "QUILL_CACHE @6"]),
    "Kustomize": ("kustomization.yaml", "images:\n- name: example/quill\n  newTag: v3\n", ["example/quill=v3 @3"]),
    "a Dockerfile": ("Dockerfile", """
        FROM example/quill:v1.2.0 AS base
        ENV QUILL_CACHE=/tmp \\
            OTHER=1
        ENV QUILL_LOG debug
        RUN pip install quill==1.2.0 "other>=2"
        CMD ["quill-serve", "--port", "80"]
        """, ["example/quill=v1.2.0 @1", "QUILL_CACHE=/tmp @2", "QUILL_LOG=debug @4", "quill===1.2.0 @5", "--port=80 @6"]),
    "a script": ("run.sh", """
        #!/bin/sh
        # quill-serve --model-path nowhere
        QUILL_CACHE=/tmp python -m quill.launch --model-path m
        docker run -e QUILL_LOG=info example/quill:v1 --port 80
        other --port 90; wget http://$HOST:80/pages/7?x=1
        """, ["QUILL_CACHE=/tmp @3", "--model-path=m @3", "QUILL_LOG=info @4", "example/quill=v1 @4", "--port=80 @4", "/pages/{page} @5"]),
    "the beginning of a flag": ("run.sh", "quill-serve --page 16 --p 80\nother --page 16\n", ["--page-size=16 @1"]),
    "one hyphen": ("run.sh", "quill-serve -page-size=16 -port 80 -m x\nother -port 80\n", ["--page-size=16 @1", "--port=80 @1"]),
    "a variant of the image": ("a.yaml", "image: ghcr.io/example/quill-gpu:v1\nargs: ['--port=80']\n", ["ghcr.io/example/quill-gpu=v1 @1", "--port=80 @2"]),
    "an image that only begins so": ("a.yaml", "image: example-operator/quill-reloader:v1\nargs: ['--port=80']\n", []),
    "a unit": ("quill.service", """
        [Service]
        Environment="QUILL_CACHE=/tmp" OTHER=1
        ExecStart=/usr/bin/quill-serve --port 80
        """, ["QUILL_CACHE=/tmp @2", "--port=80 @3"]),
    "variables": (".env", "# QUILL_LOG=no\nQUILL_CACHE=/tmp\nOTHER=1\n", ["QUILL_CACHE=/tmp @2"]),
    "requirements": ("requirements.txt", "# quill==1\nquill[all]==1.2.0\nquillter==2\n", ["quill===1.2.0 @2"]),
    "pyproject": ("pyproject.toml", '[project]\ndependencies = [\n  "quill>=1.2",\n  "other==1",\n]\n', ["quill=>=1.2 @3"]),
    "a lock": ("uv.lock", '[[package]]\nname = "quill"\nversion = "1.2.0"\n', ["quill=1.2.0 @3"]),
    "package.json": ("package.json", '{"dependencies": {\n"quill": "^1.2.0",\n"other": "1"}}', ["quill=^1.2.0 @2"]),
    "Python": ("a.py", """
        import os, subprocess
        from quill.engine import Engine
        import quill

        os.environ["QUILL_CACHE"] = "/tmp"
        engine = Engine(page_size=16, other=1)
        quill.start(port=1)
        subprocess.run(["python", "-m", "quill.launch", "--port", "80"])
        requests.get("http://localhost:80/v1/models")
        """, ["quill.engine.Engine @2", "quill @3", "QUILL_CACHE=/tmp @5", "quill.engine.Engine(page_size=…)=16 @6", "quill.start @7", "--port=80 @8", "/v1/models @9"]),
    "Prometheus rules": ("rules.yml", """
        groups:
        - rules:
          - alert: A
            expr: rate(quill_seconds_bucket[5m]) > 1 and quill:queue_size{a="other_size"} > 2
        """, ["quill_seconds_bucket @4", "quill:queue_size @4"]),
    "Grafana": ("dash.json", '{"panels": [{"targets": [\n{"expr": "sum(quill:queue_size)"}]}]}', ["quill:queue_size @2"]),
    "settings": ("quill.toml", "[server]\nworkers = 4\nother = 1\n", ["server.workers=4 @2"]),
}  # fmt: skip


@pytest.mark.parametrize(("beside", "is_used"), [("Chart.yaml", False), ("README.md", True)])
def test_what_a_chart_of_our_own_defines_is_no_setting_of_another(
    offering: Offering, tmp_path: Path, beside: str, is_used: bool
) -> None:
    """A repository may have a chart whose values have the same names; its images are used all the same."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / beside).write_text("name: quill\n")
    found = used(offering, tmp_path, "values.yaml", "image: example/quill:v1\nserver:\n  workers: 2\n")
    assert found == ["example/quill=v1 @1", *(["server.workers=2 @3"] if is_used else [])]


@pytest.mark.parametrize(("name", "text", "expected"), CASES.values(), ids=CASES)
def test_every_form_tells_what_it_uses(
    offering: Offering, tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    """With file, line and value; of other programs nothing."""
    assert sorted(used(offering, tmp_path, name, text)) == sorted(expected)


def test_hyphens_and_underscores_of_a_name_are_one(tmp_path: Path) -> None:
    """Images and programs are often called after the repository with the other one."""
    made = Offering("example/quill_exporter")
    made.names[Offered.FLAG] |= {"--port"}
    text = "image: example/quill-exporter:v1\nargs: [--port=80]\n"
    assert used(made, tmp_path, "a.yaml", text) == ["--port=80 @2", "example/quill-exporter=v1 @1"]
    assert used(made, tmp_path, "a.yaml", "command: /bin/quill_exporter --port=80\n") == ["--port=80 @1"]


@pytest.mark.parametrize("text", [
    "vllm serve --port 80 --page-size 16\n", "nginx --port 80 # quill\n", "echo /v1/models http://x/v1/models\n",
    "export OTHER=1\n", "docker run other/tool:v1 --port 80\n",
])  # fmt: skip
def test_what_is_of_another_program_is_not_used(offering: Offering, tmp_path: Path, text: str) -> None:
    """Though a flag or an address of the same name is offered."""
    assert used(offering, tmp_path, "a.sh", text) == []


DEEP = {
    "nested lists": "[" * 5_000, "nested maps": "{a: " * 5_000, "nested items": "- " * 5_000, "aliases": "a: &a [x]\n" + "".join(f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
    "a tag": "!!python/object/apply:os.system ['touch pwned']\n", "a long line": "a" * 900_000, "quotes": "'" * 9_001,
    "templates": "{{" * 50_000, "blank lines": "{{- if }" + "\n" * 900_000, "no text": "\0\1\2", "expansion": "x: " + "$((" * 9_000, "indents": "".join(" " * n + "a:\n" for n in range(900)),
}  # fmt: skip


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.toml", "a.sh", "a.py", "Dockerfile", "requirements.txt", "a.service", ".env"])  # fmt: skip
def test_a_hostile_file_is_harmless(offering: Offering, tmp_path: Path, name: str, text: str) -> None:
    """It is passed over, and nothing in it is run."""
    used(offering, tmp_path, name, text)
    assert not (tmp_path / "pwned").exists()
    assert not Path("pwned").exists()


def test_links_and_large_files_are_passed_over(offering: Offering, tmp_path: Path) -> None:
    """What lies outside of the folder is not the team's."""
    (tmp_path / "outside.sh").write_text("quill-serve --port 1\n")
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "link.sh").symlink_to(tmp_path / "outside.sh")
    (ours / "self").symlink_to(ours)
    (ours / "large.sh").write_text("quill-serve --port 1\n" + "#" * LARGEST)
    assert uses_of(read_files([ours]), offering).uses == ()
    with pytest.raises(BadInput, match="There is nothing at"):
        list(read_files([tmp_path / "nowhere"]))


@given(st.lists(st.builds(Use, st.sampled_from(UseKind), st.text(min_size=1, max_size=30), st.text(max_size=30), st.just("a b/c:d.yaml"), st.integers(0, 99)), max_size=9))  # fmt: skip
def test_a_file_of_uses_reads_as_it_was_written(uses: list[Use]) -> None:
    """Whatever stands in names and values."""
    made = Uses("example/quill", tuple(uses))
    read = read_uses(write_uses(made))
    assert read.repo == made.repo
    assert set(read.uses) == set(uses)


@pytest.mark.parametrize(("text", "says"), [
    ("", "repository"), ("repository = 'a b'", "repository"), ("repository = 'a/b'\nflag = {}", "flag"), ("x = [", "not valid TOML"),
    ("repository = 'a/b'\n[flags]\n'--x' = 3", "flags"), ("a = " + "[" * 20_000, "not valid TOML"),
])  # fmt: skip
def test_a_file_that_is_none_is_told_what_is_wrong(text: str, says: str) -> None:
    """In one sentence that names it."""
    with pytest.raises(BadInput, match=says) as caught:
        read_uses(text, "mine.toml")
    assert str(caught.value).startswith("mine.toml")


def hits(use: Use, *facts: Fact) -> int:
    """How many of the facts touch a use."""
    return len(list(Index(Uses("example/quill", (use,))).hits(facts)))


def test_what_goes_or_is_renamed_touches_who_uses_it() -> None:
    """Each kind by its own name; a value only where it is set; nothing that is new."""
    kinds, at = FactKind, ("a.yaml", 3)
    flag, port = Use(K.FLAG, "--mode", "fast", *at), Fact(kinds.FLAG_REMOVED, "--mode")
    assert hits(flag, port, Fact(kinds.FLAG_ADDED, "--mode"), Fact(kinds.FLAG_REMOVED, "--mode-of")) == 1
    assert (
        hits(
            flag,
            Fact(kinds.CHOICE_REMOVED, "--mode", before='"fast"'),
            Fact(kinds.CHOICE_REMOVED, "--mode", before="slow"),
        )
        == 1
    )
    assert hits(flag, Fact(kinds.DEFAULT_CHANGED, "--mode", before="a", after="b")) == 0
    assert (
        hits(
            flag,
            Fact(kinds.DEPRECATED, "--mode is deprecated, use --speed"),
            Fact(kinds.DEPRECATED, "--mode-of is deprecated"),
        )
        == 1
    )
    assert (
        hits(flag, Fact(kinds.RENAMED, "--*", before="--*", after="--x-*", detail="--mode → --x-mode, --a → --x-a"))
        == 1
    )
    assert hits(Use(K.VARIABLE, "QUILL_A", "", *at), Fact(kinds.ENV_REMOVED, "QUILL_A")) == 1
    assert hits(Use(K.METRIC, "quill_s_bucket", "", *at), Fact(kinds.METRIC_REMOVED, "quill_s")) == 1
    assert hits(Use(K.ENDPOINT, "/pages/{page}", "", *at), Fact(kinds.ENDPOINT_REMOVED, "GET /pages/{id}")) == 1
    envs = Use(K.NAME, "quill.envs.QUILL_A", "", *at)
    read = Fact(kinds.ENV_REMOVED, "QUILL_A", "quill/envs.py")
    assert (
        hits(
            envs,
            read,
            Fact(kinds.ENV_REMOVED, "QUILL_AB", "quill/envs.py"),
            Fact(kinds.ENV_REMOVED, "QUILL_A", "quill/other.py"),
        )
        == 1
    )
    moved = Fact(kinds.RENAMED, "QUILL_A", "quill/envs.py", before="QUILL_A", after="QUILL_B")
    assert hits(Use(K.NAME, "quill.envs.envs.QUILL_A.get", "", *at), moved) == 1
    whole = Use(K.METRIC, "quill_store_reads_total", "", *at)
    assert (
        hits(
            whole,
            Fact(kinds.METRIC_REMOVED, "store_reads_total", "a.go"),
            Fact(kinds.METRIC_REMOVED, "store_reads_total", "a.py"),
        )
        == 1
    )
    name = Use(K.NAME, "quill.engine.Engine", "", *at)
    assert (
        hits(
            name,
            Fact(kinds.NAME_REMOVED, "Engine", "python/quill/engine.py"),
            Fact(kinds.NAME_REMOVED, "Engine", "quill/other.py"),
        )
        == 1
    )
    assert hits(name, Fact(kinds.RENAMED, "quill.engine", before="quill.engine", after="quill.core.engine")) == 1
    assert hits(name, Fact(kinds.MODULE_REMOVED, "quill/engine.py", "quill/engine.py")) == 1
    assert hits(Use(K.NAME, "quill.Engine", "", *at), Fact(kinds.NAME_REMOVED, "Engine", "quill/engine.py")) == 1
    field = Use(K.CONFIG, "quill.Engine(page_size=…)", "1", *at)
    assert hits(field, Fact(kinds.CONFIG_REMOVED, "Args.page_size"), Fact(kinds.CONFIG_REMOVED, "Args.size")) == 1
    assert (
        hits(Use(K.VERSION, "Torch", "==2", *at), Fact(kinds.DEPENDENCY_CHANGED, "torch", before="2", after="3")) == 1
    )


# -- the two commands

BEFORE = """
    import argparse
    import os

    CACHE = os.environ.get("QUILL_CACHE", "/tmp")

    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--port", type=int, default=80)
        parser.add_argument("--slow-start", action="store_true")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository whose second release lacks a flag and a variable of the first."""
    repo = Repository(tmp_path / "quill")
    manifest = '[project]\nname = "quill"\n\n[project.scripts]\nquill-serve = "quill.main:main"\n'
    repo.commit("Begin", {"quill/__init__.py": "", "quill/main.py": BEFORE, "pyproject.toml": manifest}, "v1.0.0")
    after = "\n".join(line for line in BEFORE.split("\n") if "slow" not in line and "CACHE" not in line)
    repo.commit("Drop what nobody needs (#2)", {"quill/main.py": after}, "v1.1.0")
    return repo.path


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A team's deployment of it."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    (folder / "a.yaml").write_text(
        "image: example/quill:v1.0.0\nargs: [--slow-start, --port, '80']\nenv:\n  QUILL_CACHE: /tmp\n"
    )
    return folder


def test_two_commands_tell_what_the_next_upgrade_does(cli: Cli, clone: Path, ours: Path, tmp_path: Path) -> None:
    """Also of what is gone on the branch: the version that the files name is looked into."""
    done = cli("uses", "scan", str(ours), "--repo", f"example/quill={clone}")
    assert done.returncode == 0, done.stderr
    assert "2 flags, 1 variable, 1 image in 1 file, written" in done.stderr
    told = cli("upgrade", "v1.0.0..v1.1.0", "--repo", f"example/quill={clone}", "--uses", "uses.toml", "--quiet").stdout
    first = told.split("\n\n")[1]
    assert first.startswith("2 of 2 changes touch what you use")
    assert "`a.yaml:2`" in first
    assert "`--slow-start` is gone" in first
    assert "`a.yaml:4`" in first
    data = json.loads(
        cli("upgrade", "v1.0.0..v1.1.0", "--repo", f"example/quill={clone}", "--uses", "uses.toml", "--json").stdout
    )
    assert [(hit["fact"]["name"], hit["uses"][0]["line"]) for hit in data["hits"]] == [
        ("--slow-start", 2),
        ("QUILL_CACHE", 4),
    ]
    page = cli(
        "upgrade",
        "v1.0.0..v1.1.0",
        "--repo",
        f"example/quill={clone}",
        "--uses",
        "uses.toml",
        "--lang",
        "zh",
        "--format",
        "html",
    )
    assert "2 项变化中有 2 项涉及你使用的内容" in page.stdout
    (tmp_path / "uses.toml").write_text('repository = "example/quill"\n')
    calm = cli(
        "upgrade", "v1.0.0..v1.1.0", "--repo", f"example/quill={clone}", "--uses", "uses.toml", "--format", "markdown"
    )
    assert "None of 2 changes touches what you use" in calm.stdout


def test_a_module_that_is_gone_touches_who_imports_it(cli: Cli, tmp_path: Path) -> None:
    """However little it had: by its path, with the commit that removed it; one that only became a package is there."""
    repo = Repository(tmp_path / "quill")
    files = {"quill/__init__.py": "", "quill/old.py": "def help_out():\n    return 1\n", "quill/same.py": "x = 1\n"}
    repo.commit("Begin", files, "v1.0.0")
    repo.commit(
        "Tidy (#2)", {"quill/old.py": None, "quill/same.py": None, "quill/same/__init__.py": "x = 1\n"}, "v2.0.0"
    )
    (tmp_path / "ours.py").write_text("from quill.old import other\nfrom quill.same import x\n")
    at = ("--repo", f"example/quill={repo.path}")
    cli("uses", "scan", "ours.py", *at, "--at", "v1.0.0")
    told = cli("upgrade", "v1.0.0..v2.0.0", *at, "--uses", "uses.toml", "--quiet").stdout
    assert "1 of 2 changes touches what you use" in told
    assert "`quill/old.py` is gone" in told
    assert "same" not in told


@pytest.mark.parametrize(
    ("now", "is_gone"), [("from unittest import old\n", False), ("from unittest import older\n", True)]
)
def test_a_module_that_its_package_gives_otherwise_is_there(
    cli: Cli, tmp_path: Path, now: str, *, is_gone: bool
) -> None:
    """Whoever imports it from the package gets it from elsewhere."""
    repo = Repository(tmp_path / "quill")
    repo.commit("Begin", {"quill/__init__.py": "", "quill/old.py": "def keep():\n    return 1\n"}, "v1.0.0")
    repo.commit("Take another's (#2)", {"quill/__init__.py": now, "quill/old.py": None}, "v2.0.0")
    (tmp_path / "ours.py").write_text("from quill import old\n")
    at = ("--repo", f"example/quill={repo.path}")
    cli("uses", "scan", "ours.py", *at, "--at", "v1.0.0")
    told = json.loads(cli("upgrade", "v1.0.0..v2.0.0", *at, "--uses", "uses.toml", "--json").stdout)
    assert bool(told["hits"] or told["coupled"]) is is_gone


def test_a_module_that_moved_below_src_is_there(cli: Cli, tmp_path: Path) -> None:
    """It is imported by the same name; what left it is gone all the same."""
    repo = Repository(tmp_path / "quill")
    text = "def keep():\n    return 1\n"
    repo.commit("Begin", {"quill/__init__.py": "", "quill/old.py": f"def drop():\n    return 2\n\n\n{text}"}, "v1.0.0")
    moved = {"quill/__init__.py": None, "quill/old.py": None, "src/quill/__init__.py": "", "src/quill/old.py": text}
    repo.commit("Move (#2)", moved, "v2.0.0")
    (tmp_path / "ours.py").write_text("from quill.old import keep\nfrom quill.old import drop\n")
    at = ("--repo", f"example/quill={repo.path}")
    cli("uses", "scan", "ours.py", *at, "--at", "v1.0.0")
    told = json.loads(cli("upgrade", "v1.0.0..v2.0.0", *at, "--uses", "uses.toml", "--json").stdout)
    lines = [use["line"] for one in (*told["hits"], *told["coupled"]) for use in one["uses"]]
    assert lines == [2]


def test_mistakes_of_a_scan_are_one_sentence(cli: Cli, clone: Path, ours: Path, tmp_path: Path) -> None:
    """Paths that are not there, a version that is none, uses of another repository."""
    repo = f"example/quill={clone}"
    assert "nowhere" in refused(cli("uses", "scan", "nowhere", "--repo", repo), 2)
    assert "v9" in refused(cli("uses", "scan", str(ours), "--repo", repo, "--at", "v9"), 1)
    (tmp_path / "uses.toml").write_text('repository = "ann/other"\n')
    assert "not of example/quill" in refused(cli("upgrade", "v1.0.0..v1.1.0", "--repo", repo, "--uses", "uses.toml"), 2)
