"""Two thousand files of a team's scanned; an upgrade, a fix and suspects over three thousand commits that are stored."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.digest.pipeline import silent
from benchmarks.material import fresh
from benchmarks.measured import Measured, percentile, seconds
from benchmarks.repository import repository
from bot.config import load
from bot.digests.core import Core, open_core
from bot.digests.repositories import parse_place
from bot.digests.suspects import look
from bot.digests.tracing import Wanted, trace
from bot.digests.upgrade import make
from bot.digests.uses import scan

_FILES, _COMMITS = 2_000, 3_000
_END = datetime(2026, 3, 2, tzinfo=UTC)
_PLACE = "example/thousand"
_MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: quill-{number}}}
spec:
  template:
    spec:
      containers:
{containers}"""
_CONTAINER = """      - name: c{number}
        image: example/quill:v1.{number}
        command: [python3, -m, quill.launch]
        args: [--port, "{number}", --page-size=16, --model-path, /m{number}]
        env:
        - {{name: QUILL_CACHE, value: /tmp}}
"""
_SCRIPT = "#!/bin/sh\nexport QUILL_CACHE=/tmp\n" + "python3 -m quill.launch --port 80 \\\n  --page-size 16\n" * 40
_PROGRAM = "import quill\nfrom quill.engine import Engine\n" + "engine = Engine(page_size=16)\n" * 60


def figures() -> Iterator[Measured]:
    with TemporaryDirectory(prefix="daybrief-bench-") as name:
        folder = Path(name)
        clone = repository(folder / "thousand.git", _COMMITS, _END - timedelta(days=90), _END)
        core = open_core(load(fresh()))
        place = parse_place(f"{_PLACE}={clone}")
        ours = _files(folder / "ours")
        took = seconds(lambda: scan(core, core.sources.open(place), [ours]), 3)
        yield Measured("scan of 2,000 files", percentile(took, 50), "s", 10, "YAML, shell and Python; median of 3")
        yield from _upgrade(core, str(place.path))
        core.stores.store.close()
        shutil.rmtree(ours)


def _upgrade(core: Core, clone: str) -> Iterator[Measured]:
    source = core.sources.open(parse_place(f"{_PLACE}={clone}"))
    span = f"main~{_COMMITS - 1}..main"
    make(core, source, span, "en", silent)  # the first run reads them
    took = seconds(lambda: make(core, source, span, "en", silent), 3)
    yield Measured("upgrade over 3,000 stored commits", percentile(took, 50), "s", 5, "median of 3")
    took = seconds(lambda: look(core, source, span, "slow page cache", ()), 3)
    yield Measured("suspects over 3,000 stored commits", percentile(took, 50), "s", 1, "three words; median of 3")
    sha = source.resolve(f"main~{_COMMITS // 2}").sha
    took = seconds(lambda: trace(core, source, Wanted(sha, sha=sha)), 3)
    yield Measured("fix over 3,000 stored commits", percentile(took, 50), "s", 1, "a clone, by SHA; median of 3")


def _files(folder: Path) -> Path:
    folder.mkdir()
    for number in range(_FILES):
        kind = number % 4
        if kind < 2:
            containers = "".join(_CONTAINER.format(number=one) for one in range(6))
            (folder / f"{number}.yaml").write_text(_MANIFEST.format(number=number, containers=containers))
        else:
            name, text = (f"{number}.sh", _SCRIPT) if kind == 2 else (f"{number}.py", _PROGRAM)
            (folder / name).write_text(text)
    return folder
