"""Calls known to be unsafe: they run code from data, or trust whoever answers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import FileKind
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_WORDS = (
    "weights_only", "pickle", "dill", "marshal", "yaml", "system(", "shell", "ssl", "eval(", "exec(", "verify", "InsecureSkip", "dangerous", "rejectUn",
    "danger_",
)  # fmt: skip
"""Every such call contains one of them: most files have none, and this check is faster than the patterns."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find new calls in the product's code; one that only moved does not count."""
    gone: Counter[str] = Counter()
    came: list[Mention] = []
    for file in files:
        pattern = _PATTERNS["unsafe"].get(file.language) if file.kind is FileKind.PRODUCTION else None
        if pattern is None:
            continue
        for old, new in file.views:
            if not any(word in view.code for view in (old, new) for word in _WORDS):
                continue
            gone.update(_risk(found) for _, text, changed in old.lines() if changed for found in _risks(pattern, text))
            came += [
                Mention(_risk(found), file.path, number)
                for number, text, changed in new.lines()
                if changed
                for found in _risks(pattern, text)
            ]
    told: set[tuple[str, str]] = set()
    for mention in came:
        gone[mention.name] -= 1
        if gone[mention.name] < 0 and (mention.name, mention.path) not in told:  # else it was only moved
            told.add((mention.name, mention.path))
            yield Fact(FactKind.UNSAFE_ADDED, mention.name, mention.path, mention.line)


def _risks(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(_PATTERNS.plain_string.sub('""', text))


def _risk(found: re.Match[str]) -> str:
    named = _PATTERNS.unsafe_name.search(found[0])
    return (named[0] if named else found[0]).rstrip("(").replace(" ", "")
