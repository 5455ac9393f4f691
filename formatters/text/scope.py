"""The part of a repository that something is about, in words."""

from analysis.digest.scope import Scope
from analysis.i18n.language import Language
from formatters.i18n.wording import label
from formatters.text.plain import clean


def say_repository(repo: str, scope: Scope, language: Language, branches: str = "") -> str:
    """Name a repository, with the part of it that is meant in brackets: `acme/rocket (rust/**, label security)`.

    `branches` are the patterns of the branches covered; empty for one branch.
    """
    of = label("report.branch", language, name=clean(branches)) if branches else ""
    parts = label("list.comma", language).join(filter(None, (of, say_scope(scope, language))))
    return f"{clean(repo)}{label('list.brackets', language, text=parts)}" if parts else clean(repo)


def say_scope(scope: Scope, language: Language) -> str:
    """Name the part that a scope covers; empty for all."""
    labels = (label("scope.label", language, name=clean(name)) for name in scope.labels)
    return label("list.comma", language).join([*map(clean, scope.paths), *labels])
