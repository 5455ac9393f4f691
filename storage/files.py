"""Atomic file writes: written next to their place, and moved there when complete."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path, mode: int = 0o666) -> Iterator[Path]:
    """Yield a temporary file beside `target`, creating folders as needed; on success it replaces the target.

    Anything but a regular file (a pipe, a device) cannot be replaced and is yielded itself. A symbolic link is kept,
    and the file it points to is replaced.

    Args:
        target: the file to write.
        mode: the permissions of a new file, subject to the user's umask.

    Raises:
        OSError: it cannot be written; the previous content is untouched.
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
