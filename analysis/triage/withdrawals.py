"""Whether a title says that something which people type, set, call or import is gone or called otherwise."""

import re

_GONE = r"(?<!n't )(?<!not )(?i:renam(?:e[sd]?|ing)|remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|drop(?:s|p(?:ed|ing))?)"
_CODE = r"(?!tests?_)(?:[A-Za-z]\w{0,40}\.){0,3}(?:[A-Za-z]\w{0,80}_\w{1,80}|[A-Za-z]\w{0,80}[a-z][A-Z]\w{0,80})(?:\.\w{1,80}){0,4}"
"""A name as code writes it: `page_size`, `CacheConfig`, `isFast`; what begins with an underscore is private."""
_QUOTED = r"`(?!tests?_)(?:--)?[A-Za-z][\w.-]{1,80}(?:\(\))?`"
_FLAG = r"`?(?<![\w-])--[a-z][\w-]{1,80}`?"
_SURFACE = (
    r"(?i:(?:cli|command[- ]line|server|launch|public)[ -](?:arg|param|option|function|class|method|name|api)\w{0,12}|flags?|endpoints?"
    r"|(?:http|api|rest)[ -]routes?|env(?:iron(?:ment)?)?[ -]?var(?:iable)?s?|config(?:uration)?[ -](?:option|key|field|setting)s?)"
)
_ARGUMENT = r"(?i:arguments?|options?|configs?|settings?)"
_OWN = (
    r"(?i:local|private|internal|temp(?:orary)?|tests?|testing|fixtures?|helpers?|variables?|vars?|comments?|files?|folders?|director(?:y|ies)|jobs?|steps?"
    r"|workflows?|runners?|scripts?|examples?|docs?|logs?|logging|imports?|(?<!health )checks?|branch(?:es)?|ci|benchmarks?|kernels?|weights?|tensors?)"
)
_IDLE = (
    r"(?i:un-?used|un-?necessary|un-?needed|redundant|duplicated?|useless|dead|extra|obsolete|hard-?coded|no-op|debug)"
)
"""What nothing used is missed by nobody, unless people had to type it."""
_TIE = r"(?i:in|of|for|from|on|about|when|with|without|to|as|and|by|at|into|than|if|since|using|via|during|inside|after|before)"
_END = rf"(?=\W{{0,3}}$|\W{{0,2}}[,.;:()\[\]&/]|[`]?\s{{1,3}}(?:->|=>|→|[`(&+]|--|{_TIE}\b|{_CODE}|(?i:name|names|from)\b))"
_KIND = r"(?i:class|function|method|type|struct|enum|trait|alias|aliases|type aliases|attribute|field|argument|parameter|param|option|module|input|output|component|api|backend)(?:e?s)?"


def _words(but: str, most: int) -> str:
    """Up to so many words in a row, none of which is one of `but`."""
    return rf"(?:(?!(?:{but})\b)[\w'./-]{{1,60}}\s{{1,3}}){{0,{most}}}?"


_PLACE = re.compile(
    rf"\b{_GONE}:?\s{{1,3}}(?:"
    rf"{_words(f'{_TIE}|(?:{_OWN})(?!s? (?i:var))', 6)}(?:{_FLAG}|{_SURFACE}{_END})"
    rf"|{_words(f'{_TIE}|{_OWN}|{_IDLE}', 4)}{_ARGUMENT}{_END}"
    rf")"
)
_RENAMED = re.compile(
    rf"\b(?i:renam(?:e[sd]?|ing)):?\s{{1,3}}{_words(f'{_TIE}|{_OWN}', 4)}"
    rf"(?:{_QUOTED}|{_CODE}|[A-Za-z][\w.-]{{1,80}}\s{{0,3}}(?:->|=>|→|\b(?i:to|as|into)\b)\s{{0,3}}(?:{_QUOTED}|{_CODE}))(?!\s(?i:{_OWN})\b)"
)
_REMOVED = re.compile(
    rf"\b{_GONE}\s{{1,3}}(?:(?i:the|legacy|old|deprecated|public|class|function|method|type|field|attribute|support for)\s{{1,3}}){{0,3}}"
    rf"(?:{_QUOTED}|{_CODE}(?![\w/=*]))(?:(?:\s{{1,3}}{_KIND})?(?=\W{{0,3}}$|[,;]|\s{{1,3}}(?:[(&]|{_TIE}\b))|\s{{1,3}}{_KIND}\b)"
)
_PASSIVE = re.compile(
    rf"(?:{_FLAG}|\b{_SURFACE})\s{{1,3}}(?:(?i:is|are|was|were|has been|have been)\s{{1,3}})?(?i:renamed|removed|dropped)\b"
)
_SAYS = re.compile(r"renam|remov|delet|drop", re.IGNORECASE)


def withdraws(subject: str) -> bool:
    """Whether a title says that a flag, variable, endpoint, argument, setting or public name is removed or renamed."""
    return bool(_SAYS.search(subject) and any(form.search(subject) for form in (_PLACE, _RENAMED, _REMOVED, _PASSIVE)))
