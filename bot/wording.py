"""What the bot says in a conversation, by key and language; the sentences stand in `wording.toml`."""

from pathlib import Path

from analysis.entry import Language
from analysis.sentences import Sentences

_SENTENCES = Sentences(Path(__file__).parent / "wording.toml")

tell, in_all = _SENTENCES.say, _SENTENCES.in_all


def said(reason: str, language: Language) -> str:
    """Say a reason that was kept: by its sentence's key, perhaps with who it was; or as somebody else has worded it.

    What is worded in English alone is for whoever reads the log.
    """
    key, _, who = reason.partition(" ")
    try:
        return tell(key, language, who=who)
    except KeyError:
        is_readable = language == "en" or not reason.isascii()
        return reason if is_readable else tell("refused.other", language)
