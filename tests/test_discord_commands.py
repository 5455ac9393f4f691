"""Our commands as Discord is told of them: within its limits, and with every list offered while somebody types."""

import pytest
from servers import discord_rules as rules

from bot.commands.registry import as_typed, discord_command, usage, verb, verbs
from bot.platforms.discord.commands import definition
from bot.port.platform import Option

ROOM = 0.75
"""How much of a limit may be used up: the next commands must fit, too."""
FREE = {"question", "words", "report", "word"}
"""Options that hold whatever somebody wants to write."""


def test_discord_takes_them_and_more_will_fit() -> None:
    """Each of its commands takes 25 of ours, and 8,000 characters."""
    made = definition(verbs())
    errors = rules.FormErrors()
    rules.check_commands(made, errors)
    assert not errors, errors.body()
    for command in made:
        assert len(command.get("options", [])) <= ROOM * rules.MAX_COMMAND_OPTIONS, command["name"]
        assert rules._command_size(command) <= ROOM * rules.MAX_COMMAND_TOTAL, command["name"]  # noqa: SLF001 - of the tests


def test_each_command_is_there_once() -> None:
    """Below the name by which help and sentences call it."""
    made = {(command["name"], sub["name"]) for command in definition(verbs()) for sub in command.get("options", [])}
    assert made == {(discord_command(one), one.name) for one in verbs()}
    assert len(made) == len(verbs())


def test_they_are_for_servers_and_for_single_people() -> None:
    """Everywhere, also the one on messages, which is named in both languages."""
    made = definition(verbs())
    assert all(command["integration_types"] == [0, 1] and command["contexts"] == [0, 1, 2] for command in made)
    (menu,) = [command for command in made if command["type"] == 3]
    assert (menu["name"], menu["name_localizations"]["zh-CN"]) == ("Explain this commit", "解释这个提交")


@pytest.mark.parametrize(
    "option", [option for one in verbs() for option in one.options], ids=lambda option: option.name
)
def test_whatever_has_a_list_is_chosen_or_completed(option: Option) -> None:
    """All but what is written freely."""
    offered = {
        sub_option["name"]: sub_option
        for command in definition(verbs())
        for sub in command.get("options", [])
        for sub_option in sub["options"]
    }
    if option.kind in {"flag", "file"} or option.name in FREE:
        return
    assert offered[option.name].get("autocomplete") or offered[option.name]["choices"]


def test_a_choice_is_called_as_people_say_it() -> None:
    """In the language of whoever chooses."""
    search = next(sub for sub in definition(verbs())[0]["options"] if sub["name"] == "search")
    types = next(option for option in search["options"] if option["name"] == "type")["choices"]
    fix = next(choice for choice in types if choice["value"] == "bugfix")
    assert (fix["name"], fix["name_localizations"]["zh-CN"]) == ("bug fix", "缺陷修复")


def test_sentences_name_a_command_as_it_is_typed_on_discord() -> None:
    """With its group."""
    patches = verb("patches")
    assert patches
    assert as_typed("First `setup`, then `today`.", "discord") == "First `/digest-channel setup`, then `/digest today`."
    assert usage(patches, "discord").startswith("/digest-versions patches branches:<branches>")
    assert usage(patches).startswith("patches <branches>")
