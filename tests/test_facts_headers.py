"""What headers of C, C++ and CUDA offer: names that go or are called otherwise, defaults that are others now."""

import pytest
from builders import a_change, told

from analysis.commits.commit import FileChange

OFFERED = {
    "C function": ("include/quill.h", "int quill_open(const char *path);\n", "quill_open"),
    "exported": ("quill.h", "QUILL_API struct quill * quill_open(\n        const char * path,\n        int mode);\n", "quill_open"),
    "inline": ("include/quill/a.hpp", "template <typename T>\ninline std::vector<T> load_all(T x) {\n  return {x};\n}\n", "load_all"),
    "kernel": ("include/quill/scale.cuh", "__global__ void scale(float* a, int n);\n", "scale"),
    "class": ("include/a.hpp", "class Page {\n public:\n  int x;\n};\n", "Page"),
    "struct": ("include/a.h", "typedef struct quill_page {\n  int x;\n} quill_page;\n", "quill_page"),
    "base": ("include/a.hpp", "class QUILL_API Page final : public Base {\n};\n", "Page"),
    "macro": ("include/a.h", "#define QUILL_MAX 3\n", "QUILL_MAX"),
    "function macro": ("include/a.h", "#define QUILL_CHECK(x) check(x)\n", "QUILL_CHECK"),
}  # fmt: skip


class TestNames:
    @pytest.mark.parametrize(("path", "text", "name"), OFFERED.values(), ids=OFFERED)
    def test_what_a_header_no_longer_declares_is_gone(self, path: str, text: str, name: str) -> None:
        assert told(a_change(path, f"int keep(int);\n{text}", "int keep(int);\n")) == [("name_removed", name)]

    def test_another_name_in_its_place_is_the_new_one(self) -> None:
        change = a_change("include/a.h", "int quill_open(const char *p);\n", "int quill_open_file(const char *p);\n")
        assert told(change) == [("name_renamed", "quill_open", "quill_open", "quill_open_file")]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("struct raw_doc {\n};\n", "struct sig {\n};\n"),
            ("#define QUILL_MAX 3\n", "#define PAGE_SIZE 3\n"),
            ("void prepare(int x, bool y);\n", "int enum_create(long z);\n"),
        ],
    )
    def test_what_only_stands_in_its_place_is_not_its_new_name(self, before: str, after: str) -> None:
        """Types and macros of one shape are many."""
        assert [kind for kind, *_ in told(a_change("include/a.h", before, after))] == ["name_removed"]

    @pytest.mark.parametrize(("path", "text", "name"), OFFERED.values(), ids=OFFERED)
    def test_what_stands_elsewhere_is_not_gone(self, path: str, text: str, name: str) -> None:
        """Moved to another header, or into the source: somebody still has it."""
        gone, there = a_change(path, f"int keep(int);\n{text}", "int keep(int);\n"), f"int b;\n{text}"
        assert told(gone, a_change("include/other.h", "int b;\n", there), kinds="name") == []
        assert told(gone, a_change("src/a.cpp", "int b;\n", f"int b;\nauto x = {name}(1);\n"), kinds="name") == []

    def test_what_may_stand_in_a_source_that_is_not_shown_is_not_gone(self) -> None:
        gone = a_change("include/a.h", "int load(int);\nint b;\n", "int b;\n")
        assert told(gone, FileChange("include/b.h", "modified", 900, 900, unseen="too large")) == []

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("src/a.cpp", "int load(int x) {\n  return x;\n}\n"),
            ("include/detail/a.h", "int load(int x);\n"),
            ("include/a_impl.h", "int load(int x);\n"),
            ("include/a.h", "static int load(int x);\n"),
            ("include/a.h", "class Page;\nstruct Block;\n"),
            ("include/a.h", "__forceinline__ __device__ float load(float x);\n"),
            ("include/a.hpp", "namespace detail {\nint load(int x);\n}\n"),
            ("include/a.hpp", "int Page::load(int x) {\n  return x;\n}\n"),
            ("include/a.hpp", "struct A {\n  int load(int x);\n};\n".replace("struct A {\n", "").replace("};\n", "")),
            ("include/a.h", "#ifndef QUILL_A_H\n#define QUILL_A_H\n#endif\n"),
            ("include/a.h", "#define QUILL_X 1\nint a[QUILL_X];\n#undef QUILL_X\n"),
            ("include/a.h", "// int load(int x);\n"),
            ("tests/include/a.h", "int load(int x);\n"),
            ("third_party/include/a.h", "int load(int x);\n"),
        ],
    )  # fmt: skip
    def test_what_is_not_for_others_is_no_loss(self, path: str, text: str) -> None:
        """Sources, inner namespaces, static and device functions, forward declarations, guards, macros that end at once."""
        assert told(a_change(path, f"int keep(int);\n{text}", "int keep(int);\n"), kinds="name") == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("int load(int x);\n", "int load(int x, int y);\n"),
            ("int load(int x);\n", "QUILL_API int\nload(int x);\n"),
            ("#define QUILL_MAX 3\n", "constexpr int QUILL_MAX = 3;\n"),
            ("class Page {\n};\n", "struct Page {\n};\n"),
            ("int load(int x);\n", "#ifdef A\nint load(int x);\n#endif\n"),
        ],
    )
    def test_what_is_declared_in_another_way_is_not_gone(self, before: str, after: str) -> None:
        assert told(a_change("include/a.h", before, after), kinds="name") == []


DEFAULTS = {
    "parameter": ("void run(int x, int n = {});\n", "run(n=…)"),
    "over lines": ("std::vector<int> run(\n    int x,\n    const int n = {},\n    bool b = true);\n", "run(n=…)"),
    "field": ("struct EngineConfig {{\n  int n = {};\n  int m = 1;\n}};\n", "EngineConfig.n"),
    "C++ field": ("struct common_params {{\n    int32_t n{{{}}};\n}};\n", "common_params.n"),
}


class TestDefaults:
    @pytest.mark.parametrize(("text", "name"), DEFAULTS.values(), ids=DEFAULTS)
    def test_another_default_is_told_with_both_values(self, text: str, name: str) -> None:
        change = a_change("include/a.hpp", text.format(3), text.format(4))
        assert told(change) == [("default_changed", name, "3", "4")]

    @pytest.mark.parametrize(
        "text",
        [
            "struct Page {{\n  int count = {};\n}};\n",
            "struct EngineConfig {{\n  int count_ = {};\n}};\n",
            "struct EngineConfig {{\n  int size() {{\n    int n = {};\n    return n;\n  }}\n}};\n",
            "inline int run(int x) {{\n  int n = {};\n  return n + x;\n}}\n",
            "struct EngineConfig {{\n  static constexpr int n = {};\n}};\n",
            "void run(int x, int n = size({}));\n",
        ],
        ids=["state", "private", "local", "body", "constant", "call"],
    )
    def test_what_nobody_sets_is_no_default(self, text: str) -> None:
        assert told(a_change("include/a.hpp", text.format(3), text.format(4)), kinds="default") == []

    def test_a_source_file_has_no_defaults_for_others(self) -> None:
        assert told(a_change("src/a.cpp", "void run(int n = 3) {\n}\n", "void run(int n = 4) {\n}\n")) == []
