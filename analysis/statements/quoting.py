"""The whole sentences around a quotation: a line of a comment or a description is rarely one."""

from collections.abc import Iterator, Sequence

from analysis.commits.commit import Commit
from analysis.commits.pull_request import PullRequest
from analysis.i18n.patterns import Patterns
from analysis.statements.candidate import Candidate
from analysis.statements.choice import MOST_QUOTED
from analysis.statements.comments import code_comments
from analysis.statements.conventions import Conventions
from analysis.statements.fragments import fragments_of
from analysis.statements.prose import prose_of
from analysis.statements.statement import Source, Statement

_PATTERNS = Patterns(__file__)
_LEAST_SHARED = 12
"""Letters that a quoted line needs to be recognised in a sentence."""


def sentences_quoted(
    commit: Commit, pull_request: PullRequest | None, lines: Sequence[str], about: str
) -> tuple[Statement, ...]:
    """Return people's sentences that contain these lines or are contained in them, those that share most with `about` first.

    The title is not among them: it is already shown above.
    """
    written, wanted = [(one, _plain(one.text)) for one in _written(commit, pull_request)], _words(about)
    title, found = _plain(commit.subject), dict[str, Candidate]()
    for line in map(_plain, lines):
        if len(line) < _LEAST_SHARED or line in title:
            continue
        near = (one for one, text in written if (text in line or line in text) and text not in title)
        found |= {one.text: one for one in near if one.text not in found}
    chosen = sorted(found.values(), key=lambda one: -len(_words(one.text) & wanted))
    return tuple(
        Statement(
            one.text, one.source, url=one.url, path=one.path, line=one.line, category=one.category, order=one.order
        )
        for one in chosen[:MOST_QUOTED]
    )


def _written(commit: Commit, pull_request: PullRequest | None) -> Iterator[Candidate]:
    conventions = Conventions()
    yield from fragments_of(commit, conventions.fragment_folders)
    yield from prose_of(commit.body, Source.BODY, conventions, commit.url or "")
    if pull_request:
        yield from prose_of(pull_request.body, Source.PULL_REQUEST, conventions, pull_request.url)
    yield from code_comments(commit)


def _plain(text: str) -> str:
    return _PATTERNS.gap.sub(" ", _PATTERNS.number.sub("", text)).strip().lower()


def _words(text: str) -> set[str]:
    return {word for word in _plain(text).split() if len(word) > 2}  # noqa: PLR2004 - shorter ones are no nouns
