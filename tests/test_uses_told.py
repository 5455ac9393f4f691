"""What touches what a team uses, where digests tell it: first, with file and line; nothing where nothing does."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from bots import REPO, Bot, a_bot, a_member, a_person
from conftest import Cli, refused
from fake_platform import a_file
from made import a_commit, a_digest, an_entry, the_areas

from analysis.digest.digest import Digest
from analysis.digest.touching import touching
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES
from analysis.uses import Use, UseKind, Uses
from bot.delivery.feeds import with_touches
from bot.delivery.subscriptions import matches
from bot.port.platform import Attachment
from formatters.discord.replies import rendered
from formatters.html.page import Sheet, page
from formatters.json_document import document
from formatters.markdown.report import markdown
from formatters.outline import outline
from formatters.reply import DigestPost
from formatters.slack.digest import parent
from formatters.terminal.report import terminal

USES = Uses(
    "example/quill",
    (Use(UseKind.FLAG, "--slow", "", "deploy/values.yaml", 31), Use(UseKind.FLAG, "--slow", "", "run.sh", 2)),
)
GONE = Fact(FactKind.FLAG_REMOVED, "--slow", "quill/args.py", 7)


def a_day(language: str = "en", fact: Fact = GONE) -> Digest:
    entries = an_entry(a_commit("Fix the cache (#1)")), an_entry(a_commit("Drop a flag (#2)"), facts=(fact,))
    return touching(a_digest(*entries, language="zh" if language == "zh" else "en"), USES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_touches_the_reader_comes_first(language: str) -> None:
    """In every format, before what everybody must know."""
    day = a_day(language)
    head = "1 of 2 commits touches what you use" if language == "en" else "2 个提交中有 1 个涉及你使用的内容"
    plain = terminal(day, the_areas())
    assert plain.index(head) < plain.index("deploy/values.yaml:31")
    assert plain.count(head) == 1
    told = markdown(day, the_areas())
    assert f"## {head}" in told
    assert "`deploy/values.yaml:31`" in told
    assert told.index(head) < told.index("## ", told.index(head) + 5)
    assert f">{head}<" in page([Sheet(day, the_areas(), ())])
    post = DigestPost(outline(day, the_areas()))
    for shown in (str(parent(post)), str(rendered(post))):
        assert head in shown
        assert "deploy/values.yaml:31" in shown
        assert "run.sh:2" in shown
    assert [touch["uses"][0]["line"] for touch in document(day)["touches"]] == [31]


def test_nothing_is_said_where_nothing_touches() -> None:
    """Nor of another repository."""
    calm = a_day(fact=Fact(FactKind.FLAG_REMOVED, "--fast"))
    assert calm.touches == ()
    assert "what you use" not in terminal(calm, the_areas())
    assert touching(calm, Uses("ann/other", USES.uses)) == calm


def test_what_is_left_out_touches_nobody() -> None:
    """A digest that is narrowed has the touches of what it still shows."""
    day = a_day()
    assert day.keep(day.entries[:0]).touches == ()
    assert len(day.keep(day.entries).touches) == 1


# -- the sample's day: flags of it that a team uses


@pytest.fixture
def uses(tmp_path: Path, cli: Cli, quill: Path) -> Path:
    """A file that names something which the sample's day takes away."""
    done = cli(
        "digest", "--repo", f"{REPO}={quill}", "--date", "2026-03-12", "--tz", "Asia/Shanghai", "--json", "--quiet"
    )
    facts = [fact for entry in json.loads(done.stdout)["entries"] for fact in entry["facts"]]
    gone = next(fact["name"] for fact in facts if fact["kind"] in {"flag_removed", "env_removed"})
    table = "flags" if gone.startswith("--") else "variables"
    file = tmp_path / "uses.toml"
    file.write_text(f'repository = "{REPO}"\n[{table}]\n"{gone}" = ["deploy/a.yaml:3"]\n')
    return file


def test_a_digest_takes_a_file_of_uses(cli: Cli, quill: Path, uses: Path) -> None:
    """And refuses one that is none."""
    day = ("digest", "--repo", f"{REPO}={quill}", "--date", "2026-03-12", "--tz", "Asia/Shanghai", "--quiet")
    assert "touches what you use" in cli(*day, "--uses", str(uses)).stdout
    uses.write_text("no")
    assert "not valid TOML" in refused(cli(*day, "--uses", str(uses)), 2)


async def test_a_feeds_team_is_told_first(environ: dict[str, str], quill: Path, uses: Path) -> None:
    """With a file that cannot be read it is told that, and the day all the same."""
    async with a_bot(environ, quill) as bot:
        feed = bot.feed(uses=str(uses))
        digest = await bot.reply("2026-03-12")
        assert isinstance(digest, DigestPost)
        assert with_touches(feed, digest.outline.digest).touches
        missing = replace(feed, uses=f"{uses}.none")
        assert any("cannot be read" in note for note in with_touches(missing, digest.outline.digest).notes)


async def test_a_channel_subscribes_to_what_it_uses(environ: dict[str, str], quill: Path, uses: Path) -> None:
    """At once, if it is asked so; where nobody said what is used, that is told."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        assert "`uses`" in await bot.problem("subscribe uses")
        bot.feed(uses=str(uses))
        receipt = await bot.shown("subscribe uses how=immediately")
        assert "what you use" in receipt
        (one,) = bot.assembly.subscriptions.all()
        assert (one.how, one.uses) == ("once", str(uses))
        digest = await bot.reply("2026-03-12")
        assert isinstance(digest, DigestPost)
        entries = digest.outline.digest.entries
        assert len([entry for entry in entries if matches(one, entry)]) == 1


# -- a file that somebody sends


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path) -> AsyncIterator[Bot]:
    """A bot with a feed, whose day is read."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        await bot.reply("2026-03-12")
        yield bot


@pytest.fixture
def sent(uses: Path) -> Attachment:
    """The file, as somebody sends it."""
    return a_file(uses.read_bytes())


async def test_a_file_that_is_sent_is_understood_and_followed(bot: Bot, sent: Attachment) -> None:
    """It says how many names of which repository; then what touches them is followed, by direct message."""
    receipt = await bot.shown("uses", file=sent)
    assert f"1 name of {REPO}" in receipt
    assert REPO in await bot.shown("uses")
    assert "what you use" in await bot.shown("subscribe uses how=immediately")
    (one,) = bot.assembly.subscriptions.all()
    assert one.recipient.kind == "user"
    told = await bot.reply("2026-03-12")
    assert isinstance(told, DigestPost)
    entries = told.outline.digest.entries
    used = bot.assembly.messages._used  # noqa: SLF001 - what the round asks
    assert len([entry for entry in entries if matches(one, entry, used)]) == 1


async def test_a_file_that_is_sent_is_its_owners_alone(bot: Bot, sent: Attachment) -> None:
    """Others neither see it nor are told by it, and it stays out of what everybody sees."""
    await bot.reply("uses", file=sent)
    assert "uses.toml" in await bot.shown("uses", a_member())
    assert "`uses.toml`" in await bot.problem("subscribe uses", a_member())
    assert "`uses.toml`" in await bot.problem("subscribe uses here")
    (shown,) = await bot.answers("uses public")
    assert not shown.public
    assert "touches what you use" in await bot.shown("upgrade main~12..main")
    assert "what you use" not in await bot.shown("upgrade main~12..main public")
    assert "what you use" not in await bot.shown("upgrade main~12..main", a_member())


async def test_a_file_is_forgotten_when_its_owner_asks(bot: Bot, sent: Attachment) -> None:
    """With what was subscribed to by it; a second time there is nothing."""
    await bot.reply("uses", file=sent)
    await bot.reply("subscribe uses")
    assert "no longer stored" in await bot.shown("uses forget")
    assert bot.assembly.subscriptions.all() == []
    assert "not sent a file" in await bot.problem("uses forget")


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (b"", "daybrief uses scan"),
        (b"\xff\xfe\x00", "daybrief uses scan"),
        (b"x = " + b"[" * 5_000, "daybrief uses scan"),
        (b"repository = 'example/quill'\n", "does not list anything"),
        (b"repository = 'example/quill'\n[flags]\n'--x' = [{at = 1}]\n", "daybrief uses scan"),
        (b"repository = 'ann/private'\n[flags]\n'--x' = ['a:1']\n", "cannot be seen"),
        (b"#" * 300_000, "the limit is 256 kB"),
    ],
)
async def test_a_bad_file_is_refused_in_a_sentence(bot: Bot, content: bytes, way_out: str) -> None:
    """And nothing of it is kept."""
    assert way_out in await bot.problem("uses", file=a_file(content, "up\u202eload.toml"))
    assert "uses.toml" in await bot.shown("uses")


async def test_who_sees_no_repository_sends_nothing(bot: Bot, sent: Attachment) -> None:
    """Rights are those of every other command."""
    problem = await bot.problem("uses", a_person(user="U9"), file=sent)
    assert "cannot be seen" in problem
