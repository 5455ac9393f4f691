"""What the bot says: every sentence that the code names is there, and none is there for nobody."""

import re
import tomllib
from pathlib import Path

import pytest

from analysis.i18n.language import LANGUAGES
from bot.commands.registry import verbs
from bot.i18n.wording import in_all, tell

BOT = Path(__file__).parent.parent / "bot"
SENTENCES = {
    f"{group}.{key}"
    for group, keys in tomllib.loads((BOT / "i18n" / "en" / "wording.toml").read_text("utf-8")).items()
    for key in keys
}
GROUPS = {key.partition(".")[0] for key in SENTENCES}
CODE = "\n".join(path.read_text("utf-8") for path in BOT.rglob("*.py"))
PUT_TOGETHER = {
    "verb", "group", "option", "button", "column", "days", "quiet", "least", "how", "when", "receipt", "lacks", "state", "form", "field", "where", "often", "refused", "topic",
}  # fmt: skip
"""Groups whose keys are made of values."""


def named_in_code() -> set[str]:
    found = set(re.findall(r'"([a-z]+\.[a-z_]+)"', CODE))
    return {key for key in found if key.partition(".")[0] in GROUPS and not key.endswith(".jsonl")}  # a file's name


def test_every_sentence_that_the_code_names_is_there() -> None:
    """A misspelt key would only be noticed by whoever meets that case."""
    assert named_in_code() <= SENTENCES


def test_every_sentence_is_said_by_somebody() -> None:
    """One that nobody says is only work for translators."""
    said = named_in_code() | {
        key for found in re.findall(r'"(done\.[a-z_]+_)\{', CODE) for key in SENTENCES if key.startswith(found)
    }
    said |= {f"subs.message{here}" for here in ("", "_here")}
    unsaid = {
        key for key in SENTENCES if key.removesuffix("_one") not in said and key.partition(".")[0] not in PUT_TOGETHER
    }
    assert unsaid == set()


@pytest.mark.parametrize("group", ["verb", "option"])
def test_the_command_table_uses_all_of_its_sentences(group: str) -> None:
    """And has one for each."""
    used = {f"verb.{one.name}" for one in verbs()} | {
        f"option.{option.name}" for one in verbs() for option in one.options
    }
    assert {key for key in SENTENCES if key.startswith(f"{group}.")} == {
        key for key in used if key.startswith(f"{group}.")
    }


def test_one_and_many_are_told_apart_and_a_missing_key_is_an_error() -> None:
    """In both languages, where the language does."""
    assert [tell("done.unsubscribed", "en", count=count, topics="AMD") for count in (1, 2)] == [
        "Unsubscribed from AMD.",
        "Unsubscribed from AMD (2 subscriptions).",
    ]
    assert set(in_all("verb.today")) == set(LANGUAGES)
    with pytest.raises(KeyError):
        tell("done.nothing", "en")
