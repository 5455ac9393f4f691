"""Whether a change leaves what runs untouched: only comments, docstrings, prose, blank lines or layout differ."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from analysis.facts.syntax.changed import ChangedFile, View, alike
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_HAS_DOCUMENTS = {"python", "c", "rust", "java", "javascript", "go"}
_INDENTED = {"python", "yaml"}
_EITHER_QUOTE = {"python", "javascript", "yaml", "toml"}
_LAYOUT = {ord(sign): None for sign in " \t\n,;\"'`()"}


def reads_as_prose(text: str) -> bool:
    """Whether a line looks like a sentence rather than code."""
    return len(text.split()) >= 4 and not _PATTERNS.code_line.search(text)  # noqa: PLR2004 - shorter ones may be anything


@lru_cache(maxsize=64)
def is_inert(file: ChangedFile) -> bool:
    """Whether a file's change is fully seen and none of it affects what runs; cached for the next caller."""
    if file.change.status not in {"modified", "changed"} or not file.hunks or not file.is_whole:
        return False
    return all(
        _is_layout(before, after, file.language) or (file.language in _HAS_DOCUMENTS and _is_prose(before, after))
        for before, after in file.views
    )


def is_moved(file: ChangedFile) -> bool:
    """Whether a file was only moved or renamed."""
    return file.change.status == "renamed" and not file.change.additions and not file.change.deletions


def is_laid_out_anew(file: ChangedFile) -> bool:
    """Whether an inert change differs only in layout: no word of a comment or docstring was added or removed."""
    lines = [line for hunk in file.hunks for line in hunk.lines]
    came, went = (
        Counter(_PATTERNS.word.findall("\n".join(line.text for line in lines if getattr(line, side))))
        for side in ("added", "removed")
    )
    return came == went


def is_worded_anew(file: ChangedFile) -> bool:
    """Whether, apart from comments and layout, only sentences in strings differ and say much the same: messages with fewer typos."""
    if file.change.status not in {"modified", "changed"} or not file.hunks or not file.is_whole:
        return False
    return all(_is_worded_alike(before.code, after.code) for before, after in file.views)


def is_licensed_anew(file: ChangedFile) -> bool:
    """Whether of an inert change every line is about the file's license or copyright."""
    lines = [line.text for hunk in file.hunks for line in hunk.lines if line.added or line.removed]
    return all(_PATTERNS.license.search(text) or not _PATTERNS.word.search(text) for text in lines)


def renames_only(files: Iterable[ChangedFile]) -> bool:
    """Whether the code of all files is the same as before but for names that it binds itself, each giving way to one other."""
    names: dict[str, str] = {}
    bound = set[str]()
    for file in files:
        if is_moved(file) or is_inert(file):
            continue
        if (
            file.language not in _HAS_DOCUMENTS
            or file.change.status not in {"modified", "changed"}
            or not file.hunks
            or not file.is_whole
        ):
            return False
        for before, after in file.views:
            old, new = (_PATTERNS.token.findall(view.code) for view in (before, after))
            bound |= {name for found in _PATTERNS.binding.finditer(before.code) for name in found.groups() if name}
            if len(old) != len(new) or any(
                names.setdefault(was, now) != now for was, now in zip(old, new, strict=True)
            ):
                return False
    renamed = {was for was, now in names.items() if was != now}
    return bool(renamed) and renamed <= bound and len(set(names.values())) == len(names)


_ALIKE, _SENTENCE = 0.7, 3
"""How similar two sentences must be, from 0 to 1, to say the same, and how many words make a text a sentence."""


def _is_worded_alike(before: str, after: str) -> bool:
    old, new = (_PATTERNS.string.split(code) for code in (before, after))
    if ["".join(part.split()) for part in old[::2]] != ["".join(part.split()) for part in new[::2]]:
        return False
    if any(
        _PATTERNS.coded.findall(was) != _PATTERNS.coded.findall(now)
        for was, now in zip(old[1::2], new[1::2], strict=True)
    ):
        return False  # a path, a placeholder or a number differs
    changed = [(was, now) for was, now in zip(old[1::2], new[1::2], strict=True) if was != now]
    return all(min(len(was.split()), len(now.split())) >= _SENTENCE and alike(was, now, _ALIKE) for was, now in changed)


def _is_layout(before: View, after: View, language: str) -> bool:
    old, new = _bare(before), _bare(after)
    if len(old) != len(new) or sorted(old) != sorted(new):
        return False
    if list(_pieces(before.code, language)) != list(_pieces(after.code, language)):
        return False
    return language not in _INDENTED or _is_indented_alike(before.code, after.code)


def _bare(view: View) -> str:
    """What changed, without anything a formatter may add or remove: a quick check whether it is the same as before."""
    return "".join(text for _, text, is_changed in view.lines() if is_changed).translate(_LAYOUT)


def _pieces(code: str, language: str) -> Iterator[str | list[str]]:
    """Yield the code without its layout, split at runs of imports, whose order counts as layout too."""
    rest, imports = "", list[str]()
    begins = _PATTERNS["imports"].get(language)
    for text in _statements(code):
        if begins and begins.match(text):
            yield from _run(rest, language)
            rest = ""
            imports += _imported(_squeezed(text, language), language)
        elif text.strip():
            if imports:
                yield sorted(imports)
                imports = []
            rest += f"{text}\n"
    yield sorted(imports)
    yield from _run(rest, language)


def _run(text: str, language: str) -> list[str]:
    return [_squeezed(text, language)] if text else []


def _statements(code: str) -> Iterator[str]:
    """Yield the lines, joining those within brackets."""
    depth, begun = 0, list[str]()
    for line in code.split("\n"):
        begun.append(line)
        depth = max(0, depth + _opened(line))
        if not depth:
            yield "\n".join(begun)
            begun = []
    yield "\n".join(begun)


def _opened(line: str) -> int:
    return sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))


def _imported(statement: str, language: str) -> list[str]:
    """Each name that an import brings in, with the rest of its statement: two statements may become one."""
    if language == "go":
        return _PATTERNS.package.findall(statement)
    found = next((found for form in _PATTERNS["names"].values() if (found := form.fullmatch(statement))), None)
    return [f"{found['head']} {name} {found['tail']}" for name in found["names"].split(",")] if found else [statement]


def _squeezed(code: str, language: str) -> str:
    if language == "javascript":
        code = _PATTERNS.last_semicolon.sub("", code)
    parts = _PATTERNS.string.split(code)  # alternates between code outside strings and a string
    parts[::2] = [_PATTERNS.blank.sub(" ", _PATTERNS.needless.sub("", part)) for part in parts[::2]]
    if language in _EITHER_QUOTE:
        parts[1::2] = [f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text for text in parts[1::2]]
    return _PATTERNS.last_comma.sub("", "".join(parts))


def _is_indented_alike(before: str, after: str) -> bool:
    """Whether blocks stay the same, judging by the unchanged lines: all are shifted alike, or all widened."""
    old, new = list(_indents(before)), list(_indents(after))
    if [text for text, _ in old] != [text for text, _ in new]:
        return True  # a formatter joined or wrapped lines
    pairs = [(was, now) for (_, was), (_, now) in zip(old, new, strict=True)]
    widest = max(pairs, default=(0, 0))
    return len({now - was for was, now in pairs}) <= 1 or all(was * widest[1] == now * widest[0] for was, now in pairs)


def _indents(code: str) -> Iterator[tuple[str, int]]:
    """Yield the lines outside brackets, each with its indentation."""
    for text in _statements(code.expandtabs(4)):
        line = text.partition("\n")[0]
        if line.strip():
            yield _squeezed(text, "python"), len(line) - len(line.lstrip())


def _is_prose(before: View, after: View) -> bool:
    """Whether only sentences differ: the middle of a comment or docstring whose ends the hunk does not show."""
    lines = [(text.strip(), changed) for view in (before, after) for _, text, changed in view.lines() if text.strip()]
    changed = [text for text, is_changed in lines if is_changed]
    if not changed:
        return False
    return all(map(reads_as_prose, changed)) or (
        all(map(_PATTERNS.sentence.fullmatch, changed)) and not any(_PATTERNS.code.search(text) for text, _ in lines)
    )
