"""What the code refuses, announces as deprecated, or does although it is known to be unsafe."""

import pytest
from builders import a_change, found, told
from made import a_commit

from analysis.facts import FactKind, facts_of
from analysis.rules.wording import say_fact

REFUSALS = {
    "raise": ("a.py", '    raise ValueError("size must be positive")', "ValueError"),
    "raise over lines": (
        "a.py",
        '    raise errors.ValueError(\n        "size must "\n        f"be positive"\n    )',
        "ValueError",
    ),
    "assert": ("a.py", '    assert size > 0, "size must be positive"', "assert"),
    "assert over lines": (
        "a.py",
        '    assert (\n        f(a, "b") > 0\n    ), (\n        f"size must be positive"\n    )',
        "assert",
    ),
    "bail": ("a.rs", '    bail!("size must be positive");', "bail"),
    "ensure": ("a.rs", '    ensure!(size > 0, "size must be positive");', "ensure"),
    "assert in rust": ("a.rs", '    assert_eq!(a(1, 2), b, "size must be positive");', "assert_eq"),
    "TORCH_CHECK": ("a.cu", '  TORCH_CHECK(f(a, b) > 0, "size must be positive");', "TORCH_CHECK"),
    "throw": ("a.cc", '  throw std::runtime_error("size must be positive");', "std::runtime_error"),
    "a returned error in Go": ("a.go", '\tif size < 1 {\n\t\treturn fmt.Errorf("size must be positive")\n\t}', "error"),
    "an error of its own name in Go": (
        "a.go",
        '\tif size < 1 {\n\t\treturn errSize\n\t}\n}\n\nvar (\n\terrSize = errors.New("size must be positive")\n)\n\nfunc rest() {',
        "error",
    ),
    "an error in an answer in Go": (
        "a.go",
        '\tif size < 1 {\n\t\tresp.Error = wrap(errors.New("size must be positive"))\n\t\tsend(resp)\n\t\treturn\n\t}',
        "error",
    ),
    "a variant in Rust": (
        "a.rs",
        '    return Err(PoolError::TooSmall);\n}\n\nenum PoolError {\n    #[error("size must be positive")]\n    TooSmall,',
        "error",
    ),
    "a returned error in Rust": (
        "a.rs",
        '    return Err(Error::new(ErrorKind::BadConfig, "size must be positive"));',
        "BadConfig",
    ),
    "a macro that checks": ("a.cu", '  QUILL_ICHECK(size > 0) << "size must be positive";', "QUILL_ICHECK"),
    "by name": ("a.py", '    raise HTTPException(status_code=400, detail="size must be positive")', "HTTPException"),
    "throw in JavaScript": ("a.ts", '  throw new RangeError("size must be positive");', "RangeError"),
}
HEADS = {
    "py": "def load(size):",
    "rs": "fn load() {",
    "cu": "void load() {",
    "h": "void load() {",
    "cc": "void load() {",
    "ts": "function load() {",
    "go": "func load() {",
}


class TestRefusals:
    @pytest.mark.parametrize(("path", "check", "error"), REFUSALS.values(), ids=REFUSALS)
    def test_what_an_old_function_now_refuses_is_told_in_its_words(self, path: str, check: str, error: str) -> None:
        head = HEADS[path.partition(".")[2]]
        before, after = f"{head}\n    x = 1;\n    return x;\n", f"{head}\n    x = 1;\n{check}\n    return x;\n"
        came, gone = found(a_change(path, before, after)), found(a_change(path, after, before))
        assert [(fact.kind.value, fact.name, fact.detail) for fact in came] == [
            ("check_added", error, "size must be positive")
        ]
        assert [(fact.kind.value, fact.name, fact.detail) for fact in gone] == [
            ("check_removed", error, "size must be positive")
        ]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.py", "x = 1\n", 'x = 1\n\n\ndef load(size):\n    if not size:\n        raise ValueError("size must be positive")\n'),
            ("a.py", "class A:\n    x = 1\n", 'class A:\n    x = 1\n\n    def load(self):\n        assert x, "size must be positive"\n'),
            ("a.py", 'def f():\n    raise ValueError("size must be positive")\n', 'def f():\n    raise TypeError("size must be positive")\n'),
            ("a.py", 'def f():\n    raise ValueError("the size must be positive")\n', 'def f():\n    raise ValueError("the size has to be positive")\n'),
            ("a.py", 'def f():\n    raise ValueError("size must be positive")\n', 'def f():\n    if x:\n        raise ValueError("size must be positive")\n'),
            ("a.py", "def f():\n    x = 1\n", 'def f():\n    x = 1\n    # raise ValueError("size must be positive")\n'),
            ("a.py", "def f():\n    x = 1\n", 'def f():\n    x = """raise ValueError("size must be positive")"""\n'),
            ("a.py", "def f():\n    x = 1\n", 'def f():\n    x = 1\n    assert hasattr(layer, "w13_input_scale") and x\n'),
            ("a.py", "def f():\n    x = 1\n", 'def f():\n    x = 1\n    assert x == "size must be positive"\n'),
            ("a.py", "def f():\n    x = 1\n", "def f():\n    x = 1\n    raise ValueError(message)\n"),
            ("a.py", "def f():\n    x = 1\n", 'def f():\n    raise NotImplementedError("subclasses must implement this")\n'),
            ("a.py", 'def f():\n    fail("size must be positive")\n', 'def f():\n    raise UsageError("size must be positive")\n'),
            ("a.py", "def f():\n    try:\n        g()\n    except E:\n        raise\n", 'def f():\n    try:\n        g()\n    except E as e:\n        raise ValueError("size must be positive") from e\n'),
            ("a.rs", "fn f() {\n    g()?;\n}\n", 'fn f() {\n    g().map_err(|e| anyhow!("size must be positive: {e}"))?;\n}\n'),
            ("a.ts", "function f() {\n  g();\n}\n", 'function f() {\n  try {\n    g();\n  } catch (e) {\n    throw new RangeError("size must be positive");\n  }\n}\n'),
            ("a.py", "def f():\n    assert size.all()\n", 'def f():\n    assert (\n        size.all()\n    ), "size must be positive"\n'),
            ("a.py", 'def f():\n    if size < 1:\n        raise ValueError("no such size")\n', 'def f():\n    if size < 1:\n        raise ValueError("give another number, above zero")\n'),
            ("a.py", 'def f():\n    if not ok(size):\n        raise ValueError("no such size")\n', 'def f():\n    for one in size:\n        if not ok(one):\n            raise ValueError("give another number, above zero")\n'),
            ("a.rs", "fn f() {\n}\n", '#[cfg(test)]\nmod tests {\n    fn f() {\n        panic!("size must be positive");\n    }\n}\n'),
            ("a.rs", "fn f() {\n    assert_eq!(page.book, self.book);\n}\n", 'fn f() {\n    assert_eq!(\n        (page.book, page.ink),\n        (self.book, self.ink),\n        "a page of another book must not be used"\n    );\n}\n'),
            ("tests/test_a.py", "def f():\n    x = 1\n", 'def f():\n    raise ValueError("size must be positive")\n'),
        ],
        ids=["a new function", "a new method", "another error", "reworded", "behind a condition", "a comment", "a text", "a name in quotes",
             "a comparison", "no text", "left to subclasses", "refused before", "passed on", "passed on in Rust", "passed on in JavaScript", "a message for an old condition",
             "another message for an old condition", "rewritten in its place", "Rust's own tests", "an assertion that says more", "a test"],
    )  # fmt: skip
    def test_what_refuses_nothing_new_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="check") == []

    @pytest.mark.parametrize(
        ("path", "head", "branch", "tail"),
        [
            ("a.py", "def f(pages):\n", '    if not pages:\n        assert not self.strict, "empty pages hang the press"\n        return pages\n', "    g(pages)\n"),
            ("a.py", "def f(pages):\n", '    if fast:\n        if size > most:\n            raise ValueError("too large to bind fast")\n        bind(pages, size)\n', "    g(pages)\n"),
            ("a.rs", "fn f() {\n", '    if fast {\n        assert!(size < most, "too large to bind fast");\n        bind(size);\n    }\n', "    g();\n}\n"),
            ("a.go", "func f() error {\n", '\tif fast {\n\t\tif size > most {\n\t\t\treturn errors.New("too large to bind fast")\n\t\t}\n\t\tbind(size)\n\t}\n', "\treturn g()\n}\n"),
        ],
        ids=["an early return", "a check within", "Rust", "Go"],
    )  # fmt: skip
    def test_a_check_that_goes_with_what_it_guarded_is_none_that_is_lifted(
        self, path: str, head: str, branch: str, tail: str
    ) -> None:
        assert told(a_change(path, head + branch + tail, head + tail), kinds="check") == []

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.py", 'def f(name):\n    if ".." in name:\n        raise ValueError("a name must not lead upwards")\n    g(name)\n', "def f(name):\n    _validate_name(name)\n    g(name)\n"),
            ("a.go", 'func f(n string) error {\n\tif n == "" {\n\t\treturn errors.New("a name must not be empty")\n\t}\n\treturn g(n)\n}\n', "func f(n string) error {\n\tif err := checkName(n); err != nil {\n\t\treturn err\n\t}\n\treturn g(n)\n}\n"),
            ("a.rs", 'fn f(n: &str) {\n    assert!(!n.is_empty(), "a name must not be empty");\n    g(n);\n}\n', "fn f(n: &str) {\n    names::ensure_sound(n);\n    g(n);\n}\n"),
        ],
        ids=["Python", "Go", "Rust"],
    )  # fmt: skip
    def test_a_check_that_a_function_makes_now_is_not_lifted(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="check_removed") == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("    if fast:\n        {check}\n        bind(pages)\n", "    if fast:\n        bind(pages)\n"),
            ("    if fast:\n        {check}\n        bind(pages)\n", "    bind(pages)\n"),
            ("    if fast:\n        {check}\n", ""),
            ("    if fast:\n        log(pages)\n        {check}\n", ""),
        ],
        ids=["the branch stays", "what it guarded stays", "nothing else in it", "only told first"],
    )
    @pytest.mark.parametrize(
        "check", ['assert size, "empty pages hang the press"', 'raise ValueError("empty pages hang the press")']
    )
    def test_a_check_is_gone_where_what_it_guarded_goes_on(self, check: str, before: str, after: str) -> None:
        head, tail = "def f(pages):\n", "    g(pages)\n"
        change = a_change("a.py", head + before.replace("{check}", check) + tail, head + after + tail)
        assert [fact[0] for fact in told(change, kinds="check")] == ["check_removed"]

    def test_a_package_that_is_missing_is_refused(self) -> None:
        before = "def f():\n    x = 1\n"
        after = 'def f():\n    try:\n        import q\n    except ImportError as e:\n        raise ImportError("install q first") from e\n'
        assert told(a_change("a.py", before, after)) == [("check_added", "ImportError")]

    def test_the_same_condition_once_more_is_a_new_check(self) -> None:
        before = 'def f():\n    if not x:\n        raise ValueError("f needs x")\n\n\ndef g():\n    y = 1\n'
        after = before + '    if not x:\n        raise ValueError("without x there is no g")\n'
        assert told(a_change("a.py", before, after)) == [("check_added", "ValueError", "", "not x")]

    def test_a_check_that_moved_to_another_file_is_neither_new_nor_gone(self) -> None:
        check = 'def f():\n    x = 1\n    raise ValueError("size must be positive")\n'
        rest = "def f():\n    x = 1\n"
        assert told(a_change("a.py", check, rest), a_change("b.py", rest, check)) == []

    @pytest.mark.parametrize(
        ("path", "check", "condition"),
        [
            ("a.py", '    if (\n        size < 1\n        or size > 9\n    ):\n        raise ValueError("no such size")', "size < 1 or size > 9"),
            ("a.py", '    assert size > 0, "no such size"', "size > 0"),
            ("a.rs", '    ensure!(size > 0, "no such size");', "size > 0"),
            ("a.rs", '    if size == 0 {\n        bail!("no such size");\n    }', "size == 0"),
            ("a.go", '\tif size == 0 || err2 {\n\t\treturn errors.New("no such size")\n\t}', "size == 0 || err2"),
            ("a.ts", '  if (size < 1) throw new RangeError("no such size");', "size < 1"),
            ("a.cu", '  CHECK_GT(size, 0) << "no such size: " << size;', "size, 0"),
            ("a.py", '    if size < 1:\n        return\n    else:\n        raise ValueError("no such size")', ""),
        ],
    )  # fmt: skip
    def test_the_condition_is_told(self, path: str, check: str, condition: str) -> None:
        head = HEADS[path.partition(".")[2]].replace("()", "(size)")
        (fact,) = found(a_change(path, f"{head}\n    x = 1;\n", f"{head}\n    x = 1;\n{check}\n"))
        assert (fact.kind.value, fact.after, fact.detail.partition(":")[0]) == (
            "check_added",
            condition,
            "no such size",
        )

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.py", "def f(a):\n    x = a\n", 'def f(a, b=None):\n    if b is not None and a:\n        raise ValueError("b and a are one too many")\n    x = a\n'),
            ("a.py", "class C:\n    a: int = 1\n\n    def f(self):\n        x = self.a\n", 'class C:\n    a: int = 1\n    b: int = 1\n\n    def f(self):\n        assert self.b > self.a, "b must be greater"\n        x = self.a\n'),
            ("a.rs", "fn f(a: u8) {\n    g(a);\n}\n", 'fn f(a: u8) {\n    if a == 2 {\n        h(a);\n        if late(a) {\n            bail!("two is too late");\n        }\n    }\n    g(a);\n}\n'),
            ("a.go", "func f(a int) error {\n\treturn g(a)\n}\n", 'func f(a int) error {\n\tif err := g(a); err != nil {\n\t\treturn fmt.Errorf("no g for you: %w", err)\n\t}\n\treturn nil\n}\n'),
            ("a.rs", "fn f() -> Result<()> {\n    let x = g()?;\n}\n", 'fn f() -> Result<()> {\n    let x = g().ok_or_else(|| Error::new(Kind::A, "there is no g"))?;\n}\n'),
            ("a.go", "func f() {\n\tg()\n}\n", 'func f() {\n\tlog.Error(errors.New("this is only logged"))\n\tg()\n}\n'),
        ],
        ids=["a new parameter", "a new field", "a new branch that does more", "passed on in Go", "in place of another error", "only logged"],
    )  # fmt: skip
    def test_what_only_limits_what_is_new_or_passes_on_is_none(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="check") == []

    @pytest.mark.parametrize(
        ("path", "before", "call", "helper"),
        [
            ("a.py", "def f(a):\n{call}    x = a\n{helper}", "    _check_size(a)\n", '\n\ndef _check_size(a):\n    if a < 1:\n        raise ValueError("no such size")\n'),
            ("a.go", "func f(a int) error {\n{call}\treturn g(a)\n}\n{helper}", "\tif err := validateSize(a); err != nil {\n\t\treturn err\n\t}\n", '\nfunc validateSize(a int) error {\n\tif a < 1 {\n\t\treturn errors.New("no such size")\n\t}\n\treturn nil\n}\n'),
            ("a.rs", "fn f(a: u8) {\n{call}    g(a);\n}\n{helper}", "    ensure_size(a)?;\n", '\nfn ensure_size(a: u8) -> Result<()> {\n    if a < 1 {\n        bail!("no such size");\n    }\n    Ok(())\n}\n'),
        ],
    )  # fmt: skip
    def test_a_new_function_that_checks_counts_where_an_old_one_calls_it(
        self, path: str, before: str, call: str, helper: str
    ) -> None:
        def text(call: str, helper: str) -> str:
            return before.replace("{call}", call).replace("{helper}", helper)

        old = text("", "")
        assert [(fact.kind.value, fact.detail) for fact in found(a_change(path, old, text(call, helper)))] == [
            ("check_added", "no such size")
        ]
        assert told(a_change(path, old, text("", helper)), kinds="check") == []

    def test_what_a_new_file_checks_is_part_of_it(self) -> None:
        assert told(a_change("a.py", None, 'def f():\n    raise ValueError("size must be positive")\n')) == []


DEPRECATIONS = {
    "warn": (
        'warnings.warn("`load` is deprecated, use `read`.", DeprecationWarning)',
        "`load` is deprecated, use `read`.",
    ),
    "warn over lines": (
        'warnings.warn(\n        "`load` is deprecated. "\n        "Use `read`.",\n        stacklevel=2,\n    )',
        "`load` is deprecated. Use `read`.",
    ),
    "by variable": (
        'msg = "`load` will be removed in 2.0."\n    warnings.warn(msg, FutureWarning)',
        "`load` will be removed in 2.0.",
    ),
    "by category": ('warnings.warn("`load` will return a list.", FutureWarning)', "`load` will return a list."),
    "log": ('logger.warning("--load is deprecated")', "--load is deprecated"),
    "help": ('parser.add_argument("--load", help="(deprecated) Use --read.")', "(deprecated) Use --read."),
    "constant": ('LOAD = PytestRemovedIn9Warning("load() is deprecated")', "load() is deprecated"),
    "long": ('warnings.warn("`load` is deprecated. ' + "It was good. " * 20 + '")', "`load` is deprecated."),
}


class TestDeprecations:
    @pytest.mark.parametrize(("code", "said"), DEPRECATIONS.values(), ids=DEPRECATIONS)
    def test_an_announcement_is_told_in_its_own_sentence(self, code: str, said: str) -> None:
        change = a_change("a.py", "def load():\n    x = 1\n", f"def load():\n    {code}\n    x = 1\n")
        assert told(change, kinds="deprecated") == [("deprecated", said)]

    @pytest.mark.parametrize(
        ("path", "mark", "definition"),
        [
            ("a.py", '@deprecated("Use read")', "def load():"),
            ("a.py", '@typing_extensions.deprecated("Use read")', "class load:"),
            ("a.rs", '#[deprecated(note = "use read")]', "pub fn load() {}"),
            ("a.h", "[[deprecated]]", "struct load {};"),
            ("a.go", "// Deprecated: use Read.", "func load() {}"),
            ("a.ts", "/**\n * @deprecated use read\n */", "export function load() {}"),
        ],
    )
    def test_a_mark_tells_what_is_deprecated(self, path: str, mark: str, definition: str) -> None:
        change = a_change(path, f"x\n{definition}\n", f"x\n{mark}\n{definition}\n")
        assert told(change, kinds="deprecated") == [("deprecated", "load")]

    @pytest.mark.parametrize(
        ("path", "mark", "definition"),
        [
            ("a.py", '@deprecated("take read instead")', "def load():"),
            ("a.rs", '#[deprecated(since = "0.5", note = "take read instead")]', "pub fn load() {}"),
            ("a.go", "// Deprecated: take read instead", "func load() {}"),
            ("a.ts", "/**\n * @deprecated take read instead\n */", "export function load() {}"),
        ],
    )
    def test_a_mark_says_what_to_take_instead(self, path: str, mark: str, definition: str) -> None:
        change = a_change(path, f"x\n{definition}\n", f"x\n{mark}\n{definition}\n")
        (fact,) = (fact for fact in facts_of(a_commit(files=(change,))) if fact.kind is FactKind.DEPRECATED)
        assert say_fact(fact, "en") == "`load` is deprecated: “take read instead”"

    def test_a_docstring_tells_it_too(self) -> None:
        before = 'def load():\n    """Load it.\n\n    More.\n    """\n'
        assert told(a_change("a.py", before, before.replace("More.", ".. deprecated:: 2.0"))) == [
            ("deprecated", "load")
        ]

    @pytest.mark.parametrize(
        "line",
        [
            'warnings.filterwarnings("ignore", category=DeprecationWarning)',
            "from x import PytestDeprecationWarning",
            "except DeprecationWarning:",
            "# `load` is deprecated",
            "# only used in a deprecation warning, can be removed in 9",
            "is_deprecated = True",
            "if deprecated:",
            'with pytest.warns(DeprecationWarning, match="load"):',
        ],
    )
    def test_what_speaks_of_a_deprecation_announces_none(self, line: str) -> None:
        assert told(a_change("a.py", "x = 1\n", f"x = 1\n{line}\n"), kinds="deprecated") == []

    @pytest.mark.parametrize(
        "after",
        [
            'def load():\n    if x:\n        warnings.warn("`load` is deprecated, use `read`")\n',
            'def load():\n    warnings.warn("`load` is deprecated: use `read`")\n',
            'def load():\n    warnings.warn("`load` is deprecated, use `read`", stacklevel=2)\n',
            'def load():\n    warnings.warn("Whoever needs this had better look for a way around: it will be removed.")\n',
        ],
        ids=["reindented", "reworded", "with a level", "in other words"],
    )
    def test_an_announcement_that_was_there_is_not_new(self, after: str) -> None:
        before = 'def load():\n    warnings.warn("`load` is deprecated, use `read`")\n'
        assert told(a_change("a.py", before, after)) == []


class TestUnsafeCalls:
    @pytest.mark.parametrize(
        ("path", "line", "name"),
        [
            ("a.py", "x = torch.load(path, weights_only=False)", "weights_only=False"),
            ("a.py", "x = pickle.loads(data)", "pickle.loads"),
            ("a.py", "x = cloudpickle.load(file)", "cloudpickle.load"),
            ("a.py", "x = yaml.load(file)", "yaml.load"),
            ("a.py", "os.system(command)", "os.system"),
            ("a.py", "subprocess.run(command, shell=True)", "shell=True"),
            ("a.py", "x = eval(text)", "eval"),
            ("a.py", "exec(text)", "exec"),
            ("a.py", "requests.get(url, verify=False)", "verify=False"),
            ("a.py", "x = np.load(path, allow_pickle = True)", "allow_pickle=True"),
            ("a.go", "tls.Config{InsecureSkipVerify: true}", "InsecureSkipVerify:true"),
            ("a.ts", "<p dangerouslySetInnerHTML={x} />", "dangerouslySetInnerHTML"),
        ],
    )
    def test_a_new_call_is_told(self, path: str, line: str, name: str) -> None:
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="unsafe") == [("unsafe_added", name)]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("a.py", "model.eval()"),
            ("a.py", "def eval(self): ..."),
            ("a.py", "x = yaml.load(file, Loader=yaml.SafeLoader)"),
            ("a.py", "x = yaml.safe_load(file)"),
            ("a.py", "check(signature, verify=False)"),
            ("a.py", "# os.system(command)"),
            ("a.py", '"""Like os.system(command)."""'),
            ("a.py", 'logger.warning("loading with weights_only=False")'),
            ("a.py", "x = torch.load(path, weights_only=True)"),
            ("a.rs", "eval(x)"),
            ("tests/test_a.py", "os.system(command)"),
            ("scripts/a.py", "os.system(command)"),
        ],
    )
    def test_what_is_harmless_or_only_named_is_none(self, path: str, line: str) -> None:
        assert told(a_change(path, "x\n", f"x\n{line}\n"), kinds="unsafe") == []

    def test_a_call_that_moved_is_not_new(self) -> None:
        line = "x = pickle.loads(data)\n"
        assert told(a_change("a.py", line, ""), a_change("b.py", "y = 1\n", f"y = 1\nif y:\n    {line}")) == []

    def test_one_call_more_than_before_is_told(self) -> None:
        line = "x = pickle.loads(data)\n"
        assert told(a_change("a.py", line, "pass\n"), a_change("b.py", "y = 1\n", f"y = 1\n{line}{line}")) == [
            ("unsafe_added", "pickle.loads")
        ]
