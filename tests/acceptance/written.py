"""A language model's part, written by people who saw a day and none of the checks; `answers/` holds what they wrote.

Each answer names its evidence by path, side and line; the line's own text is put there when the answers are played, so that nobody
else's words are kept here. `verdicts.json` holds what a person said who saw nothing but claims and their lines, by `key`.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from acceptance.recorded import SHARED
from servers.answers import asked_of, shape, shown

from analysis.commits.patch import hunks

Json = dict[str, Any]
ANSWERS = Path(__file__).parent / "answers"
SGLANG, VITE = "sglang-2026-01-08", "vite-2026-06-30"
FOLDERS = {SGLANG: SHARED / SGLANG, VITE: SHARED / "days" / VITE}
WRITERS = ("a", "b")
VERDICTS: dict[str, str] = json.loads((ANSWERS / "verdicts.json").read_text("utf-8"))


def rows(name: str) -> list[Json]:
    return [json.loads(line) for line in (ANSWERS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def key(day: str, sha: str, part: str, text: str) -> str:
    """Name a claim, for the verdict on it."""
    return hashlib.sha256(f"{day}{sha}{part}{text}".encode()).hexdigest()[:10]


class Lines:
    """The lines of a day that evidence points at."""

    def __init__(self, day: str) -> None:
        self._folder = FOLDERS[day]
        self._known: dict[str, dict[tuple[str, str, int], str]] = {}

    def text(self, sha: str, evidence: Json) -> str:
        """Return a line's own text; empty for one that only the whole file shows."""
        if sha not in self._known:
            self._known[sha] = dict(self._of(sha))
        side = evidence.get("side") or evidence["path"]
        return self._known[sha].get((evidence["path"] if evidence.get("side") else "", side, evidence["line"]), "")

    def _of(self, sha: str) -> Iterator[tuple[tuple[str, str, int], str]]:
        (path,) = (self._folder / "commits").glob(f"{sha}*.json")
        told = json.loads(path.read_text("utf-8"))
        texts = {"message": told["commit"]["message"], "pull_request": self._descriptions.get(told["sha"], "")}
        for name, text in texts.items():
            yield from (((("", name, number)), line) for number, line in enumerate(text.split("\n"), 1))
        for file in told["files"]:
            for hunk in hunks(file.get("patch") or ""):
                for line in hunk.lines:
                    for side, number in (("old", line.old), ("new", line.new)):
                        if number is not None:
                            yield (file["filename"], side, number), line.text

    @cached_property
    def _descriptions(self) -> dict[str, str]:
        path = self._folder / "pulls.json"
        pulls = json.loads(path.read_text("utf-8")) if path.exists() else []
        return {pull["mergeCommit"]["oid"]: pull["body"] for pull in pulls if pull.get("mergeCommit")}


class Written:
    """A writer's answers to whatever Daybrief asks of a day."""

    def __init__(self, day: str, writer: str) -> None:
        self.day, self.lines = day, Lines(day)
        found = rows(f"{day}-{writer}")
        self.whole = next(row for row in found if row["kind"] == "day")
        self.commits = {row["sha"]: row for row in found if row["kind"] == "commit"}
        self.verdicts = {
            text["text"]: VERDICTS[key(day, sha, part, text["text"])]
            for sha, row in self.commits.items()
            for part, text in texts(row)
        }

    def __call__(self, asked: Json) -> Json:
        shas = asked_of(asked)
        match shape(asked):
            case "Commits":
                return {"items": [self._item(self.commits[sha]) for sha in shas]}
            case "Day":
                kept = {name: [sha for sha in self.whole[name] if sha in shas] for name in ("must_know", "order")}
                return {**kept, "themes": self.whole["themes"]}
            case _:
                claims = re.findall(r"(?m)^## (\d+)\nClaim: (.*)$", shown(asked))
                findings = [
                    {"claim": int(number), "verdict": self.verdicts.get(text, "unclear")} for number, text in claims
                ]
                return {"findings": findings}

    def _item(self, row: Json) -> Json:
        nothing: Json = {"text": "", "before": None, "after": None, "evidence": []}
        sha = row["sha"]
        kept = {name: row[name] for name in ("sha", "importance", "why", "types", "areas", "thin")}
        claims = [{"part": claim["part"], **self.sentence(sha, claim)} for claim in row["claims"]]
        effect = self.sentence(sha, row["effect"] or nothing)
        return {**kept, "headline": self.sentence(sha, row["headline"]), "effect": effect, "claims": claims}

    def sentence(self, sha: str, said: Json) -> Json:
        """Return a sentence as a model gives it, its evidence word for word."""
        evidence = [
            {
                "side": one.get("side") or one["path"],
                "path": one["path"] if one.get("side") else "",
                "line": self.lines.text(sha, one),
            }
            for one in said["evidence"]
        ]
        return {
            "text": said["text"],
            "before": said["before"] or "",
            "after": said["after"] or "",
            "evidence": evidence,
        }


def texts(row: Json) -> Iterator[tuple[str, Json]]:
    """Yield what was written of a commit, each with its part."""
    yield "headline", row["headline"]
    if row["effect"]:
        yield "effect", row["effect"]
    yield from ((claim["part"], claim) for claim in row["claims"])
