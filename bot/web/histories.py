"""The archive's pages about a repository's history: upgrades, where a fix is, what may have broken something."""

from collections.abc import Mapping

from analysis.errors import BadInput, NotFound
from bot.commands import histories
from bot.digests.core import Core
from bot.web.exchange import HTML, Asked, Written, json_answer
from bot.web.pages import WebPages
from formatters.html.archive import HistoryForm, HistoryKind, history_page
from formatters.i18n.wording import label
from formatters.text.plain import clean
from formatters.tracing import Findings, suspicion_findings, suspicion_json, trace_findings, trace_json
from formatters.upgrade import UpgradeOutline, upgrade_json, upgrade_outline

_NEEDED = {"upgrade": "versions", "fix": "q", "suspects": "versions"}
_FIELDS = ("repo", "versions", "q", "area")
_SUSPECTS = 20
_Told = tuple[Findings | UpgradeOutline, object]
"""An answer as shown on a page, and as data."""


class HistoryPages:
    """Answers questions about the histories of the repositories that a visitor may see."""

    def __init__(self, core: Core, pages: WebPages) -> None:
        self._core, self._pages = core, pages

    def page(self, asked: Asked, kind: HistoryKind) -> Written:
        """Answer a question; without one, show only its form.

        Raises:
            BadInput, NotFound: data is requested for a question that cannot be answered.
            Outage: the source does not answer.
        """
        given = {name: text for name in _FIELDS if (text := clean(asked.given.get(name, "")).strip())}
        is_asked = given.keys() >= {"repo", _NEEDED[kind]}
        if asked.wants_json:
            if not is_asked:
                raise BadInput(label("web.which_history", asked.language, kind=kind, field=_NEEDED[kind]))
            return json_answer(self._answer(asked, kind, given)[1])
        told, problem = None, ""
        try:
            told = self._answer(asked, kind, given)[0] if is_asked else None
        except (BadInput, NotFound) as wrong:
            problem = str(wrong)
        form = HistoryForm(kind, given, self._pages.visible(asked), problem)
        return Written(HTML, history_page(self._pages.view(asked), form, told))

    def _answer(self, asked: Asked, kind: HistoryKind, given: Mapping[str, str]) -> _Told:
        core, language, words = self._core, asked.language, given.get("q", "")
        repo = self._pages.seen(asked, given["repo"])
        areas = core.sources.areas()
        if kind == "fix":
            trace = histories.fix(core, repo, words)
            return trace_findings(trace, language), trace_json(trace, language)
        if kind == "suspects":
            found = histories.suspects(core, repo, given["versions"], words, given.get("area", ""))
            return suspicion_findings(found, areas, language, _SUSPECTS), suspicion_json(found, areas, language)
        made = histories.upgrade(core, repo, given["versions"], language)
        return upgrade_outline(made, areas, language), upgrade_json(made, areas, language)
