"""Whether a claim is supported: its evidence exists, and its numbers, names, devices and sides agree with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from analysis.entry import Analysis, Quote
from analysis.i18n.patterns import Patterns
from analysis.llm.verify.figures import figures_in, is_small, stands_in
from analysis.llm.verify.ground import Ground, occurs, plain
from analysis.llm.verify.sides import misplaced, unproved
from analysis.statements.symptoms import found_in
from analysis.triage.hardware import shown_in, told_in

_PATTERNS = Patterns(__file__)
_MILD = {"error", "wrong_result", "dropped_support"}
"""Problems with too many names to be sure that nobody mentions them."""
_LONGEST = 800
"""Characters; anything longer is not a sentence."""


class Verdict(IntEnum):
    """What becomes of a claim.

    It is not shown; shown as unchecked, because of a number or name missing from its evidence; shown as unchecked unless a
    second reading finds that it follows; or shown.
    """

    REFUTED = 0
    UNCHECKED = 1
    DOUBTFUL = 2
    BORNE_OUT = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and, unless it is the best one, why, in words that a model can use to correct its answer."""

    verdict: Verdict
    why: str = ""


def judge(text: str, before: str, after: str, quotes: Sequence[Quote], ground: Ground) -> Judgement:
    """Judge a claim by the evidence found for it."""
    if not text.strip() or len(text) > _LONGEST or repeats(text):
        return Judgement(Verdict.REFUTED, "it is not a sentence")
    if not quotes:
        return Judgement(Verdict.REFUTED, "its evidence is not in the commit")
    names = unknown(text, ground)
    if not ground.has_tree and (wrong := invented(text, ground)):
        return Judgement(Verdict.REFUTED, f"{wrong} is not in the commit")
    if wrong := misplaced(text, before, after, ground):
        return Judgement(Verdict.REFUTED, wrong)
    shown = [line for quote in quotes for line in ground.around(quote)]
    lines = [*shown, *(quote.path for quote in quotes if quote.path)]
    found = [
        *_figures(text, [*lines, before, after], ground),
        *_devices(text, lines, ground),
        *_troubles(text, lines, ground),
    ]
    found += [
        Judgement(
            Verdict.DOUBTFUL if ground.is_nearby(name) or _is_qualified(name, ground) else Verdict.UNCHECKED,
            f"{name} is not in the commit",
        )
        for name in names
    ]
    if doubt := unproved(text, before, after, shown):
        found.append(Judgement(Verdict.DOUBTFUL, doubt))
    return min(found, key=lambda one: one.verdict, default=Judgement(Verdict.BORNE_OUT))


def unknown(text: str, ground: Ground) -> list[str]:
    """Return the names in a sentence that the commit does not contain."""
    return [name for name in names_in(text) if not _is_known(name, ground)]


def invented(text: str, ground: Ground) -> str:
    """Return something that a sentence says people type, set or open, but that exists nowhere; empty if there is none."""
    return next(
        (name for name in unknown(text, ground) if _PATTERNS.invented.search(name) and not ground.is_nearby(name)), ""
    )


def doubted(analysis: Analysis) -> frozenset[str]:
    """Return the names in unchecked claims, in the form used to look them up in the whole project."""
    parts = (analysis.impact, analysis.insight, analysis.risks, analysis.recommendations)
    texts = [claim.text for part in parts for claim in part if claim.unchecked]
    return frozenset(plain(name) for text in texts for name in names_in(text))


def believed(text: str, source: str) -> bool:
    """Whether a text adds no name, number or device to what `source` says, and does not repeat itself."""
    if not text.strip() or repeats(text):
        return False
    lines = source.split("\n")
    names = (name for name in names_in(text) if _PATTERNS.letter_or_dash.search(name))
    return (
        all(occurs(source, name) or occurs(source, name.removesuffix("()")) for name in names)
        and all(stands_in(figure, lines) or is_small(figure) or figure.is_word for figure in figures_in(text))
        and told_in(text) <= shown_in(source.lower())
    )


def repeats(text: str) -> bool:
    """Whether it says the same thing over and over, like a model stuck in a loop."""
    return bool(_PATTERNS.again.search(text))


def names_in(text: str) -> list[str]:
    """Return the pieces of code, the paths and the flags that a sentence names."""
    rest, found = text, []
    for span in _PATTERNS.code_span.findall(text):
        rest = rest.replace(f"`{span}`", " ")
        found.append(span.strip())
    found += _PATTERNS.path.findall(rest)
    found += _PATTERNS.identifier.findall(_PATTERNS.path.sub(" ", rest))
    return [name for name in found if _PATTERNS.sign.search(name)]


def _is_known(name: str, ground: Ground) -> bool:
    if not _PATTERNS.letter_or_dash.search(name) or _PATTERNS.literal.match(
        name
    ):  # a number in a code span is judged as a number
        return True
    return ground.has_path(name) or ground.has_name(name)


def _is_qualified(name: str, ground: Ground) -> bool:
    """Whether the commit contains the last part of a name: its qualifier may be above the lines shown."""
    owner, _, last = name.removesuffix("()").rpartition(".")
    return bool(owner) and ground.has_name(last)


def _figures(text: str, lines: Sequence[str], ground: Ground) -> Iterator[Judgement]:
    """Judge the numbers in a sentence; those in code spans only if the span is not in the evidence verbatim."""
    evidence = "\n".join(lines)
    rest = text
    for span in _PATTERNS.code_span.findall(text):
        if _PATTERNS.letter_or_dash.search(span) and (occurs(evidence, span) or not _PATTERNS.several.search(span)):
            rest = rest.replace(f"`{span}`", " ")
    rest = _PATTERNS.identifier.sub(" ", _PATTERNS.path.sub(" ", rest)).replace("`", "")
    whole = ground.text.split("\n")
    for figure in figures_in(rest):
        is_count = not figure.unit and figure.value.isdigit() and int(figure.value) in ground.counts
        if not is_count and not stands_in(figure, lines):
            is_nowhere = figure.unit and not figure.is_word and not stands_in(figure, whole)
            is_version = figure.value.count(".") > 1 or bool(
                _PATTERNS.of("version", figure=figure.text).search(text) and "." in figure.text
            )
            verdict = Verdict.REFUTED if is_nowhere else Verdict.DOUBTFUL if is_version else Verdict.UNCHECKED
            yield Judgement(verdict, f"{figure.text.strip()} is not in its evidence")


def _devices(text: str, lines: Sequence[str], ground: Ground) -> Iterator[Judgement]:
    told = told_in(text) - shown_in("\n".join(lines).lower())
    if unsaid := told - shown_in(ground.text.lower()):
        yield Judgement(Verdict.REFUTED, f"the commit does not mention {', '.join(sorted(unsaid))}")
    if unsaid := told - shown_in(ground.written.lower()):
        yield Judgement(Verdict.DOUBTFUL, f"its evidence does not mention {', '.join(sorted(unsaid))}")


def _troubles(text: str, lines: Sequence[str], ground: Ground) -> Iterator[Judgement]:
    """A problem must be stated by somebody: a crash that the lines do not mention is unfounded."""
    said = {code for code, _ in found_in("\n".join([*lines, ground.written]).replace("_", " "))}
    if own := {code for code, _ in found_in(text)} - said - _MILD:
        yield Judgement(Verdict.DOUBTFUL, f"its evidence does not mention a {min(own)}")
