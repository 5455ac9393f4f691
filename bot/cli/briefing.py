"""A briefing: digests of one or more repositories, filtered as requested and written in a format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import Step
from analysis.digest.scope import EVERYTHING, Scope, check_glob
from analysis.digest.touching import touching
from analysis.entry import RULES, Analyser, Entry
from analysis.errors import BadInput, Problem
from analysis.i18n.language import Language
from analysis.sources.several_branches import check_branches, is_pattern
from analysis.triage.areas import Areas
from analysis.uses import Uses
from bot.commands.queries import area_key, change_type, importance
from bot.digests.core import Core
from bot.digests.releases import follow_tags
from bot.digests.repositories import Place

if TYPE_CHECKING:
    from analysis.sources import CommitSource
    from bot.platforms.outlet import Outlets


def today(core: Core, zone: str) -> date:
    """Return today's date in a zone."""
    return core.now().astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters for a digest, None for no filter; and what its reader uses."""

    area: str | None = None
    least: str | None = None
    author: str | None = None
    kind: str | None = None
    uses: Uses | None = None
    scope: Scope = EVERYTHING

    def check(self) -> None:
        """Raise BadInput for an invalid value before any work is done (areas are known only afterwards)."""
        if self.least is not None:
            importance(self.least)
        if self.kind is not None:
            change_type(self.kind)
        for glob in self.scope.paths:
            check_glob(glob)

    def of(self, digest: Digest, areas: Areas) -> Digest:
        """Return the digest with only what was chosen."""
        if self.area is not None:
            digest = digest.only(area_key(self.area, areas))
        if self.least or self.author or self.kind:
            digest = digest.keep(entry for entry in digest.entries if self._fits(entry))
        return touching(digest, self.uses) if self.uses else digest

    def _fits(self, entry: Entry) -> bool:
        if self.least and entry.triage.importance.rank < importance(self.least).rank:
            return False
        if self.kind and change_type(self.kind) not in entry.triage.types:
            return False
        names = f"{entry.commit.author} {entry.commit.login or ''}".lower()
        return not self.author or self.author.strip().lstrip("@").lower() in names


def make(
    core: Core,
    place: Place,
    window: Window,
    language: Language,
    analyser: Analyser,
    choice: Choice,
    branch: str | None,
    step: Step,
) -> tuple[Digest, Areas]:
    """Make one repository's digest and filter it.

    Raises:
        BadInput: labels are asked for, and pull requests are not read.
    """
    if choice.scope.labels and not core.settings.github.knows_labels:
        raise BadInput(
            "--label needs the labels of pull requests, which are not read: set [github] token, and leave pull_requests on."
        )
    if core.sources.has_free_tags(place):
        follow_tags(core.stores, core.sources.open(place))
    source: CommitSource
    if branch is not None and is_pattern(branch):
        source = core.sources.branches(place, check_branches(branch.split(",")))
    else:
        source = core.sources.open(place, branch)
    digest, areas = core.digest(source, window, language, analyser, step)
    return choice.of(core.memory.within(digest, choice.scope), areas), areas


def write(made: Sequence[tuple[Digest, Areas]], form: str, *, width: int, colour: bool) -> str:
    """Format digests as `terminal`, `markdown` or `json`; several as parts of one briefing."""
    if form == "json":
        from formatters.json_document import documents
        from formatters.text.json_text import json_text

        return json_text(documents([digest for digest, _ in made]), 1) + "\n"
    if form == "markdown":
        from formatters.markdown.report import markdown

        return "\n---\n\n".join(
            markdown(digest, areas, part=number if len(made) > 1 else 0)
            for number, (digest, areas) in enumerate(made, 1)
        )
    from formatters.terminal.report import terminal

    return ("\n" + "─" * width + "\n\n").join(
        terminal(digest, areas, width=width, colour=colour) for digest, areas in made
    )


def outlets(core: Core, names: Sequence[str]) -> "Outlets":
    """Return the configured outlets; raises BadInput for an unknown name, before any work is done."""
    from bot.platforms.outlet import Outlets

    found = Outlets(core.settings.outlets)
    for name in names:
        found.check(name)
    return found


def send(made: Sequence[tuple[Digest, Areas]], outlets: "Outlets", names: Sequence[str]) -> list[Problem]:
    """Send digests to outlets and return the errors: a failing outlet does not affect the others."""
    from formatters.outline import outline
    from formatters.reply import DigestPost

    problems: list[Problem] = []
    for digest, areas in made:
        for name in names:
            try:
                outlets.send(name, DigestPost(outline(digest, areas)))
            except Problem as problem:
                problems.append(problem)
    return problems


def remarks(digest: Digest) -> list[str]:
    """Return what someone who sees only the terminal must know about how the digest was made."""
    cover = digest.coverage
    told = [f"{digest.repo}: {note}." for note in digest.notes]
    if cover.stand_ins:
        reasons = "; ".join(dict.fromkeys(cover.stand_ins.values()))
        what = f"{len(cover.stand_ins)} of {cover.commits} commits were read by rules instead of the model ({reasons})"
        # A model's refusal is stored as its answer, and it is not asked again by another run.
        may_help = any(e.analysis and e.analysis.stands_in and not e.analysis.is_refused for e in digest.entries)
        advice = "Run it again to ask the model once more; `daybrief doctor` checks the connection."
        told.append(f"{digest.repo}: {what}. {advice}" if may_help else f"{digest.repo}: {what}.")
    return told


def is_vain(digest: Digest, wanted: str) -> bool:
    """Whether a model was explicitly requested and read nothing at all."""
    cover = digest.coverage
    return wanted == "model" and cover.commits > 0 and set(cover.by) == {RULES}
