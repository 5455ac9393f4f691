"""A repository on GitHub is read whole out of the archive that GitHub makes of it, and a hostile one does no harm."""

import io
import tarfile
from pathlib import Path

import pytest
from conftest import Cli, refused
from repositories import Repository
from servers.github import GitHubServer

from analysis.errors import BadInput, Outage
from analysis.sources import tarball
from analysis.sources.tarball import product_files


@pytest.fixture
def quill_like(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "quill")
    parser = 'parser.add_argument("--page-size", type=int, default=16)\n'
    made.commit("Begin", {"quill/__init__.py": "", "quill/args.py": parser, "docs/a.md": "Words.\n"}, "v1.0.0")
    return made


def test_a_scan_needs_no_clone(cli: Cli, quill_like: Repository, tmp_path: Path) -> None:
    """What it finds is what a clone tells; it costs one request for the whole tree."""
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "run.sh").write_text("quill serve --page-size 32 --port 80\n")
    by_clone, by_github = tmp_path / "clone.toml", tmp_path / "github.toml"
    cli("uses", "scan", str(ours), "--repo", f"ann/quill={quill_like.path}", "--out", str(by_clone), "--quiet")
    with GitHubServer({"ann/quill": quill_like.path}) as server:
        at = {"DAYBRIEF_GITHUB__BASE_URL": server.url}
        cli(
            "uses", "scan", str(ours), "--repo", "ann/quill", "--at", "v1.0.0", "--out", str(by_github), "--quiet", **at
        )
        assert by_github.read_text() == by_clone.read_text()
        assert "--page-size" in by_github.read_text()
        server.fail(times=1_000, kinds=("html",))
        refused(cli("uses", "scan", str(ours), "--repo", "ann/quill", "--quiet", **at), 1)


def an_archive(*members: tuple[str, bytes, bytes]) -> bytes:
    """An archive of (name, content, type)."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as files:
        for name, content, kind in members:
            one = tarfile.TarInfo(name)
            one.type, one.linkname = kind, "/etc/passwd"
            one.size = len(content) if kind == tarfile.REGTYPE else 0
            files.addfile(one, io.BytesIO(content))
    return packed.getvalue()


def test_only_files_of_the_product_are_read() -> None:
    """No link is followed, and no path leads anywhere: nothing is written."""
    archive = an_archive(
        ("top/quill/a.py", b"A = 1\n", tarfile.REGTYPE),
        ("top/quill/b.py", b"", tarfile.SYMTYPE),
        ("top/docs/a.md", b"Words.\n", tarfile.REGTYPE),
        ("top/quill/c.py", b"C" * 1_000_001, tarfile.REGTYPE),
    )
    assert product_files(archive, "ann/quill") == {"quill/a.py": "A = 1\n"}


def test_what_is_no_archive_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that unpacks to more than any repository is refused."""
    whole = an_archive(("top/quill/a.py", b"A = 1\n" * 100, tarfile.REGTYPE))
    for broken in (b"", b"<html>", whole[: len(whole) // 2]):
        with pytest.raises(Outage, match="run it again"):
            product_files(broken, "ann/quill")
    monkeypatch.setattr(tarball, "_MOST_UNPACKED", 100)
    with pytest.raises(BadInput, match="clone it"):
        product_files(whole, "ann/quill")
