"""The numbers of a chart, for platforms that draw charts themselves, in their readers' colours and fonts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plot:
    """Columns side by side.

    Attributes:
        unit: what the categories are, such as days.
        series: the name of each and its number in each category.
    """

    title: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
