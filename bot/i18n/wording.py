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
"""Sentences on what may pass, kept with the error itself behind them."""

tell, in_all = _SENTENCES.say, _SENTENCES.in_all


def said(reason: str, language: Language) -> str:
    """Say a reason that was kept: by its sentence's key, perhaps with who it was; or as somebody else has worded it.

    What is worded in English alone is for whoever reads the log.
    """
    key, _, who = reason.partition(" ")
    if key.startswith(_PASSING) and who:  # the error's own sentence says more, in English
        return who if language == "en" else tell(key, language).rstrip("。")
    if key == "refused.person" and _ID.fullmatch(who):  # of before names were kept
        key = "refused.somebody"
    try:
        return tell(key, language, who=who)
    except KeyError:
        is_readable = language == "en" or not reason.isascii()
        return reason if is_readable else tell("refused.other", language)


def say_moment(moment: datetime, zone: str) -> str:
    """Say a moment on a zone's clocks."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def say_zoned(moment: datetime, zone: str, language: Language) -> str:
    """Say a moment on a zone's clocks, with the zone in brackets."""
    return say_moment(moment, zone) + say("list.aside", language, detail=zone)
