"""Flags, environment variables and endpoints: what came, what went, and what only looks like it."""

import pytest
from builders import a_change, found, the_one, told

from analysis.facts import FactKind

FLAG, FLAG_GONE = FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED

PARSER = """
    import argparse

    def add_arguments(parser):
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on.")
{more}
        return parser
    """
MORE = """
        parser.add_argument(
            "--model-checksum",
            "-c",
            default=None,
            help="Verify the model's files. "
            "Off by default.",
        )
"""

FLAGS = {
    "argparse": ("quill/args.py", 'parser.add_argument("--workers", type=int, default=4, help="How many.")', "4", "How many."),
    "store_true": ("quill/args.py", 'group.add_argument("--workers", action="store_true")', "", ""),
    "optparse": ("quill/args.py", 'parser.add_option("-w", "--workers", default=4, help="How " "many.")', "4", "How many."),
    "pytest": ("quill/plugin.py", 'group._addoption("--workers", default=4, help=f"How many.")', "4", "How many."),
    "click": ("quill/cli.py", '@click.option("--workers/--no-workers", default=True, help=\'How many.\')', "True", "How many."),
    "typer": ("quill/cli.py", 'def main(n: int = typer.Option(4, "--workers", help="How many.")): ...', "4", "How many."),
    "typer without a name": ("quill/cli.py", 'def main(workers: int = typer.Option(4, help="How many.")): ...', "4", "How many."),
    "typer annotated": ("quill/cli.py", 'def main(workers: Annotated[int, typer.Option(help="How many.")] = 4): ...', "4", "How many."),
    "clap": ("src/main.rs", "    /// How many.\n    #[arg(short, long, default_value_t = 4)]\n    pub workers: usize,", "4", "How many."),
    "clap with a name": ("src/main.rs", '    #[clap(long = "workers", default_value = "4", help = "How many.")]\n    n: usize,', '"4"', "How many."),
    "clap with a path": ("src/main.rs", "    #[arg(long, default_value_t = Count::Four)]\n    workers: Count,", "Count::Four", ""),
    "flag": ("cmd.go", 'workers := flag.Int("workers", 4, "How many.")', "4", "How many."),
    "flag with a variable": ("cmd.go", 'flag.IntVar(&workers, "workers", 4, "How many.")', "4", "How many."),
    "cobra": ("cmd.go", 'cmd.Flags().IntVarP(&workers, "workers", "w", 4, "How many.")', "4", "How many."),
    "cobra slice": ("cmd.go", 'cmd.PersistentFlags().StringSlice("workers", nil, "How many.")', "nil", "How many."),
    "a set of another name": ("cmd.go", 'fs.IntVar(&c.workers, "workers", 4, "How many.")', "4", "How many."),
    "a value of its own type": ("cmd.go", 'f.Var(newList(&c.workers), "workers", "How many.")', "", "How many."),
    "kingpin": ("cmd.go", 'app.Flag("workers", "How many.").Short(\'w\').Default("4").IntVar(&workers)', '"4"', "How many."),
    "kingpin over lines": ("cmd.go", 'x := cmd.Flag("workers", "How many.").\n\tHidden().\n\tDefault("4").Int()', '"4"', "How many."),
    "help over lines": ("cmd.go", 'x := flags.Int("workers", 4,\n\t`How many\nit\'s for.`)', "4", ""),
    "a wrapper of kingpin's": ("cmd.go", 'serverFlag(app, "workers", "How many.").Int()', "", "How many."),
    "gflags": ("server.cc", 'DEFINE_int32(workers, 4, "How many.");', "4", "How many."),
    "absl": ("server.cc", 'ABSL_FLAG(int, workers, 4, "How many.");', "4", "How many."),
    "CLI11": ("server.cc", 'app.add_option("-w,--workers", workers, "How many.");', "", "How many."),
    "commander": ("cli.js", 'program.option("-w, --workers <n>", "How many.", "4")', '"4"', "How many."),
    "commander object": ("cli.ts", 'program.addOption(new Option("--workers <n>", "How many."))', "", "How many."),
}  # fmt: skip


class TestFlags:
    @pytest.mark.parametrize(("path", "line", "default", "help_text"), FLAGS.values(), ids=FLAGS)
    def test_a_new_flag_comes_with_its_default_and_its_help_text(
        self, path: str, line: str, default: str, help_text: str
    ) -> None:
        fact = the_one(FLAG, a_change(path, "// first\n", f"// first\n{line}\n"))
        assert (fact.name, fact.after, fact.detail) == ("--workers", default, help_text)

    @pytest.mark.parametrize(("path", "line", "default", "help_text"), FLAGS.values(), ids=FLAGS)
    def test_a_flag_that_is_gone_is_told_with_what_it_was(
        self, path: str, line: str, default: str, help_text: str
    ) -> None:
        fact = the_one(FLAG_GONE, a_change(path, f"// first\n{line}\n", "// first\n"))
        assert (fact.name, fact.before, fact.detail) == ("--workers", default, help_text)

    def test_it_stands_at_the_line_that_names_it(self) -> None:
        change = a_change("quill/args.py", PARSER.format(more=""), PARSER.format(more=MORE))
        fact = the_one(FLAG, change)
        assert (fact.path, fact.line, fact.name) == ("quill/args.py", 7, "--model-checksum")
        assert fact.detail == "Verify the model's files. Off by default."

    def test_one_that_is_gone_stands_where_it_was(self) -> None:
        change = a_change("quill/args.py", PARSER.format(more=MORE), PARSER.format(more=""))
        assert the_one(FLAG_GONE, change).line == 7

    @pytest.mark.parametrize(
        ("before", "after", "values"),
        [
            ('add_argument("--port", default=8000)', 'add_argument("--port", default=9000)', ("8000", "9000")),
            (
                'add_argument(\n    "--port",\n    default=8000,\n)',
                'add_argument(\n    "--port",\n    default=9000,\n)',
                ("8000", "9000"),
            ),
            ('option("--port", default="a")', "option('--port', default='b')", ('"a"', "'b'")),
        ],
    )
    def test_another_default_is_told_with_both_values(self, before: str, after: str, values: tuple[str, str]) -> None:
        """Also where the line with the flag's name did not change."""
        fact = the_one(FactKind.DEFAULT_CHANGED, a_change("quill/args.py", f"parser.{before}\n", f"parser.{after}\n"))
        assert (fact.name, fact.before, fact.after) == ("--port", *values)

    @pytest.mark.parametrize("call", ["        parser.add_argument(", "@click.option("])
    def test_a_call_that_begins_above_the_hunk_names_its_flag_on_a_line(self, call: str) -> None:
        """Formatters give each argument a line; git shows three of them above the default."""
        text = f'{call}\n    "--share",\n    type=float,\n    help="How much.",\n    default={{}},\n)\nrun()\n'
        change = a_change("quill/args.py", text.format(3), text.format(4))
        assert change.patch
        assert "(\n" not in change.patch.partition("--share")[0]
        assert told(change) == [("default_changed", "--share", "3", "4")]

    @pytest.mark.parametrize(
        "text",
        [
            'run(\n    [\n    "--share",\n    "a",\n    x,\n    default={},\n    ]\n)\n',
            'run(\n    a,\n    "--share",\n    b,\n    d,\n    retries={},\n)\n',
            'x(\n    a,\n    "--share",\n    b)\ny(\n    default={},\n)\n',
        ],
        ids=["list", "another call", "next call"],
    )
    def test_a_flag_in_another_call_has_no_default(self, text: str) -> None:
        assert told(a_change("quill/a.py", text.format(3), text.format(4))) == []

    def test_each_language_tells_a_changed_default(self) -> None:
        changes = [
            a_change("a.rs", "    #[arg(long, default_value_t = 1)]\n    port: u16,\n", "    #[arg(long, default_value_t = 2)]\n    port: u16,\n"),
            a_change("b.go", 'flag.Int("port", 1, "x")\n', 'flag.Int("port", 2, "x")\n'),
            a_change("c.cc", 'DEFINE_int32(port, 1, "x");\n', 'DEFINE_int32(port, 2, "x");\n'),
            a_change("d.js", 'program.option("--port <n>", "x", 1)\n', 'program.option("--port <n>", "x", 2)\n'),
        ]  # fmt: skip
        assert told(*changes) == [("default_changed", "--port", "1", "2")] * 4

    def test_two_parsers_with_one_flag_are_not_mixed_up(self) -> None:
        """Neither is a default that both have read as a change, nor is one of two changes paired at will."""
        two = 'a.add_argument("--port", default={})\nb.add_argument("--port", default={})\n'
        assert told(a_change("x.py", two.format(1, 2), f"import os\n{two.format(1, 2)}")) == []
        assert told(a_change("x.py", two.format(1, 2), two.format(1, 3))) == [("default_changed", "--port", "2", "3")]
        assert told(a_change("x.py", two.format(1, 2), two.format(3, 4))) == []

    def test_two_files_with_one_flag_are_not_mixed_up(self) -> None:
        flag = 'p.add_argument("--port", default={})\n'
        changes = [
            a_change("a.py", flag.format(1), flag.format(2)),
            a_change("b.py", flag.format(5), f"import os\n{flag.format(5)}"),
        ]
        assert told(*changes) == [("default_changed", "--port", "1", "2")]

    @pytest.mark.parametrize(
        "after",
        [
            'if True:\n    parser.add_argument("--port", default=8000)\n',
            'parser.add_argument(\n    "--port",\n    default=8_000,\n)\n',
            "parser.add_argument('--port', default=8000)\n",
            'parser.add_argument("--port", default=PORT)\n',
            'parser.add_argument("--port", default=8000, help="Now with a default=9000 in its help.")\n',
        ],
        ids=["reindented", "reformatted", "quoted otherwise", "named", "explained"],
    )
    def test_the_same_flag_written_otherwise_is_no_change(self, after: str) -> None:
        assert told(a_change("quill/args.py", 'parser.add_argument("--port", default=8000)\n', after)) == []

    def test_a_flag_that_moved_to_another_file_is_neither_new_nor_gone(self) -> None:
        line = 'parser.add_argument("--port", default=8000)\n'
        assert (
            told(
                a_change("quill/args.py", line, ""), a_change("quill/server_args.py", "import x\n", f"import x\n{line}")
            )
            == []
        )

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("quill/args.py", '# parser.add_argument("--port")'),
            ("quill/args.py", '"""Use it so:\n\nparser.add_argument("--port")\n"""'),
            ("quill/args.py", 'parser.add_argument("name", help="used with --port")'),
            ("quill/args.py", 'parser.add_argument(help="see \\"--port\\"", dest="name")'),
            ("quill/args.py", 'print("--port")'),
            ("src/main.rs", "    // #[arg(long)]\n    // port: u16,"),
            ("src/main.rs", "    #[arg(short)]\n    port: u16,"),
            ("src/main.rs", "#[cfg(test)]\nmod tests {\n    #[arg(long)]\n    port: u16,\n}"),
            ("cmd.go", 'cmd.Flags().MarkHidden("port")'),
            ("cmd.go", 'x := cmd.Flag("port")'),
            ("cmd.go", 'viper.BindPFlag("port", cmd.Flags().Lookup("port"))'),
            ("cmd.go", 'err := validate.Var(port, "required")'),
            ("cmd.go", 'port, _ := cmd.Flags().GetInt("port")'),
            ("cmd.go", '/* flag.Int("port", 1, "x") */'),
            ("server.cc", 'DEFINE_DISPATCH(port, 1, "x");'),
            ("cli.js", '// program.option("--port <n>")'),
            ("README.md", 'parser.add_argument("--port")'),
            ("tests/test_args.py", 'parser.add_argument("--port")'),
            ("third_party/x/args.py", 'parser.add_argument("--port")'),
            ("quill/args_pb2.py", 'parser.add_argument("--port")'),
            ("examples/run.py", 'parser.add_argument("--port")'),
        ],
    )
    def test_what_is_no_flag_of_the_product_is_none(self, path: str, line: str) -> None:
        """Comments, documentation, tests, examples and what others wrote prove nothing about the product."""
        assert told(a_change(path, "first\n", f"first\n{line}\n"), kinds="flag") == []

    def test_a_context_line_is_no_change(self) -> None:
        before = 'parser.add_argument("--port")\nx = 1\n'
        assert told(a_change("quill/args.py", before, before.replace("1", "2"))) == []

    def test_a_renamed_file_brings_nothing(self) -> None:
        line = 'parser.add_argument("--port")\nx = 1\n'
        assert told(a_change("quill/b.py", line, line.replace("1", "2"), was="quill/a.py"), kinds="flag") == []

    def test_a_new_file_brings_its_flags(self) -> None:
        assert told(a_change("quill/verify.py", None, 'parser.add_argument("--port")\n')) == [("flag_added", "--port")]

    def test_a_docstring_of_which_only_the_end_is_shown_is_no_code(self) -> None:
        """A hunk may begin within a docstring: what stands before its closing quotes is text."""
        lines = ["def f():", '    """Do it.', *[f"    Line {number}." for number in range(9)]]
        before = "\n".join([*lines, '    """', "    return 1", ""])
        after = before.replace("    Line 8.", '    parser.add_argument("--port")')
        assert told(a_change("quill/a.py", before, after)) == []


READS = {
    "environ": ("quill/a.py", 'x = os.environ.get("QUILL_CACHE", "7")', '"7"'),
    "environ without a default": ("quill/a.py", 'x = os.environ["QUILL_CACHE"]', ""),
    "by a named default": ("quill/a.py", 'x = get_bool_env("QUILL_CACHE", default="true")', '"true"'),
    "asked for": ("quill/a.py", 'if "QUILL_CACHE" in os.environ:', ""),
    "getenv": ("quill/a.py", 'x = int(os.getenv("QUILL_CACHE", "7"))', '"7"'),
    "helper": ("quill/a.py", 'x = get_bool_env_var("QUILL_CACHE", "true")', '"true"'),
    "helper over lines": ("quill/a.py", 'x = get_int_env_var(\n    "QUILL_CACHE", 7\n)', "7"),
    "registry": ("quill/environ.py", "class Envs:\n    QUILL_CACHE = EnvBool(False)", "False"),
    "table": ("quill/envs.py", 'variables = {\n    "QUILL_CACHE": lambda: os.getenv("QUILL_CACHE", "7"),\n}', ""),
    "std::env": ("src/a.rs", 'let x = std::env::var("QUILL_CACHE").ok();', ""),
    "clap": ("src/a.rs", '#[arg(short, env = "QUILL_CACHE")]', ""),
    "clap by its field": ("src/a.rs", "#[arg(long, env)]\n    pub quill_cache: Option<String>,", ""),
    "Getenv": ("a.go", 'x := os.Getenv("QUILL_CACHE")', ""),
    "LookupEnv": ("a.go", 'x, ok := os.LookupEnv("QUILL_CACHE")', ""),
    "getenv in C": ("a.cc", 'const char* x = std::getenv("QUILL_CACHE");', ""),
    "process.env": ("a.ts", 'const x = process.env.QUILL_CACHE ?? "7";', '"7"'),
    "process.env with brackets": ("a.js", 'const x = process.env["QUILL_CACHE"];', ""),
}


class TestEnvironmentVariables:
    @pytest.mark.parametrize(("path", "line", "default"), READS.values(), ids=READS)
    def test_a_variable_that_is_now_read_is_new(self, path: str, line: str, default: str) -> None:
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="env") == [
            ("env_added", "QUILL_CACHE", "", default) if default else ("env_added", "QUILL_CACHE")
        ]

    @pytest.mark.parametrize(("path", "line", "default"), READS.values(), ids=READS)
    def test_a_variable_that_is_read_no_more_is_gone(self, path: str, line: str, default: str) -> None:
        assert told(a_change(path, f"x\n{line}\n", "x\n"), kinds="env") == [
            ("env_removed", "QUILL_CACHE", default) if default else ("env_removed", "QUILL_CACHE")
        ]

    def test_another_default_is_told(self) -> None:
        old, new = "    QUILL_CACHE = EnvInt(256)\n", "    QUILL_CACHE = EnvInt(512)\n"
        assert told(a_change("quill/environ.py", old, new)) == [("default_changed", "QUILL_CACHE", "256", "512")]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("quill/a.py", 'os.environ["QUILL_CACHE"] = "1"'),
            ("quill/a.py", 'os.environ.pop("QUILL_CACHE", None)'),
            ("quill/a.py", 'os.environ.setdefault("QUILL_CACHE", "1")'),
            ("quill/a.py", 'if "QUILL_CACHE" not in os.environ:\n    os.environ["QUILL_CACHE"] = "1"'),
            ("quill/a.py", 'monkeypatch.setenv("QUILL_CACHE", "1")'),
            ("quill/a.py", 'logger.setLevel(os.getenv("QUILL_CACHE", "WARN"))'),
            ("quill/a.py", '# os.getenv("QUILL_CACHE")'),
            ("quill/a.py", '"""Reads os.getenv("QUILL_CACHE")."""'),
            ("quill/a.py", 'x = os.getenv("CUDA_VISIBLE_DEVICES")'),
            ("quill/a.py", 'x = os.getenv("PATH")'),
            ("src/a.rs", 'Command::new("x").env("QUILL_CACHE", "1")'),
            ("src/a.rs", "#[arg(long)]\n    pub quill_cache: Option<String>,"),
            ("src/a.rs", "#[arg(long, env)]\n    pub port: u16,"),
            ("a.go", 'os.Setenv("QUILL_CACHE", "1")'),
            ("a.js", 'process.env.QUILL_CACHE = "1"'),
            ("tests/test_a.py", 'os.getenv("QUILL_CACHE")'),
            ("docs/env.md", 'os.getenv("QUILL_CACHE")'),
            ("conf/a.yaml", 'x: os.getenv("QUILL_CACHE")'),
        ],
    )
    def test_what_is_set_shared_or_only_mentioned_is_not_new(self, path: str, line: str) -> None:
        """A program that sets a variable for others offers none, and the ones that all programs know are no news."""
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="env") == []

    def test_a_variable_that_the_documents_know_was_there(self) -> None:
        """One more place that reads it is no new variable: the diff itself shows that it is older."""
        docs = a_change("docs/env.md", "| QUILL_CACHE | off |\n", "| QUILL_CACHE | on |\n")
        code = a_change("quill/a.py", "x\n", 'x\nos.getenv("QUILL_CACHE")\n')
        assert told(docs, code) == []

    def test_a_variable_that_is_still_named_is_not_gone(self) -> None:
        before = 'x = os.getenv("QUILL_CACHE")\n'
        assert told(a_change("quill/a.py", before, "x = envs.QUILL_CACHE.get()\n")) == []

    def test_a_longer_name_is_another_variable(self) -> None:
        code = a_change("quill/a.py", 'QUILL_CACHE_DIR = "x"\n', 'QUILL_CACHE_DIR = "x"\nos.getenv("QUILL_CACHE")\n')
        assert told(code) == [("env_added", "QUILL_CACHE")]


ROUTES = {
    "fastapi": ("a.py", '@app.post("/v1/load")\nasync def load(): ...', ["POST /v1/load"]),
    "fastapi over lines": ("a.py", '@router.get(\n    "/v1/load",\n    tags=["x"],\n)', ["GET /v1/load"]),
    "fastapi of an object": ("a.py", '@self.app.put("/v1/load")', ["PUT /v1/load"]),
    "fastapi with methods": ("a.py", '@app.api_route("/v1/load", methods=["GET", "POST"])', ["GET /v1/load", "POST /v1/load"]),
    "fastapi by call": ("a.py", 'router.add_api_route("/v1/load", load, methods=["PUT"])', ["PUT /v1/load"]),
    "fastapi with a prefix": ("a.py", 'router = APIRouter(prefix="/v1")\n\n@router.get("/load")', ["GET /v1/load"]),
    "websocket": ("a.py", '@app.websocket("/v1/load")', ["WEBSOCKET /v1/load"]),
    "flask": ("a.py", '@bp.route("/v1/load")', ["GET /v1/load"]),
    "flask with methods": ("a.py", "@app.route('/v1/load', methods=['POST'])", ["POST /v1/load"]),
    "flask with a prefix": ("a.py", 'bp = Blueprint("x", __name__, url_prefix="/v1")\n\n@bp.route("/load")', ["GET /v1/load"]),
    "axum": ("a.rs", '    .route("/v1/load", get(load))', ["GET /v1/load"]),
    "axum with verbs": ("a.rs", '    .route("/v1/load", routing::get(load).post(save))', ["GET /v1/load", "POST /v1/load"]),
    "actix": ("a.rs", '#[post("/v1/load")]\nasync fn load() {}', ["POST /v1/load"]),
    "gin": ("a.go", 'r.POST("/v1/load", load)', ["POST /v1/load"]),
    "gin group": ("a.go", 'v1 := r.Group("/v1")\nv1.GET("/load", load)', ["GET /v1/load"]),
    "net/http": ("a.go", 'http.HandleFunc("/v1/load", load)', ["/v1/load"]),
    "mux with a verb": ("a.go", 'mux.HandleFunc("GET /v1/load", load)', ["GET /v1/load"]),
    "gorilla": ("a.go", 'router.HandleFunc("/v1/load", load).Methods("GET", "PUT")', ["GET /v1/load", "PUT /v1/load"]),
    "express": ("a.js", "app.delete('/v1/load', (req, res) => {})", ["DELETE /v1/load"]),
}  # fmt: skip


class TestEndpoints:
    @pytest.mark.parametrize(("path", "line", "names"), ROUTES.values(), ids=ROUTES)
    def test_a_new_endpoint_is_told_with_verb_and_path(self, path: str, line: str, names: list[str]) -> None:
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="endpoint") == [
            ("endpoint_added", name) for name in names
        ]

    @pytest.mark.parametrize(("path", "line", "names"), ROUTES.values(), ids=ROUTES)
    def test_an_endpoint_that_is_gone_is_told(self, path: str, line: str, names: list[str]) -> None:
        assert told(a_change(path, f"x\n{line}\n", "x\n"), kinds="endpoint") == [
            ("endpoint_removed", name) for name in names
        ]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("docs/api.md", "curl http://localhost:8000/v1/list_loras"),
            ("docs/api.md", "**Endpoint:** `GET /v1/list_loras`"),
            ("docs/api.md", 'requests.get(f"http://localhost:{port}/v1/list_loras")'),
            ("tests/test_api.py", 'client.get("/v1/list_loras")'),
            ("tests/test_api.py", 'requests.get(f"{base_url}/v1/list_loras")'),
        ],
    )
    def test_the_whole_path_is_taken_from_documents_and_tests_of_the_commit(self, path: str, line: str) -> None:
        """A router's prefix stands elsewhere; whoever documents the endpoint spells it out."""
        route = a_change("api.py", "x\n", 'x\n@router.get("/list_loras")\n')
        assert told(route, a_change(path, "x\n", f"x\n{line}\n")) == [("endpoint_added", "GET /v1/list_loras")]

    @pytest.mark.parametrize(
        "lines",
        [
            ["see https://github.com/quill/list_loras"],
            ["docs/v1/list_loras"],
            ["/v1/list_loras_all"],
            ["/v1/list_loras.json"],
            ["/v1/list_loras", "/v2/list_loras"],
            ["/v1/list_loras", "GET /list_loras"],
            ['f"{base_url}/list_loras"'],
        ],
        ids=[
            "a web page",
            "a file",
            "another endpoint",
            "another file",
            "two prefixes",
            "the bare path",
            "a placeholder",
        ],
    )
    def test_a_path_that_is_not_proved_stays_as_it_is_written(self, lines: list[str]) -> None:
        route = a_change("api.py", "x\n", 'x\n@router.get("/list_loras")\n')
        text = "\n".join(lines)
        assert told(route, a_change("docs/api.md", "x\n", f"x\n{text}\n")) == [("endpoint_added", "GET /list_loras")]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("quill/a.py", 'response = client.get("/v1/load")'),
            ("quill/a.py", 'settings.get("/v1/load")'),
            ("quill/a.py", '# @app.get("/v1/load")'),
            ("a.js", 'api.get("/v1/load")'),
            ("a.go", 'reader.Get("/v1/load")'),
            ("a.rs", '// .route("/v1/load", get(load))'),
            ("tests/test_a.py", '@app.get("/v1/load")'),
        ],
    )
    def test_what_asks_an_endpoint_or_speaks_of_one_declares_none(self, path: str, line: str) -> None:
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="endpoint") == []

    def test_a_handler_that_moved_is_no_new_endpoint(self) -> None:
        line = '@app.get("/v1/load")\n'
        assert told(a_change("a.py", line, ""), a_change("b.py", "x\n", f"x\n{line}")) == []


def test_every_fact_says_where_it_stands() -> None:
    """Whoever doubts a fact finds its line: after the change, or before it for what is gone."""
    change = a_change("quill/a.py", "a\nb\nos.getenv('QUILL_TRACE')\n", "a\nb\nc\nport = os.getenv('QUILL_PORT')\n")
    assert [(fact.name, fact.path, fact.line) for fact in found(change)] == [
        ("QUILL_PORT", "quill/a.py", 4),
        ("QUILL_TRACE", "quill/a.py", 3),
    ]


COMMANDS = {
    "argparse": ("quill/cli.py", 'group.add_parser("list-all", help="List them.")', "List them."),
    "argparse on several lines": ("quill/cli.py", 'group.add_parser(\n    "list-all",\n    help="List them.",\n)', "List them."),
    "click": ("quill/cli.py", '@cli.command()\n@click.option("--x")\ndef list_all_command(x):\n    ...', ""),
    "click with a name": ("quill/cli.py", '@cli.command("list-all", help="List them.")\ndef f(x): ...', "List them."),
    "typer": ("quill/cli.py", '@app.command(name="list-all")\ndef f(x): ...', ""),
    "clap": ("src/main.rs", '    let app = app.subcommand(Command::new("list-all").about("x"));', ""),
    "clap derived": ("src/main.rs", "#[derive(Subcommand)]\npub enum Commands {\n    /// List them.\n    ListAll {\n        x: u8,\n    },\n}", "List them."),
    "cobra": ("cmd/list.go", 'var list = &cobra.Command{\n\tUse:   "list-all [flags]",\n\tShort: "List them.",\n}', "List them."),
    "commander": ("src/cli.ts", "program.command('list-all <where>').description('List them.')", ""),
    "yargs": ("src/cli.ts", 'yargs.command("list-all [where]", "List them.", run)', "List them."),
}  # fmt: skip


class TestCommands:
    @pytest.mark.parametrize(("path", "line", "detail"), COMMANDS.values(), ids=COMMANDS)
    def test_a_command_comes_and_goes(self, path: str, line: str, detail: str) -> None:
        with_it, without = f"first\n{line}\nlast\n", "first\nlast\n"
        fact = the_one(FactKind.COMMAND_ADDED, a_change(path, without, with_it))
        assert (fact.name, fact.detail) == ("list-all", detail)
        assert the_one(FactKind.COMMAND_REMOVED, a_change(path, with_it, without)).name == "list-all"

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("src/run.rs", '    let out = std::process::Command::new("git").output();'),
            ("src/db.ts", 'await db.command("ping");'),
            ("quill/cli.py", "group.add_parser(name, help=text)"),
            ("quill/cli.py", '# group.add_parser("list-all")'),
            ("quill/api.py", '@router.get("/list-all")\ndef f(): ...'),
            ("tests/test_cli.py", 'group.add_parser("list-all")'),
        ],
    )
    def test_what_only_looks_like_one_is_none(self, path: str, line: str) -> None:
        assert told(a_change(path, "first\n", f"first\n{line}\n"), kinds="command") == []

    def test_a_decorator_whose_function_is_far_below_names_none(self) -> None:
        """Many lines that could belong to it are looked through once."""
        lines = "@cli.command()\n" + "    @option(\n        '--a',\n    )\n" * 40 + "x = 1\n"
        assert told(a_change("quill/cli.py", "y = 1\n", f"y = 1\n{lines}"), kinds="command") == []

    def test_one_that_only_moves_is_no_news(self) -> None:
        one, other = 'group.add_parser("a")\n', 'group.add_parser("b")\n'
        assert told(a_change("quill/cli.py", one + "x\n" + other, other + "x\n" + one)) == []
