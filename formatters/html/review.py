"""A look-back as a page: a self-contained file, in one language or both, and a page of the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.digest.review import Review
from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from formatters.charts.drawings import Chart, looked_back
from formatters.html.archive import View
from formatters.html.templates import templates
from formatters.i18n.wording import say_day
from formatters.review import WEEK, ReviewOutline, review_outline


@dataclass(frozen=True, slots=True)
class _Edition:
    """A review in one language, with its charts."""

    language: Language
    told: ReviewOutline
    charts: tuple[Chart, ...]


def _edition(made: Review, areas: Areas) -> _Edition:
    return _Edition(made.language, review_outline(made, areas), looked_back(made, areas, made.language))


def review_page(made: Sequence[Review], areas: Areas) -> str:
    """Return the page of a review, showing the first language with a switch for the others."""
    editions = [_edition(review, areas) for review in made]
    return templates().get_template("review.html.j2").render(editions=editions, first=editions[0], say_day=say_day)


def look_back_page(view: View, made: Review, newest: date) -> str:
    """Return a review in the archive, with links to the previous and next one, to its days and to its commits.

    `newest` is the last day about which anything is known.
    """
    window = made.window
    step = timedelta(days=len(window.days))
    before, after = window.last - step, min(window.last + step, newest)
    edition = _edition(made, view.areas)
    return view.write(
        "look_back.html.j2",
        edition=edition,
        editions=[edition],
        to=view.links.week if step.days == WEEK else view.links.month,
        before=before if any(day.date >= window.first - step for day in made.before) else None,
        after=after if after > window.last else None,
        say_day=say_day,
    )
