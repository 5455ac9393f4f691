"""Which areas of a project a commit belongs to, by tags, title words and paths.

The general vocabulary is `areas.toml`; `repository_areas` adds a repository's own.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import AROUND, Title
from analysis.i18n.language import FOLDER, LANGUAGES
from analysis.i18n.words import WORDS

MOST_AREAS = 2
"""The most areas a commit can have."""

_IN_TAG, _IN_TITLE, _IN_PATHS, _IN_COMMON_PATHS = 3.0, 1.6, 2.5, 1.5
_NEARLY_ALL, _SURE, _ENOUGH = 0.9, 1.5, 1.0
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.LOCK}
_MEASURES = {FileKind.TOOLING, FileKind.DOCS, FileKind.TEST}
"""What benchmarks consist of: the models and settings named in their files are measured, not changed."""
_BUILDS = {FileKind.BUILD, FileKind.LOCK}
_OF_MODELS = re.compile(
    r"(?<![a-z])(?:torch|pytorch|cuda|cudnn|gpus?|npus?|tpus?|xpus?|mlus?|hpus?|musa|rocm|hipify|triton|tensors?|llms?|vllm|sglang|sgl|srt|kv_?cache|fp8|fp4|bf16|bfloat16"
    r"|float16|transformers|huggingface|safetensors|logits?|logprobs?|lora|moe|deepspeed|fsdp|megatron|rlhf|rollouts?|prefill|diffusers|qwen\d?|llama\d?|deepseek)(?![a-z])",
    re.IGNORECASE,
)
"""Words of software that trains or serves models, which rarely mean anything else."""
_SEVERAL_WORDS = 3
_WITHIN = 6
"""Letters from which on a word is unlikely to be part of another by chance."""
_AROUND = {"docs": {FileKind.DOCS}, "ci": {FileKind.CI, FileKind.TEST}}
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]|[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a project.

    Attributes:
        key: its name in data and commands; `names` is how it is shown, by language.
        words: name it anywhere; `tags`: name it only in a tag, prefix or scope. All lower case.
        paths: patterns matched against the path with a leading `/`.
        apart: it lives in folders of its own, so that a path alone identifies it.
        platform: it is hardware that its users cannot swap for another.
        ml: it is part of training or serving models; elsewhere its words mean other things (a worker, a cache, a graph).
        covers: areas that go without saying if this one is certain, such as models in a diffusion commit.
        learned: only the repository's past shows it; unless a tag names it, it comes after all others.
        broad: it covers so much of this repository that it distinguishes commits only if a tag names it.
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
    learned: bool = False
    broad: bool = False

    def name(self, language: str) -> str:
        """Its name in that language (`en` or `zh`)."""
        return self.names.get(language) or self.names.get("en") or self.key


def _defined(area: Area) -> str:
    sets = (area.words, area.tags, area.covers)
    return f"{area.key} {[sorted(one) for one in sets]} {[path.pattern for path in area.paths]} {area.apart} {area.platform} {area.ml} {area.learned} {area.broad}"


class Areas:
    """The areas of one repository.

    Args:
        of_models: the repository trains or serves models, so its commits need not say so each time.
    """

    def __init__(self, areas: Iterable[Area], *, of_models: bool = False) -> None:
        self._of_models = of_models
        self._areas = {area.key: area for area in areas}
        self._by_word: dict[str, list[str]] = {}
        self._by_tag: dict[str, list[str]] = {}
        for area in self._areas.values():
            for word in area.words:
                self._by_word.setdefault(_plain(word), []).append(area.key)
            for word in area.words | area.tags:
                self._by_tag.setdefault(_plain(word), []).append(area.key)
        self._ml = frozenset(area.key for area in self._areas.values() if area.ml)
        self.broad = frozenset(area.key for area in self._areas.values() if area.broad)
        self._with_paths = [area for area in self._areas.values() if area.paths]
        self._of_path: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._own_of: dict[str, frozenset[str]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._areas

    def __iter__(self) -> Any:
        return iter(self._areas.values())

    @cached_property
    def definition(self) -> str:
        """Everything that defines these areas, as one text: what was sorted by the same definition need not be sorted again."""
        return "\n".join([str(self._of_models), *map(_defined, self._areas.values())])

    def name(self, key: str, language: str) -> str:
        """The name of the area with this key; the key itself if it is unknown."""
        return self._areas[key].name(language) if key in self._areas else key

    def is_platform(self, key: str) -> bool:
        """Whether the area with this key is hardware that its users cannot swap for another."""
        return key in self._areas and self._areas[key].platform

    def is_learned(self, key: str) -> bool:
        """Whether only the repository's past shows the area with this key."""
        return key in self._areas and self._areas[key].learned

    def lies_in(self, key: str, path: str) -> bool:
        """Whether a path alone puts a file into the area with this key."""
        return key in self._in_path(path, frozenset())

    def find(self, text: str) -> str | None:
        """Return the key of the area that `text` refers to (`AMD`, `rocm`), in any language, or None."""
        wanted = _plain(text.strip().lower())
        if key := self._by_name.get(wanted):
            return key
        keys = self._by_tag.get(wanted)
        return keys[0] if keys else None

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """The areas by key, by name and by the words in their names; the first one wins."""
        found: dict[str, str] = {}
        for area in self._areas.values():
            names = [written for name in area.names.values() for written in (name, name.replace(" ", ""))]
            words = {word for name in area.names.values() for word in name.lower().split()}
            named = {_plain(name.lower()) for name in (area.key, *names)}
            for one in named | (words - WORDS.one_of("areas.joining")):
                found.setdefault(one, area.key)
        return found

    def named_by(self, text: str) -> str | None:
        """Return the key of the area that a word of a folder's or owner's name stands for; the deepest folder decides."""
        for word in reversed(re.split(r"[/@*.\s-]+", text.lower())):
            key = _plain(word)
            if key and (key in self._areas or key in self._by_word):
                return key if key in self._areas else self._by_word[key][0]
        return None

    def of(
        self, title: Title, files: Sequence[FileChange], repo: str = "", *, is_evidence: bool = False
    ) -> tuple[str, ...]:
        """Return the areas of a commit in `repo` (`owner/name`), the surest first, at most MOST_AREAS.

        Tags are what people say themselves. Paths alone decide for areas that live in folders of their own; cross-cutting
        areas (a scheduler, models, an interface) must be named by nearly all of the paths, or by the title. The
        repository's own name counts only as a tag by itself. `is_evidence`: what a repository means by CI was learned, and
        need not be seen in its files.
        """
        own = self._own(repo)
        tagged = self.tagged(title, own)
        score = dict.fromkeys(tagged, _IN_TAG)
        in_title = {
            key for word in _words(title.text) - own - _inside_names(title.text) for key in self._by_word.get(word, ())
        }
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
        foreign = self._foreign(title, files, tagged, repo) | (self.broad - tagged)
        if is_evidence:
            foreign -= {"ci"}
        sure = [(value, key) for key, value in score.items() if value >= _ENOUGH and key not in foreign]
        learned = {key for key, area in self._areas.items() if area.learned} - tagged
        named = {key for _, key in sure} - learned
        if named - {"docs"} and "docs" not in tagged:  # documentation of something is about that
            sure = [(value, key) for value, key in sure if key != "docs"]
        if named:  # an area that only a folder shows is used only if there is no other
            sure = [(value, key) for value, key in sure if key not in learned or self._areas[key].tags]
        if files and "benchmark" in named and all(kind_of(file.path) in _MEASURES for file in files):
            sure = [(value, key) for value, key in sure if key == "benchmark" or key in tagged | in_title]
        sure.sort(key=lambda pair: (pair[1] in learned, -pair[0], pair[1]))
        return tuple(key for _, key in sure[:MOST_AREAS])

    def _foreign(self, title: Title, files: Sequence[FileChange], tagged: frozenset[str], repo: str) -> frozenset[str]:
        """Areas whose words mean something else here: those about models if nothing mentions any, those around the product in its code."""
        kinds = {kind_of(file.path) for file in files}
        found = {"docs"} if kinds & _PRODUCT else set[str]()
        if kinds and not kinds & _BUILDS:
            found.add("build_release")
        if kinds and not kinds & _AROUND["ci"]:
            found.add("ci")  # a flaky kernel fixed without touching a test
        if not title.types or title.types[0] in AROUND:  # `fix(build): …` fixes how the product builds something
            found -= tagged
        is_of_models = self._of_models or bool(_OF_MODELS.search(repo)) or _speaks_of_models(title, files)
        return frozenset(found) if is_of_models else frozenset(found) | self._ml

    def tagged(self, title: Title, own: frozenset[str] = frozenset()) -> frozenset[str]:
        """Return the areas that a title's tags, prefix and scope name; `own` words mean nothing as part of one: `cmd/quill`."""
        return frozenset(key for topic in title.topics for key in self._meant(topic, own))

    def _meant(self, topic: str, own: frozenset[str]) -> list[str]:
        whole = self._by_tag.get(_plain(topic))
        words = {_plain(word) for word in _WORD.findall(topic)}
        return whole or [
            key
            for word in _words(topic) - own
            for key in (self._by_tag if word in words else self._by_word).get(word, ())
        ]

    def _own(self, repo: str) -> frozenset[str]:
        """Return the words of a repository's own name, and those contained in it: `metrics` in quillmetrics."""
        own = self._own_of.get(repo)
        if own is None:
            name = repo.rpartition("/")[2].lower()
            own = _own_words(repo) | {word for word in self._by_word if len(word) >= _WITHIN and word in name}
            self._own_of = {repo: own}  # the last one is enough: a repository's commits come one after another
        return own

    def _shares(self, files: Sequence[FileChange], own_words: frozenset[str]) -> dict[str, float]:
        # If the product is touched, accompanying tests and docs do not decide what the commit is about.
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
    """Whether a commit's title, paths or lines show that it is about training or serving models; assumed if no lines are known."""
    if not any(file.patch for file in files):
        return True
    texts = (title.text, *title.topics, *(file.path for file in files), *(file.patch or "" for file in files))
    return any(_OF_MODELS.search(text) for text in texts)


def is_of_models(texts: Iterable[str]) -> bool:
    """Whether a repository's own descriptions show that it trains or serves models; it takes several words, as one may be chance."""
    return len({word.lower() for text in texts for word in _OF_MODELS.findall(text)}) >= _SEVERAL_WORDS


def _words(text: str) -> set[str]:
    found = set()
    for word in _WORD.findall(text.lower()):
        found |= {_plain(word), *re.split(r"[_./-]", word)}
    return found


def _inside_names(text: str) -> set[str]:
    """Return the words that a text has only as parts of names in code: the router of `router_aux_loss` need not be a gateway."""
    words = _WORD.findall(text.lower())
    parts = {part for word in words if "_" in word for part in re.split(r"[_./-]", word)}
    return parts - {part for word in words if "_" not in word for part in {_plain(word), *re.split(r"[./-]", word)}}


@lru_cache(maxsize=1)
def general() -> Areas:
    """The vocabulary that ships with Daybrief."""
    tables = tomllib.loads((Path(__file__).parent / "areas.toml").read_text(encoding="utf-8"))
    names = {
        language: tomllib.loads((FOLDER / language / "areas.toml").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }
    return Areas(
        read_areas(
            {
                key: {**table, **{language: names[language][key] for language in LANGUAGES}}
                for key, table in tables.items()
            }
        )
    )


def read_areas(tables: Mapping[str, Mapping[str, Any]]) -> list[Area]:
    """Read `[areas]` tables from `areas.toml` or the configuration."""
    return [
        Area(
            key,
            {language: str(table[language]) for language in LANGUAGES if table.get(language)},
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
