"""How commits are sorted and ranked: what rules say, what was learned, and the bounds that nothing moves a commit past."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from builders import a_change, a_commit_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made import a_commit, a_triage

from analysis.commits.commit import Brought, Commit, FileChange
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import ChangeType, plain_type
from analysis.facts import Fact, FactKind, facts_of
from analysis.i18n.language import LANGUAGES
from analysis.rules.wording import say_reason
from analysis.statements import Source, Statement, statements_of
from analysis.statements.symptoms import found_in
from analysis.triage.areas import general
from analysis.triage.decision import Opinion, decide
from analysis.triage.reason import Reason
from analysis.triage.triage import HIGH, MEDIUM, Importance, Triage, triage

LOW, MIDDLE, TOP = Importance.LOW, Importance.MEDIUM, Importance.HIGH

PRODUCT = a_change("quill/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
TESTS = a_change(
    "tests/test_cache.py", "def test_a():\n    assert 1\n", "def test_a():\n    assert 1\n    assert cache() == 2\n"
)
CI = a_change(".github/workflows/ci.yml", "timeout: 10\n", "timeout: 20\n")
MANY_TESTS = a_change("tests/test_pages.py", "", "def test_pages() -> None:\n    assert pages\n" * 20)
DOCS = a_change("docs/cache.md", "# Cache\n", "# Cache\n\nHow pages are kept.\n")
LOCK = a_change("uv.lock", 'version = "1.0"\n', 'version = "1.1"\n')
BUILD = a_change("docker/Dockerfile", "FROM a:1\n", "FROM a:1\nRUN apt-get install -y curl\n")
COMMENT = a_change(
    "quill/cache.py",
    "def keep(page):\n    # old\n    return page\n",
    "def keep(page):\n    # The page stays where it is, see below.\n    return page\n",
)
DOCSTRING = a_change(
    "quill/cache.py",
    'def keep(page):\n    """Keep."""\n    return page\n',
    'def keep(page):\n    """Keep a page until the budget is spent."""\n    return page\n',
)
LAYOUT = a_change(
    "quill/cache.py",
    "x = call(a, b,\n         c)\ny = {'a':1}\n",
    'x = call(\n    a,\n    b,\n    c,\n)\ny = {"a": 1}\n',
)
C_COMMENT = a_change(
    "csrc/cache.cu", "// old\nint pages = 3;\n", "// How many pages a block has.\n/* see there */\nint pages = 3;\n"
)
FLAG = 'parser.add_argument("--model", type=str)\n'
FLAG_GONE = a_change("quill/cli.py", FLAG + 'parser.add_argument("--pages", type=int)\n', FLAG)
NAME_GONE = a_change(
    "quill/pages.py",
    "def load_pages(path):\n    'Load them.'\n    return read(path)\n\n\ndef keep():\n    return 1\n",
    "def keep():\n    return 1\n",
)
NAME_CHANGED = a_change(
    "quill/pages.py",
    "def load_pages(path):\n    'Load them.'\n    return read(path)\n\n\nclass A:\n    x = load_pages(1)\n",
    "def load_all_pages(path):\n    return read(path)\n\n\nclass A:\n    x = load_all_pages(1)\n",
)
NEW_DEFAULT = a_change(
    "quill/config.py",
    "class EngineConfig:\n    page_size: int = 16\n    x: int = 1\n",
    "class EngineConfig:\n    page_size: int = 64\n    x: int = 1\n",
)
INERT = [COMMENT, DOCSTRING, LAYOUT, C_COMMENT]
AROUND = [TESTS, CI, DOCS, LOCK]
GRAVE_WORDS = [
    "crash", "segfault", "hang", "deadlock", "NaN", "wrong results", "memory leak", "OOM", "out of memory", "data loss",
    "corrupted pages", "CVE-2025-1", "a security hole",
]  # fmt: skip
GRAVE_TITLES = [
    *(f"Fix {word} in the cache" for word in GRAVE_WORDS),
    *(f"[Cache] {word} no more" for word in GRAVE_WORDS),
    *(f"chore: {word}" for word in GRAVE_WORDS),
    "Drop support for Python 3.8",
    "Remove CUDA 11 support",
    "Dropping Python 3.9",
    "refactor: the old pages are no longer supported",
    'Revert "Fix crash in the cache (#12)"',
    "Use the paged cache by default",
    "Increase default page size to 64",
]
PLAIN_TITLES = [
    "Add a flag", "Tidy", "Improve", "[AMD] Enable graphs", "feat: pages", "docs: say more", "test: more", "修复缓存",
    "Bump numpy from 1.0 to 2.0", "fix: typo", "refactor!: the whole engine", "[1/3] pages", "…",
]  # fmt: skip


def judged(title: str, *files: FileChange, body: str = "") -> Triage:
    commit = a_commit_of(*files, message=f"{title}\n\n{body}" if body else title)
    return triage(commit, facts_of(commit), general(), statements=statements_of(commit))


def commits(*, titles: Sequence[str], files: Sequence[FileChange]) -> st.SearchStrategy[tuple[str, list[FileChange]]]:
    """Titles with some of the files, each path once."""
    chosen = st.lists(st.sampled_from(files), min_size=1, max_size=4, unique_by=lambda change: change.path)
    return st.tuples(st.sampled_from(titles), chosen)


# -- types


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("bugfix", ChangeType.BUGFIX),
        ("feature", ChangeType.FEATURE),
        ("breaking", ChangeType.BREAKING),
        ("performance", ChangeType.PERFORMANCE),
    ],
)
def test_a_note_for_users_says_what_the_title_leaves_open(category: str, kind: ChangeType) -> None:
    commit = a_commit_of(PRODUCT, message="Pages of the cache")
    statements = (Statement("Pages are kept.", Source.FRAGMENT, category=category),)
    assert triage(commit, (), general(), statements=statements).types[0] is kind
    plain = a_commit_of(PRODUCT, message="feat: pages of the cache")
    assert triage(plain, (), general(), statements=statements).types[0] is ChangeType.FEATURE


@pytest.mark.parametrize(
    ("title", "files", "kind"),
    [
        ("Enable more clippy lints", [PRODUCT], ChangeType.REFACTOR),
        ("Fix ruff warnings in the cache", [PRODUCT], ChangeType.REFACTOR),
        ("Address golangci-lint findings", [PRODUCT], ChangeType.REFACTOR),
        ("Upgrade to Quill Store 7.1.0-M1", [a_change("build.gradle", "a = 1\n", "a = 2\n")], ChangeType.DEPENDENCIES),
        ("Update pages-core to v2.3", [a_change("pom.xml", "a\n", "b\n")], ChangeType.DEPENDENCIES),
        ("fix(build): keep the order of environments", [PRODUCT], ChangeType.BUGFIX),
        ("avoid quadratic copies in the pager", [PRODUCT], ChangeType.PERFORMANCE),
        ("Avoid per-row allocations in the pager", [PRODUCT], ChangeType.PERFORMANCE),
        ("`pager`: fix a clang-tidy complaint about casts", [PRODUCT], ChangeType.REFACTOR),
    ],
)
def test_a_title_of_linters_versions_or_builds_is_taken_at_its_word(
    title: str, files: list[FileChange], kind: ChangeType
) -> None:
    assert triage(a_commit_of(*files, message=title), (), general()).types == (kind,)


@pytest.mark.parametrize(
    "title",
    [
        "Build: Bump quill from 1.2 to 1.3",
        "build: bump the quill group from 1.2 to 1.3",
        "ci: bump example/checkout from 4 to 5",
    ],
)
def test_a_bump_with_the_prefix_of_builds_is_one_of_dependencies(title: str) -> None:
    manifest = a_change("gradle/libs.versions.toml", "a = 1\n", "a = 2\n")
    assert triage(a_commit_of(manifest, message=title), (), general()).types[0] is ChangeType.DEPENDENCIES
    assert triage(a_commit_of(manifest, message="build: cache"), (), general()).types[0] is ChangeType.CI_BUILD


@pytest.mark.parametrize("path", ["benches/cache.rs", "examples/cache.py", "scripts/pages.sh"])
def test_what_only_surrounds_the_product_is_no_feature_of_it(path: str) -> None:
    """Unless its title says that it mends something."""
    files = [a_change(path, "a = 1\n", "a = 2\n")]
    acts = {ChangeType.FEATURE, ChangeType.BUGFIX, ChangeType.PERFORMANCE}
    assert triage(a_commit_of(*files, message="Sweep the cache over sizes"), (), general()).types[0] not in acts


@pytest.mark.parametrize(
    ("title", "facts", "kind"),
    [
        ("ci: move the jobs", [FactKind.UNSAFE_ADDED], ChangeType.CI_BUILD),
        ("[CI] Tidy the workers", [FactKind.RENAMED], ChangeType.BREAKING),
        ("refactor: options", [FactKind.FLAG_REMOVED], ChangeType.BREAKING),
        ("refactor: options", [FactKind.NAME_ADDED], ChangeType.REFACTOR),
        ("fix: options", [FactKind.FLAG_REMOVED], ChangeType.BUGFIX),
    ],
)
def test_what_the_diff_proves_stands_above_a_title_of_the_surroundings(
    title: str, facts: list[FactKind], kind: ChangeType
) -> None:
    commit = a_commit_of(PRODUCT, message=title)
    found = triage(commit, [Fact(fact, "--pages", "quill/cache.py", 1) for fact in facts], general())
    assert found.types[0] is kind


@pytest.mark.parametrize(
    ("title", "files", "kind"),
    [
        ("ci: tests on two machines", [CI, TESTS], ChangeType.CI_BUILD),
        ("test: on two machines", [CI, TESTS], ChangeType.TESTS),
        ("docs: how pages are kept", [DOCS, CI], ChangeType.DOCS),
        ("[ci] move the tests of pages to their folder", [CI, MANY_TESTS], ChangeType.TESTS),
        ("ci: no longer run the old tests", [CI, MANY_TESTS, DOCS], ChangeType.TESTS),
        ("fix(deps): revert numpy to 1.26", [LOCK], ChangeType.REVERT),
        ("Remove unnecessary copy of pages", [PRODUCT], ChangeType.PERFORMANCE),
    ],
)
def test_of_two_kinds_around_the_product_the_prefix_decides(
    title: str, files: list[FileChange], kind: ChangeType
) -> None:
    assert judged(title, *files).types[0] is kind


def test_a_bots_quotation_names_no_trouble() -> None:
    """Release notes of others, below the title of a bump."""
    manifest = a_change("requirements.txt", "numpy==1.26\n", "numpy==1.27\n")
    commit = replace(
        a_commit_of(manifest, message="Bump numpy from 1.26 to 1.27\n\n- Fix a crash\n- Fix a memory leak"),
        author="dependabot[bot]",
    )
    assert triage(commit, facts_of(commit), general()).importance is not Importance.HIGH
    assert triage(commit, (), general()).floor is Importance.LOW


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("[Feature] Pages", ChangeType.FEATURE),
        ("fix(cache): pages", ChangeType.BUGFIX),
        ("perf: pages", ChangeType.PERFORMANCE),
        ("[Refactor] Pages", ChangeType.REFACTOR),
        ("[Security] Pages", ChangeType.SECURITY),
        ("[Breaking] Pages", ChangeType.BREAKING),
        ('Revert "Add pages"', ChangeType.REVERT),
        ("Revert the new pages", ChangeType.REVERT),
        ("Bump numpy from 1.26 to 2.0", ChangeType.DEPENDENCIES),
    ],
)
def test_what_a_title_says_outright_is_believed(title: str, kind: ChangeType) -> None:
    """Prefixes, tags and git's own words; nothing learned stands above them."""
    assert judged(title, PRODUCT).types[0] is kind


def test_further_types_that_a_title_names_follow() -> None:
    """The surest first, none twice; what breaks others stands before everything else."""
    assert judged("feat!: pages", PRODUCT).types == (ChangeType.BREAKING, ChangeType.FEATURE)
    assert ChangeType.CHORE in judged("chore: pages", PRODUCT).types[1:]
    assert judged("[perf] fix: pages", PRODUCT).types[:2] == (ChangeType.BUGFIX, ChangeType.PERFORMANCE)
    assert judged("[model] perf: pages", PRODUCT).types[0] is ChangeType.PERFORMANCE


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("refactor!: new devices", ""),
        ("build!: other wheels", ""),
        ("refactor: new devices", "Text\n\nBREAKING CHANGE: x is y"),
    ],
)
def test_what_says_itself_that_it_breaks_others_is_never_low(title: str, body: str) -> None:
    """However small it looks."""
    found = judged(title, PRODUCT, body=body)
    assert (found.types[0], found.floor) == (ChangeType.BREAKING, Importance.MEDIUM)
    assert found.importance is not Importance.LOW


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Fix double free of pages", "crash"), ("Fix segfaults in the loader", "crash"), ("Fix stack_overflow", "crash"),
        ("Fix use-after-free", "crash"), ("Fix infinite recursion", "crash"), ("Workers deadlocked", "hang"), ("Fix a rare race of two loaders", "race"), ("Mend the race that pages are lost by", "race"),
        ("Fix infinite loops", "hang"), ("UI freezes on start", "hang"), ("Fix race condition of two loaders", "race"),
        ("Fix a data race", "race"), ("Fix memleak", "leak"), ("Stop leaking handles", "leak"), ("Escape names: XSS", "security"),
        ("Prevent arbitrary code execution", "security"), ("Workers lose events", "data_loss"),
        ("Wrong ordering of tokens", "wrong_result"),
    ],
)  # fmt: skip
def test_a_symptom_is_known_by_many_names(title: str, code: str) -> None:
    """The gravest is named first."""
    assert found_in(title)[0][0] == code


@pytest.mark.parametrize(
    "title",
    [
        "Freeze the encoder's layers when finetuning", "Add stuck-at model", "Add crash reporter page",
        "Correct incorrectly spelled name", "Fix incorrect type annotation", "Embrace types",
    ],
)  # fmt: skip
def test_a_word_that_names_no_trouble_is_no_symptom(title: str) -> None:
    """It sounds like one."""
    assert found_in(title) == ()


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([TESTS], ChangeType.TESTS),
        ([DOCS], ChangeType.DOCS),
        ([CI], ChangeType.CI_BUILD),
        ([BUILD], ChangeType.CI_BUILD),
        ([LOCK], ChangeType.DEPENDENCIES),
        ([TESTS, DOCS], ChangeType.TESTS),
        ([DOCS, CI], ChangeType.DOCS),
    ],
)
def test_files_that_say_it_alone_stand_above_a_prefix(files: list[FileChange], kind: ChangeType) -> None:
    """A "fix" that touches only tests is a change of tests; what the title called it comes second."""
    assert judged("fix: the pages", *files).types == (kind, ChangeType.BUGFIX)
    assert judged("fix: the pages", PRODUCT, *files).types[0] is ChangeType.BUGFIX


@pytest.mark.parametrize(
    ("title", "files", "kind"),
    [
        ("Handle an empty prompt without raising IndexError", [PRODUCT, TESTS], ChangeType.BUGFIX),
        ("Reduce kernel launch overhead by fusing the rope", [PRODUCT], ChangeType.PERFORMANCE),
        ("Describe how pages are kept", [DOCS], ChangeType.DOCS),
        ("Cover the cache with more cases", [TESTS], ChangeType.TESTS),
        ("Raise the timeout of the nightly workflow", [CI], ChangeType.CI_BUILD),
        ("Extract the page table into its own helper", [PRODUCT], ChangeType.REFACTOR),
        (
            "Support loading pages from S3",
            [
                a_change(
                    "quill/s3.py",
                    None,
                    "class S3Pages:\n    def load(self):\n        return 1\n\n\ndef open_bucket():\n    return 2\n",
                )
            ],
            ChangeType.FEATURE,
        ),
    ],
)
def test_what_a_title_leaves_open_was_learned(title: str, files: list[FileChange], kind: ChangeType) -> None:
    """From words and from what the diff looks like."""
    assert judged(title, *files).types[0] is kind


@pytest.mark.parametrize(
    "title",
    [
        "Preserve the order of pages when two arrive at once",
        "pages: omit the header of empty ones",
        "Do not send the last page twice",
        "Clamp the number of pages to what is there",
        "server: wrap the body to prevent closing it early",
        "Make the loading of pages thread safe",
    ],
)
def test_what_is_kept_refused_or_left_out_was_done_wrong_before(title: str) -> None:
    """In the product: of tests alone it says what they are about; and of speed that it is faster."""
    assert judged(title, PRODUCT).types[0] is ChangeType.BUGFIX
    assert judged(title, PRODUCT, TESTS).types[0] is ChangeType.BUGFIX
    assert judged(title, TESTS).types[0] is not ChangeType.BUGFIX


@pytest.mark.parametrize("title", ["Add an option to keep pages", "Allow pages to be omitted", "Support clamped pages"])
def test_a_word_for_it_within_a_title_makes_no_fix(title: str) -> None:
    assert plain_type(title, by_bot=False) is None


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("quill/a.py", 'raise Odd("the page is misssing here")', 'raise Odd("the page is missing here")'),
        ("pages/a.go", 'return errors.New("cant find the page")', 'return errors.New("cannot find the page")'),
        ("src/a.rs", 'warn!("pages are keept too long");', 'warn!("pages are kept too long");'),
    ],
)
def test_messages_with_fewer_typos_are_upkeep(path: str, before: str, after: str) -> None:
    change = a_change(path, f"{before}\nx = 1\n", f"{after}\nx = 1\n")
    assert judged("Clean up the wording", change).types[0] is ChangeType.CHORE
    assert judged("Clean up the wording", change, PRODUCT).types[0] is not ChangeType.CHORE
    name = a_change(path, f'{before}\nread("page")\n', f'{before}\nread("pages")\n')
    assert judged("Clean up the wording", name).types[0] is not ChangeType.CHORE


@pytest.mark.parametrize("title", ["build(deps): bump pytest to 9", "chore(deps): update pytest", "deps: pytest 9"])
@pytest.mark.parametrize("path", ["tests/requirements.txt", "docs/requirements.txt", "requirements.txt"])
def test_what_is_said_to_be_about_dependencies_is(title: str, path: str) -> None:
    """Also where the list of them lies among the tests."""
    assert judged(title, a_change(path, "pytest==8\n", "pytest==9\n")).types[0] is ChangeType.DEPENDENCIES


@pytest.mark.parametrize("title", ['Revert "Revert "feat: two pages""', 'Reapply "feat: two pages"'])
def test_what_brings_a_change_back_is_what_that_change_was(title: str) -> None:
    """Not a revert: the change is in force."""
    assert judged(title, PRODUCT).types[0] is ChangeType.FEATURE


# -- floors


@pytest.mark.parametrize("title", GRAVE_TITLES)
def test_what_is_grave_is_never_low_where_the_product_is_touched(title: str) -> None:
    """However small the change is, and whatever it is called."""
    assert judged(title, PRODUCT).floor is MIDDLE
    assert judged(title, PRODUCT).importance is not LOW


@pytest.mark.parametrize(
    "title",
    [
        "Rename DP_RANK to QUILL_DP_RANK", "Super tiny rename environment variable", "[Chore] Rename `model_overide_args` to `model_override_args`",
        "[Minor] Improve logging and rename the health check endpoint name", "rename FunctionCallReqInput to ParseFunctionCallReq",
        "[Refactor] Rename CustomOp -> MultiPlatformOp", "style: remove the unused flag --fast", "chore: drop the `fast` option",
        "refactor: remove get_fast alias in registry", "misc: removed PageConfig", "tidy: `--fast` is removed", "Rename: `--hooks` to `--forward-hooks`",
        "style: rename cache config key", "refactor: rename Page's `text` field to `content`", "Rename `Pipeline.connect()` arguments",
    ],
)  # fmt: skip
def test_what_people_name_is_never_low_where_its_name_goes(title: str) -> None:
    """A flag, a variable, an endpoint, an argument, a setting or a public name: whoever uses it must act."""
    assert judged(title, PRODUCT).floor is MIDDLE
    assert judged(title, TESTS, CI).importance is LOW


@pytest.mark.parametrize(
    "title",
    [
        "Rename local variable page_size to size", "refactor: rename private field is_fast", "Rename `_keep_page` to `_keep`", "rename test_pages to test_cache",
        "Remove unused `get_pages` function", "Remove redundant max_pages calculation", "Remove `PageConfig` import in all models",
        "Remove comments about --fast", "Rename tuned config files for H100X", "Update weight rename check", "Remove tests for the flag --fast",
        "Don't delete Page.cached_result", "docs: remove mention of removed `pages`", "Remove argument check", "Remove hardcoded dimension in PagePool",
        "chore: rename variables", "types: prepares `PageNode` for renames", "Rename the folder of page_cache", "Remove env dir",
    ],
)  # fmt: skip
def test_what_only_the_source_names_may_be_low(title: str) -> None:
    """Local variables, private names, files, tests; and what nothing used: the diff itself shows whether it was public."""
    assert judged(title, PRODUCT).floor is LOW


@pytest.mark.parametrize(
    ("title", "is_breaking"),
    [
        ("Drop legacy reader", True),
        ("Drop dead legacy reader", False),
        ("Remove useless backend of old pages", False),
        ("Remove dead old backend", False),
        ("Remove the useless flag of old pages", True),
    ],
)
def test_taking_away_what_does_nothing_breaks_nothing(title: str, is_breaking: bool) -> None:
    """A flag is passed all the same."""
    gone = FileChange("quill/reader.cu", "removed", 0, 300), FileChange("quill/pages.py", "modified", 3, 60)
    assert (judged(title, *gone).types[0] is ChangeType.BREAKING) is is_breaking


@pytest.mark.parametrize("word", GRAVE_WORDS)
def test_a_body_that_names_it_counts_too(word: str) -> None:
    """Titles are short."""
    assert judged("Tidy the cache", PRODUCT, body=f"Without this there is {word}.").importance is not LOW


@pytest.mark.parametrize(
    "change", [FLAG_GONE, NAME_GONE, NAME_CHANGED, NEW_DEFAULT], ids=["flag", "name", "renamed", "default"]
)
@pytest.mark.parametrize("title", PLAIN_TITLES)
def test_what_a_diff_proves_is_never_low(title: str, change: FileChange) -> None:
    """A flag or a public name that is gone, a default that is another: titles seldom say it."""
    found = judged(title, change, TESTS, DOCS)
    assert found.floor is MIDDLE
    assert found.importance is not LOW


@settings(max_examples=60)
@given(
    commits(titles=GRAVE_TITLES, files=[PRODUCT, FLAG_GONE, NEW_DEFAULT, TESTS, CI, DOCS, BUILD]),
    st.text(max_size=30),
)
def test_floors_hold_whatever_else_a_commit_does(given_: tuple[str, list[FileChange]], body: str) -> None:
    """Many files, other words."""
    title, files = given_
    assume(any(change.path.startswith("quill/") for change in files))
    assert judged(title, *files, body=body).importance is not LOW


@pytest.mark.parametrize(
    "title",
    [
        "Add garbage collection knobs",
        "Add end-to-end support",
        "Fix wrong comments",
        "Tidy the page cache",
        "Rename a local variable",
    ],
)
def test_words_that_only_look_grave_bind_nothing(title: str) -> None:
    """A floor under everything would be none."""
    assert judged(title, PRODUCT).floor is LOW


# -- ceilings


@settings(max_examples=60)
@given(commits(titles=[*GRAVE_TITLES, *PLAIN_TITLES], files=AROUND), st.sampled_from(["", "It crashes. Data loss!"]))
def test_what_surrounds_the_product_is_never_high(given_: tuple[str, list[FileChange]], body: str) -> None:
    """Tests, CI, documents, locks: nobody who uses the product notices them."""
    title, files = given_
    assert judged(title, *files, body=body).importance is LOW


@settings(max_examples=60)
@given(
    st.sampled_from([*GRAVE_TITLES, *PLAIN_TITLES, "feat!: everything is new"]),
    st.sampled_from(INERT),
    st.lists(st.sampled_from(AROUND), max_size=2, unique_by=lambda change: change.path),
)
def test_comments_and_layout_are_never_high(title: str, change: FileChange, around: list[FileChange]) -> None:
    """In product code too: what runs is what ran before."""
    found = judged(title, change, *around)
    assert found.ceiling is MIDDLE
    assert found.importance is not TOP


LINES = "def keep(page):\n    if page:\n        count(page)\n        return page\n    return None\n"


@pytest.mark.parametrize(
    "change",
    [
        a_change("quill/a.py", LINES, LINES.replace("        return page", "    return page")),
        a_change("csrc/a.cu", "#define PAGES 16\nint x;\n", "#define PAGES 32\nint x;\n"),
        a_change("csrc/a.cu", '#include "a.h"\nint x;\n', '#include "b.h"\nint x;\n'),
        a_change("quill/a.py", "open()\nuse()\n", "use()\nopen()\n"),
        a_change("quill/a.py", 'x = "# one"\n', 'x = "# two"\n'),
        a_change("quill/a.yaml", "pages:\n  - one\n", "pages:\n  - two\n"),
        a_change("quill/prompt.txt", "You are a kind machine\n", "You are a strict machine\n"),
        a_change("quill/new.py", None, "# Only a comment, but a new module.\n"),
        replace(COMMENT, additions=30),
        replace(COMMENT, patch=None),
        FileChange("quill/b.py", "renamed", old_path="quill/a.py"),
    ],
    ids=["dedent", "define", "include", "order", "text", "data", "prompt", "module", "partly", "unseen", "renamed"],
)
def test_what_only_looks_like_comment_or_layout_may_be_high(change: FileChange) -> None:
    """What is not seen to be harmless is not taken to be."""
    assert judged("Change it", change).ceiling is TOP


MIDDLE_OF_A_COMMENT = "".join(
    f"  the {word} page\n" for word in ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"]
)


@pytest.mark.parametrize(
    "change",
    [
        a_change("quill/a.py", "import b\nimport a\nfrom c import (\n    e,\n    d,\n)\nx = 1\n", "from c import d, e\n\nimport a\nimport b\n\nx = 1\n"),
        a_change("src/a.ts", "import { b, a } from './m';\nimport d from 'd';\n", "import d from 'd';\nimport { a, b } from './m';\n"),
        a_change("src/a.rs", "use b::{d, c};\nuse a;\nfn x() {}\n", "use a;\nuse b::{c, d};\n\nfn x() {}\n"),
        a_change("pkg/a.go", 'import (\n\t"b"\n\t"a"\n)\n', 'import (\n\t"a"\n\n\t"b"\n)\n'),
        a_change("csrc/a.cu", '#include "b.h"\n#include <a>\nint x;\n', '#include <a>\n#include "b.h"\nint x;\n'),
        a_change("src/a.ts", "const a = {b:1}\nrun('a', b)\n", 'const a = { b: 1 };\nrun(\n  "a",\n  b,\n);\n'),
        a_change("csrc/a.cu", "if(a){b( c,d );}\n", "if (a) {\n  b(c, d);\n}\n"),
        a_change("pkg/a.go", "x := T{A:1,B:2}\n", "x := T{\n\tA: 1,\n\tB: 2,\n}\n"),
        a_change("src/a.rs", "let x = f(a,b);\n", "let x = f(\n    a,\n    b,\n);\n"),
        a_change("src/a.c", f"/* Pages:\n{MIDDLE_OF_A_COMMENT}*/\nint x;\n", f"/* Pages:\n{MIDDLE_OF_A_COMMENT}*/\nint x;\n".replace("fourth", "4th")),
    ],
    ids=["python", "ts", "rust", "go", "c", "prettier", "clang-format", "gofmt", "rustfmt", "comment"],
)  # fmt: skip
def test_sorted_imports_formatters_and_comments_are_never_high(change: FileChange) -> None:
    """Of each language's own."""
    assert judged("Fix crash NaN leak", change).ceiling is MIDDLE


@pytest.mark.parametrize(
    "change",
    [
        a_change("quill/a.py", "import os\nos.environ['A'] = '1'\nimport b\n", "import os\nimport b\nos.environ['A'] = '1'\n"),
        a_change("quill/a.py", "import a as b\nimport c as d\n", "import a as d\nimport c as b\n"),
        a_change("quill/a.py", "import b\nimport a\n", "import a\nimport c\n"),
        a_change("quill/a.py", "print('a b')\n", "print('ab')\n"),
        a_change("src/a.ts", "run('a b');\n", "run('ab');\n"),
        a_change("src/a.c", "run('a');\n", 'run("a");\n'),
        a_change("src/a.ts", "for (;;) a();\n", "for (;) a();\n"),
        a_change("src/a.ts", "import { a } from './m';\n", "import { a } from './n';\n"),
        a_change("src/a.c", "enum page {\n  one,\n  two,\n  three,\n  four,\n  five\n};\n", "enum page {\n  one,\n  two,\n  four,\n  three,\n  five\n};\n"),
        a_change("quill/a.py", "if a:\n    f()\n    g(b,\n      c)\n", "if a:\n    f()\ng(b, c)\n"),
    ],
    ids=["between", "as", "another", "blank", "ts text", "char", "semicolon", "ts place", "enum", "dedent"],
)  # fmt: skip
def test_what_only_looks_like_a_formatters_work_may_be_high(change: FileChange) -> None:
    """Order among other statements, another name, another text, another block."""
    assert judged("Change it", change).ceiling is TOP


def test_a_file_that_is_indented_anew_as_a_whole_is_layout() -> None:
    """From two blanks to four, or out of tabs."""
    narrow = LINES.replace("    ", "  ")
    assert judged("Indent", a_change("quill/a.py", narrow, LINES)).ceiling is MIDDLE
    assert judged("Indent", a_change("quill/a.py", LINES.replace("    ", "\t"), LINES)).ceiling is MIDDLE


def test_build_files_can_matter() -> None:
    """How it is installed is what users notice first."""
    assert judged("Ship without CUDA", BUILD).ceiling is TOP


# -- order


def test_a_crash_mended_stands_above_a_test_for_the_crash() -> None:
    """Naming a crash is not mending it."""
    mended = judged("Fix a crash in the cache", PRODUCT, TESTS)
    tested = judged("Add a test for the crash in the cache", TESTS)
    dumped = judged("Add an option that writes a crash dump", PRODUCT)
    assert mended.score > dumped.score > tested.score
    assert mended.importance is TOP
    assert tested.importance is LOW


def test_a_revert_in_the_product_is_never_low() -> None:
    """Whoever upgraded for what it takes back must know."""
    assert judged('Revert "Tune the cache"', PRODUCT).importance is not LOW
    assert judged('Revert "Tune the cache"', TESTS).importance is LOW


def test_a_new_default_stands_above_another_value() -> None:
    """The diff says which it is."""
    assert judged("Tune", NEW_DEFAULT).score > judged("Tune", PRODUCT).score


def test_a_fix_for_hardware_that_only_some_have_stands_above_another() -> None:
    """Who runs it has nothing else to run; what is new for it may wait."""
    there, elsewhere = judged("[NPU] Fix pages", PRODUCT), judged("[Docs] Fix pages", PRODUCT)
    assert there.score > elsewhere.score
    assert {say_reason(reason, "en") for reason in there.reasons} >= {"a fix for NPU"}
    assert not any(reason.code == "platform" for reason in judged("[NPU] Support pages", PRODUCT).reasons)


def test_a_fix_that_takes_a_check_away_says_so() -> None:
    """It stopped people, and does so no more."""
    check = "def keep(size):\n    assert size == 1, 'the size must be 1'\n    return size\n"
    lifted = a_change("quill/pages.py", check, "def keep(size):\n    return size\n")
    codes = [
        [reason.code for reason in judged(title, lifted).reasons]
        for title in ("Fix the size of pages", "refactor: pages")
    ]
    assert ["check_removed" in found for found in codes] == [True, False]


def test_what_tests_set_for_themselves_concerns_no_user() -> None:
    """Neither as a reason nor as a floor."""
    gone = [
        a_change("quill/envs.py", f'import os\nA = os.environ.get("{name}", "1")\n', "import os\n")
        for name in ("QUILL_PAGES", "QUILL_TEST_PAGES")
    ]
    said = [{reason.code for reason in judged("Tidy", change).reasons} for change in gone]
    assert ["env_removed" in codes for codes in said] == [True, False]
    assert [judged("Tidy", change).floor for change in gone] == [MIDDLE, LOW]


EVERYTHING = [PRODUCT, TESTS, CI, DOCS, LOCK, BUILD, FLAG_GONE, NAME_GONE, NEW_DEFAULT, *INERT]


@settings(max_examples=80)
@given(st.lists(commits(titles=[*GRAVE_TITLES, *PLAIN_TITLES], files=EVERYTHING), min_size=2, max_size=5))
def test_scores_are_ordered_as_importances_are(given_: list[tuple[str, list[FileChange]]]) -> None:
    """Whatever was bounded: what is high has a higher score than what is medium."""
    found = [judged(title, *files) for title, files in given_]
    for one in found:
        assert 0 <= one.score < 1
        assert one.importance is (TOP if one.score >= HIGH else MIDDLE if one.score >= MEDIUM else LOW)
        assert one.floor.rank <= one.importance.rank <= one.ceiling.rank


# -- what a model makes of it


def decided(title: str, *files: FileChange, importance: Importance, **more: Any) -> Triage:
    commit = a_commit(title, files=files)
    facts = facts_of(commit)
    return decide(triage(commit, facts, general()), Opinion(importance, **more), commit, facts)


@pytest.mark.parametrize("opinion", Importance)
@pytest.mark.parametrize("title", ["Fix a crash of the cache", "Tidy the cache"])
def test_an_opinion_stands_whatever_the_words_say(title: str, opinion: Importance) -> None:
    """What the rules gave is kept beside it, and its reason comes first."""
    before, after = judged(title, PRODUCT, TESTS), decided(title, PRODUCT, TESTS, importance=opinion, reason="because")
    assert (after.importance, after.reasons[0]) == (opinion, Reason("opinion", "because", 1.0))
    assert after.reasons[1:] == before.reasons
    assert after.by_rules is (None if opinion is before.importance else before.importance)
    assert (after.score >= HIGH) is (after.importance is TOP)
    assert (after.score < MEDIUM) is (after.importance is LOW)


@pytest.mark.parametrize(
    ("title", "change", "opinion", "kept"),
    [
        ("Fix a crash", TESTS, TOP, MIDDLE),
        ("Fix a crash", COMMENT, TOP, MIDDLE),
        ("chore: tidy", FLAG_GONE, LOW, MIDDLE),
    ],
)
def test_no_opinion_stands_against_a_fact(
    title: str, change: FileChange, opinion: Importance, kept: Importance
) -> None:
    """Neither up nor down; its reason is none for the rank that stands."""
    after = decided(title, change, importance=opinion, reason="because")
    assert after.importance is kept
    assert "opinion" not in {reason.code for reason in after.reasons}


def test_an_opinion_may_correct_types_and_areas_but_not_what_is_proven() -> None:
    after = decided("Tidy", PRODUCT, importance=LOW, types=(ChangeType.SECURITY,), areas=("scheduler",))
    assert (after.types, after.areas) == ((ChangeType.SECURITY,), ("scheduler",))
    after = decided('Revert "Add a cache"', PRODUCT, importance=LOW, types=(ChangeType.REFACTOR,))
    assert after.types == (ChangeType.REVERT, ChangeType.REFACTOR)
    assert decided("Fix a crash", PRODUCT, importance=LOW).types == judged("Fix a crash", PRODUCT).types


def test_a_second_opinion_takes_the_place_of_the_first() -> None:
    commit = a_commit("Tidy", files=(PRODUCT,))
    first = decide(triage(commit, (), general()), Opinion(TOP, "first"), commit, ())
    second = decide(first, Opinion(TOP, "second"), commit, ())
    assert [reason.detail for reason in second.reasons if reason.code == "opinion"] == ["second"]


def test_those_that_are_lifted_keep_their_order() -> None:
    """Two that are lifted from one level stand to each other as before."""
    lower, higher = (decide(a_triage(score=score), Opinion(TOP), a_commit(), ()).score for score in (0.3, 0.5))
    assert lower < higher


# -- reasons


@settings(max_examples=60)
@given(commits(titles=[*GRAVE_TITLES, *PLAIN_TITLES], files=EVERYTHING))
def test_reasons_are_said_in_words_the_strongest_first(given_: tuple[str, list[FileChange]]) -> None:
    """In both languages, at least one unless even its type is uncertain, and none in the words of the code."""
    title, files = given_
    found = judged(title, *files)
    assert found.reasons or not found.is_type_certain
    pointed_at = [
        abs(reason.points)
        for reason in found.reasons
        if reason.code not in {"surroundings", "tested", "documented"}
        and not reason.code.startswith(("type.", "learned."))
    ]
    assert pointed_at == sorted(pointed_at, reverse=True)
    for language in LANGUAGES:
        for reason in found.reasons:
            said = say_reason(reason, language)
            assert said
            assert not any(sign in said for sign in ("{", "learned.", "^", "fact ", "facts ", "symptom "))


def test_a_fact_is_a_reason_with_its_name() -> None:
    """Readers look for the flag, not for a kind of fact."""
    assert ("flag_removed", "--pages") in [(reason.code, reason.detail) for reason in judged("Tidy", FLAG_GONE).reasons]


def test_a_symptom_is_a_reason_in_the_authors_word() -> None:
    """And the strongest of a small fix."""
    reason = judged("Fix NaN in the cache", PRODUCT).reasons[0]
    assert (reason.code, reason.detail) == ("wrong_result", "NaN")


def test_what_surrounds_the_product_says_so_first() -> None:
    """And nothing that would speak for it."""
    found = judged("fix: flaky", TESTS, CI)
    assert (found.reasons[0].code, found.reasons[0].detail) == ("surroundings", "ci,test")
    assert all(reason.points <= 0 for reason in found.reasons)


# -- what little is known


@pytest.mark.parametrize("title", ["", "Fix a crash", "x", "feat!: all"])
def test_a_commit_without_files_is_sorted_by_its_words(title: str) -> None:
    """An empty one, or one of a list that tells no files; nothing says that it touches the product."""
    found = judged(title)
    assert found.types
    assert found.importance is LOW
    assert all(say_reason(reason, language) for reason in found.reasons for language in LANGUAGES)


def test_what_a_merge_brought_counts() -> None:
    """Its own title says only where it came from."""
    brought = Brought("b" * 40, "Fix a deadlock")
    commit: Commit = replace(a_commit_of(PRODUCT, message="Merge pull request #1 from a/b"), brought=(brought,))
    assert triage(commit, (), general()).importance is not LOW


def merged(*titles: str) -> Triage:
    """The triage of a branch's merge that brought commits with these titles."""
    brought = tuple(Brought(f"{number:040x}", title) for number, title in enumerate(titles))
    commit = replace(a_commit_of(PRODUCT, message="Merge branch 'pages' of example.org"), brought=brought)
    return triage(commit, (), general())


def test_a_merge_stands_where_the_weightiest_that_it_brought_would() -> None:
    """Whatever else came with it, and in whatever order."""
    tidied, both = merged("Tidy the pages"), merged("Tidy the pages", "Fix a crash of large pages", "Rename a test")
    assert both.types[0] is ChangeType.BUGFIX
    assert both.score == merged("Fix a crash of large pages").score > tidied.score
    assert "crash" in [reason.code for reason in both.reasons]


def test_a_merged_pull_request_is_what_its_own_title_says() -> None:
    """What was mended on its way there never landed by itself."""
    message = "Merge pull request #1 from a/b\n\nfeat: add large pages"
    commit = replace(a_commit_of(PRODUCT, message=message), brought=(Brought("b" * 40, "fix: handle empty pages"),))
    assert triage(commit, (), general()).types[0] is ChangeType.FEATURE


@pytest.mark.parametrize(
    "template",
    [
        "## Checklist\n- [ ] No memory leak\n- [ ] No crash on start\n",
        "<!-- Say whether it may crash or hang. -->",
        "```\nSegmentation fault (core dumped)\n```",
    ],
    ids=["boxes", "comment", "log"],
)
def test_a_template_names_no_trouble(template: str) -> None:
    """What a form asks is not what its author says."""
    assert judged("Rename the variables of the loop", PRODUCT, body=template).floor is LOW


@given(st.text(max_size=60), st.sampled_from(EVERYTHING))
def test_any_title_is_sorted(title: str, change: FileChange) -> None:
    """And stays within the bounds; the same again the same."""
    found = judged(title, change)
    assert found == judged(title, change)
    assert found.floor.rank <= found.importance.rank <= found.ceiling.rank


def test_kinds_that_are_not_the_product_are_known() -> None:
    """A kind that somebody adds must be thought of here: is it what users run?"""
    assert set(FileKind) == {
        *(FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED),
        *(FileKind.TEST, FileKind.CI, FileKind.DOCS, FileKind.TOOLING, FileKind.GENERATED, FileKind.LOCK),
    }


def test_another_least_version_of_the_language_is_never_low() -> None:
    """Somebody's machine may no longer do."""
    change = a_change(
        "pyproject.toml",
        '[project]\nname = "quill"\nrequires-python = ">=3.9"\n',
        '[project]\nname = "quill"\nrequires-python = ">=3.11"\n',
    )
    assert judged("chore: newer Python", change).importance is Importance.MEDIUM
    engines = a_change("package.json", '{\n  "node": ">=16"\n}\n', '{\n  "node": ">=20"\n}\n')
    go = a_change("go.mod", "module a\n\ngo 1.20\n", "module a\n\ngo 1.23\n")
    assert [judged("chore: newer", file).importance for file in (engines, go)] == [Importance.MEDIUM] * 2
    cmake = a_change("CMakeLists.txt", "set(CMAKE_CXX_STANDARD 14)\n", "set(CMAKE_CXX_STANDARD 20)\n")
    assert judged("chore: newer", cmake).importance is Importance.MEDIUM


@pytest.mark.parametrize(
    "change",
    [
        a_change("CMakeLists.txt", 'option(CUDA "c" OFF)\noption(B "b" ON)\n', 'option(B "b" ON)\n'),
        a_change("Dockerfile", "FROM a\nEXPOSE 80\n", "FROM a\nEXPOSE 81\n"),
        a_change("Cargo.toml", "[features]\na = []\nb = []\n", "[features]\na = []\n"),
        a_change("pyproject.toml", "[project.scripts]\na = 'a:b'\nctl = 'b:c'\n", "[project.scripts]\na = 'a:b'\n"),
    ],
    ids=["option", "port", "feature", "script"],
)
@pytest.mark.parametrize("title", ["chore: tidy", "refactor: cleanup of names"])
def test_what_is_built_is_the_product_too(title: str, change: FileChange) -> None:
    """A choice that is gone from how it is built or run, a default that is another there: never low."""
    assert judged(title, change).floor is MIDDLE


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Trigger the build again", ChangeType.UNKNOWN),
        ("empty commit to kick the runners", ChangeType.UNKNOWN),
        ("docs: say nothing", ChangeType.DOCS),
        ("Fix the crash on start", ChangeType.BUGFIX),
    ],
)
def test_what_changes_no_file_is_what_its_author_says(title: str, expected: ChangeType) -> None:
    """Nothing is learned from a title alone where there is no change that it could be about."""
    assert triage(a_commit(title, files=()), (), general()).types == (expected,)
