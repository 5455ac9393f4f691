"""Commits that the message says are taken back, by git's own words or by number."""

import re
from collections.abc import Iterator

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.facts.fact import Fact, FactKind

_SHA = re.compile(
    r"^\W{0,3}this reverts commits?\s+(?P<shas>[0-9a-f]{7,64}(?:(?:\s*,\s*|\s+and\s+)[0-9a-f]{7,64}){0,9})",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*[*-]\s")
_QUOTED = re.compile(r"^\W{0,3}revert\s+[\"“](?P<title>.+?)(?:\s*\(#(?P<number>\d{1,9})\))?[\"”]\s*$", re.IGNORECASE)
# GitHub cuts a long title, of which the body then has the rest; some say more behind the quotes.
_CUT = re.compile(r"^\W{0,3}reverts?\s+[\"“](?P<title>[^…]+)…\s*(?:\(#\d{1,9}\))?$", re.IGNORECASE)
_REST = re.compile(r"^…(?P<rest>[^\"”\n]{1,200})[\"”]")
_GOES_ON_BEHIND = re.compile(r"^\W{0,3}reverts?\s+[\"“](?P<title>.+)[\"”]\s+(?!\(#)\w", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\(#(\d{1,9})\)\s*$")
_PULL = r"(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d{1,9}\b"
_BUTTON = re.compile(
    rf"^(?:this )?(?:reverts|reapplies|restores)\s+(?:(?:prs?|pull requests?|changes? (?:in|from|of))\s+)?"
    rf"(?P<pulls>{_PULL}(?:(?:\s*[,&]\s*(?:and\s+)?|\s+and\s+){_PULL}){{0,9}})",
    re.MULTILINE | re.IGNORECASE,
)
_BY_NUMBER = re.compile(
    r"(?:\[[^\]]{1,40}\]\s?){0,3}(?:\w{1,12}(?:\([^)]{1,40}\))?:\s)?reverts?\s"
    r"(?:(?P<pull>(?:pr|pull request)s?\s?(?=#?\d)|(?=#\d))|(?:commits?\s)?(?=[0-9a-f]{7,40}\b))",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r":|\b(?:to|for|from|because|due|since|as|related|in|on)\b")
_NUMBERS = re.compile(r"#(\d{1,9})\b|(?<![\w.-])(\d{2,7})\b(?![\w.]\d)")
_SHAS = re.compile(r"(?<![\w-])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}\b")


def reverts(commit: Commit) -> Iterator[Fact]:
    """Find what a commit takes back: by its title, by git's sentence in its body, or by a pull request's number.

    The body of a squashed pull request lists every commit in it: one that takes back another one of the list takes back
    nothing that ever landed.
    """
    named = _named(commit)
    told = list(_told(commit.body))
    button = _BUTTON.search(commit.body)
    pulls = re.findall(r"#(\d+)", button["pulls"]) if button else []
    if named is not None:
        number = _NUMBER.search(named)
        pull_request = number[1] if number else pulls[0] if len(pulls) == 1 else ""
        sha = next((sha for _, sha, _ in told), "")
        yield _fact(_NUMBER.sub("", named), sha, pull_request)
        yield from (_fact(f"#{pull}", "", pull) for pull in pulls if len(pulls) > 1 and pull != pull_request)
        return
    if told:
        yield from (_fact(name or sha[:7], sha, number) for name, sha, number in told)
    elif button and (button.start() == 0 or button[0][:5].lower() == "this "):
        yield from (_fact(f"#{pull}", "", pull) for pull in pulls)
    else:
        yield from _by_number(commit.subject)


def _named(commit: Commit) -> str | None:
    """Return the title that the subject takes back, `…` at its end where nobody says the rest."""
    title = read_title(commit.subject).reverts
    if title is None and (cut := _CUT.match(commit.subject)):
        rest = _REST.match(commit.body)
        return cut["title"] + (rest["rest"] if rest else "…")
    if title is None and (quoted := _GOES_ON_BEHIND.match(commit.subject)):
        return quoted["title"]
    return title


def _fact(name: str, sha: str, number: str) -> Fact:
    return Fact(FactKind.REVERTS, name, before=sha, detail=f"#{number}" if number else "")


def _told(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield title, SHA and number of each commit that the body says is taken back, as far as it says them."""
    above = ""
    for line in body.split("\n"):
        found = _SHA.match(line[:1_000])
        if found and not _BULLET.match(above):
            shas = re.findall(r"[0-9a-f]{7,64}", found["shas"])
            quoted = _QUOTED.match(above[:1_000]) if len(shas) == 1 else None
            for sha in shas:
                yield (quoted["title"], sha, quoted["number"] or "") if quoted else ("", sha, "")
        if line.strip():
            above = line


def _by_number(subject: str) -> Iterator[Fact]:
    found = _BY_NUMBER.match(subject)
    if not found:
        return
    listed = _GOES_ON.split(_NUMBER.sub("", subject[found.end() :]))[0]
    if found["pull"] is not None:
        numbers = [one or other for one, other in _NUMBERS.findall(listed)]
        yield from (_fact(f"#{number}", "", number) for number in numbers)
    else:
        yield from (_fact(sha[:7], sha, "") for sha in _SHAS.findall(listed))
