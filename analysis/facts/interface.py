"""What users type, set, call and query: flags, commands, environment variables, endpoints, metrics, feature gates, choices."""

import re
from collections.abc import Callable, Iterator, Sequence

from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View, new_values, only_in
from analysis.facts.syntax.choices import choices
from analysis.facts.syntax.code import literal
from analysis.facts.syntax.commands import commands
from analysis.facts.syntax.flags import clap_variables, flags
from analysis.facts.syntax.gates import gates
from analysis.facts.syntax.metrics import metrics
from analysis.facts.syntax.routes import full_route, routes
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_SPEAKS_OF_IT = ("env", "Env", "ENV", "lambda")

_READERS = {"python", "rust", "go", "c", "javascript"}


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find what the product's code defines for its users and the commit adds, removes or changes."""
    product = [file for file in files if file.is_product]
    for find, added, removed, changed in (
        (_flags, FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED, FactKind.DEFAULT_CHANGED),
        (commands, FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED, None),
        (variables, FactKind.ENV_ADDED, FactKind.ENV_REMOVED, FactKind.DEFAULT_CHANGED),
        (routes, FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED, None),
        (metrics, FactKind.METRIC_ADDED, FactKind.METRIC_REMOVED, None),
        (gates, FactKind.GATE_ADDED, FactKind.GATE_REMOVED, FactKind.GATE_CHANGED),
    ):
        before, after = _found(find, product)
        for kind, these, those in ((added, after, before), (removed, before, after)):
            for mention in only_in(these, those):
                if find in {variables, metrics, gates} and _stands(mention.name, files, after=kind is removed):
                    continue
                name = full_route(mention.name, files) if find is routes else mention.name
                was, now = ("", mention.value) if kind is added else (mention.value, "")
                yield Fact(kind, name, mention.path, mention.line, was, now, mention.detail)
        if changed:
            for old, new in new_values(before, after):
                yield Fact(changed, new.name, new.path, new.line, old.value, new.value)
    yield from _choices(*_found(choices, product))


def _found(
    find: Callable[[ChangedFile, View], Iterator[Mention]], files: Sequence[ChangedFile]
) -> tuple[list[Mention], list[Mention]]:
    before = [mention for file in files for old, _ in file.views for mention in find(file, old)]
    after = [mention for file in files for _, new in file.views for mention in find(file, new)]
    return before, after


def _choices(before: Sequence[Mention], after: Sequence[Mention]) -> Iterator[Fact]:
    """Values that a flag or field newly accepts or no longer accepts, if both sides have its list."""
    for kind, these, those in (
        (FactKind.CHOICE_ADDED, after, before),
        (FactKind.CHOICE_REMOVED, before, after),
    ):
        owners = {(mention.path, mention.detail) for mention in those}
        for mention in only_in(these, those):
            if (mention.path, mention.detail) in owners:
                was, now = ("", mention.value) if kind is FactKind.CHOICE_ADDED else (mention.value, "")
                yield Fact(kind, mention.detail, mention.path, mention.line, was, now)


def _flags(file: ChangedFile, view: View) -> Iterator[Mention]:
    return flags(file.language, file.path, view)


def variables(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the environment variables that a file reads: by name, with the value used if they are unset."""
    if file.language not in _READERS or not any(word in view.code for word in _SPEAKS_OF_IT):
        return
    for found in _PATTERNS.read.finditer(view.code):
        group = next(key for key in "abcdefghi" if found[key])
        line = view.code[view.code.rfind("\n", 0, found.start()) + 1 : found.start()]
        called = view.code[max(0, found.start() - 8) : view.code.find("(", found.start())]
        if (
            (group == "c" and _PATTERNS.sets.search(called))
            or _PATTERNS.log_level.search(line)
            or _PATTERNS.common.fullmatch(found[group])
        ):
            continue
        if group == "g" and _PATTERNS.of("given", name=found[group]).search(view.code[found.end() : found.end() + 200]):
            continue  # it sets a default for other programs
        value = found[{"e": "d"}.get(group, group) + "v"] if group in "abcde" else None
        value = _PATTERNS.named_default.sub("", value) if value else None
        yield view.mention(found[group], file.path, found.start(group), literal(value) if value else "")
    if file.language == "rust":
        yield from (one for one in clap_variables(file.path, view) if not _PATTERNS.common.fullmatch(one.name))


def _stands(name: str, files: Sequence[ChangedFile], *, after: bool) -> bool:
    """Whether a name occurs anywhere on that side of the commit: then the commit did not add, or remove, it."""
    word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
    for file in files:
        if after and not file.is_product:
            continue
        for old, new in file.views:
            view = new if after else old
            if name in view.text and word.search(view.code if after else view.text):
                return True
    return False
