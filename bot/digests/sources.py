"""Opens the configured sources of commits and of what people wrote about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.commits.commit import Commit
from analysis.sources import CommitSource, PullRequestSource
from analysis.sources.history import History
from analysis.sources.several_branches import SeveralBranches
from analysis.statements import Conventions
from analysis.statements.conventions import fragment_folders, learn_boilerplate
from analysis.triage.areas import Areas
from analysis.triage.repository_areas import of_repository
from bot.config import Configuration
from bot.digests.repositories import Place, open_github, open_pull_requests, open_source
from bot.digests.stores import Stores
from storage.pages import Pages

if TYPE_CHECKING:
    from analysis.sources.github_requests import Requests


_DESCRIPTIONS = 200
"""Newest commits and pull requests whose texts reveal a repository's templates: some days of a busy one."""

_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")


class Sources:
    """The sources of one configuration.

    Args:
        now: the clock, aware, UTC.

    Attributes:
        heard: called with the status and headers of each answer from GitHub.
    """

    def __init__(
        self,
        configuration: Configuration,
        stores: Stores,
        now: Callable[[], datetime],
        heard: Callable[[int, Mapping[str, str]], None] | None = None,
    ) -> None:
        self.heard = heard
        self._configuration = configuration
        self._settings = configuration.settings
        self._stores = stores
        self._now = now

    def open(self, place: Place, branch: str | None = None, tip: str = "") -> History:
        """Return the source of a repository, for one of its branches; `tip` is the branch's known commit."""
        github = self._settings.github
        if place.name and not place.path:  # GitHub ignores a name's case: it is the same repository
            place = replace(place, name=self._stores.commits.repository(place.name) or place.name)
        return open_source(
            place,
            base_url=github.base_url,
            github=lambda: self.github,
            branch=branch,
            tip=tip,
            environ=self._configuration.environ,
            pages=self._pages(),
            now=self._now,
        )

    def branches(self, place: Place, patterns: Sequence[str]) -> CommitSource:
        """Return the source of the branches that match some patterns; without any, of the default branch."""
        if not patterns:
            return self.open(place)
        return SeveralBranches(self.open(place), patterns, lambda name, tip: self.open(place, name, tip))

    @cached_property
    def github(self) -> "Requests":
        """The client for the configured GitHub; everything in a process shares its connections."""
        return open_github(
            self._settings.github,
            lambda status, headers: self.heard(status, headers) if self.heard else None,
            self._now,
        )

    def has_free_tags(self, place: Place) -> bool:
        """Whether tags may be polled freely: in a clone, or by conditional requests, which are free with a token."""
        return bool(place.path) or self._settings.github.signs_in

    def pull_requests(self, source: CommitSource) -> PullRequestSource | None:
        """Return where a source's pull requests are read; None if they are not, or not wanted."""
        github = self._settings.github
        if not github.pull_requests:
            return None
        return open_pull_requests(
            source,
            base_url=github.base_url,
            github=lambda: self.github,
            may_ask=github.signs_in,
            now=self._now,
            pages=self._pages(),
        )

    def _pages(self) -> Pages:
        return Pages(self._stores.store, int(self._now().timestamp()))

    def areas(self, source: CommitSource | None = None) -> Areas:
        """Return the areas: the general ones, the repository's own, those found in its past, the configured ones.

        Without a source, they are those that apply to any repository.
        """
        return self.declared_areas(source, self._stores.learned.areas(source.repo if source else None))

    def declared_areas(self, source: CommitSource | None, learned: Mapping[str, Mapping[str, Any]]) -> Areas:
        """Return a repository's areas, with these instead of those stored from its past."""
        configured = {key: table.model_dump() for key, table in self._settings.areas.items()}
        if source is None:
            return of_repository(configured=configured, learned=learned)
        labeler = source.read_file(".github/labeler.yml") or source.read_file(".github/labeler.yaml") or ""
        owners = next((text for path in _OWNERS if (text := source.read_file(path))), "")
        return of_repository(labeler, owners, configured, learned)

    def conventions(self, source: CommitSource, heads: Sequence[Commit]) -> Conventions:
        """Return what is usual in a repository, as far as these commits, the store and its own configuration show."""
        folders = fragment_folders(source.read_file("pyproject.toml") or "")
        here = {head.sha: head.message.partition("\n")[2] for head in heads[:_DESCRIPTIONS]}
        texts = [*here.values(), *self._stores.commits.bodies(source.repo, _DESCRIPTIONS - len(here), here.keys())]
        texts += self._stores.pull_requests.descriptions(source.repo, _DESCRIPTIONS)
        return Conventions(learn_boilerplate(texts), folders)
