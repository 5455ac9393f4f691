"""A look-back as Markdown."""

from collections.abc import Iterable, Iterator, Mapping

from analysis.commits.commit import Commit
from analysis.digest.review import Review
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.markdown.report import escape
from formatters.review import Line, review_outline
from formatters.text.item import ICONS
from formatters.text.links import commit_page


def review_markdown(made: Review, areas: Areas) -> str:
    """Return a review as Markdown."""
    told = review_outline(made, areas)
    lines = [f"# {escape(told.title)}\n", f"**{escape(told.counts)}**  \n{escape(told.window)}"]
    lines += [f"\n> ⚠️ {escape(notice)}" for notice in told.notices]
    for section in told.sections:
        lines.append(f"\n## {escape(section.name)}\n")
        lines += _listed(section.lines, told.commits)
    return (
        "\n".join([*lines, f"\n<sub>{escape(told.coverage)} · {label('report.generated', made.language)}</sub>"]) + "\n"
    )


def _listed(lines: Iterable[Line], commits: Mapping[str, Commit], indent: str = "") -> Iterator[str]:
    for line in lines:
        icon = f"{ICONS[line.level]} " if line.level else ""
        links = [_link(commits[sha]) for sha in line.shas if sha in commits]
        yield f"{indent}- {icon}{escape(line.text)}{' ' if links else ''}{' '.join(links)}"
        yield from _listed(line.under, commits, f"{indent}  ")


def _link(commit: Commit) -> str:
    page = commit_page(commit)
    return f"[`{commit.short}`]({page})" if page else f"`{commit.short}`"
