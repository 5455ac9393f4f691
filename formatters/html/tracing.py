"""Answers about a history as a page that needs nothing else."""

from itertools import groupby

from formatters.html.templates import templates
from formatters.tracing import Findings


def findings_page(told: Findings) -> str:
    """Return an answer about a history as a page that needs nothing else."""
    parts = [(name, list(lines)) for name, lines in groupby(told.found, key=lambda one: one.name)]
    return templates().get_template("findings.html.j2").render(told=told, parts_of=parts, lang=told.language)
