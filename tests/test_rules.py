"""What the rules say of commits: the effect first, its evidence behind it, in whole sentences of both languages."""

import re
from dataclasses import replace

import pytest
from builders import a_change
from hypothesis import given
from hypothesis import strategies as st
from made import a_commit, a_triage, an_analysis, an_entry

from analysis.areas import general
from analysis.commit import Brought, FileChange
from analysis.entry import LANGUAGES, RULES, Analysis, Entry, Language
from analysis.facts import facts_of
from analysis.rules import VERSION, RulesAnalyser
from analysis.title import ChangeType
from analysis.triage import triage


def judged(message: str, *files: FileChange, **changes: object) -> Entry:
    commit = a_commit(message, files=files, **changes)
    facts = facts_of(commit)
    return Entry(commit, facts, triage(commit, facts, general()))


def analysed(entry: Entry, language: Language = "en") -> Analysis:
    reading = RulesAnalyser().analyse((entry,), language)
    return reading.analyses[entry.commit.sha]


def told(message: str, *files: FileChange, language: Language = "en") -> str:
    """Return the summary of a commit with this message and these files."""
    return analysed(judged(message, *files), language).summary


def well_formed(text: str) -> None:
    """Fail if a sentence of ours has holes: what stands in code and quotation marks is its author's."""
    assert text.count("`") % 2 == 0
    plain = re.sub(r"`[^`]*`", "x", text)
    assert plain.count("“") == plain.count("”")
    plain = re.sub(r"“[^”]*”", "x", plain)
    assert not re.search(
        r"\s\s|\s[,.;:。，；：、](?:\s|$)|[,;:][,;:](?:\s|$)|[。，；：、]{2}|\.\.(?!\.)$|[:;,：；，、]$", plain
    ), text
    assert text == text.strip()
    assert not re.search(r"\{\w*\}", plain) or "{" in text


CODE = a_change("quill/cache.py", "class Cache:\n    page = 1\n", "class Cache:\n    page = self.page\n")


class TestTheSummary:
    def test_begins_with_the_effect_and_shows_what_proves_it(self) -> None:
        assert told("Fix wrong page in cache (#12)", CODE) == (
            "Wrong page in cache is fixed: `page = 1` becomes `page = self.page`."
        )
        assert told("Fix wrong page in cache (#12)", CODE, language="zh") == (
            "修复缓存中错误的 page：`page = 1` 改为 `page = self.page`。"
        )

    def test_quotes_a_title_that_cannot_be_said_in_chinese(self) -> None:
        assert told("Fix frobs that were quuxing (#12)", CODE, language="zh").startswith(
            "缺陷修复：“Fix frobs that were quuxing”"
        )

    def test_quotes_why_from_the_message(self) -> None:
        body = "\n\n## Motivation\n\n- a list\n\nClients got a 500 for every request. They still do.\n\nCo-authored-by: A B"
        assert told(f"Fix wrong page (#12){body}", CODE).endswith(
            "The author writes “Clients got a 500 for every request. They still do”."
        )

    @pytest.mark.parametrize(
        "body", ["Closes #12", "Signed-off-by: A B", "- [ ] a box of a list of boxes", "<!-- a remark -->"]
    )
    def test_quotes_no_trailers_and_lists(self, body: str) -> None:
        assert "author writes" not in told(f"Fix wrong page (#12)\n\n{body}", CODE)

    def test_of_a_setting_says_what_the_title_says_it_is_for(self) -> None:
        before = "class Envs:\n    A = EnvBool(True)\n"
        file = a_change("quill/envs.py", before, f"{before}    QUILL_SKIP_HASH = EnvBool(False)\n")
        title = "support QUILL_SKIP_HASH for bypassing hashing (#12)"
        made = [analysed(judged(title, file), language) for language in LANGUAGES]
        assert [analysis.summary for analysis in made] == [
            "New environment variable `QUILL_SKIP_HASH` (default False) for bypassing hashing.",
            "新增环境变量 `QUILL_SKIP_HASH`（默认 False），用于绕过哈希计算。",
        ]
        assert [analysis.effect for analysis in made] == [
            "Off by default: it takes effect only where `QUILL_SKIP_HASH` is set.",
            "默认关闭，仅在设置 `QUILL_SKIP_HASH` 后生效。",
        ]

    def test_says_a_default_once_where_the_title_says_it(self) -> None:
        file = a_change(
            "quill/config.py", "class Conf:\n    text_len: int = 1024\n", "class Conf:\n    text_len: int = 512\n"
        )
        analysis = analysed(judged("Reduce text length from 1024 to 512", file))
        assert analysis.summary == "Text length goes from 1024 to 512 (`Conf.text_len`)."
        assert analysis.recommendations[0].text == "Set `Conf.text_len` to 1024 to keep the former behaviour."

    @pytest.mark.parametrize("name", ["MAX_PAGES", "DEFAULT_PAGES", "kDefaultPages", "kMaxDefaultPages"])
    def test_advises_nobody_to_set_a_constant(self, name: str) -> None:
        analysis = analysed(judged("Use larger pages", a_change("quill/cache.py", f"{name} = 16\n", f"{name} = 32\n")))
        assert name in f"{analysis.summary} {analysis.effect}"
        assert not analysis.recommendations

    def test_of_a_name_that_is_cleaned_away_says_that_it_is_gone(self) -> None:
        file = a_change(
            "quill/cache.py",
            "def keep(page):\n    return page\n\n\ndef drop(page):\n    pass\n",
            "def drop(page):\n    pass\n",
        )
        made = [analysed(judged("Clean useless and buggy keep in cache", file), language) for language in LANGUAGES]
        assert [analysis.summary for analysis in made] == [
            "`keep` is gone from `cache.py`.",
            "`cache.py` 中的 `keep` 已移除。",
        ]

    def test_of_what_is_improved_says_what_is_new(self) -> None:
        """The title alone leaves open what there is to use."""
        before = "class EmbedRequest:\n    text: str = ''\n"
        file = a_change("quill/protocol.py", before, f"{before}    video: str | None = None\n")
        assert told("[Feature] Enhance embeddings with video input", file).startswith(
            "New field `EmbedRequest.video` (default None): embeddings are improved with video input."
        )

    def test_of_a_revert_says_what_is_gone_and_why(self) -> None:
        before = (
            "def one():\n    pass\n\n\n# Only tested on small pages, never on large ones.\ndef swap(a):\n    return a\n"
        )
        file = a_change("quill/cache.py", before, "def one():\n    pass\n")
        analysis = analysed(judged('Revert "Add swap of pages on Hopper (#7)" (#9)', file))
        assert analysis.summary == (
            "Reverts “Add swap of pages on Hopper” (#7): `swap` is gone from `cache.py`. "
            "A comment in the removed code said “Only tested on small pages, never on large ones”."
        )
        assert analysis.effect == "Gone again: Swap of pages on Hopper."
        assert analysis.risks == ()

    def test_of_code_that_moved_says_from_where_to_where(self) -> None:
        lines = "".join(f"value_number_{number} = compute({number})\n" for number in range(40))
        files = (a_change("quill/a.py", f"x = 1\n{lines}", "x = 1\n"), a_change("quill/b.py", None, lines))
        assert told("Refactor a", *files) == "A is restructured: 40 lines move from `a.py` to `b.py`."

    def test_of_a_title_that_names_only_files_says_what_changes_in_them(self) -> None:
        before = "def load(path):\n    first(path)\n    second(path)\n    return path\n"
        file = a_change("quill/a.py", before, before.replace("    first(path)\n    second(path)\n", ""))
        assert told("Update a.py, b.py (20260105)", file) == "Changes `load`."

    def test_flags_of_a_new_program_are_not_news_one_by_one(self) -> None:
        text = 'p = argparse.ArgumentParser()\np.add_argument("--source", help="where")\np.add_argument("--to")\n'
        assert told("Add a checker", a_change("quill/check.py", None, text)) == (
            "Adds checker. The new program `check.py` takes `--source` and `--to`."
        )

    def test_files_of_one_name_are_told_apart(self) -> None:
        new = 'import a\n\n\ndef load_it(x):\n    """Load it from the disk."""\n    return x\n'
        files = [
            a_change(f"quill/{folder}/load.py", "import a\n", new.replace("load_it", f"load_{folder}"))
            for folder in "ab"
        ]
        assert "In `a/load.py`: new `load_a` (“Load it from the disk”)" in told("Add loaders", *files)

    def test_of_tests_alone_says_what_comes_and_goes(self) -> None:
        files = [a_change(f"tests/old/test_{name}.py", "def test_a(): ...\n", None) for name in "ab"]
        assert told("Remove migrated tests", *files) == (
            "Migrated tests are gone; 2 test files below `tests/old` go away (2 lines)."
        )
        assert told("Remove migrated tests", *files, language="zh") == (
            "移除已迁移的测试；删除 `tests/old` 下的 2 个测试文件（2 行）。"
        )

    def test_a_fix_that_names_no_symptom_says_what_was_done_to_its_subject(self) -> None:
        assert told("Fix page routing (#12)", CODE) == "In page routing, `page = 1` becomes `page = self.page`."
        assert (
            told("Fix page routing (#12)", CODE, language="zh") == "page 路由中，`page = 1` 改为 `page = self.page`。"
        )
        before = "def route(one):\n    return None\n"
        rule = "    # Remote pages must be routed to their owner\n    if one.remote:\n        return one.owner\n"
        file = a_change("quill/route.py", before, before.replace("    return None\n", f"{rule}    return None\n"))
        assert told("Fix routing of remote pages", file) == (
            "Remote pages are now routed to their owner. In `route.py`: new case `one.remote` → `return one.owner`."
        )

    def test_one_new_method_is_told_with_its_line_on_the_subject(self) -> None:
        before = "class Pool(Base):\n    size = 1\n"
        method = "\n    def free(self, pages):\n        self.check()\n        found = torch.unique(pages.cpu() // self.size)\n        return found\n"
        assert told("Move freeing pages to CPU", a_change("quill/pool.py", before, before + method)) == (
            "Freeing pages moves to CPU: new `Pool.free` (`found = torch.unique(pages.cpu() // self.size)`)."
        )

    def test_new_commands_of_one_program_are_told_together(self) -> None:
        before = "import argparse\n\nsub = parser.add_subparsers()\n"
        after = before + 'sub.add_parser("pack", help="Pack it")\nsub.add_parser("list")\n'
        assert (
            told("Support packing", a_change("quill/cli.py", before, after))
            == "New commands `pack` and `list` of `cli.py`."
        )
        assert told("Remove packing", a_change("quill/cli.py", after, before)).startswith(
            "The command `pack` of `cli.py` is gone."
        )

    def test_fields_that_a_class_declares_no_more_are_named(self) -> None:
        before = "class Request:\n    name: str\n    seed: int = 42\n    size: int = 1\n\n    def send(self): ...\n"
        file = a_change("quill/request.py", before, before.replace("    seed: int = 42\n    size: int = 1\n", ""))
        assert told("refactor: remove redundant parameters in request", file).startswith(
            "Redundant parameters in request are gone: `Request` no longer declares `seed` and `size`."
        )

    def test_fields_that_are_looked_up_elsewhere_are_told_so(self) -> None:
        before = "class Request:\n    name: str\n    seed: int = 42\n\n    def send(self): ...\n"
        after = (
            before.replace("    seed: int = 42\n", "")
            + "\n    def __getattr__(self, name):\n        return getattr(self.params, name)\n"
        )
        assert "`Request` no longer declares `seed`, but looks them up (`__getattr__`)" in told(
            "refactor: remove redundant parameters in request", a_change("quill/request.py", before, after)
        )

    def test_a_file_that_the_title_misspells_is_named_as_it_is_called(self) -> None:
        lines = "".join(f"value_number_{number} = compute({number})\n" for number in range(40))
        files = (a_change("quill/fp8.py", f"x = 1\n{lines}", "x = 1\n"), a_change("quill/flash_trtllm.py", None, lines))
        assert told("Refactor fp8.py -> flash_trllm.py", *files) == "40 lines move from `fp8.py` to `flash_trtllm.py`."

    def test_a_fix_is_told_with_the_hardware_of_its_tag(self) -> None:
        assert told("[NPU] Fix error in page routing", CODE).startswith("Page routing no longer fails on NPU")
        assert told("[NPU] Fix error in page routing", CODE, language="zh").startswith("在 NPU 上")
        assert "NPU NPU" not in told("[NPU] Fix error in NPU routing", CODE) + told("[NPU] Fix NPU error", CODE)

    def test_a_new_variable_is_what_it_holds(self) -> None:
        before = "def run(self):\n    first()\n    if self.configuration.backend().is_deep() and self.is_ready():\n        go()\n"
        after = before.replace("self.configuration.backend().is_deep()", "will_use").replace(
            "    first()", "    will_use = self.is_deep_enabled()\n    first()"
        )
        assert told("Fix NaN of deep backend", a_change("quill/run.py", before, after)) == (
            "Deep backend no longer gives NaN: `self.configuration.backend().is_deep()` becomes `self.is_deep_enabled()`."
        )

    def test_a_case_that_leaves_early_says_so(self) -> None:
        before = "def release(req):\n    tree.done(req)\n    free(req)\n"
        guard = "    if req.pool is None:\n        assert isinstance(tree, Mamba), 'Only a tree of Mamba can do without its own pool'\n        return\n"
        text = told(
            "Update release.py", a_change("quill/release.py", before, before.replace("    free", f"{guard}    free"))
        )
        assert text == "Changes `release`. In `release.py`: new case `req.pool is None` → `return`."

    def test_what_an_image_has_inside_is_no_dependency_of_its_users(self) -> None:
        file = a_change("docker/Dockerfile", "RUN pip install a\n", "RUN pip install a google-cloud-storage\n")
        assert told("Add storage", file).startswith("The image now installs `google-cloud-storage` (`Dockerfile`)")
        assert "镜像开始安装" in told("Add storage", file, language="zh")

    def test_files_that_move_do_not_hide_what_else_the_title_says(self) -> None:
        body = "".join(f"line_{number} = {number}\n" for number in range(30))
        files = [a_change(f"tests/new/test_{name}.py", body, body, was=f"tests/old/test_{name}.py") for name in "ab"]
        assert told("Fix the import path and migrate core tests", *files) == (
            "2 test files move from `tests/old` to `tests/new`; import path is fixed."
        )

    def test_an_error_is_quoted_with_names_for_its_places(self) -> None:
        before = "def split(heads, size):\n    return heads // size\n"
        check = '    assert heads % size == 0, f"heads {heads} must be divisible by the size {size}"\n'
        file = a_change("quill/split.py", before, before.replace("    return", f"{check}    return"))
        assert analysed(judged("Fix splitting", file)).effect == (
            "New check: what does not pass it stops with “heads <heads> must be divisible by the size <size>”."
        )

    def test_what_a_new_ability_refuses_stops_nobody(self) -> None:
        """Before, the branch was not there: nothing that went through it is stopped now."""
        before = "def convert(arg):\n    if isinstance(arg, int):\n        return str(arg)\n    return None\n"
        branch = "    if isinstance(arg, Kind):\n        if arg == A:\n            return 1\n        raise TypeError('no wrapper for it yet')\n"
        new = a_change("quill/convert.py", before, before.replace("    return None", f"{branch}    return None"))
        assert analysed(judged("Support kinds", new)).effect == ""
        check = "    if arg is None:\n        raise TypeError('an argument is needed')\n"
        new = a_change("quill/convert.py", before, before.replace("    if isinstance", f"{check}    if isinstance"))
        assert (
            analysed(judged("Check arguments", new)).effect
            == "New check: what does not pass it stops with “an argument is needed”."
        )

    def test_an_unsafe_call_is_told_by_what_may_happen(self) -> None:
        def risks(line: str) -> list[str]:
            change = a_change("quill/load.py", "def load(path):\n    pass\n", f"def load(path):\n{line}\n    pass\n")
            return [risk.text for risk in analysed(judged("Load", change)).risks]

        assert risks("    x = torch.load(path, weights_only=False)") == [
            "New code loads with `weights_only=False`, which can run code from the file."
        ]
        assert risks("    os.system(path)") == ["New code uses `os.system`, which runs what it is given."]
        assert risks("    requests.get(path, verify=False)") == [
            "New code uses `verify=False`, and so does not check whom it talks to."
        ]
        tried = "    try:\n        return safe(path)\n    except RuntimeError:\n        return torch.load(path, weights_only=False)"
        assert risks(tried) == [
            "New code loads with `weights_only=False`, which can run code from the file (only where another way has failed)."
        ]

    def test_of_a_number_says_from_what_to_what(self) -> None:
        file = a_change(".github/workflows/a.yml", "job:\n  timeout-minutes: 20\n", "job:\n  timeout-minutes: 30\n")
        assert told("ci: increase timeout of nightly job", file) == (
            "Timeout of nightly job goes from 20 to 30 (`timeout-minutes`); changes `a.yml`."
        )
        assert "goes from" not in told("ci: reduce timeout of nightly job", file)  # the diff says otherwise

    def test_of_documents_says_what_is_new_in_their_tables(self) -> None:
        before = "# Models\n\n| Model | Works |\n|---|---|\n| Ash | yes |\n"
        file = a_change("docs/models.md", before, before + "| Birch | yes |\n")
        assert told("docs: update supported models", file) == "In `models.md`: new row `Birch`."
        assert told("docs: update supported models", file, language="zh") == "`models.md`：表格新增 `Birch`。"

    def test_of_a_data_file_says_the_new_key(self) -> None:
        file = a_change(
            ".github/people.json", '{\n  "ann": 1\n}\n', '{\n  "ann": 1,\n  "bob": {\n    "may": true\n  }\n}\n'
        )
        assert told("Add bob to people", file).startswith("`people.json` now has `bob` (`may: true`)")

    def test_of_test_code_says_what_is_defined_or_called_anew(self) -> None:
        before = "class Pool:\n    count = 0\n"
        method = (
            "\n    def acquire(self):\n        self.count += 1\n\n    def release(self):\n        self.count -= 1\n"
        )
        helper = a_change("tests/infra/pool.py", before, before + method + "\n    # more\n" * 40)
        assert told("Add reference counting to Pool", helper) == (
            "Pool now has reference counting; new `Pool.acquire` and `Pool.release`."
        )
        body = "".join(f"\n\ndef test_{number}():\n    run({number})\n" for number in range(10))
        files = [
            a_change(f"tests/test_{n}.py", f"import a\n{body}", f'import a\n\nregister_amd(suite="x{n}")\n{body}')
            for n in "abc"
        ]
        assert (
            told("Enable missed tests for AMD", *files)
            == "Missed tests are now enabled for AMD; 3 more test files call `register_amd`."
        )

    def test_of_a_rename_says_which_name_gives_way(self) -> None:
        gone = a_change("tests/infra/old.py", "".join(f"line_{number} = {number}\n" for number in range(80)), None)
        before = "a = 1\nif the_name_of_the_backend not in OLD_NAMES:\n    run()\n"
        file = a_change("tests/infra/names.py", before, before.replace("OLD_NAMES", "NEW_NAMES"))
        assert told("Rename models of the cloud", file, gone) == (
            "`OLD_NAMES` becomes `NEW_NAMES`; the test file `tests/infra/old.py` goes away (80 lines)."
        )

    def test_a_workflow_is_told_by_its_own_name(self) -> None:
        file = a_change(".github/workflows/cancel.yml", None, "name: Cancel all runs\non: push\n")
        assert told("ci: adjust the runs", file) == (
            "New CI file `.github/workflows/cancel.yml` “Cancel all runs” (2 lines)."
        )

    def test_of_a_feature_around_the_product_says_that_it_is_only_that(self) -> None:
        file = a_change("3rdparty/amd/hipify.py", "one = 1\n", "one = 1\ntwo = three(4)\n")
        assert told("feat: add ROCm build", file).endswith("Only third-party files are touched.")

    def test_where_files_move_the_product_comes_first(self) -> None:
        moved = [FileChange(f"tests/b/t{n}.py", "renamed", old_path=f"tests/a/t{n}.py") for n in range(3)]
        after = 'x = 1\n\n\ndef load(path):\n    """Load what is there."""\n    return path\n'
        assert told("ci: move tests", a_change("quill/a.py", "x = 1\n", after), *moved) == (
            "In `a.py`: new `load` (“Load what is there”). 3 test files move from `tests/a` to `tests/b`."
        )

    def test_of_a_merge_names_what_it_brought(self) -> None:
        entry = judged(
            "Merge branch 'cache'", CODE, brought=(Brought("1" * 40, "Fix it."), Brought("2" * 40, "Test it"))
        )
        assert "Merges 2 commits: “Fix it”, “Test it”." in analysed(entry).summary

    def test_nothing_is_said_of_a_commit_without_files(self) -> None:
        assert told("Once more") == "Once more."


class TestTheRest:
    def test_a_check_is_told_once(self) -> None:
        before = "def load(n):\n    return n\n"
        after = 'def load(n):\n    assert n % 8 == 0, "n must be a multiple of 8"\n    return n\n'
        analysis = analysed(judged("Fix load", a_change("quill/a.py", before, after)))
        assert analysis.effect == "New check: what does not pass it stops with “n must be a multiple of 8”."
        assert analysis.insight == ()

    def test_new_tests_are_named(self) -> None:
        test = a_change("tests/test_a.py", "import a\n", "import a\n\n\ndef test_page_of_one():\n    pass\n")
        (insight,) = analysed(judged("Fix page", CODE, test)).insight
        assert insight.text == "The test `test_page_of_one` is new."

    def test_what_is_gone_is_a_risk_and_an_errand(self) -> None:
        before = 'p = argparse.ArgumentParser()\np.add_argument("--one")\np.add_argument("--two")\n'
        file = a_change("quill/args.py", before, before.replace('p.add_argument("--two")\n', ""))
        analysis = analysed(judged("Drop two", file))
        assert analysis.effect == "Whatever still uses `--two` breaks after the update."
        assert [claim.text for claim in analysis.risks] == ["`--two` goes without a deprecation in this commit."]
        assert [claim.text for claim in analysis.recommendations] == [
            "Take `--two` out of launch scripts before updating."
        ]

    def test_a_label_that_hides_the_product_is_a_risk(self) -> None:
        (risk, *_) = analysed(judged("ci: faster runs", CODE)).risks
        assert risk.text == "Labelled CI and build, yet the product's behaviour changes in `cache.py`."

    def test_many_untested_lines_are_a_risk(self) -> None:
        after = "".join(f"value_{number} = {number}\n" for number in range(120))
        (risk,) = analysed(judged("Add values", a_change("quill/a.py", "x = 1\n", after))).risks
        assert risk.text == "121 lines of the product change without any change of tests."


class TestTheOverview:
    def test_areas_come_by_weight_with_what_was_done_first(self) -> None:
        one = an_entry(
            None, "high", areas=("kv_cache",), analysis=an_analysis("Cache keeps pages: `a` becomes `b`. More.")
        )
        two = an_entry(None, "medium", areas=("kv_cache",), analysis=an_analysis("New flag `--x`: keeps pages. More."))
        three = an_entry(None, "low", areas=("docs",))
        (theme,) = RulesAnalyser().overview((one, two, three), "o/r", "en").themes
        assert theme.text == "KV cache: Cache keeps pages; new flag `--x`: keeps pages."
        assert theme.shas == (one.commit.sha, two.commit.sha)


def test_the_rules_say_who_they_are() -> None:
    """Stored analyses of an older version are made anew."""
    analyser = RulesAnalyser()
    assert (analyser.name, analyser.prompt) == (RULES, VERSION)
    assert analyser.jobs(()) == []


words = st.sampled_from(
    [
        "fix", "add", "support", "use", "update", "NaN", "crash", "in", "for", "when", "to", "with", "of", "and", "the", "not",
        "`a.py`", "`x", "cache", "tests", "(", ")", "“", "”", '"', "'", ",", ".", ";", ":", "...", "page_size=1", "修复", "缓存",
        "->", "instead", "of", "from", "1", "2", "[x]", "&", "&&", "a:", "-", "|", "{x}", "{}", "%s", "\u202e", "\x00", "🚀",
    ]
)  # fmt: skip
titles = st.lists(words, max_size=14).map(" ".join) | st.text(max_size=120)


@pytest.mark.parametrize("language", LANGUAGES)
@given(title=titles, body=titles, comment=titles, type_=st.sampled_from(ChangeType))
def test_any_commit_gives_whole_sentences(
    language: Language, title: str, body: str, comment: str, type_: ChangeType
) -> None:
    """No double spaces, no stray punctuation, marks in pairs: whatever the commit holds."""
    line = comment.replace("\n", " ")
    files = (
        a_change(
            "quill/a.py",
            "def load(a):\n    x = 1\n",
            f'def load(a, b):\n    # {line}\n    if a:\n        x = "{line}"\n',
        ),
        a_change("quill/b.py", None, f'"""{line}"""\np.add_argument("--x", help="{line}")\n'),
        a_change("tests/test_a.py", "x = 1\n", None),
    )
    entry = judged(f"{title}\n\n{body}", *files)
    entry = replace(entry, triage=replace(entry.triage, types=(type_,)))
    analysis = analysed(entry, language)
    well_formed(analysis.summary)
    well_formed(analysis.effect)
    for claim in (*analysis.impact, *analysis.insight, *analysis.risks, *analysis.recommendations):
        well_formed(claim.text)


@pytest.mark.parametrize("language", LANGUAGES)
@given(title=titles)
def test_any_title_of_tests_gives_whole_sentences(language: Language, title: str) -> None:
    """Also where the title is most of what there is."""
    entry = judged(title, FileChange("tests/a.py", "modified", 1, 1, patch="@@ -1 +1 @@\n-a = 1\n+a = 2"))
    well_formed(analysed(entry, language).summary)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_analysis_is_the_same_each_time(language: Language) -> None:
    """It is stored, and compared."""
    entry = replace(judged("Fix page in cache", CODE), triage=a_triage())
    assert analysed(entry, language) == analysed(entry, language)
