"""The two tables below a digest: the day's statistics, and how the digest was made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from analysis.digest.digest import Digest
from analysis.entry import RULES
from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.text.item import names_of
from formatters.text.plain import clean, shares

_AREAS, _AUTHORS = 10, 8
"""How many are listed by name."""


def statistics(digest: Digest, areas: Areas) -> Iterator[tuple[str, str]]:
    """Yield the statistics of a day: what each is, and its value."""
    language = digest.language
    numbers, none = digest.statistics, label("stat.none", language)
    yield label("stat.importance", language), shares(_named(language, "importance", numbers.by_importance))
    yield label("stat.types", language), shares(_named(language, "type", numbers.by_type))
    by_area = ((areas.name(key, language), count) for key, count in numbers.by_area.items())
    yield label("stat.areas_first", language), shares(by_area, most=_AREAS) or none
    kinds = shares((name, count) for name, count in _named(language, "kind", numbers.lines_by_kind) if count)
    yield (
        label("stat.lines", language),
        label(
            "stat.lines_value",
            language,
            additions=f"{numbers.additions:,}",
            deletions=f"{numbers.deletions:,}",
            count=numbers.files,
            kinds=kinds or none,
        ),
    )
    commits = [entry.commit for entry in digest.entries]
    names = Counter((author, shown) for commit in commits for author, shown in names_of(commit, language))
    yield label("stat.authors", language), shares(((shown, n) for (_, shown), n in names.most_common()), most=_AUTHORS)
    yield label("stat.reverts", language), str(numbers.reverts)
    if numbers.tests_disabled:  # a zero would mislead: tests skipped on one platform do not count
        yield label("stat.tests_disabled", language), str(numbers.tests_disabled)
    before = digest.before
    if before:
        yield (
            label("stat.before", language, count=before.days),
            label(
                "stat.before_value",
                language,
                commits=numbers.commits,
                commits_before=f"{before.commits:.1f}",
                high=numbers.by_importance["high"],
                high_before=f"{before.high:.1f}",
                reverts=numbers.reverts,
                reverts_before=f"{before.reverts:.1f}",
                lines=f"{numbers.lines_by_kind.get('production', 0):,}",
                lines_before=f"{before.product_lines:,.0f}",
            ),
        )


def run_card(digest: Digest) -> Iterator[tuple[str, str]]:
    """Yield how a digest was made: by whom, from what, at what cost."""
    language = digest.language
    run, window = digest.run, digest.window
    read_by = digest.coverage.by
    in_vain = read_by and run.analyser not in read_by
    key = "run.rules" if run.analyser == RULES else "run.in_vain" if in_vain else "run.model"
    yield label("run.analyser", language), label(key, language, model=clean(run.analyser), version=run.prompt)
    if missing := gaps(digest):
        yield label("run.coverage", language), missing
    stand_ins = digest.coverage.stand_ins
    if stand_ins:
        reasons = _together(language, stand_ins.values())
        refused = sum(bool(one.analysis and one.analysis.is_refused) for one in digest.entries)
        key = "run.stand_ins_refused" if refused == len(stand_ins) else "run.stand_ins_value"
        yield label("run.stand_ins", language), label(key, language, count=len(stand_ins), reasons=reasons)
    yield label("run.source", language), label("run.source_value", language, fetched=run.fetched, cached=run.cached)
    if run.unread:
        why = label(f"unread.{run.unread.gap}", language)
        yield label("run.pulls", language), label("run.pulls_value", language, count=run.unread.count, why=why)
    if run.usage.calls:
        usage = run.usage
        yield (
            label("run.cost", language),
            label(
                "run.cost_value",
                language,
                count=usage.calls,
                retries=usage.retries,
                tokens_in=f"{usage.tokens_in:,}",
                tokens_cached=f"{usage.tokens_cached:,}",
                tokens_out=f"{usage.tokens_out:,}",
                cost="" if run.cost is None else label("run.price", language, cost=f"{run.cost:.4f}"),
            ),
        )
    made = f"{window.local(digest.built_at):%Y-%m-%d %H:%M}"
    yield label("run.time", language), label("run.time_value", language, time=made, seconds=f"{run.seconds:.1f}")
    if run.notes:
        yield label("run.notes", language), _together(language, run.notes)


def gaps(digest: Digest) -> str:
    """What of the day was not seen in full, or was read by a substitute; an empty string if all is well."""
    language, cover = digest.language, digest.coverage
    counts = (
        ("partial", len(cover.partial)), ("unread", len(cover.unread)), ("by_rules_instead", len(cover.stand_ins)),
        ("brought", cover.brought), ("late", cover.late), ("disputed", len(cover.disputed)),
    )  # fmt: skip
    return label("list.clause", language).join(label(f"run.{key}", language, count=n) for key, n in counts if n)


def _named(language: Language, group: str, counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    return ((say(f"{group}.{key}", language), count) for key, count in counts.items())


def _together(language: Language, texts: Iterable[str]) -> str:
    return label("list.semicolon", language).join(dict.fromkeys(clean(text) for text in texts))
