"""Tokens that go to a model for the day, and whether it sees every changed line of the product with them."""

from collections.abc import Iterator

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.moves import moves
from analysis.commits.patch import hunks
from analysis.llm.excerpt import estimate
from benchmarks.material import IS_REAL, day, digest, fresh
from benchmarks.measured import Measured


def figures() -> Iterator[Measured]:
    from servers.answers import asked_of, reader, shape, shown
    from servers.model import ModelServer

    with ModelServer(reader) as model:
        settings = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
        commits = [entry.commit for entry in digest(fresh() | settings, day().clone).entries]
        spent, asked = model.tokens_in, model.requests
    prompt = next(one["messages"][0]["content"] for one in asked if shape(one) == "Commits")
    bare = sum(estimate(f"{commit.message}\n{_full(commit)}") for commit in commits)
    naive = bare + len(commits) * estimate(prompt)
    note = f"{spent:,} in {len(asked)} calls; every full diff with one such prompt each: {naive:,}"
    budget = 60 if IS_REAL else None  # the sample's commits are small: most of what is sent is the prompt
    yield Measured("tokens in, for the day", 100 * spent / naive, "% of naive", budget, note)
    yield Measured("… against the diffs alone", 100 * spent / bare, "%", note=f"without any prompt: {bare:,}")
    texts = {sha: shown(one) for one in asked if shape(one) == "Commits" for sha in asked_of(one)}
    seen = [_is_shown(lines, texts[commit.short]) for commit in commits for lines in _product_hunks(commit)]
    yield Measured("hunks of the product not seen", seen.count(False), "", 0, f"of {len(seen)}")


def _full(commit: Commit) -> str:
    return "\n".join(
        f"diff --git a/{file.old_path or file.path} b/{file.path}\n{file.patch or ''}" for file in commit.files
    )


def _product_hunks(commit: Commit) -> Iterator[list[str]]:
    """Yield the changed lines of each hunk in product files, except moved lines; deleted files are skipped."""
    moved = moves(commit)
    for file in commit.files:
        if kind_of(file.path) is FileKind.PRODUCTION and file.status != "removed":
            for number, hunk in enumerate(hunks(file.patch or "")):
                blocks = moved.get((file.path, number), ())
                lines = [line for at, line in enumerate(hunk.lines) if not any(b.start <= at < b.end for b in blocks)]
                yield [f"{'+' if line.added else '-'}{line.text}" for line in lines if line.added or line.removed]


def _is_shown(lines: list[str], text: str) -> bool:
    """Whether the lines appear in the text in order, with only unchanged ones in between."""
    changed = "\n".join(line for line in text.split("\n") if line[:1] in {"+", "-"})
    return "\n".join(lines) in changed
