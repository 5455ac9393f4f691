"""Whether what an analysis says occurs in the commit: its paths, identifiers and numbers.

A claim that names a path or an identifier which the commit does not contain is dropped; one with a number of its own is
kept and marked as the model's estimate. Words that only sound technical (GPU, PyTorch) are no identifiers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.commit import Commit
from analysis.entry import Claim

_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(
    r"(?<![\w/])(?:[\w.@-]+/)+[\w.@-]+\.\w+|\b[\w-]+\.(?:py|rs|go|cc|cpp|cu|cuh|h|hpp|js|ts|tsx|toml|ya?ml|json|md|sh|cmake)\b"
)
_IDENTIFIER = re.compile(
    r"(?<![\w-])--[a-z][\w-]+|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w*\b|\b(?:[A-Z][a-z0-9]+){2,}\b|\b\w+(?:\.\w+)*\(\)"
)
_NUMBER = re.compile(
    r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)\s?(?:%|×|x\b|ms\b|倍)?|[一二三四五六七八九十百千]+(?:倍|成)"
)
_TOKEN = re.compile(r"[A-Za-z_]\w*")
_PLAIN_NUMBER = re.compile(r"\d[\d,_]*(?:\.\d+)?")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")
_KNOWN = {
    "PyTorch", "GitHub", "OpenAI", "JavaScript", "TypeScript", "NumPy", "TensorFlow", "DeepSeek", "HuggingFace", "TensorRT",
    "CuBLAS", "RoCm", "FlashAttention", "FlashInfer", "MoE", "LoRA", "CoT", "IPv4", "IPv6", "YouTube", "LinkedIn", "CMake",
    "FastAPI", "ChatGPT", "GraphQL", "PostgreSQL", "MySQL", "JSON", "DevOps",
}  # fmt: skip
_SMALL = 10


@dataclass(frozen=True)
class Ground:
    """What something contains, for looking claims up in it.

    Attributes:
        text: everything that is written in it.
        files: the paths that it touches, old ones too.
        counts: numbers that count it and need not be written anywhere: lines, files.
    """

    text: str
    files: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, commit: Commit) -> "Ground":
        """The ground of a commit: its message, paths, patches and counts."""
        files = commit.files
        parts = [commit.sha, commit.author, commit.message, *(brought.subject for brought in commit.brought)]
        parts += [f"{file.path}\n{file.old_path or ''}\n{file.patch or ''}" for file in files]
        counts = [commit.additions, commit.deletions, commit.additions + commit.deletions, len(files)]
        counts += [count for file in files for count in (file.additions, file.deletions)]
        paths = [path for file in files for path in (file.path, file.old_path) if path]
        return cls("\n".join(parts), tuple(paths), tuple(counts))

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
        """The numbers that it contains or that count it: lines, files."""
        found = {_plain(number) for number in _PLAIN_NUMBER.findall(self.text)}
        return frozenset(found | {str(count) for count in self.counts})

    def has_path(self, path: str) -> bool:
        """Whether it touches or mentions this path."""
        return path.strip("/") in self.paths or path in self.text

    def has_name(self, name: str) -> bool:
        """Whether it contains this identifier, written in whatever case, with or without `()`."""
        plain = name.strip("`'\"() ").removesuffix("()")
        if not plain or plain in _KNOWN or plain in self.text:
            return True
        parts = [part.lower() for part in _TOKEN.findall(plain)]
        return bool(parts) and all(part in self.names for part in parts)

    def has_number(self, number: str) -> bool:
        """Whether it contains this number; small counts say nothing and pass."""
        plain = _plain(number)
        if plain in self.numbers:
            return True
        return plain.isdigit() and int(plain) <= _SMALL and "%" not in number


def _plain(number: str) -> str:
    return re.sub(r"[^\d.]", "", number).rstrip(".") or number


def ungrounded(text: str, ground: Ground) -> tuple[list[str], list[str]]:
    """Return the paths and identifiers in `text` that the commit does not contain, and the numbers."""
    wrong: list[str] = []
    rest = text
    for span in _CODE_SPAN.findall(text):
        rest = rest.replace(f"`{span}`", " ")
        inner = span.strip()
        if not (ground.has_path(inner) or ground.has_name(inner)):
            wrong.append(inner)
    wrong += [path for path in _PATH.findall(rest) if not ground.has_path(path) and not ground.has_name(path)]
    rest = _PATH.sub(" ", rest)
    wrong += [name for name in _IDENTIFIER.findall(rest) if not ground.has_name(name)]
    bare = _IDENTIFIER.sub(" ", rest)
    numbers = [found[0].strip() for found in _NUMBER.finditer(bare) if not ground.has_number(found[0])]
    return wrong, numbers


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
    sentences = [sentence for sentence in _SENTENCE.split(text.strip()) if sentence]
    kept = [sentence for sentence in sentences if ungrounded(sentence, ground) == ([], [])]
    chinese = bool(re.search(r"[\u3400-\u9fff]", text))
    return ("" if chinese else " ").join(kept), len(sentences) - len(kept)
