"""What a model is asked: the prompts, by version, and what it is told of commits.

Text from outside stands between two lines that nobody outside can know; secrets are taken out of it.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from analysis.commits.redaction import MARK, names_a_secret, redact
from analysis.entry import Depth, Entry, Language
from analysis.i18n.wording import say_reason
from analysis.llm.excerpt import estimate
from analysis.rules.version import content_version
from analysis.triage.triage import Importance

Example = tuple[str, str]
"""A title of the repository's own past, and what its people said of it: how it ranked, or of which type it is."""

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese (简体中文)"}
PARTS = {
    Depth.FULL: (
        "\n- impact: which parts of the project or which uses it reaches, one claim each."
        "\n- insight: what an engineer would want to know of how it is done, by aspect; only aspects with something to say."
        "\n- risks: what can go wrong for users because of it, concrete ones only."
        "\n- recommendations: what users should do now: set, pin, test with their setup, migrate."
    ),
    Depth.SHORT: (
        "\n- risks: what can go wrong for users because of it, concrete ones only; usually none or one."
        "\n- recommendations: what users should do now; usually none or one."
    ),
    Depth.LINE: "\n- risks, recommendations: leave them empty.",
}
"""What is asked for besides, by depth."""
_LONGEST_BODY, _LONGEST_LINE, _LONGEST_TITLE = 2_000, 500, 120  # characters
_MOST_EXAMPLES = 4
"""Titles of the past that are shown for each rank."""
_MOST_TYPED = 12
"""Titles of the past that are shown with their types: as many as are shown with ranks."""
_UNSET = {"", "None", "null", '""', "''"}


@lru_cache(maxsize=8)
def prompt(name: str) -> str:
    """Return a prompt's text."""
    return (Path(__file__).parent / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


@lru_cache(maxsize=8)
def version(names: tuple[str, ...]) -> str:
    """Return the version of prompts together: another word in them, or in what they are filled with, is another version."""
    return content_version(text.encode() for text in (*map(prompt, names), *PARTS.values()))


def marked(text: str) -> tuple[str, str]:
    """Return a new mark, and the text between two lines of it.

    Nobody who writes a commit can know the mark, so nobody can pretend that the outside text ends earlier.
    """
    mark = f"=== {secrets.token_hex(8)} ==="
    return mark, f"{mark}\n{text}\n{mark}"


def evidence(entry: Entry, diff: str, own: Iterable[str]) -> str:
    """Return what the model is told of a commit: what the rules found, the message, and the diff as far as it is given.

    `own` are our own secrets, which whoever writes a commit may have got hold of.
    """
    return "\n".join([*_lines_of_evidence(entry, lambda text, most: cut(text, most, own)), diff])


def _lines_of_evidence(entry: Entry, cut: Callable[[str, int], str]) -> Iterator[str]:
    commit, triage = entry.commit, entry.triage
    yield f"Commit {commit.short}: {cut(commit.subject, _LONGEST_LINE)}"
    reasons = "; ".join(say_reason(reason, "en") for reason in triage.reasons[:4])
    yield (
        f"Found by rule: types {', '.join(triage.types)}; areas {', '.join(triage.areas) or '-'}; "
        f"importance {triage.importance}, {triage.score:.2f} of 1{_bounds(entry)}; because {cut(reasons, _LONGEST_LINE)}"
    )
    for fact in entry.facts[:20]:
        before, after = (
            MARK if value not in _UNSET and names_a_secret(fact.name) else value for value in (fact.before, fact.after)
        )
        change = f" {before or '-'} -> {after or '-'}" if before or after else ""
        detail = f" ({cut(fact.detail, 200)})" if fact.detail else ""
        where = f" [{fact.path}:{fact.line}]" if fact.path else ""  # a revert is told by the message
        yield cut(f"Fact: {fact.kind} {fact.name}{change}{detail}{where}", _LONGEST_LINE)
    for brought in commit.brought[:20]:
        yield f"Brings in {brought.sha[:7]}: {cut(brought.subject, 200)}"
    if commit.body:
        yield f"Message: {cut(commit.body, _LONGEST_BODY)}"
    yield f"Diff (+{commit.additions} -{commit.deletions} in {len(commit.files)} files):"


def _bounds(entry: Entry) -> str:
    floor, ceiling = entry.triage.floor, entry.triage.ceiling
    least = f", at least {floor}" if floor is not Importance.LOW else ""
    return f"{least}, at most {ceiling}" if ceiling is not Importance.HIGH else least


def past(examples: Sequence[Example], own: Iterable[str]) -> str:
    """Return how commits of the repository's own past ranked, a few of each rank; where none did, of which type they are.

    Empty where nothing is known.
    """
    own, head = tuple(own), "How earlier commits of this repository ranked:"
    chosen = [one for level in Importance for one in [one for one in examples if one[1] == level][:_MOST_EXAMPLES]]
    if not chosen:
        head, chosen = "What earlier commits of this repository are, by their people's word:", [*examples[:_MOST_TYPED]]
    lines = [f"- {cut(f'{said}: {title}'.partition(chr(10))[0], _LONGEST_TITLE, own)}" for title, said in chosen]
    return "\n".join([head, *lines, "", ""]) if lines else ""


def told(entry: Entry, own: Iterable[str] = ()) -> str:
    """Return one line on an entry that was analysed already."""
    said = f"{entry.analysis.headline} {entry.analysis.effect}" if entry.analysis else ""
    where = f" [{', '.join(entry.triage.areas)}]" if entry.triage.areas else ""
    return f"- {entry.commit.short} ({entry.triage.importance}){where} {cut(entry.commit.subject, 200, own)}: {said}"


def cut(text: str, most: int, own: Iterable[str] = ()) -> str:
    """Return the start of `text`; half a secret would not be known as one any more, so they go first."""
    return redact(text[: 4 * most], own)[0][:most]


def within(tokens: int, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that fit, from the first on."""
    for line in lines:
        tokens -= estimate(line)
        if tokens < 0:
            return
        yield line
