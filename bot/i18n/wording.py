"""The bot's sentences in a conversation, by key and language; each language has a folder."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import Language
from analysis.rules.wording import say

_SENTENCES = Sentences(Path(__file__).parent)

_ID = re.compile(r"[UW][A-Z0-9]{6,}|\d{15,}")

_PASSING = ("cause.", "trouble.")
"""Sentences about what may pass, stored with the error itself after them."""

tell, in_all = _SENTENCES.say, _SENTENCES.in_all


def said(reason: str, language: Language) -> str:
    """Word a stored reason: by its sentence's key, perhaps with the person; or as already worded elsewhere.

    Reasons worded only in English are for readers of the log.
    """
    key, _, who = reason.partition(" ")
    if key.startswith(_PASSING) and who:  # the error's own message, in English, says more
        return who if language == "en" else tell(key, language).rstrip("。")
    if key == "refused.person" and _ID.fullmatch(who):  # stored before names were
        key = "refused.somebody"
    try:
        return tell(key, language, who=who)
    except KeyError:
        is_readable = language == "en" or not reason.isascii()
        return reason if is_readable else tell("refused.other", language)


def say_moment(moment: datetime, zone: str) -> str:
    """Write a moment in a zone's local time."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def say_zoned(moment: datetime, zone: str, language: Language) -> str:
    """Write a moment in a zone's local time, with the zone in brackets."""
    return say_moment(moment, zone) + say("list.aside", language, detail=zone)
