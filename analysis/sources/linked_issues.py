"""Which issues a description names: behind a keyword that closes them, or as related ones.

https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

import re
from collections.abc import Iterator

_MOST = 10
"""Issues of one description that are looked up; a longer list is a table of contents."""
_REPO = r"[A-Za-z0-9][\w.-]{0,38}/[\w.-]{1,100}"
_REFERENCE = re.compile(
    rf"(?:https?://(?P<host>[\w.-]{{1,100}})/(?P<linked>{_REPO})/issues/(?P<page>\d{{1,9}})"
    rf"|(?<![\w/&])(?P<repo>{_REPO})?#(?P<number>\d{{1,9}})|(?<![\w-])(?:gh|GH)-(?P<short>\d{{1,9}}))(?![\w/-])"
)
_PHRASE = (
    r"(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|address(?:e[sd])?|implement(?:s|ed)?|ref(?:s|erences)?"
    r"|see(?: also)?|part of|towards?|related(?: to)?(?: issues?)?|(?:linked |tracking |parent )?issues?|bug"
    r"|关闭|修复|解决|相关(?:的)?(?: ?issues?| ?问题)?|关联(?: ?issues?| ?问题)?)"
)
_JOINT = r"[\s:：*_()\[\]>-]{0,8}"
_NAMED = re.compile(rf"(?<![\w-]){_PHRASE}(?:\(s\))?{_JOINT}$", re.IGNORECASE)
_ALSO = re.compile(rf"^{_JOINT}(?:,|、|;|&|and|和|及|/)?{_JOINT}(?:{_PHRASE})?{_JOINT}$", re.IGNORECASE)
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s|\*\*|__).{0,40}?(?:issue|fixes|closes|关联|相关)", re.IGNORECASE)
_OTHER_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s|\*\*)")
_ITEM = re.compile(r"^[\s>*+-]{0,8}(?:\[[ xX]\]\s?)?$")
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|^(?P<fence>```|~~~).*?(?:^(?P=fence)|\Z)|`[^`\n]{1,200}`", re.DOTALL | re.MULTILINE
)


def named_issues(text: str, repo: str, host: str) -> tuple[tuple[str, int], ...]:
    """Return (owner/name, number) of the issues that a description in Markdown names, in its order.

    A bare `#12` is of `repo`; links to others than `host`, where the server's pages are, name no issue of the server.
    """
    found: dict[tuple[str, int], None] = {}
    for match in _named(_HIDDEN.sub(" ", text)):
        if match["host"] and match["host"].removeprefix("www.").lower() != host:
            continue
        number = int(match["page"] or match["number"] or match["short"])
        if number:
            found.setdefault((match["linked"] or match["repo"] or repo, number))
    return tuple(found)[:_MOST]


def _named(text: str) -> Iterator[re.Match[str]]:
    below = False
    for line in text.splitlines():
        below = bool(_HEADING.match(line)) or (below and not _OTHER_HEADING.match(line))
        end, counts = 0, False
        for match in _REFERENCE.finditer(line):
            before = line[end : match.start()]
            counts = bool(
                (counts and _ALSO.match(before))
                or _NAMED.search(before[-60:])
                or (below and _ITEM.match(line[: match.start()]))
            )
            if counts:
                yield match
            end = match.end()
