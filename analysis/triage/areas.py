"""Which areas of a project a commit belongs to: from tags, title words and paths.

The general vocabulary is `areas.toml`; a repository adds its own from `.github/labeler.yml`, CODEOWNERS and the
configuration. Labels and owners that name a known area add their paths to it; other labels become areas.
"""

import logging
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.globs import pattern_of
from analysis.commits.title import Title

MOST_AREAS = 2
"""How many areas a commit has at most."""

_IN_TAG, _IN_TITLE, _IN_PATHS, _IN_COMMON_PATHS = 3.0, 1.6, 2.5, 1.5
_NEARLY_ALL, _SURE, _ENOUGH = 0.9, 1.5, 1.0
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.LOCK}
_BUILDS = {FileKind.BUILD, FileKind.LOCK}
_OF_MODELS = re.compile(
    r"(?<![a-z])(?:torch|pytorch|cuda|cudnn|gpus?|npus?|tpus?|xpus?|mlus?|hpus?|musa|rocm|hipify|triton|tensors?|llms?|vllm|sglang|sgl|srt|kv_?cache|fp8|fp4|bf16|bfloat16"
    r"|float16|transformers|huggingface|safetensors|logits?|logprobs?|lora|moe|deepspeed|fsdp|megatron|rlhf|rollouts?|prefill|diffusers|qwen\d?|llama\d?|deepseek)(?![a-z])",
    re.IGNORECASE,
)
"""Words of what trains or serves models, that hardly mean anything else."""
_AROUND = {"docs": {FileKind.DOCS}, "ci": {FileKind.CI, FileKind.TEST}}
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]|[a-z0-9]")
_LABEL_PREFIX = re.compile(r"^(?:area|component|module|scope|topic|domain)\s*[:/-]\s*", re.IGNORECASE)
_LARGEST_TEXT, _DEEPEST, _MOST_STEPS = 200_000, 50, 20_000
"""Characters of a labeler or CODEOWNERS, levels of one, values that are looked at in it: ten times what the largest projects have."""
_MATCHES = {"any", "all", "changed-files", "any-glob-to-any-file", "any-glob-to-all-files"}
_NO_TEXT = re.compile(r"~|null|true|false|[\d.+-]*", re.IGNORECASE)
"""What YAML takes for something else than a text where no quotes stand around it."""
_LOG = logging.getLogger(__name__)
_PROCESS = re.compile(
    r"(?:run|skip|needs?|do[- ]not|dont|don't|wip|ready|size|priority|prio|status|state|kind|type|severity|good first|help wanted|stale|auto|back-?port|cherry"
    r"|merge|lgtm|approved?|no|has|waiting|awaiting|blocked|review|stage|triage|trigger|full|fast|keep|pending|changelog|release[- ]notes?|first[- ]time|community|external|invalid|duplicate)(?:$|[\s:/_-])"
    r"|[sml]$|x{1,3}[sl]$",
    re.IGNORECASE,
)
"""Labels that say how a change is handled, not what it is about."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a project.

    Attributes:
        key: its name in data and commands; `names` is how it is shown, by language.
        words: say it anywhere; `tags`: only in a tag, prefix or scope. All lower case.
        paths: patterns over the path with a `/` before it.
        apart: it lives in folders of its own, so that a path alone tells it.
        platform: it is hardware that its users cannot exchange for another.
        ml: it is a part of what trains or serves models; elsewhere its words mean other things (a worker, a cache, a graph).
        covers: areas that go without saying where this one is sure, such as models in a diffusion commit.
    """

    key: str
    names: Mapping[str, str]
    words: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    paths: tuple[re.Pattern[str], ...] = ()
    apart: bool = True
    covers: frozenset[str] = frozenset()
    platform: bool = False
    ml: bool = False

    def name(self, language: str) -> str:
        """How it is shown in that language (`en` or `zh`)."""
        return self.names.get(language) or self.names.get("en") or self.key


def _defined(area: Area) -> str:
    sets = (area.words, area.tags, area.covers)
    return f"{area.key} {[sorted(one) for one in sets]} {[path.pattern for path in area.paths]} {area.apart} {area.platform} {area.ml}"


class Areas:
    """The areas of one repository."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = {area.key: area for area in areas}
        self._by_word: dict[str, list[str]] = {}
        self._by_tag: dict[str, list[str]] = {}
        for area in self._areas.values():
            for word in area.words:
                self._by_word.setdefault(_plain(word), []).append(area.key)
            for word in area.words | area.tags:
                self._by_tag.setdefault(_plain(word), []).append(area.key)
        self._ml = frozenset(area.key for area in self._areas.values() if area.ml)
        self._with_paths = [area for area in self._areas.values() if area.paths]
        self._of_path: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def __iter__(self) -> Any:
        return iter(self._areas.values())

    @cached_property
    def definition(self) -> str:
        """All that these areas are made of, as one text: what was sorted by the same definition need not be sorted again."""
        return "\n".join(map(_defined, self._areas.values()))

    def name(self, key: str, language: str) -> str:
        """How the area with this key is shown; the key itself if it is unknown."""
        return self._areas[key].name(language) if key in self._areas else key

    def is_platform(self, key: str) -> bool:
        """Whether the area with this key is hardware that its users cannot exchange for another."""
        return key in self._areas and self._areas[key].platform

    def find(self, text: str) -> str | None:
        """Return the key of the area that somebody means by `text` (`AMD`, `rocm`, `昇腾`), or None."""
        wanted = _plain(text.strip().lower())
        for area in self._areas.values():
            shown = {
                _plain(written.lower()) for name in area.names.values() for written in (name, name.replace(" ", ""))
            }
            words = {word for name in area.names.values() for word in name.lower().split()} - {"and", "与", "/"}
            if wanted == _plain(area.key) or wanted in shown or wanted in words:
                return area.key
        keys = self._by_tag.get(wanted)
        return keys[0] if keys else None

    def named_by(self, text: str) -> str | None:
        """Return the key of the area that a folder or an owner names by one of its words; the deepest folder decides."""
        for word in reversed(re.split(r"[/@*.\s-]+", text.lower())):
            key = _plain(word)
            if key and (key in self._areas or key in self._by_word):
                return key if key in self._areas else self._by_word[key][0]
        return None

    def of(self, title: Title, files: Sequence[FileChange], repo: str = "") -> tuple[str, ...]:
        """Return the areas of a commit of `repo` (`owner/name`), the surest first, at most MOST_AREAS.

        Tags are people's own word. Paths decide alone for areas that live in folders of their own; areas that cut
        across (a scheduler, models, an interface) are named by nearly all of the paths, or by the title. What the
        repository itself is called says nothing but in a tag.
        """
        own = _own_words(repo)
        tagged = self.tagged(title)
        score = dict.fromkeys(tagged, _IN_TAG)
        in_title = {key for word in _words(title.text) - own for key in self._by_word.get(word, ())}
        for key in in_title:
            score[key] = score.get(key, 0.0) + _IN_TITLE
        for key, share in self._shares(files, own).items():
            if key not in self._areas or self._areas[key].apart:
                score[key] = score.get(key, 0.0) + share * _IN_PATHS
            elif share >= _NEARLY_ALL:
                score[key] = score.get(key, 0.0) + share * _IN_COMMON_PATHS
            elif key in in_title:
                score[key] += share
        for key, common in ((key, area.covers) for key, area in self._areas.items() if area.covers):
            if score.get(key, 0.0) >= _SURE:
                unsaid = common - in_title - tagged
                score = {other: 0.0 if other in unsaid else value for other, value in score.items()}
        foreign = self._foreign(title, files, tagged)
        sure = [(value, key) for key, value in score.items() if value >= _ENOUGH and key not in foreign]
        if any(key != "docs" for _, key in sure):  # documents of something are about that
            sure = [(value, key) for value, key in sure if key != "docs" or "docs" in tagged]
        return tuple(key for _, key in sorted(sure, key=lambda pair: (-pair[0], pair[1]))[:MOST_AREAS])

    def _foreign(self, title: Title, files: Sequence[FileChange], tagged: frozenset[str]) -> frozenset[str]:
        """Areas whose words here mean something else: of models where nothing speaks of any, of what surrounds the product in its code."""
        kinds = {kind_of(file.path) for file in files}
        found = {"docs"} if kinds & _PRODUCT else set[str]()
        if kinds and not kinds & _BUILDS:
            found.add("build_release")
        found -= tagged
        return frozenset(found) if _speaks_of_models(title, files) else frozenset(found) | self._ml

    def tagged(self, title: Title) -> frozenset[str]:
        """Return the areas that a title's tags, prefix and scope name."""
        return frozenset(key for topic in title.topics for key in self._meant(topic))

    def _meant(self, topic: str) -> list[str]:
        whole = self._by_tag.get(_plain(topic))
        words = {_plain(word) for word in _WORD.findall(topic)}
        return whole or [
            key for word in _words(topic) for key in (self._by_tag if word in words else self._by_word).get(word, ())
        ]

    def _shares(self, files: Sequence[FileChange], own_words: frozenset[str]) -> dict[str, float]:
        # Where the product is touched, tests and documents that come along do not decide what it is about.
        kinds = {file.path: kind_of(file.path) for file in files}
        product = [file for file in files if kinds[file.path] in {FileKind.PRODUCTION, FileKind.BUILD}]
        counted = product or files
        weight = {file.path: 1.0 + min(file.additions + file.deletions, 200) for file in counted}
        total = sum(weight.values()) or 1.0
        shares: Counter[str] = Counter()
        for path, amount in weight.items():
            for key in self._in_path(path, own_words):
                shares[key] += amount / total  # type: ignore[assignment]
        lines = sum(1.0 + file.additions + file.deletions for file in files) or 1.0
        own = {
            key: sum(1.0 + f.additions + f.deletions for f in files if kinds[f.path] in around) / lines
            for key, around in _AROUND.items()
        }
        if any(kind is FileKind.PRODUCTION for kind in kinds.values()):
            own["ci"] = shares.get("ci", 0.0)
        return {**shares, **own}

    def _in_path(self, path: str, own: frozenset[str]) -> frozenset[str]:
        if (path, own) not in self._of_path:
            if len(self._of_path) > 50_000:  # noqa: PLR2004 - a bound for a bot that runs for a year
                self._of_path.clear()
            rooted = f"/{path}"
            keys = {area.key for area in self._with_paths if any(p.search(rooted) for p in area.paths)}
            for part in path.lower().split("/"):
                for word in {part, part.rpartition(".")[0], *re.split(r"[_.-]", part)}:
                    if (plain := _plain(word)) not in own:
                        keys.update(self._by_word.get(plain, ()))
            self._of_path[path, own] = frozenset(keys)
        return self._of_path[path, own]


@lru_cache(maxsize=256)
def _own_words(repo: str) -> frozenset[str]:
    """Return the words of a repository's own name, whole and in parts."""
    name = repo.rpartition("/")[2].lower()
    return frozenset({_plain(name), *re.split(r"[_.-]", name)} - {""})


def _plain(word: str) -> str:
    return word.replace("-", "_").replace(" ", "_")


def _speaks_of_models(title: Title, files: Sequence[FileChange]) -> bool:
    """Whether a commit's title, paths or lines show that it is of what trains or serves models; so it is taken where no lines are here."""
    if not any(file.patch for file in files):
        return True
    texts = (title.text, *title.topics, *(file.path for file in files), *(file.patch or "" for file in files))
    return any(_OF_MODELS.search(text) for text in texts)


def _words(text: str) -> set[str]:
    found = set()
    for word in _WORD.findall(text.lower()):
        found |= {_plain(word), *re.split(r"[_./-]", word)}
    return found


@lru_cache(maxsize=1)
def general() -> Areas:
    """The vocabulary that ships with Daybrief."""
    return Areas(_read(tomllib.loads((Path(__file__).parent / "areas.toml").read_text(encoding="utf-8"))))


def _read(tables: Mapping[str, Mapping[str, Any]]) -> list[Area]:
    return [
        Area(
            key,
            {language: str(table[language]) for language in ("en", "zh") if table.get(language)},
            frozenset(word.lower() for word in table.get("words", ())),
            frozenset(word.lower() for word in table.get("tags", ())),
            tuple(re.compile(pattern) for pattern in table.get("paths", ())),
            bool(table.get("apart", True)),
            frozenset(table.get("covers", ())),
            bool(table.get("platform", False)),
            bool(table.get("ml", False)),
        )
        for key, table in tables.items()
    ]


def of_repository(
    labeler: str = "", codeowners: str = "", configured: Mapping[str, Mapping[str, Any]] | None = None
) -> Areas:
    """Return the general areas with what the repository says itself.

    `labeler` and `codeowners` are the texts of those files, `configured` the `[areas]` tables of the configuration,
    written as in `areas.toml`; a table with a known key replaces only the fields that it has.
    """
    base = general()
    if not (labeler or codeowners or configured):
        return base
    areas = {area.key: area for area in base}
    for label, globs in _labels(labeler).items():
        name = _LABEL_PREFIX.sub("", label).strip()
        if _PROCESS.match(name):
            continue
        _add_paths(areas, base.find(name), name, globs)
    for glob, owners in _owned(codeowners):
        teams = [owner.partition("/")[2] for owner in owners if "/" in owner]  # a person's handle is no word for a part
        named = next((key for word in (glob, *teams) for key in [base.named_by(word)] if key), None)
        if named:
            _add_paths(areas, named, named, [glob])
    for area in _read(configured or {}):
        old = areas.get(area.key)
        areas[area.key] = area if old is None else _merge(old, area)
    return Areas(areas.values())


def _merge(old: Area, new: Area) -> Area:
    return replace(
        old,
        names={**old.names, **new.names},
        words=new.words or old.words,
        tags=new.tags or old.tags,
        paths=new.paths or old.paths,
    )


def _add_paths(areas: dict[str, Area], key: str | None, name: str, globs: Iterable[str]) -> None:
    patterns = tuple(_patterns(globs))
    if not patterns:
        return
    if key is None:
        key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    old = areas.get(key, Area(key, {"en": name}, frozenset({name.lower()})))
    areas[key] = replace(old, paths=old.paths + patterns, ml=False)  # the repository itself has it


def _patterns(globs: Iterable[str]) -> Iterable[re.Pattern[str]]:
    for glob in globs:
        try:
            yield pattern_of(glob)
        except ValueError as error:  # the repository's own mistake must not stop its digest
            _LOG.warning("a glob of a labeler or of CODEOWNERS is passed over: %s", error)


def _labels(text: str) -> dict[str, list[str]]:
    """Read actions/labeler's file, versions 4 and 5: label → globs, without those that exclude.

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
    """Read YAML whose scalars are texts; None, with a line in the log, for what is none, too large or too deep."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        why = _beyond(text, loader)  # to read it calls itself for each level
        document = None if why else yaml.load(text, Loader=loader)  # noqa: S506 - it makes nothing but texts, lists and tables
    except (yaml.YAMLError, ValueError) as error:  # the repository's own mistake must not stop its digest
        document, why = None, " ".join(str(error).split())[:200]
    if why:
        _LOG.warning("a labeler.yml is passed over: %s", why)
    return document


def _beyond(text: str, loader: Any) -> str:
    """Say what of YAML is beyond all bounds; nothing for most."""
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
    """Yield the globs of a rule; of one that an alias makes endless, as many as any file needs."""
    waiting, left = [rule], _MOST_STEPS
    while waiting and left:
        left -= 1
        item = waiting.pop()
        if isinstance(item, str):
            if not _NO_TEXT.fullmatch(item):
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
