"""A repository of any size, written by dice that always fall alike."""

import random
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

_TITLES = ("Fix a crash in {}", "Add a flag to {}", "Tidy {}", "Speed up {}", "[Docs] Describe {}", "Test {}")


def repository(path: Path, commits: int, start: datetime, end: datetime) -> Path:
    """Make a bare repository with `commits` commits of every importance, evenly over [start, end)."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    stream = "".join(_stream(commits, start.timestamp(), end.timestamp()))
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=stream.encode(), check=True)
    return path


def _stream(commits: int, start: float, end: float) -> Iterator[str]:
    dice = random.Random(7)  # noqa: S311 - no secret, the same each time
    files = [f"quill/part{number}.py" for number in range(40)]
    lines = {name: [f"def step_{number}(x):\n    return x + {number}\n" for number in range(30)] for name in files}
    for number in range(commits):
        name = dice.choice(files)
        title = dice.choice(_TITLES).format(name.rpartition("/")[2]) + f" (#{number + 1})"
        at = dice.randrange(len(lines[name]))
        lines[name][at] = f"def step_{at}(x, limit={number}):\n    return min(x, limit) + {dice.randrange(99)}\n"
        text = "\n".join(lines[name])
        when = int(start + (number + 0.5) * (end - start) / commits)
        yield f"commit refs/heads/main\ncommitter Ann <ann@example.com> {when} +0000\ndata {len(title)}\n{title}\n"
        yield f"M 644 inline {name}\ndata {len(text)}\n{text}\n"
