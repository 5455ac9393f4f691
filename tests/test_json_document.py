"""The digest as JSON, and the schema that describes it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, SAMPLE_NOW
from made import a_commit, a_digest, an_analysis, an_entry, the_sample

from analysis.commits.commit import Brought, FileChange
from analysis.commits.pull_request import Gap, Unread
from analysis.digest.digest import SCHEMA_VERSION, Average, Digest, RunCard
from analysis.digest.follow_ups import FollowUp, FollowUpKind
from analysis.digest.stories import Earlier, Story, StoryKind
from analysis.entry import Aspect, Claim, Theme, Usage
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.triage.triage import Importance
from formatters.json_document import document, documents, entry_document, schema

SCHEMA = ROOT / "docs" / "digest.schema.json"


def as_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def strict(described: Any) -> Any:
    """The schema, in which an object has no field that is not described."""
    if isinstance(described, dict):
        closed = {"additionalProperties": False} if "properties" in described else {}
        return {key: strict(value) for key, value in described.items()} | closed
    return [strict(value) for value in described] if isinstance(described, list) else described


def check(data: object) -> None:
    jsonschema.validate(
        json.loads(json.dumps(data)),
        strict(schema()),
        jsonschema.Draft202012Validator,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def a_full_day() -> Digest:
    """A digest with something in every field."""
    claim = Claim("It waits.", ("quill/a.py",), Aspect.PERFORMANCE, unchecked=True)
    analysis = an_analysis(
        effect="e", impact=(claim,), insight=(claim,), risks=(claim,), recommendations=(claim,), unseen=("a",),
        importance=Importance.HIGH, dropped=1, stands_in="s",
    )  # fmt: skip
    commit = a_commit(
        login="priya", url="https://github.com/o/r/commit/a", brought=(Brought("a" * 40, "One"),), more_files=True,
        files=(FileChange("b.py", "renamed", 1, 1, "a.py", "@@", "too large"),),
    )  # fmt: skip
    facts = tuple(Fact(kind, "n", "p", 1, "1", "2", "d") for kind in FactKind)
    entry = replace(an_entry(commit, "high", facts=facts, analysis=analysis), late=True)
    unread = replace(an_entry(), analysis=None)
    story = Story(StoryKind.REVERT, (commit.sha,), commit.sha, Earlier("a" * 40, "t", commit.committed_at, "u"))
    follow_up = FollowUp(
        FollowUpKind.FIX, "a" * 40, 1, "t", date(2026, 3, 9), Importance.LOW, ("docs",), "b" * 40, 2, 1, "a", "q", "u"
    )
    return a_digest(
        entry, unread, stories=(story,), overview=(Theme("t", (commit.sha,)),), before=Average(2, 1.5, 1, 1, 1),
        run=RunCard("m-1", "3", 1, 1, 1, Usage(1, 1, 1, 1, 1, 1.0), 0.1, 1.0, ("n",), Unread(Gap.LIMIT, 1), 1),
        notes=("n",), area="docs", follow_ups=(follow_up,),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_day(
    quill: Path,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    golden: Callable[[str, str], None],
    language: Language,
) -> None:
    """As it lies in tests/golden, to be read; it is as the schema says."""
    monkeypatch.chdir(tmp_path)
    digest, _ = the_sample(quill, environ, SAMPLE_NOW, language)
    made = document(digest)
    check(made)
    golden(f"quill.{language}.json", as_json(made))


def test_the_schema_in_the_documentation_is_the_codes(request: pytest.FixtureRequest) -> None:
    """`--update-golden` writes it."""
    if request.config.getoption("--update-golden"):
        SCHEMA.parent.mkdir(exist_ok=True)
        SCHEMA.write_text(as_json(schema()), encoding="utf-8")
    assert SCHEMA.read_text("utf-8") == as_json(schema())


def test_the_schema_is_a_schema() -> None:
    """Of the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("digest", [a_full_day(), a_digest()], ids=["full", "empty"])
def test_any_digest_is_as_the_schema_says(digest: Digest) -> None:
    """With everything in it or nothing, alone or with others."""
    check(document(digest))
    check(documents([digest, digest]))


def test_the_schema_refuses_what_is_no_digest() -> None:
    """It describes something."""
    wrong: Any
    for wrong in ({}, {"schema_version": SCHEMA_VERSION}, document(a_digest()) | {"entries": [{}]}, []):
        with pytest.raises(jsonschema.ValidationError):
            check(wrong)


def test_one_digest_stands_alone_and_several_in_a_list() -> None:
    """Whoever asks for one repository need not take a list apart."""
    digest = a_digest(an_entry())
    assert documents([digest]) == document(digest)
    assert documents([digest, digest]) == {
        "schema_version": SCHEMA_VERSION,
        "digests": [document(digest), document(digest)],
    }


def test_what_is_counted_stands_beside_what_it_is_counted_from() -> None:
    """A program need not count again."""
    entry = an_entry(a_commit("Fix it (#7)"), "high")
    made = document(a_digest(entry))
    commit = made["entries"][0]["commit"]
    assert (commit["short"], commit["subject"], commit["pull_request"]) == (entry.commit.short, "Fix it (#7)", 7)
    assert (commit["additions"], commit["deletions"]) == (1, 1)
    assert made["must_know"] == [entry.commit.sha]
    assert made["statistics"]["by_importance"] == {"high": 1, "medium": 0, "low": 0}
    assert made["coverage"]["commits"] == 1
    assert made["window"]["start"] == "2026-03-11T16:00:00Z"
    assert commit["committed_at"] == "2026-03-12T04:00:00Z"


def test_patches_are_left_out() -> None:
    """They are the repository's, and large."""
    assert "@@" not in as_json(document(a_digest(an_entry())))


def test_text_is_given_as_it_is() -> None:
    """JSON needs no escaping of ours: a program gets what the author wrote."""
    text = "*bold* <b> @everyone `a|b` 缓存\u202e"
    made = document(a_digest(an_entry(a_commit(text))))
    assert made["entries"][0]["commit"]["message"] == text


def test_one_entry_is_as_it_stands_in_a_digest() -> None:
    """Commands give single ones."""
    entry = an_entry()
    assert entry_document(entry) == document(a_digest(entry))["entries"][0]
