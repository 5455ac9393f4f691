"""What Python's code selects where people leave it to it: the values that `auto`, or no value at all, stands for."""

import re
from collections.abc import Iterator

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import depth_of, literal

_LEFT_OPEN = re.compile(
    r"^\s*(?:el)?if\s+(?:not\s+)?(?:self\.|args\.)?(?P<what>[A-Za-z_]\w*(?:\.\w+)?)\s*(?:is\s+None|==\s*[\"'](?:auto|default)[\"'])[^:]*:\s*$"
)
_SELECTED = re.compile(r"^\s*(?:self\.|args\.)?(?P<what>[A-Za-z_]\w*(?:\.\w+)?)\s*=\s*(?P<value>\S.*)$")
_WORDS = re.compile(r"""["'][\w.+/:-]+["']""")


def selections(path: str, view: View) -> Iterator[Mention]:
    """Find the words that a setting gets where it is `auto` or not given: one mention for each, under the setting's name."""
    if "auto" not in view.code and "is None" not in view.code:
        return
    what, indent = "", 0
    for number, text, changed in view.lines():
        if not text.strip():
            continue
        if what and depth_of(text) <= indent:
            what = ""
        if opened := _LEFT_OPEN.match(text):
            what, indent = opened["what"], depth_of(text)
        elif (
            what
            and (found := _SELECTED.match(text))
            and found["what"] == what
            and _WORDS.fullmatch(literal(found["value"]))
        ):
            yield Mention(what, path, number, literal(found["value"]), changed=changed)
