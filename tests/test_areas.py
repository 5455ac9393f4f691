"""Areas: which parts of a project a commit is about, by tags, words and folders, and what a repository adds."""

import pytest
from builders import a_change
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.commit import FileChange
from analysis.commits.title import read_title
from analysis.triage.areas import MOST_AREAS, Areas, general
from analysis.triage.repository_areas import of_repository


def change(path: str, lines: int = 1) -> FileChange:
    """A change of a project that serves models, as its lines show."""
    return a_change(path, "import torch\n" + "a = 0\n" * lines, "import torch\n" + "a = 1\n" * lines)


def found(title: str, *paths: str | FileChange, areas: Areas | None = None) -> tuple[str, ...]:
    files = [change(path) if isinstance(path, str) else path for path in paths]
    return (areas or general()).of(read_title(title), files)


PLAIN = "quill/engine.py"


# -- tags and words


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("[AMD] Enable graphs", "amd_rocm"),
        ("[ROCm] Enable it", "amd_rocm"),
        ("[aiter] Enable it", "amd_rocm"),
        ("[hip] Enable it", "amd_rocm"),
        ("[Ascend] Enable it", "npu_ascend"),
        ("[CANN] Enable it", "npu_ascend"),
        ("fix(lora): keep it", "lora"),
        ("[jit kernel] Keep it", "kernels"),
    ],
)
def test_a_tag_is_peoples_own_word(title: str, expected: str) -> None:
    """Whatever the files are; many words mean one area."""
    assert found(title, PLAIN)[0] == expected
    assert expected in general().tagged(read_title(title))


def test_words_of_a_title_name_an_area() -> None:
    """Names in code are taken apart."""
    assert found("Support torch_npu graphs", PLAIN) == ("npu_ascend",)
    assert found("Keep pages when the eagle3 draft fails", PLAIN) == ("speculative",)


@pytest.mark.parametrize("title", ["Log the CPU time", "Test the model", "Trace the server's data"])
def test_words_that_are_too_common_count_only_as_tags(title: str) -> None:
    """ "Log" in a sentence names no observability."""
    assert found(title, PLAIN) == ()


@pytest.mark.parametrize(
    "title", ["Draft a spec of the adapter", "Crop the image", "Reward the actor", "Log the tracking protocol"]
)
def test_words_that_other_projects_use_otherwise_name_nothing(title: str) -> None:
    assert found(title) == ()


def test_the_surest_come_first_and_no_more_than_readers_want() -> None:
    """A tag above a word, a word above a path."""
    areas = found("[AMD] Quantize LoRA adapters for speculative decoding", "quill/router/a.py")
    assert areas[0] == "amd_rocm"
    assert len(areas) == MOST_AREAS


# -- folders


def test_folders_of_its_own_tell_an_area_alone() -> None:
    """Nothing else touches them."""
    assert found("Tidy", "quill/lora/pool.py") == ("lora",)
    assert found("Tidy", change("quill/lora/pool.py", 30), change("quill/engine.py", 10)) == ("lora",)
    assert found("Tidy", change("quill/lora/pool.py", 3), change("quill/engine.py", 100)) == ()


def test_an_area_that_cuts_across_needs_nearly_all_of_the_paths_or_the_title() -> None:
    """Models are touched by everything."""
    model, engine = change("quill/models/a.py", 5), change("quill/engine.py", 20)
    assert found("Tidy", model) == ("models",)
    assert found("Tidy", model, engine) == ()
    assert found("Tidy qwen3", model, engine) == ("models",)


def test_what_an_area_covers_goes_without_saying() -> None:
    """A diffusion model is a model; where people say it themselves it stands."""
    path = "quill/diffusion/models/attention/lora.py"
    assert found("Tidy", path) == ("diffusion",)
    assert set(found("Tidy the lora", path)) == {"diffusion", "lora"}
    assert set(found("[Diffusion][LoRA] Tidy", path)) == {"diffusion", "lora"}


# -- what surrounds the product


def test_tests_and_ci_are_an_area_of_their_own() -> None:
    """Where nothing else is touched."""
    assert found("Tidy", "tests/test_a.py") == ("ci",)
    assert found("Tidy", ".github/workflows/a.yml") == ("ci",)
    assert found("Tidy", change("tests/test_a.py", 50), PLAIN) == ()
    assert "ci" not in found("Tidy", "quill/lora/a.py", change("tests/test_a.py", 50))


def test_documents_are_an_area_only_where_nothing_else_is() -> None:
    """Documents of something are about that."""
    assert found("Say more", "docs/pages.md") == ("docs",)
    assert found("Say more about LoRA", "docs/pages.md") == ("lora",)
    assert "docs" in found("[Docs] Say more about LoRA", "docs/pages.md")


@pytest.mark.parametrize(
    ("title", "path", "line"),
    [
        ("worker: start once", "quill/worker/loops.py", "start(loop)"),
        ("fix(graph): order the modules", "packages/quill/src/graph.ts", "order(modules)"),
        ("server: give it a wider type", "src/server/conn.rs", "let conn = 1;"),
        ("Keep the cache of models", "web/models/page.py", "keep(cache)"),
    ],
)
def test_words_of_models_mean_something_else_where_nothing_speaks_of_models(title: str, path: str, line: str) -> None:
    """A worker trains nothing in a task queue; where tensors are at hand, it may."""
    assert found(title, a_change(path, f"{line}\n", f"{line}\n{line}\n")) == ()
    assert found(title, a_change(path, f"torch\n{line}\n", f"torch\n{line}\n{line}\n")) != ()


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Use the right path of pyproject.toml in warnings", "crates/quill/src/workspace.rs"),
        ("Link to the docs in the warning", "packages/quill/src/imports.ts"),
        ("fix(read-deps): look again", "src/scan.py"),
        ("Rename the bucket of wheels", "quill/cache/wheels.go"),
    ],
)
def test_what_surrounds_the_product_is_no_area_of_its_code(title: str, path: str) -> None:
    """Warnings link to documents, and tools for packages are not about their own packaging; a tag still says so."""
    assert found(title, a_change(path, "a = 0\n", "a = 1\n")) == ()
    assert found(f"build: {title}", a_change(path, "a = 0\n", "a = 1\n")) == ("build_release",)


def test_nothing_said_is_no_area() -> None:
    """Better none than a wrong one."""
    assert found("Tidy", PLAIN) == ()
    assert found("") == ()


# -- names


@pytest.mark.parametrize("text", ["AMD", "rocm", " amd ", "amd_rocm", "amd-rocm", "hip"])
def test_people_find_an_area_by_any_of_its_names(text: str) -> None:
    """Also in Chinese."""
    assert general().find(text) == "amd_rocm"


@pytest.mark.parametrize("text", ["KV缓存", "kvcache", "APIserver"])
def test_a_name_may_be_written_without_its_space(text: str) -> None:
    assert general().find(text) in {"kv_cache", "api_server"}


def test_chinese_names_are_found() -> None:
    """As they are shown."""
    assert general().find("扩散模型") == "diffusion"
    assert general().find("昇腾") == "npu_ascend"
    assert general().find("moon") is None


# -- a repository's own


LABELER = """
"area: paging":
  - changed-files:
      - any-glob-to-any-file: ["quill/paging/**", "!quill/paging/docs/**"]
lora:
  - quill/adapters/**
"A:press":
  - quill/press/**
"pkg: ink":
  - quill/ink/**
broken: 5
"""


def test_labels_add_paths_or_become_areas() -> None:
    """A known name gets the globs; another is an area of its own."""
    areas = of_repository(labeler=LABELER)
    assert found("Tidy", "quill/paging/deep/a.py", areas=areas) == ("paging",)
    assert found("[paging] Tidy", PLAIN, areas=areas) == ("paging",)
    assert found("Tidy", "quill/adapters/a.py", areas=areas)[0] == "lora"
    assert areas.name("paging", "en") == "paging"
    assert found("Tidy", "quill/press/a.py", areas=areas) == ("press",)
    assert found("Tidy", "quill/ink/a.py", areas=areas) == ("ink",)


PROCESS = [
    "ciflow/trunk",
    "ci-flow: nightly",
    "ci: skip",
    "ci/full",
    "CI run",
    "re-test",
    "bug",
    "enhancement",
    "needs: review",
]
PARTS = ["ci/images", "circuits", "ci-runner", "bugle", "flow/trunk"]


@pytest.mark.parametrize("label", [*PROCESS, *PARTS])
def test_labels_about_handling_a_change_become_no_areas(label: str) -> None:
    """What triggers checks or says what kind a change is tells nothing about its part of the project."""
    areas = of_repository(labeler=f'"{label}":\n  - quill/press/**\n')
    assert bool(found("Tidy", "quill/press/a.py", areas=areas)) == (label in PARTS)


SERVES_MODELS = """
lora:
  - changed-files:
      - any-glob-to-any-file: ["engine/lora/**"]
fp8:
  - engine/fp8/**
scheduling:
  - engine/prefill/**
"""


def test_the_parts_of_a_repository_that_serves_models_are_known_there() -> None:
    """Where its own labels speak of models, each commit need not."""
    change = a_change("engine/queue.py", "a = 0\n", "a = 1\n")
    assert "scheduler" in found("[Scheduler] Tidy", change, areas=of_repository(labeler=SERVES_MODELS))
    assert "scheduler" not in found("[Scheduler] Tidy", change, areas=of_repository(labeler=LABELER))


@pytest.mark.parametrize("text", ["{", "- a\n- b\n", "5", "\t: x", "a: [", "x: null\n"])
def test_a_labeler_file_with_a_mistake_changes_nothing(text: str) -> None:
    """It is the repository's own mistake."""
    assert {area.key for area in of_repository(labeler=text)} == {area.key for area in general()}


CODEOWNERS = """
# Who looks at what
/engine/sglang/srt/eagle/  @ann
/engine/parts/  @example/amd-team
/engine/sglang/ @bob
*  @everybody
/docs/ # nobody
"""


def test_owners_and_folders_add_paths_to_areas_that_they_name() -> None:
    """The deepest folder says it; words that are tags only say nothing here."""
    areas = of_repository(codeowners=CODEOWNERS)
    assert found("Tidy", "engine/sglang/srt/eagle/a.py", areas=areas) == ("speculative",)
    assert found("Tidy", "engine/parts/a.py", areas=areas) == ("amd_rocm",)
    assert found("Tidy", "engine/sglang/a.py", areas=areas) == ()
    assert found("Tidy", PLAIN, areas=areas) == ()


def test_configured_areas_stand_above() -> None:
    """One of one's own, and what one changes of a known one; the rest of that stays."""
    areas = of_repository(
        configured={
            "moon": {"en": "The moon", "zh": "月亮", "words": ["Moon"], "paths": ["^/moon/"]},
            "lora": {"tags": ["loras-of-ours"]},
        }
    )
    assert found("Land on the moon", PLAIN, areas=areas) == ("moon",)
    assert found("Tidy", "moon/a.py", areas=areas) == ("moon",)
    assert (areas.name("moon", "en"), areas.name("moon", "zh")) == ("The moon", "月亮")
    assert found("[loras-of-ours] Tidy", PLAIN, areas=areas) == ("lora",)
    assert found("Tidy", "quill/lora/a.py", areas=areas) == ("lora",)
    assert areas.name("lora", "en") == "LoRA"


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=20), max_size=3))
def test_any_text_has_areas_that_there_are(title: str, paths: list[str]) -> None:
    """At most two, none twice, the same again the same."""
    files = [FileChange(path, "modified", 1, 1) for path in paths]
    areas = general().of(read_title(title), files)
    assert areas == general().of(read_title(title), files)
    assert len(areas) == len(set(areas)) <= MOST_AREAS
    assert set(areas) <= {area.key for area in general()}


def test_every_area_that_another_covers_is_one() -> None:
    """A misspelt one would cover nothing."""
    keys = {area.key for area in general()}
    assert all(area.covers <= keys for area in general())
    assert all({"en", "zh"} <= set(area.names) for area in general())


# -- what says nothing


def test_a_repositorys_own_name_says_nothing_but_in_a_tag() -> None:
    """Every path of it has the name."""
    files = [change("quill_ascend/engine.py")]
    assert general().of(read_title("Keep pages"), files, "example/quill") == ("npu_ascend",)
    assert general().of(read_title("Keep pages"), files, "example/quill-ascend") == ()
    assert general().of(read_title("[NPU] Keep pages"), files, "example/quill-ascend") == ("npu_ascend",)


@pytest.mark.parametrize(
    ("title", "path", "repo"),
    [
        ("cmd/prometheus: ask for the latest page", "pages/a.go", "example/prometheus"),
        ("Keep pages", "service/telemetry/a.go", "example/quilltelemetry-collector"),
        ("Keep the benchmark's pages", "quill/a.py", "example/quillbenchmark"),
    ],
)
def test_nor_does_a_part_of_its_name_or_of_a_tag(title: str, path: str, repo: str) -> None:
    """In another repository it does."""
    assert general().of(read_title(title), [change(path)], repo) == ()
    assert general().of(read_title(title), [change(path)], "example/quill") != ()


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ("/quill/pages/ @ann-wan @bob", ()),
        ("/quill/pages/ @example/diffusion", ("diffusion",)),
        ("/quill/pages/ @example/amd-rocm", ("amd_rocm",)),
    ],
)
def test_an_owner_is_a_team_and_no_persons_syllable(owners: str, expected: tuple[str, ...]) -> None:
    assert found("Keep it", "quill/pages/a.py", areas=of_repository(codeowners=owners)) == expected


@pytest.mark.parametrize("label", ["run-ci", "size/L", "needs-review", "priority: high", "stale", "backport-1.2", "XL"])
def test_a_label_of_the_process_is_no_area(label: str) -> None:
    areas = of_repository(f"{label!r}: ['quill/**']")
    assert found("Keep it", PLAIN, areas=areas) == ()


@pytest.mark.parametrize(
    "title", ["time: simplify wheel constants", "sync: use acquire/release orderings", "Release the lock early"]
)
def test_a_timers_wheel_and_a_locks_release_are_no_packaging(title: str) -> None:
    assert "build_release" not in found(title, PLAIN)


# -- what a repository's own files may hold


@pytest.mark.parametrize(
    "labeler",
    [
        "bug: 2001-99-99\nmoon: 'moon/**'",
        "bug: !!float abc\nmoon: 'moon/**'",
        "other: ['[z-a]*.py']\nmoon: 'moon/**'",
        "other: ['a\\']\nmoon: 'moon/**'",
        "other: {any: {any: {all: [3, null, {x: y}]}}}\nmoon: 'moon/**'",
        "other: 'src/*a*a*a*a*a*a*a*a*b'\nmoon: 'moon/**'",
        "&x other: 1\n*x : b\nmoon: 'moon/**'",
        f"other: ['{'x' * 9_000}']\nmoon: 'moon/**'",
    ],
)
def test_a_mistake_in_a_labeler_is_passed_over(labeler: str, caplog: pytest.LogCaptureFixture) -> None:
    """It stops no digest, and what else stands there counts."""
    areas = of_repository(labeler)
    assert found("Tidy", "moon/a.py", areas=areas) == ("moon",)
    assert found("Tidy", f"src/{'a' * 4_000}", areas=areas) == ()


@pytest.mark.parametrize(
    ("labeler", "why"),
    [
        ("moon: " + "[" * 3_000, "levels"),
        ("moon: [" * 3_000, "passed over"),
        ("\n".join(f"a{number}: 'x/{number}/**'" for number in range(100_000)), "characters"),
        ("moon: 'moon/**'\n\tx: [", "passed over"),
        ("{ moon", "passed over"),
        ("other: &a [*a]\nmoon: 'moon/**'", "recursive"),
    ],
)
def test_a_labeler_that_cannot_be_read_is_named_and_passed_over(
    labeler: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Too deep, too large, or none at all."""
    assert found("Tidy", "moon/a.py", areas=of_repository(labeler)) == ()
    assert "a labeler.yml is passed over" in caplog.text
    assert why in caplog.text


def test_aliases_that_multiply_come_to_an_end() -> None:
    """Nine lists of nine times the one before are as long as a book; a file with aliases as people use them is read."""
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
    )
    of_repository(bomb)
    shared = "moon: &m ['moon/**']\nmars: {any: *m}"
    assert found("Tidy", "moon/a.py", areas=of_repository(shared)) == ("mars", "moon")


@pytest.mark.parametrize(
    "line", ["\\ @amd/rocm", "[z-a] @amd/rocm", "[ @amd/rocm", "/ @amd/rocm", "* @", "@ @ @", "\x00 @amd/rocm"]
)
def test_a_mistake_in_codeowners_is_passed_over(line: str) -> None:
    areas = of_repository(codeowners=f"{line}\n/quill/pages/ @example/diffusion")
    assert found("Tidy", "quill/pages/a.py", areas=areas) == ("diffusion",)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_labeler_and_codeowners_can_be_read(labeler: str, owners: str) -> None:
    """Whatever stands in them, areas are found by what can be read."""
    assert found("Tidy [CI]", "moon/a.py", areas=of_repository(labeler, owners)) is not None


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ("* @example/everyone\n/quill/pages/ @example/pages-team\n/quill/a/ @x\n/quill/b/ @y\n", ("pages",)),
        ("/quill/pages/ @example/page-keepers-maintainers\n/a/ @x\n/b/ @y\n", ("page_keepers",)),
        ("/quill/pages/ @example/core-team\n/a/ @x\n/b/ @y\n", ()),
        ("* @example/pages-team\n", ()),
        ("/quill/ @example/pages-team\n/docs/ @example/pages-team\n/a/ @x\n", ()),
        ("/quill/pages/ @example/ink-team @example/paper-team\n/a/ @x\n/b/ @y\n", ()),
    ],
    ids=["a team", "maintainers", "everybody's team", "everything", "most of the lines", "two teams"],
)
def test_a_part_that_a_team_owns_is_called_by_it(owners: str, expected: tuple[str, ...]) -> None:
    assert found("Keep it", "quill/pages/a.py", areas=of_repository(codeowners=owners)) == expected


@pytest.mark.parametrize("glob", ["**", "**/*", "*", "/**"])
def test_a_label_of_everything_is_no_area(glob: str) -> None:
    assert found("Keep it", "quill/pages/a.py", areas=of_repository(f'pages: "{glob}"\n')) == ()


LEARNED = {
    "pages": {"en": "Pages", "paths": ["^/quill/pages/"]},
    "ink": {"en": "Ink", "tags": ["ink"], "paths": ["^/quill/ink/"]},
    "kernels": {"en": "Ours", "paths": ["^/quill/"]},
}


def test_what_the_past_shows_takes_nothing_from_what_people_named() -> None:
    """It fills the gap; what tags say stands beside the others, and first where the tag is there."""
    areas = of_repository(learned=LEARNED)
    assert found("Keep it", "quill/pages/a.py", areas=areas) == ("pages",)
    assert found("Mend fp8", "quill/pages/a.py", areas=areas) == ("quantization",)
    assert found("Mend fp8", "quill/ink/a.py", areas=areas) == ("quantization", "ink")
    assert found("[ink] Mend fp8", "quill/a.py", areas=areas) == ("ink", "quantization")
    assert found("Say more", "docs/a.md", "quill/ink/README.md", areas=areas)[0] == "docs"
    assert areas.name("kernels", "en") == "Kernels"
    assert areas.find("Pages") == "pages"


def test_what_is_configured_stands_above_what_the_past_shows() -> None:
    areas = of_repository(configured={"pages": {"en": "Paper"}}, learned=LEARNED)
    assert areas.name("pages", "en") == "Paper"
    assert found("Keep it", "quill/pages/a.py", areas=areas) == ("pages",)


def test_a_word_within_a_name_of_code_names_no_area() -> None:
    """A router's loss is no gateway's, but a router by itself may be."""
    assert "router_gateway" not in found("Set router_aux_loss by default for lora", "quill/lora/a.py")
    assert "api_server" not in found("Print num_completions_to_print for lora", "quill/lora/a.py")
    assert "kernels" not in found("Rename kernel_server for lora", "quill/lora/a.py")
    assert "router_gateway" in found("Restart the router for lora", "quill/lora/a.py")
