"""The page and the archive as Chromium shows them: filters, links, languages, dark, on a phone, without a mouse, harmless.

Playwright drives the machine's Chromium; axe-core comes with a package of the development group. What a page comes to
show is asserted by `expect`, which waits for it; another page is waited for in `Tab.leaving`; nothing else waits.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, Literal

import pytest
from html_reader import HOSTILE
from made import a_commit, a_digest, an_entry, spoiled, the_areas
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect, sync_playwright

from analysis.commits.window import Window
from analysis.digest.period import count_day
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES
from analysis.rules import RulesAnalyser
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.archive import Archive
from bot.digests.core import open_core
from bot.digests.repositories import Place
from formatters.html.page import Sheet, page

NOW = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
DAY = Window.of(date(2026, 3, 12), "Asia/Shanghai")
REAL_DAY = Window.of(date(2026, 1, 8), "Asia/Shanghai")
SIZES = {"phone": (390, 844), "small phone": (320, 640), "desktop": (1280, 900)}
Scheme = Literal["light", "dark"]

expect.set_options(timeout=20_000)  # milliseconds until a page that does not come to show something counts as wrong


class Tab:
    """A page in a browser without a past, what it complained about, and what it asked for.

    Attributes:
        complaints: what stands in the console as a warning or an error, and each dialogue.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._requests: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialogue)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"warning", "error"}:
            self.complaints.append(message.text)

    def _dialogue(self, dialogue: Dialog) -> None:
        self.complaints.append(f"dialogue: {dialogue.message}")
        dialogue.dismiss()

    def _request(self, request: Request) -> None:
        self._requests.append(request.url)

    def one(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def seen(self, selector: str = ".entry") -> Locator:
        return self.page.locator(selector).filter(visible=True)

    def button(self, level: str) -> Locator:
        return self.one(f'.filters [data-level="{level}"]')

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Wait until what is done inside has brought another page, and that page is whole."""
        before = self.page.url
        yield
        self.page.wait_for_url(lambda url: url != before)

    def follow(self, selector: str) -> None:
        """Click the first such link in sight."""
        with self.leaving():
            self.seen(selector).first.click()

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical."""
        self.page.evaluate((files("axe_core_python") / "axe.min.js").read_text("utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [
            f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    def check(self) -> None:
        """Fail for an overflow, a barrier, a complaint, or a request that leaves this machine."""
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert self.violations() == []
        assert self.complaints == []
        here = ("file:", "data:", "about:", "http://127.0.0.1:")
        assert [url for url in self._requests if not url.startswith(here)] == []


Visit = Callable[..., Tab]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own, without a window."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "these tests need Chromium: install the package `chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open an address in a tab of its own; what a test has opened is closed after it."""
    opened = []

    def open_tab(address: str, size: str = "desktop", scheme: Scheme = "light") -> Tab:
        width, height = SIZES[size]
        is_phone = width < 600
        context = chromium.new_context(
            viewport={"width": width, "height": height}, is_mobile=is_phone, has_touch=is_phone,
            color_scheme=scheme, reduced_motion="reduce", locale="en-US",
        )  # fmt: skip
        opened.append(context)
        tab = Tab(context.new_page())
        tab.page.goto(address)
        return tab

    yield open_tab
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def store(quill: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the sample's last days and the real day, in both languages."""
    path = tmp_path_factory.mktemp("store") / "daybrief.db"
    for name, clone, last, back in (("example/quill", quill, DAY, 9), ("sgl-project/sglang", bundle, REAL_DAY, 0)):
        core = open_core(load({"DAYBRIEF_STORE__PATH": str(path), "PATH": "/usr/bin:/bin"}), lambda: NOW)
        for days in range(back, -1, -1):
            window = Window.of(last.first - timedelta(days=days), last.zone)
            for language in LANGUAGES:
                core.digest(
                    core.sources.open(Place(name, str(clone))), window, language, RulesAnalyser(), lambda *_: None
                )
        core.stores.store.close()
    return path


@pytest.fixture(scope="module")
def pages(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reports as files: the sample day, the real day, and one in which all text is hostile."""
    folder = tmp_path_factory.mktemp("pages")
    archive = Archive(open_core(load({"DAYBRIEF_STORE__PATH": str(store)}), lambda: NOW))
    areas = archive.core.sources.areas()
    made = {
        "sample": archive.page([(archive.digest("example/quill", DAY, "en"), areas)]),
        "real": archive.page([(archive.digest("sgl-project/sglang", REAL_DAY, "zh"), areas)]),
        "both": archive.page(
            [(archive.digest(*day, "en"), areas) for day in (("example/quill", DAY), ("sgl-project/sglang", REAL_DAY))]
        ),
    }
    facts = (Fact(FactKind.DEFAULT_CHANGED, "x", "a.py", 1, "1", "2"),)
    entries = [spoiled(an_entry(a_commit(), "high", facts=facts), text) for text in HOSTILE.values()]
    text = " ".join(HOSTILE.values())
    days = tuple(count_day(date(2026, 3, 1) + timedelta(days=number), entries) for number in range(9))
    hostile = replace(a_digest(*entries), repo=text, branch=text, notes=(text,))
    made["hostile"] = page(
        [Sheet(hostile, the_areas(), days)], [Sheet(replace(hostile, language="zh"), the_areas(), days)]
    )
    addresses = {}
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
        addresses[name] = (folder / f"{name}.html").as_uri()
    return addresses


@pytest.fixture(scope="module")
def archive(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `daybrief web` over the store."""
    environ = {
        "DAYBRIEF_STORE__PATH": str(store),
        "DAYBRIEF_WEB__PORT": "0",
        "DAYBRIEF_WEB__ZONE": "Asia/Shanghai",
        "PATH": "/usr/bin:/bin",
    }
    with Popen(
        [sys.executable, "-m", "bot", "web"], env=environ, cwd=Path(__file__).parents[2], stderr=PIPE, text=True
    ) as server:
        assert server.stderr
        yield server.stderr.readline().strip().removeprefix("daybrief: the archive is at ").rstrip("/")
        server.terminate()


# -- the page


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [
        *((name, size, scheme) for name in ("sample", "real") for size in SIZES for scheme in ("light", "dark")),
        ("hostile", "small phone", "dark"),
        ("hostile", "desktop", "light"),
    ],
)
def test_the_page_is_for_everybody(visit: Visit, pages: dict[str, str], name: str, size: str, scheme: Scheme) -> None:
    """No complaint, no request to elsewhere, nothing beyond the screen's edge, no barrier; in both languages."""
    tab = visit(pages[name], size, scheme)
    ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    tab.check()
    language = tab.one("html").get_attribute("lang")
    tab.one(f".languages [data-language]:not([data-language={language}])").click()
    expect(tab.one("html")).not_to_have_attribute("lang", language or "")
    tab.page.evaluate("for (const node of document.querySelectorAll('details')) node.open = true")
    tab.check()


def test_nothing_of_hostile_text_runs(visit: Visit, pages: dict[str, str]) -> None:
    """It opens no dialogue, makes no element, and changes no title."""
    tab = visit(pages["hostile"])
    expect(tab.seen()).to_have_count(len(HOSTILE))
    assert tab.one("img, iframe, [onerror], [onload], body [style]").count() == 0
    assert tab.complaints == []


def test_the_reader_filters_and_searches(visit: Visit, pages: dict[str, str], store: Path) -> None:
    """By importance, area, type, author and words, at once, with how many are left; and the address remembers."""
    archive = Archive(open_core(load({"DAYBRIEF_STORE__PATH": str(store)}), lambda: NOW))
    levels = Counter(entry.triage.importance for entry in archive.digest("example/quill", DAY, "en").entries)
    archive.core.stores.store.close()
    high, medium = levels[Importance.HIGH], levels[Importance.MEDIUM]
    assert min(high, medium) > 0
    tab = visit(pages["sample"])
    search = tab.one("input[name=q]")
    expect(tab.seen()).to_have_count(18)
    tab.button("high").click()
    expect(tab.seen()).to_have_count(high)
    expect(tab.seen(".commits tbody tr")).to_have_count(high)
    expect(tab.seen(".must-know")).to_have_count(0)
    tab.button("medium").click()
    expect(tab.seen()).to_have_count(high + medium)
    tab.one("select[name=author]").select_option("林知远")
    expect(tab.seen()).to_have_count(3)
    expect(tab.one(".found")).to_have_text("3 of 18 commits")
    search.press_sequentially("SPILL restore")
    expect(tab.seen()).to_have_count(1)
    expect(tab.page).to_have_url(re.compile("q=SPILL"))
    tab.page.reload()
    expect(tab.seen()).to_have_count(1)
    search.press("End")
    search.press_sequentially(" zebra")
    expect(tab.one(".nothing")).to_be_visible()
    tab.one(".clear").click()
    expect(tab.seen()).to_have_count(18)
    tab.one("select[name=type]").select_option("revert")
    expect(tab.seen()).to_have_count(1)
    tab.one("select[name=type]").select_option("")
    expect(tab.seen()).to_have_count(18)
    tab.one("select[name=area]").select_option("kv_cache")
    expect(tab.seen()).not_to_have_count(18)
    assert tab.seen().count() > 0
    assert tab.complaints == []


def test_headings_say_how_many_stand_below_them(visit: Visit, pages: dict[str, str]) -> None:
    """All that belong there, and what filters leave of them; the table keeps the same ones."""
    tab = visit(pages["sample"])
    numbers = tab.one("[data-count]").all_text_contents()
    tab.one("input[name=q]").press_sequentially("cache")
    expect(tab.one(".clear")).to_be_visible()
    for group in tab.one(".group:not([hidden])").all():
        assert group.locator(".entry:not([hidden])").count() == int(group.locator("[data-count]").inner_text())
    below = [int(number) for number in tab.seen(".group [data-count]").all_inner_texts()]
    assert sum(below) == tab.seen().count() == tab.seen(".commits tbody tr").count() < 18
    tab.one(".clear").click()
    expect(tab.one("[data-count]")).to_have_text(numbers)


def test_showing_all_again_keeps_one_s_place(visit: Visit, pages: dict[str, str]) -> None:
    """The button goes; who pressed it by key stays among the filters."""
    tab = visit(pages["sample"] + "?level=high")
    tab.one(".clear").press("Enter")
    expect(tab.one(".clear")).to_be_hidden()
    expect(tab.one("[name=author]")).to_be_focused()


@pytest.mark.parametrize("fragment", ["%", "%E0%A4%A", "nothing", "abcdef0", "<b>"])
def test_an_address_that_leads_nowhere_does_no_harm(visit: Visit, pages: dict[str, str], fragment: str) -> None:
    """The report is shown as without it."""
    tab = visit(f"{pages['sample']}#{fragment}")
    tab.button("high").click()
    expect(tab.seen()).to_have_count(7)
    assert tab.complaints == []


def test_filters_stay_when_the_language_changes(visit: Visit, pages: dict[str, str]) -> None:
    """What was asked is asked in the other one."""
    tab = visit(pages["sample"])
    tab.button("high").click()
    tab.one(".languages [data-language=zh]").click()
    expect(tab.one(".found")).to_have_text("18 个提交中的 7 个")
    expect(tab.seen()).to_have_count(7)
    expect(tab.page).to_have_title(re.compile("周四"))
    tab.one(".languages [data-language=en]").click()
    expect(tab.one(".found")).to_have_text("7 of 18 commits")


def test_every_commit_has_an_address(visit: Visit, pages: dict[str, str]) -> None:
    """The beginning of its SHA will do, also where a filter hid it."""
    last = visit(pages["sample"]).one(".entry").last.get_attribute("id")
    assert last
    tab = visit(f"{pages['sample']}?level=high#{last[:8]}")
    expect(tab.page).to_have_url(re.compile(f"#{last}$"))
    target = tab.one(".entry:target")
    expect(target).to_be_in_viewport()
    expect(target.locator(".self")).to_have_css("opacity", "1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bar_of_filters_is_as_high_with_filters_as_without(
    visit: Visit, pages: dict[str, str], language: str
) -> None:
    """The report below it does not jump."""
    tab = visit(pages["real"])
    tab.one(f".languages [data-language={language}]").click()
    expect(tab.one("html")).to_have_attribute("lang", language)
    height = "bar => bar.offsetHeight"
    before = tab.one(".filters").evaluate(height)
    tab.button("high").click()
    expect(tab.one(".clear")).to_be_visible()
    assert abs(tab.one(".filters").evaluate(height) - before) < 10


@pytest.mark.parametrize("query", ["", "?level=high&q=a"], ids=["all", "filtered"])
@pytest.mark.parametrize("size", SIZES)
def test_the_bar_of_filters_covers_nothing(visit: Visit, pages: dict[str, str], size: str, query: str) -> None:
    """Whatever is jumped to stands below it, however high it is."""
    tab = visit(pages["real"] + query, size)
    shown = tab.one(".entry:not([hidden])").evaluate_all("entries => entries.map((entry) => entry.id)")
    for sha in shown[:5]:
        bar, entry = tab.page.evaluate(
            """async (sha) => {
                const arrived = new Promise((done) => addEventListener("hashchange", done, { once: true }));
                location.hash = sha;
                await arrived;
                const place = (selector) => document.querySelector(selector).getBoundingClientRect();
                return [place(".filters").bottom, place(":target").top];
            }""",
            sha,
        )
        assert 0 <= entry - max(bar, 0) < 40


def test_the_bar_of_filters_stays_over_every_report(visit: Visit, pages: dict[str, str]) -> None:
    """It filters all of them."""
    tab = visit(pages["both"])
    tab.one(".entry").last.evaluate("entry => entry.scrollIntoView()")
    assert tab.one(".filters").evaluate("bar => bar.getBoundingClientRect().top") == 0
    tab.check()


def test_no_word_of_the_table_is_broken(visit: Visit, pages: dict[str, str]) -> None:
    """A type stands on as many lines as it has words."""
    tab = visit(pages["both"])
    cells: list[tuple[str, int]] = tab.one(".commits td.type").evaluate_all(
        """cells => cells.map((cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return [cell.innerText, new Set([...range.getClientRects()].map((box) => box.top)).size];
        })"""
    )
    assert cells
    assert [text for text, lines in cells if lines > len(text.split())] == []


def test_it_is_read_without_a_mouse(visit: Visit, pages: dict[str, str]) -> None:
    """The first tab stop leads to the report; a slash leads into the search; details open by key."""
    tab = visit(pages["sample"])
    tab.page.keyboard.press("Tab")
    expect(tab.one(".skip")).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(tab.one("#report")).to_be_focused()
    tab.page.keyboard.press("/")
    expect(tab.one("input[name=q]")).to_be_focused()
    details = tab.one(".entry .more").first
    details.locator("summary").press("Enter")
    expect(details).to_have_attribute("open", "")


def test_print_shows_what_is_folded(visit: Visit, pages: dict[str, str]) -> None:
    """Paper cannot be unfolded."""
    tab = visit(pages["sample"])
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.one(".more").count() > 0
    assert tab.one(".more:not([open])").count() == 0
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.one(".more[open]").count() == 0
    tab.page.emulate_media(media="print")
    assert tab.seen(".filters, .languages").count() == 0


# -- the archive


PATHS = (
    "/", "/repo/example/quill", "/day/2026-03-12/example/quill", "/day/2026-01-08/sgl-project/sglang", "/search", "/search?q=cache&min=medium",
    "/week/2026-03-12/example/quill", "/month/2026-03-12/example/quill",
    "/area/kv_cache", "/author?name=Simo+Lin", "/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
@pytest.mark.parametrize("path", PATHS)
def test_the_archive_is_for_everybody(
    visit: Visit, archive: str, path: str, size: str, scheme: Scheme, language: str
) -> None:
    """Each of its pages."""
    tab = visit(f"{archive}{path}{'&' if '?' in path else '?'}lang={language}", size, scheme)
    expect(tab.one("html")).to_have_attribute("lang", language)
    if path == "/nowhere":
        assert "404" in tab.complaints.pop()  # the browser itself says that the page was not found
    tab.check()


@pytest.mark.parametrize("size", SIZES)
def test_the_files_of_a_commit_are_a_list_to_be_read(visit: Visit, archive: str, store: Path, size: str) -> None:
    """What became of a file, and its lines, each stand on one line; nothing is beyond the edge."""
    core = open_core(load({"DAYBRIEF_STORE__PATH": str(store)}), lambda: NOW)
    commits = core.stores.commits.between("sgl-project/sglang", REAL_DAY.start, REAL_DAY.end)
    sha = max(commits, key=lambda entry: len(entry.commit.files)).commit.sha
    core.stores.store.close()
    tab = visit(f"{archive}/commit/{sha}", size)
    heights = tab.one(".files td:not(.path)").evaluate_all("cells => cells.map((cell) => cell.offsetHeight)")
    assert len(heights) > 20
    assert max(heights) < 40
    tab.check()


@pytest.mark.parametrize("size", ["phone", "small phone"])
def test_on_a_phone_what_was_found_is_in_sight(visit: Visit, archive: str, size: str) -> None:
    """Filters are folded behind their number; a tap unfolds them, and a broad screen shows them all."""
    address = f"{archive}/search?q=cache&area=kv_cache&min=medium&lang=en"
    fields = ".choices :is(select, input)"
    phone = visit(address, size)
    assert phone.seen(fields).count() == 0
    expect(phone.one(".choices summary")).to_have_text("Filters 2")
    top = phone.one(".listed li").first.evaluate("item => item.getBoundingClientRect().top")
    assert top < SIZES[size][1] / 2
    phone.one(".choices summary").tap()
    expect(phone.seen(fields)).to_have_count(7)
    phone.check()
    desktop = visit(address)
    expect(desktop.seen(fields)).to_have_count(7)
    assert desktop.seen(".choices summary").count() == 0


@pytest.mark.parametrize("path", ["/", "/repo/example/quill", "/day/2026-03-12/example/quill", "/search?q=cache"])
def test_paper_has_nothing_to_press(visit: Visit, archive: str, path: str) -> None:
    """Neither the archive's head nor its ways to other pages are printed, and the ground is white."""
    tab = visit(archive + path, scheme="dark")
    tab.page.emulate_media(media="print")
    assert tab.seen("header.site, nav, form, .feeds, .years, .self").count() == 0
    assert tab.seen("h1").count() == 1
    assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_calendar_has_a_key(visit: Visit, archive: str) -> None:
    """From how many commits on a day is darker, each shade as in the days below; and what the mark says."""
    tab = visit(archive + "/repo/example/quill?lang=en")
    assert [line.strip() for line in tab.one(".key").inner_text().split("\n")] == [
        "Commits in a day:",
        "1+",
        "10+",
        "25+",
        "50+",
        "with high importance",
    ]
    grounds = tab.one(".key [class^=q]").evaluate_all(
        "shades => shades.map((shade) => getComputedStyle(shade).backgroundColor)"
    )
    assert len(set(grounds)) == 4
    day = tab.one('.calendar a[href*="2026-03-12"]')
    expect(day).to_have_attribute("title", "2026-03-12: 18 commits, 7 high")
    expect(day).to_have_css("background-color", grounds[1])


def test_one_finds_one_s_way_through_the_archive(visit: Visit, archive: str) -> None:
    """From the first page to a day, to a commit, to its area and author, back, and by searching."""
    tab = visit(archive + "/")
    tab.follow('a[href^="/day/2026-03-12"]')
    expect(tab.seen()).to_have_count(18)
    tab.button("high").click()
    expect(tab.seen()).to_have_count(7)
    tab.follow('.languages a[hreflang="zh"]')
    expect(tab.one("html")).to_have_attribute("lang", "zh")
    expect(tab.seen()).to_have_count(7)
    tab.follow('.languages a[hreflang="en"]')
    tab.follow(".entry .self")
    expect(tab.page).to_have_url(re.compile("/commit/"))
    title = tab.one("h1").inner_text()
    tab.follow('.byline a[href^="/area/"]')
    assert tab.seen(".listed li").count() > 0
    search = tab.one(".site input[name=q]")
    search.fill(title)
    with tab.leaving():
        search.press("Enter")
    expect(tab.one(".listed li a").first).to_have_text(title)
    tab.follow('.byline a[href^="/author"]')
    assert tab.seen(".listed li").count() > 0
    tab.follow('.languages a[hreflang="zh"]')
    expect(tab.one("h1")).to_contain_text("作者")
    tab.follow(".brand")
    expect(tab.one("html")).to_have_attribute("lang", "zh")
    tab.check()
