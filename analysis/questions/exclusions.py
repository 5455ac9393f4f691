"""What a question leaves out: `not by Ada`, `everything except tests`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from analysis.i18n.patterns import Patterns
from analysis.questions.clauses import Clause, clauses_of
from analysis.questions.people import name_at
from analysis.triage.areas import Areas

_PATTERNS = Patterns(__file__, "exclusions")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a question leaves out, and the question without the words that say so.

    Attributes:
        people: names whose commits are left out; `clauses`: things that commits may not be about.
        wrong: words that leave something out without saying what; empty for none.
    """

    people: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    rest: str = ""
    wrong: str = ""


def read_exclusions(text: str, areas: Areas, is_person: Callable[[str], bool]) -> LeftOut:
    """Return what a question leaves out.

    Words that always leave something out (`except`) take the word behind them, whatever it is; those that may only deny
    something (`not`) take a person, an area or a kind of change, or what a preposition leads to: `not loading` is a symptom.
    """
    found, at = LeftOut(rest=text), 0
    while opening := _PATTERNS.opens.search(found.rest, at):
        at = opening.end()
        is_strong = bool(_PATTERNS.strong.fullmatch(opening[0].strip()))
        end, people, clauses = at, list[str](), list[Clause]()
        while target := _target(found.rest, end, areas, is_person, is_any=is_strong, is_first=end == at):
            end, name, clause = target
            people += [name] if name else []
            clauses += [clause] if clause else []
            # A comma in Chinese ends what is left out.
            joins = (_PATTERNS.joins, _PATTERNS.joins_signs) if opening[0].isascii() else (_PATTERNS.joins_signs,)
            joining = next(filter(None, (form.match(found.rest, end) for form in joins)), None)
            if not joining:
                break
            following = _target(found.rest, joining.end(), areas, is_person, is_any=False, is_first=True)
            if not following:
                break
            end = joining.end()
        if not (people or clauses):
            if is_strong and not found.wrong:
                found = replace(found, wrong=opening[0].strip())
            continue
        tail = _PATTERNS.tail.match(found.rest, end)
        rest = f"{found.rest[: opening.start()]} {found.rest[tail.end() if tail else end :]}"
        at = opening.start()
        found = replace(found, people=(*found.people, *people), clauses=(*found.clauses, *clauses), rest=rest)
    return found


def _target(
    text: str, at: int, areas: Areas, is_person: Callable[[str], bool], *, is_any: bool, is_first: bool
) -> tuple[int, str, Clause | None] | None:
    """Return where the thing ends that is left out, with its name if it is a person, else as a clause."""
    leading = _PATTERNS.leads.match(text, at)
    start = leading.end() if leading else at
    if person := name_at(text, start, is_person):
        return person[1], person[0], None
    is_led = bool(leading and leading[0].strip()) or not is_first
    for end in _ends(text, start):
        piece = text[start:end]
        found = list(clauses_of(piece, areas))
        if len(found) != 1 or found[0].said != piece.strip():
            continue
        (clause,) = found
        is_known = bool(clause.area or clause.device or (clause.sign and (is_led or clause.sign.is_noun)))
        if is_any or is_known or (is_led and not clause.sign):
            return end, "", clause
        return None
    return None


def _ends(text: str, start: int) -> Iterator[int]:
    """Yield where the thing may end that begins here, the longest first."""
    words = _PATTERNS.thing.match(text, start)
    if not words:
        return
    whole = words[0]
    if _PATTERNS.one_sign.match(whole):
        yield from (start + count for count in range(len(whole), 0, -1))
    else:
        yield from (start + found.end() for found in reversed(list(re.finditer(r"\S+", whole))))
