"""Public names that come, and signatures that change: where the code or the commit itself says that they are public."""

import pytest
from builders import a_change, found, told

DOCS = "docs/api.rst"
NEW = {
    "a documented method in Rust": ("src/a.rs", "impl<T: Copy> Store<T> {\n    /// Loads it.\n    pub fn load(&self) {}\n}\n", "    /// Loads it.\n    pub fn load(&self) {}\n", "Store::load"),
    "of a public trait": ("src/a.rs", "pub trait Store {\n    /// Loads it.\n    #[must_use]\n    fn load(&self);\n}\n", "    /// Loads it.\n    #[must_use]\n    fn load(&self);\n", "Store::load"),
    "a type in Rust": ("src/a.rs", "use a;\n/// It loads.\n#[derive(Clone)]\npub struct Loader;\n", "/// It loads.\n#[derive(Clone)]\npub struct Loader;\n", "Loader"),
    "a documented method in Go": ("store/a.go", "package a\n\n// Load loads it.\nfunc (s *Store) Load(a int) error {\n\treturn nil\n}\n", "\n// Load loads it.\nfunc (s *Store) Load(a int) error {\n\treturn nil\n}\n", "Store.Load"),
    "an export of a package": ("quill/__init__.py", "import os\nfrom .load import (\n    Keeper,\n    Loader,\n)\n", "    Loader,\n", "Loader"),
    "an entry of TypeScript": ("src/index.ts", "export { keep, load } from './load'\n", ", load", "load"),
    "a header's mark": ("include/quill.h", "#include <a>\nQUILL_API int quill_load(const char * path);\n", "QUILL_API int quill_load(const char * path);\n", "quill_load"),
    "a pointer with a header's mark": ("src/quill.h", "#include <a>\nQUILL_API int (*Quill_Load)(const char * path);\n", "QUILL_API int (*Quill_Load)(const char * path);\n", "Quill_Load"),
    "a mark in Python": ("quill/a.py", "import a\n\n\n@quill_api(trace=1)\ndef load(path):\n    pass\n", "\n\n@quill_api(trace=1)\ndef load(path):\n    pass\n", "load"),
    "a described parameter": ("quill/a.py", 'def load(\n    path: str,\n    retries: int = 3,\n) -> None:\n    """Load.\n\n    Args:\n        path: where\n        retries: how often\n    """\n', "    retries: int = 3,\n", "load(retries=…)"),
}  # fmt: skip


class TestNewNames:
    @pytest.mark.parametrize(("path", "text", "part", "name"), NEW.values(), ids=NEW)
    def test_one_that_the_code_makes_public_is_told(self, path: str, text: str, part: str, name: str) -> None:
        old = text.replace(part, "").replace("        retries: how often\n", "")
        assert [fact[:2] for fact in told(a_change(path, old, text), kinds="name_added")] == [("name_added", name)]

    @pytest.mark.parametrize(
        ("line", "is_told"),
        [
            (".. py:attribute:: Loader.timeout", True),
            ("Use :attr:`~quill.Loader.timeout`.", True),
            ("Call `loader.timeout` first.", True),
            ("A timeout is how long it takes.", False),
        ],
    )
    def test_a_method_of_python_counts_where_the_documents_name_it(self, line: str, is_told: bool) -> None:
        before = "class Loader:\n    def load(self):\n        pass\n"
        change = a_change("quill/a.py", before, f"{before}\n    @property\n    def timeout(self):\n        return 1\n")
        docs = a_change(DOCS, "a\n", f"a\n{line}\n")
        assert (told(change, docs, kinds="name_added") == [("name_added", "Loader.timeout")]) is is_told
        assert told(change, kinds="name_added") == []

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("src/a.rs", "impl A {\n}\n", "impl A {\n    pub fn load(&self) {}\n}\n"),
            ("src/a.rs", "impl A {\n}\n", "impl A {\n    /// Loads it.\n    pub(crate) fn load(&self) {}\n}\n"),
            ("src/a.rs", "impl Load for A {\n}\n", "impl Load for A {\n    /// Loads it.\n    fn load(&self) {}\n}\n"),
            ("src/main.rs", "use a;\n", "use a;\n/// Loads it.\npub fn load() {}\n"),
            ("internal/a.go", "package a\n", "package a\n\n// Load loads it.\nfunc Load() {}\n"),
            ("store/a.go", "package a\n", "package a\n\n// Load loads it.\nfunc (s *store) Load() {}\n"),
            ("src/load.ts", "a;\n", "a;\nexport function load() {}\n"),
            ("quill/a.py", "a = 1\n", "a = 1\n\n\ndef load(path):\n    pass\n"),
            ("quill/__init__.py", "import a\n", "import a\nfrom os import path\n"),
            ("quill/_inner/__init__.py", "import a\n", "import a\nfrom .load import Loader\n"),
            ("quill/a.py", "def load(\n    path: str,\n) -> None:\n    pass\n", "def load(\n    path: str,\n    retries: int = 3,\n) -> None:\n    pass\n"),
            ("src/a.rs", "use a;\n", 'use a;\n/// Loads it.\n#[cfg(any(test, feature = "testing"))]\npub fn load() {}\n'),
            ("src/a.rs", "use a;\n", 'use a;\n/// Loads it.\n#[doc(hidden)]\n#[cfg(feature = "testsuite")]\npub fn load() {}\n'),
            ("tests/a.rs", "use a;\n", "use a;\n/// Loads it.\npub fn load() {}\n"),
        ],
        ids=["no comment", "for the crate", "of a trait's implementation", "a program", "internal", "of a private type", "no entry", "nobody says so", "of another package", "a private package", "not described", "for tests", "for those who test", "a test"],
    )  # fmt: skip
    def test_one_that_nothing_makes_public_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="name_added") == []

    def test_what_a_new_type_can_do_is_part_of_it(self) -> None:
        text = (
            "use a;\n/// It loads.\npub struct Loader;\n\nimpl Loader {\n    /// Loads.\n    pub fn load(&self) {}\n}\n"
        )
        assert told(a_change("src/a.rs", "use a;\n", text)) == [("name_added", "Loader")]

    def test_what_many_types_get_alike_is_told_once(self) -> None:
        def text(load: str) -> str:
            return "".join(f"impl {owner} {{\n    fn x() {{}}\n{load}}}\n\n" for owner in ("Take", "Skip", "Then"))

        (fact,) = found(a_change("src/a.rs", text(""), text("    /// Loads it.\n    pub fn load(&self) {}\n")))
        assert (fact.kind.value, fact.name, fact.detail) == (
            "name_added",
            "load",
            "Take::load, Skip::load, Then::load",
        )

    def test_however_many_they_are_all_are_told(self) -> None:
        """Texts count them."""
        names = [f"load_{n}" for n in range(40)]
        text = "".join(f"    {name},\n" for name in names)
        before = "import os\nfrom .load import (\n    Keeper,\n)\n"
        change = a_change("quill/__init__.py", before, before.replace(")\n", f"{text})\n"))
        assert [fact[1] for fact in told(change, kinds="name_added")] == names

    def test_another_name_for_the_same_is_a_rename(self) -> None:
        before = "impl Store {\n    /// Loads it.\n    pub fn load_page(&self) -> u8 {\n        1\n    }\n}\n"
        assert told(a_change("src/a.rs", before, before.replace("load_page", "load_pages"))) == [
            ("name_renamed", "Store::load_page", "Store::load_page", "Store::load_pages")
        ]


SIGNATURES = {
    "what it gives": ("src/a.rs", "impl A {\n    /// Loads.\n    pub fn load(&self) -> Option<u8> {\n    }\n}\n", "Option<u8>", "Result<u8, Error>", ("A::load", "-> Option<u8>", "-> Result<u8, Error>")),
    "one more": ("src/a.rs", "/// Loads.\npub fn load<'a>(path: &'a str) {\n}\n", "path: &'a str", "path: &'a str, map: HashMap<u8, u8>", ("load", "", "HashMap<u8, u8>")),
    "no longer async": ("src/a.rs", "pub trait A {\n    /// Loads.\n    async fn load(&self);\n}\n", "async fn", "fn", ("A::load", "async fn", "fn")),
    "in Go": ("a.go", "// Load loads.\nfunc Load(path string) error {\n\treturn nil\n}\n", "error {", "(int, error) {", ("Load", "error", "(int, error)")),
    "types that parameters share in Go": ("a.go", "// Load loads.\nfunc Load(a int) {\n}\n", "a int", "a, b int", ("Load", "", "int")),
    "in a header": ("a.h", "QUILL_API int quill_load(const char * path, int n);\n", ", int n", "", ("quill_load", "int", "")),
}  # fmt: skip


class TestSignatures:
    @pytest.mark.parametrize(("path", "before", "old", "new", "expected"), SIGNATURES.values(), ids=SIGNATURES)
    def test_the_types_that_differ_are_told(
        self, path: str, before: str, old: str, new: str, expected: tuple[str, str, str]
    ) -> None:
        fact = found(a_change(path, before, before.replace(old, new)))[0]
        assert (fact.kind.value, fact.name, fact.before, fact.after) == ("signature_changed", *expected)

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("src/a.rs", "/// Loads.\npub fn load(path: &str) {\n}\n", "/// Loads.\npub fn load(name: &str) {\n}\n"),
            ("src/a.rs", "/// Loads.\npub fn load(path: io::Error) {\n}\n", "/// Loads.\npub fn load(path: std::io::Error) {\n}\n"),
            ("src/a.rs", "pub(crate) fn load(path: &str) {\n}\n", "pub(crate) fn load(path: u8) {\n}\n"),
            ("src/a.rs", "/// Loads.\npub fn load<'a>(path: &'a str) -> Page<'a> {\n}\n", "/// Loads.\npub fn load(path: &str) -> Page<'_> {\n}\n"),
            ("a.go", "func load(path string) {\n}\n", "func load(path int) {\n}\n"),
            ("a.go", "// Load loads.\nfunc Load(path string) {\n}\n", "// Load loads.\nfunc Load(\n\tpath string,\n) {\n}\n"),
        ],
    )  # fmt: skip
    def test_what_callers_do_not_notice_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after)) == []
