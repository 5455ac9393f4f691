"""Spans of days that a question names within its words: `since Monday`, `in the last three days`, `2025年12月`, `上周`."""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.commits.window import parse_day
from analysis.errors import BadInput
from analysis.questions.dates import days as days_of_date

_WEEK, _MONTH, _SATURDAY = 7, 30, 5
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fourteen": 14, "一": 1, "两": 2, "二": 2, "三": 3, "几": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "半": 0.5,
}  # fmt: skip
_COUNT = r"(?P<count>\d{1,4}|couple of|few|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen)"
_CHINESE_COUNT = r"(?P<count>\d{1,4}|[一二两三四五六七八九十几半])"
_UNIT = r"(?P<unit>hour|day|week|month|year)s?"
_UNITS = {
    "hour": 1 / 24, "day": 1, "week": _WEEK, "month": _MONTH, "year": 365, "h": 1 / 24, "d": 1, "w": _WEEK, "m": _MONTH, "y": 365,
    "小时": 1 / 24, "天": 1, "日": 1, "周": _WEEK, "星期": _WEEK, "礼拜": _WEEK, "月": _MONTH, "年": 365,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_WEEKDAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_BEFORE_NAME = r"(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\bduring )|(?<=\bfrom )|(?<=\buntil )|(?<=\bbefore )|(?<=\bafter )|(?<=\btill )|(?<=\bthis )|(?<=\blast )|(?<=\bto )|(?<=\band )|(?<=\bearly )|(?<=\blate )|(?<=\bmid )|(?<=\bmid-)|(?<=\bthrough )"
_THIRDS = {
    "early": 0,
    "beginning of": 0,
    "start of": 0,
    "mid": 1,
    "middle of": 1,
    "late": 2,
    "end of": 2,
    "初": 0,
    "上旬": 0,
    "中旬": 1,
    "中": 1,
    "下旬": 2,
    "底": 2,
    "末": 2,
}
_PART = r"(?:(?:the )?(?P<part>early|beginning of|start of|mid|middle of|late|end of)[ -](?:in )?)?"
_CHINESE_PART = r"(?P<part>初|上旬|中旬|下旬|底|末)?"

_SINCE = re.compile(r"(?:\b(?:since|starting|beginning|as of|from)(?: the)?(?: on)? $)|(?:自从|自|从)$")
_AFTER = re.compile(r"\bafter(?: the)? $")
_UNTIL = re.compile(r"\b(?:until|till|up to|through)(?: the)? $|(?:截至|截止到?|直到|到)$")
_BEFORE = re.compile(r"\b(?:before|prior to|earlier than)(?: the)? $")
_ON = re.compile(r"\b(?:on|in|during|over|within|of|for|from|at)(?: the)? $|在$")
_FROM_THEN = re.compile(r"(?: on(?:wards?)?\b)|(?:以来|之后|以后|起|开始|至今|到现在|后)")
_UP_TO_THEN = re.compile(r"之前|以前|前(?!缀|端|向|置)")
_WITHIN = re.compile(r"(?:这一?天|当天|之间|期间|以?内|里|中(?!间)|的时候|时)")
_BETWEEN = re.compile(r" ?(?:\.\.+|-|–|—|~|to|until|till|through|and|到|至|和|与) ?")


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included; None for no bound on that side."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True, slots=True)
class _Named:
    """Days that stand in a text, by where their words begin and end there."""

    start: int
    end: int
    first: date
    last: date


def read_days(text: str, today: date) -> tuple[Days, str]:
    """Return the days that a question is about, and the question without the words that say so."""
    lowered = text.lower()
    named = list(_named(lowered, today))
    if not named:
        return Days(), text
    found, cuts, at = list[Days](), list[tuple[int, int]](), 0
    while at < len(named):
        one = named[at]
        following = named[at + 1] if at + 1 < len(named) else None
        if following and _BETWEEN.fullmatch(lowered[one.end : following.start]):
            first, last = sorted([(one.first, one.last), (following.first, following.last)])
            before = re.search(r"(?:\b(?:between|from|since)(?: the)? |从|自|在)$", lowered[: one.start])
            after = re.match(r" ?(?:之间|期间|以?内)", lowered[following.end :])
            cuts.append((before.start() if before else one.start, following.end + (after.end() if after else 0)))
            found.append(Days(first[0], last[1]))
            at += 2
            continue
        span, cut = _related(lowered, one)
        found.append(span)
        cuts.append(cut)
        at += 1
    return _joined(found), _without(text, cuts)


def _related(text: str, one: _Named) -> tuple[Days, tuple[int, int]]:
    """Return what a date means by the words around it, and from where to where these stand."""
    before, after = text[: one.start], text[one.end :]
    for form, made in (
        (_SINCE, Days(one.first)),
        (_AFTER, Days(one.last + timedelta(days=1))),
        (_UNTIL, Days(None, one.last)),
        (_BEFORE, Days(None, one.first - timedelta(days=1))),
    ):
        if found := form.search(before):
            end = one.end
            if following := _FROM_THEN.match(after):
                end += following.end()
            elif form is _SINCE and not found[0].isascii() and (up_to := _UP_TO_THEN.match(after)):
                end += up_to.end()
            return made, (found.start(), end)
    start = found.start() if (found := _ON.search(before)) else one.start
    if following := _FROM_THEN.match(after):
        return Days(one.first), (start, one.end + following.end())
    if following := _UP_TO_THEN.match(after):
        return Days(None, one.first - timedelta(days=1)), (start, one.end + following.end())
    if following := _WITHIN.match(after):
        return Days(one.first, one.last), (start, one.end + following.end())
    return Days(one.first, one.last), (start, one.end)


def _joined(found: list[Days]) -> Days:
    """Return what several spans have in common; the last one where that is nothing."""
    firsts = [one.first for one in found if one.first]
    lasts = [one.last for one in found if one.last]
    first, last = max(firsts, default=None), min(lasts, default=None)
    return found[-1] if first and last and first > last else Days(first, last)


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    for start, end in reversed(cuts):
        text = f"{text[:start]} {text[end:]}"
    return text


def _named(text: str, today: date) -> Iterator[_Named]:
    """Yield the days that a text names, from left to right, the longest at each place."""
    found = [
        _Named(match.start(), match.end(), *span)
        for form, read in _FORMS
        for match in form.finditer(text)
        if (span := read(match, today))
    ]
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one
            end = one.end


_Span = tuple[date, date]
_Read = Callable[[re.Match[str], date], _Span | None]


def _one(match: re.Match[str], today: date) -> _Span | None:
    """Read a date; of two that it may be, the later one that is not to come."""
    found = [day for day in days_of_date(match[0].strip(), today) if day <= today]
    return (max(found), max(found)) if found else None


def _word(match: re.Match[str], today: date) -> _Span | None:
    word = match[0].strip().removeprefix("last ").removeprefix("this ").removeprefix("past ")
    try:
        day = parse_day(word, today)
    except BadInput:
        return None
    return day, day


def _back(match: re.Match[str], today: date) -> _Span | None:
    """Read `the last three days`: so many up to today."""
    count = _count(match["count"] or "1") * _UNITS[match["unit"]]
    return _earlier(today, max(round(count), 1)), today


def _ago(match: re.Match[str], today: date) -> _Span | None:
    day = _earlier(today, round(_count(match["count"]) * _UNITS[match["unit"]]))
    return day, day


def _count(text: str) -> float:
    return float(text) if text.isdecimal() else _NUMBERS[text]


def _earlier(today: date, count: int) -> date:
    try:
        return today - timedelta(days=count)
    except OverflowError:
        return date.min


def _week(match: re.Match[str], today: date) -> _Span | None:
    monday = today - timedelta(days=today.weekday())
    if re.match(r"this|本|这", match[0]):
        return monday, today
    return monday - timedelta(days=_WEEK), monday - timedelta(days=1)


def _weekend(_match: re.Match[str], today: date) -> _Span | None:
    """Read a weekend: the last one that has begun."""
    saturday = today - timedelta(days=(today.weekday() - _SATURDAY) % _WEEK)
    return saturday, min(saturday + timedelta(days=1), today)


def _this_month(match: re.Match[str], today: date) -> _Span | None:
    first = today.replace(day=1)
    if not re.match(r"this|本|这|当", match[0]):
        first = (first - timedelta(days=1)).replace(day=1)
    return _part(_month_of(first.year, first.month), match.groupdict().get("part") or "", today)


def _year(match: re.Match[str], today: date) -> _Span | None:
    text = match["year"]
    year = today.year - (text in {"last year", "去年"}) if not text.isdecimal() else int(text)
    return (date(year, 1, 1), date(year, 12, 31)) if 0 < year <= today.year else None


def _month(match: re.Match[str], today: date) -> _Span | None:
    """Read a month by its name or its number; without a year it is the last one that has begun."""
    parts = match.groupdict()
    text = parts["month"]
    month = int(text) if text.isdecimal() else _MONTHS.index(text[:3]) + 1
    if not 1 <= month <= len(_MONTHS):
        return None
    year = int(parts["year"]) if parts.get("year") else today.year - (month > today.month)
    if parts.get("last"):
        year = today.year - 1
    span = _month_of(year, month)
    return _part(span, parts.get("part") or "", today) if span[0] <= today else None


def _month_of(year: int, month: int) -> _Span:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _part(span: _Span, part: str, today: date) -> _Span:
    """Return a third of a month, where one is named, up to today."""
    first, last = span
    third = _THIRDS.get(part)
    if third is not None:
        first, last = first + timedelta(days=10 * third), last if third == 2 else first + timedelta(days=10 * third + 9)  # noqa: PLR2004 - the last third
    return first, min(last, today) if first <= today else last


def _alias(match: re.Match[str], today: date) -> _Span | None:
    day = today - timedelta(days={"今日": 0, "昨日": 1}[match[0]])
    return day, day


def _weekday(match: re.Match[str], today: date) -> _Span | None:
    """Read `周一`: the last one, today included where it says `本周`."""
    number = min("一二三四五六日天".index(match["day"]), _WEEK - 1)
    back = (today.weekday() - number) % _WEEK
    if not match[0].startswith(("本", "这")):
        back = back or _WEEK
    day = today - timedelta(days=back)
    return day, day


def _calendar(match: re.Match[str], today: date) -> _Span | None:
    """Read `last week` and `last month` as the calendar's; `the last week` and `past week` as so many days up to today."""
    if match["count"] or not match[0].startswith(("last", "previous")):
        return None
    if match["unit"] == "week":
        return _week(match, today)
    if match["unit"] == "month":
        first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        return _month_of(first.year, first.month)
    return None


_FORMS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (re.compile(r"(?<![\w.])\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?![\w.]*\d)|(?<![\w.])20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\w)"), _one),
    (re.compile(r"(?<![\w./-])\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![\w/-])"), _one),
    (re.compile(r"(?:(?:\d{4}|\d\d)\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*[日号]?"), _one),
    (re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_NAMES.replace('?P<month>', '?:')}(?:,? \d{{4}})?(?!\w)"), _one),
    (re.compile(rf"\b{_NAMES.replace('?P<month>', '?:')} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?(?![\w.])"), _one),
    (re.compile(rf"\b(?:today|(?:the )?day before yesterday|yesterday|(?:(?:last|this|past) )?{_WEEKDAYS})\b"), lambda m, t: _one(m, t) or _word(m, t)),
    (re.compile(r"(?:(?<=\bsince )|(?<=\bon )|(?<=\bfrom )|(?<=\blast )|(?<=\buntil ))(?:mon|tue|wed|thu|fri|sat|sun)\b"), _word),
    (re.compile(r"今天|今日|昨天|昨日|大前天|前天"), lambda m, t: _word(m, t) or _alias(m, t)),
    (re.compile(r"上(?:周|星期|礼拜)[一二三四五六日天]"), _one),
    (re.compile(r"(?<!上)(?:本|这)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?!起来)"), _weekday),
    (re.compile(rf"\b(?:the )?(?:last|past|previous|recent) (?:{_COUNT} )?{_UNIT}\b"), lambda m, t: _calendar(m, t) or _back(m, t)),
    (re.compile(rf"\b{_COUNT} {_UNIT} ago\b"), _ago),
    (re.compile(r"(?<![\w.])(?P<count>\d{1,4})(?P<unit>[hdwmy])(?!\w)"), _back),
    (re.compile(rf"(?:最近|过去|近|这|前|头)(?:的)?{_CHINESE_COUNT}\s*个?(?P<unit>小时|天|日|周|星期|礼拜|月|年)(?:以来|之?内|里)?"), _back),
    (re.compile(rf"(?<![\d第]){_CHINESE_COUNT}\s*个?(?P<unit>小时|天|周|星期|礼拜|月|年)(?:之|以)?前"), _ago),
    (re.compile(rf"(?<![\d第]){_CHINESE_COUNT}\s*个?(?P<unit>小时|天|周|星期|礼拜|月|年)(?:以来|之?内)"), _back),
    (re.compile(r"\b(?:this|earlier this) week\b"), lambda _, t: (t - timedelta(days=t.weekday()), t)),
    (re.compile(r"\b(?:(?:this|last|past) )?weekend\b|(?:本|这个?|上个?)?周末"), _weekend),
    (re.compile(r"(?:本|这|这个|这一|上|上个|上一)(?:周|星期|礼拜)(?![一二三四五六日天末])"), _week),
    (re.compile(rf"\b{_PART}(?:this month)\b"), _this_month),
    (re.compile(rf"(?:本|这|这个|当|上|上个)月{_CHINESE_PART}"), _this_month),
    (re.compile(rf"\b{_PART}(?:(?P<last>last) )?(?:{_BEFORE_NAME}){_NAMES}(?: of)?(?:,? (?P<year>\d{{4}}))?(?!\w| \d{{1,2}}(?!\d))"), _month),
    (re.compile(rf"\b{_PART}{_NAMES}(?: of)?,? (?P<year>20\d\d)(?!\w)"), _month),
    (re.compile(r"(?<![\d.-])(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])(?![\d-])"), _month),
    (re.compile(rf"(?:(?P<year>20\d\d)\s*年\s*(?:的)?)?(?<!\d)(?P<month>1[0-2]|0?[1-9])\s*月(?:份)?{_CHINESE_PART}(?!\s*\d)"), _month),
    (re.compile(r"(?P<year>20\d\d)\s*年(?!\s*\d)"), _year),
    (re.compile(r"(?P<year>今年|去年)"), _year),
    (re.compile(r"\b(?P<year>this year|last year)\b"), _year),
    (re.compile(r"(?:(?<=\bin )|(?<=\bsince )|(?<=\bduring )|(?<=\bof )|(?<=\bbefore )|(?<=\bafter )|(?<=\buntil ))(?P<year>20[0-4]\d)(?![\w.-])"), _year),
)  # fmt: skip
"""What names days, with what reads it; at one place the longest stands."""
