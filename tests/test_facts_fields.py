"""Fields and keys that people set, what `auto` selects, formats, least versions, flags made in loops, and modules that move."""

import pytest
from builders import a_change, told

from analysis.commits.commit import FileChange

FIELDS = {
    "mapstructure": ("a.go", 'type Exporter struct {{\n\tPort int `mapstructure:"port"`\n{}}}\n', '\tWait time.Duration `mapstructure:"wait,omitempty"`\n', "Exporter.wait"),
    "YAML in Go": ("a.go", 'type ServerConfig struct {{\n\tPort int `yaml:"port"`\n{}}}\n', '\tWait int `yaml:"wait" json:"wait"`\n', "ServerConfig.wait"),
    "Rust": ("src/a.rs", "#[derive(Deserialize)]\npub struct StoreConfig {{\n    pub port: u16,\n{}}}\n", "    pub wait: Option<u64>,\n", "StoreConfig.wait"),
    "TypeScript": ("src/types.ts", "export interface StoreOptions {{\n  port: number\n{}}}\n", "  wait?: number\n", "StoreOptions.wait"),
    "pydantic": ("quill/a.py", "class StoreConfig(BaseModel):\n    port: int\n{}", "    wait: int\n", "StoreConfig.wait"),
    "Protocol Buffers": ("quill/a.proto", "message LoadRequest {{\n  string path = 1;\n{}}}\n", "  optional int64 wait = 2;\n", "LoadRequest.wait"),
}  # fmt: skip


class TestFields:
    @pytest.mark.parametrize(("path", "text", "field", "name"), FIELDS.values(), ids=FIELDS)
    def test_a_field_comes_and_goes(self, path: str, text: str, field: str, name: str) -> None:
        old, new = text.format(""), text.format(field)
        assert told(a_change(path, old, new)) == [("config_added", name)]
        assert told(a_change(path, new, old)) == [("config_removed", name)]
        assert told(a_change(path, None, new), kinds="config") == []

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("internal/a.go", 'type C struct {\n\tA int `mapstructure:"a"`\n}\n', 'type C struct {\n\tA int `mapstructure:"a"`\n\tB int `mapstructure:"b"`\n}\n'),
            ("a.go", 'type row struct {\n\tA int `json:"a"`\n}\n', 'type row struct {\n\tA int `json:"a"`\n\tB int `json:"b"`\n}\n'),
            ("a.go", 'type Row struct {\n\tA int `json:"a"`\n}\n', 'type Row struct {\n\tA int `json:"a"`\n\tB int `json:"b"`\n}\n'),
            ("src/a.rs", "pub struct Row {\n    pub a: u8,\n}\n", "pub struct Row {\n    pub a: u8,\n    pub b: u8,\n}\n"),
            ("src/render.ts", "export interface RenderOptions {\n  a: number\n}\n", "export interface RenderOptions {\n  a: number\n  b: number\n}\n"),
            ("a.go", "package a\n", 'package a\n\ntype C struct {\n\tA int `mapstructure:"a"`\n}\n'),
            ("tests/a.proto", "message A {\n  int64 a = 1;\n}\n", "message A {\n  int64 a = 1;\n  int64 b = 2;\n}\n"),
        ],
        ids=["internal", "a private type", "what a program writes", "no configuration", "a module's own", "a new type", "a test"],
    )  # fmt: skip
    def test_what_nobody_sets_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="config") == []

    def test_a_field_that_another_type_of_the_file_takes_over_is_not_gone(self) -> None:
        old = "export interface InlineConfig {\n  a: string\n}\n\nexport interface UserConfig extends InlineConfig {\n  b: string\n  wait?: number\n}\n"
        new = old.replace("  wait?: number\n", "").replace("  a: string\n", "  a: string\n  wait?: number\n")
        assert told(a_change("src/types.ts", old, new)) == [("config_added", "InlineConfig.wait")]

    def test_a_key_that_is_looked_up_counts_where_the_documents_name_it(self) -> None:
        before = "def f(additional_config):\n    x = 1\n"
        change = a_change("quill/a.py", before, f'{before}    y = additional_config.get("fast_path", False)\n')
        docs = a_change("docs/a.md", "a\n", "a\n| `fast_path` | bool |\n")
        assert told(change, docs) == [("config_added", "additional_config.fast_path", "", "False")]
        assert told(change) == []
        elsewhere = a_change("quill/b.py", 'x = c["fast_path"]\n', "x = 2\n")
        assert told(change, docs, elsewhere) == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('x = config.get("wait", {})\n', "config.wait"),
            ('x = self.additional_config.get("wait", {})\n', "additional_config.wait"),
            ('x = cfg.get(\n    "wait",\n    {})\n', "cfg.wait"),
        ],
    )
    def test_another_default_of_a_lookup_is_told(self, text: str, expected: str) -> None:
        change = a_change("quill/a.py", text.format("1"), text.format("2"))
        assert told(change) == [("default_changed", expected, "1", "2")]


SELECTED = {
    "auto": 'if backend == "auto":\n        backend = "{}"\n',
    "nothing given": "if args.backend is None and x:\n        if y:\n            args.backend = '{}'\n        else:\n            args.backend = 'slow'\n",
    "of an object": 'if self.backend is None:\n        self.backend = "{}"\n',
}


class TestSelections:
    @pytest.mark.parametrize("text", SELECTED.values(), ids=SELECTED)
    def test_what_is_selected_where_nobody_says_it_is_told(self, text: str) -> None:
        before = f"def f(backend):\n    {text}    return backend\n"
        (fact,) = told(a_change("quill/a.py", before.format("fast"), before.format("faster")))
        assert fact[:2] == ("selection_changed", "backend")
        assert [value.strip("\"'") for value in fact[2:]] == ["fast", "faster"]

    @pytest.mark.parametrize(
        "text",
        [
            'if backend == "other":\n        backend = "{}"\n',
            'if backend is None:\n        mode = "{}"\n',
            'if backend == "auto":\n        log("{}")\n',
        ],
    )
    def test_what_is_set_otherwise_is_none(self, text: str) -> None:
        before = f"def f(backend):\n    {text}    return backend\n"
        assert told(a_change("quill/a.py", before.format("fast"), before.format("faster"))) == []


CHANGED = {
    "a schema in Python": ("quill/a.py", "SCHEMA_VERSION = {}\n", ("format_changed", "SCHEMA_VERSION")),
    "a file in Go": ("a.go", "const IndexFormatVersion = {}\n", ("format_changed", "IndexFormatVersion")),
    "a header's": ("a.h", "#define RDB_VERSION {}\n", ("format_changed", "RDB_VERSION")),
    "a magic number": ("src/a.rs", "pub const MAGIC: u32 = {};\n", ("format_changed", "MAGIC")),
    "a number on the wire": ("a.proto", "message A {{\n  string path = {};\n}}\n", ("format_changed", "A.path")),
    "a least version in Python": ("quill/a.py", 'MIN_TORCH_VERSION = "2.{}"\n', ("requirement_changed", "MIN_TORCH_VERSION")),
    "a least version in Go": ("a.go", 'const MinServerVersion = "2.{}"\n', ("requirement_changed", "MinServerVersion")),
    "a version that is checked": ("quill/a.py", 'assert_pkg_version("kernels", "2.{}", "Install it.")\n', ("requirement_changed", "kernels")),
    "Python itself": ("quill/a.py", "if sys.version_info < (3, {}):\n    pass\n", ("requirement_changed", "sys.version_info")),
    "no format": ("quill/a.py", "RETRIES = {}\n", ("constant_changed", "RETRIES")),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), CHANGED.values(), ids=CHANGED)
def test_formats_and_least_versions_are_told_apart_from_other_values(
    path: str, text: str, expected: tuple[str, str]
) -> None:
    assert [fact[:2] for fact in told(a_change(path, text.format(8), text.format(9)))] == [expected]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('for one in ("load", "store"):\n    p.add_argument(f"--{one}-size", type=int)\n', ["--load-size", "--store-size"]),
        ('for name in ["fast_path", "trace"]:\n    p.add_argument(f"--{name.replace(\'_\', \'-\')}")\n', ["--fast-path", "--trace"]),
        ('for name, kind in [("load", int)]:\n    p.add_argument(f"--{name}", type=kind)\n', ["--load"]),
        ('for one in names:\n    p.add_argument(f"--{one}-size")\n', []),
        ('add_flag(p, "--load-size", default=1)\n_add_cli_arg("--trace")\n', ["--load-size", "--trace"]),
        ('add_to_list("--load-size")\n', []),
    ],
)  # fmt: skip
def test_flags_made_in_loops_and_by_wrappers_are_found(text: str, names: list[str]) -> None:
    assert [fact[1] for fact in told(a_change("quill/a.py", "p = 1\n", f"p = 1\n{text}"), kinds="flag")] == names


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("quill/a.py", 'x = env.bool("QUILL_FAST", False)'),
        ("a.go", '\tFast bool `env:"QUILL_FAST,default=true"`'),
        ("a.go", '\tFast bool `envconfig:"QUILL_FAST"`'),
    ],
)
def test_variables_are_found_by_wrappers_and_tags(path: str, line: str) -> None:
    assert [fact[:2] for fact in told(a_change(path, "x\n", f"x\n{line}\n"), kinds="env")] == [
        ("env_added", "QUILL_FAST")
    ]


def moved(old: str, new: str) -> FileChange:
    return FileChange(new, "renamed", 0, 0, old_path=old)


class TestModules:
    def test_a_package_that_moves_is_told_once(self) -> None:
        changes = [
            moved(f"src/quill/store/{name}.py", f"src/quill/storage/{name}.py")
            for name in ("__init__", "disk", "memory")
        ]
        assert told(*changes) == [("name_renamed", "quill.store.*", "quill.store.*", "quill.storage.*")]

    def test_a_module_that_moves_is_told_by_the_name_it_is_imported_by(self) -> None:
        assert told(moved("python/quill/disk.py", "python/quill/storage/disk.py")) == [
            ("name_renamed", "quill.disk", "quill.disk", "quill.storage.disk")
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("tests/a.py", "tests/b.py"),
            ("quill/_disk.py", "quill/_storage.py"),
            ("quill/disk.py", "tests/disk.py"),
            ("setup_all.py", "setup_one.py"),
            ("src/quill/disk.py", "quill/disk.py"),
            ("web/a.ts", "web/b.ts"),
        ],
    )
    def test_what_nobody_imports_by_that_name_is_none(self, old: str, new: str) -> None:
        assert told(moved(old, new)) == []
