"""Answers about a repository's history for programs and pages: upgrades, where a fix is, what may have broken something."""

from analysis.errors import BadInput
from analysis.i18n.language import Language
from analysis.sources.history import History
from analysis.tracing.suspects import Suspicion
from analysis.tracing.trace import Trace
from analysis.upgrade import Upgrade
from bot.commands.queries import stored_area
from bot.commands.references import wanted_fix
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.digests.suspects import look
from bot.digests.tracing import trace
from bot.digests.upgrade import MOST_UNREAD, make, plan
from storage.feeds import Feeds


def upgrade(core: Core, repo: str, versions: str, language: Language) -> Upgrade:
    """Describe what moving from one version to another changes, such as `v1.2..v1.3`.

    Raises:
        BadInput: too many commits in between are unread; else as `bot.digests.upgrade.make`.
        NotFound, Outage: as there.
    """
    return make(core, _readable(core, repo, versions, "upgrade"), versions, language)


def fix(core: Core, repo: str, text: str) -> Trace:
    """Describe what became of a fix: an issue, a pull request, a SHA, or words.

    Raises:
        BadInput: the text is empty.
        NotFound, Outage: as `bot.digests.tracing.trace`.
    """
    return trace(core, _source(core, repo), wanted_fix(text))


def suspects(core: Core, repo: str, versions: str, words: str, area: str) -> Suspicion:
    """Rank the commits between two versions by how likely they broke what `words` report, or an area; either may be empty.

    Raises:
        BadInput: there is no such area, or too many commits in between are unread; else as `bot.digests.suspects.look`.
        NotFound, Outage: as there.
    """
    wanted = (stored_area(core, area),) if area else ()
    return look(core, _readable(core, repo, versions, "suspects"), versions, words, wanted)


def _source(core: Core, repo: str) -> History:
    """Open a repository as one of its feeds reads it, else by name."""
    return core.sources.open(parse_place(Feeds(core.stores.store).place_of(repo)))


def _readable(core: Core, repo: str, versions: str, verb: str) -> History:
    source = _source(core, repo)
    missing = plan(core, source, versions).missing
    if missing > MOST_UNREAD:
        raise BadInput(
            f"{missing} commits in {versions} are unread: run daybrief {verb} {versions} --repo {repo} first."
        )
    return source
