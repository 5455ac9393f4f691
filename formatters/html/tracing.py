"""Answers about a history as a self-contained page."""

from formatters.html.templates import templates
from formatters.tracing import Findings


def findings_page(told: Findings) -> str:
    """Return an answer about a history as a standalone page."""
    return templates().get_template("findings.html.j2").render(told=told, lang=told.language)
