"""What somebody uses that the older of two trees offers and the newer one does not, though no diff in between shows it.

A diff shows hunks: of `Name: "bytes"`, whose other parts stand above, or of a call whose name stands further up, it tells nothing.
"""

import re
from collections.abc import Iterator, Sequence

from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.sources.revisions import Files
from analysis.upgrade.checking import Checker
from analysis.upgrade.netting import Change
from analysis.uses import UseKind, Uses
from analysis.uses.hits import without_series

_REMOVED = {
    UseKind.FLAG: FactKind.FLAG_REMOVED,
    UseKind.VARIABLE: FactKind.ENV_REMOVED,
    UseKind.METRIC: FactKind.METRIC_REMOVED,
}
_LAST = re.compile(r"[A-Za-z0-9]+$")


def lost(old: Files, new: Files, uses: Uses, entries: Sequence[Entry]) -> Iterator[Change]:
    """Yield the flags, variables and metrics that are gone, each with the newest commit that took its line away; `entries` come oldest first."""
    checker = Checker(old, new)
    for kind, name in dict.fromkeys((use.kind, use.name) for use in uses.uses if use.kind in _REMOVED):
        names = dict.fromkeys([name, without_series(name)] if kind is UseKind.METRIC else [name])
        found = next((fact for one in names if (fact := checker.removed(_REMOVED[kind], one))), None)
        if found:
            yield Change(found, tuple(_taken_away(found.path, found.name, entries)))


def _taken_away(path: str, name: str, entries: Sequence[Entry]) -> Iterator[str]:
    last = _LAST.search(name)
    word = re.compile(rf"(?m)^-.*(?<![A-Za-z0-9]){last[0]}(?![A-Za-z0-9])") if last else None
    for entry in reversed(entries):
        files = (file for file in entry.commit.files if path in {file.path, file.old_path})
        if word and any(word.search(file.patch or "") for file in files):
            yield entry.commit.sha
            return
