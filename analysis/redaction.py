"""Takes secrets out of text before it leaves for a model.

The patterns are of keys that have a form of their own, and of values given to names that say what they are. Repeats are
bounded: an unbounded one takes minutes on a hostile line.
"""

import re
from collections.abc import Iterable

MARK = "[secret removed]"

_KEYS = re.compile(
    r"\b(?:"
    r"sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,200}"  # OpenAI, Anthropic and their likes
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}"  # GitHub
    r"|glpat-[A-Za-z0-9_-]{20,64}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-\d-[A-Za-z0-9-]{10,255}"  # Slack
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS
    r"|AIza[A-Za-z0-9_-]{35}"  # Google
    r"|hf_[A-Za-z0-9]{30,64}"  # Hugging Face
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,255}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,128}"  # Stripe
    r"|nvapi-[A-Za-z0-9_-]{40,128}"
    r"|[MNO][A-Za-z\d_-]{23,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,40}"  # Discord
    r"|eyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,500}"  # JSON web tokens
    r")"
)
_BLOCKS = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.{0,8000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
_NAMED = re.compile(
    r"(?i)(\b[\w.-]{0,40}(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|client[_-]?secret)"
    r"[\w-]{0,20}[\"']?\s{0,4}[:=]\s{0,4}[\"'])([^\"'\s${}<>]{8,200})([\"'])"
)
_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@\"']{1,64}:)([^\s/@\"']{3,128})(@)")
_HARMLESS = re.compile(
    r"(?i)^(?:x{3,}|\*{3,}|\.{3,}|your[_-].*|example.*|dummy.*|test.*|changeme|placeholder.*|none|null|true|false)$"
)


def redact(text: str, own: Iterable[str] = ()) -> tuple[str, int]:
    """Return `text` without secrets, and how many were taken out. `own` are exact values that must not leave."""
    count = 0
    for value in own:
        if len(value) >= 6 and value in text:  # noqa: PLR2004 - shorter ones stand in every text
            count += text.count(value)
            text = text.replace(value, MARK)

    def named(found: re.Match[str]) -> str:
        nonlocal count
        if _HARMLESS.match(found[2]):
            return found[0]
        count += 1
        return found[1] + MARK + found[3]

    text, blocks = _BLOCKS.subn(MARK, text)
    text, keys = _KEYS.subn(MARK, text)
    text, urls = _IN_URL.subn(rf"\1{MARK}\3", text)
    text = _NAMED.sub(named, text)
    return text, count + blocks + keys + urls
