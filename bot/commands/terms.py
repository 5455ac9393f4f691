"""Which words of a question are search terms, and which are only courtesy."""

from analysis.i18n.typography import ENDS, LIST_SIGNS, fold
from bot.i18n.words import WORDS

_ENDS = "".join({*ENDS, *LIST_SIGNS, *"~\"'“”‘’()\uff5e\uff08\uff09"})


def terms(text: str) -> list[str]:
    """Return the words of a question without stop words."""
    found = []
    for raw in text.split():
        word = raw.strip(_ENDS)
        if not word.isascii():  # Chinese has no spaces
            for filling in WORDS["words"]["of_questions"]:
                word = word if filling.isascii() else word.replace(filling, " ")
        found += [one for one in word.split() if _plain(one) not in WORDS.one_of("words.of_questions")]
    return found


def is_thanks(text: str) -> bool:
    """Whether someone only says thank you, or goodbye."""
    return _is_only(text, "thanks")


def is_greeting(text: str) -> bool:
    """Whether someone only says hello."""
    return _is_only(text, "greetings")


def is_farewell(text: str) -> bool:
    """Whether someone only says goodbye."""
    return _is_only(text, "farewells")


def is_stop(text: str) -> bool:
    """Whether someone only wants no more messages."""
    words = [_plain(word.strip(_ENDS)) for word in text.split()]
    asked, beside = WORDS.one_of("words.stop"), WORDS.one_of("words.stopped")
    return " ".join(words) in asked or (bool(asked & set(words)) and asked | beside >= set(words))


def asks_for_news(text: str) -> bool:
    """Whether someone asks what is new, in general."""
    words, news = {_plain(word.strip(_ENDS)) for word in text.split()}, WORDS.one_of("words.of_news")
    is_asked = bool(words & WORDS.one_of("words.asks_news") and words & news)
    rest = words - WORDS.one_of("words.greetings")
    return (is_asked or any(one in text for one in news if not one.isascii())) and not terms(" ".join(rest))


def _is_only(text: str, kind: str) -> bool:
    words = {_plain(word.strip(_ENDS)) for word in text.split()}
    rest = words.difference(*(WORDS.one_of(f"words.{one}") for one in ("thanks", "greetings", "farewells")))
    return bool(words & WORDS.one_of(f"words.{kind}")) and not terms(" ".join(rest))


def _plain(word: str) -> str:
    return fold(word).lower().replace("’", "'")
