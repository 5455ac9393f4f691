"""Versions of the project itself that a commit publishes, or sets for the next development cycle."""

from collections.abc import Iterator, Sequence

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import read_title
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__, "releases")
_AROUND = {
    FileKind.LOCK,
    FileKind.DOCS,
    FileKind.GENERATED,
    FileKind.BUILD,
    FileKind.CI,
    FileKind.TEST,
    FileKind.TOOLING,
}
# Folders in which a project's main package usually lives.
_MAIN = {
    "",
    "src",
    "lib",
    "python",
    "py",
    "packages",
    "pkg",
    "crates",
    "core",
    "main",
    "rust",
    "go",
    "js",
    "cmd",
    "internal",
    "app",
    "version",
}


def releases(commit: Commit, files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find the version that a commit publishes: from its files, or its title if that says nothing else.

    The fact's name is the package, or the repository's name for its main one; `after` is the version, `before` the previous
    one if a file shows it. A version set in passing, in a change to something else, does not count.
    """
    titles = [commit.subject, *(one.subject for one in commit.brought)]
    announced = next((found for title in titles if (found := _announced(title, commit.repo))), None)
    changed = [found for file in files for found in _set(file)]
    headings = [found for file in files for found in _opened(file)]
    own = sorted(changed, key=lambda found: (_package(found.path, commit.repo) != _own(commit.repo), found.path))
    if files and not any(map(_may_publish, files)):
        return  # "Update v1.2.md" is about a page
    if own and (announced is not None or all(file.kind in _AROUND or _is_version_file(file) for file in files)):
        package = _package(own[0].path, commit.repo)
        if announced and announced[0] and announced[1] in {one.after for one in own}:
            package = announced[0]
        yield Fact(FactKind.VERSION_CHANGED, package, own[0].path, own[0].line, own[0].before, own[0].after)
    elif announced and announced[1] and (own or any(map(_PATTERNS.publishes.search, titles))):
        heading = next((one for one in headings if one.after == announced[1]), None)
        package = announced[0] or _package_at([file.path for file in files if _is_unread(file)], commit.repo)
        path, line = (heading.path, heading.line) if heading else ("", 0)
        yield Fact(FactKind.VERSION_CHANGED, package, path, line, "", announced[1])


def is_final(version: str) -> bool:
    """Whether a version is final: not a candidate, preview, nightly or development version."""
    return not _PATTERNS.unfinished.search(version)


def is_main(package: str, repo: str) -> bool:
    """Whether a package is the one the repository is named after."""
    return _plain(package) == _plain(_own(repo))


def _announced(subject: str, repo: str) -> tuple[str, str] | None:
    """Return the package and version that a title publishes, each empty if unstated; None if it publishes nothing."""
    title = read_title(subject)
    if title.reverts is not None:
        return None
    named = _PATTERNS.named.match(title.text)
    if named and (is_main(named["package"].rstrip("-@"), repo) or _PATTERNS.published.match(title.text)):
        return named["package"].rstrip("-@ "), named["version"]
    text = title.text
    if not _PATTERNS.announces.match(text) and not (
        text[:1] == "v" and "release" in subject.lower() and _PATTERNS.version.match(text)
    ):
        packaged = _PATTERNS.packaged.match(text)
        return (packaged["package"], packaged["version"]) if packaged else None
    found = _PATTERNS.version.search(text)
    return "", found["version"] if found else ""


def _set(file: ChangedFile) -> Iterator[Fact]:
    """Find a changed project version in a file."""
    forms = [_PATTERNS["versions"][name] for name, where in _PATTERNS["files"].items() if where.search(file.path)]
    if not forms or file.kind in {FileKind.TEST, FileKind.TOOLING, FileKind.VENDORED}:
        return
    for hunk in file.hunks:
        was = {
            form: found["version"]
            for line in hunk.lines
            if line.removed
            for form in forms
            if (found := form.match(line.text))
        }
        for line in hunk.lines:
            for form in forms:
                if line.added and (found := form.match(line.text)) and was.get(form, "") != found["version"]:
                    yield Fact(
                        FactKind.VERSION_CHANGED,
                        "",
                        file.path,
                        line.new or 0,
                        _bare(was.get(form, "")),
                        _bare(found["version"]),
                    )


def _opened(file: ChangedFile) -> Iterator[Fact]:
    """Find the version headings added to a changelog."""
    if _PATTERNS.changelog.search(file.path):
        for hunk in file.hunks:
            for line in hunk.lines:
                if line.added and (found := _PATTERNS.heading.match(line.text)):
                    yield Fact(FactKind.VERSION_CHANGED, "", file.path, line.new or 0, "", found["version"])


def _has_versions(file: ChangedFile) -> bool:
    return any(where.search(file.path) for where in _PATTERNS["files"].values())


def _is_version_file(file: ChangedFile) -> bool:
    return _has_versions(file) and file.change.additions + file.change.deletions <= 4  # noqa: PLR2004 - a version, and perhaps its date


def _may_publish(file: ChangedFile) -> bool:
    """Whether it may be part of a release: pages, tests and CI publish nothing, a changelog does."""
    return file.kind not in {FileKind.DOCS, FileKind.TEST, FileKind.CI} or bool(_PATTERNS.changelog.search(file.path))


def _is_unread(file: ChangedFile) -> bool:
    """Whether it is a version file whose patch is missing."""
    return not file.hunks and file.kind in {FileKind.PRODUCTION, FileKind.BUILD} and _has_versions(file)


def _package_at(paths: Sequence[str], repo: str) -> str:
    """The package that version files at `paths` belong to: the repository's own if it is among them or there are no files."""
    found = sorted(_package(path, repo) for path in paths)
    return _own(repo) if not found or _own(repo) in found else found[0]


def _package(path: str, repo: str) -> str:
    """The package that a version file belongs to, by its folders: the repository's own unless they name another."""
    folders = [name for name in path.split("/")[:-1] if name.lower() not in _MAIN]
    return _own(repo) if not folders or any(is_main(name, repo) for name in folders) else folders[0]


def _own(repo: str) -> str:
    return repo.rpartition("/")[2]


def _plain(name: str) -> str:
    return _PATTERNS.no_part_of_a_name.sub("", name.lower())


def _bare(version: str) -> str:
    return version.removeprefix("v")
