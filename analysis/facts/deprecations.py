"""What the code declares deprecated: by a warning, a log line, a help text or a mark."""

from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import FileKind
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View, is_reworded, only_in
from analysis.facts.syntax.code import call_text, joined
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_WORDS = ("deprecat", "will be removed", "removedin", "future")
_NEAR = 300
_LONGEST_SAID = 160
_UNCLOSED = 900
_MOST_PAIRS = 2_500
"""Pairs beyond which comparing each with each takes longer than it is worth."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find what the product declares deprecated; deprecations in a new file are no news."""
    old_ones = [file for file in files if file.kind is FileKind.PRODUCTION and file.change.status != "added"]
    before = [mention for file in old_ones for old, _ in file.views for mention in _announced(file, old)]
    after = [mention for file in old_ones for _, new in file.views for mention in _announced(file, new)]
    came = list(only_in(after, before))
    compared = before if len(came) * len(before) <= _MOST_PAIRS else []
    by_path = {file.path: file for file in old_ones}
    for mention in came:
        if not any(is_reworded(earlier, mention, by_path[mention.path]) for earlier in compared):
            note = mention.value if mention.value != mention.name else ""
            yield Fact(FactKind.DEPRECATED, mention.name, mention.path, mention.line, detail=note)


def _announced(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Yield the sentences that announce a deprecation, and the names of what is marked as deprecated."""
    spoken = view.text.lower()  # most code mentions nothing like it, and this check is faster than the patterns
    if not any(word in spoken for word in _WORDS) or not (
        _PATTERNS.announces.search(view.text) or _PATTERNS.category.search(view.text)
    ):
        return
    at = 0
    while found := _PATTERNS.warning.search(view.code, at):
        at = found.end()
        inside = (
            call_text(view.code, at - 1) if found[0].endswith("(") else view.code[at : at + 400].partition("\n\n")[0]
        )
        said, where = _said(view, at, inside)
        at += len(inside) if len(inside) >= _UNCLOSED else 0
        if said and (_PATTERNS.announces.search(said) or _PATTERNS.category.search(found[0] + inside)):
            yield view.mention(said, file.path, where)
    for marked in _PATTERNS.marked.finditer(view.text):
        lines = (
            view.text[marked.start() :].split("\n")[1:9]
            if marked["below"]
            else reversed(view.text[: marked.start()].split("\n")[-40:])
        )
        name = next((defined[1] for line in lines if (defined := _PATTERNS.defined.match(line))), "")
        if name:
            note = _PATTERNS.note.search(view.text, marked.start(), marked.start() + _NEAR)
            yield view.mention(name, file.path, marked.start(), next(filter(None, note.groups())) if note else "")


def _said(view: View, start: int, inside: str) -> tuple[str, int]:
    """Return a call's message and its position: its first string, or that of the variable passed to it."""
    quote = _PATTERNS.quote.search(inside)
    given = _PATTERNS.given.match(view.code, start)
    if given and (not quote or quote.start() > len(given[0])):
        pattern = _PATTERNS.of("assigned", name=given[1])
        above = max(0, start - 1_500)
        assigned = next(iter(reversed(list(pattern.finditer(view.code[above:start])))), None)
        if assigned is None:
            return "", start
        where = above + assigned.end()
    elif quote:
        where = start + quote.start()
    else:
        return "", start
    said = joined(view.text[where : where + 1_200])
    return (said if len(said) <= _LONGEST_SAID else _PATTERNS.sentence_end.split(said, maxsplit=1)[0]), where
