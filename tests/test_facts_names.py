"""Public names that go away or get another name."""

import pytest
from builders import a_change, found, told

REMOVED = {
    "function": ("quill/a.py", 'def load(path):\n    """Load it."""\n    return 1\n'),
    "coroutine": ("quill/a.py", 'async def load(\n    path,\n):\n    """Load it."""\n    return 1\n'),
    "class where it can be": ("quill/a.py", "if has_fast():\n\n    class load(Base):\n        pass\n"),
    "class": ("quill/a.py", "class load(Base):\n    pass\n"),
    "rust function": ("src/a.rs", "/// Loads it.\npub fn load(path: &str) -> u8 {\n    1\n}\n"),
    "rust struct": ("src/a.rs", "/// What is loaded.\npub struct load;\n"),
    "operator": ("csrc/a.cc", '  m.def(\n      "load(Tensor! a, int b) -> ()");\n'),
    "binding": ("csrc/a.cpp", '  m.def("load", &load, "Load it.");\n'),
    "TypeScript": ("a.ts", "export async function load(path: string) {\n}\n"),
    "TypeScript constant": ("a.ts", "export const load = () => 1;\n"),
}


class TestRemovedNames:
    @pytest.mark.parametrize(("path", "text"), REMOVED.values(), ids=REMOVED)
    def test_a_public_name_that_is_gone_is_told(self, path: str, text: str) -> None:
        assert told(a_change(path, f"first\n{text}", "first\n")) == [("name_removed", "load")]

    def test_a_method_that_had_warned_of_its_end_is_told_with_its_class(self) -> None:
        old = '''
            class Report:
                def to_frame(self):
                    """Make a frame."""
                    warn("`to_frame` is deprecated, use `frame`.", DeprecationWarning)
                    return self.frame()

                def frame(self):
                    return 1
            '''
        new = "class Report:\n    def frame(self):\n        return 1\n"
        assert told(a_change("quill/a.py", old, new), kinds="name") == [("name_removed", "Report.to_frame")]

    def test_a_method_that_does_not_warn_any_more_is_not_gone(self) -> None:
        text = 'class Report:\n    def to_frame(self):\n        warn("will be removed in 2.0")\n        return 1\n'
        new = text.replace('        warn("will be removed in 2.0")\n', "")
        assert told(a_change("quill/a.py", text, new), kinds="name") == []

    def test_an_operator_that_is_declared_in_another_way_is_not_gone(self) -> None:
        old, new = '  m.def("load", load);\n', '  m.def("load(Tensor a) -> ()");\n  m.impl("load", &load);\n'
        assert told(a_change("csrc/a.cc", old, new)) == []

    def test_go_exports_by_capital_letter(self) -> None:
        text = "func Load(path string) int {\n\treturn 1\n}\n\nfunc load() {}\n\nfunc (s *Server) Close() {}\n\ntype Page struct{}\n"
        assert told(a_change("quill/a.go", f"package a\n{text}", "package a\n")) == [
            ("name_removed", "Load"), ("name_removed", "Server.Close"), ("name_removed", "Page"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("quill/a.py", "def _load(path):\n    return 1\n"),
            ("quill/a.py", "class A:\n    def load(self):\n        return 1\n".replace("class A:\n", "")),
            ("quill/_a.py", "def load(path):\n    return 1\n"),
            ("quill/_inner/a.py", "def load(path):\n    return 1\n"),
            ("quill/a.py", '@app.get("/load")\ndef load(path):\n    return 1\n'),
            ("quill/a.py", "def main():\n    return 1\n"),
            ("quill/a.py", '"""\ndef load(path):\n    return 1\n"""\n'),
            ("quill/a.py", "# def load(path):\n"),
            ("src/a.rs", "pub(crate) fn load() {}\n"),
            ("src/a.rs", "fn load() {}\n"),
            ("src/a.rs", "    pub fn new() -> Self {}\n"),
            ("src/a.rs", "// pub fn load() {}\n"),
            ("src/writer.rs", "pub fn load() {}\n"),
            ("quill/a.py", "def load(path):\n    return 1\n"),
            ("quill/a.py", "class A:\n\n    class load(Base):\n        pass\n".replace("class A:\n\n", "def f():\n\n")),
            ("internal/a.go", "func Load() {}\n"),
            ("a.go", "func (s *store) Load() {}\n"),
            ("src/node/load.ts", "export function load() {}\n"),
            ("src/load.h", "int load(int n);\n"),
            ("quill/testing/a.py", "def load(path):\n    return 1\n"),
            ("a.ts", "function load() {}\n"),
            ("tests/a.py", "def load(path):\n    return 1\n"),
            ("docs/a.py", "def load(path):\n    return 1\n"),
            ("third_party/a.py", "def load(path):\n    return 1\n"),
            ("setup.py", "def load(path):\n    return 1\n"),
        ],
    )
    def test_what_nobody_could_import_is_not_missed(self, path: str, text: str) -> None:
        """Private names and modules, handlers of endpoints, comments, tests and what others wrote."""
        assert told(a_change(path, f"x = 1\n{text}", "x = 1\n"), kinds="name") == []

    @pytest.mark.parametrize(
        "after",
        [
            "from quill.b import load\n",
            "from quill.b import (\n    load,\n    save,\n)\n",
            "from quill.b import other as load\n",
            "load = other\n",
            "if FAST:\n    def load(path):\n        return 2\n",
            "def load(path, retries=3):\n    return 1\n",
            "class load:  # noqa: N801\n    pass\n",
        ],
        ids=["import", "long import", "alias", "assignment", "indented", "another signature", "a class now"],
    )
    def test_a_name_that_a_module_still_has_is_not_gone(self, after: str) -> None:
        assert told(a_change("quill/a.py", "def load(path):\n    return 1\n", after), kinds="name") == []

    def test_a_name_that_moved_to_another_module_is_not_gone(self) -> None:
        text = "def load(path):\n    return 1\n"
        assert told(a_change("quill/a.py", text, ""), a_change("quill/b.py", "x = 1\n", f"x = 1\n\n\n{text}")) == []

    def test_a_line_that_only_got_a_comment_is_no_removal(self) -> None:
        """Also where a docstring follows it, of which the hunk shows only the beginning."""
        text = 'class Sockets:{}\n    """\n    Holds sockets.\n' + "    More.\n" * 9 + '    """\n'
        assert (
            told(
                a_change(
                    "quill/a.py", "x = 1\n\n\n" + text.format(""), "x = 1\n\n\n" + text.format("  # noqa: PLW1641")
                )
            )
            == []
        )

    def test_a_removed_module_with_many_names_is_one_fact(self) -> None:
        text = "\n\n".join(
            f'def load_{word}():\n    """Load it."""\n    return 1' for word in ("one", "two", "three", "four")
        )
        (fact,) = found(a_change("quill/old.py", text, None))
        assert (fact.kind, fact.name, fact.line) == ("module_removed", "quill/old.py", 0)
        assert fact.detail == "load_one, load_two, load_three, load_four"

    def test_a_removed_module_with_few_names_is_told_by_name(self) -> None:
        assert told(a_change("quill/old.py", 'def load():\n    """Load it."""\n    return 1\n', None)) == [
            ("name_removed", "load")
        ]


class TestRenamedNames:
    @pytest.mark.parametrize(
        ("before", "after", "names"),
        [
            ("def load_all(path, n):\n", "def load_every(path, n):\n", ("load_all", "load_every")),
            ("class MeanPrecision:\n", "class MAPEvaluator:\n", ("MeanPrecision", "MAPEvaluator")),
            ("class CacheBase(A):\n", "class Cache(A, B):\n", ("CacheBase", "Cache")),
        ],
    )
    def test_a_name_that_was_replaced_in_its_place_was_renamed(
        self, before: str, after: str, names: tuple[str, str]
    ) -> None:
        body = '    """Do it."""\n    return 1\n'
        change = a_change("quill/a.py", f"x = 1\n\n\n{before}{body}", f"x = 1\n\n\n{after}{body}")
        assert told(change) == [("name_renamed", names[0], *names)]

    def test_a_function_with_the_same_parameters_below_it_was_renamed(self) -> None:
        filler = "".join(f"x{number} = {number}\n" for number in range(20))
        before = f"def load_pages(path, count):\n    'Load them.'\n    return 1\n\n\n{filler}"
        after = f"{filler}\n\ndef load_page(path, count):\n    return 2\n"
        assert told(a_change("quill/a.py", before, after)) == [
            ("name_renamed", "load_pages", "load_pages", "load_page")
        ]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("def load(path):\n    'Load it.'\n    return 1\n", "def erase(everything):\n    return 2\n"),
            (
                "def load_tools(data):\n    'Load it.'\n    return 1\n",
                "def load_tools_or_sets(data, key='x'):\n    'Load it.'\n    return 1\n",
            ),
            ("class Reader(nn.Module):\n    x = 1\n    y = 2\n", "class Scheduler(nn.Module):\n    z = 3\n    q = 4\n"),
            ("def load(path):\n    'Load it.'\n    return 1\n", "class Loader:\n    y = 2\n"),
        ],
        ids=["another function", "one that is given more", "another class of the same base", "a class for a function"],
    )
    def test_another_thing_in_its_place_is_no_new_name(self, before: str, after: str) -> None:
        change = a_change("quill/a.py", f"x = 1\n\n\n{before}", f"x = 1\n\n\n{after}")
        assert [fact[0] for fact in told(change)] == ["name_removed"]

    def test_a_name_that_became_private_is_gone(self) -> None:
        assert told(
            a_change(
                "quill/a.py", "def load(path):\n    'Load it.'\n    return 1\n", "def _load(path):\n    return 1\n"
            )
        ) == [("name_removed", "load")]


class TestListedNames:
    """What `__all__` and `export { … }` give to others."""

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("quill/__init__.py", "from .m import keep, load\n__all__ = ['keep', 'load']\n", "from .m import keep\n__all__ = ['keep']\n"),
            ("quill/__init__.py", 'from .m import load\na = 1\n__all__ = [\n    "a",\n    "load",\n]\n', 'a = 1\n__all__ = [\n    "a",\n]\n'),
            ("src/index.ts", "export { keep, load } from './m';\n", "export { keep } from './m';\n"),
            ("src/index.ts", "const load = 1;\nexport { keep, load };\n", "const load = 1;\nexport { keep };\n"),
            ("src/index.ts", "export {\n  keep,\n  l as load,\n} from './m';\n", "export {\n  keep,\n} from './m';\n"),
        ],
    )  # fmt: skip
    def test_one_that_is_listed_no_more_is_gone(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after)) == [("name_removed", "load")]
        assert told(a_change(path, after, before)) == [("name_added", "load")]

    def test_a_list_that_begins_above_the_hunk_is_known_from_its_heading(self) -> None:
        names = "".join(f'    "a{number}",\n' for number in range(9))
        before = f'import load\n\n\n\n\n\n\n__all__ = [\n{names}    "load",\n]\n'
        after = before.replace('    "load",\n', "").replace("import load", "import os")
        assert told(a_change("quill/__init__.py", before, after)) == [("name_removed", "load")]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("quill/__init__.py", "from .m import load\n__all__ = ['load']\n", "from .m import load\n__all__ = []\n"),
            ("quill/__init__.py", "from .m import load\n__all__ = ['load']\n", "_lazy = {'m': ['load']}\n__all__ = [*_lazy]\n"),
            ("quill/__init__.py", "__all__ = ['laod']\n", "__all__ = ['keep']\n"),
            ("quill/__init__.py", "from .m import load\nx = ['load']\n", "x = []\n"),
            ("src/index.ts", "export { load } from './m';\n", "export { load } from './n';\n"),
            ("src/index.ts", "export { load } from './m';\n", "export * from './m';\nexport const load = 1;\n"),
            ("src/index.ts", "export { load } from './m';\n", "export * from './m';\n"),
            ("src/press/ink/index.ts", "export { keep, load } from './m';\n", "export { keep } from './m';\n"),
            ("src/press/types/ink.ts", "export interface Load {\n  a: 1\n}\n", ""),
            ("src/index.ts", "function load() {}\nexport { load };\n", "export function load() {}\n"),
            ("src/index.ts", "import { load } from './m';\n", "import { keep } from './m';\n"),
            ("tests/__init__.py", "from .m import load\n__all__ = ['load']\n", "__all__ = []\n"),
        ],
    )  # fmt: skip
    def test_one_that_is_there_in_another_way_is_not_gone(self, path: str, before: str, after: str) -> None:
        """Imported still, found when it is asked for, listed by mistake, another list."""
        assert told(a_change(path, before, after), kinds="removed") == []

    def test_one_that_is_defined_in_another_module_now_is_not_gone(self) -> None:
        before, after = "from .m import load\n__all__ = ['load']\n", "a = 1\n"
        assert (
            told(
                a_change("quill/__init__.py", before, after),
                a_change("quill/n.py", after, f"{after}{before}"),
                kinds="removed",
            )
            == []
        )

    def test_one_whose_definition_goes_too_is_told_once_and_by_its_module(self) -> None:
        listing = a_change("quill/__init__.py", "from .m import load\n__all__ = ['load']\n", "\n")
        assert [
            fact.path for fact in found(listing, a_change("quill/m.py", "def load():\n    'Load it.'\n", "\n"))
        ] == ["quill/m.py"]


class TestParameters:
    """What a function or a constructor no longer takes."""

    @pytest.mark.parametrize(
        ("before", "after", "name"),
        [
            ("def run(x, verbose=False):\n    return x\n", "def run(x):\n    return x\n", "run(verbose=…)"),
            ("async def run(x, *, verbose: bool = False): ...\n", "async def run(x): ...\n", "run(verbose=…)"),
            ("def run(\n    x: int,\n    verbose: bool,\n):\n    pass\n", "def run(x: int):\n    pass\n", "run(verbose=…)"),
            ("class Run:\n    def __init__(self, x, verbose=False):\n        pass\n", "class Run:\n    def __init__(self, x):\n        pass\n", "Run(verbose=…)"),
        ],
    )  # fmt: skip
    def test_one_that_is_gone_is_told_as_it_is_given(self, before: str, after: str, name: str) -> None:
        assert told(a_change("quill/a.py", before, after)) == [("name_removed", name)]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("quill/a.py", "def run(x, verbose=False): ...\n", "def run(x, loud=False): ...\n"),
            ("quill/a.py", "def run(x, verbose=False): ...\n", "def run(x, **options): ...\n"),
            ("quill/a.py", "def run(x, verbose): ...\n", "def run(verbose, x): ...\n"),
            ("quill/a.py", "def run(x, _verbose): ...\n", "def run(x): ...\n"),
            ("quill/a.py", "def _run(x, verbose): ...\n", "def _run(x): ...\n"),
            ("quill/a.py", "class Run:\n    def go(self, verbose): ...\n", "class Run:\n    def go(self): ...\n"),
            ("quill/a.py", "def f():\n    def run(x, verbose): ...\n", "def f():\n    def run(x): ...\n"),
            ("quill/a.py", "@triton.jit\ndef run(x, verbose): ...\n", "@triton.jit\ndef run(x): ...\n"),
            ("quill/a.py", '@app.get("/x")\ndef run(x, verbose): ...\n', '@app.get("/x")\ndef run(x): ...\n'),
            ("quill/a.py", "run(x, verbose)\n", "run(x)\n"),
            ("quill/a.py", "@overload\ndef run(x, y): ...\ndef run(x, y=1): ...\n", "@overload\ndef run(x): ...\ndef run(x, y=1): ...\n"),
            ("tests/a.py", "def run(x, verbose): ...\n", "def run(x): ...\n"),
            ("quill/_a.py", "def run(x, verbose): ...\n", "def run(x): ...\n"),
        ],
    )  # fmt: skip
    def test_one_that_others_may_still_give_or_never_gave_is_not_gone(self, path: str, before: str, after: str) -> None:
        """Called otherwise, taken by another way, in private, of a method, a kernel, a handler, a call, tests."""
        assert told(a_change(path, before, after), kinds="name") == []
