"""Commits that the message says are reverted, in git's own words or by number."""

from collections.abc import Iterator

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.facts.fact import Fact, FactKind
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def reverts(commit: Commit) -> Iterator[Fact]:
    """Find what a commit reverts: by its title, by git's sentence in its body, or by a pull request's number.

    The body of a squashed pull request lists every commit in it: one that reverts another one in the list reverts nothing
    that ever landed.
    """
    named = _named(commit)
    told = list(_told(commit.body))
    button = _PATTERNS.button.search(commit.body)
    pulls = _PATTERNS.pull_number.findall(button["pulls"]) if button else []
    if named is not None:
        number = _PATTERNS.number.search(named)
        pull_request = number[1] if number else pulls[0] if len(pulls) == 1 else ""
        sha = next((sha for _, sha, _ in told), "")
        yield _fact(_PATTERNS.number.sub("", named), sha, pull_request)
        yield from (_fact(f"#{pull}", "", pull) for pull in pulls if len(pulls) > 1 and pull != pull_request)
        return
    if told:
        yield from (_fact(name or sha[:7], sha, number) for name, sha, number in told)
    elif button and (button.start() == 0 or button[0][:5].lower() == "this "):
        yield from (_fact(f"#{pull}", "", pull) for pull in pulls)
    else:
        yield from _by_number(commit.subject)


def _named(commit: Commit) -> str | None:
    """Return the title that the subject reverts, ending in `…` if the rest is unknown."""
    title = read_title(commit.subject).reverts
    if title is None and (cut := _PATTERNS.cut.match(commit.subject)):
        rest = _PATTERNS.rest.match(commit.body)
        return cut["title"] + (rest["rest"] if rest else "…")
    if title is None and (quoted := _PATTERNS.goes_on_behind.match(commit.subject)):
        return quoted["title"]
    return title


def _fact(name: str, sha: str, number: str) -> Fact:
    return Fact(FactKind.REVERTS, name, before=sha, detail=f"#{number}" if number else "")


def _told(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield title, SHA and number of each commit that the body says is reverted, as far as it states them."""
    above = ""
    for line in body.split("\n"):
        found = _PATTERNS.sha.match(line[:1_000])
        if found and not _PATTERNS.bullet.match(above):
            shas = _PATTERNS.named_sha.findall(found["shas"])
            quoted = _PATTERNS.quoted.match(above[:1_000]) if len(shas) == 1 else None
            for sha in shas:
                yield (quoted["title"], sha, quoted["number"] or "") if quoted else ("", sha, "")
        if line.strip():
            above = line


def _by_number(subject: str) -> Iterator[Fact]:
    found = _PATTERNS.by_number.match(subject)
    if not found:
        return
    listed = _PATTERNS.goes_on.split(_PATTERNS.number.sub("", subject[found.end() :]))[0]
    if found["pull"] is not None:
        numbers = [one or other for one, other in _PATTERNS.numbers.findall(listed)]
        yield from (_fact(f"#{number}", "", number) for number in numbers)
    else:
        yield from (_fact(sha[:7], sha, "") for sha in _PATTERNS.shas.findall(listed))
