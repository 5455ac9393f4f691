"""What somebody uses that the older of two trees offers and the newer one does not, though no diff in between shows it.

A diff shows hunks: of `Name: "bytes"`, whose other parts stand above, or of a call whose name stands further up, it tells nothing.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from analysis.commits.commit import Commit
from analysis.facts import Fact, FactKind
from analysis.sources.revisions import Files
from analysis.upgrade.checking import Checker
from analysis.uses import UseKind, Uses
from analysis.uses.hits import without_series

_REMOVED = {
    UseKind.FLAG: FactKind.FLAG_REMOVED,
    UseKind.VARIABLE: FactKind.ENV_REMOVED,
    UseKind.METRIC: FactKind.METRIC_REMOVED,
}
_LAST = re.compile(r"[A-Za-z0-9]+$")


def lost(old: Files, new: Files, uses: Uses) -> Iterator[Fact]:
    """Yield the flags, variables and metrics that are gone, with the places where they were."""
    checker = Checker(old, new)
    for kind, name in dict.fromkeys((use.kind, use.name) for use in uses.uses if use.kind in _REMOVED):
        names = dict.fromkeys([name, without_series(name)] if kind is UseKind.METRIC else [name])
        found = (fact for one in names if (fact := checker.removed(_REMOVED[kind], one)))
        yield from islice(found, 1)


def taken_away(fact: Fact, commits: Iterable[Commit]) -> tuple[str, ...]:
    """Return the first of these commits that takes a line with the end of the name out of the file; none where no diff shows one."""
    last = _LAST.search(fact.name)
    word = re.compile(rf"(?m)^-.*(?<![A-Za-z0-9]){last[0]}(?![A-Za-z0-9])") if last else None
    for commit in commits:
        files = (file for file in commit.files if fact.path in {file.path, file.old_path})
        if word and any(word.search(file.patch or "") for file in files):
            return (commit.sha,)
    return ()
