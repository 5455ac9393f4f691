"""What people write, read alike whatever they build: a server of models in Python, a library in Rust, a build tool in TypeScript."""

from dataclasses import replace

import pytest
from builders import a_change, a_commit_of

from analysis.commits.commit import Commit, FileChange
from analysis.commits.title import ChangeType
from analysis.digest.digest import order
from analysis.digest.net import net
from analysis.digest.pipeline import judge
from analysis.triage.areas import general
from analysis.triage.triage import Importance, Triage

REPOSITORIES = {
    "example/quill-serve": a_change(
        "quill/srt/pages.py",
        "import torch\n\n\ndef load(n):\n    return n\n",
        "import torch\n\n\ndef load(n):\n    return n + 1\n",
    ),
    "example/quill-rs": a_change(
        "quill/src/io/pages.rs", "fn load(n: u32) -> u32 {\n    n\n}\n", "fn load(n: u32) -> u32 {\n    n + 1\n}\n"
    ),
    "example/quill-build": a_change(
        "packages/quill/src/node/pages.ts",
        "function load(n: number) {\n  return n\n}\n",
        "function load(n: number) {\n  return n + 1\n}\n",
    ),
}
MODELS = next(iter(REPOSITORIES))

pytestmark = pytest.mark.parametrize(("repo", "product"), REPOSITORIES.items(), ids=list(REPOSITORIES))


def judged(repo: str, message: str, *files: FileChange, author: str = "Ann") -> Triage:
    (entry,) = judge([replace(a_commit_of(*files, message=message), repo=repo, author=author)], general())
    return entry.triage


@pytest.mark.parametrize("denied", ["none", "N/A", "no", "-", "无", ""])
def test_a_form_that_denies_a_break_is_no_break(repo: str, product: FileChange, denied: str) -> None:
    plain = judged(repo, "fix: count pages from one", product)
    answered = judged(repo, f"fix: count pages from one\n\nBREAKING CHANGE: {denied}", product)
    assert (answered.types, answered.importance) == (plain.types, plain.importance)


@pytest.mark.parametrize(
    "body",
    [
        "BREAKING CHANGES: pages begin at one",
        "* feat(pages)!: begin at one\n* fix: the sum",
        "- [x] Breaking change",
        "Does this introduce a breaking change? Yes",
    ],
)
def test_a_break_is_affirmed_in_many_forms(repo: str, product: FileChange, body: str) -> None:
    found = judged(repo, f"Count pages from one\n\n{body}", product)
    assert found.types[0] is ChangeType.BREAKING
    assert found.importance is not Importance.LOW


@pytest.mark.parametrize("title", ["Revert to the saved page when loading fails", "fix: revert to one page on error"])
def test_what_the_product_goes_back_to_is_no_revert(repo: str, product: FileChange, title: str) -> None:
    assert ChangeType.REVERT not in judged(repo, title, product).types


def test_what_is_taken_back_and_brought_back_leads_nothing(repo: str, product: FileChange) -> None:
    titles = ["feat: two pages (#7)", 'Revert "feat: two pages (#7)" (#8)', 'Reapply "feat: two pages (#7)" (#9)']
    kinds = [judged(repo, title, product).types[0] for title in titles]
    assert kinds == [ChangeType.FEATURE, ChangeType.REVERT, ChangeType.FEATURE]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("安全：校验下载路径", "security: check the path of downloads"),
        ("回滚页数统计", "Revert the count of pages"),
        ("新增页数统计", "feat: count pages"),
        ("重构页数统计", "refactor: the count of pages"),
        ("优化页数统计的性能", "perf: count pages"),
        ("修复页数统计", "fix: the count of pages"),
    ],
)
def test_a_chinese_title_is_what_its_english_twin_is(
    repo: str, product: FileChange, chinese: str, english: str
) -> None:
    assert judged(repo, chinese, product).types[0] is judged(repo, english, product).types[0]


@pytest.mark.parametrize(
    "author", ["Renovate Bot", "dependabot", "pytorchmergebot", "github-actions", "k8s-ci-robot", "mergify"]
)
def test_what_a_program_quotes_is_nobodys_trouble(repo: str, product: FileChange, author: str) -> None:
    lock = a_change("quill.lock", 'version = "1.0"\n', 'version = "1.1"\n')
    assert product.path != lock.path
    found = judged(repo, "Update pages to v1.1\n\n- Fix a crash\n- Fix a memory leak", lock, author=author)
    assert found.importance is Importance.LOW


def test_a_release_is_the_days_first_news(repo: str, product: FileChange) -> None:
    commits = [
        a_commit_of(product, message="Fix a crash of the pages (#3)"),
        a_commit_of(a_change("CHANGELOG.md", "# Log\n", "# Log\n\n## 2.1.0\n\n- Pages\n"), message="release: v2.1.0"),
    ]  # fmt: skip
    day = order(net(list(judge([_numbered(repo, commit, at) for at, commit in enumerate(commits)], general()))))
    assert day[0].triage.types[0] is ChangeType.RELEASE
    assert day[0].triage.importance is Importance.HIGH


def _numbered(repo: str, commit: Commit, number: int) -> Commit:
    return replace(commit, repo=repo, sha=f"{number:040x}")


@pytest.mark.parametrize(
    ("title", "word"), [("Simplify the timer wheel", "build_release"), ("Release the lock before waiting", "build_release")]
)  # fmt: skip
def test_a_word_of_everyday_code_is_no_packaging(repo: str, product: FileChange, title: str, word: str) -> None:
    assert word not in judged(repo, title, product).areas


@pytest.mark.parametrize("title", ["Schedule the workers", "Keep the cache of the router", "Split the graph"])
def test_words_of_models_are_theirs_alone(repo: str, product: FileChange, title: str) -> None:
    of_models = {area.key for area in general() if area.ml}
    assert repo == MODELS or not of_models & set(judged(repo, title, product).areas)


@pytest.mark.parametrize("folder", ["sample", "sampler", "sampling"])
def test_a_sampler_ships(repo: str, product: FileChange, folder: str) -> None:
    head, _, name = product.path.rpartition("/")
    assert judged(repo, "Fix the count", replace(product, path=f"{head}/{folder}/{name}")).ceiling is Importance.HIGH


@pytest.mark.parametrize("title", ["perf: tidy the list", "Optimize layout", "fix: lint"])
def test_layout_is_neither_speed_nor_fix(repo: str, product: FileChange, title: str) -> None:
    ending = product.path.rpartition(".")[2]
    call = {"py": "call(a,b)\n", "rs": "call(a,b);\n", "ts": "call(a,b)\n"}[ending]
    found = judged(repo, title, a_change(product.path, call, call.replace(",", ", ")))
    assert (found.types[0], found.importance) == (ChangeType.REFACTOR, Importance.LOW)


@pytest.mark.parametrize("title", ["Fix the comment", "fix: wording", "Comments."])
def test_comments_alone_are_no_fix(repo: str, product: FileChange, title: str) -> None:
    mark = "#" if product.path.endswith(".py") else "//"
    found = judged(repo, title, a_change(product.path, f"{mark} teh page\n", f"{mark} the page\n"))
    assert (found.types[0], found.importance) == (ChangeType.DOCS, Importance.LOW)


def test_another_path_alone_is_no_fix(repo: str, product: FileChange) -> None:
    head, _, name = product.path.rpartition("/")
    moved = FileChange(f"{head}/_kept_{name}", "renamed", 0, 0, f"{head}/_old_{name}")
    found = judged(repo, "Fix the place of pages", moved)
    assert (found.types[0], found.importance) == (ChangeType.REFACTOR, Importance.LOW)
