"""Facts: what a commit's diff itself proves, with path and line, found by rule and never guessed.

An extractor is a module here with `extract(files) -> Iterator[Fact]`; the list below has all of them. What a commit
reverts is in its message, so `reverts` reads that. The other modules know how languages and file formats write things down:

- for `interface`: `flags`, `commands`, `routes`, `metrics`, `gates`, `choices`
- for `defaults`: `python_defaults`, `defaulting`, `settings`, `fields`, `selections`, `headers`
- for `names`: `exports`, `parameters`, `headers`, and `additions` by `offers` and `documented`
- for `dependencies`: `manifests`; for `checks`: `refusals`; for all: `code`

Finally, `renames` replaces an addition and a removal that are two forms of one name with one rename.
"""

from analysis.commits.commit import Commit
from analysis.facts import checks, defaults, dependencies, deprecations, interface, names, packaging, tests, unsafe
from analysis.facts.fact import Fact, FactKind
from analysis.facts.releases import releases
from analysis.facts.renames import renamed
from analysis.facts.reverts import reverts
from analysis.facts.syntax.changed import changed_file

__all__ = ["Fact", "FactKind", "facts_of"]

_EXTRACTORS = (interface, defaults, names, dependencies, packaging, tests, checks, unsafe, deprecations)


def facts_of(commit: Commit) -> tuple[Fact, ...]:
    """Return everything the commit proves, in the order of the extractors, without duplicates.

    A merge that only brings a branch up to date proves nothing: its diff is other commits' work.
    """
    if commit.only_catches_up:
        return ()
    files = [changed_file(change) for change in commit.files]
    extracted = (fact for extractor in _EXTRACTORS for fact in extractor.extract(files))
    return renamed(tuple(dict.fromkeys([*releases(commit, files), *reverts(commit), *extracted])), files)
