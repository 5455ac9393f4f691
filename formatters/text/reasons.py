"""The reasons for a commit's rank, in a reader's words: what happens to whom, the most telling first, at most two."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from analysis.commits.file_kinds import FileKind
from analysis.commits.title import AROUND, ChangeType
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.facts.syntax.changed import ChangedFile, changed_file
from analysis.i18n.language import Language
from analysis.rules.change import is_of_new_program
from analysis.rules.reach import is_for_area, is_for_device, is_for_name
from analysis.rules.wording import say, say_reason
from analysis.statements.symptoms import found_in, symptoms
from analysis.triage.areas import Areas
from analysis.triage.decision import OPINION
from analysis.triage.hardware import named_in
from analysis.triage.inert import is_inert
from analysis.triage.prominence import is_about_tests
from analysis.triage.reason import Reason
from analysis.triage.triage import MENDING
from formatters.i18n.wording import label
from formatters.text.plain import clean

MOST = 2
"""As many reasons as can be taken in at a glance."""

_SETTLED = ("corrected", "released", "taken_back", "takes_back", "copy", "catches_up", "overtaken", "unseen")
"""Reasons that decide alone: a person's correction, a release, what happened to it the same day."""
_GRAVE_TYPES = ("type.security", "type.breaking", "type.revert")
_MINOR = ("fragment_fix", "constant_changed", "check_added", "test_disabled", "config_added", "name_added")
"""Reasons given only if there are no others."""
_OF_CARE = ("documented", "tested")
"""Signs of care: given beside the type if nothing says more about the change."""
_SAYS_LITTLE = (*_OF_CARE, "housekeeping", "minor", "slight", "error")
"""Reasons that show care, argue against a rank, or fit every other title, and say nothing about the change."""
_NAMED = ("gate_removed", "flag_removed", "env_removed")
"""Reasons that need no name if the headline contains it."""
_SILENT = re.compile(r"silent(?!ly data|ly stream| data| stream)", re.IGNORECASE)
"""What is silently skipped, ignored or overwritten is not always data."""
_ANY_OTHER = "other_hw"
"""The area for hardware without one of its own: not a usable place name."""
_FIXED_FOR = ("platform", "model")
_MENDED = {"crash", "hang", "race", "wrong_result", "leak", "out_of_memory", "data_loss", "silent", "error"}
"""Symptoms that a reason calls fixed, unless something speaks against it."""


def reasons_of(entry: Entry, areas: Areas, language: Language) -> tuple[str, ...]:
    """Return the telling reasons for an entry's rank, with where it runs for symptoms; its type, if it is certain, if there are none."""
    if opinion := next((reason for reason in entry.triage.reasons if reason.code == OPINION), None):
        return (clean(opinion.detail),)
    found = sorted(_telling(entry.triage.reasons, entry.triage.types), key=_weight)
    found = [reason for reason in found if reason.code not in _FIXED_FOR or _is_for_it_alone(reason, entry)]
    of_new = {(fact.kind.value, fact.name) for fact in entry.facts if is_of_new_program(fact, entry.commit)}
    found = [reason for reason in found if (reason.code, reason.detail) not in of_new]
    found = [reason for reason in found if reason.code not in _MINOR] or found[:1]
    said = dict.fromkeys(clean(_say(reason, entry, areas, language)) for reason in found)
    return tuple(said)[:MOST] or tuple(_plain(entry, language))[:MOST]


def _plain(entry: Entry, language: Language) -> Iterator[str]:
    """Its type, if it is certain, and the care taken."""
    yield from (say(f"type.{kind}", language) for kind in entry.triage.shown_types[:1])
    if entry.triage.types[0] in {*AROUND, ChangeType.DEPENDENCIES}:
        return
    codes = {reason.code for reason in entry.triage.reasons if reason.points > 0}
    yield from (say(f"reason.{code}", language, detail="") for code in _OF_CARE if code in codes)


def _telling(reasons: Sequence[Reason], types: Sequence[ChangeType]) -> Iterator[Reason]:
    """Yield concrete reasons for the rank: what was learned from similar commits is too general."""
    has_symptom = any(reason.code in symptoms() for reason in reasons)
    # What a feature fixes in passing, or a failing test, is not trouble that readers have had.
    is_mending = types[0] in MENDING
    for reason in reasons:
        is_settled = reason.code in _SETTLED
        is_plain = reason.code.startswith(("learned.", "type.")) and reason.code not in _GRAVE_TYPES
        is_plain = (
            is_plain
            or reason.code in _SAYS_LITTLE
            or (not is_mending and reason.code in symptoms() and reason.code != "dropped_support")
            or (reason.code in _FIXED_FOR and has_symptom)
        )
        if (reason.points > 0 or is_settled) and not is_plain:
            yield reason


def _is_for_it_alone(reason: Reason, entry: Entry) -> bool:
    """Whether the fix applies only to the model or platform named in the title."""
    files = _reaching(entry)
    return is_for_name(reason.detail, files) if reason.code == "model" else is_for_area(reason.detail, files)


def _reaching(entry: Entry) -> list[ChangedFile]:
    files = (changed_file(file) for file in entry.commit.files)
    return [file for file in files if file.kind is FileKind.PRODUCTION and not is_inert(file)]


def _weight(reason: Reason) -> tuple[int, float]:
    first = reason.code in _SETTLED
    place = 0 if first else 1 if reason.code in symptoms() else 2
    return place, -reason.points


def _say(reason: Reason, entry: Entry, areas: Areas, language: Language) -> str:
    text = say_reason(reason, language)
    if reason.code in _NAMED and reason.detail in _headline(entry):
        return say(f"reason.{reason.code}_named", language)
    if reason.code not in symptoms():
        return text
    code = "silent" if reason.code == "data_loss" and _SILENT.match(reason.detail) else reason.code
    if code in _MENDED:
        text = say(f"{'reason' if _is_mended(reason, entry) else 'symptom'}.{code}", language)
    files = _reaching(entry)
    title = entry.commit.subject
    devices = (
        name
        for family, name in named_in(title).items()
        if f" on {name}" in title or is_for_device(family, files)  # the author says where it occurs
    )
    platforms = (
        areas.name(key, language)
        for key in entry.triage.areas
        if areas.is_platform(key) and key != _ANY_OTHER and is_for_area(key, files)
    )
    place = next(chain(devices, platforms), "")
    return label("reason.on", language, what=text, where=place) if place else text


def _is_mended(reason: Reason, entry: Entry) -> bool:
    """Whether a symptom is gone, as far as can be told: the title names it, or no test is fixed or refusal added."""
    title = entry.commit.subject
    if _names(title, reason.code):
        return True
    told = " ".join([title, *(one.text for one in entry.statements if _names(one.text, reason.code))])
    return not is_about_tests(told) and all(fact.kind is not FactKind.CHECK_ADDED for fact in entry.facts)


def _names(text: str, symptom: str) -> bool:
    return any(code == symptom for code, _ in found_in(text))


def _headline(entry: Entry) -> str:
    return entry.analysis.headline if entry.analysis else entry.commit.subject
