"""A request's text read: which command, what stands by its place, what is named, which flags. It forgives."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from analysis.entry import Language
from analysis.errors import BadInput
from analysis.window import Window, parse_day
from bot.platforms import Option
from bot.verbs import ALIASES, verb, verbs
from bot.wording import tell
from formatters.wording import label

HIDDEN = {"home", "details", "why", "rate", "rank", "regenerate", "save"}
"""Commands that buttons and forms stand for, and that nobody has to type."""

_NAMED = re.compile(r"(?P<name>[a-z_]+|[\u4e00-\u9fff]+)(?P<sign>[=:：＝])(?P<value>.+)", re.DOTALL | re.IGNORECASE)
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
_SHA_OR_PULL = re.compile(r"#\d+|[0-9a-f]*\d[0-9a-f]*|.*/(?:commit|pull)/[0-9a-f]+.*")
_SHORTEST_SHA = 6
_DATE = re.compile(r"\b(\d{4})(?:/|年)(\d{1,2})(?:/|月)(\d{1,2})(?:日|\b)")
_TOPICAL = {"subscribe", "mute"}
"""Where a bare word may be a choice: elsewhere it is something to look for."""
_WORDED = {"search", "show", "help"}
"""Where everything that names no option is something to look for."""
_COMING = {"tomorrow", "明天", "后天"}
_PULL = {"pr", "pull"}
_BESIDE = {"whole", "new"}
"""Words that buttons add to a command."""


class Mistake(BadInput):
    """What was asked cannot be answered so; `key` names the sentence in `bot/wording.toml`, a tuple of texts is listed in it."""

    def __init__(self, key: str, **values: str | tuple[str, ...]) -> None:
        self.key = key
        self.values = values
        super().__init__(self.said("en"))

    def said(self, language: Language) -> str:
        """Say it in a language."""
        comma = label("list.comma", language)
        listed = {name: comma.join(one) if isinstance(one, tuple) else one for name, one in self.values.items()}
        return tell(self.key, language, **listed)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, as it was meant.

    Attributes:
        words: what stands by its place, in order.
        named: `since=7d` and the like, by name in lower case.
        strange: what the command does not know.
    """

    verb: str
    words: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    strange: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words as one text."""
        return " ".join(self.words)

    @property
    def is_public(self) -> bool:
        """Whether everybody in the channel is to see the answer."""
        return "public" in self.flags


def read(text: str) -> Asked:
    """Read a command; `public`, `here` and names may stand anywhere, a bare date or SHA says its own command.

    Raises:
        Mistake: there is no such command.
    """
    pieces = _split(text)
    if not pieces:
        return Asked("help")
    if pieces[1:] and pieces[0].lower().lstrip("/") == "digest" and verb(pieces[1].lstrip("/")):
        pieces = pieces[1:]  # typed where commands are only text
    head, rest = pieces[0].lstrip("/") or pieces[0], pieces[1:]
    name = ALIASES.get(head.lower(), head.lower())
    if verb(name) is None and name not in HIDDEN:
        name, rest = _guessed(head), pieces
    return _sorted(name, rest)


def _split(text: str) -> list[str]:
    return [_DATE.sub(lambda day: f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}", piece) for piece in _pieces(text)]


def _pieces(text: str) -> list[str]:
    # Phones write curly quotes; a commit's title may have a single one in it.
    plain = re.sub(r"[“”„]", '"', text).strip()
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        return list(lexer)
    except ValueError:  # an open quote
        return plain.replace('"', " ").split()


def _guessed(head: str) -> str:
    lowered = head.lower()
    if lowered in _PULL:
        return "show"
    if lowered in _COMING:
        return "date"
    try:
        parse_day(lowered, date.max - timedelta(days=1))
    except BadInput:
        if _SPAN.fullmatch(lowered):
            return "date"
    else:
        return "date"
    if (_SHA_OR_PULL.fullmatch(lowered) and len(lowered) >= _SHORTEST_SHA) or lowered.startswith("#"):
        return "show"
    from difflib import get_close_matches

    names = [found.name for found in verbs()]
    near = get_close_matches(lowered, names, n=1, cutoff=0.6)
    raise Mistake("mistake.verb_near" if near else "mistake.verb", verb=head, near="".join(near))


def _sorted(name: str, pieces: list[str]) -> Asked:
    found = verb(name)
    known = {option.name: option for option in (found.options if found else ())}
    words, named, flags, strange = list[str](), dict[str, str](), set[str](), list[str]()
    for piece in pieces:
        option = known.get(piece.lower())
        pair = _NAMED.fullmatch(piece)
        key = _NAMES.get(pair["name"].lower(), pair["name"].lower()) if pair else ""
        if piece.lower() in {"public", "公开"} or (option and option.kind == "flag"):
            flags.add("public" if piece.lower() in {"public", "公开"} else piece.lower())
        elif pair and (found is None or key in known or key in _HIDDEN_NAMES):
            named[key] = pair["value"].strip('"')
        elif pair and name not in _WORDED and (pair["sign"] in "=＝" or key in _NAMES.values()):
            strange.append(piece)
        elif name in _TOPICAL and (choice := _choice(piece.lower(), known.values())):
            named[choice] = piece.lower()
        else:
            words.append(piece)
    return Asked(name, tuple(words), named, frozenset(flags), tuple(strange))


def surplus(asked: Asked) -> tuple[str, ...]:
    """Return what of a command means nothing: options that it does not have, and words for which it has no place."""
    found = verb(asked.verb)
    if found is None or asked.verb in _WORDED | _TOPICAL:
        return asked.strange
    places = [option for option in found.options if not option.named and option.kind != "flag"]
    if any(option.kind in {"words", "area", "repository"} for option in places):
        return asked.strange
    words = [word for word in asked.words if "/" not in word and word not in _BESIDE]
    return (*asked.strange, *words[len(places) :])


def _choice(word: str, options: Iterable[Option]) -> str:
    """Return the option that a bare word chooses from; empty if it stands for itself."""
    return next((one.name for one in options if one.kind == "choice" and word in one.choices), "")


_NAMES = {
    "repo": "repository", "tz": "zone", "仓库": "repository", "语言": "lang", "自": "since", "从": "since", "起始": "since",
    "至": "until", "到": "until", "截止": "until", "领域": "area", "类型": "type", "作者": "author", "重要度": "min",
    "最低重要度": "min", "路径": "path", "文件": "path", "词": "word", "关键词": "word", "通知": "how", "时间": "at", "时区": "zone",
}  # fmt: skip
"""Other names of options."""
_HIDDEN_NAMES = {"on", "feed", "zone", "lang"}
"""Options that buttons name, and that nobody has to type; any answer may be wanted in another language."""


def read_span(text: str, today: date, zone: str) -> Window:
    """Read a day, or `first..last`, as commands of buttons name them.

    Raises:
        Mistake: it is none, or has not come yet.
    """
    span = _SPAN.fullmatch(text)
    try:
        first = date.fromisoformat(span[1]) if span and span[2] else parse_day(text, today)
        last = date.fromisoformat(span[2]) if span and span[2] else first
    except (BadInput, ValueError):
        first, last = today, date.min
    if first <= last <= today:
        return Window(first, last, zone)
    key = "mistake.day_coming" if last > today or _is_coming(text, today) else "mistake.day"
    raise Mistake(key, text=text, today=today.isoformat())


def _is_coming(text: str, today: date) -> bool:
    try:
        return text.strip().lower() in _COMING or parse_day(text, date.max - timedelta(days=1)) > today
    except BadInput:
        return False


def say_span(window: Window) -> str:
    """Write a window as `read_span` reads it."""
    first, last = window.first.isoformat(), window.last.isoformat()
    return first if first == last else f"{first}..{last}"
