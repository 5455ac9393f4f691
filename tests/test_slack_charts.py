"""Charts and tables that Slack draws itself: within its limits, in posts over sockets, and where a workspace lacks them."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from made import DAY, a_commit, a_digest, an_entry, the_areas
from servers.slack import FakeSlack
from servers.slack_rules import check_blocks
from slack_made import Talk, a_post, connected

from analysis.digest.period import Day
from analysis.i18n.language import LANGUAGES, Language
from bot.platforms.slack.transport import Slack
from formatters.charts.drawings import charts
from formatters.charts.plot import Plot
from formatters.reply import DigestPost, File, Note, Sheet, Step
from formatters.slack.charts import drawn
from formatters.slack.replies import slack as shown

PLOT = Plot("By day", "Day", ("03-11", "03-12"), (("high", (1, 2)), ("low", (3, 0))))
PICTURE = File("quill-by-day.png", "By day", b"\x89PNG", "5 commits in 2 days", PLOT)
OTHER = File("quill-areas.png", "Areas by day", b"\x89PNG2", "Areas")
REPORT = File("quill.html", "example/quill", b"<!doctype html>")


def post() -> DigestPost:
    return replace(a_post(), files=(PICTURE, OTHER, REPORT))


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack
        assert slack.warnings == []


@pytest.fixture
async def slack(server: FakeSlack) -> AsyncIterator[Slack]:
    async with connected(server, Talk()) as made:
        yield made


def kinds(server: FakeSlack) -> list[str]:
    return [block["type"] for message in server.in_channel() for block in message.blocks]


def shared(server: FakeSlack) -> list[str]:
    return [file.filename for file in server.files.values() if file.channels and not file.deleted]


class TestDrawing:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_days_pictures_that_are_plain_columns_are_drawn(self, language: Language) -> None:
        keys = [area.key for area in the_areas()][:10]
        entries = [an_entry(a_commit(f"Fix {n} (#{n})"), areas=(key,)) for n, key in enumerate(keys, 1)]
        days = [
            Day(DAY.first - timedelta(days=n), 6, Counter(high=1, medium=2, low=3), Counter({keys[0]: 6}), 9, 1, 0)
            for n in range(30, -1, -1)
        ]
        found = charts(a_digest(*entries, language=language), days, the_areas())
        files = [File(f"{one.name}.png", one.title, b"", one.description, one.plot) for one in found]
        message, left = drawn(files)
        assert message
        assert check_blocks(message["blocks"]) == []
        by_day, lines = (block["chart"] for block in message["blocks"])
        assert by_day["axis_config"]["categories"][-1] == "03-12"
        assert [sum(point["value"] for point in one["data"]) for one in by_day["series"]] == [14, 28, 42]
        assert len(lines["series"]) == 2
        assert {file.name for file in left} == {"areas-by-day.png", "weeks.png", "by-hour.png"}

    def test_labels_are_short_and_differ(self) -> None:
        names = tuple(f"a name that is longer than Slack takes {n}" for n in range(3))
        plot = Plot("x" * 80, "u" * 80, names, (("s" * 30, (1, 2, 3)), ("s" * 31, (1, 2, 3))))
        message, _ = drawn([replace(PICTURE, plot=plot)])
        assert message
        assert check_blocks(message["blocks"]) == []

    def test_more_than_slack_draws_stays_a_picture(self) -> None:
        wide = replace(PLOT, categories=tuple(map(str, range(21))), series=(("n", tuple(range(21))),))
        assert drawn([replace(PICTURE, plot=wide), OTHER]) == (None, (replace(PICTURE, plot=wide), OTHER))
        message, left = drawn([PICTURE, replace(OTHER, plot=PLOT), replace(REPORT, plot=PLOT)])
        assert message
        assert (len(message["blocks"]), len(left)) == (2, 1)

    def test_numbers_are_a_table_that_can_be_sorted(self) -> None:
        rows = tuple((f"Area {n}", str(n)) for n in range(60))
        (message,) = shown(Sheet("Areas", ("Area", "Commits"), rows, "en"))
        (table,) = message["blocks"][1:]
        assert (table["type"], table["rows"][2][1]) == ("data_table", {"type": "raw_number", "text": "1", "value": 1})
        assert check_blocks(message["blocks"]) == []
        words = tuple((f"Command {n}", "does something") for n in range(30))
        assert [b["type"] for b in shown(Sheet("Help", ("a", "b"), words, "en"))[0]["blocks"]] == ["rich_text", "table"]

    @pytest.mark.parametrize("count", [199, 200, 201, 2000])
    def test_a_table_of_any_length_is_taken(self, count: int) -> None:
        rows = tuple((f"Area number {n} with a name", str(n)) for n in range(count))
        for message in shown(Sheet("Areas", ("Area", "Commits"), rows, "en")):
            assert check_blocks(message["blocks"]) == []


class TestPosts:
    async def test_columns_are_drawn_and_the_rest_stays_files(self, server: FakeSlack, slack: Slack) -> None:
        await slack.post(server.channel.id, post(), "key")
        assert kinds(server).count("data_visualization") == 1
        assert shared(server) == ["quill-areas.png", "quill.html"]

    async def test_a_workspace_without_charts_gets_pictures(
        self, server: FakeSlack, slack: Slack, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.lacking = {"data_visualization"}
        posted = await slack.post(server.channel.id, post(), "key")
        assert "data_visualization" not in kinds(server)
        assert shared(server) == ["quill-by-day.png", "quill-areas.png", "quill.html"]
        assert len([m for m in server.in_channel() if "5 commits in 2 days" in m.text and m.blocks]) == 0
        again = await slack.post(server.channel.id, post(), "key")
        assert again == posted, "nothing twice"
        await slack.post(server.channel.id, post(), "another")
        assert len(shared(server)) == 6
        assert caplog.text.count("Slack goes without data_visualization here") == 1

    async def test_what_was_drawn_is_not_drawn_again(self, server: FakeSlack, slack: Slack) -> None:
        posted = await slack.post(server.channel.id, post(), "key")
        before = len(server.in_channel())
        assert await slack.post(server.channel.id, post(), "key") == posted
        await slack.edit(posted, post())
        assert len(server.in_channel()) == before
        assert not server.calls.named("files.delete")

    async def test_a_post_that_was_asked_for_is_whole_without_charts(self, server: FakeSlack) -> None:
        server.lacking = {"data_visualization"}
        talk = Talk()
        talk.on("today", post(), public=True)
        async with connected(server, talk):
            await server.slash("/digest", "today public")
            await server.changed.until(lambda: len(shared(server)) == 3, "the files", 45)
        assert "data_visualization" not in kinds(server)


class TestMessages:
    SHEET = Sheet("Areas", ("Area", "Commits"), tuple((f"Area {n}", str(n)) for n in range(12)), "en")

    @pytest.mark.parametrize("way", ["slash", "direct"])
    async def test_a_workspace_without_tables_of_data_gets_a_plain_one(self, server: FakeSlack, way: str) -> None:
        server.lacking = {"data_table"}
        talk = Talk()
        talk.on("areas", self.SHEET)
        async with connected(server, talk):
            for _ in range(2):
                if way == "slash":
                    await server.slash("/digest", "areas")
                else:
                    await server.say("areas", channel=server.dm_with(server.user))
            await server.changed.until(lambda: len(tables(server)) == 2, "two tables", 45)
        assert tables(server) == ["table", "table"]

    async def test_a_workspace_without_plans_is_told_in_words(self, server: FakeSlack) -> None:
        server.lacking = {"plan"}
        talk = Talk()
        talk.on("date", Note("Reading quill", "working", steps=(Step("Fetching (1/2)"),)), Note("Done"))
        talk.gate.clear()
        async with connected(server, talk):
            await server.say("date 2026-01-08", channel=server.dm_with(server.user))
            note = await server.wait_message(text="Reading quill", channel=server.dm_with(server.user))
            assert [block["type"] for block in note.blocks] == ["rich_text"]
            talk.gate.set()
            await server.wait_message(text="Done", channel=server.dm_with(server.user))
        assert len(server.in_channel(server.dm_with(server.user))) == 2, (
            "the question, and the answer in the note's place"
        )


def tables(server: FakeSlack) -> list[str]:
    return [b["type"] for m in server.messages for b in m.blocks if b["type"].endswith("table")]
