"""Dates as people say them, in digits, in words or with a month's name, as the days that they may mean."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from analysis.i18n.typography import fold

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>\d{4}|\d\d)"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SIGN = r"\s*[-/.]\s*"
_FIRST_YEAR = re.compile(
    rf"(?P<year>\d{{4}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<day>\d{{1,2}})|(?P<y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)"
)
_CHINESE = re.compile(r"(?:(?P<year>\d{4}|\d\d)\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?")
_NAMED = re.compile(
    rf"(?:{_NTH}(?:\s+of)?[\s-]+{_MONTH}|{_MONTH.replace('word', 'first')}\s+(?:the\s+)?{_NTH.replace('day', 'second')})"
    rf",?(?:[\s-]+{_YEAR})?"
)
_LAST_YEAR = re.compile(rf"(?P<one>\d{{1,2}})(?P<sign>{_SIGN})(?P<two>\d{{1,2}}){_SIGN}{_YEAR}")
_NO_YEAR = re.compile(r"(?P<one>\d{1,2})\s*/\s*(?P<two>\d{1,2})")
_OF_MONTH = re.compile(
    r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)(?:\s+of\s+(?P<of>this|last)\s+month)?|(?P<which>本|这个|上|上个)?(?:月\s*)?(?P<number>\d{1,2})[号日]"
)
_CENTURY = 2000
_COUNTS = {
    word: number
    for number, words in enumerate(
        ("", "a an one 一", "two 二 两", "three 三", "four 四", "five 五", "six 六", "seven 七", "eight 八", "nine 九", "ten 十")
    )
    for word in words.split()
} | {"a couple of": 2, "eleven": 11, "twelve": 12}  # fmt: skip
_COUNT = r"\d{1,4}|a couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_AGO = re.compile(
    rf"(?P<count>{_COUNT})\s*(?P<unit>day|week|month)s?\s+(?:ago|back|earlier)"
    r"|(?P<number>\d{1,4})\s*个?(?P<of>天|日|周|星期|礼拜|月)(?:之|以)?前"
)
_RELATIVE = {
    "the day before yesterday": 2, "day before yesterday": 2, "last night": 1, "yesterday morning": 1, "yesterday evening": 1,
    "this morning": 0, "this evening": 0, "this afternoon": 0, "tonight": 0, "昨日": 1, "昨晚": 1, "昨夜": 1, "昨天晚上": 1, "昨天早上": 1,
    "今日": 0, "今早": 0, "今晨": 0, "今晚": 0, "今天早上": 0, "今天上午": 0, "今天下午": 0, "前日": 2,
}  # fmt: skip
_TO_COME = {
    "tomorrow": 1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?P<{}>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?"
_WHICH = re.compile(
    rf"(?P<which>last|past|previous|this|next|coming)\s+{_WEEKDAY.format('day')}"
    rf"|(?P<of>last|this|next)\s+week(?:'s|\s+on)?\s+{_WEEKDAY.format('named')}"
    rf"|{_WEEKDAY.format('before')}\s+(?:of\s+)?(?P<week>last|this|next)\s+week"
)
_OF_WEEK = re.compile(r"(?P<which>上上|上|本|这|下下|下)(?:一|个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKS = {"last": -1, "this": 0, "next": 1, "上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}
_WEEKDAY_BEFORE = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+(?=.*\d)")
_WEEKDAY_BEHIND = re.compile(r"\s*[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?$")
_AROUND = re.compile(r"^(?:on|for|at|of|from)\s+|(?:'s|的)$")
_NUMERAL = re.compile(
    r"[〇零一二三四五六七八九十两]+(?=\s*(?:年|月|日|号|天|周|星期|礼拜|个))|(?<=月)[一二三四五六七八九十]+$"
)
_DIGITS = {
    digit: number
    for number, digits in enumerate(("〇零", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for digit in digits
}
_IN_CHINESE = re.compile(
    r"(?:[\d〇零一二三四五六七八九]{2,4}年)?[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}[日号]?"
    r"|(?:上上|上|本|这|下下|下)(?:一|个)?(?:周|星期|礼拜)[一二三四五六日天]|[\d一二三四五六七八九十两]{1,3}个?(?:天|周|星期|礼拜|月)(?:之|以)?前"
    r"|昨晚|昨夜|昨日|今早|今晨|今晚|今日|前日|(?<![\d/.])\d{1,2}/\d{1,2}(?=的|那天|当天)"
)
_SURELY_TIME = re.compile(
    r"^(?:weekends?|fortnights?|(?:tues|wednes|thurs|satur)days?|mondays|fridays|sundays|(?:mid|early|late)-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|january|february|march|april|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th))$"
    r"|(?:周末|季度|[上中下]旬|月初|月底|月末|年初|年底|前几天|前阵子|那天|[一二三四五六七八九十\d]月份?)$"
)
_OF_TIME = {
    "ago", "back", "earlier", "before", "other", "day", "days", "night", "week", "weeks", "month", "months", "quarter", "year", "years", "spring",
    "summer", "autumn", "fall", "winter", "easter", "christmas", "mid", "early", "late", "may", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "few", "several", "couple", "since", "until", "in",
}  # fmt: skip
"""Words that speak of a time only beside each other."""
_ENDS = '?!.,;:…！？。，；：、"“”()（）'
_LONGEST = 6
"""Words of the longest date: on Tuesday of the last week."""
_WEEK, _MONTHS_OF_YEAR = 7, 12


def days(text: str, today: date) -> tuple[date, ...]:
    """Return the days that a date may mean: none if it is no date, two where month and day could be either.

    `5/5/2026`, `2026/5/5`, `2026年5月5日`, `三月十二日`, `5 May 2026`, `three days ago`, `last Tuesday`, `本周三`; without a
    year it is the last one that is over, but where the words say that it is still to come. Dots part day, month and year
    in that order, as where they are used.
    """
    plain = bare(text)
    plain = _WEEKDAY_BEHIND.sub("", plain) if re.search(r"\d|[日号]", plain) else plain
    plain = _NUMERAL.sub(lambda found: str(_number(found[0])), plain)
    return tuple(dict.fromkeys(_read(_WEEKDAY_BEFORE.sub("", plain), today)))


def bare(text: str) -> str:
    """Return a date in plain letters without what stands around it: `on Tuesday`, `yesterday's`, `昨天的`."""
    plain, before = fold(text).lower().replace("’", "'").strip(), ""
    while before != plain:
        before, plain = plain, _AROUND.sub("", plain).strip()
    return plain


def within(text: str, today: date) -> tuple[list[str], str]:
    """Return the dates of several words or of Chinese that stand within a text, and the text without them."""
    found = [one[0] for one in _IN_CHINESE.finditer(text) if days(one[0], today)]
    words = _IN_CHINESE.sub(lambda one: " " if one[0] in found else one[0], text).split()
    for count in range(_LONGEST, 0, -1):
        at = 0
        while at + count <= len(words):
            some = " ".join(words[at : at + count]).strip(_ENDS)
            if days(some, today) and not (count == 1 and _NO_YEAR.fullmatch(fold(some))):
                found.append(bare(some))
                words[at : at + count] = []
            at += 1
    return found, " ".join(words)


def names_time(word: str) -> bool:
    """Whether a word speaks of a time, which may be one that nobody here can read."""
    return bool(_SURELY_TIME.search(fold(word).lower()))


def is_time(words: Sequence[str]) -> bool:
    """Whether words together are a time, be it one that cannot be read: `mid-March`, `other day`."""
    plain = [fold(word).lower() for word in words]
    of_time = [word for word in plain if _SURELY_TIME.search(word) or word in _OF_TIME or word.isdecimal()]
    return len(of_time) == len(plain) and (any(map(_SURELY_TIME.search, plain)) or len(plain) > 1)


def _number(text: str) -> int:
    """Read a Chinese numeral below a hundred, or a year by its digits."""
    if "十" not in text:
        return int("".join(str(_DIGITS[digit]) for digit in text))
    tens, _, ones = text.partition("十")
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def _read(text: str, today: date) -> Iterator[date]:
    if found := _FIRST_YEAR.fullmatch(text):
        year, month, day = (found[name] or found[name[0]] for name in ("year", "month", "day"))
        yield from _day(int(year), int(month), int(day))
    elif found := _CHINESE.fullmatch(text):
        yield from _dated(found["year"], int(found["month"]), int(found["day"]), today)
    elif found := _NAMED.fullmatch(text):
        month = _MONTHS.index((found["word"] or found["first"])[:3]) + 1
        yield from _dated(found["year"], month, int(found["day"] or found["second"]), today)
    elif found := _LAST_YEAR.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        if "." not in found["sign"]:
            yield from _dated(found["year"], one, two, today)
        yield from _dated(found["year"], two, one, today)
    elif found := _NO_YEAR.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        yield from (*_dated(None, one, two, today), *_dated(None, two, one, today))
    else:
        yield from _relative(text, today)


def _relative(text: str, today: date) -> Iterator[date]:
    """Read what counts from today on."""
    if text in _RELATIVE or text in _TO_COME:
        yield today - timedelta(days=_RELATIVE.get(text, -_TO_COME.get(text, 0)))
    elif found := _AGO.fullmatch(text):
        count, unit = found["count"] or found["number"], found["unit"] or found["of"]
        yield from _ago(int(count) if count.isdecimal() else _COUNTS[count], unit, today)
    elif found := _WHICH.fullmatch(text):
        name = found["day"] or found["named"] or found["before"]
        number = next(at for at, day in enumerate(_WEEKDAYS) if day.startswith(name))
        if found["which"] in {"last", "past", "previous"}:
            yield today - timedelta(days=(today.weekday() - number - 1) % _WEEK + 1)
        elif found["which"] in {"next", "coming"}:
            yield today + timedelta(days=(number - today.weekday() - 1) % _WEEK + 1)
        else:
            yield _of_week(_WEEKS[found["of"] or found["week"] or found["which"]], number, today)
    elif found := _OF_WEEK.fullmatch(text):
        yield _of_week(_WEEKS[found["which"]], min("一二三四五六日天".index(found["day"]), _WEEK - 1), today)
    elif found := _OF_MONTH.fullmatch(text):
        yield from _of_month(int(found["day"] or found["number"]), found["of"] or found["which"] or "", today)


def _ago(count: int, unit: str, today: date) -> Iterator[date]:
    with contextlib.suppress(OverflowError):
        if unit in {"month", "月"}:
            at = today.year * _MONTHS_OF_YEAR + today.month - 1 - count
            yield from [*_day(at // _MONTHS_OF_YEAR, at % _MONTHS_OF_YEAR + 1, today.day)] or _ago(
                count * 30, "day", today
            )
        else:
            yield today - timedelta(days=count * (1 if unit in {"day", "天", "日"} else _WEEK))


def _of_week(weeks: int, number: int, today: date) -> date:
    return today + timedelta(days=weeks * _WEEK + number - today.weekday())


def _of_month(day: int, which: str, today: date) -> Iterator[date]:
    """Return that day of this month or of the last one; of neither, the last one that is over."""
    months = {"this": (0,), "本": (0,), "这个": (0,), "last": (1,), "上": (1,), "上个": (1,)}.get(which, range(12))
    found = list[date]()
    for back in months:
        at = today.year * _MONTHS_OF_YEAR + today.month - 1 - back
        found += _day(at // _MONTHS_OF_YEAR, at % _MONTHS_OF_YEAR + 1, day)
    yield from [one for one in found if which or one <= today][:1]


def _dated(year: str | None, month: int, day: int, today: date) -> Iterator[date]:
    if year:
        yield from _day(int(year) if len(year) > 2 else _CENTURY + int(year), month, day)  # noqa: PLR2004 - 26 for 2026
        return
    found = [one for number in range(today.year, today.year - 5, -1) for one in _day(number, month, day)]
    yield from [one for one in found if one <= today][:1]


def _day(year: int, month: int, day: int) -> Iterator[date]:
    with contextlib.suppress(ValueError):
        yield date(year, month, day)
