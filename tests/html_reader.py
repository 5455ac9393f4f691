"""A page as its reader's browser sees it: what stands in it, what it loads, where its links go."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img", "hr"}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script></style></template><img src=x onerror=alert(1)>",
    "attribute": '"\'><svg onload=alert(1)> onmouseover=alert(1) x="',
    "address": "javascript:alert(1) data:text/html,<script>1</script>",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7*7 %>",
    "entity": "&lt;script&gt; &#60;script&#62; ]]> <!-- --> <![CDATA[",
    "turned round": "txet \u202e\u2066neddih\u2069\u202c \u200f",
    "zero width": "a\u200bb\u2060c\ufeffd\u00ade",
    "escape codes": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x00\x07\x08",
    "long": "x" * 10_000 + " " + "word " * 2_000,
    "code": "`</code><b>` ``a`b`` ` `",
}
"""What somebody may write into a commit: name → text."""


class Page(HTMLParser):
    """A parsed page.

    Attributes:
        elements: (name, attributes) in order. `texts`: the text in each kind of element, by name.
    """

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> without a start"
        assert self._open.pop() == tag, f"</{tag}> closes nothing that is open"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a kind that have these."""
        return [
            given
            for name, given in self.elements
            if name == tag and all(given.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]

    @property
    def text(self) -> str:
        """All text that is read, in one line."""
        parts = [text for tag, texts in self.texts.items() if tag not in {"script", "style"} for text in texts]
        return re.sub(r"\s+", " ", " ".join(parts))

    @property
    def ids(self) -> list[str]:
        """All identifiers."""
        return [given["id"] for _, given in self.elements if "id" in given]

    def check(self) -> None:
        """Fail for whatever no page may hold, whoever wrote its commits."""
        shown = self.source.partition("<template")[0]  # what stands in templates is another edition of the same
        ids = re.findall(r'\bid="([^"]*)"', shown)
        assert len(ids) == len(set(ids)), "an identifier stands once"
        for name, given in self.elements:
            assert not [key for key in given if key.startswith("on") or key in {"style", "srcdoc"}], (name, given)
            assert name not in {"iframe", "object", "embed", "img", "base"}, name
            for key in ("href", "action", "src"):
                address = given.get(key, "")
                assert re.match(r"(?:https?://|/|#|\?|data:image/svg|$|[\w./%-]+\.html$)", address), (name, address)
                if name not in {"a", "form"}:
                    assert re.match(r"(?:#|data:|/|$)", address), f"{name} loads {address}"
                if name == "a" and address.startswith("#"):
                    assert address[1:] in self.ids, f"{address} leads nowhere"
        assert len(self.texts.get("script", [])) <= 1
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b\u200f\ufeff]", self.source)


def hash_of(text: str) -> str:
    """Return a text's hash as a Content-Security-Policy names it."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
