"""What a model is asked: the prompts, by version, and what it is told about commits and days.

Outside text goes between two lines that no outsider can know; secrets are removed from it. What is the same for every request
comes first, so that servers can cache it: https://platform.openai.com/docs/guides/prompt-caching.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from analysis.commits.blocks import Opener
from analysis.commits.redaction import MARK, names_a_secret, redact
from analysis.commits.surroundings import Surroundings
from analysis.entry import Claim, Entry
from analysis.i18n.language import ENGLISH_NAMES, Language
from analysis.llm.excerpt import estimate, opened
from analysis.llm.verify.ground import Ground
from analysis.rules.version import content_version
from analysis.statements import Conventions, Source
from analysis.statements.prose import prose_of
from analysis.triage.triage import Importance

_LONGEST_BODY, _LONGEST_LINE, _LONGEST_TITLE = 2_000, 500, 200  # characters
_MOST_FACTS = 20
_MOST_PATHS = 3
_UNSET = {"", "None", "null", '""', "''"}
_ASIDE = {Source.PULL_COMMENT, Source.ISSUE}
"""Statements that are not in the message, the description or the diff, all of which are shown anyway."""


@lru_cache(maxsize=8)
def prompt(name: str) -> str:
    """Return a prompt's text."""
    return (Path(__file__).parent / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


@lru_cache(maxsize=8)
def version(names: tuple[str, ...]) -> str:
    """Return the combined version of prompts: any changed word changes it."""
    return content_version(prompt(name).encode() for name in names)


def system(name: str, repo: str, language: Language, mark: str, areas: Sequence[str] = ()) -> str:
    """Return a prompt, followed by what differs from run to run."""
    lines = [prompt(name), "", f"Repository: {repo}", f"Write in {ENGLISH_NAMES[language]}."]
    lines += [f"Areas: {', '.join(areas)}"] if areas else []
    return "\n".join([*lines, f"Mark: {mark}"])


def fenced(text: str, mark: str) -> str:
    """Return outside text between two lines with the mark."""
    return f"=== {mark} ===\n{text}\n=== {mark} ==="


def told(entry: Entry, diff: str, own: Iterable[str], refused: Sequence[str] = ()) -> str:
    """Return what the model is told about a commit: the message, what people wrote, what the diff proves, and the diff as given.

    `own` are our own secrets, which a commit's author may have got hold of; `refused` is what was rejected in an earlier answer.
    """

    def ours(text: str, most: int) -> str:
        return cut(text, most, own)

    return "\n".join([*_told(entry, ours), diff, *_elsewhere(entry.surroundings, ours), *_refused(refused)])


def _told(entry: Entry, cut: Callable[[str, int], str]) -> Iterator[str]:
    commit, request = entry.commit, entry.pull_request
    yield f"## {commit.short}"
    yield f"Message: {cut(commit.message, _LONGEST_BODY)}"
    if request and (description := _description(request.body)):
        yield f"Description of pull request #{request.number}: {cut(description, _LONGEST_BODY)}"
    for statement in entry.statements:
        if statement.source in _ASIDE:
            yield f"Written beside it: {cut(statement.text, _LONGEST_LINE)}"
    for brought in commit.brought[:_MOST_FACTS]:
        yield f"Brings in {brought.sha[:7]}: {cut(brought.subject, _LONGEST_TITLE)}"
    for fact in entry.facts[:_MOST_FACTS]:
        before, after = (
            MARK if value not in _UNSET and names_a_secret(fact.name) else value for value in (fact.before, fact.after)
        )
        change = f" {before or '-'} -> {after or '-'}" if before or after else ""
        where = f" [{fact.path}:{fact.line}]" if fact.path else ""  # a revert's evidence is the message
        yield cut(f"Fact: {fact.kind} {fact.name}{change}{where}", _LONGEST_LINE)
    yield f"Diff (+{commit.additions} -{commit.deletions} in {len(commit.files)} files):"


def _elsewhere(around: Surroundings, cut: Callable[[str, int], str]) -> Iterator[str]:
    for reference in around.references:
        yield f"Uses of {reference.name} elsewhere, {len(reference.uses)} of {reference.count}:"
        path, known = "", set[Opener]()
        for use in reference.uses:
            if use.line.path != path:
                path, known = use.line.path, set()
                yield f"### {path} [left as it was]"
            yield from (cut(opened(one).rstrip("\n"), _LONGEST_LINE) for one in use.blocks if one not in known)
            yield cut(f"uses {use.line.number}: {use.line.text.strip()}", _LONGEST_LINE)
            known.update(use.blocks)
    for one in around.neighbours:
        yield cut(
            f"The same day {one.sha[:7]} touched {', '.join(one.paths[:_MOST_PATHS])}: {one.subject}", _LONGEST_LINE
        )


def _description(body: str) -> str:
    """Return a description's text, without its template, check list and comments."""
    found = prose_of(body, Source.PULL_REQUEST, Conventions())
    return " ".join(dict.fromkeys(candidate.text for candidate in found))


def _refused(reasons: Sequence[str]) -> list[str]:
    return ["Of your last answer about it this was refused:", *(f"- {reason}" for reason in reasons)] if reasons else []


def candidate(entry: Entry, own: Iterable[str] = ()) -> str:
    """Return one line on an analysed entry, for comparing it with others; only the title if it ranks low."""
    analysis, importance = entry.analysis, entry.triage.importance
    if importance is Importance.LOW or analysis is None:
        return f"- {entry.commit.short} (low) {cut(entry.commit.subject, _LONGEST_TITLE, own)}"
    where = f" [{', '.join(entry.triage.areas)}]" if entry.triage.areas else ""
    said = " ".join(filter(None, (analysis.headline, analysis.effect)))
    why = f" Why: {analysis.reason}" if analysis.reason else ""
    return cut(f"- {entry.commit.short} ({importance}){where} {said}{why}".replace("\n", " "), 2 * _LONGEST_LINE, own)


def claimed(number: int, claim: Claim, ground: Ground, own: Iterable[str] = ()) -> str:
    """Return a claim with the lines it rests on, to be judged by these alone."""
    lines = [f"## {number}", f"Claim: {claim.text}"]
    if claim.before or claim.after:
        lines.append(f"Before: {claim.before or '-'}; after: {claim.after or '-'}")
    for quote in claim.quotes:
        lines += [quote.path or "written:", *ground.around(quote)]
    return cut("\n".join(lines), 4 * _LONGEST_LINE, own)


def cut(text: str, most: int, own: Iterable[str] = ()) -> str:
    """Return the start of `text`; secrets are removed first, as half of one would not be recognised."""
    return redact(text[: 4 * most], own)[0][:most]


def within(tokens: int, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines from the first on, as long as they fit."""
    for line in lines:
        tokens -= estimate(line)
        if tokens < 0:
            return
        yield line
