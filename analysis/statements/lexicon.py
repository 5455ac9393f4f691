"""The words by which prose about a change is read: one file of patterns per language that people write in."""

import re
import tomllib
from functools import lru_cache

from analysis.i18n.language import FOLDER

_WORD = re.compile(r"[A-Za-z][\w'’-]*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SINGLE = re.compile(r"(?:[a-z'?]|\\w\*|\(\?:[a-z|?]*\)\??|\[[a-z]+\]\??)+")
"""A pattern that matches single words, so that the answer can be cached per word."""


class Lexicon:
    """Compiled patterns, for all languages together.

    Attributes:
        talk: beginnings of sentences addressed to reviewers or bots; `chatter`: the same, anywhere in the sentence.
        steps: a step of work, in the imperative; `leaning`: a sentence that leans on the previous one; `pointing`: one that means
            nothing without it; `following`: its consequence; `subjectless`: a list item whose subject is above the list;
            `labels`: a comment that only spells out a name. All match at a sentence's start.
        supposed: what never happened to anybody; matches anywhere in the sentence.
    """

    def __init__(self) -> None:
        self._english, self._chinese = (
            tomllib.loads((FOLDER / name / "lexicon.toml").read_text(encoding="utf-8")) for name in ("en", "zh")
        )
        self._sections = {
            name: re.compile(
                rf"(?<!\w)(?:{'|'.join(words)})(?!\w)|{'|'.join(self._chinese['sections'][name])}", re.IGNORECASE
            )
            for name, words in self._english["sections"].items()
        }
        marks: dict[str, list[str]] = self._english["marks"]
        self._single = {
            name: _whole([word for word in words if _SINGLE.fullmatch(word)]) for name, words in marks.items()
        }
        self._phrases = {
            name: re.compile(rf"\b(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)
            for name, words in marks.items()
            if (phrases := [word for word in words if not _SINGLE.fullmatch(word)])
        }
        self._in_chinese = {name: re.compile("|".join(words)) for name, words in self._chinese["marks"].items()}
        self.talk = self._either("talk", "opens")
        self.chatter = self._either("talk", "anywhere")
        self.steps, self.leaning, self.labels = (self._begins(name) for name in ("steps", "leaning", "labels"))
        self.pointing, self.following = self._begins("pointing"), self._begins("following")
        self.subjectless = self._begins("subjectless")
        self.supposed = self._either("opens", "supposed")
        self._known: dict[str, frozenset[str]] = {}

    def section(self, heading: str) -> str:
        """Return what a heading announces (`effect`, `how`, `tests`, …); empty if unknown."""
        return next((name for name, words in self._sections.items() if words.search(heading)), "")

    def marks(self, text: str) -> set[str]:
        """Return the kinds of evidence that a sentence's words give (`trouble`, `now`, `caveat`, …)."""
        found: set[str] = set()
        for word in _WORD.findall(text):
            found |= self._of_word(word.lower())
        found |= {name for name, phrases in self._phrases.items() if name not in found and phrases.search(text)}
        if _CHINESE.search(text):
            found |= {name for name, words in self._in_chinese.items() if words.search(text)}
        return found

    def _of_word(self, word: str) -> frozenset[str]:
        known = self._known.get(word)
        if known is None:
            known = frozenset(name for name, words in self._single.items() if words.fullmatch(word))
            if len(self._known) < _MOST_WORDS:
                self._known[word] = known
        return known

    def _begins(self, name: str) -> re.Pattern[str]:
        english, chinese = self._english["opens"][name], self._chinese["opens"][name]
        return re.compile("|".join([rf"(?:{'|'.join(english)})(?!\w)", *chinese]), re.IGNORECASE)

    def _either(self, group: str, name: str) -> re.Pattern[str]:
        return re.compile("|".join([*self._english[group][name], *self._chinese[group][name]]), re.IGNORECASE)


_MOST_WORDS = 50_000


def _whole(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words) or r"(?!)")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the patterns, loaded on first use."""
    return Lexicon()
