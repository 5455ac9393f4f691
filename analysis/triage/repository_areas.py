"""The areas of one repository: the general ones, plus what it says itself and what its past shows.

Labels in `.github/labeler.yml` and teams in CODEOWNERS that name a known area add their paths to it; others become areas. So
do scopes, folders, crates and packages from the past (`area_proposal`), after everything that people named.
"""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from analysis.commits.globs import pattern_of
from analysis.i18n.patterns import Patterns
from analysis.triage.areas import Area, Areas, general, is_of_models, read_areas

_PATTERNS = Patterns(__file__)
_LARGEST_TEXT, _DEEPEST, _MOST_STEPS = 200_000, 50, 20_000
"""Limits for a labeler or CODEOWNERS file: characters, nesting, values read. Ten times what the largest projects have."""
_MATCHES = {"any", "all", "changed-files", "any-glob-to-any-file", "any-glob-to-all-files"}
_LOG = logging.getLogger(__name__)


def is_process(label: str) -> bool:
    """Whether a label or tag says how a change is handled, not what it is about."""
    return bool(_PATTERNS.process.match(label))


def of_repository(
    labeler: str = "",
    codeowners: str = "",
    configured: Mapping[str, Mapping[str, Any]] | None = None,
    learned: Mapping[str, Mapping[str, Any]] | None = None,
) -> Areas:
    """Return the general areas plus what the repository says itself.

    `labeler` and `codeowners` are the texts of those files, `configured` the configuration's `[areas]` tables, in the format
    of `areas.toml`; a table with a known key replaces only the fields it has. `learned`, in the same format, is what the
    repository's past shows in addition; it takes nothing from the others, but a table with `broad` marks its area as broad.
    """
    base = general()
    if not (labeler or codeowners or configured or learned):
        return base
    areas = {area.key: area for area in base}
    for label, globs in _labels(labeler).items():
        name = _PATTERNS.label_prefix.sub("", label).strip()
        if not is_process(name):
            _add_paths(areas, base.find(name), name, [glob for glob in globs if not _PATTERNS.anything.fullmatch(glob)])
    owned = [(glob, _teams(owners)) for glob, owners in _owned(codeowners)]
    lines = Counter(team for _, teams in owned for team in teams)
    everywhere = {team for glob, teams in owned for team in teams if _PATTERNS.anything.fullmatch(glob)}
    parts: dict[str, list[str]] = defaultdict(list)
    for glob, teams in owned:
        named = next((key for word in (glob, *teams) for key in [base.named_by(word)] if key), None)
        if named:
            _add_paths(areas, named, named, [glob])
        elif len(teams) == 1 and teams[0] not in everywhere and lines[teams[0]] <= max(1, len(owned) / 3):
            parts[teams[0]].append(glob)
    for team, globs in parts.items():
        _add_paths(areas, None, team, globs)
    broad = {key for key, table in (learned or {}).items() if table.get("broad")}
    for area in read_areas({key: table for key, table in (learned or {}).items() if key not in broad}):
        areas.setdefault(area.key, replace(area, learned=True))
    areas |= {key: replace(areas[key], broad=True) for key in broad if key in areas}
    for area in read_areas(configured or {}):
        old = areas.get(area.key)
        areas[area.key] = area if old is None else _merge(old, area)
    return Areas(areas.values(), of_models=is_of_models([labeler, codeowners]))


def _teams(owners: Iterable[str]) -> list[str]:
    """Return the names of the teams among owners, without words common to all team names."""
    names = [
        _PATTERNS.team.sub("", owner.partition("/")[2]).replace("-", " ").strip() for owner in owners if "/" in owner
    ]
    return [name for name in names if not _PATTERNS.everybody.fullmatch(name)]


def _merge(old: Area, new: Area) -> Area:
    return replace(
        old,
        names={**old.names, **new.names},
        words=new.words or old.words,
        tags=new.tags or old.tags,
        paths=new.paths or old.paths,
        broad=False,  # people want it
    )


def _add_paths(areas: dict[str, Area], key: str | None, name: str, globs: Iterable[str]) -> None:
    patterns = tuple(_patterns(globs))
    if not patterns:
        return
    if key is None:
        key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    old = areas.get(key, Area(key, {"en": name}, frozenset({name.lower()})))
    areas[key] = replace(old, paths=old.paths + patterns, ml=False)  # the repository itself names it


def _patterns(globs: Iterable[str]) -> Iterable[re.Pattern[str]]:
    for glob in globs:
        try:
            yield pattern_of(glob)
        except ValueError as error:  # a mistake in the repository must not stop its digest
            _LOG.warning("a glob of a labeler or of CODEOWNERS is passed over: %s", error)


def _labels(text: str) -> dict[str, list[str]]:
    """Read actions/labeler's file, versions 4 and 5: label → globs, without excluding ones.

    https://github.com/actions/labeler#match-object
    """
    document = _yaml(text)
    if not isinstance(document, dict):
        return {}
    labels = {
        str(label): [glob for glob in _strings(rule) if not glob.startswith("!")] for label, rule in document.items()
    }
    return {label: globs for label, globs in labels.items() if globs}


@lru_cache(maxsize=64)
def _yaml(text: str) -> Any:
    """Read YAML with all scalars as strings; None, with a log line, if it is invalid, too large or too deep."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        why = _beyond(text, loader)  # parsing recurses at each level
        document = None if why else yaml.load(text, Loader=loader)  # noqa: S506 - it makes nothing but texts, lists and tables
    except (yaml.YAMLError, ValueError) as error:  # a mistake in the repository must not stop its digest
        document, why = None, " ".join(str(error).split())[:200]
    if why:
        _LOG.warning("a labeler.yml is passed over: %s", why)
    return document


def _beyond(text: str, loader: Any) -> str:
    """Say which limit YAML exceeds; empty for most."""
    import yaml

    if len(text) > _LARGEST_TEXT:
        return f"it has more than {_LARGEST_TEXT:,} characters"
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return f"it has more than {_DEEPEST} levels"
    return ""


def _strings(rule: Any) -> Iterable[str]:
    """Yield a rule's globs; if an alias makes it endless, only as many as any file needs."""
    waiting, left = [rule], _MOST_STEPS
    while waiting and left:
        left -= 1
        item = waiting.pop()
        if isinstance(item, str):
            if not _PATTERNS.no_text.fullmatch(item):
                yield item
        elif isinstance(item, list):
            waiting += item[:left][::-1]
        elif isinstance(item, dict):
            waiting += [value for key, value in item.items() if key in _MATCHES][::-1]


def _owned(text: str) -> Iterable[tuple[str, list[str]]]:
    """Read CODEOWNERS: patterns with their owners."""
    if len(text) > _LARGEST_TEXT:
        _LOG.warning("a CODEOWNERS is passed over: it has more than %s characters", f"{_LARGEST_TEXT:,}")
        return
    for line in text.splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        if pattern and owners:
            yield pattern, owners
