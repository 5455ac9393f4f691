"""The analyser itself, which takes each field of an analysis from the module that owns it."""

from dataclasses import dataclass

from analysis.commits.commit import LOST
from analysis.commits.title import read_title
from analysis.entry import RULES, Analysis, Comparison, Depth, Entry, Reading
from analysis.i18n.language import Language
from analysis.rules.advice import advice
from analysis.rules.change import Change, once
from analysis.rules.effect import effect
from analysis.rules.impact import impact
from analysis.rules.insight import insight
from analysis.rules.risks import risks
from analysis.rules.themes import themes
from analysis.rules.version import rules_version
from analysis.statements import headline_of, why_of


@dataclass(frozen=True, slots=True)
class RulesAnalyser:
    """Implements Analyser by rule; the same commit always gets the same words."""

    @property
    def name(self) -> str:
        """RULES."""
        return RULES

    @property
    def prompt(self) -> str:
        """The version of the rules."""
        return rules_version()

    def cost(self, job: tuple[Entry, ...]) -> int:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return 0

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """One batch: rules are quick, and passing commits around costs more than reading them."""
        return [entries] if entries and not more else []

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse every commit of the batch."""
        return Reading({entry.commit.sha: _read(entry, language) for entry in job}, {})

    def compare(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Comparison:  # noqa: ARG002 - the port's
        """Keep the order: scores are all that rules know. Name the areas with most to report, each with what it got."""
        return Comparison(themes=tuple(themes(entries, language)))

    def checker(self) -> None:
        """Rules quote people and say what facts decide: there is nothing to check."""


def _headline(change: Change) -> str:
    """The headline; for a revert or a reapplication, the title of the change concerned."""
    headline, title = headline_of(change.commit, change.entry.statements), change.title
    other = title.restores or title.reverts
    return read_title(other).text if other and headline == title.text else headline


def _read(entry: Entry, language: Language) -> Analysis:
    change = Change(entry, language)
    headline = _headline(change)
    why = why_of(entry.statements, headline)
    told = effect(change)
    return Analysis(
        analyser=RULES,
        prompt=rules_version(),
        language=language,
        depth=Depth.of(entry.triage.importance),
        headline=headline,
        why=why,
        effect=told.text,
        impact=once(impact(change)),
        insight=once(insight(change, told.facts, why)),
        risks=once(risks(change, told.facts, why)),
        recommendations=once(advice(change, why)),
        unseen=tuple(file.path for file in entry.commit.files if file.unseen in LOST),
    )
