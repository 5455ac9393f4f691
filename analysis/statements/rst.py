"""reStructuredText as Markdown, as far as short texts use it: roles, links, code, underlined headings."""

import re

_ROLE = re.compile(r":[a-z][\w:+-]*:`(?P<short>~)?(?P<text>[^`<]*?)(?:\s*<[^`>]*>)?`")
_LINK = re.compile(r"`(?P<text>[^`<]+?)\s*<[^`>]+>`__?")
_UNDERLINED = re.compile(r"^(?P<title>\S.{0,78})\n(?P<mark>[-=~^*+#\"'])(?P=mark){2,}[ \t]*$", re.MULTILINE)


def plain_rst(text: str) -> str:
    """Return reStructuredText with code in backticks, roles as the text they display, headings as in Markdown."""

    def shown(role: re.Match[str]) -> str:
        text = role["text"].strip()
        return f"`{text.rpartition('.')[2] if role['short'] else text}`"

    headed = _UNDERLINED.sub(lambda heading: f"\n## {heading['title']}\n", text)
    return _LINK.sub(lambda link: link["text"], _ROLE.sub(shown, headed)).replace("``", "`")
