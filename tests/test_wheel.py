"""The wheel: what is in it, and that it works where nothing else of the project is."""

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pytest
import uv_build
from conftest import ROOT, Cli

PACKAGES = {"analysis", "bot", "formatters", "storage"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(ROOT)
        patched.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")  # its program is there
        return folder / uv_build.build_wheel(str(folder))


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as opened:
        return {name for name in opened.namelist() if not name.endswith("/")}


def test_it_has_every_file_of_the_packages(wheel: Path) -> None:
    """Modules and what lies beside them: words, patterns, weights, templates, styles."""
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {PurePosixPath(name).suffix for name in files} >= {".py", ".toml", ".j2", ".css"}
    packed = {name for name in names(wheel) if PurePosixPath(name).parts[0] in PACKAGES}
    assert packed == files


def test_it_has_nothing_else(wheel: Path) -> None:
    """Neither tests nor the benchmarks nor anybody's settings."""
    tops = {PurePosixPath(name).parts[0] for name in names(wheel)}
    assert tops == PACKAGES | {f"daybrief-{version('daybrief')}.dist-info"}


@pytest.mark.end_to_end
def test_it_makes_the_demo_s_digest(wheel: Path, quill: Path, environ: dict[str, str], tmp_path: Path) -> None:
    """Unpacked, with nothing of the project's folder in reach."""
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "unpacked")
    start = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r}); import bot; from bot.cli.main import main; "
    )
    start += "sys.argv[0] = 'daybrief'; print(bot.__file__, file=sys.stderr); main()"
    asked = ["digest", "--repo", f"example/quill={quill}", "--date", "2026-03-12", "--tz", "Asia/Shanghai", "--quiet"]
    for form, expected in (("terminal", "18 commits by 9 authors"), ("html", "<svg"), ("markdown", "# example/quill")):
        done = subprocess.run(
            [sys.executable, "-I", "-c", start, *asked, "--format", form],
            capture_output=True, text=True, check=False, env=environ, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr.strip() == str(tmp_path / "unpacked" / "bot" / "__init__.py")
        assert expected in done.stdout


def test_its_version_is_told(cli: Cli) -> None:
    """By the program, as the project has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cli("--version").stdout == f"daybrief {project['version']}\n"
    assert "--version" in cli("--help").stdout
