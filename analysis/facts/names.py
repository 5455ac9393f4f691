"""Public functions and classes that are removed, renamed or added."""

import re
from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import FileKind
from analysis.facts import additions
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax import parameters
from analysis.facts.syntax.changed import ChangedFile, Mention, View, alike, in_one_run, only_in
from analysis.facts.syntax.code import call_text
from analysis.facts.syntax.documented import has_docstring
from analysis.facts.syntax.exports import LISTED, listed
from analysis.facts.syntax.headers import is_header, offered
from analysis.facts.syntax.offers import is_entry, is_open, offers, owners
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_WARN_WORDS = ("Warning", "deprecated", "will be removed")
_NOT_API = {"main", "new", "default", "init", "setup", "Main", "Test"}
_ALL_OF_IT = "export *"
_ALIKE, _MUCH_ALIKE = 0.6, 0.75
_LISTED_ONE_BY_ONE = 3
_MOST_PAIRS = 2_500
"""Pairs beyond which finding out what became of each name takes longer than it is worth."""
_INDENT = 4
_SHORTEST_REST = len("(x):")


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find public names in the product's code that the commit removes, renames or adds, and removed modules."""
    product = [file for file in files if file.kind is FileKind.PRODUCTION and has_names(file)]
    before = [mention for file in product for old, _ in file.views for mention in _for_others(file, old)]
    before += [mention for file in product for old, _ in file.views for mention in _announced(file, old)]
    before += [mention for file in product for old, _ in file.views for mention in listed(file, old)]
    after = [mention for file in product for _, new in file.views for mention in defined(file, new)]
    after += [mention for file in product for _, new in file.views for mention in _of_traits(file, new)]
    after += [mention for file in product for _, new in file.views for mention in listed(file, new)]
    by_path = {file.path: file for file in product}
    gone = [
        mention
        for mention in only_in(before, after)
        if mention.name not in _NOT_API
        and _is_offered(by_path[mention.path])
        and not _is_bound(mention, by_path[mention.path])
        and not (is_header(by_path[mention.path]) and _is_elsewhere(mention.name, product))
    ]
    came = list(only_in(after, before))
    known = set(_NOT_API)
    for old in list(gone) if len(gone) * len(came) <= _MOST_PAIRS else []:
        new = next((new for new in came if _replaces(new, old, by_path[old.path])), None)
        if new:
            gone.remove(old)
            came.remove(new)
            known.add(new.name)
            yield Fact(FactKind.NAME_RENAMED, old.name, new.path, new.line, old.name, new.name)
    removed_files = {file.path for file in product if file.change.status == "removed"}
    for path in sorted(removed_files):
        names = [mention.name for mention in gone if mention.path == path]
        if len(names) > _LISTED_ONE_BY_ONE:
            yield Fact(FactKind.MODULE_REMOVED, path, path, 0, detail=", ".join(names))
            gone = [mention for mention in gone if mention.path != path]
    dropped = [mention for file in product if is_open(file) for mention in parameters.dropped(file)]
    lost_types = {mention.name for mention in gone}
    for mention in (*gone, *dropped):
        if mention.name.rpartition("::")[0] not in lost_types:  # a type's methods went with it
            yield Fact(FactKind.NAME_REMOVED, mention.name, mention.path, mention.line)
    yield from additions.extract(product, files, known)


def has_names(file: ChangedFile) -> bool:
    """Whether names in its language are supported here."""
    return file.language in _PATTERNS["definition"]


def _is_offered(file: ChangedFile) -> bool:
    """Whether others may use a file's names; in TypeScript, those from a package's entry points and type files."""
    return is_open(file) and (
        file.language != "javascript" or is_entry(file.path) or bool(_PATTERNS.of_a_package.search(file.path))
    )


def defined(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the functions, classes and types that a file defines for others, with what follows their names."""
    owner_at = owners(file.language, view)
    conditional = _conditional(view) if file.language == "python" else ()
    for found in (*_PATTERNS["definition"][file.language].finditer(view.code), *conditional):
        above = view.code[max(0, found.start() - 400) : found.start()].rstrip("\n").rpartition("\n")[2]
        owner = found.groupdict().get("owner") or "A"
        if owner[0].isupper() and not _PATTERNS.handles.match(
            above
        ):  # callers of an endpoint know its path, not the function's name
            name = owner_at(found) + found["name"]
            yield view.mention(name, file.path, found.start("name"), _signature(found, view), found["keyword"])
    yield from offered(file, view)


def _conditional(view: View) -> Iterator[re.Match[str]]:
    """Find Python classes that a module defines only under a condition, such as that something is installed."""
    for found in _PATTERNS.indented_class.finditer(view.code) if "    class " in view.code else ():
        above = [*_PATTERNS.at_margin.finditer(view.code, 0, found.start())][-1:]
        if _PATTERNS.condition.match(above[0][0] if above else view.heading):
            yield found


def _signature(found: re.Match[str], view: View) -> str:
    """The rest of a name's line, or everything up to the end of its parameters if they take several lines."""
    rest = found["rest"]
    if rest.count("(") <= rest.count(")"):
        return str(rest)
    return f"({' '.join(call_text(view.code, found.start('rest') + rest.index('(')).split())})"


def _for_others(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Of these, the documented ones, if the language's public marker also covers what only its own crate or module can use.

    A `pub fn` in a private Rust module and a Python function do not count until they are documented; but importers of a removed
    Python module miss everything in it.
    """
    if file.language == "rust":
        described = {one.name for one in offers(file, view) if one.is_documented}
        yield from (one for one in (*defined(file, view), *_of_traits(file, view)) if one.name in described)
    elif file.language == "python" and file.change.status != "removed" and not file.path.endswith("__init__.py"):
        yield from (one for one in defined(file, view) if one.detail == "class" or has_docstring(view, one))
    else:
        yield from defined(file, view)


def _of_traits(file: ChangedFile, view: View) -> Iterator[Mention]:
    """The items of a Rust file's public traits: only the trait itself is marked `pub`."""
    if file.language == "rust":
        known = {one.name for one in defined(file, view)}
        for one in offers(file, view):
            if one.owner and one.name not in known:
                yield Mention(one.name, one.path, one.line, str(one.parts or ""), "fn", changed=one.changed)


def _announced(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Yield a public class's methods that were deprecated: others may come and go without anybody outside noticing."""
    may_warn = any(word in view.text for word in _WARN_WORDS)  # faster than the pattern
    if file.language != "python" or not may_warn or not _PATTERNS.warns.search(view.text):
        return
    defined = list(_PATTERNS.method.finditer(view.code))
    ends = [*(found.start() for found in defined[1:]), len(view.text)]
    for found, end in zip(defined, ends, strict=False):
        body = view.text[found.start() : end]
        shown = list(_PATTERNS.class_head.finditer(view.code, 0, found.start()))
        owner = shown[-1] if shown else _PATTERNS.class_head.match(view.heading)
        if owner and len(found["indent"]) == _INDENT and _PATTERNS.warns.search(body):
            yield view.mention(f"{owner['name']}.{found['name']}", file.path, found.start("name"), body, "method")


def _is_bound(mention: Mention, file: ChangedFile) -> bool:
    """Whether the file still has the name after the change, as far as the diff shows."""
    name = mention.name.rpartition(".")[2].rpartition(":")[2]
    if mention.detail == LISTED and (not file.is_whole or any(_ALL_OF_IT in new.code for _, new in file.views)):
        return True
    if mention.detail == LISTED and file.language == "python":
        return not _went(name, file)
    pattern = _PATTERNS.of(f"bound.{file.language}", name=name)
    return any(name in new.code and pattern.search(new.code) for _, new in file.views)


def _went(name: str, file: ChangedFile) -> bool:
    """Whether a listed name existed before and is no longer mentioned anywhere in the file."""
    there = _PATTERNS.of("unquoted", name=name)
    named = _PATTERNS.of("word", name=name)
    return any(there.search(old.code) for old, _ in file.views) and not any(
        named.search(new.code) for _, new in file.views
    )


def _is_elsewhere(name: str, files: Sequence[ChangedFile]) -> bool:
    """Whether a header's name is still in any C source, or may be in one that is not fully shown."""
    word = _PATTERNS.of("word", name=name)
    return any(
        not file.is_whole or any(name in new.code and word.search(new.code) for _, new in file.views)
        for file in files
        if file.language == "c"
    )


def _replaces(new: Mention, old: Mention, file: ChangedFile) -> bool:
    """Whether `new` is `old` renamed: nothing else on its line changed, or it is similar and written in its place."""
    if new.path != old.path or new.detail != old.detail or old.detail == LISTED:
        return False  # two alphabetical lists do not show which name replaces which
    if old.detail in _CALLED and old.value != new.value:
        return False  # callers of the new name must also pass something different
    if is_header(file) and old.detail != "def":  # for macros and types that begin alike, only the names count
        is_same = old.detail == "function" and old.value == new.value and len(old.value) >= _SHORTEST_REST
        is_alike = alike(old.name, new.name, _MUCH_ALIKE)
    else:
        is_alike, is_same = alike(old.name, new.name, _ALIKE), old.value == new.value
    if is_same and is_alike and "def" in old.detail and len(old.value) >= _SHORTEST_REST:
        return True
    return (is_same or is_alike) and in_one_run(file, old.line, new.line, _SHORT_RUN if is_alike else _ONE_LINE)


_CALLED = {"def", "async def", "fn", "func", "function", "function*"}
_ONE_LINE, _SHORT_RUN = 2, 12
