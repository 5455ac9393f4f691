"""Every sentence comes out of a catalogue: in a language whose sentences are marked, nothing that is said stands unmarked."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from made import the_sample

from analysis.digest.digest import Digest
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from bot.delivery.posts import digest_post
from bot.i18n.wording import tell
from formatters.discord.replies import posting
from formatters.html.page import Sheet, page
from formatters.i18n.wording import label
from formatters.json_document import document
from formatters.markdown.report import markdown
from formatters.reply import DigestPost
from formatters.slack.replies import post
from formatters.terminal.report import terminal

OPEN, SHUT = "⟦", "⟧"
CATALOGUES = [speak.__self__ for speak in (say, label, tell)]  # type: ignore[attr-defined]  # each is a method of its catalogue


@pytest.fixture(autouse=True)
def pseudo() -> Iterator[None]:
    """Put the English sentences, marked, in the place of the Chinese ones."""
    kept = [catalogue.tables["zh"] for catalogue in CATALOGUES]
    for catalogue in CATALOGUES:
        catalogue.tables["zh"] = {
            group: {name: f"{OPEN}{text}{SHUT}" for name, text in names.items()}
            for group, names in catalogue.tables["en"].items()
        }
    yield
    for catalogue, table in zip(CATALOGUES, kept, strict=True):
        catalogue.tables["zh"] = table


def unmarked(text: str) -> str:
    """Return what stands outside of every sentence."""
    while (less := re.sub(f"{OPEN}[^{OPEN}{SHUT}]*{SHUT}", " ", text)) != text:
        text = less
    return text


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{3,}", text))


def texts(value: object) -> Iterator[str]:
    """Yield the texts in plain data that a reader sees."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in {"text", "content", "title", "label", "placeholder", "alt_text", "description"} and isinstance(
                inner, str
            ):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def of_html(digest: Digest, areas: Areas) -> str:
    made = page([Sheet(digest, areas, ())])
    made = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", made, flags=re.DOTALL)
    return re.sub(r"<[^>]*>|&\w+;", " ", made)


def the_post(digest: Digest, areas: Areas) -> DigestPost:
    return digest_post(digest, areas, 1)


def of_slack(digest: Digest, areas: Areas) -> str:
    return "\n".join(texts(post(the_post(digest, areas))))


def of_discord(digest: Digest, areas: Areas) -> str:
    made = posting(the_post(digest, areas))
    return "\n".join(texts([message.components for message in (made.first, *made.followers)]))


def of_markdown(digest: Digest, areas: Areas) -> str:
    return re.sub(r"\]\([^)]*\)|</?\w+>", " ", markdown(digest, areas))


FORMATS: dict[str, Callable[[Digest, Areas], str]] = {
    "markdown": of_markdown,
    "terminal": lambda digest, areas: terminal(digest, areas, width=10_000),
    "page": of_html,
    "slack": of_slack,
    "discord": of_discord,
}


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_nothing_is_said_outside_a_catalogue(
    write: Callable[[Digest, Areas], str], quill: Path, environ: dict[str, str]
) -> None:
    digest, areas = the_sample(quill, environ, SAMPLE_NOW, "zh")
    data = words(unmarked(json.dumps(document(digest), ensure_ascii=False)))
    data |= {word for area in areas for word in words(area.name("zh"))}
    data |= {word for entry in digest.entries for file in entry.commit.files for word in words(file.patch or "")}
    assert words(unmarked(write(digest, areas))) - data == set()
