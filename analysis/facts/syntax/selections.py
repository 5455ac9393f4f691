"""What Python code selects if people leave it the choice: the values that `auto`, or no value at all, stands for."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import depth_of, literal
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def selections(path: str, view: View) -> Iterator[Mention]:
    """Find the values that a setting gets if it is `auto` or not given: one mention for each, under the setting's name."""
    if "auto" not in view.code and "is None" not in view.code:
        return
    what, indent = "", 0
    for number, text, changed in view.lines():
        if not text.strip():
            continue
        if what and depth_of(text) <= indent:
            what = ""
        if opened := _PATTERNS.left_open.match(text):
            what, indent = opened["what"], depth_of(text)
        elif (
            what
            and (found := _PATTERNS.selected.match(text))
            and found["what"] == what
            and _PATTERNS.words.fullmatch(literal(found["value"]))
        ):
            yield Mention(what, path, number, literal(found["value"]), changed=changed)
