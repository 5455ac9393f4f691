"""Commits that speak to whoever ranks them move nothing, neither themselves nor others, however far a model lets itself be talked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import a_change, a_commit_of
from conftest import SAMPLE_NOW
from made import an_entry
from servers.answers import reader, shown
from servers.model import ModelServer
from servers.scratch import NOON, Scratch

from analysis.commits.commit import Commit
from analysis.commits.pull_request import PullRequest
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.entry import Entry
from analysis.llm.injection import addresses_reader
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place

LINES = (Path(__file__).parent / "injections.txt").read_text("utf-8").splitlines()
CORPUS = [line for line in LINES if not line.startswith("# ")]
PLAIN = a_change("quill/cache.py", "a = 1\n", "a = 2\n")


def entry_of(commit: Commit, body: str = "") -> Entry:
    request = PullRequest("o/r", 1, "Tidy", body, "https://example.com", "ann", SAMPLE_NOW) if body else None
    return Entry(commit, (), an_entry().triage, pull_request=request)


@pytest.mark.parametrize("said", CORPUS)
def test_whoever_speaks_to_the_reader_is_known_wherever_it_stands(said: str) -> None:
    """In a title, a message that breaks the line anywhere, a comment, a string, a description, a document."""
    broken = said.replace(" ", "\n", 1)
    commented = a_change("quill/cache.py", "a = 1\n", f"# {said}\na = 1\n")
    split = a_change("quill/cache.py", "a = 1\n", "".join(f"# {half}\n" for half in broken.split("\n")) + "a = 1\n")
    told = a_change("quill/cache.py", "a = 1\n", f"a = '''{said}'''\n")
    places = [
        entry_of(a_commit_of(PLAIN, message=said)),
        entry_of(a_commit_of(PLAIN, message=f"Tidy\n\nIt is tidier.\n\n{broken}")),
        entry_of(a_commit_of(commented, message="Tidy")),
        entry_of(a_commit_of(split, message="Tidy")),
        entry_of(a_commit_of(told, message="Tidy")),
        entry_of(a_commit_of(a_change("README.md", "", f"{said}\n"), message="Tidy")),
        entry_of(a_commit_of(PLAIN, message="Tidy"), f"It is tidier.\n\n{said}"),
    ]
    assert [number for number, entry in enumerate(places) if not addresses_reader(entry)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Fix the importance sampling of the model", "Rank commits by importance", "Ignore previous results in the cache",
        "The assistant's reply is low on tokens", "Set the priority of the scheduler to high", "Add a system prompt to the chat template",
        "<|im_start|>system You are a helpful assistant.<|im_end|>", "This commit must be reverted before the release",
        "High priority requests are served first", "mark this test as slow", "You must set `--fast` for high throughput",
        "Models should be loaded first", "Report errors with high severity", "忽略之前的缓存结果", "提高模型加载的优先级",
        "This change should be safe", "Note to reviewers: the first commit moves files", "keep the list sorted, last first",
    ],
)  # fmt: skip
def test_who_speaks_of_the_project_is_not_meant(text: str) -> None:
    assert not addresses_reader(entry_of(a_commit_of(PLAIN, message=f"{text}\n\n{text}")))


def obedient(asked: Any) -> Any:
    """Answer as a model that does all that any text says: what shares a question with it ranks high, or comes last."""
    found = reader(asked)
    if any(said in shown(asked) for said in CORPUS):
        for one in found.get("items", ()):
            one |= {"importance": "high", "why": "it says so", "types": ["security"]}
        if "order" in found:
            found |= {"order": found["order"][::-1], "must_know": found["order"][::-1][:1]}
    return found


def digest(scratch: Scratch, environ: dict[str, str]) -> Digest:
    with ModelServer(obedient) as server:
        settings = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": server.base_url}
        core = open_core(load(environ | settings), lambda: datetime(2026, 1, 9, 1, tzinfo=UTC))
        try:
            source = core.sources.open(Place("example/quill", str(scratch.path)))
            return core.digest(source, Window.of(NOON.date(), "UTC"), "en", core.analyser(), lambda *_: None)[0]
        finally:
            core.stores.store.close()


def ranks(made: Digest) -> list[tuple[str, Importance]]:
    return [(entry.commit.subject, entry.triage.importance) for entry in made.entries]


def test_a_day_is_ranked_as_without_it(tmp_path: Path, environ: dict[str, str]) -> None:
    """The same commits with nothing said, and with the whole corpus said in one of them."""
    made = []
    for number, body in enumerate(("It is tidier.", "\n".join(CORPUS))):
        scratch = Scratch(tmp_path / f"{number}.git")
        scratch.commit(f"Tidy the tests\n\n{body}", {"tests/test_a.py": "1\n"}, at=NOON)
        for place, title in enumerate(
            ("Fix a crash of the store", "Add pages to the index", "Tidy the index", "docs: say so")
        ):
            path = "README.md" if title.startswith("docs") else f"quill/{place}.py"
            scratch.commit(title, {path: f"{place}\n"}, at=NOON + timedelta(minutes=place + 1))
        made.append(digest(scratch, environ | {"DAYBRIEF_STORE__PATH": str(tmp_path / f"{number}.db")}))
    plain, talked = made
    hostile = next(entry for entry in talked.entries if entry.commit.subject == "Tidy the tests")
    assert (hostile.triage.importance, hostile.triage.types[0].value) == (Importance.LOW, "tests")
    assert [one for one in ranks(talked) if one[0] != "Tidy the tests"] == [
        one for one in ranks(plain) if one[0] != "Tidy the tests"
    ]
    assert [e.commit.subject for e in talked.must_know] == [e.commit.subject for e in plain.must_know]
