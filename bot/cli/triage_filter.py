"""The rules as a filter: JSON lines in, JSON lines out, for programs that want to sort and rank commits themselves."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from analysis.commits.records import commits_of
from analysis.facts import facts_of
from analysis.rules.wording import say_reason
from analysis.statements import statements_of
from analysis.triage.learned import Judgement
from analysis.triage.repository_areas import of_repository
from analysis.triage.triage import triage
from bot.settings import Settings
from formatters.text.json_text import json_text


def triage_lines(
    lines: Iterable[str], settings: Settings, learned: Callable[[str], Judgement | None], *, name: str, quiet: bool
) -> Iterator[str]:
    """Yield a JSON line for each input line: sha, types, whether the first is certain, importance, score, reasons, areas; and repo if it was given.

    `analysis.commits.records` defines the fields of a line; `learned` returns what was learned about a repository, if
    anything; `name` is the input's name in error messages.

    Raises:
        BadInput: a line is not a JSON object with a title; the lines before it are done.
    """
    from bot.cli.progress import progress

    areas = of_repository(configured={key: table.model_dump() for key, table in settings.areas.items()})
    judgement_of = lru_cache(maxsize=64)(learned)
    with progress(quiet=quiet) as step:
        for number, commit in enumerate(commits_of(lines, name), 1):
            statements = statements_of(commit)
            found = triage(commit, facts_of(commit), areas, judgement_of(commit.repo), statements)
            made: dict[str, Any] = {"repo": commit.repo} if commit.repo else {}
            made |= {
                "sha": commit.sha,
                "types": list(found.types),
                "is_type_certain": found.is_type_certain,
                "importance": found.importance,
                "score": found.score,
                "reasons": [say_reason(reason, "en") for reason in found.reasons if reason.points or reason.detail],
                "areas": list(found.areas),
            }
            yield json_text(made)
            step("ranking", number, number)
