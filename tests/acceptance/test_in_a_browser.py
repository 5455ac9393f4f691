"""The page and the archive as Chromium shows them: filters, links, languages, dark, on a phone, without a mouse, harmless.

Needs the machine's chromium and chromedriver; axe-core comes with a package of the development group.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from html_reader import HOSTILE
from made import a_commit, a_digest, an_entry, spoiled, the_areas
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from analysis.entry import LANGUAGES
from analysis.facts import Fact, FactKind
from analysis.period import count_day
from analysis.rules import RulesAnalyser
from analysis.window import Window
from bot.archive import Archive
from bot.config import load
from bot.core import Core
from bot.repositories import Place
from formatters.html_page import Sheet, page

NOW = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
DAY = Window.of(date(2026, 3, 12), "Asia/Shanghai")
REAL_DAY = Window.of(date(2026, 1, 8), "Asia/Shanghai")
SIZES = {"phone": (390, 844), "small phone": (320, 640), "desktop": (1280, 900)}


class Browser:
    """Chromium without a window."""

    def __init__(self) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = shutil.which("chromedriver")
        self.driver = webdriver.Chrome(options=options, service=Service(driver) if driver else Service())

    def open(self, address: str, size: str = "desktop", scheme: str = "light") -> None:
        width, height = SIZES[size]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get("about:blank")
        self.complaints()
        self.requests()
        self.driver.get(address)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def follow(self, selector: str) -> None:
        """Click a link and wait until its page has taken the place of this one."""
        before = self.one("html")
        self.one(selector).click()
        WebDriverWait(self.driver, 20).until(staleness_of(before))

    def until_gone(self, selector: str) -> None:
        """Wait until something is hidden: a form acts on its being reset when it was."""
        WebDriverWait(self.driver, 20).until(lambda _: not self.one(selector).is_displayed())

    def shown(self, selector: str = ".entry") -> int:
        return sum(element.is_displayed() for element in self.all(selector))

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]

    def requests(self) -> list[str]:
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical."""
        self.driver.execute_script((files("axe_core_python") / "axe.min.js").read_text("utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((made) => done(made.violations))"
        )
        return [
            f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    def check(self) -> None:
        """Fail for a complaint, a request that leaves this machine, an overflow, or a barrier."""
        assert self.complaints() == []
        assert [
            url for url in self.requests() if not url.startswith(("file:", "data:", "about:", "http://127.0.0.1:"))
        ] == []
        assert self.run("return document.documentElement.scrollWidth - innerWidth") <= 0
        assert self.violations() == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.driver.quit()


@pytest.fixture(scope="module")
def store(quill: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the sample's last days and the real day, in both languages."""
    path = tmp_path_factory.mktemp("store") / "daybrief.db"
    for name, clone, last, back in (("example/quill", quill, DAY, 9), ("sgl-project/sglang", bundle, REAL_DAY, 0)):
        core = Core(load({"DAYBRIEF_STORE__PATH": str(path), "PATH": "/usr/bin:/bin"}), lambda: NOW)
        for days in range(back, -1, -1):
            window = Window.of(last.first - timedelta(days=days), last.zone)
            for language in LANGUAGES:
                core.digest(core.source(Place(name, str(clone))), window, language, RulesAnalyser(), lambda *_: None)
        core.store.close()
    return path


@pytest.fixture(scope="module")
def pages(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reports as files: the sample day, the real day, and one in which all text is hostile."""
    folder = tmp_path_factory.mktemp("pages")
    archive = Archive(Core(load({"DAYBRIEF_STORE__PATH": str(store)}), lambda: NOW))
    areas = archive.core.areas()
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
def test_the_page_is_for_everybody(browser: Browser, pages: dict[str, str], name: str, size: str, scheme: str) -> None:
    """No complaint, no request to elsewhere, nothing beyond the screen's edge, no barrier; in both languages."""
    browser.open(pages[name], size, scheme)
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    browser.check()
    language = browser.run("return document.documentElement.lang")
    browser.one(f".languages [data-language]:not([data-language={language}])").click()
    assert browser.run("return document.documentElement.lang") != language
    browser.run("for (const node of document.querySelectorAll('details')) node.open = true")
    browser.check()


def test_nothing_of_hostile_text_runs(browser: Browser, pages: dict[str, str]) -> None:
    """It opens no dialogue, makes no element, and changes no title."""
    browser.open(pages["hostile"])
    assert browser.run("return document.querySelectorAll('img, iframe, [onerror], [onload], body [style]').length") == 0
    assert browser.shown() == len(HOSTILE)


def test_the_reader_filters_and_searches(browser: Browser, pages: dict[str, str]) -> None:
    """By importance, area, type, author and words, at once, with how many are left; and the address remembers."""
    browser.open(pages["sample"])
    assert browser.shown() == 18
    browser.one('.filters [data-level="high"]').click()
    assert browser.shown() == 7
    assert browser.shown(".commits tbody tr") == 7
    assert browser.shown(".must-know") == 0
    browser.one('.filters [data-level="medium"]').click()
    assert browser.shown() == 11
    Select(browser.one("select[name=author]")).select_by_value("林知远")
    assert browser.shown() == 3
    assert browser.one(".found").text == "3 of 18 commits"
    browser.one("input[name=q]").send_keys("SPILL restore")
    assert browser.shown() == 1
    assert "q=SPILL" in browser.driver.current_url
    browser.driver.refresh()
    assert browser.shown() == 1
    browser.one("input[name=q]").send_keys(" zebra")
    assert browser.one(".nothing").is_displayed()
    browser.one(".clear").click()
    browser.until_gone(".clear")
    assert browser.shown() == 18
    Select(browser.one("select[name=type]")).select_by_value("revert")
    assert browser.shown() == 1
    Select(browser.one("select[name=type]")).select_by_value("")
    Select(browser.one("select[name=area]")).select_by_value("kv_cache")
    assert 0 < browser.shown() < 18
    assert browser.complaints() == []


def test_headings_say_how_many_stand_below_them(browser: Browser, pages: dict[str, str]) -> None:
    """In the report and in the contents, also while filters hide some."""
    browser.open(pages["sample"])
    numbers = [number.text for number in browser.all("[data-count]")]
    browser.one("input[name=q]").send_keys("cache")
    for section in browser.all(".group:not([hidden])"):
        assert len(section.find_elements(By.CSS_SELECTOR, ".entry:not([hidden])")) == int(
            section.find_element(By.CSS_SELECTOR, "[data-count]").text
        )
    below, contents = (
        [int(number.text) for number in browser.all(f"{part} [data-count]") if number.is_displayed()]
        for part in (".group", ".contents")
    )
    assert below == contents
    assert sum(below) == browser.shown() < 18
    browser.one(".clear").click()
    browser.until_gone(".clear")
    assert [number.text for number in browser.all("[data-count]")] == numbers


def test_showing_all_again_keeps_one_s_place(browser: Browser, pages: dict[str, str]) -> None:
    """The button goes; who pressed it by key stays among the filters."""
    browser.open(pages["sample"] + "?level=high")
    browser.one(".clear").send_keys(Keys.ENTER)
    browser.until_gone(".clear")
    assert browser.run("return document.activeElement.name") == "author"


@pytest.mark.parametrize("fragment", ["%", "%E0%A4%A", "nothing", "abcdef0", "<b>"])
def test_an_address_that_leads_nowhere_does_no_harm(browser: Browser, pages: dict[str, str], fragment: str) -> None:
    """The report is shown as without it."""
    browser.open(f"{pages['sample']}#{fragment}")
    browser.one('.filters [data-level="high"]').click()
    assert browser.shown() == 7
    assert browser.complaints() == []


def test_filters_stay_when_the_language_changes(browser: Browser, pages: dict[str, str]) -> None:
    """What was asked is asked in the other one."""
    browser.open(pages["sample"])
    browser.one('.filters [data-level="high"]').click()
    browser.one(".languages [data-language=zh]").click()
    assert browser.shown() == 7
    assert browser.one(".found").text == "18 个提交中的 7 个"
    assert "周四" in browser.driver.title
    browser.one(".languages [data-language=en]").click()
    assert browser.one(".found").text == "7 of 18 commits"


def test_every_commit_has_an_address(browser: Browser, pages: dict[str, str]) -> None:
    """The beginning of its SHA will do, also where a filter hid it."""
    browser.open(pages["sample"])
    last = browser.all(".entry")[-1].get_attribute("id")
    browser.open(f"{pages['sample']}?level=high#{last[:8]}")
    assert browser.run("return location.hash") == f"#{last}"
    target = browser.one(".entry:target")
    assert target.is_displayed()
    assert target.find_element(By.CSS_SELECTOR, ".self").value_of_css_property("opacity") == "1"
    assert abs(browser.run("return arguments[0].getBoundingClientRect().top", target)) < 900


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bar_of_filters_is_as_high_with_filters_as_without(
    browser: Browser, pages: dict[str, str], language: str
) -> None:
    """The report below it does not jump."""
    browser.open(pages["real"])
    if browser.run("return document.documentElement.lang") != language:
        browser.one(f".languages [data-language={language}]").click()
    before = browser.one(".filters").size["height"]
    browser.one('.filters [data-level="high"]').click()
    assert browser.one(".clear").is_displayed()
    assert abs(browser.one(".filters").size["height"] - before) < 10


@pytest.mark.parametrize("query", ["", "?level=high&q=a"], ids=["all", "filtered"])
@pytest.mark.parametrize("size", SIZES)
def test_the_bar_of_filters_covers_nothing(browser: Browser, pages: dict[str, str], size: str, query: str) -> None:
    """Whatever is jumped to stands below it, however high it is."""
    browser.open(pages["real"] + query, size)
    for sha in browser.run("return [...document.querySelectorAll('.entry:not([hidden])')].map((entry) => entry.id)")[
        :5
    ]:
        browser.run("location.hash = arguments[0]", sha)
        bar, entry = browser.run(
            "return [document.querySelector('.filters').getBoundingClientRect().bottom, document.querySelector(':target').getBoundingClientRect().top]"
        )
        assert 0 <= entry - max(bar, 0) < 40


def test_the_bar_of_filters_stays_over_every_report(browser: Browser, pages: dict[str, str]) -> None:
    """It filters all of them."""
    browser.open(pages["both"])
    browser.run("[...document.querySelectorAll('.entry')].at(-1).scrollIntoView()")
    assert browser.run("return document.querySelector('.filters').getBoundingClientRect().top") == 0
    browser.check()


def test_no_word_of_the_table_is_broken(browser: Browser, pages: dict[str, str]) -> None:
    """A type stands on as many lines as it has words."""
    browser.open(pages["both"])
    for cell in browser.all(".commits td.type"):
        lines = browser.run(
            "const range = document.createRange(); range.selectNodeContents(arguments[0]); return new Set([...range.getClientRects()].map((box) => box.top)).size",
            cell,
        )
        assert lines <= len(cell.text.split()), cell.text


def test_it_is_read_without_a_mouse(browser: Browser, pages: dict[str, str]) -> None:
    """The first tab stop leads past the contents; a slash leads into the search; details open by key."""
    browser.open(pages["sample"])
    body = browser.one("body")
    body.send_keys(Keys.TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.run("return document.activeElement.id") == "report"
    body.send_keys("/")
    assert browser.run("return document.activeElement.name") == "q"
    summary = browser.one(".entry .more summary")
    summary.send_keys(Keys.ENTER)
    assert browser.run("return arguments[0].parentNode.open", summary)


def test_print_shows_what_is_folded(browser: Browser, pages: dict[str, str]) -> None:
    """Paper cannot be unfolded."""
    browser.open(pages["sample"])
    assert (
        browser.run(
            "dispatchEvent(new Event('beforeprint')); return document.querySelectorAll('.more:not([open])').length"
        )
        == 0
    )
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run("return document.querySelectorAll('.more[open]').length") == 0
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.shown(".filters, .contents, .languages") == 0


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
    browser: Browser, archive: str, path: str, size: str, scheme: str, language: str
) -> None:
    """Each of its pages."""
    browser.open(f"{archive}{path}{'&' if '?' in path else '?'}lang={language}", size, scheme)
    assert browser.run("return document.documentElement.lang") == language
    if path == "/nowhere":
        assert len(browser.complaints()) == 1  # the browser itself says that the page was not found
    browser.check()


@pytest.mark.parametrize("size", SIZES)
def test_the_files_of_a_commit_are_a_list_to_be_read(browser: Browser, archive: str, store: Path, size: str) -> None:
    """What became of a file, and its lines, each stand on one line; nothing is beyond the edge."""
    core = Core(load({"DAYBRIEF_STORE__PATH": str(store)}), lambda: NOW)
    commits = core.commits.between("sgl-project/sglang", REAL_DAY.start, REAL_DAY.end)
    sha = max(commits, key=lambda entry: len(entry.commit.files)).commit.sha
    core.store.close()
    browser.open(f"{archive}/commit/{sha}", size)
    cells = browser.all(".files td:not(.path)")
    assert len(cells) > 20
    assert max(browser.run("return [...arguments[0]].map((cell) => cell.offsetHeight)", cells)) < 40
    browser.check()


@pytest.mark.parametrize("size", ["phone", "small phone"])
def test_on_a_phone_what_was_found_is_in_sight(browser: Browser, archive: str, size: str) -> None:
    """Filters are folded behind their number; a tap unfolds them, and a broad screen shows them all."""
    address = f"{archive}/search?q=cache&area=kv_cache&min=medium&lang=en"
    browser.open(address, size)
    seen = "return [...document.querySelectorAll('.choices :is(select, input)')].filter((field) => field.checkVisibility()).length"
    assert browser.run(seen) == 0
    assert browser.one(".choices summary").text == "Filters 2"
    assert browser.one(".listed li").rect["y"] < SIZES[size][1] / 2
    browser.one(".choices summary").click()
    assert browser.run(seen) == 7
    browser.check()
    browser.open(address)
    assert browser.run(seen) == 7
    assert browser.shown(".choices summary") == 0


@pytest.mark.parametrize("path", ["/", "/repo/example/quill", "/day/2026-03-12/example/quill", "/search?q=cache"])
def test_paper_has_nothing_to_press(browser: Browser, archive: str, path: str) -> None:
    """Neither the archive's head nor its ways to other pages are printed, and the ground is white."""
    browser.open(archive + path)
    paper = {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", paper)
    assert browser.shown("header.site, nav, form, .feeds, .years, .self") == 0
    assert browser.shown("h1") == 1
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_calendar_has_a_key(browser: Browser, archive: str) -> None:
    """From how many commits on a day is darker, each shade as in the days below; and what the mark says."""
    browser.open(archive + "/repo/example/quill?lang=en")
    assert browser.one(".key").text.split("\n") == [
        "Commits of a day:",
        "1+",
        "10+",
        "25+",
        "50+",
        "with high importance",
    ]
    grounds = browser.run(
        "return [...document.querySelectorAll('.key [class^=q]')].map((shade) => getComputedStyle(shade).backgroundColor)"
    )
    assert len(set(grounds)) == 4
    day = browser.one('.calendar a[href*="2026-03-12"]')
    assert day.get_attribute("title") == "2026-03-12: 18 commits, 7 high"
    assert browser.run("return getComputedStyle(arguments[0]).backgroundColor", day) == grounds[1]


def test_one_finds_one_s_way_through_the_archive(browser: Browser, archive: str) -> None:
    """From the first page to a day, to a commit, to its area and author, back, and by searching."""
    browser.open(archive + "/")
    browser.follow('a[href^="/day/2026-03-12"]')
    assert browser.shown() == 18
    browser.one('.filters [data-level="high"]').click()
    assert browser.shown() == 7
    browser.follow('.languages a[hreflang="zh"]')
    assert browser.shown() == 7
    browser.follow('.languages a[hreflang="en"]')
    browser.follow(".entry .self")
    assert "/commit/" in browser.driver.current_url
    title = browser.one("h1").text
    browser.follow('.byline a[href^="/area/"]')
    assert browser.shown(".listed li") > 0
    browser.one(".site input[name=q]").send_keys(title, Keys.ENTER)
    assert browser.one(".listed li a").text == title
    browser.follow('.byline a[href^="/author"]')
    assert browser.shown(".listed li") > 0
    browser.follow('.languages a[hreflang="zh"]')
    assert "作者" in browser.one("h1").text
    browser.follow(".brand")
    assert browser.run("return document.documentElement.lang") == "zh"
    browser.check()
