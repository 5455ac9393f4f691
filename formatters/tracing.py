"""What became of a fix, and which commits may have broken something, in words and as data for programs."""

from dataclasses import dataclass
from typing import Any

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.i18n.language import Language
from analysis.tracing.trace import How, Role, Step, Trace, Verdict
from formatters.i18n.wording import label
from formatters.text.plain import clean

_MOST_TAGS = 8
"""Versions that are named; programs get all of them."""
_MOST_NAMING = 5
"""Commits that only name the fix: the newest ones."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of an answer: what it is, and the commit that it speaks of, if it does.

    Attributes:
        name: what it is; empty where it is what the line before is.
        text: code in backticks and no other markup; `why`: the reason for it, may be empty.
    """

    name: str
    text: str
    commit: Commit | None = None
    why: str = ""

    @property
    def when(self) -> str:
        """The day on which the commit was committed, UTC; empty without one."""
        return f"{self.commit.committed_at:%Y-%m-%d}" if self.commit else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """An answer about a history: its title, what it comes to in a sentence or two, and what that rests on."""

    title: str
    lead: str
    found: tuple[Finding, ...]
    notes: tuple[str, ...]
    language: Language


def trace_findings(made: Trace, language: Language) -> Findings:
    """Put into words what became of a fix."""

    def say(key: str, **values: object) -> str:
        return label(f"fix.{key}", language, **values)

    asked, title = clean(made.asked), clean(made.title)
    naming = [step for step in made.steps if step.role is Role.NAMES][-_MOST_NAMING:]
    steps = [step for step in made.steps if step.role is not Role.NAMES or step in naming]
    found = [
        Finding(say(step.role), clean(step.commit.subject), step.commit, _why(step, asked, language)) for step in steps
    ]
    if made.releases:
        found.append(Finding(say("releases"), _tags(made.releases, language)))
    name = title if title and title != asked else ""
    return Findings(
        say("title_named" if name else "title", repo=clean(made.repo), asked=asked, title=name),
        " ".join(filter(None, (_lead(made, language), _used(made, language)))),
        tuple(found),
        (say("by_messages"),) if made.verdict is Verdict.UNKNOWN else (),
        language,
    )


def _lead(made: Trace, language: Language) -> str:
    key: str = made.verdict
    if made.verdict is Verdict.UNKNOWN and made.is_open:
        key = "open"
    if made.verdict is Verdict.MERGED and made.releases:
        key = "candidate"
    elif made.verdict is Verdict.MERGED and made.newest:
        key = "merged_since"
    return label(
        f"fix.{key}",
        language,
        asked=clean(made.asked),
        first=clean(made.releases[0].name) if made.releases else "",
        newest=clean(made.newest.name) if made.newest else "",
    )


def _used(made: Trace, language: Language) -> str:
    if made.used is None:
        return ""
    version, has = made.used
    return label("fix.used_has" if has else "fix.used_lacks", language, version=clean(version))


def _why(step: Step, asked: str, language: Language) -> str:
    of = f"`{step.of[:7]}`" if step.of else ""
    how = "" if step.how is How.SHA else label(f"fix.by_{step.how}", language, asked=asked)
    where = "" if step.is_on_branch else label("fix.not_on_branch", language)
    return label("list.comma", language).join(filter(None, (of, how, where)))


def _tags(tags: tuple[Tag, ...], language: Language) -> str:
    names = [clean(tag.name) for tag in tags]
    more = f" +{len(names) - _MOST_TAGS}" if len(names) > _MOST_TAGS else ""
    return label("list.comma", language).join(f"`{name}`" for name in names[:_MOST_TAGS]) + more


def trace_json(made: Trace, language: Language) -> dict[str, Any]:
    """Return what became of a fix as plain data."""
    told = trace_findings(made, language)
    return {
        "repo": made.repo,
        "asked": made.asked,
        "title": made.title,
        "language": language,
        "verdict": made.verdict,
        "text": told.lead,
        "is_open": made.is_open,
        "steps": [
            {
                "role": step.role,
                "how": step.how,
                "of": step.of,
                "is_on_branch": step.is_on_branch,
                **commit_json(step.commit),
            }
            for step in made.steps
        ],
        "releases": [{"name": tag.name, "sha": tag.sha, "at": tag.at.isoformat()} for tag in made.releases],
        "newest_without": made.newest.name if made.newest else None,
        "used": {"version": made.used[0], "has_it": made.used[1]} if made.used else None,
    }


def commit_json(commit: Commit) -> dict[str, Any]:
    """Return what of a commit an answer about a history holds."""
    return {
        "sha": commit.sha, "title": commit.subject, "author": commit.author, "committed_at": commit.committed_at.isoformat(),
        "pull_request": commit.pull_request, "url": commit.url,
    }  # fmt: skip
