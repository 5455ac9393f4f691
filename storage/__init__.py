"""Everything Daybrief stores, in one SQLite file: commits, analyses, digests, runs, and a search index."""

import sys

# sqlite-utils imports numpy wherever it is installed, to store its numbers. We have none of these, but it is there
# (scipy needs it), and would take a quarter of the time in which any command starts, and 12 MB.
if "numpy" not in sys.modules:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # what Python itself takes as "there is none"
    import sqlite_utils  # noqa: F401 - the first import of it is what counts

    del sys.modules["numpy"]
