"""Atomic file writes: written next to their place, and moved there when complete."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path, mode: int = 0o666) -> Iterator[Path]:
    """Give a new file beside `target`, and the folders it lies in; it takes the target's place if nothing goes wrong.

    What is no regular file (a pipe, a device) has no such place and is given as it is. A link stays, what it leads to is replaced.

    Args:
        target: where it goes.
        mode: what a new file's permissions are, as far as the user's mask lets them.

    Raises:
        OSError: it cannot be written; what was there before is as it was.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    draft.touch(target.stat().st_mode & 0o777 if target.exists() else mode, exist_ok=False)
    try:
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
