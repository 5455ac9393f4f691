"""`python -m benchmarks [NAME …] [--json]`: measure, print the table, and end with 1 if a budget is not kept."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from benchmarks import backfill, bot, large_day, model_day, rules, scale, start, store, tokens, upgrades, web
from benchmarks.material import IS_REAL, day
from benchmarks.measured import Measured

FIGURES: dict[str, Callable[[], Iterator[Measured]]] = {
    "start": start.figures,
    "rules": rules.figures,
    "tokens": tokens.figures,
    "day": model_day.figures,
    "store": store.figures,
    "bot": bot.figures,
    "web": web.figures,
    "backfill": backfill.figures,
    "scale": scale.figures,
    "large": large_day.figures,
    "upgrades": upgrades.figures,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(FIGURES)}; default: all")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = parser.parse_args()
    for name in given.names:
        if name not in FIGURES:
            parser.error(f"there is no figure {name!r}: choose from {', '.join(FIGURES)}")
    found: list[Measured] = []
    for name in given.names or FIGURES:
        sys.stderr.write(f"measuring: {name} …\n")
        found += FIGURES[name]()
    if given.json:
        print(json.dumps([asdict(one) | {"is_met": one.is_met} for one in found], ensure_ascii=False, indent=1))
    else:
        _show(found)
    sys.exit(0 if all(one.is_met for one in found) else 1)


def _show(found: list[Measured]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "measured", "budget", "", "over")
    table.columns[1].justify = table.columns[2].justify = "right"
    for one in found:
        budget = "" if one.budget is None else f"≤ {_number(one.budget)} {one.unit}".strip()
        verdict = "" if one.budget is None else "kept" if one.is_met else "NOT KEPT"
        table.add_row(one.what, f"{_number(one.value)} {one.unit}".strip(), budget, verdict, one.note)
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    what = "the recorded day" if IS_REAL else "the sample, since no recorded day lies beside the project:"
    console.print(
        f"Measured with {what} {day().clone.name} of {day().window.first}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}."
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or value >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    main()
