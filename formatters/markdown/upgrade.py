"""An upgrade as Markdown."""

from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from analysis.upgrade import Upgrade
from formatters.markdown.report import escape
from formatters.text.links import commit_page
from formatters.upgrade import UpgradeLine, upgrade_outline


def upgrade_markdown(made: Upgrade, areas: Areas, language: Language) -> str:
    """Return an upgrade as Markdown."""
    told = upgrade_outline(made, areas, language)
    lines = [f"# {escape(told.title)}\n", escape(told.span)]
    lines += [f"\n{escape(told.calm)}"] if told.calm else []
    if told.hits_name:
        lines += [f"\n## {escape(told.hits_name)}\n"]
        lines += [
            f"- **{escape(line.places)}**: {escape(line.text)} {_references(line)}".rstrip() for line in told.hits
        ]
    for part in told.parts:
        lines.append(f"\n## {escape(part.name)}\n")
        lines += [f"- {escape(line.text)} {_references(line)}".rstrip() for line in part.lines]
        lines += [f"- {escape(part.more)}"] if part.more else []
    lines += [f"\n<sub>{escape(' '.join(told.notices))}</sub>"] if told.notices else []
    return "\n".join(lines) + "\n"


def _references(line: UpgradeLine) -> str:
    shown = []
    for entry in line.commits:
        page = commit_page(entry.commit)
        shown.append(f"[`{entry.commit.short}`]({page})" if page else f"`{entry.commit.short}`")
    return f"({', '.join([*shown, line.when])})" if shown else ""
