"""What people set or query under another name: one rename, however many names it has."""

import pytest
from builders import a_change, found, the_one, told

from analysis.facts import FactKind

FAMILIES = {
    "variables": (
        "quill/envs.py",
        'a = os.environ.get("QUI_PORT")\nb = os.environ.get("QUI_LOG_DIR")\nc = os.environ.get("QUI_TRACE")\n',
        ("QUI_", "QUILL_"),
        ("QUI_*", "QUILL_*"),
    ),
    "flags": (
        "a.go",
        'flag.Int("store.size", 1, "x")\nflag.Int("store.wait", 2, "y")\n',
        ("store.", "engine.store."),
        ("--store.*", "--engine.store.*"),
    ),
    "fields": (
        "quill/a.py",
        "class LoadConfig(BaseModel):\n    disk_path: str = 'a'\n    disk_size: int = 1\n    x: int = 2\n",
        ("disk_", "file_"),
        ("LoadConfig.disk_*", "LoadConfig.file_*"),
    ),
}
ONE = {
    "a flag": ("quill/a.py", 'p.add_argument("--max-load", default=1, help="Load.")\n', ("max-load", "load-limit-max"), False),
    "a flag in its place": ("quill/a.py", 'p.add_argument("--load-dir", default=1, help="Load.")\n', ("load-dir", "load-folder"), True),
    "a flag with another default": ("quill/a.py", 'p.add_argument("--load-dir", default=1, help="Load.")\n', ('load-dir", default=1', 'load-folder", default=2'), False),
    "its opposite": ("a.rs", '    let x = std::env::var("QUILL_ENABLE_TRACE");\n', ("ENABLE", "DISABLE"), False),
    "a variable in its place": ("a.ts", "const x = process.env.QUILL_LOG_DIR;\n", ("LOG_DIR", "LOG_FOLDER"), True),
    "another word": ("a.go", 'x := os.Getenv("QUILL_PORT")\n', ("QUILL_PORT", "SERVER_ADDRESS"), False),
}  # fmt: skip


class TestRenames:
    @pytest.mark.parametrize(("path", "before", "change", "expected"), FAMILIES.values(), ids=FAMILIES)
    def test_a_family_with_one_change_in_common_is_told_once(
        self, path: str, before: str, change: tuple[str, str], expected: tuple[str, str]
    ) -> None:
        assert told(a_change(path, before, before.replace(*change))) == [("renamed", expected[0], *expected)]

    def test_it_names_every_member(self) -> None:
        path, before, change, _ = FAMILIES["flags"]
        fact = the_one(FactKind.RENAMED, a_change(path, before, before.replace(*change)))
        assert fact.detail == "--store.size → --engine.store.size, --store.wait → --engine.store.wait"

    @pytest.mark.parametrize(("path", "before", "change", "is_one"), ONE.values(), ids=ONE)
    def test_one_name_alone_is_renamed_only_where_nothing_else_changed(
        self, path: str, before: str, change: tuple[str, str], is_one: bool
    ) -> None:
        kinds = [fact.kind for fact in found(a_change(path, before, before.replace(*change)))]
        assert (kinds == [FactKind.RENAMED]) is is_one
        assert is_one or len(kinds) == 2

    def test_names_that_came_and_went_without_a_change_in_common_are_told_each(self) -> None:
        before = 'a = os.environ.get("QUILL_PORT")\nb = os.environ.get("QUILL_TRACE")\n'
        after = 'a = os.environ.get("SERVER_ADDRESS")\nb = os.environ.get("DEBUG_LEVEL")\n'
        assert {kind for kind, *_ in told(a_change("a.py", before, after))} == {"env_added", "env_removed"}
