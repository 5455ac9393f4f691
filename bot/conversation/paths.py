"""Suggests paths and branches while somebody types: folder by folder, prefix by prefix."""

from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.sources.several_branches import fits

_MOST = 25


def folders(paths: Mapping[str, int], typed: str) -> list[str]:
    """Return how what is typed may go on, one step further down; then folders anywhere whose own name begins so.

    Args:
        paths: of files, with how many commits touched them; the busiest are offered first.
        typed: in any case, with `./` before it or not.
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
    """Return patterns of branches and branches that fit what is typed: what several have in common before each of them."""
    wanted, known = typed.strip().lower(), sorted(names, reverse=True)
    common = Counter(f"{name.rpartition('/')[0]}/*" for name in known if "/" in name)
    found = [pattern for pattern, count in common.most_common() if count > 1] + known
    return [one for one in found if wanted in one.lower() or (wanted and fits(one, wanted))][:_MOST]
