"""Everything that people wrote about one commit, the most telling first."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.pull_request import INSIDERS, PullRequest
from analysis.commits.title import ChangeType, read_title
from analysis.i18n.words import WORDS
from analysis.statements.candidate import Candidate
from analysis.statements.comments import code_comments
from analysis.statements.conventions import Conventions
from analysis.statements.fragments import fragments_of
from analysis.statements.lexicon import lexicon
from analysis.statements.prose import is_prose, prose_of
from analysis.statements.releases import NAMES_VERSION
from analysis.statements.scoring import GOOD, Scorer, repeats, stems
from analysis.statements.statement import Source, Statement, StatementKind

_MOST = {StatementKind.EFFECT: 8, StatementKind.CAVEAT: 3, StatementKind.FIGURE: 3}
"""The most statements of each kind that are kept per commit, for display, search and ranking."""

_EXPLAINED = {ChangeType.BUGFIX, ChangeType.SECURITY, ChangeType.PERFORMANCE, ChangeType.BREAKING}
"""For these, comments describe the problem; for anything else, how it is implemented."""
_FOLLOWS = 0.6
"""Bonus for a sentence about a problem or consequence that directly follows the first one shown."""
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}
_UNIT = r"(?:%|ms|s|µs|us|ns|GB|MB|KB|GiB|MiB|KiB|tok(?:ens)?/s|req/s|it/s|TFLOPS|GB/s)(?![\w/])"
_THAN = r"(?:faster|slower|less|more|lower|higher|fewer|better|speed|smaller|larger|improve\w*|reduc\w+|gain|throughput|latency)"
_SPEEDUP = re.compile(
    rf"\b\d[\d.]*\s?[x×](?![\w-])\s?{_THAN}|{_THAN}\b[^.]{{0,40}}\b\d[\d.]*\s?[x×](?![\w-])|\b\d[\d.]*\s?% {_THAN}"
    rf"|\d[\d.,]*\s?(?:{_UNIT})?\s?(?:→|->|=>)\s?\d[\d.,]*\s?{_UNIT}",
    re.IGNORECASE,
)
"""A comparison that says what is compared: bare numbers with an arrow may be versions, options or sizes."""
_MOST_CELLS = 3
"""Cells of a table row that can still be read without the table."""
_NUMBER = re.compile(r"\d")


def statements_of(
    commit: Commit, pull_request: PullRequest | None = None, conventions: Conventions | None = None
) -> tuple[Statement, ...]:
    """Return what people wrote about a commit: effects, the most telling first, then caveats, then claimed figures."""
    conventions = conventions or Conventions()
    is_product = any(kind_of(file.path) in _PRODUCT for file in commit.files) or not commit.files
    is_release = bool(NAMES_VERSION.search(commit.subject))
    title = read_title(commit.subject)
    is_mending = bool(
        set(title.types) & _EXPLAINED
        or "trouble" in lexicon().marks(title.text)
        or WORDS.patterns("gather")["mends"].search(title.text)
    )
    scorer = Scorer(stems(title.text), is_product, is_release, is_mending)
    written = list(_written(commit, pull_request, conventions))
    scored = [(scorer.score(candidate), candidate) for candidate in written if not candidate.is_row]
    caveats = [candidate for _, candidate in scored if _is_caveat(candidate)]
    effects = [(points, candidate) for points, candidate in scored if candidate not in caveats]
    if not is_bot(commit) and not any(points >= GOOD for points, _ in effects):
        aside = [(scorer.score(candidate), candidate) for candidate in _aside(commit, pull_request)]
        effects += sorted(aside, key=lambda pair: -pair[0])[:1]
    found = (_effects(effects, scorer.title), _caveats(caveats), _figures(written))
    return tuple(
        statement
        for most, statements in zip(_MOST.values(), found, strict=True)
        for statement in islice(statements, most)
    )


def _written(commit: Commit, pull_request: PullRequest | None, conventions: Conventions) -> Iterator[Candidate]:
    yield from fragments_of(commit, conventions.fragment_folders)
    if is_bot(commit):  # what a bot wrote is not a person's statement
        return
    yield from prose_of(commit.body, Source.BODY, conventions, commit.url or "")
    if pull_request:
        yield from prose_of(pull_request.body, Source.PULL_REQUEST, conventions, pull_request.url)
        for comment in pull_request.comments:
            by_author = bool(pull_request.author) and comment.author == pull_request.author
            if not comment.is_bot and (by_author or comment.association in INSIDERS):
                yield from prose_of(comment.text, Source.PULL_COMMENT, conventions, comment.url)


def _aside(commit: Commit, pull_request: PullRequest | None) -> Iterator[Candidate]:
    """Text not written to describe the change, which helps if nobody did: comments in the code, titles of issues."""
    kinds = set(read_title(commit.subject).types)
    if not kinds or kinds & _EXPLAINED:
        yield from (candidate for candidate in code_comments(commit) if is_prose(candidate.text))
    for issue in pull_request.issues if pull_request else ():
        title = read_title(issue.title).text
        if issue.closes and is_prose(title):
            yield Candidate(title, Source.ISSUE, url=issue.url)


def _effects(scored: Iterable[tuple[float, Candidate]], title: Collection[str]) -> Iterator[Statement]:
    """Yield what is fit to be shown, the most telling first; a sentence that continues one being shown is preferred."""
    waiting = sorted(scored, key=lambda pair: -pair[0])
    shown: list[Candidate] = []
    while waiting:
        points, candidate = max(waiting, key=lambda pair: pair[0] + (_FOLLOWS if _goes_on(shown, pair[1]) else 0.0))
        if points + (_FOLLOWS if _goes_on(shown, candidate) else 0.0) < GOOD:
            return
        waiting.remove((points, candidate))
        is_within = any(candidate.text in one.text or one.text in candidate.text for one in shown)
        if not is_within and not repeats(candidate.text, [one.text for one in shown], title):
            shown.append(candidate)
            yield _statement(candidate, StatementKind.EFFECT, points)


def _goes_on(shown: Sequence[Candidate], candidate: Candidate) -> bool:
    """Whether a sentence about a problem or consequence directly follows the one shown."""
    return any(
        (one.source, one.url, one.path, one.section)
        == (candidate.source, candidate.url, candidate.path, candidate.section)
        and candidate.order == one.order + 1
        for one in shown[:1]
    ) and bool({"trouble", "consequence"} & lexicon().marks(candidate.text))


def _is_caveat(candidate: Candidate) -> bool:
    if candidate.source is Source.FRAGMENT or candidate.section in {"tests", "skip"}:
        return False
    if WORDS.patterns("gather")["follows"].search(candidate.text):  # this change does what an earlier one left open
        return False
    return candidate.section == "caveat" or "caveat" in lexicon().marks(candidate.text)


def _caveats(candidates: Iterable[Candidate]) -> Iterator[Statement]:
    shown: list[str] = []
    for candidate in candidates:
        if not repeats(candidate.text, shown):
            shown.append(candidate.text)
            yield _statement(candidate, StatementKind.CAVEAT)


def _figures(candidates: Iterable[Candidate]) -> Iterator[Statement]:
    """Numbers that the author claims: sentences and table rows that make a comparison."""
    for candidate in candidates:
        if candidate.section == "skip":
            continue
        if (
            candidate.is_row
            and candidate.text.count(" · ") < _MOST_CELLS
            and WORDS.patterns("gather")["compares"].search(f"{candidate.heading} {candidate.text}")
            and _NUMBER.search(candidate.text)
        ):
            text = f"{candidate.heading}: {candidate.text}" if candidate.heading else candidate.text
            yield _statement(replace(candidate, text=text), StatementKind.FIGURE)
        elif not candidate.is_row and _SPEEDUP.search(candidate.text):
            yield _statement(candidate, StatementKind.FIGURE)


def _statement(candidate: Candidate, kind: StatementKind, score: float = 0.0) -> Statement:
    return Statement(
        candidate.text,
        candidate.source,
        kind,
        candidate.url,
        candidate.path,
        candidate.line,
        candidate.category,
        candidate.order,
        round(score, 2),
    )
