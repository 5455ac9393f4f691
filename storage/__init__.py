"""Everything Daybrief stores, in one SQLite file: commits, analyses, digests, runs, and a search index."""

import sys

# sqlite-utils imports numpy whenever it is installed, to store its number types. We store none, but scipy brings numpy
# in, and importing it would add a quarter to every command's start-up time, and 12 MB.
if "numpy" not in sys.modules:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # what Python itself takes as "there is none"
    import sqlite_utils  # noqa: F401 - the first import of it is what counts

    del sys.modules["numpy"]
