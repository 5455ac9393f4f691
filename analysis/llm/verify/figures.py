"""Numbers with their units: whether those of a claim stand in its evidence, as the same number of the same thing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import prod

_UNITS: dict[str, str] = {
    "×": r"x|×|-?\s?times|[- ]?fold|倍",
    "%": r"%|percent|per cent|个百分点",
    "ns": r"ns|nanoseconds?",
    "us": r"us|µs|μs|microseconds?|微秒",
    "ms": r"ms|milliseconds?|millis|毫秒",
    "s": r"s|secs?|seconds?|秒",
    "min": r"min|mins|minutes?|分钟",
    "h": r"h|hrs?|hours?|小时",
    "day": r"days?|天",
    "B": r"bytes?|B|字节",
    "KB": r"[kK]i?B|kilobytes?",
    "MB": r"Mi?B|megabytes?",
    "GB": r"Gi?B|gigabytes?",
    "TB": r"Ti?B|terabytes?",
    "bit": r"bits?|位",
}
"""By unit, how claims and code write it behind a number."""
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}  # fmt: skip
_FACTORS = {
    "twice": 2, "doubles": 2, "doubled": 2, "doubling": 2, "half": 2, "halves": 2, "halved": 2, "halving": 2,
    "triple": 3, "triples": 3, "tripled": 3, "thrice": 3, "quadruple": 4, "quadruples": 4, "quadrupled": 4, "tenfold": 10,
    "翻倍": 2, "加倍": 2, "减半": 2, "一半": 2,
}  # fmt: skip
_UNIT = "|".join(f"(?P<u{place}>{form})" for place, form in enumerate(_UNITS.values()))
_NAMES = tuple(_UNITS)
_NUMBER = r"\d[\d,_]*(?:\.\d+)*"
_FIGURE = re.compile(
    rf"(?<![\w.#])(?:(?P<digits>{_NUMBER})|(?P<word>(?:{'|'.join(_WORDS)})(?=[\s-])|[一两二三四五六七八九十](?=倍|秒|毫秒|分钟|小时|天|字节)))"
    rf"(?:[\s-]?(?:{_UNIT})(?![A-Za-z0-9_]))?(?!\.x)",
    re.ASCII,
)
_FACTOR = re.compile(
    rf"\b(?:{'|'.join(word for word in _FACTORS if word.isascii() and word not in {'twice', 'half'})}|(?:twice|half)(?= (?:as|the|of)\b))\b|翻倍|加倍|减半|一半",
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(rf"(?:(?<=\bv)|(?<![A-Za-z_.\d])){_NUMBER}", re.ASCII)
_PRODUCT = re.compile(r"\d+(?:\s?\*\s?\d+)+", re.ASCII)
_SMALLER = {"KB": 1_024, "MB": 1_024**2, "GB": 1_024**3, "TB": 1_024**4, "min": 60, "h": 3_600, "day": 86_400}
"""How many of the smallest one a unit is, as code spells it out: `64 * 1024`, `5 * 60`."""
_WORD_OF_UNIT = {
    unit: re.compile(rf"(?<![A-Za-z])(?:{form})(?![A-Za-z])") for unit, form in _UNITS.items() if unit not in {"×", "%"}
}
_CLOSE = 0.06
"""How far a rounded ratio may be from the exact one."""
_SMALL = 10
"""Counts of this size are told in passing; a larger number is a measurement, a limit or a size."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a text gives it; `unit` is empty where it has none, `is_word` where it is spelled out."""

    text: str
    value: str
    unit: str
    is_word: bool = False


def figures_in(text: str) -> Iterator[Figure]:
    """Yield the numbers of a sentence that stand by themselves; those inside names (`fp8`, H200, v8.1) are the names'."""
    for found in _FIGURE.finditer(text):
        unit = next((_NAMES[int(key[1:])] for key, hit in found.groupdict().items() if hit and key[0] == "u"), "")
        word = found["word"]
        if word:
            if unit:
                yield Figure(found[0], str(_WORDS[word]), unit, is_word=True)
        else:
            yield Figure(found[0], plain(found["digits"]), unit)
    for found in _FACTOR.finditer(text):
        yield Figure(found[0], str(_FACTORS[found[0].lower()]), "×", is_word=True)


def plain(number: str) -> str:
    """Return a number without grouping and empty decimals; a version stays as it is."""
    digits = re.sub(r"[,_]", "", number)
    return digits.rstrip("0").rstrip(".") if digits.count(".") == 1 else digits


def stands_in(figure: Figure, lines: Sequence[str]) -> bool:
    """Whether a figure stands in these lines: with its unit, or bare in a line that names the unit; ratios may follow from two numbers."""
    for line in lines:
        if any((one.value, one.unit) == (figure.value, figure.unit) for one in figures_in(line)):
            return True
        numbers = list(map(plain, _ANY_NUMBER.findall(line)))
        if figure.value in numbers and _names_unit(line, figure.unit):
            return True
        if "." in figure.value and any(number.startswith(f"{figure.value}.") for number in numbers):
            return True  # 2.2 is said of 2.2.0
    if figure.unit in _SMALLER:
        return any(_is_product(figure, product) for line in lines for product in _PRODUCT.findall(line))
    return figure.unit in {"×", "%"} and _follows(figure, lines)


def _is_product(figure: Figure, product: str) -> bool:
    return prod(int(factor) for factor in product.split("*")) == float(figure.value) * _SMALLER[figure.unit]


def _names_unit(line: str, unit: str) -> bool:
    return not unit or (unit in _WORD_OF_UNIT and bool(_WORD_OF_UNIT[unit].search(line.replace("_", " "))))


def _follows(figure: Figure, lines: Sequence[str]) -> bool:
    """Whether a factor or a percentage is the ratio of two numbers that stand in the lines."""
    values = {
        float(n) for line in lines for n in map(plain, _ANY_NUMBER.findall(line)) if re.fullmatch(r"\d+(?:\.\d+)?", n)
    }
    wanted = float(figure.value)
    for one, other in permutations(sorted(value for value in values if value)[:40], 2):
        ratio = one / other if figure.unit == "×" else 100 * abs(one - other) / other
        if abs(ratio - wanted) <= _CLOSE * wanted:
            return True
    return False


def is_small(figure: Figure) -> bool:
    """Whether it is a count that is told in passing."""
    return not figure.unit and figure.value.isdigit() and int(figure.value) <= _SMALL
