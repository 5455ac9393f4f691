"""False claims about the recorded day's commits: made from the day itself, and written by hand; each is wrong in one way.

A claim that is made is false because of what it is made from: a name that the commit does not hold, a number that stands
nowhere in it, what was added called removed. What the diff does not decide ("faster", "safer") is not made. Those by hand
(`false_claims.tsv`) turn round what a reader takes from title and diff; the few that are marked `meaning` nothing but
understanding finds.
"""

import csv
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from posixpath import basename

from analysis.commits.commit import Commit
from analysis.commits.patch import hunks

_IDENTIFIER = re.compile(r"\b[A-Za-z]\w*_\w+\b|\b(?:[A-Z][a-z0-9]+){2,}\b", re.ASCII)
_NUMBER = re.compile(r"(?<![\w.])\d{2,}(?![\w.])", re.ASCII)
_SETTING = re.compile(r"\b(?P<name>[A-Za-z][\w-]*[_-][\w-]*\w)[\"']?\s?[=:]\s?(?P<value>\d+)(?![\w.])", re.ASCII)
_MOST = 3
"""Claims of a kind about one commit."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A false claim about the commit whose SHA starts with `sha`, and in which way it is false."""

    sha: str
    way: str
    text: str


@dataclass(frozen=True, slots=True)
class _Diff:
    """A commit's text, and the identifiers of its product and test code by the sides on which they stand."""

    commit: Commit
    text: str
    removed: frozenset[str]
    added: frozenset[str]
    kept: frozenset[str]

    @classmethod
    def of(cls, commit: Commit) -> "_Diff":
        sides: dict[str, set[str]] = {"removed": set(), "added": set(), "kept": set()}
        for file in commit.files:
            for line in (line for hunk in hunks(file.patch or "") for line in hunk.lines):
                side = "added" if line.added else "removed" if line.removed else "kept"
                sides[side] |= set(_IDENTIFIER.findall(line.text))
        text = "\n".join([commit.message, *(f"{file.path}\n{file.old_path}\n{file.patch}" for file in commit.files)])
        return cls(commit, text, *(frozenset(sides[side]) for side in ("removed", "added", "kept")))

    def holds(self, word: str) -> bool:
        return word.lower() in self.text.lower()


def by_hand() -> list[Planted]:
    """Return the false claims that were written by hand."""
    return [Planted(*row) for row in rows("false_claims.tsv")]


def rows(name: str) -> list[list[str]]:
    """Return the rows of a file of claims beside this one."""
    with Path(__file__).with_name(name).open(encoding="utf-8") as lines:
        return [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if not row[0].startswith("#")]


def planted(commits: Sequence[Commit], seed: str = "planted") -> list[Planted]:
    """Return false claims about all of the commits, the same ones for the same seed."""
    rnd = random.Random(seed)  # noqa: S311 - a seed, no secret
    diffs = [_Diff.of(commit) for commit in commits]
    found = []
    for diff in diffs:
        others = [other for other in diffs if other is not diff]
        for way, claims in (
            ("path", _paths(diff, rnd)),
            ("another's file", _others_files(diff, others, rnd)),
            ("identifier", _identifiers(diff, rnd)),
            ("another's identifier", _others_identifiers(diff, others, rnd)),
            ("number", _numbers(diff, rnd)),
            ("value", _values(diff, rnd)),
            ("direction", _sides(diff, rnd)),
            ("order", _orders(diff, rnd)),
        ):
            texts = list(dict.fromkeys(claims))
            rnd.shuffle(texts)
            found += [Planted(diff.commit.sha, way, text) for text in texts[: _MOST if way != "order" else None]]
    return found


def _paths(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    for file in diff.commit.files[:6]:
        stem, dot, end = file.path.rpartition(".")
        wrong = f"{stem}{rnd.choice(['_utils', '_v2', '_base'])}{dot}{end}"
        if dot and not diff.holds(basename(wrong)):
            yield rnd.choice(
                ["The change is in `{}`.", "{} is changed as well.", "修改了 `{}`。", "主要改动在 {} 中。"]
            ).format(wrong)


def _others_files(diff: _Diff, others: Sequence[_Diff], rnd: random.Random) -> Iterator[str]:
    for other in rnd.sample(others, 6):
        path = rnd.choice(other.commit.files).path
        name = rnd.choice([path, basename(path)])
        if "." in name and name != "README.md" and not diff.holds(basename(path)):
            yield rnd.choice(
                [
                    "`{}` gets a new check.",
                    "Callers in `{}` must follow.",
                    "`{}` 也做了相应修改。",
                    "影响 `{}` 的调用方。",
                ]
            ).format(name)


def _identifiers(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    names = sorted(name for name in diff.added | diff.removed if name.count("_") > 1)
    for name in rnd.sample(names, min(6, len(names))):
        pieces = name.split("_")
        at = rnd.randrange(len(pieces))
        wrong = "_".join([*pieces[:at], rnd.choice(["safe", "old", "extra", "inner"]), *pieces[at + 1 :]])
        if not diff.holds(wrong):
            yield rnd.choice(
                ["`{}` is what callers use.", "It goes through {} now.", "现在由 `{}` 处理。", "调用方应改用{}。"]
            ).format(wrong)


def _others_identifiers(diff: _Diff, others: Sequence[_Diff], rnd: random.Random) -> Iterator[str]:
    for other in rnd.sample(others, 8):
        names = sorted(name for name in other.added - other.kept if "_" in name)
        name = rnd.choice(names) if names else ""
        if name and not diff.holds(name):
            yield rnd.choice(
                ["`{}` decides this.", "The check in {} is stricter.", "`{}` 的行为随之改变。", "新增{}。"]
            ).format(name)


def _numbers(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    for number in rnd.sample(range(11, 99_999), 6):
        if not diff.holds(str(number)) and number not in _counts(diff.commit):
            yield rnd.choice(
                [
                    "The limit is {} now.",
                    "It adds {} lines.",
                    "Latency falls by {} ms.",
                    "上限为 {}。",
                    "共修改 {} 行。",
                    "性能提升 {}%。",
                ]
            ).format(number)


def _counts(commit: Commit) -> set[int]:
    places = {
        int(n)
        for file in commit.files
        for n in re.findall(r"\d+", "\n".join(re.findall(r"^@@[^@]*@@", file.patch or "", re.MULTILINE)))
    }
    counts = {count for file in commit.files for count in (file.additions, file.deletions)}
    return (
        places | counts | {commit.additions, commit.deletions, commit.additions + commit.deletions, len(commit.files)}
    )


def _values(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    """Numbers that stand in the commit, or small ones, as values of names that have others."""
    for name, value in sorted({(found["name"], found["value"]) for found in _SETTING.finditer(diff.text)}):
        values = {found["value"] for found in re.finditer(rf"{re.escape(name)}\W{{1,4}}(?P<value>\d+)", diff.text)}
        wrong = str(int(value) * 2 + 1)
        near = "\n".join(
            diff.text[max(0, found.start() - 300) : found.end() + 300]
            for found in re.finditer(re.escape(name), diff.text)
        )
        if wrong not in values and not re.search(rf"(?<![\d.]){wrong}(?![\d.])", near):
            yield rnd.choice(
                [
                    "`{n} = {v}` is the new value.",
                    "`{n}` is set to {v}.",
                    "`{n}` goes from {o} to {v}.",
                    "`{n}` 设为 {v}。",
                    "`{n}` 由 {o} 改为 {v}。",
                ]
            ).format(n=name, v=wrong, o=value)


def _sides(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    paths = "\n".join(f"{file.path}\n{file.old_path}" for file in diff.commit.files)
    came, went = (
        sorted(name for name in these - those - diff.kept if name not in paths)
        for these, those in ((diff.added, diff.removed), (diff.removed, diff.added))
    )
    for name in rnd.sample(came, min(4, len(came))):
        yield rnd.choice(
            [
                "Removes `{}`.",
                "`{}` is removed.",
                "Drops the unused {}.",
                "删除了 `{}`。",
                "`{}` 已被移除。",
                "移除不再使用的 `{}`。",
            ]
        ).format(name)
    for name in rnd.sample(went, min(4, len(went))):
        yield rnd.choice(
            [
                "Adds `{}`.",
                "`{}` is added.",
                "Introduces the helper {}.",
                "新增 `{}`。",
                "`{}` 被加入。",
                "引入了 `{}` 函数。",
            ]
        ).format(name)
    for file in diff.commit.files:
        name = basename(file.path)
        if file.status in {"added", "modified"} and not any(
            basename(f.old_path or "") == name for f in diff.commit.files
        ):
            if sum(basename(f.path) == name for f in diff.commit.files) == 1:
                yield rnd.choice(["Deletes `{}`.", "删除了 `{}`。"]).format(file.path)
        elif file.status == "removed" and sum(basename(f.path) == name for f in diff.commit.files) == 1:
            yield rnd.choice(["Adds `{}`.", "新增 `{}`。"]).format(file.path)


def _orders(diff: _Diff, rnd: random.Random) -> Iterator[str]:
    """What gave way to something else, the other way round; numbers also with the wrong verb."""
    changes = list(_changed_numbers(diff))
    for old, new, name in changes:
        grows = old < new
        yield f"It goes from {new} to {old}."
        yield f"The value is {'lowered' if grows else 'raised'} from {old} to {new}."
        yield f"由 {new} 改为 {old}。"
        yield f"把它从 {old} {'降低' if grows else '提高'}到 {new}。"
        # Where a commit raises one and lowers another, a claim that does not say which is true of one of them.
        if all((one < other) is grows for one, other, _ in changes):
            yield f"该值{'降为' if grows else '提高到'} {new}。"
            yield f"{'Lowers' if grows else 'Raises'} the limit to {new}."
            if name:
                yield f"{'Lowers' if grows else 'Raises'} `{name}`."
                yield f"`{name}` {'减小' if grows else '增大'}。"
    for was, now in _replaced(diff):
        yield rnd.choice(
            [
                f"`{now}` is replaced by `{was}`.",
                f"`{now}` becomes `{was}`.",
                f"Uses `{was}` instead of `{now}`.",
                f"`{now}` 改为 `{was}`。",
            ]
        )


def _changed_numbers(diff: _Diff) -> Iterator[tuple[int, int, str]]:
    """Yield the numbers that are all that changed in a line: before, after, and a name in that line."""
    for file in diff.commit.files:
        for hunk in hunks(file.patch or ""):
            old = {_NUMBER.sub("#", line.text): line.text for line in hunk.lines if line.removed}
            for line in hunk.lines:
                was = old.get(_NUMBER.sub("#", line.text)) if line.added else None
                pairs = set(zip(_NUMBER.findall(was or ""), _NUMBER.findall(line.text), strict=False))
                changed = [(int(one), int(other)) for one, other in pairs if one != other]
                if len(changed) == 1:
                    yield (*changed[0], next(iter(_IDENTIFIER.findall(line.text)), ""))


def _replaced(diff: _Diff) -> Iterator[tuple[str, str]]:
    """Yield names of which one stands only in a removed line and the other only in the added line after it."""
    came, went = diff.added - diff.removed - diff.kept, diff.removed - diff.added - diff.kept
    for file in diff.commit.files:
        for hunk in hunks(file.patch or ""):
            for line, following in pairwise(hunk.lines):
                if line.removed and following.added:
                    was = [name for name in _IDENTIFIER.findall(line.text) if name in went]
                    now = [name for name in _IDENTIFIER.findall(following.text) if name in came]
                    yield from zip(was[:1], now[:1], strict=False)
