"""What the product's code starts or stops rejecting, with the condition: only on paths that existed before."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile

from analysis.commits.file_kinds import FileKind
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View, is_reworded, only_in
from analysis.facts.syntax.code import depth_of
from analysis.facts.syntax.refusals import Refusal, messages, refusals, refusals_by_name
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


_MOST_PER_FILE = 200
"""A limit against hostile commits: texts count these facts, so a lower one would make their numbers wrong."""

_SHORTEST = 8
_TELLING = 24
_MOST_PAIRS = 2_500
"""Pairs beyond which comparing each with each takes longer than it is worth."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find refusals that are added or removed."""
    code = [file for file in files if file.kind is FileKind.PRODUCTION]
    before = [refusal for file in code for old, _ in file.views for refusal in refusals(file, old)]
    after = [refusal for file in code for _, new in file.views for refusal in refusals(file, new)]
    old_names = dict(pair for file in code for old, _ in file.views for pair in messages(file, old))
    new_names = dict(pair for file in code for _, new in file.views for pair in messages(file, new))
    before += [refusal for file in code for old, _ in file.views for refusal in refusals_by_name(file, old, old_names)]
    after += [refusal for file in code for _, new in file.views for refusal in refusals_by_name(file, new, new_names)]
    after = [one for one in after if not _is_internal(one)]
    by_path = {file.path: file for file in code}
    # What a new file or function checks is part of what it does; what an old one starts to reject, its callers notice.
    whole = {file.path for file in code if file.change.status in {"added", "removed"}}
    came = [one for one in _without_words(after, before) if one.path not in whole]
    gone = [one for one in _without_words(before, after) if one.path not in whole]
    came = [one for one in came if not _extends(one, by_path[one.path])]
    for new in list(came) if len(came) * len(gone) <= _MOST_PAIRS else []:
        old = next((old for old in gone if is_reworded(old, new, by_path[new.path])), None)
        if old:
            gone.remove(old)
            came.remove(new)
    brought = _introduced(code) if came else set()
    told: Counter[str] = Counter()
    for one in came:
        is_reached = one.in_old and not _limits_what_is_new(one, by_path[one.path], brought)
        if (is_reached or (one.helper and _is_called(one.helper, code))) and not _is_said(one, code, after=False):
            told[one.path] += 1
            if told[one.path] <= _MOST_PER_FILE:
                yield Fact(FactKind.CHECK_ADDED, one.value, one.path, one.line, after=one.condition, detail=one.name)
    for one in gone:
        is_said = _is_said(one, code, after=True)
        goes_along = one.around and _goes_with_its_branch(one, by_path[one.path])
        if one.in_old and not is_said and not goes_along and not _is_handed_over(one, by_path[one.path]):
            yield Fact(FactKind.CHECK_REMOVED, one.value, one.path, one.line, before=one.condition, detail=one.name)


def _is_internal(one: Refusal) -> bool:
    """Whether a refusal guards the code against its own bugs: users do not cause it and can do nothing about it."""
    return bool(_PATTERNS.internal_error.fullmatch(one.value) or _PATTERNS.internal.search(one.name))


def _extends(one: Refusal, file: ChangedFile) -> bool:
    """Whether an assertion is written in the place of another one, which may have had no message."""
    if not one.value.startswith("assert"):
        return False
    for hunk in file.hunks:
        for is_changed, run in groupby(hunk.lines, key=lambda line: line.added or line.removed):
            lines = list(run) if is_changed else []
            if any(line.new == one.line for line in lines):
                return any(line.removed and _PATTERNS.asserts.match(line.text) for line in lines)
    return False


def _without_words(these: Sequence[Refusal], those: Sequence[Refusal]) -> Iterator[Refusal]:
    """What `these` reject and `those` do not, neither in the same words nor on the same condition as often."""
    guards = Counter((one.value, one.condition.replace(" ", "")) for one in these)
    guards.subtract((one.value, one.condition.replace(" ", "")) for one in those)
    for one in only_in(these, those):
        condition = one.condition.replace(" ", "")
        if len(one.name) >= _SHORTEST and (not condition or guards[one.value, condition] > 0):
            yield one


def _is_said(mention: Mention, files: Sequence[ChangedFile], *, after: bool) -> bool:
    """Whether the other side of the commit has the same message, by its beginning: it rejected before, or still does, differently."""
    begins = mention.name[:_TELLING]
    return any(begins in (new if after else old).text for file in files for old, new in file.views)


def _is_called(helper: str, files: Sequence[ChangedFile]) -> bool:
    """Whether an existing function now calls the new checking function at the start of a line."""
    call = _PATTERNS.of("call", helper=helper)
    return any(
        new.side.is_changed(found.start(), found.start() + 1)
        and _in_old(found.start(), new)
        and not _is_limited(file, new, found.start())
        for file in files
        for _, new in file.views
        if helper in new.code
        for found in call.finditer(new.code)
    )


def _in_old(at: int, view: View) -> bool:
    """Whether the nearest line above that starts a function is on both sides, as far as the diff shows."""
    starts = [found.start() for found in _PATTERNS.starts.finditer(view.code, 0, at)]
    return not starts or not view.side.is_changed(starts[-1], starts[-1] + 1)


def _is_limited(file: ChangedFile, view: View, at: int) -> bool:
    """Whether a new condition encloses what begins at the offset `at`."""
    lines, index = _place(file, view.side.line_at(at + len(view.code[at:]) - len(view.code[at:].lstrip())))
    return any(
        lines[guard][2] and _PATTERNS.guards.match(lines[guard][1].strip()) for guard in _enclosing(lines, index)
    )


def _limits_what_is_new(one: Refusal, file: ChangedFile, brought: set[str]) -> bool:
    """Whether a refusal only concerns what the commit adds: a new parameter, field or type, or a new branch that does more."""
    asked = {word for text in (one.condition, *one.around) for word in _PATTERNS.word.findall(text)}
    return bool(asked & brought) or not stops_what_was(file, one.line)


def _goes_with_its_branch(one: Refusal, file: ChangedFile) -> bool:
    """Whether a branch that is gone as a whole held both the check and what it guarded: nothing is left unguarded."""
    old, new = next(views for views in file.views if one.line in views[0].side.numbers)
    came = {code.strip() for _, code, changed in new.lines() if changed}
    lines = list(old.lines())
    at = inner = next(at for at, (number, _, _) in enumerate(lines) if number == one.line)
    for guard in _enclosing(lines, at):
        _, code, is_gone = lines[guard]
        if not is_gone or not _PATTERNS.guards.match(code.strip()):
            return False
        guarded = [(code.strip(), is_gone) for _, code, is_gone in _below(lines, inner)]
        is_told_so = inner == at and guarded[-1:] and guarded[-1][0].startswith("return")  # an error that is given back
        if guarded and (not is_told_so or lines[at][1].lstrip().startswith("assert")):
            return all(is_gone and code not in came for code, is_gone in guarded)
        inner = guard
    return False


def _is_handed_over(one: Refusal, file: ChangedFile) -> bool:
    """Whether the hunk that loses a check now calls a function whose name says that it checks."""
    new = next(new for old, new in file.views if one.line in old.side.numbers)
    return any(changed and _PATTERNS.checks.match(code) for _, code, changed in new.lines())


def _below(lines: Sequence[tuple[int, str, bool]], index: int) -> list[tuple[int, str, bool]]:
    """The lines that follow the one at `index` in the same block, without what is nested in them or closes them."""
    depth = depth_of(lines[index][1])
    following = takewhile(lambda row: not row[1].strip() or depth_of(row[1]) >= depth, lines[index + 1 :])
    return _at(depth, following)


def _at(depth: int, lines: Iterable[tuple[int, str, bool]]) -> list[tuple[int, str, bool]]:
    """The lines at a depth, without blank ones and those that only close something."""
    return [row for row in lines if row[1].strip() and depth_of(row[1]) == depth and row[1].strip()[0] not in ")]},"]


def _introduced(files: Sequence[ChangedFile]) -> set[str]:
    """The names that the commit adds as parameters, fields or types, and those assigned from them."""
    found: set[str] = set()
    known = {word for file in files for old, _ in file.views for word in _PATTERNS.word.findall(old.code)}
    for file in files:
        for _, view in file.views:
            for _, text, changed in view.lines():
                if not changed:
                    continue
                if bound := _PATTERNS.bound.match(text):
                    found |= {bound["name"] or bound["field"] or bound["type"]} - known
                elif signature := _PATTERNS.signature.match(text):
                    found |= {given["name"] for given in _PATTERNS.given.finditer(signature["given"])} - known
                elif (local := _PATTERNS.local.match(text)) and found & set(_PATTERNS.word.findall(local["value"])):
                    found |= {local["name"]} - known
    return found


def stops_what_was(file: ChangedFile, line: int) -> bool:
    """Whether a new refusal at this line of the file can stop what worked before.

    One within an entirely new branch that does more only limits what the branch adds.
    """
    lines, index = _place(file, line)
    inner = index
    for at in _enclosing(lines, index):
        code = lines[at][1].strip()
        if not lines[at][2] or not _PATTERNS.guards.match(code):
            if code[:1] in ")]}":
                continue
            return True
        if not _is_alone(lines, at, inner):
            return False
        inner = at
    return True


def guards_new_code(file: ChangedFile, line: int, condition: str) -> bool:
    """Whether a new check is on a value that the commit computes and then uses: what fails it may never have run before.

    The condition is that of the check at this line of the file, as written.
    """
    view, before = next(((new, old) for old, new in file.views if line in new.side.numbers), (None, None))
    if view is None or before is None:
        return False
    asked, known = set(_PATTERNS.word.findall(condition)), set(_PATTERNS.word.findall(before.code))
    added = [code.strip() for _, code, changed in view.lines() if changed]
    computed = {bound["name"] for code in added if (bound := _PATTERNS.local.match(code))} & asked - known
    used = (code for code in added if code not in condition and not _PATTERNS.asks.match(code))
    values = (bound["value"] if (bound := _PATTERNS.local.match(code)) else code for code in used)
    return any(computed & set(_PATTERNS.word.findall(value)) for value in values)


def _is_alone(lines: Sequence[tuple[int, str, bool]], guard: int, index: int) -> bool:
    """Whether the line at `index` is all that a guard encloses, apart from building and returning the error."""
    depth = depth_of(lines[index][1])
    above = _at(depth, lines[guard + 1 : index])
    below = [code.strip() for _, code, _ in _below(lines, index)]
    return not above and (not below or below[-1].startswith("return"))


def is_fallback(file: ChangedFile, line: int) -> bool:
    """Whether a line of the file is only reached after something else has failed, as far as the hunk shows."""
    lines, index = _place(file, line)
    return any(_PATTERNS.failed.match(lines[at][1].strip()) for at in _enclosing(lines, index))


def _place(file: ChangedFile, line: int) -> tuple[list[tuple[int, str, bool]], int]:
    """The lines around one line of the file as it is now, and its index among them."""
    view = next((new for _, new in file.views if line in new.side.numbers), None)
    lines = list(view.lines()) if view else []
    return lines, next((at for at, (number, _, _) in enumerate(lines) if number == line), 0)


def _enclosing(lines: Sequence[tuple[int, str, bool]], index: int) -> Iterator[int]:
    """Yield the indices of the lines that enclose the one at `index`, innermost first."""
    depth = depth_of(lines[index][1]) if lines else 0
    for at in range(index - 1, -1, -1):
        code = lines[at][1]
        if code.strip() and depth_of(code) < depth:
            yield at
            depth = depth_of(code)
