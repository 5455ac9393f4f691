"""Calls that are known to be unsafe: they run code out of data, or trust whoever answers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import FileKind
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention

_UNSAFE = {
    "python": re.compile(
        r"\b(?:weights_only\s*=\s*False|(?:cloud)?pickle\.loads?\(|dill\.loads?\(|marshal\.loads?\(|yaml\.unsafe_load\(|yaml\.load\((?!.*Safe)"
        r"|os\.system\(|shell\s*=\s*True|allow_pickle\s*=\s*True|ssl\._create_unverified_context"
        r"|(?<![\w.])(?<!def )eval\((?!\s*\))|(?<![\w.])(?<!def )exec\()"
        r"|\b(?:requests|httpx|session|client|aiohttp)\b.*\bverify\s*=\s*False|\bssl\s*=\s*False\b.*\bconnector"
    ),
    "go": re.compile(r"\bInsecureSkipVerify:\s*true"),
    "javascript": re.compile(r"\bdangerouslySetInnerHTML|(?<![\w.])eval\(|\brejectUnauthorized:\s*false"),
    "rust": re.compile(r"\bdanger_accept_invalid_certs\(true"),
}
_WORDS = (
    "weights_only", "pickle", "dill", "marshal", "yaml", "system(", "shell", "ssl", "eval(", "exec(", "verify", "InsecureSkip", "dangerous", "rejectUn",
    "danger_",
)  # fmt: skip
"""One of them stands in each call: most files hold none, which is seen quicker than by the patterns."""
_UNSAFE_NAME = re.compile(r"verify\s*=\s*False|ssl\s*=\s*False")
_PLAIN_STRING = re.compile(r"""(?<![\w])[rbu]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find calls in the product's code that were not there before; one that only moved is none."""
    gone: Counter[str] = Counter()
    came: list[Mention] = []
    for file in files:
        pattern = _UNSAFE.get(file.language) if file.kind is FileKind.PRODUCTION else None
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
    return pattern.finditer(_PLAIN_STRING.sub('""', text))


def _risk(found: re.Match[str]) -> str:
    named = _UNSAFE_NAME.search(found[0])
    return (named[0] if named else found[0]).rstrip("(").replace(" ", "")
