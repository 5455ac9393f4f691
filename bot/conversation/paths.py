"""Suggests paths and branches while somebody types: folder by folder, prefix by prefix."""

from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.sources.several_branches import fits

_MOST = 25


def folders(paths: Mapping[str, int], typed: str) -> list[str]:
    """Return completions of a typed path, one level down; then folders anywhere whose own name starts with it.

    Args:
        paths: of files, with how many commits touched them; the busiest come first.
        typed: in any case, with or without a leading `./`.
    """
    wanted = typed.strip().removeprefix("./").lower()
    below, elsewhere = Counter[str](), Counter[str]()
    for path, count in paths.items():
        if path.lower().startswith(wanted):
            step = path.find("/", len(wanted)) + 1
            below[path[:step] if step else path] += count
        parts = path.split("/")
        for depth in range(1, len(parts)) if wanted else ():
            if parts[depth - 1].lower().startswith(wanted):
                elsewhere["/".join(parts[:depth]) + "/"] += count
    found = dict.fromkeys(name for names in (below, elsewhere) for name, _ in names.most_common())
    return list(found)[:_MOST]


def families(names: Iterable[str], typed: str) -> list[str]:
    """Return branches and patterns of branches that match what is typed; common prefixes come before their branches."""
    wanted, known = typed.strip().lower(), sorted(names, reverse=True)
    common = Counter(f"{name.rpartition('/')[0]}/*" for name in known if "/" in name)
    found = [pattern for pattern, count in common.most_common() if count > 1] + known
    return [one for one in found if wanted in one.lower() or (wanted and fits(one, wanted))][:_MOST]
