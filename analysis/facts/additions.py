"""What the product newly or differently offers: public names that are documented, exported or marked, and signatures."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, only_in
from analysis.facts.syntax.documented import Documentation, defined, exported
from analysis.facts.syntax.offers import Offer, is_open, offers
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_LONGEST = 200
_FAMILY = 3
_MOST = 200
"""A limit against hostile commits: texts count these facts, so a lower one would make their numbers wrong."""


def extract(product: Sequence[ChangedFile], files: Sequence[ChangedFile], known: Collection[str]) -> Iterator[Fact]:
    """Find new public names in the product's code, except those in `known`, and changed signatures."""
    compiled = [file for file in product if file.language != "python"]
    before = [offer for file in compiled for old, _ in file.views for offer in offers(file, old)]
    after = [offer for file in compiled for _, new in file.views for offer in offers(file, new)]
    found = [
        *_new_offers(before, after),
        *_new_in_python([file for file in product if file.language == "python"], files),
    ]
    yield from _told([one for one in found if one.name not in known])
    yield from _signatures(before, after)


def _told(found: Sequence[Mention]) -> Iterator[Fact]:
    """Report each name once, and one that many types gain as a single fact: `get_ref`."""
    alike: dict[str, list[Mention]] = {}
    for name in dict.fromkeys(one.name for one in found):
        one = next(one for one in found if one.name == name)
        alike.setdefault(_bare(name) if _owner(name) else name, []).append(one)
    singles = ([one] for family in alike.values() for one in family if len(family) < _FAMILY)
    for family in [*(family for family in alike.values() if len(family) >= _FAMILY), *singles][:_MOST]:
        first = family[0]
        is_family = len(family) >= _FAMILY
        name = _bare(first.name) if is_family else first.name
        detail = ", ".join(one.name for one in family) if is_family else ""
        yield Fact(FactKind.NAME_ADDED, name, first.path, first.line, detail=detail)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].rpartition(":")[2]


def _owner(name: str) -> str:
    return name.removesuffix(_bare(name)).rstrip(".:")


def _new_offers(before: Sequence[Offer], after: Sequence[Offer]) -> Iterator[Offer]:
    came = list(only_in(after, before))
    types = {offer.name for offer in came}
    for offer in came:
        if offer.is_documented and offer.owner not in types:  # a new type's methods are part of it
            yield offer


def _new_in_python(modules: Sequence[ChangedFile], files: Sequence[ChangedFile]) -> Iterator[Mention]:
    documentation = Documentation(files)
    for file in modules:
        if file.change.status != "added" and file.is_whole:
            before = [one for old, _ in file.views for one in exported(file, old)]
            came = only_in((one for _, new in file.views for one in exported(file, new)), before)
            yield from (
                one for one in came if not any(re.search(rf"\b{one.name}\b", old.code) for old, _ in file.views)
            )
    old_ones = [one for file in modules for old, _ in file.views for one, _ in defined(file, old)]
    for file in modules:
        if file.change.status == "added" or not is_open(file):
            continue
        new_ones = dict(pair for _, new in file.views for pair in defined(file, new))
        for one in only_in(new_ones, old_ones):
            owner = one.name.rpartition(".")[0]
            is_part = any(new.name == owner and new.changed for new in new_ones)
            if not is_part and (new_ones[one] or documentation.names(one.name)):
                yield one


def _signatures(before: Sequence[Offer], after: Sequence[Offer]) -> Iterator[Fact]:
    """Changed signatures of documented functions that both sides show in full, described by the types that differ."""
    old, new = (_once(side) for side in (before, after))
    for name, offer in new.items():
        was = old.get(name)
        if was is None or was.path != offer.path or was.parts is None or offer.parts is None:
            continue
        asked, asks = (
            tuple(_PATTERNS.lifetime.sub("'_", part) for part in parts) for parts in (was.parts, offer.parts)
        )
        lost, won = _differing(asked, asks), _differing(asks, asked)
        is_told = (was.is_documented or offer.is_documented) and max(len(lost), len(won)) <= _LONGEST
        if not is_told or lost == won:
            continue
        if not (lost and won) and asked[-1] != asks[-1]:
            lost = won = ""  # a lone type could be a parameter or the result
        yield Fact(FactKind.SIGNATURE_CHANGED, name, offer.path, offer.line, lost, won)


def _once(offered: Sequence[Offer]) -> dict[str, Offer]:
    often = Counter((offer.path, offer.name) for offer in offered)
    return {offer.name: offer for offer in offered if often[offer.path, offer.name] == 1}


def _differing(these: Sequence[str], those: Sequence[str]) -> str:
    rest = Counter(_PATTERNS.qualifiers.sub("", part) for part in those)
    told = []
    for part in these:
        plain = _PATTERNS.qualifiers.sub("", part)
        if rest[plain] > 0:
            rest[plain] -= 1
        elif part:
            told.append(part)
    return ", ".join(told)
