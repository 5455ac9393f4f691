"""The files of a revision, from the archive that GitHub makes of it; nothing is written to disk.

https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar
"""

import io
import tarfile
from collections.abc import Iterator

from analysis.errors import BadInput, Outage
from analysis.sources.revisions import LARGEST_FILE, MOST_FILES, is_read

LARGEST = 400_000_000
"""Bytes of an archive; those of the largest public repositories are about a quarter of this."""
_MOST_UNPACKED = 4_000_000_000
"""Bytes that are unpacked; a larger archive is probably meant to exhaust the machine."""


def product_files(archive: bytes, repo: str) -> dict[str, str]:
    """Return the text files that users run or build, by path.

    Raises:
        BadInput: it unpacks to more than any real repository.
        Outage: it is not an archive, or incomplete.
    """
    found: dict[str, str] = {}
    try:
        for path, text in _read(archive, repo):
            found[path] = text
            if len(found) == MOST_FILES:
                break
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Outage(f"The archive of {repo} that GitHub gave cannot be read ({error}): run it again later.") from None
    return found


def _read(archive: bytes, repo: str) -> Iterator[tuple[str, str]]:
    unpacked = 0
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as files:
        for member in files:
            unpacked += member.size
            if unpacked > _MOST_UNPACKED:
                raise BadInput(
                    f"{repo} unpacks to more than {_MOST_UNPACKED:,} bytes: clone it, and write --repo {repo}=FOLDER."
                )
            path = member.name.partition("/")[2]  # everything is in one folder, named after the commit
            if member.isreg() and path and member.size <= LARGEST_FILE and is_read(path):
                content = files.extractfile(member)
                if content is not None:
                    yield path, content.read().decode(errors="replace")
