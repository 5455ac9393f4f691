"""How text becomes words that SQLite's index can find, Chinese ones too, and how a question becomes a query.

Chinese has no spaces: a run of it is indexed as its pairs of characters (缓存分配 → 缓存 存分 分配), so that words of two
characters and longer ones are found, and a term that `terms.toml` knows is looked for by its English words, too. Names in
code are indexed whole and in parts (QwenImage → qwenimage qwen image).
"""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from analysis.errors import BadInput

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST_TERM = 6
_FILTER = re.compile(r"(?<!\S)(since|until|area|type|author|repo|min):(\"[^\"]*\"|\S+)", re.IGNORECASE)


def words_of(text: str) -> str:
    """Return the words of `text` for the index, separated by spaces."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if re.match(rf"[{_CJK}]", run):
            found += [run[index : index + 2] for index in range(len(run))]
            continue
        found.append(run.lower())
        parts = _CAMEL.findall(run)
        if len(parts) > 1:
            found += [part.lower() for part in parts]
    return " ".join(found)


def tag(name: str, value: str) -> str:
    """Return one word that stands for a property, such as an area; the same for every spelling of it."""
    return name + "".join(re.findall(r"[^\W_]+", value.lower()))


def query(text: str, tags: Sequence[str] = (), column: str = "") -> str:
    """Return the FTS5 query for all of the words of `text`, each a prefix (but for C++ and C#), and all of `tags` (expressions as they stand).

    https://www.sqlite.org/fts5.html#full_text_query_syntax

    Raises:
        BadInput: there is nothing to look for.
    """
    terms = []
    for found in _RUN.finditer(text):
        run = found[0]
        if re.match(rf"[{_CJK}]", run):
            pairs = [run[index : index + 2] for index in range(len(run) - 1)]
            own = f'"{" ".join(pairs)}"' if pairs else f'"{run}" *'
            english = _in_english(run)
            terms.append(f"({own} OR {english})" if english else own)
        else:
            is_name = text[found.end() : found.end() + 1] in {"+", "#"}  # C++ is not whatever begins with c
            terms.append(f'"{run.lower()}"' if is_name else f'"{run.lower()}" *')
    if column:
        terms = [f"{column} : {term}" for term in terms]
    terms += [f"tags : ({expression})" for expression in tags]
    if not terms:
        raise BadInput("There is nothing to search for: give a word, an identifier, or a filter such as area:amd.")
    return " AND ".join(terms)


def _in_english(run: str) -> str:
    """Return the query for what English commits call the terms that a run of Chinese is made of; empty if it has others."""
    found, at = [], 0
    while at < len(run):
        size = next((size for size in range(_LONGEST_TERM, 1, -1) if run[at : at + size] in _terms()), 0)
        if not size:
            return ""
        words = " OR ".join(f'"{word}" *' for word in _terms()[run[at : at + size]])
        found.append(f"({words})")
        at += size
    return " AND ".join(found)


@lru_cache(maxsize=1)
def _terms() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "terms.toml").read_text(encoding="utf-8"))


def split_filters(text: str) -> tuple[str, dict[str, list[str]]]:
    """Part a question into its words and its filters (`since:7d`, `area:amd`, `type:bugfix`, `author:"Simo Lin"` …)."""
    filters: dict[str, list[str]] = {}
    for found in _FILTER.finditer(text):
        filters.setdefault(found[1].lower(), []).append(found[2].strip('"'))
    return " ".join(_FILTER.sub(" ", text).split()), filters
