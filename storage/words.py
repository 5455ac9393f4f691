"""Turns a search into a query of SQLite's index, whose words are those of `analysis.questions.words`.

A term listed in `terms.toml` is also searched by its English equivalents.
"""

import re
from collections.abc import Sequence

from analysis.errors import BadInput
from analysis.i18n.typography import fold
from analysis.questions.words import RUN, is_chinese, terms

_LONGEST_TERM = 6


def tag(name: str, value: str) -> str:
    """Return one word that represents a property, such as an area; the same for every spelling of it."""
    return name + "".join(re.findall(r"[^\W_]+", value.lower()))


def query(text: str, tags: Sequence[str] = (), column: str = "") -> str:
    """Return the FTS5 query for all words of `text`, as prefixes (but for C++ and C#), and `tags` (raw expressions).

    https://www.sqlite.org/fts5.html#full_text_query_syntax

    Raises:
        BadInput: there is nothing to search for.
    """
    wanted, text = [], fold(text)
    for found in RUN.finditer(text):
        run = found[0]
        if is_chinese(run):
            pairs = [run[index : index + 2] for index in range(len(run) - 1)]
            own = f'"{" ".join(pairs)}"' if pairs else f'"{run}" *'
            english = _in_english(run)
            wanted.append(f"({own} OR {english})" if english else own)
        else:
            is_name = text[found.end() : found.end() + 1] in {"+", "#"}  # C++ is not the prefix c
            wanted.append(f'"{run.lower()}"' if is_name else f'"{run.lower()}" *')
    if column:
        wanted = [f"{column} : {term}" for term in wanted]
    wanted += [f"tags : ({expression})" for expression in tags]
    if not wanted:
        raise BadInput("There is nothing to search for: give a word, an identifier, or a filter such as area:amd.")
    return " AND ".join(wanted)


def _in_english(run: str) -> str:
    """Return the query for the English equivalents of a run of Chinese terms; empty if it has any other word."""
    found, at = [], 0
    while at < len(run):
        size = next((size for size in range(_LONGEST_TERM, 1, -1) if run[at : at + size] in terms()), 0)
        if not size:
            return ""
        words = " OR ".join(f'"{word}" *' for word in terms()[run[at : at + size]])
        found.append(f"({words})")
        at += size
    return " AND ".join(found)
