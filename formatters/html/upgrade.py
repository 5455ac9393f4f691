"""An upgrade as a self-contained page."""

from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from analysis.upgrade import Upgrade
from formatters.html.templates import templates
from formatters.upgrade import upgrade_outline


def upgrade_page(made: Upgrade, areas: Areas, language: Language) -> str:
    """Return an upgrade as a standalone page."""
    told = upgrade_outline(made, areas, language)
    return templates().get_template("upgrade.html.j2").render(told=told, lang=language)
