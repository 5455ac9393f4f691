"""The grammar of commands: parses what people type and the names of buttons, and prints commands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import ENDS, LIST_SIGNS, fold
from analysis.questions.dates import bare, names_time
from analysis.questions.follow_up import pointed_at, several_pointed_at
from bot.commands.mistakes import Mistake
from bot.commands.phrases import is_start, joined
from bot.commands.pieces import Piece, has_marks, literal, option, pieces, quoted
from bot.commands.references import reference
from bot.commands.registry import option_name, verb, verbs
from bot.commands.spans import is_date, is_day, is_span
from bot.commands.terms import terms
from bot.i18n.words import WORDS
from bot.port.command import Command
from bot.port.platform import Option, Verb

_PATTERNS = Patterns(__file__, "grammar", WORDS)

FREE = "ask"
"""The command for text that is not a command."""
HIDDEN = {"undo", "home", "details", "why", "rate", "rank", "regenerate", "save"}
"""Commands behind buttons and forms, which nobody has to type."""

_SHORT_SHA = re.compile(r"(?=.*\d)[0-9a-f]{6,40}")
_NEAR, _NEAR_IN_TEXT = 0.7, 0.82
"""How similar a word must be to a command to count as a typo; among other words it is likelier part of a question."""
_LONGEST_DAY = 4
"""Words in a day: `the day before yesterday`."""
_ENUMERATED = {"area", "type"}
"""Options whose values people join with "and"."""
_TOPICAL = {"subscribe", "mute"}
"""Commands in which a bare word may be a choice: elsewhere it is something to search for."""
_ENDING = {"unsubscribe", "unmute"}
"""Commands that end a subscription or a mute."""
_WORDED = {"search", "show", "help", FREE}
"""Commands in which everything that is not an option is something to search for."""
_LONGEST_LOOK_BACK = 4
"""Words in a week or a month: `the month before last`."""
_WAYS = {"rate": {"up", "down"}, "rank": {"up", "down"}, "save": {"setup", "subscribe", "mute"}}
"""What may follow the names of commands that nobody types: with any other words they are a question."""
_OURS = {"digest", "daybrief"}
"""What people type before a command as if it were one."""
_MARKS = ("```", "`", "**", "__", "*", "_", "~")
_BESIDE = {"whole", "new", "please", "pls", "thanks"}
"""Words that buttons add to a command, and polite ones."""


@cache
def _begun() -> tuple[str, ...]:
    """Return the names of commands that take their argument without a space, as in Chinese; longest first."""
    names = WORDS.names("aliases")
    taking = {*_TOPICAL, *_ENDING, "search"}
    return tuple(
        sorted((name for name in names if not name.isascii() and names[name] in taking), key=len, reverse=True)
    )


@cache
def _searching() -> Verb:
    found = verb("search")
    assert found is not None
    return found


@cache
def _please() -> re.Pattern[str]:
    return re.compile(rf"{_PATTERNS.please.pattern}(?={'|'.join(_begun())})")


def read(text: str) -> Command:
    """Parse a command; `public`, `here` and names may be anywhere, and a bare date or SHA implies its own command.

    Raises:
        Mistake: there is no such command, or a quotation mark is unclosed.
    """
    text = _unmarked(text)
    found = pieces(text)
    if found[1:] and _head(found[0]) in _OURS and verb(_head(found[1])):
        found = found[1:]  # our name, or `digest`, typed where commands are plain text
    if not found:
        return Command("help")
    name = _verb_of(found[0])
    if name:
        command = _sorted(name, found[1:])
        return _day_of(command) if name in {"show", "date"} else command
    for count in range(min(len(found), _LONGEST_LOOK_BACK), 0, -1):
        if back := _look_back(" ".join(map(_head, found[:count]))):
            following = _sorted(back.verb, found[count:])
            return replace(following, named={**following.named, **back.named})
    if begun := next((one for one in _begun() if not found[0].is_quoted and found[0].text.startswith(one)), ""):
        rest = text.lstrip().removeprefix(begun).lstrip(":\uff1a")  # a colon, half- or full-width
        return read(f"{begun} {rest}")
    if found[1:] and found[0].text.startswith(("@", "<@")):
        return read(text.partition(found[0].text)[2])  # our own name, in a conversation with only us
    day, shown = _day_of(_sorted("date", found)), _sorted("show", found)
    if day.verb != "date" or (is_span(day.text) and pointed_at(fold(day.text)) is None):
        return day
    return shown if reference(shown.text) else _sorted(_guessed(found), found)


def read_as(name: str, text: str) -> Command:
    """Parse the arguments of a given command.

    Raises:
        Mistake: as `read`.
    """
    return _sorted(name, pieces(text))


def typed(text: str) -> Command:
    """Parse what someone typed: text starting with the name of a button's command may be a question, or politeness.

    Raises:
        Mistake: as `read`.
    """
    command = _ranked(read(text))
    if command.verb == FREE:
        return _politely(text) or _filtered(command)
    words = {fold(word).lower() for word in command.words}
    match command.verb:
        case "why" | "details":
            is_meant = not (words - _BESIDE) or is_day(command.text)
        case "undo":
            is_meant = all(word.isdecimal() or word in WORDS.one_of("words.everything") for word in words - _BESIDE)
        case "home":
            is_meant = not words
        case "rank":
            ways = WORDS.names("directions")
            is_meant = (
                not words
                or words <= ways.keys()
                or any(map(reference, command.words))
                or command.words[0] in _WAYS["rank"]
            )
        case "rate" | "save":
            is_meant = not words or command.words[0] in _WAYS[command.verb]
        case "area" | "areas":
            command, is_meant = _area_of_day(command), True
        case _:
            is_meant = True
    return command if is_meant else _sorted(FREE, pieces(text))


def _filtered(command: Command) -> Command:
    """Return a question with filters as the search that takes them, and with what is no filter as strange; others unchanged."""
    known = {option.name for option in _searching().options} | _HIDDEN_NAMES
    if command.named.keys() <= {"repository", *_HIDDEN_NAMES} and command.words:
        return command
    unknown = tuple(
        f"{name}={value}" for name, values in command.named.items() if name not in known for value in values
    )
    named = {name: values for name, values in command.named.items() if name in known}
    return Command("search", command.words, named, command.flags, unknown) if command.named else command


def _area_of_day(command: Command) -> Command:
    """Return `area AMD yesterday` as that area on that day, `areas yesterday` as that day's areas; others unchanged."""
    words = [word for word in command.words if fold(word).lower().strip(ENDS) not in _BESIDE]
    if words:  # people end sentences, and are polite
        command = replace(command, words=(*words[:-1], words[-1].rstrip(ENDS) or words[-1]))
    named = 1 if command.verb == "area" else 0
    for count in range(min(len(command.words) - named, _LONGEST_DAY), 0, -1):
        name, day = command.words[:-count], " ".join(command.words[-count:])
        if is_day(day):
            return replace(command, words=name, named=dict(command.named) | {"on": (day,)})
    return command


def of_day(command: Command) -> Command:
    """Parse a day followed by other words (`yesterday AMD`) as a question about that day."""
    named = dict(command.named)
    day = named.pop("on", () if command.verb == "date" else (command.verb,))
    return replace(command, verb=FREE, words=(*day, *command.words), named=named)


def _unmarked(text: str) -> str:
    """Strip a quote sign, and Markdown around the whole, from a command; anything else is unchanged."""
    bare = inner = text.strip().removeprefix(">").strip()
    for mark in _MARKS:
        if len(inner) > 2 * len(mark) and inner.startswith(mark) and inner.endswith(mark):
            inner = inner[len(mark) : -len(mark)].strip()
    for one in (inner, bare):
        found = pieces(one)
        if one != text.strip() and found and (_verb_of(found[0]) or _head(found[0]) in _OURS):
            return one
    return text


def _ranked(command: Command) -> Command:
    """Parse `rank lower 5504fd9` and `rank 5504fd9 up` as the buttons' `rank down 5504fd9`; others unchanged."""
    ways = WORDS.names("directions")
    told = [ways[fold(word).lower()] for word in command.words if fold(word).lower() in ways]
    others = [word for word in command.words if fold(word).lower() not in ways]
    if command.verb != "rank" or len(told) != 1 or len(others) != 1 or not reference(others[0]):
        return command
    return replace(command, words=(told[0], others[0]))


def _day_of(command: Command) -> Command:
    """Return `show me yesterday's digest` as the day or week it asks for; any other command unchanged."""
    if reference(command.text):
        return command
    if is_span(command.text):
        text = f"show {fold(command.text)}"
        is_place = command.verb == "show" and (pointed_at(text) is not None or bool(several_pointed_at(text, 1)))
        return command if is_place else replace(command, verb="date")
    for form in _PATTERNS["digest_of"].values():
        framed = form.fullmatch(fold(command.text).replace("’", "'"))
        day = bare(framed["day"]) if framed else ""
        if day and is_span(day):
            return replace(command, verb="date", words=(day,))
        if framed and (back := _look_back(day)):
            return replace(command, verb=back.verb, words=(), named={**command.named, **back.named})
    return command


def _look_back(text: str) -> Command | None:
    """Return the weekly or monthly review that a text names: a calendar one by its words, or the last 7 or 30 days."""
    for name, form in _PATTERNS["calendar"].items():
        if form.fullmatch(text):
            return Command(name, named={"on": (text,)})
    name = WORDS.names("aliases").get(text, "")
    return Command(name) if name in {"week", "month"} else None


def _politely(text: str) -> Command | None:
    """Parse `could you subscribe me to AMD?` as the command in it; None if there is none."""
    if chinese := _please().match(text.strip()):
        return read(text.strip()[chinese.end() :])
    found = pieces(text)
    for at, piece in enumerate(found):
        name = _verb_of(piece)
        if name in _TOPICAL | _ENDING:
            return _sorted(name, found[at + 1 :])
        if terms(piece.text):
            return None
    return None


def printed(command: str | Command) -> str:
    """Write a command so that `read` parses it back: the name of a button, the opener of a form.

    Words that would be parsed as something else are quoted. A command given as text is returned unchanged.
    """
    if isinstance(command, str):
        return command
    words = (_word(command.verb, word) for word in command.words)
    named = (_pair(command.verb, name, value) for name, values in command.named.items() for value in values)
    return " ".join([command.verb, *words, *named, *sorted(command.flags)])


def _word(name: str, word: str) -> str:
    """Write a word bare if it is parsed as itself, else quoted, literally if necessary."""
    if not (has_marks(word) or is_start(word)) and _sorted(name, pieces(word)).words == (word,):
        return word
    return quoted(word) if _sorted(name, pieces(quoted(word))).words == (word,) else literal(word)


def _pair(name: str, option: str, value: str) -> str:
    bare = f"{option}={value}"
    found = pieces(bare)
    is_plain = len(found) == 1 and bool(value) and not (has_marks(value) or found[0].goes_on)
    return bare if is_plain and _sorted(name, found).named == {option: (value,)} else f"{option}={quoted(value)}"


def _head(piece: Piece) -> str:
    return fold(piece.text).lower().lstrip("/-").rstrip(ENDS)


def _verb_of(piece: Piece) -> str:
    """Return the command that a piece names; empty for none."""
    head = "" if piece.is_quoted else _head(piece)
    name = WORDS.names("aliases").get(head, head)
    return name if name in HIDDEN or verb(name) else WORDS.names("aliases").get(fold(piece.text), "")


def _guessed(found: list[Piece]) -> str:
    """Return the command meant by text that does not start with one: free text is a question."""
    lowered = _head(found[0])
    if lowered in WORDS.one_of("words.coming") or is_date(lowered):
        return "date"
    if _SHORT_SHA.fullmatch(lowered) or lowered.startswith("#"):
        return "show"
    from difflib import get_close_matches

    names = [one.name for one in verbs()]
    near = get_close_matches(lowered, names, n=1, cutoff=_NEAR_IN_TEXT if found[1:] else _NEAR)
    if near and lowered.isalpha() and terms(lowered) and not names_time(lowered):
        raise Mistake("mistake.verb_near", verb=lowered, near=near[0])
    return FREE


def _sorted(name: str, found: list[Piece]) -> Command:
    """Separate positional words, options, and flags; an option without a value takes the next piece."""
    table, topics = verb(name), verb("subscribe") if name in _ENDING else None
    known = {
        option.name: option for one in (topics, table) if one for option in one.options if one is table or option.named
    }
    words, flags, strange = list[str](), set[str](), list[str]()
    named: dict[str, tuple[str, ...]] = {}
    last_key = ""  # the option given just before
    goes_on = ""  # the option whose list the next piece continues
    rest = iter(joined([_option_of(piece, known) for piece in found], known, is_topical=name in _TOPICAL))
    for piece in rest:
        lowered = fold(piece.name if piece.is_dashed and not piece.sign else piece.text).lower()
        key = option_name(piece.name, known)
        is_option = bool(key) and (
            table is None or name == FREE or key in _HIDDEN_NAMES or (key in known and known[key].kind != "flag")
        )
        if last_key in _ENUMERATED and not piece.is_quoted and lowered in WORDS.one_of("words.and"):
            goes_on, last_key = last_key, ""
            continue
        if piece.is_minus:  # it leaves something out, which only a search can
            (words if name in _WORDED else strange).append(piece.text)
        elif not piece.is_quoted and not piece.sign and _flag(lowered, known):
            flags.add(_flag(lowered, known))
        elif is_option and (piece.sign or piece.is_dashed):
            if piece.is_open:
                raise Mistake("mistake.open_quote", text=piece.text)
            last = piece
            if not piece.value and not piece.is_quoted and (last := next(rest, piece)) is piece:
                strange.append(piece.text)
                continue
            named[key] = (*named.get(key, ()), piece.value if last is piece else last.text.rstrip(LIST_SIGNS))
            goes_on, last_key = (key if last.goes_on else ""), (key if name in _TOPICAL else "")
            continue
        elif piece.sign and name not in _WORDED and (piece.sign == "=" or key in WORDS["options"]):
            strange.append(piece.text)
        elif name in _TOPICAL and not piece.is_quoted and (choice := _choice(lowered, known.values())):
            named[choice] = (*named.get(choice, ()), lowered)
        elif goes_on:
            value = piece.text.rstrip(LIST_SIGNS)
            *others, before = named[goes_on]
            is_either = name not in _TOPICAL and goes_on in _ENUMERATED
            named[goes_on] = (*others, f"{before},{value}") if is_either else (*others, before, value)
            goes_on, last_key = (goes_on if piece.goes_on else ""), goes_on
            continue
        else:
            words.append(piece.text)
        goes_on = last_key = ""
    return Command(name, tuple(words), named, frozenset(flags), tuple(strange))


def _option_of(piece: Piece, known: Mapping[str, Option]) -> Piece:
    """Return a quoted piece as an option if its command has one of that name."""
    found = option(piece)
    key = option_name(found.name, known) if found else ""
    is_known = key in known and known[key].named and known[key].kind != "flag"
    return found if found and is_known else piece


def _flag(word: str, known: Mapping[str, Option]) -> str:
    """Return the flag that a word means; empty for none."""
    name = WORDS.names("flags").get(word, word)
    return name if name == "public" or (name in known and known[name].kind == "flag") else ""


def surplus(command: Command) -> tuple[str, ...]:
    """Return the parts of a command that mean nothing: unknown options, and surplus words."""
    found = verb(command.verb)
    if found is None or command.verb in _WORDED | _TOPICAL:
        return command.strange
    places = [option for option in found.options if not option.named and option.kind != "flag"]
    if any(option.kind != "date" for option in places):
        return command.strange
    words = [word for word in command.words if "/" not in word and word not in _BESIDE]
    if any(option.kind == "date" for option in places) and is_span(" ".join(words)):
        return command.strange
    return (*command.strange, *words[len(places) :])


def _choice(word: str, options: Iterable[Option]) -> str:
    """Return the option that has a bare word among its choices; empty if the word is a value or a topic."""
    return next(
        (
            o.name
            for o in options
            if o.name != "type" and (word in o.choices or (o.name in _SPOKEN and word in WORDS.names(o.name)))
        ),
        "",
    )


_SPOKEN = {"how", "min"}
"""Options whose choices have other names, in each language."""
_HIDDEN_NAMES = {"on", "feed", "zone", "lang"}
"""Options that buttons use, and that nobody has to type; any answer may be requested in another language."""
