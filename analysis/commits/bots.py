"""Which authors are programs."""

import re
from collections.abc import Iterable

from analysis.commits.commit import Commit

_TASKS = (
    "assign|backport|build|bump|changelog|cherry-?pick|ci|code|commit|depend(?:a|ency)?|deploy|doc|docs|format|issue|label|lint"
    "|lock|merge|package|publish|queue|release|renovate|review|security|stale|sync|test|translate|update|upgrade|version|web"
)
# A word of its own, or behind a hyphen or a task: "Jane Talbot" and "abbot" are people.
_PROGRAM = re.compile(
    rf"\[bot\]|(?:^|[\s_.-])(?:ro)?bot$|(?:^|[\s_-])(?:ro)?bot(?=[\s_-])|(?:{_TASKS})(?:ro)?bot\b"
    r"|^(?:copilot(?:-swe-agent)?|github[ -]?(?:actions?|copilot)|renovate|mergify|weblate|pre-commit(?:[ .-]ci)?|greenkeeper|snyk|transifex"
    r"|codecov|allcontributors|imgbot|whitesource)$|\bgithub-actions\b|\b(?:depfu|dependabot|renovate|pre-commit-ci)\b"
)


def is_bot(commit: Commit) -> bool:
    """Whether the author's name or account is a program's."""
    return names_bot((commit.author, commit.login or ""))


def names_bot(names: Iterable[str]) -> bool:
    """Whether one of an author's names or accounts is a program's, whatever its case."""
    return any(_PROGRAM.search(name.strip().lower()) for name in names)
