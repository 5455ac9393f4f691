"""Values that hold when nobody sets them, and settings that come and go."""

import pytest
from builders import a_change, the_one, told

from analysis.facts import FactKind

CONFIG = """
    from dataclasses import dataclass, field


    @dataclass
    class CacheConfig:
        \"\"\"How the cache behaves.

        size: int = 5 is an example.
        \"\"\"

        size: int = {size}
        names: list[str] = field(default_factory=list)
        ratio: float = {ratio}

        def grow(self, by: int = {by}) -> None:
            step: int = {step}
            self.size += by
    """


def config(size: str = "512", ratio: str = "0.5", by: str = "2", step: str = "1") -> str:
    return CONFIG.format(size=size, ratio=ratio, by=by, step=step)


CHANGED = {
    "constant": ("quill/a.py", "MAX_BATCH = 8\n", "MAX_BATCH = 16\n", ("MAX_BATCH", "8", "16")),
    "constant with a type": ("quill/a.py", "MAX_BATCH: int = 8\n", "MAX_BATCH: Final[int] = 16\n", ("MAX_BATCH", "8", "16")),
    "constant product": ("quill/a.py", "TIMEOUT = 60 * 60\n", "TIMEOUT = 60 * 60 * 24\n", ("TIMEOUT", "60 * 60", "60 * 60 * 24")),
    "function": ("quill/a.py", "def load(path, retries=3): ...\n", "def load(path, retries=5): ...\n", ("load(retries=…)", "3", "5")),
    "constructor": (
        "quill/a.py",
        'class Loader:\n    def __init__(\n        self,\n        model: str = "small",\n    ):\n        pass\n',
        'class Loader:\n    def __init__(\n        self,\n        model: str = "large",\n    ):\n        pass\n',
        ("Loader(model=…)", '"small"', '"large"'),
    ),
    "method": (
        "quill/a.py",
        "class Loader:\n    async def load(self, *, retries: int | None = None) -> None:\n        pass\n",
        "class Loader:\n    async def load(self, *, retries: int | None = 5) -> None:\n        pass\n",
        ("Loader.load(retries=…)", "None", "5"),
    ),
    "pydantic": (
        "quill/a.py",
        'class Load(BaseModel):\n    size: int = Field(8, description="How many.")\n',
        'class Load(BaseModel):\n    size: int = Field(default=16, description="How many.")\n',
        ("Load.size", "8", "16"),
    ),
    "class attribute": ("quill/a.py", "class Load:\n    size = 8\n", "class Load:\n    size = 16\n", ("Load.size", "8", "16")),
    "rust constant": ("a.rs", "pub const MAX_BATCH: usize = 8;\n", "pub const MAX_BATCH: usize = 16;\n", ("MAX_BATCH", "8", "16")),
    "rust static": ("a.rs", 'static NAME: &str = "a";\n', 'static NAME: &str = "b";\n', ("NAME", '"a"', '"b"')),
    "rust default": (
        "a.rs",
        "impl Default for Config {\n    fn default() -> Self {\n        Self {\n            port: 30000,\n        }\n    }\n}\n",
        "impl Default for Config {\n    fn default() -> Self {\n        Self {\n            port: 8080,\n        }\n    }\n}\n",
        ("Config.port", "30000", "8080"),
    ),
    "C macro": ("a.h", "#define MAX_BATCH 8\n", "#define MAX_BATCH 16\n", ("MAX_BATCH", "8", "16")),
    "C constant": ("a.cuh", "constexpr int kMaxBatch = 8;\n", "constexpr int kMaxBatch = 16;\n", ("kMaxBatch", "8", "16")),
    "Go constant": ("a.go", "const DefaultPort = 8080\n", "const DefaultPort = 9090\n", ("DefaultPort", "8080", "9090")),
    "Go block": ("a.go", "const (\n\tMaxRetries = 3\n)\n", "const (\n\tMaxRetries = 5\n)\n", ("MaxRetries", "3", "5")),
    "Go duration": ("a.go", "const DefaultTimeout = 30 * time.Second\n", "const DefaultTimeout = 60 * time.Second\n", ("DefaultTimeout", "30 * time.Second", "60 * time.Second")),
    "Go maker": (
        "a.go",
        "func DefaultConfig() *Config {\n\treturn &Config{\n\t\tPort: 80,\n\t\tWait: 5 * time.Second,\n\t}\n}\n",
        "func DefaultConfig() *Config {\n\treturn &Config{\n\t\tPort: 81,\n\t\tWait: 5 * time.Second,\n\t}\n}\n",
        ("DefaultConfig.Port", "80", "81"),
    ),
    "viper": ("a.go", 'func init() {\n\tviper.SetDefault("server.port", 80)\n}\n', 'func init() {\n\tviper.SetDefault("server.port", 81)\n}\n', ("server.port", "80", "81")),
    "Rust maker": ("a.rs", "fn default_port() -> u16 {\n    80\n}\n", "fn default_port() -> u16 {\n    81\n}\n", ("default_port", "80", "81")),
    "Rust maker of a text": ("a.rs", 'fn default_name() -> String { "a".to_string() }\n', 'fn default_name() -> String { "b".into() }\n', ("default_name", '"a"', '"b"')),
    "TypeScript parameter": ("a.ts", "export function run(x: number, n = 3) {\n}\n", "export function run(x: number, n: number = 4) {\n}\n", ("run(n=…)", "3", "4")),
    "TypeScript option": ("a.ts", "export async function run({ n = 3, m }: O) {\n}\n", "export async function run({ n = 4, m }: O) {\n}\n", ("run(n=…)", "3", "4")),
    "arrow": ("a.ts", "export const run = (x: A<B>, n = 3) => x;\n", "export const run = (x: A<B>, n = 4) => x;\n", ("run(n=…)", "3", "4")),
    "defaults object": ("a.ts", "export const defaultOptions: Options = {\n  wait: 30,\n  x: 1,\n};\n", "export const defaultOptions: Options = {\n  wait: 60,\n  x: 1,\n};\n", ("defaultOptions.wait", "30", "60")),
    "TypeScript": ("a.ts", "export const MAX_BATCH: number = 8;\n", "export const MAX_BATCH: number = 16;\n", ("MAX_BATCH", "8", "16")),
    "YAML": ("conf/a.yaml", "trainer:\n  lr: 0.1 # good\n", "trainer:\n  lr: 0.2\n", ("trainer.lr", "0.1", "0.2")),
    "TOML": ("conf/a.toml", '[server]\nmode = "sync"\n', '[server]\nmode = "async"\n', ("server.mode", '"sync"', '"async"')),
    "pydantic over lines": (
        "quill/a.py",
        'class Load(BaseModel):\n    size: int = Field(\n        default=8,\n        description="How many.",\n    )\n',
        'class Load(BaseModel):\n    size: int = Field(\n        default=16,\n        description="How many.",\n    )\n',
        ("Load.size", "8", "16"),
    ),
    "CMake option": ("CMakeLists.txt", 'option(WITH_FP8 "Enable FP8" OFF)\n', 'option(WITH_FP8 "Enable FP8" ON)\n', ("WITH_FP8", "OFF", "ON")),
    "CMake cache": ("a.cmake", 'set(ARCH "8.0" CACHE STRING "x")\n', 'set(ARCH "9.0" CACHE STRING "x")\n', ("ARCH", '"8.0"', '"9.0"')),
    "image": ("docker/Dockerfile", "ARG BASE_IMAGE=a/b:1\n", 'ARG BASE_IMAGE="a/b:2"\n', ("BASE_IMAGE", "a/b:1", "a/b:2")),
    "CMake architectures": ("CMakeLists.txt", "set(CMAKE_CUDA_ARCHITECTURES 70 80)\n", 'set(CMAKE_CUDA_ARCHITECTURES "80")\n', ("CMAKE_CUDA_ARCHITECTURES", "70 80", "80")),
    "image entry point": ("Dockerfile", 'ENTRYPOINT ["a"]\n', 'ENTRYPOINT ["b", "-c"]\n', ("ENTRYPOINT", '["a"]', '["b", "-c"]')),
    "image port": ("Dockerfile", "EXPOSE 80\n", "EXPOSE 8080/tcp\n", ("EXPOSE", "80", "8080/tcp")),
    "image environment": ("Dockerfile", "ENV QUILL_PORT 80\n", "ENV QUILL_PORT=81\n", ("QUILL_PORT", "80", "81")),
    "JSON": ("conf/a.json", '{\n  "server": {\n    "port": 1\n  }\n}\n', '{\n  "server": {\n    "port": 2\n  }\n}\n', ("server.port", "1", "2")),
}  # fmt: skip

COMPILED_IN = {"MAX_BATCH", "TIMEOUT", "NAME", "kMaxBatch", "MaxRetries"}
"""What nobody can set: it is told as a constant, not as a default."""


class TestChangedDefaults:
    @pytest.mark.parametrize(("path", "before", "after", "expected"), CHANGED.values(), ids=CHANGED)
    def test_a_value_that_changed_is_told_with_both(
        self, path: str, before: str, after: str, expected: tuple[str, str, str]
    ) -> None:
        kind = "constant_changed" if expected[0] in COMPILED_IN else "default_changed"
        assert told(a_change(path, before, after)) == [(kind, *expected)]

    def test_a_private_modules_parameters_are_nobodys_defaults(self) -> None:
        before, after = "def load(path, retries=3): ...\n", "def load(path, retries=5): ...\n"
        assert told(a_change("quill/_inner/a.py", before, after)) == []

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("src/commands/load.json", '{\n  "load": {\n    "function": "loadCommand"\n  }\n}\n', '{\n  "load": {\n    "function": "loadAllCommand"\n  }\n}\n'),
            ("rust-toolchain.toml", '[toolchain]\nchannel = "1.80"\n', '[toolchain]\nchannel = "1.81"\n'),
            ("monitoring/board.json", '{\n  "query": "sum"\n}\n', '{\n  "query": "avg"\n}\n'),
            ("biome.json", '{\n  "linter": {\n    "enabled": true\n  }\n}\n', '{\n  "linter": {\n    "enabled": false\n  }\n}\n'),
            ("config/store/metadata.yaml", "type: int\n", "type: long\n"),
        ],
    )  # fmt: skip
    def test_a_table_or_a_tools_settings_are_no_defaults(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after)) == []

    def test_a_constant_that_is_called_a_default_is_one(self) -> None:
        change = a_change("quill/a.py", "DEFAULT_PORT = 1\n", "DEFAULT_PORT = 2\n")
        assert told(change) == [("default_changed", "DEFAULT_PORT", "1", "2")]

    def test_a_field_of_a_class_is_told_with_its_class_and_line(self) -> None:
        fact = the_one(FactKind.DEFAULT_CHANGED, a_change("quill/config.py", config(), config(size="1024")))
        assert (fact.name, fact.before, fact.after, fact.line) == ("CacheConfig.size", "512", "1024", 11)

    def test_a_class_above_the_hunk_is_known_from_its_heading(self) -> None:
        change = a_change("quill/config.py", config(), config(ratio="0.9"), context=1)
        assert told(change) == [("default_changed", "CacheConfig.ratio", "0.5", "0.9")]

    def test_a_parameter_of_a_function_above_the_hunk_is_known_from_its_heading(self) -> None:
        lines = "def tune(\n" + "".join(f"    x{number}: int = {number},\n" for number in range(9)) + "):\n    pass\n"
        change = a_change("quill/a.py", lines, lines.replace("= 7", "= 70"))
        assert told(change) == [("default_changed", "tune(x7=…)", "7", "70")]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("MAX_BATCH = 8\n", "MAX_BATCH = 8  # enough\n"),
            ("MAX_BATCH = 8000\n", "MAX_BATCH = 8_000\n"),
            ("MODE = 'fp8'\n", 'MODE = "fp8"\n'),
            ("RATIO = 0.5\n", "RATIO = .5\n"),
            ("MAX_BATCH = 8\n", "MAX_BATCH = compute()\n"),
            ("MAX_BATCH = compute()\n", "MAX_BATCH = 8\n"),
            ("MAX_BATCH = 8\n", "MAX_BATCH = 8 + EXTRA\n"),
            ("# MAX_BATCH = 8\n", "# MAX_BATCH = 16\n"),
            ('"""\nMAX_BATCH = 8\n"""\n', '"""\nMAX_BATCH = 16\n"""\n'),
            ("max_batch = 8\n", "max_batch = 16\n"),
            ("VERSION = '1.0'\n", "VERSION = '1.1'\n"),
            ("def _load(retries=3): ...\n", "def _load(retries=5): ...\n"),
            ("class _Load:\n    size: int = 3\n", "class _Load:\n    size: int = 5\n"),
            ("class Color(Enum):\n    RED = 1\n", "class Color(Enum):\n    RED = 2\n"),
            ("def load(names={}): ...\n", "def load(names=None): ...\n"),
            ("def load():\n    size: int = 3\n", "def load():\n    size: int = 5\n"),
            (
                "class A:\n    def load(self):\n        size: int = 3\n",
                "class A:\n    def load(self):\n        size: int = 5\n",
            ),
            ("run(\n    size=3,\n)\n", "run(\n    size=5,\n)\n"),
            ("def outer():\n    def inner(size=3): ...\n", "def outer():\n    def inner(size=5): ...\n"),
            ("if x == 3:\n    pass\n", "if x == 5:\n    pass\n"),
        ],
    )
    def test_what_is_no_default_or_no_other_value_is_none(self, before: str, after: str) -> None:
        """Style, expressions, local variables, private names and the release number are nobody's default."""
        assert told(a_change("quill/a.py", before, after)) == []

    def test_arguments_of_a_call_below_a_long_signature_are_no_parameters(self) -> None:
        """A heading that ends within a signature does not make parameters of what stands in the body."""
        head = "def tune(\n    x: int,\n):\n" + "".join(f"    y{number} = {number}\n" for number in range(9))
        call = "    run(\n        size={},\n    )\n"
        assert told(a_change("quill/a.py", head + call.format(3), head + call.format(5))) == []

    @pytest.mark.parametrize("path", ["tests/test_a.py", "docs/a.py", "examples/a.py", "third_party/a.py", "a_pb2.py"])
    def test_only_the_product_has_defaults(self, path: str) -> None:
        assert told(a_change(path, "MAX_BATCH = 8\n", "MAX_BATCH = 16\n")) == []

    def test_a_class_that_moved_within_a_file_has_not_changed(self) -> None:
        first, second = "class AConfig:\n    size: int = 1\n\n\n", "class BConfig:\n    size: int = 2\n\n\n"
        filler = "".join(f"x{number} = {number}\n" for number in range(20))
        assert told(a_change("quill/a.py", first + filler + second, second + filler + first)) == []

    def test_two_classes_with_one_field_are_not_mixed_up(self) -> None:
        text = "class A:\n    size: int = 1\n\nclass B:\n    size: int = {}\n"
        assert told(a_change("quill/a.py", text.format(2), text.format(3))) == [("default_changed", "B.size", "2", "3")]

    def test_of_a_table_of_numbers_all_are_told(self) -> None:
        """Texts count them."""
        before = "".join(f"TABLE_{number} = 1\n" for number in range(100, 130))
        assert len(told(a_change("quill/a.py", before, before.replace("= 1", "= 2")))) == 30


class TestSettings:
    def test_a_new_field_of_a_configuration_is_a_new_setting(self) -> None:
        before = config()
        after = before.replace("    ratio:", "    eager: bool = False\n        ratio:")
        assert told(a_change("quill/config.py", before, after)) == [("config_added", "CacheConfig.eager", "", "False")]
        assert told(a_change("quill/config.py", after, before)) == [("config_removed", "CacheConfig.eager", "False")]

    def test_a_field_less_in_a_class_that_inherits_may_only_be_set_no_more(self) -> None:
        """It may stand in the class above; a base that is nobody's settings has none."""
        more, less = "    a: int = 1\n    b: int = 2\n", "    a: int = 1\n"
        for head, expected in (
            ("class LoadConfig(ReadConfig):\n", []),
            ("class LoadConfig(BaseConfig):\n", [("config_removed", "LoadConfig.b", "2")]),
        ):
            assert told(a_change("quill/a.py", head + more, head + less)) == expected
            assert told(a_change("quill/a.py", head + less, head + more)) == [("config_added", "LoadConfig.b", "", "2")]

    def test_an_option_of_the_build_is_a_setting(self) -> None:
        option = 'option(WITH_FA3 "Enable FA3" OFF)\nset(CMAKE_VERBOSE_MAKEFILE ON CACHE BOOL "ON")\n'
        assert told(a_change("CMakeLists.txt", "a()\n", f"a()\n{option}")) == [("config_added", "WITH_FA3", "", "OFF")]

    def test_a_field_without_a_value_is_a_setting_too(self) -> None:
        before, after = "class LoadRequest:\n    a: int\n", "class LoadRequest:\n    a: int\n    b: list[str]\n"
        assert told(a_change("quill/a.py", before, after)) == [("config_added", "LoadRequest.b")]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("class Batch:\n    a: int = 1\n", "class Batch:\n    a: int = 1\n    b: int = 2\n"),
            ("", "class LoadConfig:\n    a: int = 1\n"),
            ("class LoadConfig:\n    a: int = 1\n", "class LoadConfig:\n    a: int = 1\n    _b: int = 2\n"),
            (
                "class LoadConfig:\n    a: int = 1\n",
                "class LoadConfig:\n    a: int = 1\n\n    def f(\n        self,\n        b: int,\n    ): ...\n",
            ),
            (
                "class LoadConfig:\n    a: int = 1\n",
                'class LoadConfig:\n    a: int = 1\n    """\n    b: the second\n    """\n',
            ),
            (
                "class LoadConfig:\n    a: int = 1\n",
                'class LoadConfig:\n    a: int = 1\n    b: dict = field(\n        default_factory=lambda: {"q": "w"}\n    )\n',
            ),
            ("class LoadConfig:\n    a: int = 1\n", "class LoadConfig:\n    # b: int = 2\n    a: int = 1\n"),
            (
                "class LoadConfig:\n    a: int = 1\n",
                "class LoadConfig:\n    a: int = 1\n    def f(self):\n        b: int = 2\n",
            ),
        ],
        ids=[
            "no configuration",
            "a new class",
            "private",
            "a parameter",
            "a docstring",
            "a table",
            "a comment",
            "a local variable",
        ],
    )
    def test_what_people_cannot_set_is_no_setting(self, before: str, after: str) -> None:
        assert told(a_change("quill/a.py", f"import x\n{before}", f"import x\n{after}"), kinds="config") == []

    def test_a_setting_that_moved_to_another_file_is_neither_new_nor_gone(self) -> None:
        old = a_change(
            "quill/a.py", "class LoadConfig:\n    a: int = 1\n    b: int = 2\n", "class LoadConfig:\n    a: int = 1\n"
        )
        new = a_change(
            "quill/b.py", "class LoadConfig:\n    c: int = 1\n", "class LoadConfig:\n    c: int = 1\n    b: int = 2\n"
        )
        assert told(old, new) == []


YAML = """
    trainer:
      optim:
        lr: 0.1
        betas: [0.9, 0.99]
      name: quill
      steps:
        - run: a
          retries: 1
        - run: b
          retries: 2
    logger:
      level: info
    """


class TestConfigurationFiles:
    def test_a_key_is_told_with_the_path_that_leads_to_it(self) -> None:
        assert told(a_change("conf/a.yaml", YAML, YAML.replace("0.1", "0.2"))) == [
            ("default_changed", "trainer.optim.lr", "0.1", "0.2")
        ]

    def test_a_root_above_the_hunk_is_known_from_its_heading(self) -> None:
        text = "trainer:\n" + "".join(f"  a{number}: {number}\n" for number in range(9))
        assert told(a_change("conf/a.yaml", text, text.replace(" 7", " 70"))) == [
            ("default_changed", "trainer.a7", "7", "70")
        ]

    def test_a_path_that_the_hunk_does_not_show_is_not_made_up(self) -> None:
        """Between the root and the key there are others that nobody saw: then only the key's own name is known."""
        text = "trainer:\n  optim:\n" + "".join(f"    a{number}: {number}\n" for number in range(9))
        assert told(a_change("conf/a.yaml", text, text.replace(" 7", " 70"))) == [("default_changed", "a7", "7", "70")]

    def test_keys_of_one_name_are_not_mixed_up(self) -> None:
        text = "a:\n  on: true\nb:\n  on: {}\n"
        assert told(a_change("conf/a.yaml", text.format("true"), text.format("false"))) == [
            ("default_changed", "b.on", "true", "false")
        ]

    def test_a_new_key_is_a_new_setting(self) -> None:
        after = YAML.replace("lr: 0.1\n", "lr: 0.1\n        warmup: null\n")
        assert told(a_change("conf/a.yaml", YAML, after)) == [("config_added", "trainer.optim.warmup", "", "null")]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("conf/a.yaml", "a: x\n", 'a: "x"\n'),
            ("conf/a.yaml", "a:\n  - name: x\n", "a:\n  - name: x\n  - retries: 2\n"),
            ("conf/a.yaml", "a: 1\n", "a: 1\nb: some words of text\n"),
            ("conf/a.yaml", "a: |\n  key: value\nb: 1\n", "a: |\n  key: other\nb: 1\n"),
            ("conf/a.yaml", "a: 1 # two\n", "a: 1 # three\n"),
            ("conf/a.yaml", "a: 1\n", "# b: 2\na: 1\n"),
            ("conf/a.yaml", "description: x\n", "description: y\n"),
            (".github/workflows/a.yml", "a: 1\n", "a: 2\n"),
            ("docs/a.yaml", "a: 1\n", "a: 2\n"),
            ("tuned/a.json", '{\n  "64": {\n    "size": 1\n  }\n}\n', '{\n  "64": {\n    "size": 2\n  }\n}\n'),
            ("i18n/a.json", '{\n  "hello": "Hello all"\n}\n', '{\n  "hello": "Hello everybody here"\n}\n'),
            ("uv.lock", "a = 1\n", "a = 2\n"),
        ],
        ids=["quotes", "a list", "prose", "a block of text", "a comment", "a key in a comment", "a description", "CI", "docs",
             "a table of data", "translations", "a lock file"],
    )  # fmt: skip
    def test_what_is_no_setting_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after)) == []

    def test_columns_of_a_table_are_no_settings(self) -> None:
        """Where the hunks do not show which row they are in, one row's number may seem to have become another's."""
        rows = "".join(
            f'  "q{row}": {{\n    "a": 1,\n    "b": 1,\n    "size": {row},\n    "c": 1\n  }},\n' for row in range(9)
        )
        before, after = f"{{\n{rows}}}\n", f"{{\n{rows.replace(': 7', ': 2').replace(': 3', ': 70')}}}\n"
        assert told(a_change("tuned/a.json", before, after, context=1)) == []

    def test_a_key_that_moved_is_neither_new_nor_gone(self) -> None:
        text = "a:\n  x: 1\n  y: 2\n" + "".join(f"k{number}: {number}\n" for number in range(12)) + "z: 1\n"
        moved = text.replace("  x: 1\n", "").replace("  y: 2\n", "  y: 2\n  x: 1\n")
        assert told(a_change("conf/a.yaml", text, moved)) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("pkg/locales/de.json", '{{"save": "{}"}}'), ("src/i18n/en.yaml", "save: {}"), ("ui/wording.toml", 'save = "{}"'),
        ("app/lang/fr.json", '{{"save": "{}"}}'),
    ],
)  # fmt: skip
def test_another_wording_is_no_other_default(path: str, line: str) -> None:
    """Sentences change all the time, and nobody sets them."""
    assert told(a_change(path, line.format("Sichern"), line.format("Speichern"))) == []


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("a.go", "func Start() *Config {\n\treturn &Config{\n\t\tPort: 80,\n\t}\n}\n"),
        ("a.go", "func defaultPort() int {\n\tport := 80\n\treturn port\n}\n"),
        ("a.go", 'viper.SetDefault("port", ports[80])\n'),
        ("a.go", 'viper.Set("port", 80)\n'),
        ("a.rs", "fn port() -> u16 {\n    80\n}\n"),
        ("a.rs", "fn default_port() -> u16 {\n    base() + 80\n}\n"),
        ("a.rs", "fn default_port(x: u16) -> u16 {\n    80\n}\n"),
        ("a.ts", "function run(n = 80) {\n}\n"),
        ("a.ts", "export function run(n = size(80)) {\n}\n"),
        ("a.ts", "export function run(n: number) {\n  const m = 80;\n}\n"),
        ("a.ts", "const options = {\n  wait: 80,\n};\n"),
        ("a.ts", "export const defaultOptions = () => {\n  wait: 80,\n};\n"),
        ("a.test.ts", "export function run(n = 80) {\n}\n"),
    ],
)
def test_what_code_of_other_languages_only_uses_is_no_default(path: str, before: str) -> None:
    """Values of functions that make no default, expressions, inner parameters and objects."""
    assert told(a_change(path, before, before.replace("80", "81")), kinds="default") == []
