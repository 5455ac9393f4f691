"""What changes in tables, sections, data files and classes' fields, as a summary tells it."""

from builders import a_change

from analysis.facts.changed import ChangedFile
from analysis.listings import Listing, ListKind, fields_gone, listings

TABLE = "# Models\n\n| Model | Works |\n|---|:-:|\n| `Ash-7B` | yes |\n| Birch | **no** |\n"


def of(before: str, after: str, path: str = "docs/models.md") -> tuple[Listing, ...]:
    return listings([ChangedFile(a_change(path, before, after))])


class TestTables:
    def test_rows_come_go_and_change_by_their_first_cell(self) -> None:
        after = TABLE.replace("| `Ash-7B` | yes |\n", "| Cedar<br/>XL | yes |\n").replace("**no**", "**yes**")
        assert of(TABLE, after) == (
            Listing(
                ListKind.ROWS,
                "docs/models.md",
                came=("Cedar XL",),
                gone=("Ash-7B",),
                changed=("Birch",),
                values=("no", "yes"),
            ),
        )

    def test_a_row_that_has_another_name_and_the_same_behind_it_is_renamed(self) -> None:
        (found,) = of(TABLE, TABLE.replace("`Ash-7B`", "`forest/Ash-7B-Instruct`"))
        assert (found.renamed, found.came, found.gone) == ((("Ash-7B", "forest/Ash-7B-Instruct"),), (), ())
        (found,) = of(TABLE, TABLE.replace("`Ash-7B`", "`Oak`"))
        assert (found.renamed, found.came, found.gone) == ((), ("Oak",), ("Ash-7B",))

    def test_how_a_value_is_written_is_nothing_new(self) -> None:
        assert of(TABLE, TABLE.replace("| yes |", "| `Yes` |")) == ()

    def test_how_wide_a_table_is_drawn_is_nothing_new(self) -> None:
        assert of(TABLE, TABLE.replace("| Model | ", "| Model   | ").replace("| Birch | ", "|  Birch  | ")) == ()

    def test_a_name_that_is_broken_for_its_cell_is_one_name(self) -> None:
        row = "| `--storage-`<br/>`backend` | [file](https://example.org/x) |\n"
        assert of(TABLE, TABLE + row)[0].came == ("--storage-backend",)


class TestSections:
    def test_headings_come_and_go(self) -> None:
        (found,) = of("# A\n\n## Old `x`\n\ntext\n", "# A\n\n## New *x*\n\ntext\n")
        assert (found.kind, found.came, found.gone) == (ListKind.SECTIONS, ("New *x*",), ("Old x",))

    def test_sections_that_get_another_number_stay(self) -> None:
        assert of("# A\n\n## 1.2 Use\n\ntext\n", "# A\n\n## Use\n\ntext\n") == ()

    def test_a_comment_in_a_block_of_code_is_no_section(self) -> None:
        before = "# A\n\n```bash\n" + "step\n" * 9 + "```\n"
        assert of(before, before.replace("step\n```", "step\n## a comment\n```")) == ()


class TestDataFiles:
    def test_a_new_key_is_told_with_what_is_in_it(self) -> None:
        before = '{\n  "ann": {\n    "may": true\n  }\n}\n'
        after = before.replace(
            '    "may": true\n  }\n', '    "may": true\n  },\n  "bob": {\n    "may": false,\n    "wait": 5\n  }\n'
        )
        (found,) = of(before, after, "ci/people.json")
        assert (found.came, found.inside) == (("bob",), ("may: false", "wait: 5"))

    def test_a_value_that_gives_way_is_no_new_key(self) -> None:
        assert of('{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n', "ci/people.json") == ()


class TestFields:
    BEFORE = (
        "@dataclass\nclass Request:\n    name: str\n    seed: int | None = 42\n    size: int = (\n        1\n    )\n\n"
        "    def send(\n        self,\n        retries: int = 3,\n    ):\n        number: int = 1\n        return number\n"
    )

    def test_says_what_a_class_declares_no_more(self) -> None:
        after = self.BEFORE.replace("    seed: int | None = 42\n    size: int = (\n        1\n    )\n", "")
        after = after.replace("        retries: int = 3,\n", "").replace(
            "        number: int = 1\n", "        number = 1\n"
        )
        (found,) = fields_gone([ChangedFile(a_change("quill/request.py", self.BEFORE, after))])
        assert (found.owner, found.gone) == ("Request", ("seed", "size"))

    def test_a_field_with_another_type_is_still_there(self) -> None:
        after = self.BEFORE.replace("seed: int | None = 42", "seed: int = 0")
        assert fields_gone([ChangedFile(a_change("quill/request.py", self.BEFORE, after))]) == ()
