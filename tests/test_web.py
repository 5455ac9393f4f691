"""The archive over HTTP: what its readers see, who they are, and that nothing in it acts."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from conftest import SAMPLE_NOW
from html_reader import HOSTILE, Page, hash_of
from made import DAY, NOON, a_commit, an_entry, follow, spoiled, the_sample

from analysis.i18n.language import LANGUAGES
from bot.config import load
from bot.digests.core import open_core
from bot.web.server import archive_app
from storage.store import Store

ZONE = "Asia/Shanghai"
REPO = "example/quill"
ATOM = "{http://www.w3.org/2005/Atom}"
Open = Callable[..., Awaitable[TestClient[Any, Any]]]


@pytest.fixture
async def opened(environ: dict[str, str]) -> AsyncIterator[Open]:
    """Open the archive over the store with these settings, at the morning after the sample day."""
    clients: list[TestClient[Any, Any]] = []

    async def open_(root: str = "", **settings: str) -> TestClient[Any, Any]:
        variables = {f"DAYBRIEF_WEB__{name.upper()}": value for name, value in ({"zone": ZONE} | settings).items()}
        core = open_core(load(environ | variables), lambda: SAMPLE_NOW)
        client = TestClient(TestServer(archive_app(core, "127.0.0.1", root)))
        clients.append(client)
        await client.start_server()
        return client

    yield open_
    for client in clients:
        await client.close()


@pytest.fixture(scope="module")
def sample_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A store that knows the sample day, and its commits' SHAs by title; to be copied."""
    path = tmp_path_factory.mktemp("known") / "daybrief.db"
    digest, _ = the_sample(quill, {"DAYBRIEF_STORE__PATH": str(path), "PATH": os.environ["PATH"]}, SAMPLE_NOW)
    return path, {entry.commit.subject: entry.commit.sha for entry in digest.entries}


@pytest.fixture
def sample(sample_store: tuple[Path, dict[str, str]], environ: dict[str, str]) -> dict[str, str]:
    """The store knows the sample day; its commits' SHAs by title."""
    path, shas = sample_store
    shutil.copy(path, environ["DAYBRIEF_STORE__PATH"])
    return shas


@pytest.fixture
def another(environ: dict[str, str]) -> str:
    """A commit of another repository in the store."""
    core = open_core(load(environ))
    commit = a_commit("Fix the secret cache (#1)", repo="secret/vault")
    core.stores.commits.put([commit])
    core.stores.commits.put_triage([an_entry(commit, "high")])
    core.stores.store.close()
    return commit.sha


async def page(client: TestClient[Any, Any], path: str, status: int = 200, **headers: str) -> Page:
    answer = await client.get(path, headers=headers)
    assert answer.status == status, await answer.text()
    assert answer.content_type == "text/html"
    read = Page(await answer.text())
    read.check()
    return read


async def data(client: TestClient[Any, Any], path: str, status: int = 200) -> Any:
    answer = await client.get(path, params={"format": "json"})
    assert answer.status == status, await answer.text()
    return json.loads(await answer.text())


def links(read: Page, start: str) -> list[str]:
    return [given["href"] for given in read.all("a") if given["href"].startswith(start)]


# -- what is shown


async def test_the_first_page_shows_the_repositories_and_their_last_days(opened: Open, sample: dict[str, str]) -> None:
    """From there everything is reached."""
    client = await opened()
    read = await page(client, "/")
    assert "example/quill" in read.text
    assert links(read, "/day/") == ["/day/2026-03-12/example/quill"]
    assert (await data(client, "/"))["repositories"] == [
        {"repo": REPO, "days": [{"date": "2026-03-12", "commits": 18, "high": 7}]}
    ]


async def test_a_repository_has_a_calendar(opened: Open, sample: dict[str, str]) -> None:
    """A day with commits is a link that says how many; others are not."""
    client = await opened()
    read = await page(client, "/repo/example/quill")
    (day,) = [given for given in read.all("a") if given.get("aria-label")]
    assert day["href"] == "/day/2026-03-12/example/quill"
    assert day["aria-label"] == "2026-03-12: 18 commits, 7 high"
    assert read.texts["caption"] == ["2026-03"]
    assert len(links(read, "/area/")) > 5
    assert (await data(client, "/repo/example/quill"))["days"] == [{"date": "2026-03-12", "commits": 18, "high": 7}]
    await page(client, "/repo/example/quill?year=2025", 404)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_day_is_the_report(opened: Open, sample: dict[str, str], language: str) -> None:
    """With all its commits, and links to their areas and authors."""
    client = await opened()
    read = await page(client, f"/day/2026-03-12/example/quill?lang={language}")
    assert {given["id"] for given in read.all("article")} == set(sample.values())
    assert read.all("html") == [{"lang": language}]
    inner = [given["href"] for given in read.all("a") if given["href"].startswith("/") and "hreflang" not in given]
    assert all(f"lang={language}" in address for address in inner)
    assert "not read in full" not in read.text


@pytest.mark.parametrize(("kind", "first"), [("week", "2026-03-06"), ("month", "2026-02-11")])
async def test_weeks_and_months_have_addresses(opened: Open, sample: dict[str, str], kind: str, first: str) -> None:
    """Calendar and day lead there; from there one reaches days and commits; programs read the same."""
    client = await opened()
    path = f"/{kind}/2026-03-12/example/quill"
    for place in ("/repo/example/quill", "/day/2026-03-12/example/quill"):
        assert path in links(await page(client, place), f"/{kind}/"), place
    read = await page(client, path)
    assert "/day/2026-03-12/example/quill" in links(read, "/day/")
    assert {link.removeprefix("/commit/") for link in links(read, "/commit/")} <= set(sample.values())
    assert links(read, "/commit/")
    assert "回顾" in (await page(client, f"{path}?lang=zh")).texts["h1"][0]
    made = await data(client, path)
    assert (made["first"], made["last"], made["commits"]) == (first, "2026-03-12", 18)
    assert "daybrief backfill" in (await page(client, f"/{kind}/2025-01-08/example/quill", 404)).text
    await page(client, f"/{kind}/2026-03-12/no/such", 404)


async def test_a_day_says_what_its_json_says(opened: Open, sample: dict[str, str]) -> None:
    """A program reads what a person reads."""
    made = await data(await opened(), "/day/2026-03-12/example/quill")
    assert {entry["commit"]["sha"] for entry in made["entries"]} == set(sample.values())
    assert made["window"]["zone"] == ZONE
    assert made["stories"]


async def test_a_day_known_in_part_says_so(opened: Open, another: str) -> None:
    """One commit that somebody asked for is not a day with one commit."""
    read = await page(await opened(), "/day/2026-03-12/secret/vault")
    assert "This day was not read in full" in read.text


async def test_a_day_that_was_read_and_is_empty_is_a_page(opened: Open, quill: Path, environ: dict[str, str]) -> None:
    """An unread one is not: nobody knows whether it was quiet."""
    from analysis.commits.window import Window
    from analysis.rules import RulesAnalyser
    from bot.digests.repositories import Place

    core = open_core(load(environ), lambda: SAMPLE_NOW)
    window = Window.of(DAY.first - timedelta(days=4), ZONE)
    core.digest(core.sources.open(Place(REPO, str(quill))), window, "en", RulesAnalyser(), lambda *_: None)
    client = await opened()
    assert "Nothing landed" in (await page(client, "/day/2026-03-08/example/quill")).text
    assert "read it with daybrief digest" in (await page(client, "/day/2026-03-07/example/quill", 404)).text


async def test_a_commit_has_a_page(opened: Open, sample: dict[str, str]) -> None:
    """Its analysis, message, files, and the rest of its story; seven digits will do."""
    client = await opened()
    sha = sample["[2/3] Prefix cache on disk: spill and restore (#406)"]
    read = await page(client, f"/commit/{sha[:7]}")
    assert "Prefix cache on disk: spill and restore" in read.texts["h1"][0]
    assert "Same story" in read.text
    others = links(read, "/commit/")
    assert sample["[1/3] Prefix cache on disk: the page store (#404)"] in " ".join(others)
    assert f"/day/2026-03-12/example/quill#{sha}" in links(read, "/day/")
    assert (await data(client, f"/commit/{sha}"))["entry"]["commit"]["sha"] == sha
    await page(client, "/commit/%27", 404)


async def test_a_commit_that_is_not_or_not_alone_offers_those_that_are(opened: Open, environ: dict[str, str]) -> None:
    """Nobody is shown an arbitrary one."""
    core = open_core(load(environ))
    shas = [f"abcd{n}{'0' * 35}" for n in range(3)]
    commits = [a_commit(f"Fix {sha[:5]}", sha=sha) for sha in shas]
    core.stores.commits.put(commits)
    core.stores.commits.put_triage([an_entry(commit) for commit in commits])
    client = await opened()
    several = await page(client, "/commit/abcd", 300)
    assert several.texts["h1"] == ["Several commits begin with abcd. Which one?"]
    assert sorted(links(several, "/commit/abcd")[2:]) == [f"/commit/{sha}" for sha in shas]
    assert len((await data(client, "/commit/abcd", 300))["commits"]) == 3
    near = await page(client, "/commit/abcd1fff", 404)
    assert links(near, "/commit/abcd")[2:] == [f"/commit/{shas[1]}"]
    assert "没有提交 0000000" in (await page(client, "/commit/0000000?lang=zh", 404)).text


async def test_one_commit_of_two_repositories_is_one(opened: Open, environ: dict[str, str]) -> None:
    """A fork has its upstream's commits: there is nothing to choose. What may not be seen crowds out nothing."""
    core = open_core(load(environ))
    sha = "abc" + "1" * 37
    hidden = [f"abc0{number:036}" for number in range(12)]
    for repo, shas in (("hidden/one", hidden), ("o/fork", [sha]), ("o/upstream", [sha])):
        commits = [replace(a_commit("Fix it", repo=repo), sha=one) for one in shas]
        core.stores.commits.put(commits)
        core.stores.commits.put_triage([an_entry(commit) for commit in commits])
    client = await opened(repositories="o/*")
    for asked in (sha, sha[:7], "abc"):
        assert (await data(client, f"/commit/{asked}"))["entry"]["commit"]["sha"] == sha


async def test_areas_and_authors_have_pages(opened: Open, sample: dict[str, str]) -> None:
    """Newest first."""
    client = await opened()
    read = await page(client, "/area/kv_cache")
    assert read.texts["h1"] == ["Area: KV cache"]
    found = (await data(client, "/area/kv_cache"))["entries"]
    assert found
    assert all("kv_cache" in entry["triage"]["areas"] for entry in found)
    moments = [entry["commit"]["committed_at"] for entry in found]
    assert moments == sorted(moments, reverse=True)
    read = await page(client, "/author?name=" + "林知远")
    assert len(read.texts["li"]) == 3
    await page(client, "/author", 400)
    assert (await page(client, "/area/KV%20cache")).texts["h1"] == ["Area: KV cache"]


async def test_areas_and_authors_that_are_not_offer_near_ones(opened: Open, sample: dict[str, str]) -> None:
    """An empty page would look like an area in which nothing happens; a known one in which nothing happened is a page."""
    client = await opened()
    assert "/area/kv_cache" in links(await page(client, "/area/kv_cash", 404), "/area/")
    near = await page(client, "/author?name=Priya%20Nandakr", 404)
    assert "Priya Nandakar" in near.texts["a"]
    assert (await data(client, "/area/kv_cash", 404))["nearest"][0] == "KV cache"
    assert "no such page" in (await page(client, "/author?name=Zzzz", 404)).text
    assert "Nothing found" in (await page(client, "/area/lora")).text


async def test_each_page_names_its_json(opened: Open, sample: dict[str, str]) -> None:
    """Where a program finds it without reading the README."""
    client = await opened()
    for path in ("/", "/repo/example/quill", "/day/2026-03-12/example/quill", "/area/kv_cache", "/search?q=cache"):
        (given,) = (await page(client, path)).all("link", type="application/json")
        answer = await client.get(given["href"])
        assert answer.content_type == "application/json", path


async def test_what_cannot_be_used_is_told_in_the_readers_language(opened: Open, sample: dict[str, str]) -> None:
    """With what to do."""
    client = await opened()
    for path, status, said in (
        ("/day/2026-03-07/example/quill", 404, "daybrief digest --repo example/quill --date 2026-03-07 --tz Asia/Shanghai"),
        ("/day/2026-99-99/example/quill", 400, "2026-99-99 不是截至今天（2026-03-13）的日期"),
        ("/repo/example/quill?year=2025", 404, "请选择 2026 至 2026 之间的年份"),
        ("/author", 400, "哪位作者"),
        ("/search?since=whenever", 200, "起始：无法识别 whenever"),
        ("/search?type=whatever", 200, "无法识别 whatever"),
        ("/search?since=2026-03-12&until=2026-03-01", 200, "截止（2026-03-01）早于起始（2026-03-12）"),
    ):  # fmt: skip
        read = await page(client, f"{path}{'&' if '?' in path else '?'}lang=zh", status)
        assert said in read.text, path


async def test_long_lists_have_pages(opened: Open, environ: dict[str, str]) -> None:
    """Each commit stands on exactly one of them."""
    core = open_core(load(environ))
    commits = [a_commit(f"Fix {n}", committed_at=NOON - timedelta(minutes=n // 3)) for n in range(120)]
    core.stores.commits.put(commits)
    core.stores.commits.put_triage([an_entry(commit) for commit in commits])
    client = await opened()
    seen: list[str] = []
    path: str | None = "/area/kv_cache"
    while path:
        answer = json.loads(await (await client.get(path + ("&" if "?" in path else "?") + "format=json")).text())
        seen += [entry["commit"]["sha"] for entry in answer["entries"]]
        read = await page(client, path)
        older = [given["href"] for given in read.all("a") if given.get("rel") == "next"]
        assert bool(older) is bool(answer["next"])
        path = older[0] if older else None
    assert sorted(seen) == sorted(commit.sha for commit in commits)


async def test_search_finds_by_words_and_filters(opened: Open, sample: dict[str, str]) -> None:
    """The form keeps what was asked; a mistake is told beside it."""
    client = await opened()
    answer = await client.get("/search?q=prefix+cache&min=medium&author=林知远&since=2026-03-01&format=json")
    assert len(json.loads(await answer.text())["entries"]) == 3
    read = await page(client, "/search?q=prefix+cache&min=medium")
    assert {"type": "search", "name": "q", "value": "prefix cache", "maxlength": "300"} in read.all("input")
    assert "selected" in next(given for given in read.all("option", value="medium"))
    assert "Since: cannot make sense of whenever" in (await page(client, "/search?since=whenever")).text
    assert "Nothing found" in (await page(client, "/search?q=zebra")).text
    assert (await client.get("/search?since=whenever&format=json")).status == 400


# -- feeds


async def read_feed(client: TestClient[Any, Any], path: str) -> ET.Element:
    answer = await client.get(path)
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "application/atom+xml"
    return ET.fromstring(await answer.text())  # noqa: S314 - our own feed


async def test_a_repositorys_feed_tells_its_days(opened: Open, sample: dict[str, str]) -> None:
    """One entry a day that is over, with absolute addresses under the configured one."""
    feed = await read_feed(await opened(url="https://daybrief.example"), "/feed.atom?repo=example/quill")
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "example/quill: Thursday, 2026-03-12"
    assert entry.findtext(f"{ATOM}id") == "https://daybrief.example/day/2026-03-12/example/quill"
    assert entry.findtext(f"{ATOM}updated") == DAY.end.isoformat()
    assert "18 commits by 9 authors" in str(entry.findtext(f"{ATOM}content"))


async def test_an_areas_feed_tells_its_commits(opened: Open, sample: dict[str, str]) -> None:
    """In one repository or in all."""
    client = await opened()
    feed = await read_feed(client, "/feed.atom?area=kv_cache&repo=example/quill&lang=zh")
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles
    assert all(str(title).startswith("重要度") for title in titles)
    assert len((await read_feed(client, "/feed.atom?area=kv_cache")).findall(f"{ATOM}entry")) == len(titles)
    assert (await client.get("/feed.atom")).status == 400


# -- who may see what


async def test_only_what_may_be_seen_is_there(opened: Open, sample: dict[str, str], another: str) -> None:
    """Another repository is as unknown as one that does not exist, wherever one looks."""
    client = await opened(repositories="example/*")
    for path in (
        "/",
        "/search?q=cache",
        "/search?since=2026-01-01",
        "/area/kv_cache",
        "/author?name=Priya+Nandakar",
        "/feed.atom?area=kv_cache",
    ):
        text = await (await client.get(path)).text()
        assert "vault" not in text, path
        assert "secret cache" not in text, path
    hidden = (
        "/repo/secret/vault",
        f"/commit/{another}",
        "/day/2026-03-12/secret/vault",
        "/search?repo=secret/vault&format=json",
        "/week/2026-03-12/secret/vault",
        "/feed.atom?repo=secret/vault",
        "/area/kv_cache?repo=secret/vault",
    )
    for path in hidden:
        answer, unknown = (
            await client.get(path),
            await client.get(path.replace("secret/vault", "secret/zzzzz").replace(another, "f" * 40)),
        )
        assert (answer.status, unknown.status) == (404, 404), path
        assert re.sub(r"zzzzz|f{40}", "", await unknown.text()) == re.sub(rf"vault|{another}", "", await answer.text())
    assert "vault" in (await page(await opened(), "/")).text


async def test_nobody_sees_anything_where_nothing_may_be_seen(opened: Open, sample: dict[str, str]) -> None:
    """No repository is not all repositories."""
    client = await opened(repositories="other/*")
    for path in ("/", "/search?q=cache", "/area/kv_cache", "/search?min=low"):
        assert "prefix" not in (await (await client.get(path)).text()).lower()


async def test_a_token_lets_in(opened: Open, sample: dict[str, str]) -> None:
    """As a header, in a form, or in the address, from where it goes into a cookie that does not tell it."""
    token = "a-token-of-enough-length"  # noqa: S105 - the test's own
    client = await opened(access="token", token=token)
    asked = await page(client, "/", 401)
    assert asked.all("input", type="password")
    assert "quill" not in asked.source
    assert (await client.get("/", headers={"Authorization": f"Bearer {token}x"})).status == 401
    assert (await client.get("/", headers={"Authorization": f"Bearer {token}"})).status == 200
    assert (await client.post("/enter", data={"token": "wrong"})).status == 401
    answer = await client.post("/enter", data={"token": token}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert token not in cookie
    assert "HttpOnly" in cookie
    assert (await client.get("/")).status == 200
    other = await opened(access="token", token=token)
    answer = await other.get("/search", params={"token": token, "q": "cache"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/search?q=cache")
    assert (
        await (await opened(access="token", token=token)).get(f"/feed.atom?repo=example/quill&token={token}")
    ).status == 200


async def test_a_proxy_says_who_asks(
    opened: Open, sample: dict[str, str], another: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """By its header, believed only from where proxies are; single users see more."""
    file = tmp_path / "daybrief.toml"
    file.write_text('[web]\naccess = "proxy"\nrepositories = ["example/*"]\n[web.users]\nann = ["secret/vault"]\n')
    environ["DAYBRIEF_CONFIG"] = str(file)
    client = await opened()
    await page(client, "/", 403)
    assert "vault" not in (await page(client, "/", 200, **{"X-Forwarded-User": "ben"})).text
    assert "vault" in (await page(client, "/", 200, **{"X-Forwarded-User": "ann"})).text
    assert "vault" not in (await page(client, "/", 200, **{"X-Forwarded-User": "ben"})).text
    elsewhere = await opened(proxies="10.0.0.0/8")
    await page(elsewhere, "/", 403, **{"X-Forwarded-User": "ann"})


async def test_a_foreign_name_for_this_machine_is_refused(opened: Open, sample: dict[str, str]) -> None:
    """A page that has its own name point here could read what only this machine may."""
    client = await opened()
    assert (await client.get("/", headers={"Host": "evil.example"})).status == 403
    assert (await client.get("/", headers={"Host": "localhost:8321"})).status == 200


# -- how it is sent


def told(answer: ClientResponse) -> Mapping[str, str]:
    return answer.headers


async def test_who_has_a_page_is_not_sent_it_again(
    opened: Open, sample: dict[str, str], environ: dict[str, str]
) -> None:
    """Until something is written that changes it."""
    client = await opened()
    first = await client.get("/")
    etag = first.headers["ETag"]
    again = await client.get("/", headers={"If-None-Match": etag})
    assert (again.status, await again.read()) == (304, b"")
    store = Store(environ["DAYBRIEF_STORE__PATH"])
    with store.write() as db:
        db.execute("update repositories set name = 'example/quill2'")
    changed = await client.get("/", headers={"If-None-Match": etag})
    assert changed.status == 200
    assert "example/quill2" in await changed.text()


async def test_every_answer_says_what_browsers_may_do_with_it(opened: Open, sample: dict[str, str]) -> None:
    """Also errors; the policy names this style and this script alone."""
    client = await opened()
    for path in ("/", "/day/2026-03-12/example/quill", "/nowhere", "/commit/0000000", "/feed.atom?repo=example/quill"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.content_type == "text/html":
            read = Page(await answer.text())
            assert all(hash_of(text) in policy for text in (*read.texts["style"], *read.texts.get("script", [])))


async def test_nothing_can_be_written(opened: Open, sample: dict[str, str]) -> None:
    """Other methods are refused."""
    client = await opened()
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await client.request(method, "/")).status == 405


async def test_it_lies_below_a_path_of_another_server(
    opened: Open, sample: dict[str, str], environ: dict[str, str]
) -> None:
    """All its addresses do."""
    from aiohttp import web

    core = open_core(load(environ | {"DAYBRIEF_WEB__ZONE": ZONE}), lambda: SAMPLE_NOW)
    outer = web.Application()
    outer.add_subapp("/archive", archive_app(core, "127.0.0.1", "/archive"))
    async with TestClient(TestServer(outer)) as client:
        for path in (
            "/archive/",
            "/archive/repo/example/quill",
            "/archive/day/2026-03-12/example/quill",
            "/archive/search",
        ):
            read = await page(client, path)
            inner = [
                given.get("href", given.get("action", "")) for name, given in read.elements if name in {"a", "form"}
            ]
            assert all(address.startswith(("/archive/", "#", "http")) for address in inner if address), path
        answer = await client.get("/archive?lang=zh", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (308, "/archive/?lang=zh")


async def test_many_readers_at_once_get_their_pages(opened: Open, sample: dict[str, str]) -> None:
    """Each the one that they asked for."""
    client = await opened()
    paths = [f"/commit/{sha}" for sha in sample.values()] * 2
    pages = await asyncio.gather(*(page(client, path) for path in paths))
    for path, read in zip(paths, pages, strict=True):
        assert path.removeprefix("/commit/")[:7] in read.text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_text_everywhere(opened: Open, environ: dict[str, str], text: str) -> None:
    """In each page, feed and answer."""
    core = open_core(load(environ))
    name = "".join(char for char in text if char.isprintable())[:80]
    commit = a_commit()
    entry = spoiled(an_entry(commit, "high"), text)
    commit = a_commit(
        entry.commit.message.replace("\x00", ""),
        repo=name,
        author=entry.commit.author.replace("\x00", ""),
        files=entry.commit.files,
    )
    core.stores.commits.put([commit])
    core.stores.commits.put_triage([an_entry(commit, "high", areas=(text[:200],))])
    client = await opened()
    for path in ("/", "/search", "/author", "/area/x", f"/commit/{commit.sha}", "/search?"):
        await page(client, path.removesuffix("?"), {"/author": 400, "/area/x": 404}.get(path, 200))
    from urllib.parse import quote, urlencode

    quoted = quote(name)
    await page(client, f"/repo/{quoted}")
    await page(client, f"/day/2026-03-12/{quoted}")
    author = "/author?" + urlencode({"name": text[:100]})
    await page(client, author, (await client.get(author)).status)
    await page(client, "/search?" + urlencode({"q": text[:200], "author": text[:50], "repo": "", "lang": "zh"}))
    await page(client, "/nowhere/" + quote(text[:200]), 404)
    feed = await read_feed(client, "/feed.atom?" + urlencode({"repo": name}))
    assert len(feed.findall(f"{ATOM}entry")) == 1


async def test_a_question_is_answered_on_a_page_and_as_data(opened: Open, sample: dict[str, str]) -> None:
    """With what was understood and the sentence of each commit; without a question there is only its form."""
    client = await opened()
    page = await (await client.get("/ask", params={"q": "which flags are new since yesterday?"})).text()
    assert "flags" in page
    assert "/commit/" in page
    assert "“" in page or "`" in page or "<code>" in page
    made = await (await client.get("/ask", params={"q": "which flags are new?", "format": "json"})).json()
    assert made["looked_through"]["repositories"] == [REPO]
    assert made["answers"]
    assert (await client.get("/ask")).status == 200
    assert (await client.get("/ask", params={"format": "json"})).status == 400
    nothing = await (await client.get("/ask", params={"q": "quantum teleportation"})).text()
    assert "Nothing found" in nothing


async def test_what_is_not_clear_in_a_question_is_told_above_no_answer(opened: Open, sample: dict[str, str]) -> None:
    """As in chat, in the reader's language."""
    client = await opened()
    for text, lang, told in (
        ("what changed on 2026-02-30?", "en", "is not a day"),
        ("commits by Prya", "en", "such as Priya Nandakar"),
        ("2月30日改了什么", "zh", "不是有效日期"),
        ("since the last release", "en", "No release of example/quill is known"),
    ):
        asked = await client.get("/ask", params={"q": text, "lang": lang})
        assert asked.status == 200
        assert told in await asked.text()
        assert (await client.get("/ask", params={"q": text, "format": "json"})).status == 400


async def test_the_archive_names_reverts_and_days_that_were_never_read(opened: Open, sample: dict[str, str]) -> None:
    """On a commit's page, and beside what a search or a question finds."""
    client = await opened()
    assert "Reverted by #415 on 2026-03-12." in await (await client.get("/commit/d6965bf")).text()
    for path in (
        "/search?q=cache&since=last week",
        "/search?q=cache&since=2026-02-01&until=2026-02-10",
        "/ask?q=AMD in February 2026",
    ):
        assert "Not read in full" in await (await client.get(path)).text()
    made = await (await client.get("/search?q=cache&since=2026-02-01&until=2026-02-10&format=json")).json()
    assert made["unread"] == [{"since": "2026-02-01", "until": "2026-02-10"}]


async def test_a_question_sees_only_what_its_reader_may(opened: Open, sample: dict[str, str], another: str) -> None:
    """Another repository's commits and people do not show."""
    client = await opened(repositories=REPO)
    made = await (await client.get("/ask", params={"q": "anything", "format": "json"})).json()
    assert made["looked_through"]["repositories"] == [REPO]
    assert {answer["repo"] for answer in made["answers"]} <= {REPO}


async def test_a_history_is_asked_on_pages_and_as_data(
    opened: Open, sample: dict[str, str], quill: Path, environ: dict[str, str]
) -> None:
    """What moving between versions does, where a fix is, what may have broken something: each with its form."""
    follow(quill, environ, SAMPLE_NOW)
    client = await opened()
    where = f"repo={REPO}"
    upgrade = await page(client, f"/upgrade?{where}&versions=main~12..main")
    assert "example/quill: from main~12 to main" in upgrade.text
    assert "What breaks" in upgrade.text
    sha = sample["Remove the legacy scheduler (#400)"]
    fix = await page(client, f"/fix?{where}&q=400&lang=zh")
    assert sha[:7] in fix.text
    assert "main~12" not in fix.text
    suspects = await page(client, f"/suspects?{where}&versions=main~12..main&q=legacy+scheduler")
    assert "Remove the legacy scheduler" in suspects.text
    for kind, asked in (
        ("upgrade", "versions=main~12..main"),
        ("fix", "q=400"),
        ("suspects", "versions=main~12..main"),
    ):
        assert (await (await client.get(f"/{kind}?{where}&{asked}&format=json")).json())["repo"] == REPO
        bare = await page(client, f"/{kind}")
        assert bare.all("select")
        assert (await client.get(f"/{kind}?format=json")).status == 400
    assert links(await page(client, "/repo/example/quill"), "/fix?") == ["/fix?repo=example%2Fquill"]
    assert links(await page(client, f"/commit/{sha}"), "/fix?") == [f"/fix?repo=example%2Fquill&q={sha}"]


async def test_what_is_wrong_with_a_question_about_a_history_stands_beside_its_form(
    opened: Open, sample: dict[str, str], quill: Path, environ: dict[str, str]
) -> None:
    """A version that is none, a range the wrong way round, too much that is unread."""
    follow(quill, environ, SAMPLE_NOW)
    client = await opened()
    for path, told in (
        ("/upgrade?repo=example/quill&versions=main..main~12", "is the older one"),
        ("/suspects?repo=example/quill&versions=v99..main", "v99"),
        ("/fix?repo=example/quill&q=no+such+words", "no such words"),
    ):
        assert told in (await page(client, path)).text
        assert (await client.get(f"{path}&format=json")).status in {400, 404}


async def test_a_history_is_its_readers_alone(
    opened: Open, sample: dict[str, str], another: str, quill: Path, environ: dict[str, str]
) -> None:
    """Another repository's is as unknown as one that is not there, and is in no form."""
    follow(quill, environ, SAMPLE_NOW)
    client = await opened(repositories=REPO)
    for kind, asked in (("upgrade", "versions=a..b"), ("fix", "q=1"), ("suspects", "versions=a..b")):
        told = {
            repo: (await page(client, f"/{kind}?repo={repo}&{asked}")).text.replace(repo, "")
            for repo in ("secret/vault", "secret/nothing")
        }
        assert len(set(told.values())) == 1
        assert "secret" not in (await page(client, f"/{kind}")).text
        assert (await client.get(f"/{kind}?repo=secret/vault&{asked}&format=json")).status == 404
