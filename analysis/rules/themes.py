"""What a day was about: its busiest areas, with the kinds of changes made in them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.commits.title import ChangeType
from analysis.entry import Entry, Theme
from analysis.i18n.language import Language
from analysis.i18n.typography import typeset
from analysis.rules.wording import listed, say
from analysis.triage.areas import general
from analysis.triage.triage import Importance

_MOST_THEMES, _LEAST_COMMITS = 5, 2


def themes(entries: Sequence[Entry], language: Language) -> Iterator[Theme]:
    """Yield the heaviest areas with at least two commits: each counts towards its first area, with its score.

    What surrounds the product is not a theme.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.triage.areas and entry.triage.importance is not Importance.LOW:
            groups.setdefault(entry.triage.areas[0], []).append(entry)
    heaviest = sorted(groups.items(), key=lambda item: -sum(entry.triage.score for entry in item[1]))
    for area, members in heaviest[:_MOST_THEMES]:
        if len(members) < _LEAST_COMMITS:
            continue
        types = Counter(entry.triage.counted_type for entry in members).most_common()
        types.sort(key=lambda pair: pair[0] is ChangeType.UNKNOWN)
        named = [say(f"theme.{kind}", language, count=count) for kind, count in types]
        if types[0][0] is ChangeType.UNKNOWN:
            named = [say("theme.changes", language, count=len(members))]
        kinds = listed(named, language)
        text = say("theme.area", language, area=general().name(area, language), kinds=kinds)
        yield Theme(typeset(text, language), tuple(entry.commit.sha for entry in members))
