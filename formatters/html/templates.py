"""What all pages share: escaping templates, text with code, the style, the script, and the content security policy.

A page loads nothing external: its Content-Security-Policy allows this style and this script by their hashes, so that
nothing injected through outside text can run.
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
    """Return outside text as HTML that shows it literally; text in backticks becomes code."""
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [escape(text[at : found.start()]), Markup("<code>{}</code>").format(found[2])]
        at = found.end()
    return Markup("").join([*out, escape(text[at:])])


@lru_cache(maxsize=1)
def style() -> Markup:
    """Return the style of all pages: the charts' colours and everything that uses them."""
    return Markup(palette() + (_PAGES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


@lru_cache(maxsize=1)
def script() -> Markup:
    """Return a report's script."""
    return Markup((_PAGES / "page.js").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def policy(*, may_send: bool = False) -> str:
    """Return a page's Content-Security-Policy; with `may_send` it may submit a form to its own server."""
    form = "'self'" if may_send else "'none'"
    return f"default-src 'none'; style-src {_hash(style())}; script-src {_hash(script())}; img-src data:; base-uri 'none'; form-action {form}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; undefined names are errors, and all text is escaped."""
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
        "links": None,  # a standalone page links only within itself
        "place_of": place_of,
        "policy": policy,
        "pull_request_page": pull_request_page,
        "say": say,
        "script": script,
        "style": style,
    }
    return made
