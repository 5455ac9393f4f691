"""Numbers with their units: whether a claim's numbers are in its evidence, as the same number of the same thing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import prod

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS

_PATTERNS = Patterns(__file__, "figures")
_WITHOUT_WORD = {"×", "%"}
"""Units that never occur in a name in code."""
_SMALLER = {"KB": 1_024, "MB": 1_024**2, "GB": 1_024**3, "TB": 1_024**4, "min": 60, "h": 3_600, "day": 86_400}
"""The size of a unit in its smallest one, as code spells it out: `64 * 1024`, `5 * 60`."""
_CLOSE = 0.06
"""How far a rounded ratio may be from the exact one."""
_SMALL = 10
"""Counts up to this are incidental; a larger number is a measurement, a limit or a size."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written in a text; `unit` is empty if it has none, `is_word` says that it is spelled out."""

    text: str
    value: str
    unit: str
    is_word: bool = False


def figures_in(text: str) -> Iterator[Figure]:
    """Yield the free-standing numbers in a sentence; those inside names (`fp8`, H200, v8.1) belong to the names."""
    for found in _figure().finditer(text):
        unit = next(
            (
                list(WORDS["figures.units"])[int(key[1:])]
                for key, hit in found.groupdict().items()
                if hit and key[0] == "u"
            ),
            "",
        )
        word = found["word"]
        if word:
            if unit:
                yield Figure(found[0], _values("figures.numbers")[word], unit, is_word=True)
        else:
            yield Figure(found[0], plain(found["digits"]), unit)
    for found in _PATTERNS.factor.finditer(text):
        yield Figure(found[0], _values("figures.factors")[found[0].lower()], "×", is_word=True)


@cache
def _figure() -> re.Pattern[str]:
    """A number and the unit after it."""
    units = "|".join(f"(?P<u{place}>{'|'.join(forms)})" for place, forms in enumerate(WORDS["figures.units"].values()))
    return re.compile(rf"{_PATTERNS.start.pattern}(?:[\s-]?(?:{units})(?![A-Za-z0-9_]))?(?!\.x)")


@cache
def _named(unit: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(WORDS['figures.units'][unit])})(?![A-Za-z])")


@cache
def _values(group: str) -> dict[str, str]:
    return {word: value for value, words in WORDS[group].items() for word in words}


def plain(number: str) -> str:
    """Return a number without digit grouping and empty decimals; a version stays as it is."""
    digits = number.replace(",", "").replace("_", "")
    return digits.rstrip("0").rstrip(".") if digits.count(".") == 1 else digits


def stands_in(figure: Figure, lines: Sequence[str]) -> bool:
    """Whether these lines contain a figure: with its unit, or bare in a line that names the unit; ratios may follow from two numbers."""
    for line in lines:
        if any((one.value, one.unit) == (figure.value, figure.unit) for one in figures_in(line)):
            return True
        numbers = list(map(plain, _PATTERNS.any_number.findall(line)))
        if figure.value in numbers and _names_unit(line, figure.unit):
            return True
        if "." in figure.value and any(number.startswith(f"{figure.value}.") for number in numbers):
            return True  # 2.2 may stand for 2.2.0
    if figure.unit in _SMALLER:
        return any(_is_product(figure, product) for line in lines for product in _PATTERNS.product.findall(line))
    return figure.unit in {"×", "%"} and _follows(figure, lines)


def _is_product(figure: Figure, product: str) -> bool:
    return prod(int(factor) for factor in product.split("*")) == float(figure.value) * _SMALLER[figure.unit]


def _names_unit(line: str, unit: str) -> bool:
    return not unit or (unit not in _WITHOUT_WORD and bool(_named(unit).search(line.replace("_", " "))))


def _follows(figure: Figure, lines: Sequence[str]) -> bool:
    """Whether a factor or percentage is the ratio of two numbers in the lines."""
    values = {
        float(n)
        for line in lines
        for n in map(plain, _PATTERNS.any_number.findall(line))
        if _PATTERNS.decimal.fullmatch(n)
    }
    wanted = float(figure.value)
    for one, other in permutations(sorted(value for value in values if value)[:40], 2):
        ratio = one / other if figure.unit == "×" else 100 * abs(one - other) / other
        if abs(ratio - wanted) <= _CLOSE * wanted:
            return True
    return False


def is_small(figure: Figure) -> bool:
    """Whether it is an incidental count."""
    return not figure.unit and figure.value.isdigit() and int(figure.value) <= _SMALL
