"""Definitions that a diff removes or renames, including private ones and methods, for code that builds on exactly these."""

from collections.abc import Collection, Iterator

from analysis.commits.commit import Commit
from analysis.facts import Fact, FactKind
from analysis.i18n.patterns import Patterns
from analysis.uses.modules import module_of

_PATTERNS = Patterns(__file__)
_LONGEST = 2_000
"""Characters of a signature."""


def redefined(commit: Commit, names: Collection[str]) -> Iterator[tuple[str, Fact]]:
    """Yield each of these dotted names that a commit takes away or calls otherwise, as far as its diff shows the definition.

    A name is `module.function`, `module.Class` or `module.Class.method`.
    """
    for file in commit.files:
        module = module_of(file.old_path or file.path)
        here = {name[len(module) + 1 :]: name for name in names if module and name.startswith(f"{module}.")}
        if not here or not file.patch or file.status == "added":
            continue
        old, new = _defined(file.patch, "-"), _defined(file.patch, "+")
        for qualified, (signature, line) in old.items():
            if qualified not in here:
                continue
            now = new.get(qualified)
            if now is None:
                yield here[qualified], Fact(FactKind.NAME_REMOVED, qualified, file.path, line)
            elif signature and now[0] and signature != now[0]:
                yield here[qualified], Fact(FactKind.SIGNATURE_CHANGED, qualified, file.path, now[1], signature, now[0])


def _defined(patch: str, sign: str) -> dict[str, tuple[str, int]]:
    """Return what the hunks of one side define, by its qualified name: the signature, whole or empty, and the hunk's line."""
    found: dict[str, tuple[str, int]] = {}
    hunks = list(_PATTERNS.hunk.finditer(patch))
    for hunk, end in zip(hunks, [*(one.start() for one in hunks[1:]), len(patch)], strict=True):
        lines = patch[hunk.end() + 1 : end].split("\n")
        text = "\n".join(line[1:] for line in lines if line[:1] in {" ", sign})
        heading = _PATTERNS.defined.match(hunk["heading"])
        owner = heading["name"] if heading and heading["what"] == "class" else ""
        for one in _PATTERNS.defined.finditer(text):
            if one["what"] == "class":
                owner = one["name"] if not one["indent"] else owner
                qualified = one["name"]
            else:
                qualified = (
                    f"{owner}.{one['name']}" if one["indent"] and owner else "" if one["indent"] else one["name"]
                )
            if not one["indent"] and one["what"] != "class":
                owner = ""
            if qualified:
                found[qualified] = (_signature(text[one.start("rest") :]), int(hunk["line"]))
    return found


def _signature(rest: str) -> str:
    """Return what stands between the brackets behind a name, on one line; empty where the hunk ends before they do."""
    depth = 0
    for at, char in enumerate(rest[:_LONGEST]):
        depth += (char in "([{") - (char in ")]}")
        if char in ")]}" and not depth:
            return (
                _PATTERNS.space.sub(" ", rest[: at + 1])
                .replace("( ", "(")
                .replace(", )", ")")
                .replace(" )", ")")
                .replace(",)", ")")
            )
        if not depth and char in ":\n":
            return ""
    return ""
