"""The analyser that needs no model: sentences made only of facts, the title, the outline of the diff, and paths.

What it cannot know it does not say: an aspect without evidence stays empty.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from posixpath import basename, commonpath, dirname

from analysis.areas import general
from analysis.entry import RULES, Analysis, Aspect, Claim, Depth, Entry, Language, Overview, Ranking, Reading, Theme
from analysis.facts import Fact, FactKind
from analysis.paths import FileKind, kind_of
from analysis.phrases import read_phrases, reads_well, say_phrases, spaced
from analysis.sketch import Sketch, sketch
from analysis.title import ChangeType, Title, read_title
from analysis.triage import Importance
from analysis.wording import listed, say

VERSION = "1"
"""Goes up whenever the same commit would read differently: stored analyses of an older version are made anew."""

_LEADS = (
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED, FactKind.MODULE_REMOVED, FactKind.NAME_RENAMED,
    FactKind.NAME_REMOVED, FactKind.DEPRECATED, FactKind.CONFIG_REMOVED, FactKind.DEPENDENCY_CHANGED,
    FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED, FactKind.TEST_DISABLED, FactKind.TEST_ENABLED,
    FactKind.CHECK_REMOVED, FactKind.CHECK_ADDED, FactKind.ENV_REMOVED,
)  # fmt: skip
"""Which fact a summary speaks of first."""

_OPENS = {
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.MODULE_REMOVED, FactKind.TEST_DISABLED,
    FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED,
}  # fmt: skip
"""Facts that say more of a commit than its title does."""

_MANY_LINES = 30
_LONG_SHA = 40
_MOST_NAMES = 4


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

    def jobs(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """One piece: rules are quick, and handing commits around costs more than reading them."""
        return [entries] if entries else []

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse every commit of the piece."""
        return Reading({entry.commit.sha: _Teller(entry, language).tell() for entry in job}, {})

    def overview(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Overview:  # noqa: ARG002 - the port's
        """Name the areas with most to say, each with what its first commits do."""
        return Overview(tuple(_themes(entries, language)))

    def rank(self, entries: tuple[Entry, ...], repo: str) -> Ranking:  # noqa: ARG002 - the port's
        """Leave the order as it is: the scores are all that rules know."""
        return Ranking(tuple(entry.commit.sha for entry in entries))


class _Teller:
    """Says one commit in one language."""

    def __init__(self, entry: Entry, language: Language) -> None:
        self.entry, self.commit, self.facts, self.language = entry, entry.commit, entry.facts, language
        self.title: Title = read_title(entry.commit.subject)
        self.sketch: Sketch = sketch(entry.commit)
        self.product = [f for f in entry.commit.files if kind_of(f.path) is FileKind.PRODUCTION]
        self.lines = sum(file.additions + file.deletions for file in self.product)
        self.moved = sum(move.count for move in self.sketch.moves)

    def tell(self) -> Analysis:
        depth = Depth.of(self.entry.triage.importance)
        unseen = tuple(file.path for file in self.commit.files if file.unseen == "too large")
        return Analysis(
            analyser=RULES,
            prompt=VERSION,
            language=self.language,
            depth=depth,
            summary=self.summary(),
            effect=self.effect(),
            impact=tuple(self.impact()),
            insight=_once(self.insight()),
            risks=_once(self.risks()),
            recommendations=_once(self.recommendations()),
            unseen=unseen,
        )

    # -- the parts

    def summary(self) -> str:
        lead, used = self.lead()
        rest = [text for text in (self.merged(), self.others(used), self.how()) if text]
        if self.entry.triage.importance is Importance.LOW:
            rest = rest[:1]
        return self.sentences([lead, *rest])

    def lead(self) -> tuple[str, Fact | None]:
        """The first sentence, and the fact it is about, if it is about one."""
        facts = sorted(self.facts, key=lambda fact: _LEADS.index(fact.kind) if fact.kind in _LEADS else len(_LEADS))
        first = facts[0] if facts and facts[0].kind in _OPENS else None
        around = self.surroundings()
        if around and not (first and first.kind in {FactKind.REVERTS, FactKind.TEST_DISABLED}):
            return around, None
        fixes = self.entry.triage.types[0] is ChangeType.BUGFIX
        if first and not (
            fixes and first.kind not in {FactKind.DEFAULT_CHANGED, FactKind.REVERTS, FactKind.FLAG_REMOVED}
        ):
            return self.fact(first), first
        return self.said_title(), None

    def said_title(self) -> str:
        phrases = read_phrases(self.title.text)
        if self.language == "zh" and not reads_well(phrases):
            return self.say("plain.quoted_title", title=self.title.text)
        return say_phrases(phrases, self.language)

    def surroundings(self) -> str:
        """What is done to files that are not the product, where nothing else is touched or files only move."""
        parts = list(self.file_changes())
        if self.product and not self.sketch.moves:
            return ""
        if self.product:
            outside = [file for file in self.product if file.status != "renamed"]
            if outside and self.lines:
                parts.append(self.say("detail.hidden", files=self.names([basename(f.path) for f in outside])))
            return self.join(parts)
        if not parts:
            return ""
        kinds = sorted({kind_of(file.path) for file in self.commit.files}, key=list(FileKind).index)
        what = self.join([_lower(self.said_title()), *parts[:2]]) if not self.moved else self.join(parts[:2])
        return self.say("plain.only", kinds=self.kinds(kinds), what=what)

    def file_changes(self) -> Iterator[str]:
        for move in self.sketch.moves:
            key = "plain.moved" if move.count > 1 else "plain.moved_one"
            kind = self.say(f"kind.{move.kind}")
            yield self.say(key, count=move.count, kind=kind, source=move.source, target=move.target)
        moved = {file.path for file in self.commit.files if file.status == "renamed"}
        for status, key in (("removed", "plain.removed"), ("added", "plain.added")):
            for kind in FileKind:
                files = [
                    f
                    for f in self.commit.files
                    if f.status == status and kind_of(f.path) is kind and f.path not in moved
                ]
                if not files or kind is FileKind.PRODUCTION:
                    continue
                lines = sum(file.additions + file.deletions for file in files)
                folder = (
                    commonpath([dirname(file.path) for file in files]) if all(dirname(f.path) for f in files) else "."
                )
                values = {
                    "count": len(files),
                    "kind": self.say(f"kind.{kind}"),
                    "lines": lines,
                    "folder": folder or ".",
                }
                yield self.say(key if len(files) > 1 else f"{key}_one", file=files[0].path, **values)
        changed = [
            f for f in self.commit.files if f.status == "modified" and kind_of(f.path) is not FileKind.PRODUCTION
        ]
        if changed:
            yield self.say("plain.changed", names=self.names([f"{basename(file.path)}" for file in changed]))

    def merged(self) -> str:
        """What a merge brought, by title."""
        brought = self.commit.brought
        if not brought:
            return ""
        comma = ", " if self.language == "en" else "、"
        titles = comma.join(f"“{one.subject}”" for one in brought[:3])
        return self.say("plain.merge", count=len(brought), titles=titles)

    def others(self, used: Fact | None) -> str:
        """The other facts worth a word, in one sentence."""
        rest = [f for f in self.facts if f is not used and f.kind in _LEADS[:15] and not _same(f, used)]
        said = list(dict.fromkeys(self.fact(fact) for fact in rest))[:2]
        if not said:
            return ""
        return (
            self.join(said)
            if used is None
            else self.say("detail.also", what=self.join([_lower(text) for text in said]))
        )

    def how(self) -> str:
        """Where the product's code changed, and what its author wrote there."""
        if not self.product or (self.moved and not self.lines):
            return ""
        parts = []
        new = [d for d in self.sketch.new if d.doc] or list(self.sketch.new)
        if new:
            name = f"`{new[0].name}`" + (f" (“{new[0].doc.rstrip('.')}”)" if new[0].doc else "")
            others = [f"`{definition.name}`" for definition in new[1:3] if definition.name != new[0].name]
            parts.append(self.say("detail.new", names=listed([name, *others], self.language)))
        elif self.sketch.touched:
            parts.append(self.say("detail.touched", names=self.names(list(self.sketch.touched))))
        for before, after, count in self.sketch.swapped[:1]:
            if len(before) < _LONG_SHA:
                times = f" ({count}×)" if count > 1 else ""
                parts.append(self.say("detail.swapped", before=before, after=after, times=times))
        if self.sketch.quotes and not any(definition.doc for definition in new):
            parts.append(self.say("detail.quote", text=self.sketch.quotes[0].text.rstrip(".")))
        where = self.names(list(dict.fromkeys(basename(file.path) for file in self.product)))
        text = self.join(parts)
        if not text:
            return ""
        return f"In {where}: {text}" if self.language == "en" else f"{where}：{text}"

    def effect(self) -> str:
        for fact in sorted(self.facts, key=lambda fact: _LEADS.index(fact.kind) if fact.kind in _LEADS else 99):
            if fact.kind is FactKind.REVERTS:
                return self.say("effect.revert")
            if fact.kind is FactKind.DEFAULT_CHANGED:
                return self.say("effect.default", name=fact.name, before=fact.before, after=fact.after)
            if fact.kind in {FactKind.FLAG_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.MODULE_REMOVED}:
                return self.say("effect.gone", name=fact.name)
            if fact.kind in {FactKind.FLAG_ADDED, FactKind.ENV_ADDED} and fact.after in {
                "",
                "None",
                "False",
                '""',
                "0",
            }:
                return self.say("effect.off_unless", name=fact.name)
            if fact.kind is FactKind.ENDPOINT_ADDED:
                return self.say("effect.endpoint", name=fact.name)
            if fact.kind is FactKind.TEST_DISABLED:
                return self.say("effect.untested")
        if self.commit.files and not self.product and all(kind_of(f.path) in _INVISIBLE for f in self.commit.files):
            return self.say("effect.none")
        return ""

    def impact(self) -> Iterator[Claim]:
        if not self.product:
            return
        paths = tuple(file.path for file in sorted(self.product, key=lambda f: -(f.additions + f.deletions)))
        if len(paths) == 1:
            yield Claim(self.say("impact.file", name=paths[0], lines=self.lines), paths)
        else:
            names = self.names(list(paths))
            yield Claim(self.say("impact.files", count=len(paths), lines=self.lines, names=names), paths[:_MOST_NAMES])

    def insight(self) -> Iterator[Claim]:
        tests = [f for f in self.commit.files if kind_of(f.path) is FileKind.TEST]
        lines = sum(file.additions + file.deletions for file in tests)
        if self.product and lines:
            paths = tuple(file.path for file in tests[:_MOST_NAMES])
            yield Claim(self.say("aspect.tests", count=lines), paths, Aspect.MAINTAINABILITY)
        for fact in self.facts:
            if fact.kind in {FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED}:
                yield Claim(self.fact(fact), (fact.path,), Aspect.RELIABILITY)

    def risks(self) -> Iterator[Claim]:
        said = [kind for kind in self.title.types if kind in _SURROUNDING_TYPES]
        if said and self.product and self.lines and ChangeType.REVERT not in self.title.types:
            files = tuple(file.path for file in self.product)
            names = self.names([basename(path) for path in files])
            kinds = listed([self.say(f"type.{kind}") for kind in said], self.language)
            yield Claim(self.say("risk.hidden", said=kinds, files=names), files[:_MOST_NAMES])
        for fact in self.facts:
            if fact.kind is FactKind.UNSAFE_ADDED:
                yield Claim(self.say("risk.unsafe", name=fact.name), (fact.path,), Aspect.SECURITY)
            elif fact.kind is FactKind.CHECK_ADDED:
                yield Claim(self.say("risk.check", detail=fact.detail), (fact.path,))
            elif fact.kind in {FactKind.NAME_REMOVED, FactKind.FLAG_REMOVED, FactKind.ENDPOINT_REMOVED}:
                yield Claim(self.say("risk.gone", name=fact.name), (fact.path,), Aspect.COMPATIBILITY)
        has_tests = any(kind_of(file.path) is FileKind.TEST for file in self.commit.files)
        reverts = any(fact.kind is FactKind.REVERTS for fact in self.facts)
        if self.lines >= _MANY_LINES and not has_tests and not reverts:
            yield Claim(self.say("risk.no_tests", lines=self.lines), tuple(f.path for f in self.product[:_MOST_NAMES]))
        unseen = tuple(file.path for file in self.commit.files if file.unseen == "too large")
        if unseen:
            yield Claim(self.say("risk.unseen", files=self.names(list(unseen))), unseen)

    def recommendations(self) -> Iterator[Claim]:
        for fact in self.facts:
            if fact.kind is FactKind.DEFAULT_CHANGED:
                yield self.claim("advice.keep_default", fact)
            elif fact.kind is FactKind.FLAG_REMOVED:
                yield self.claim("advice.drop_flag", fact)
            elif fact.kind is FactKind.NAME_RENAMED:
                yield self.claim("advice.replace_name", fact)
            elif fact.kind is FactKind.DEPRECATED:
                yield self.claim("advice.deprecated", fact)
            elif fact.kind is FactKind.DEPENDENCY_CHANGED and kind_of(fact.path) is FileKind.BUILD:
                yield self.claim("advice.rebuild", fact)

    # -- words

    def fact(self, fact: Fact) -> str:
        return say_fact(fact, self.language)

    def claim(self, key: str, fact: Fact) -> Claim:
        text = self.say(key, name=fact.name, before=fact.before, after=fact.after)
        return Claim(text, (fact.path,) if fact.path else ())

    def say(self, key: str, **values: object) -> str:
        text = say(key, self.language, **values)
        return spaced(text) if self.language == "zh" else text

    def names(self, names: Sequence[str]) -> str:
        shown = [f"`{name}`" for name in names[:_MOST_NAMES]]
        more = len(names) - len(shown)
        if more > 0:
            shown.append(f"{more} more" if self.language == "en" else f"另外 {more} 个")
        return listed(shown, self.language)

    def kinds(self, kinds: Sequence[FileKind]) -> str:
        text = listed([self.say(f"kind.{kind}") for kind in kinds], self.language)
        return text[:1].upper() + text[1:]

    def join(self, parts: Sequence[str]) -> str:
        return ("; " if self.language == "en" else "；").join(part for part in parts if part)

    def sentences(self, parts: Sequence[str]) -> str:
        end, gap = (".", " ") if self.language == "en" else ("。", "")
        whole = [part if part.endswith((".", "。", "!", "?")) else part + end for part in parts if part]
        return gap.join(part[:1].upper() + part[1:] if not part.startswith("`") else part for part in whole)


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
        text = ("; " if language == "en" else "；").join(text for text in said if text)
        name = general().name(area, language)
        key = "theme.area_more" if more > 0 else "theme.area"
        yield Theme(say(key, language, area=name, text=text, more=more), tuple(e.commit.sha for e in members))


def _first_said(entry: Entry) -> str:
    first = re.split(r"(?<=[。])|(?<=\.)(?:\s|$)", entry.analysis.summary, maxsplit=1)[0] if entry.analysis else ""
    return first.rstrip(".。")


_MOST_THEMES = 5
_INVISIBLE = {FileKind.TEST, FileKind.CI, FileKind.TOOLING, FileKind.LOCK}
_SURROUNDING_TYPES = {ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.DOCS}


def _once(claims: Iterator[Claim]) -> tuple[Claim, ...]:
    """Each sentence once, with the paths of all that say it."""
    found: dict[str, Claim] = {}
    for claim in claims:
        known = found.get(claim.text)
        found[claim.text] = replace(known, paths=tuple(dict.fromkeys(known.paths + claim.paths))) if known else claim
    return tuple(found.values())


def say_fact(fact: Fact, language: Language) -> str:
    """Say a fact in one clause, with its values, without a full stop."""
    before, after = _short_sha(fact.before), _short_sha(fact.after)
    detail, value = fact.detail, ""
    if fact.kind is FactKind.REVERTS:
        number = f" ({detail})" if detail else ""
        return say("lead.reverts", language, title=fact.name.rstrip("."), number=number)
    if fact.kind in {FactKind.FLAG_ADDED, FactKind.TEST_DISABLED} and detail:
        first = _first_sentence(detail)
        detail = f": {first}" if language == "en" else f"：“{first}”"
    if fact.after and fact.kind in {FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}:
        value = f" (default {fact.after})" if language == "en" else f"（默认 {fact.after}）"
    if fact.kind is FactKind.DEPENDENCY_ADDED and after:
        after = f" {after}"
    key: str = fact.kind
    if fact.kind is FactKind.DEPENDENCY_CHANGED and not (before and after):
        key = "dependency_pinned" if after else "dependency_unpinned"
    text = say(
        f"lead.{key}",
        language,
        name=fact.name,
        before=before,
        after=after,
        detail=detail,
        value=value,
        file=basename(fact.path),
    )
    return spaced(text) if language == "zh" else text


def _same(fact: Fact, used: Fact | None) -> bool:
    """Whether two facts tell one thing, such as a flag and the field that holds it."""
    if used is None:
        return False
    plain: Callable[[str], str] = lambda name: name.rpartition(".")[2].lstrip("-").replace("-", "_").lower()  # noqa: E731
    return plain(fact.name) == plain(used.name)


def _short_sha(text: str) -> str:
    is_sha = len(text) == _LONG_SHA and all(char in "0123456789abcdef" for char in text)
    return f"`{text[:7]}`" if is_sha else text


def _first_sentence(text: str) -> str:
    first = text.split(". ", 1)[0]
    return first if len(first) <= 140 else first[:140].rsplit(" ", 1)[0] + " …"  # noqa: PLR2004 - a line in a chat


def _lower(text: str) -> str:
    word = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if word.istitle() and word.isalpha() else text
