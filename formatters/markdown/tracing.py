"""Answers about a history as Markdown."""

from formatters.markdown.report import escape
from formatters.text.links import commit_page
from formatters.tracing import Finding, Findings


def findings_markdown(told: Findings) -> str:
    """Return an answer about a history as Markdown."""
    lines = [f"# {escape(told.title)}\n", escape(told.lead)]
    before = ""
    for one in told.found:
        if one.name and one.name != before:
            lines.append(f"\n## {escape(one.name)}\n")
        before = one.name or before
        why = f"  \n  {escape(one.why)}" if one.why else ""
        lines.append(f"- {escape(one.text)} {_reference(one)}".rstrip() + why)
    lines += [f"\n<sub>{escape(' '.join(told.notes))}</sub>"] if told.notes else []
    return "\n".join(lines) + "\n"


def _reference(one: Finding) -> str:
    if not one.commit:
        return ""
    page = commit_page(one.commit)
    shown = f"[`{one.commit.short}`]({page})" if page else f"`{one.commit.short}`"
    return f"({shown}, {one.when})"
