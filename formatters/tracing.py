"""What became of a fix, which commits may have broken something, the patches of a fork: in words, and as data for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.i18n.language import Language
from analysis.sources.git_patches import Patch
from analysis.tracing.suspects import Clue, Reason, Suspect, Suspicion
from analysis.tracing.trace import How, Role, Step, Trace, Verdict
from analysis.tracing.vocabulary import named
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.text.places import code
from formatters.text.plain import clean

_MOST_TAGS = 8
"""Versions that are listed; the JSON has all of them."""
_MOST_NAMING = 5
"""Commits that only mention the fix: the newest ones; and names in a reason."""
_MOST_REASONS = 3
_WORDED = {Clue.TITLE, Clue.BODY, Clue.PATH, Clue.DIFF}
"""Reasons based on words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of an answer: what it is, and the commit it refers to, if any.

    Attributes:
        name: what it is; empty if it is the same as for the previous line.
        text: code in backticks and no other markup; `why`: the reason for it, may be empty.
    """

    name: str
    text: str
    commit: Commit | None = None
    why: str = ""

    @property
    def when(self) -> str:
        """The day the commit was committed, UTC; empty without one."""
        return f"{self.commit.committed_at:%Y-%m-%d}" if self.commit else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """An answer about a history: its title, a summary in a sentence or two, and the evidence."""

    title: str
    lead: str
    found: tuple[Finding, ...]
    notes: tuple[str, ...]
    language: Language

    @property
    def parts(self) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
        """Its lines grouped by what they are, in order."""
        return tuple((name, tuple(lines)) for name, lines in groupby(self.found, key=lambda one: one.name))


def trace_findings(made: Trace, language: Language) -> Findings:
    """Put what became of a fix into words."""

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


def suspicion_findings(made: Suspicion, areas: Areas, language: Language, most: int) -> Findings:
    """Put up to `most` suspects into words, likeliest first, each with the evidence against it."""
    old, new = clean(made.between.old.name), clean(made.between.new.name)
    about = [code(clean(made.words))] if made.words else []
    about += [areas.name(key, language) for key in made.areas]
    shown = made.suspects[:most]
    return Findings(
        label("suspects.title", language, repo=clean(made.repo), old=old, new=new),
        label(
            "suspects.lead" if about else "suspects.lead_bare",
            language,
            commits=label("report.commits", language, count=len(made.suspects)),
            about=label("list.comma", language).join(about),
        ),
        tuple(
            Finding(
                label("suspects.name", language),
                clean(one.entry.commit.subject),
                one.entry.commit,
                _against(one, made, areas, language),
            )
            for one in shown
        ),
        (label("suspects.note", language),),
        language,
    )


def _against(one: Suspect, made: Suspicion, areas: Areas, language: Language) -> str:
    # A message that only repeats its title's words is not a reason of its own.
    telling = [reason for reason in one.reasons if reason.detail or reason.clue not in _WORDED]
    return label("suspects.and", language).join(
        _reason(reason, made, areas, language) for reason in telling[:_MOST_REASONS]
    )


def _reason(reason: Reason, made: Suspicion, areas: Areas, language: Language) -> str:
    comma = label("list.comma", language)
    if reason.clue is Clue.AREA:
        names = [areas.name(key, language) for key in reason.detail if key in made.areas]
    elif reason.clue in {Clue.DEFAULT, Clue.DEPENDENCY}:
        names = [code(clean(name)) for name in reason.detail[:_MOST_NAMING]]
    elif reason.clue is Clue.SIZE:
        return label("suspects.by_size", language, count=int(reason.detail[0]))
    else:
        words = named(made.words)
        names = [f"“{clean(word)}”" for word in dict.fromkeys(words[stem] for stem in reason.detail if stem in words)]
    return label(f"suspects.by_{reason.clue}", language, names=comma.join(names))


def suspicion_json(made: Suspicion, areas: Areas, language: Language) -> dict[str, Any]:
    """Return suspects as plain data: all commits of the range."""
    old, new = made.between.old, made.between.new
    return {
        "repo": made.repo,
        "old": {"name": old.name, "sha": old.sha},
        "new": {"name": new.name, "sha": new.sha},
        "language": language,
        "words": made.words,
        "areas": list(made.areas),
        "suspects": [
            {
                **commit_json(one.entry.commit),
                "score": round(one.score, 3),
                "reasons": [
                    {
                        "clue": reason.clue,
                        "points": round(reason.points, 3),
                        "text": _reason(reason, made, areas, language),
                    }
                    for reason in one.reasons
                ],
            }
            for one in made.suspects
        ],
    }


def patches_findings(repo: str, upstream: str, fork: str, found: Sequence[Patch], language: Language) -> Findings:
    """Put the state of a fork's patches into words: what conflicts first, then what applies, then what has landed."""

    def say(key: str, **values: object) -> str:
        return label(f"patches.{key}", language, **values)

    parts = {
        "conflicts": [one for one in found if one.conflicts],
        "applies": [one for one in found if not one.conflicts and not one.landed],
        "landed": [one for one in found if one.landed],
    }
    comma = label("list.comma", language)
    lines = []
    for name, some in parts.items():
        for one in some:
            why = ""
            if one.landed:
                shown = {
                    "sha": f"`{one.landed.short}`",
                    "title": clean(one.landed.subject),
                    "when": f"{one.landed.committed_at:%Y-%m-%d}",
                }
                why = say("as_same" if one.is_same else "as_alike", **shown)
            elif one.conflicts:
                more = f" +{len(one.conflicts) - _MOST_NAMING}" if len(one.conflicts) > _MOST_NAMING else ""
                files = comma.join(code(clean(path)) for path in one.conflicts[:_MOST_NAMING]) + more
                since = one.since
                why = (
                    say(
                        "since",
                        files=files,
                        sha=f"`{since.short}`",
                        title=clean(since.subject),
                        when=f"{since.committed_at:%Y-%m-%d}",
                    )
                    if since
                    else say("in", files=files)
                )
            lines.append(Finding(say(name), clean(one.commit.subject), one.commit, why))
    counts = {name: len(some) for name, some in parts.items()}
    return Findings(
        say("title", repo=clean(repo), upstream=clean(upstream), fork=clean(fork)),
        say("lead", count=len(found), **counts),
        tuple(lines),
        (say("note"),),
        language,
    )


def patches_json(repo: str, upstream: str, fork: str, found: Sequence[Patch]) -> dict[str, Any]:
    """Return the state of a fork's patches as plain data, oldest first."""
    return {
        "repo": repo,
        "upstream": upstream,
        "fork": fork,
        "patches": [
            {
                **commit_json(one.commit),
                "landed": {**commit_json(one.landed), "has_the_same_diff": one.is_same} if one.landed else None,
                "conflicts": list(one.conflicts),
                "first_conflict": commit_json(one.since) if one.since else None,
            }
            for one in found
        ],
    }


def commit_json(commit: Commit) -> dict[str, Any]:
    """Return the fields of a commit in an answer about a history."""
    return {
        "sha": commit.sha, "title": commit.subject, "author": commit.author, "committed_at": commit.committed_at.isoformat(),
        "pull_request": commit.pull_request, "url": commit.url,
    }  # fmt: skip
