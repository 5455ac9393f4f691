"""Commits made of texts: what a file said before and after becomes a patch as git writes it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import unified_diff
from textwrap import dedent

from analysis.commits.commit import Commit, FileChange, Status
from analysis.facts import Fact, FactKind, facts_of

PATCH = """diff --git a/quill/config.py b/quill/config.py
index 1..2 100644
--- a/quill/config.py
+++ b/quill/config.py
@@ -10,3 +10,3 @@ class EngineConfig:
     page_size: int = 16
-    max_prefill_tokens: int = 8192
+    max_prefill_tokens: int = 16384
     hidden: int = 4
diff --git a/tests/test_config.py b/tests/test_config.py
--- a/tests/test_config.py
+++ b/tests/test_config.py
@@ -1,1 +1,2 @@
 import quill
+# tested
"""
"""A diff as records hold it, and the files that it changes."""

FILES = [["quill/config.py", "M", 1, 1], ["tests/test_config.py", "M", 1, 0]]

MOMENT = datetime(2026, 1, 8, 12, tzinfo=UTC)


def a_change(
    path: str, before: str | None, after: str | None, *, context: int = 3, was: str | None = None
) -> FileChange:
    """Return what `git diff` shows of a file that said `before` and says `after`; None where it is not.

    Both texts are dedented. `was` is the path before, for a file that got another one.
    """
    old, new = (dedent(text).removeprefix("\n").splitlines() if text is not None else [] for text in (before, after))
    patch = _patch(old, new, context)
    status: Status = "added" if before is None else "removed" if after is None else "renamed" if was else "modified"
    lines = patch.split("\n")
    added, deleted = (sum(line.startswith(mark) for line in lines) for mark in "+-")
    return FileChange(path, status, added, deleted, old_path=was, patch=patch or None)


def _patch(old: Sequence[str], new: Sequence[str], context: int) -> str:
    lines = list(unified_diff(old, new, n=context, lineterm=""))[2:]
    return "\n".join(f"{line} {_heading(old, line)}".rstrip() if line.startswith("@@") else line for line in lines)


def _heading(old: Sequence[str], header: str) -> str:
    """Return what git puts behind a hunk's numbers: the last line above it that begins with a letter."""
    start = int(header.removeprefix("@@ -").partition(",")[0].partition(" ")[0]) - 1
    return next((line[:80] for line in reversed(old[: max(start, 0)]) if re.match(r"[A-Za-z_$]", line)), "")


def a_commit_of(*files: FileChange, message: str = "Change things") -> Commit:
    """Return a commit that changed these files."""
    return Commit("example/quill", "a" * 40, "Ann", MOMENT, MOMENT, message, files=files)


def found(*files: FileChange, message: str = "Change things") -> list[Fact]:
    """Return the facts of a commit that changed these files."""
    return list(facts_of(a_commit_of(*files, message=message)))


def told(*files: FileChange, kinds: str | None = None) -> list[tuple[str, ...]]:
    """Return kind, name, before and after of each fact, without the empty ones at the end; `kinds` is a part of a kind."""
    facts = [fact for fact in found(*files) if kinds is None or kinds in fact.kind]
    return [_short((fact.kind.value, fact.name, fact.before, fact.after)) for fact in facts]


def _short(values: tuple[str, ...]) -> tuple[str, ...]:
    while values and not values[-1]:
        values = values[:-1]
    return values


def the_one(kind: FactKind, *files: FileChange) -> Fact:
    """Return the only fact of a kind; more or less than one fails the test."""
    (fact,) = (fact for fact in found(*files) if fact.kind is kind)
    return fact
