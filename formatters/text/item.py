"""One entry put into words, the same for every format.

Texts here may contain code in backticks and no other markup; everything else is to be shown literally.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from posixpath import basename

from analysis.commits.commit import LOST, Brought, Commit, SubmoduleMove
from analysis.commits.redaction import redact
from analysis.commits.title import AROUND, Title, read_title
from analysis.commits.window import Window
from analysis.entry import RULES, Analysis, Claim, Entry
from analysis.facts import FactKind
from analysis.i18n.language import Language
from analysis.i18n.typography import capital, outside
from analysis.rules.change import is_of_new_program
from analysis.rules.wording import listed, say, say_fact
from analysis.statements import Statement
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.i18n.wording import label, say_day
from formatters.text.plain import brief, clean
from formatters.text.reasons import reasons_of
from formatters.text.small_diff import small_diff

ICONS = {Importance.HIGH: "🔴", Importance.MEDIUM: "🟡", Importance.LOW: "🟢"}
_UNSEEN = 4
_BRANCHES = 2
_SCOPE = 40  # characters: a longer one is a list
_FACTS = 10
_BROUGHT = 100  # commits of a merge that are listed; further ones are counted
"""Facts below an entry; the JSON has all of them."""
_BARE_VERSION = re.compile(r"(?:[\w/-]*@)?v?\d+(?:\.\d+)+[\w.+-]*")
_AUTHORS = 2
"""Authors of a merge that are named; further ones are counted."""
_LATE = timedelta(days=8)
"""How long before a digest a commit may be dated to count as late; older dates are called wrong."""
_HEADLINE, _LINE = 200, 300  # columns: nobody reads further
_DEPTH = ("impact", "insight", "risks", "recommendations")
_DEPTH_LOW = ("risks", "recommendations")
_DECIDING = {
    FactKind.UNSAFE_ADDED, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.ENV_REMOVED, FactKind.COMMAND_REMOVED,
    FactKind.ENDPOINT_REMOVED, FactKind.NAME_REMOVED, FactKind.NAME_RENAMED, FactKind.MODULE_REMOVED,
}  # fmt: skip
"""Facts about the product that a title about tests, CI or docs must not hide."""


@dataclass(frozen=True, slots=True)
class Point:
    """One statement.

    Attributes:
        shas: the commits it refers to.
        path, line: where in its commit it can be seen; line 0 for the whole file, an empty path for none.
        is_before: the line is in the version before the commit.
        source, url: for a quotation, the name of its place and its URL; empty for what is in a file of the commit.
        short: for a list of names, a shorter version for small spaces; else empty.
    """

    text: str
    shas: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    is_before: bool = False
    source: str = ""
    url: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled list within an item, such as its risks; `key` is the same in every language."""

    key: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in words.

    Attributes:
        title: its headline; for a revert, what it reverts.
        author: the author's name, or their account if the name is not visible.
        size: its lines, and for a merge the number of commits it brought.
        types: at most two, separated by commas; empty if none is certain.
        line: the one thing to know, for lists: the headline, preceded by any important fact its title hides.
        gist: the most informative sentence beside the headline, a person's or else the effect; empty if there is none.
        area, areas: the first, and all of them; empty for none.
        reasons: why it ranks as it does; empty for low ones.
        ranked: the same for places without marks, with both ranks if a model's differs from the rules'.
        diff: the changed lines of a small change; empty for others.
        author_page: the author's page on the platform where it is shown; empty if they are not mapped to anyone there.
        marks: what the reader must know about the entry itself: ranked differently by a model, late, seen in part, read
            by rules instead of a model.
    """

    entry: Entry
    title: str
    author: str
    size: str
    line: str
    types: str
    area: str
    areas: str
    gist: str
    reasons: str
    ranked: str
    marks: tuple[str, ...]
    parts: tuple[Part, ...]
    diff: tuple[str, ...]
    author_page: str = ""

    @property
    def headline(self) -> str:
        """The title, cut to a reasonable length."""
        return brief(self.title, _HEADLINE)

    @property
    def whole(self) -> str:
        """The full title, if the headline leaves out part of it; else an empty string."""
        return self.title if self.title != self.headline else ""


def item_of(entry: Entry, language: Language, areas: Areas, window: Window | None = None) -> Item:
    """Put one entry into words; `window` is the digest's, in whose zone late entries are dated."""
    title = _title(entry, language, areas)
    types = label("list.comma", language).join(say(f"type.{kind}", language) for kind in entry.triage.shown_types[:2])
    named = [clean(areas.name(key, language)) for key in entry.triage.areas]
    reasons = _reasons(entry, language, areas)
    return Item(
        entry=entry,
        title=_on(entry, title),
        author=author_of(entry.commit, language),
        size=_size(entry, language),
        line=_on(entry, brief(_line(entry, title, language), _LINE)),
        types=types,
        area=named[0] if named else "",
        areas=" · ".join(named),
        gist=_gist(entry, language),
        reasons=reasons,
        ranked=label("list.semicolon", language).join(filter(None, (reasons, both_ranks(entry, language)))),
        marks=tuple(_marks(entry, language, window)),
        parts=tuple(_parts(entry, language)),
        diff=small_diff(entry.commit),
    )


def _on(entry: Entry, text: str) -> str:
    """Return a text about an entry, preceded by the entry's branches if its digest covers several."""
    if not entry.branches:
        return text
    more = f" +{len(entry.branches) - _BRANCHES}" if len(entry.branches) > _BRANCHES else ""
    return f"[{', '.join(map(clean, entry.branches[:_BRANCHES]))}{more}] {text}"


def author_of(commit: Commit, language: Language) -> str:
    """Return a commit's authors: one or two names and the number of others; the account if there is no name."""
    names = [shown for _, shown in names_of(commit, language)]
    return listed(names, language) if len(names) <= _AUTHORS else label("entry.authors", language, count=len(names))


def names_of(commit: Commit, language: Language) -> Iterator[tuple[str, str]]:
    """Yield all authors of a commit with their display names, the account if there is no name."""
    nobody = clean(commit.login or "") or label("entry.nobody", language)
    yield from ((author, clean(author) or nobody) for author in commit.authors)


def bare_title(entry: Entry) -> str:
    """The commit's title without its pull request number."""
    subject, number = entry.commit.subject, entry.commit.pull_request
    return subject.removesuffix(f"(#{number})").strip() if number else subject


def _title(entry: Entry, language: Language, areas: Areas) -> str:
    said = clean(entry.analysis.headline) if entry.analysis else ""
    if not said:
        return clean(bare_title(entry)) or label("entry.untitled", language)
    if _BARE_VERSION.fullmatch(said):  # the title has to say what came in this version
        return clean(bare_title(entry))
    title = read_title(entry.commit.subject)
    undone = title.restores or title.reverts
    changed = read_title(undone) if undone else title
    if said == clean(changed.text) and _narrows(changed, areas, entry.triage.areas):
        said = label("entry.scoped", language, scope=clean(changed.scope), title=said)
    if title.restores and said in clean(title.restores):
        return label("entry.restores", language, title=said)
    if title.reverts and changed.text in said:
        return label("entry.reverts", language, title=said)
    return said


def _narrows(title: Title, areas: Areas, shown: Sequence[str]) -> bool:
    """Whether the title's scope says where it applies, and neither its words nor a shown area's name do."""
    scope = title.scope.lower()
    is_said = title.text.lower().startswith(scope)
    names = {key: areas.name(key, "en").lower() for key in areas.tagged(title) & set(shown)}
    is_shown = any(scope in {key, name, *name.split()} for key, name in names.items())
    return bool(scope) and len(scope) <= _SCOPE and not is_said and not is_shown


def _line(entry: Entry, title: str, language: Language) -> str:
    """The headline; if it is about tests, CI or docs and a fact about the product says more, that fact first."""
    deciding = next((fact for fact in entry.facts if fact.kind in _DECIDING), None)
    is_around = any(kind in AROUND for kind in (entry.triage.types[0], *read_title(entry.commit.subject).types))
    if deciding is None or not is_around or entry.triage.importance is Importance.LOW:
        return title
    return label("entry.deciding", language, fact=capital(clean(say_fact(deciding, language))), title=title)


def _gist(entry: Entry, language: Language) -> str:
    analysis = entry.analysis
    if analysis is None:
        return label("entry.unread", language)
    return _quoted(analysis.why[0]) if analysis.why else clean(analysis.effect)


def _quoted(statement: Statement) -> str:
    return f"“{clean(redact(outside(statement.text))[0])}”"


def _size(entry: Entry, language: Language) -> str:
    commit = entry.commit
    if commit.only_catches_up:
        return label("entry.caught_up", language)
    lines = f"+{commit.additions} −{commit.deletions}"
    return f"{lines} · {label('entry.merge', language, count=len(commit.brought))}" if commit.brought else lines


def _reasons(entry: Entry, language: Language, areas: Areas) -> str:
    if entry.triage.importance is Importance.LOW:
        return ""
    return label("list.semicolon", language).join(reasons_of(entry, areas, language))


def both_ranks(entry: Entry, language: Language) -> str:
    """Say how the rules and the model rank an entry; nothing if they agree, or only one was asked."""
    if not entry.is_disputed or not entry.analysis:
        return ""
    ranks = {"rules": entry.triage.by_rules, "model": entry.analysis.importance}
    said = {who: say(f"importance.{level}", language) for who, level in ranks.items()}
    return label("entry.ranks", language, **said)


def _parts(entry: Entry, language: Language) -> Iterator[Part]:
    analysis = entry.analysis
    is_low = entry.triage.importance is Importance.LOW
    if analysis:
        original = clean(bare_title(entry))
        if original and clean(analysis.headline) not in original:
            yield Part("original", label("entry.original", language), (Point(f"“{outside(original)}”"),))
        if analysis.why:
            quotes = tuple(_quote(statement, language) for statement in analysis.why)
            yield Part("quotes", label("entry.quotes", language), quotes)
        if analysis.effect:
            yield Part("effect", label("entry.effect", language), (Point(clean(analysis.effect)),))
        gone = {file.path for file in entry.commit.files if file.status == "removed"}
        for name in _DEPTH_LOW if is_low else _DEPTH:
            claims: Sequence[Claim] = getattr(analysis, name)
            if claims:
                said = tuple(_say_claim(claim, language, gone, cites=analysis.analyser != RULES) for claim in claims)
                yield Part(name, label(f"entry.{name}", language), said)
    cited = _cited(analysis) if analysis else set()
    if entry.facts and not is_low:
        proofs = (
            Point(clean(capital(say_fact(fact, language))), (), clean(fact.path), fact.line, fact.is_before)
            for fact in entry.facts
            if not is_of_new_program(fact, entry.commit)
            if fact.kind is not FactKind.REVERTS  # the headline says it, and no line of the diff does
            if (fact.path, fact.line) not in cited
        )
        shown = tuple(dict.fromkeys(proofs))
        more = (Point(label("entry.more_facts", language, count=len(shown) - _FACTS)),) if len(shown) > _FACTS else ()
        if shown:
            yield Part("facts", label("entry.facts", language), shown[:_FACTS] + more)
    if entry.commit.brought:
        brought = [Point(_named(one)) for one in entry.commit.brought]
        if len(brought) > _BROUGHT:
            brought[_BROUGHT:] = [Point(label("entry.more_facts", language, count=len(brought) - _BROUGHT))]
        yield Part("brought", label("entry.brought", language), tuple(brought))
    if entry.commit.submodules:
        moves = tuple(point for move in entry.commit.submodules for point in _moved_submodule(move, language))
        yield Part("submodules", label("entry.submodules", language), moves)


def _moved_submodule(move: SubmoduleMove, language: Language) -> Iterator[Point]:
    """Say where a submodule was moved, and below it the newest commits that came with the move."""
    text = f"`{clean(move.path)}` {move.before[:7]} → {move.after[:7]}"
    counts = [
        label(f"entry.submodule_{what}", language, count=count)
        for what, count in (("came", move.came), ("lost", move.lost))
        if count
    ]
    if counts:
        text = label("entry.submodule", language, move=text, counts=label("list.comma", language).join(counts))
    yield Point(text, source=label("source.comparison", language) if move.url else "", url=move.url)
    yield from (Point(_named(one)) for one in move.newest)
    if move.newest and (more := (move.came or 0) - len(move.newest)) > 0:
        yield Point(label("entry.more_facts", language, count=more))


def _named(one: Brought) -> str:
    """A commit by SHA and subject, cleaned first because an escape code just before a secret would hide it."""
    return f"{one.sha[:7]} {redact(clean(one.subject))[0]}"


def _cited(analysis: Analysis) -> set[tuple[str, int]]:
    """The lines that claims already refer to."""
    claims = (*analysis.impact, *analysis.insight, *analysis.risks, *analysis.recommendations)
    return {(claim.paths[0], claim.line) for claim in claims if claim.line}


def _quote(statement: Statement, language: Language) -> Point:
    source = "" if statement.path else label(f"source.{statement.source}", language)
    return Point(_quoted(statement), (), clean(statement.path), statement.line, source=source, url=statement.url)


def _say_claim(claim: Claim, language: Language, gone: Container[str], *, cites: bool) -> Point:
    text = clean(claim.text)
    if claim.aspect:
        text = label("entry.claim", language, aspect=label(f"aspect.{claim.aspect}", language), text=text)
    if claim.unchecked:
        text += label("entry.unchecked", language)
    if claim.line or claim.url:
        path = clean(claim.paths[0]) if claim.paths else ""
        source = "" if path else label("source.author", language)
        return Point(text, (), path, claim.line, claim.is_before, source, claim.url)
    # A model's statement is shown with the file it is based on, unless its words name it.
    path = next((path for path in claim.paths if cites and basename(path) not in claim.text), "")
    return Point(text, (), clean(path), 0, path in gone)


def _dated(entry: Entry, language: Language, window: Window) -> Iterator[str]:
    """Say why a commit's date is outside the digest's days: it is late, or its clock was wrong."""
    moment = entry.commit.committed_at
    if entry.commit.is_undated:
        yield label("entry.undated", language)
    elif entry.late and moment >= window.start - _LATE:
        yield label("entry.late", language, day=say_day(window.local(moment).date(), language))
    elif entry.late or moment >= window.end:
        yield label("entry.misdated", language, day=f"{window.local(moment):%Y-%m-%d}")


def _marks(entry: Entry, language: Language, window: Window | None) -> Iterator[str]:
    if entry.is_disputed:
        yield both_ranks(entry, language)
    if window and entry.commit.committed_at not in window:
        yield from _dated(entry, language, window)
    analysis = entry.analysis
    if entry.commit.is_unread:
        yield label("entry.no_diff", language)
    elif entry.is_partial:
        unseen = [file.path for file in entry.commit.files if file.unseen in LOST]
        paths = [clean(path) for path in dict.fromkeys([*unseen, *(analysis.unseen if analysis else ())])]
        shown = paths[:_UNSEEN] or [label("entry.unlisted", language)]
        more = f" … +{len(paths) - _UNSEEN}" if len(paths) > _UNSEEN else ""
        yield label("entry.partial", language, paths=label("list.comma", language).join(shown) + more)
    if analysis and analysis.stands_in:
        # A digest's run card gives the reason once for all; reasons are worded in English.
        is_said = window is None and (language == "en" or not analysis.stands_in.isascii())
        why = label("entry.because", language, reason=clean(analysis.stands_in)) if is_said else ""
        yield label("entry.stands_in", language, why=why)
    if analysis and analysis.dropped:
        yield label("entry.dropped", language, count=analysis.dropped)
