"""How the rules speak: sentences from parts, lists of names, quotations, in one language.

Parts begin small and without a full stop; a sentence is made of them at the end, so that parts can be joined at will.
"""

import re
from collections import Counter
from collections.abc import Sequence
from posixpath import basename

from analysis.chinese import spaced, translate
from analysis.entry import Language
from analysis.phrases_en import capital
from analysis.wording import listed, outside, say

MOST_NAMES = 4


class Teller:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def say(self, key: str, **values: object) -> str:
        """A sentence of `wording.toml`, as a part."""
        text = say(key, self.language, **values)
        return spaced(text) if self.language == "zh" else text

    def names(self, names: Sequence[str], most: int = MOST_NAMES) -> str:
        """Names as code: `a`, `b` and 2 more."""
        return self.first([f"`{name}`" for name in dict.fromkeys(names) if "`" not in name], most)

    def first(self, words: Sequence[str], most: int) -> str:
        """The first of many, with how many more there are."""
        shown, more = words[:most], len(words) - most
        if more <= 0:
            return self.listed(shown)
        comma = ", " if self.language == "en" else "、"
        return self.say("detail.more", names=comma.join(shown), more=more, count=len(words))

    def listed(self, words: Sequence[str]) -> str:
        """Words joined as a sentence does."""
        return listed(list(words), self.language)

    def quoted(self, text: str) -> str:
        """What somebody wrote, in quotation marks; in Chinese, if every word of it can be said so."""
        text = outside(text)
        said = translate(text) if self.language == "zh" else ""
        return said or f"“{text}”"

    def join(self, parts: Sequence[str]) -> str:
        """Parts side by side in one sentence."""
        return ("; " if self.language == "en" else "；").join(part for part in parts if part)

    def because(self, what: str, how: str) -> str:
        """A part, and behind a colon what shows it."""
        return f"{what}{': ' if self.language == 'en' else '：'}{how}" if how else what

    def sentences(self, parts: Sequence[str]) -> str:
        """Parts as sentences, one behind the other."""
        end, gap = (".", " ") if self.language == "en" else ("。", "")
        whole = [part.rstrip(" .,;:。，；：") + end for part in parts if re.search(r"\w", part)]
        return gap.join(capital(part) if self.language == "en" else part for part in whole)


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Return for each path the shortest name that tells it from the others and says something by itself."""
    paths = list(dict.fromkeys(paths))
    same = Counter(basename(path) for path in paths)
    made = {}
    for path in paths:
        name, parent = basename(path), path.rpartition("/")[0].rpartition("/")[2]
        made[path] = f"{parent}/{name}" if parent and (same[name] > 1 or name in _EVERYWHERE) else name
    return made


_EVERYWHERE = {
    "__init__.py", "utils.py", "common.py", "mod.rs", "lib.rs", "main.rs", "main.py", "index.ts", "index.js", "config.py",
    "base.py", "types.py", "constants.py", "README.md", "Dockerfile", "conftest.py",
}  # fmt: skip
