"""The analyser that needs no model: sentences made only of facts, the title, the outline of the diff, and paths.

What it cannot know it does not say: an aspect without evidence stays empty.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.areas import general
from analysis.entry import RULES, Analysis, Aspect, Claim, Depth, Entry, Language, Overview, Ranking, Reading, Theme
from analysis.facts import Fact, FactKind
from analysis.facts.defaults import is_compiled_in
from analysis.paths import FileKind, kind_of, language_of
from analysis.phrases import read_phrases
from analysis.phrases_en import capital, say_english, uncapital
from analysis.phrases_zh import say_chinese
from analysis.statements import headline_of, why_of
from analysis.summary import Summary
from analysis.teller import MOST_NAMES
from analysis.title import AROUND, ChangeType, read_title
from analysis.triage import Importance
from analysis.wording import error_text, outside, say, short_value

VERSION = "5"
"""Goes up whenever the same commit would read differently: stored analyses of an older version are made anew."""

_MANY_LINES = 100
_UNSET = {"", "None", "False", '""', "0", "null", "false"}
_GONE = {FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.MODULE_REMOVED}
_GIVEN = {"add", "support", "implement", "enable", "optimize", "use", "apply", "expose", "allow"}
"""Actions whose object is gone when they are taken back."""


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
        return VERSION

    def cost(self, job: tuple[Entry, ...]) -> int:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return 0

    def jobs(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """One piece: rules are quick, and handing commits around costs more than reading them."""
        return [entries] if entries else []

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse every commit of the piece."""
        return Reading({entry.commit.sha: _Account(entry, language).tell() for entry in job}, {})

    def overview(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Overview:  # noqa: ARG002 - the port's
        """Name the areas with most to say, each with what its first commits do."""
        return Overview(tuple(_themes(entries, language)))

    def rank(self, entries: tuple[Entry, ...], repo: str) -> Ranking:  # noqa: ARG002 - the port's
        """Leave the order as it is: the scores are all that rules know."""
        return Ranking(tuple(entry.commit.sha for entry in entries))


class _Account:
    """Tells of one commit in one language."""

    def __init__(self, entry: Entry, language: Language) -> None:
        self.entry, self.commit, self.language = entry, entry.commit, language
        self.summary = Summary(entry, language)
        self.teller, self.facts, self.product = self.summary.teller, self.summary.ordered, self.summary.product

    def tell(self) -> Analysis:
        return Analysis(
            analyser=RULES,
            prompt=VERSION,
            language=self.language,
            depth=Depth.of(self.entry.triage.importance),
            summary=self.summary.say(),
            headline=(headline := headline_of(self.commit, self.entry.statements)),
            why=why_of(self.entry.statements, headline),
            effect=self.effect(),
            impact=tuple(self.impact()),
            insight=_once(self.insight()),
            risks=_once(self.risks()),
            recommendations=_once(self.recommendations()),
            unseen=tuple(file.path for file in self.commit.files if file.unseen == "too large"),
        )

    def effect(self) -> str:
        """What users notice, as far as a fact proves it."""
        for fact in self.facts:
            if fact.kind is FactKind.REVERTS:
                return self.reverted()
            said = self.effect_of(fact)
            if said:
                return said
        return ""

    def effect_of(self, fact: Fact) -> str:  # noqa: PLR0911 - one for each kind of fact
        say = self.teller.say
        if fact.kind is FactKind.DEFAULT_CHANGED:
            return say("effect.default", name=fact.name, before=fact.before, after=fact.after)
        if fact.kind in _GONE:
            return say("effect.gone", name=fact.name)
        if fact.kind in {FactKind.FLAG_ADDED, FactKind.ENV_ADDED} and fact.after in _UNSET:
            return say("effect.off_unless", name=fact.name)
        if fact.kind is FactKind.NAME_RENAMED:
            return say("effect.renamed", before=fact.before, after=fact.after)
        if fact.kind is FactKind.NAME_REMOVED:
            return say("effect.gone_name", name=fact.name, file=self.summary.files.get(fact.path, fact.path))
        if fact.kind is FactKind.ENV_REMOVED:
            return say("effect.env_removed", name=fact.name, file=self.summary.files.get(fact.path, fact.path))
        if fact.kind is FactKind.CHECK_ADDED and fact.detail and self.summary.shown.stops_what_was(fact):
            return say("effect.refuses", detail=error_text(fact.detail))
        if fact.kind is FactKind.CHECK_REMOVED and fact.detail:
            return say("effect.lets_through", detail=error_text(fact.detail))
        return ""

    def reverted(self) -> str:
        """What is missing now that something was taken back."""
        for fact in self.facts:
            if fact.kind is FactKind.DEPENDENCY_CHANGED and kind_of(fact.path) is FileKind.BUILD:
                return self.teller.say("effect.back", name=fact.name, after=short_value(fact.after).strip("`"))
        title = self.summary.title.title.reverts
        phrases = read_phrases(outside(read_title(title).text)) if title else ()
        if len(phrases) != 1 or phrases[0].action not in _GIVEN or not phrases[0].thing:
            return ""
        thing = replace(phrases[0], action="", verb="", symptom=None)
        said = capital(say_english([thing])) if self.language == "en" else say_chinese([thing])
        return self.teller.say("effect.reverted", thing=said) if said else ""

    def impact(self) -> Iterator[Claim]:
        if not self.product:
            return
        ordered = sorted(self.product, key=lambda file: -(file.additions + file.deletions))
        paths, lines = [file.path for file in ordered], f"{self.summary.lines:,}"
        if len(paths) == 1:
            text = self.teller.say("impact.file", name=paths[0], lines=lines)
        else:
            text = self.teller.say("impact.files", count=len(paths), lines=lines, names=self.teller.names(paths))
        yield Claim(text, tuple(paths[:MOST_NAMES]))

    def insight(self) -> Iterator[Claim]:
        tests = [file for file in self.commit.files if kind_of(file.path) is FileKind.TEST]
        lines = sum(file.additions for file in tests)
        if self.product and lines:
            names = self.summary.tests()
            key = "aspect.new_tests" if len(names) > 1 else "aspect.new_test"
            paths = tuple(file.path for file in tests[:MOST_NAMES])
            if names:
                yield Claim(self.teller.say(key, names=self.teller.names(names, 3)), paths, Aspect.MAINTAINABILITY)
        effect = self.effect()
        for fact in self.facts:
            if fact.kind in {FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED} and error_text(fact.detail) not in effect:
                yield Claim(self.full(self.summary.fact(fact)), (fact.path,), Aspect.RELIABILITY)

    def risks(self) -> Iterator[Claim]:
        title, files = self.summary.title.title, tuple(file.path for file in self.product)
        said = [kind for kind in title.types if kind in AROUND]
        if said and self.product and self.summary.lines and ChangeType.REVERT not in title.types:
            names = self.teller.names([self.summary.files[path] for path in files])
            kinds = self.teller.listed([self.teller.say(f"type.{kind}") for kind in said])
            yield Claim(self.teller.say("risk.hidden", said=kinds, files=names), files[:MOST_NAMES])
        reverts = any(fact.kind is FactKind.REVERTS for fact in self.facts)
        for fact in self.facts:
            if fact.kind is FactKind.UNSAFE_ADDED:
                where = self.teller.say("risk.fallback") if self.summary.shown.is_fallback(fact) else ""
                kind = next((kind for kind, pattern in _UNSAFE.items() if pattern.search(fact.name)), "load")
                text = self.teller.say(f"risk.unsafe_{kind}", name=fact.name, where=where)
                yield Claim(self.full(text), (fact.path,), Aspect.SECURITY)
            elif fact.kind in _GONE - {FactKind.MODULE_REMOVED} and not reverts:
                yield Claim(self.teller.say("risk.gone", name=fact.name), (fact.path,), Aspect.COMPATIBILITY)
        has_tests = any(kind_of(file.path) is FileKind.TEST for file in self.commit.files)
        added = sum(file.additions for file in self.product)
        if self.summary.lines >= _MANY_LINES and added and not has_tests and not reverts:
            # What only moved is tested as it was.
            lines = self.summary.lines - 2 * sum(move.count for move in self.summary.shown.moves_of_code)
            text = self.teller.say("risk.no_tests", lines=f"{lines:,}")
            if lines >= _MANY_LINES:
                yield Claim(text, files[:MOST_NAMES], Aspect.MAINTAINABILITY)
        unseen = tuple(file.path for file in self.commit.files if file.unseen == "too large")
        if unseen:
            yield Claim(self.teller.say("risk.unseen", files=self.teller.names(unseen)), unseen)

    def recommendations(self) -> Iterator[Claim]:
        for fact in self.facts:
            if fact.kind is FactKind.DEFAULT_CHANGED and not is_compiled_in(fact.name):
                yield self.claim("advice.keep_default", fact)
            elif fact.kind is FactKind.FLAG_REMOVED:
                yield self.claim("advice.drop_flag", fact)
            elif fact.kind is FactKind.NAME_RENAMED:
                yield self.claim("advice.replace_name", fact)
        # Whoever installs a package gets what it needs; what is compiled or put into an image has it inside.
        built = [f for f in self.facts if f.kind is FactKind.DEPENDENCY_CHANGED and language_of(f.path) in _BUILT]
        if built and not any(fact.kind is FactKind.REVERTS for fact in self.facts):
            names = self.teller.names([fact.name for fact in built])
            yield Claim(self.teller.say("advice.rebuild", names=names), tuple(dict.fromkeys(f.path for f in built)))

    # -- words

    def claim(self, key: str, fact: Fact) -> Claim:
        text = self.teller.say(key, name=fact.name, before=fact.before, after=fact.after)
        return Claim(text, (fact.path,) if fact.path else ())

    def full(self, text: str) -> str:
        return self.teller.sentences([text])


_BUILT = {"docker", "cmake"}
_UNSAFE = {
    "run": re.compile(r"^(?:os\.system|shell|eval|exec)\b"),
    "trust": re.compile(r"verify|ssl|Insecure|rejectUnauthorized|danger_accept", re.IGNORECASE),
    "markup": re.compile(r"InnerHTML"),
}
"""What may happen by calls known to be unsafe, of which all others load what may hold code."""


def _themes(entries: Sequence[Entry], language: Language) -> Iterator[Theme]:
    """The heaviest areas: a commit counts for its first area, by its score; surroundings do not make a theme."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.triage.areas and entry.triage.importance is not Importance.LOW:
            groups.setdefault(entry.triage.areas[0], []).append(entry)
    heaviest = sorted(groups.items(), key=lambda item: -sum(entry.triage.score for entry in item[1]))
    for area, members in heaviest[:_MOST_THEMES]:
        said = [_first_said(entry) for entry in members[:2] if entry.analysis]
        more = len(members) - len(said)
        first, *others = [text for text in said if text] or [""]
        text = ("; " if language == "en" else "；").join([first, *map(uncapital, others)])
        name = general().name(area, language)
        key = "theme.area_more" if more > 0 else "theme.area"
        yield Theme(say(key, language, area=name, text=text, more=more), tuple(e.commit.sha for e in members))


def _first_said(entry: Entry) -> str:
    first = re.split(r"(?<=[。])|(?<=\.)(?:\s|$)", entry.analysis.summary, maxsplit=1)[0] if entry.analysis else ""
    what, _, how = first.replace("：", ": ").partition(": ")
    cut = len(what) if "`" in how and not what.endswith(("”", "`")) else len(first)  # evidence stands with the entry
    return first[:cut].rstrip(".。")


_MOST_THEMES = 5


def _once(claims: Iterator[Claim]) -> tuple[Claim, ...]:
    """Each sentence once, with the paths of all that say it."""
    found: dict[str, Claim] = {}
    for claim in claims:
        known = found.get(claim.text)
        found[claim.text] = replace(known, paths=tuple(dict.fromkeys(known.paths + claim.paths))) if known else claim
    return tuple(found.values())
