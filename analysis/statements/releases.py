"""Which commits bring a version or a branch, by their titles: their contents were already reported one by one."""

import re

NAMES_VERSION = re.compile(
    r"^\W*(?:chore|release|bump|prepare|merge|version|publish|cut|v?\d+\.\d)[^\n]*\d\.\d|^Merge\b", re.IGNORECASE
)
"""A title whose news is the version or the branch, whatever its changelog says."""
