"""What all pages share: escaping templates, texts with code in them, the style, the script, and the content security policy.

A page loads nothing but what it brings with it: its Content-Security-Policy allows this style and this script by their
hashes, so that nothing which text from outside could smuggle in would run.
"""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.i18n.language import OWN_NAMES
from analysis.rules.wording import say
from formatters.charts.svg import palette
from formatters.i18n.wording import label
from formatters.text.links import commit_page, place_of, pull_request_page
from formatters.text.plain import clean

_PAGES = Path(__file__).parent / "pages"
_CODE = re.compile(r"(`+)([^`]+?)\1(?!`)")


def marked(text: str) -> Markup:
    """Return text from outside as HTML that shows exactly it; what stands in backticks as code."""
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [escape(text[at : found.start()]), Markup("<code>{}</code>").format(found[2])]
        at = found.end()
    return Markup("").join([*out, escape(text[at:])])


@lru_cache(maxsize=1)
def style() -> Markup:
    """Return the style of all pages: the colours of the pictures, and what uses them."""
    return Markup(palette() + (_PAGES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


@lru_cache(maxsize=1)
def script() -> Markup:
    """Return the script of a report."""
    return Markup((_PAGES / "page.js").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def policy(*, may_send: bool = False) -> str:
    """Return the Content-Security-Policy of a page; one that `may_send` has a form for its own server."""
    form = "'self'" if may_send else "'none'"
    return f"default-src 'none'; style-src {_hash(style())}; script-src {_hash(script())}; img-src data:; base-uri 'none'; form-action {form}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; a name that is not given is an error, and all text is escaped."""
    made = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"clean": clean, "marked": marked}
    made.globals |= {
        "commit_page": commit_page,
        "label": label,
        "language_names": OWN_NAMES,
        "links": None,  # a page of its own leads nowhere but into itself
        "place_of": place_of,
        "policy": policy,
        "pull_request_page": pull_request_page,
        "say": say,
        "script": script,
        "style": style,
    }
    return made
