"""Whether what an analysis says occurs in the commit: its paths, identifiers and numbers, and which way they changed.

A claim that names a path or an identifier which the commit does not contain, or tells the change the wrong way round, is
dropped; one with a number of its own is kept and marked as the model's estimate. Words that only sound technical (GPU,
PyTorch) are no identifiers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.commits.commit import Commit
from analysis.entry import Claim
from analysis.facts.fact import Fact
from analysis.llm.verify.changes import HUNK, NO_CHANGES, Changes, groups, shas
from analysis.llm.verify.contradictions import contradicted
from analysis.llm.verify.directions import turned_round

_CODE_SPAN = re.compile(r"`([^`\n]+)`")
# ASCII throughout: Chinese puts no space between a name and the words around it.
_PATH = re.compile(
    r"(?<![\w/.@-])(?:[\w.@-]{1,200}/){1,40}[\w.@-]{0,200}\.\w+|\b[\w-]+\.(?:py|rs|go|cc|cpp|cu|cuh|h|hpp|js|ts|tsx|toml|ya?ml|json|md|sh|cmake)\b",
    re.ASCII,
)
_IDENTIFIER = re.compile(
    r"(?<![\w-])--[a-z][\w-]+|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w*\b|\b(?:[A-Z][a-z0-9]+){2,}\b|\b\w{1,80}(?:\.\w{1,80}){0,8}\(\)",
    re.ASCII,
)
_UNIT = r"(?:\s?(?:%|×|倍)|\s?(?:[xX]|ms|us|[KMGT]i?B)(?!\w))"
_NUMBER = re.compile(
    rf"(?<![\w.])\d[\d,]*(?:\.\d+)*(?:{_UNIT}|(?!\w|\.\d))|[一二两三四五六七八九十百千]{{1,6}}(?:倍|成(?=[^一-鿿]|$))",
    re.ASCII,
)
_HAS_UNIT = re.compile(rf"{_UNIT}$", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*", re.ASCII)
_PLAIN_NUMBER = re.compile(r"\d[\d,_]*(?:\.\d+)*", re.ASCII)
_WHOLE_NUMBER = re.compile(r"(?<![\w.])\d[\d,_]*(?:\.\d+)*", re.ASCII)
_SENTENCE = re.compile(r"((?<=[。！？])\s*|(?<=[.!?])\s+(?=[^a-z\s]))")
_KNOWN = {
    "PyTorch", "GitHub", "OpenAI", "JavaScript", "TypeScript", "NumPy", "TensorFlow", "DeepSeek", "HuggingFace", "TensorRT",
    "CuBLAS", "RoCm", "FlashAttention", "FlashInfer", "MoE", "LoRA", "CoT", "IPv4", "IPv6", "YouTube", "LinkedIn", "CMake",
    "FastAPI", "ChatGPT", "GraphQL", "PostgreSQL", "MySQL", "JSON", "DevOps", "macOS", "iOS", "README", "WebSocket", "Node.js",
    "Vue.js", "Next.js", "Three.js", "D3.js",
}  # fmt: skip
# A number that is said to be a name's value: `size = 3`, "`size` goes from 2 to 3", "`size` 改为 3".
_TIED = re.compile(
    r"(?:`(?P<code>[\w.-]{2,80})`|\b(?P<bare>[A-Za-z]{1,60}_\w{1,60}))(?P<between>[^`.;。；\n]{0,60}?)"
    r"(?:=|:|\b(?:to|from|of|is|was|be|at|as)|[从到为至以成由])\s?(?P<number>-?\d[\d,_]{0,20}(?:\.\d{1,9}){0,4})(?![\w.]*\d)(?!\s?[%×倍])",
    re.ASCII,
)
_ASSIGNED = re.compile(
    r"^-{0,2}(?P<name>[A-Za-z][\w.-]{0,80})\s*[=:]\s*(?P<number>-?\d[\d,_]{0,20}(?:\.\d{1,9})?)$", re.ASCII
)
_NEAR = 3
"""How many lines a value may stand away from its name: a call goes over several."""
_SHORT_SHA = re.compile(r"[0-9a-f]{7,40}")
_BARE_SHA = re.compile(r"(?<![\w.-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w.-]\w)", re.ASCII)
_SMALL = 10
_LONGEST_COUNT = 10


@dataclass(frozen=True)
class Ground:
    """What something contains, for looking claims up in it.

    Attributes:
        text: everything that is written in it.
        files: the paths that it touches, old ones too.
        counts: numbers that count it and need not be written anywhere: of lines and files, in all, each,
            and by kind and status; of a line in its file; by how much a number changed.
        changes: what it takes away and what it brings, if that is known.
    """

    text: str
    files: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    changes: Changes = NO_CHANGES

    @classmethod
    def of(cls, commit: Commit, facts: Iterable[Fact] = ()) -> "Ground":
        """The ground of a commit, of which these facts are known: its message, paths, patches and counts."""
        files = commit.files
        parts = [commit.sha, commit.author, commit.message, *(brought.subject for brought in commit.brought)]
        parts += [f"{file.path}\n{file.old_path or ''}\n{HUNK.sub('', file.patch or '')}" for file in files]
        counts = [int(place) for file in files for hunk in HUNK.findall(file.patch or "") for place in hunk if place]
        for some in groups(files):
            added, deleted = sum(file.additions for file in some), sum(file.deletions for file in some)
            counts += [added, deleted, added + deleted, len(some)]
        paths = [path for file in files for path in (file.path, file.old_path) if path]
        changes = Changes.of(commit, facts)
        counts += [int(abs(new - old)) for old, new, _ in changes.numbers]
        return cls("\n".join(parts), tuple(paths), tuple(counts), changes)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its identifiers, and their parts, in lower case."""
        found = set()
        for name in _TOKEN.findall(self.text):
            found |= {name.lower(), name.lower().strip("_")}
        return frozenset(found)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Its files' paths and their last parts, old ones too."""
        found = set()
        for path in self.files:
            pieces = path.split("/")
            found |= {"/".join(pieces[index:]) for index in range(len(pieces))}
            found |= {"/".join(pieces[:index]) for index in range(1, len(pieces))}
        return frozenset(found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers that are written in it."""
        return frozenset(_plain(number) for number in _PLAIN_NUMBER.findall(self.text))

    def has_path(self, path: str) -> bool:
        """Whether it touches or mentions this path."""
        plain = path.strip().removeprefix("./").strip("/")
        return plain in self.paths or (bool(plain) and _occurs(self.text, plain))

    def has_name(self, name: str) -> bool:
        """Whether it contains this identifier or piece of code, written in whatever case, with or without `()`.

        A qualified name may be put together from parts that stand apart in a diff; a flag may not.
        """
        plain = name.strip("`'\"() ").removesuffix("()")
        if not plain or plain in _KNOWN or _occurs(self.text, plain) or self._has_sha(plain):
            return True
        if _occurs(self.text, f"-D{plain}"):  # cmake and compilers take definitions so
            return True
        if not all(self._has_flag(flag) for flag in _FLAG.findall(plain)):
            return False
        parts = [part.lower() for part in _TOKEN.findall(_FLAG.sub(" ", plain))]
        return bool(parts or _FLAG.search(plain)) and all(part in self.names for part in parts)

    def _has_sha(self, name: str) -> bool:
        """Whether it holds a SHA that this is the start of."""
        return bool(_SHORT_SHA.fullmatch(name)) and any(sha.startswith(name) for sha in self._shas)

    @cached_property
    def _shas(self) -> tuple[str, ...]:
        return shas(self.text)

    def _has_flag(self, flag: str) -> bool:
        # clap and typer make a flag of a field's name: `model_checksum` proves `--model-checksum`, and `port:` proves `--port`.
        field = flag.lstrip("-").replace("-", "_").lower()
        declared = rf"(?<![\w-]){re.escape(field)}\s?:\s?\w"
        return (
            _occurs(self.text, flag) or ("_" in field and field in self.names) or bool(re.search(declared, self.text))
        )

    def has_pair(self, name: str, number: str) -> bool:
        """Whether a name that it holds and this number stand on one line, or a few lines apart."""
        plain, found = _plain(number), 0
        for index, line in enumerate(self._lines):
            if _occurs(line, name):
                found += 1
                around = self._lines[max(0, index - _NEAR) : index + _NEAR + 1]
                near = [line, *(other for other in around if other[:1] in {"+", "-", " "})]
                if any(_plain(other) == plain for one in near for other in _WHOLE_NUMBER.findall(one)):
                    return True
        return not found

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def has_number(self, number: str) -> bool:
        """Whether it contains this number, or is counted by it; small counts say nothing and pass, measurements do not."""
        plain = _plain(number)
        if plain in self.numbers or number.strip() in self.text:
            return True
        is_count = plain.isdigit() and len(plain) < _LONGEST_COUNT and not _HAS_UNIT.search(number)
        return is_count and (int(plain) <= _SMALL or int(plain) in self.counts)


def _occurs(text: str, piece: str) -> bool:
    """Whether `piece` stands in `text` as a whole, not as a part of a longer word, nor a flag as a part of a longer flag."""
    at = text.find(piece)
    while at >= 0:
        end = at + len(piece)
        before, after = text[at - 1 : at] if at else "", text[end : end + 2]
        is_part = (_is_word(before) and _is_word(piece[:1])) or (_is_word(after[:1]) and _is_word(piece[-1:]))
        is_longer_flag = piece.startswith("-") and (before == "-" or (after[:1] == "-" and _is_word(after[1:])))
        if not is_part and not is_longer_flag:
            return True
        at = text.find(piece, at + 1)
    return False


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _plain(number: str) -> str:
    digits = re.sub(r"[^\d.]", "", number, flags=re.ASCII).strip(".")
    if digits.count(".") == 1:
        digits = digits.rstrip("0").rstrip(".")
    return digits or number


def ungrounded(text: str, ground: Ground) -> tuple[list[str], list[str]]:
    """Return what in `text` the commit does not bear out: paths, identifiers and turned round clauses; and numbers."""
    wrong: list[str] = []
    numbers: list[str] = []
    rest = text
    for span in _CODE_SPAN.findall(text):
        rest = rest.replace(f"`{span}`", " ")
        inner = span.strip()
        if ground.has_path(inner) or _occurs(ground.text, inner):
            continue
        numbers += _own_numbers(inner, ground)
        is_path = bool(_PATH.fullmatch(inner)) and inner not in _KNOWN
        if is_path or (re.search(r"[A-Za-z_]", inner) and not ground.has_name(inner)):
            wrong.append(inner)
    wrong += [path for path in _PATH.findall(rest) if not ground.has_path(path) and path not in _KNOWN]
    rest = _PATH.sub(" ", rest)
    wrong += [name for name in _IDENTIFIER.findall(rest) if not ground.has_name(name)]
    wrong += [sha for sha in _BARE_SHA.findall(rest) if not ground.has_name(sha)]
    numbers += _own_numbers(_IDENTIFIER.sub(" ", rest), ground)
    wrong += dict.fromkeys([*turned_round(text, ground.changes), *contradicted(text, ground.changes)])
    return wrong, numbers or _untied(text, ground)


def _untied(text: str, ground: Ground) -> list[str]:
    """Return the numbers that the commit holds, but not as the value of the name which `text` gives them to."""
    found = [match for code in _CODE_SPAN.findall(text) if (match := _ASSIGNED.match(code.strip()))]
    values = [(match["name"], match["number"]) for match in found]
    for match in _TIED.finditer(text):
        name = match["code"] or match["bare"]
        if not _PATH.fullmatch(name):
            values.append((name, match["number"]))
            # "from 2 to 3" gives the name both.
            onward = re.match(
                r"\s?(?:to|[到至为成改]{1,2})\s?(-?\d[\d,_]{0,20}(?:\.\d{1,9}){0,4})", text[match.end() :], re.ASCII
            )
            values += [(name, onward[1])] if onward else []
    return [number for name, number in values if not ground.has_pair(name.rpartition(".")[2], number.lstrip("-"))]


def _own_numbers(text: str, ground: Ground) -> list[str]:
    return [found[0].strip() for found in _NUMBER.finditer(text) if not ground.has_number(found[0])]


def keep_grounded(claims: Iterable[Claim], ground: Ground) -> tuple[tuple[Claim, ...], int]:
    """Return the claims that the commit bears out, those with numbers of their own marked, and how many were dropped."""
    kept, dropped = [], 0
    for claim in claims:
        wrong, numbers = ungrounded(claim.text, ground)
        if wrong or not claim.text.strip():
            dropped += 1
            continue
        paths = tuple(path for path in claim.paths if ground.has_path(path))
        kept.append(replace(claim, paths=paths, estimate=claim.estimate or bool(numbers)))
    return tuple(kept), dropped


def keep_sentences(text: str, ground: Ground) -> tuple[str, int]:
    """Return the sentences of `text` without a path, an identifier or a number of its own, and how many were dropped."""
    pieces = _SENTENCE.split(text.strip())
    kept, dropped = [], 0
    for sentence, gap in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if not sentence:
            continue
        if ungrounded(sentence, ground) == ([], []):
            kept.append(sentence + gap)
        else:
            dropped += 1
    return "".join(kept).strip(), dropped
