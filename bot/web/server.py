"""The archive over HTTP: read-only, on aiohttp; `archive_app` is for a server of its own or below a path of another.

An answer is made in a thread, cached until the store is written to, and identified by an ETag: clients that already
have it get 304.
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, get_args

from aiohttp import web

from analysis.commits.window import check_zone
from analysis.errors import BadInput, NotFound, Problem
from analysis.i18n.language import LANGUAGES, Language, language_of
from bot.config import machine_zone
from bot.digests.core import Core
from bot.digests.review import MONTH, WEEK
from bot.digests.single_flight import SingleFlight
from bot.web.access import COOKIE, Authenticator, Visitor
from bot.web.address import listen
from bot.web.exchange import HTML, Asked, Written
from bot.web.guard import HEADERS, GuardedRunner, guard
from bot.web.histories import HistoryPages
from bot.web.lists import ListPages
from bot.web.mcp import McpAddress
from bot.web.pages import WebPages
from formatters.html.archive import HistoryKind, problem_page
from formatters.html.templates import policy
from formatters.i18n.wording import label

_KEPT = 400
_COOKIE_DAYS = 90
_VISITOR = web.RequestKey("visitor", Visitor)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it is sent."""

    kind: str
    body: bytes
    packed: bytes
    etag: str
    status: int


_Key = tuple[object, ...]
"""The cache key of an answer: the state of the store first."""


class ArchiveServer:
    """Answers requests for the archive's pages.

    Args:
        host: what the server listens on.
        root: the path of the archive, without a trailing slash.
        threads: how many pages are made at once.
    """

    def __init__(self, core: Core, zone: str, host: str, root: str = "", threads: int = 4) -> None:
        settings = core.settings.web
        self._core, self._root, self._address = core, root, settings.url.rstrip("/")
        self._access = settings.access
        self._pages = WebPages(core, zone)
        self._door = Authenticator(settings, host)
        self._mcp = McpAddress(core, zone)
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._flights = SingleFlight[_Key, _Kept]()
        self._version: object = None
        self._makers = ThreadPoolExecutor(threads, "archive")
        # What may have to read commits first must not block the threads for pages.
        self._readers = ThreadPoolExecutor(1, "archive-history")
        # One thread has one connection, and SQLite counts other writers' changes only per connection.
        self._watch = ThreadPoolExecutor(1, "archive-watch")

    def app(self) -> web.Application:
        """Return the application, to run on its own or below a path of another."""
        app = web.Application(middlewares=[self._guarded], client_max_size=16_384)
        pages, lists, histories = self._pages, ListPages(self._core, self._pages), HistoryPages(self._core, self._pages)
        for path, make in (
            ("/", lambda _match: pages.home),
            ("/repo/{repo:.+}", lambda match: partial(pages.repo, name=match["repo"])),
            (r"/day/{day:[\w-]+}/{repo:.+}", lambda match: partial(pages.day, name=match["repo"], day=match["day"])),
            (r"/week/{day:[\w-]+}/{repo:.+}", lambda match: self._back(match, WEEK)),
            (r"/month/{day:[\w-]+}/{repo:.+}", lambda match: self._back(match, MONTH)),
            ("/commit/{sha}", lambda match: partial(pages.commit, sha=match["sha"])),
            ("/area/{key}", lambda match: partial(lists.area, key=match["key"])),
            ("/author", lambda _match: lists.author),
            ("/search", lambda _match: lists.search),
            ("/ask", lambda _match: pages.ask),
            ("/feed.atom", lambda _match: lists.feed),
        ):
            app.router.add_get(path, self._handler(make, self._makers))
        for kind in get_args(HistoryKind):
            page = partial(histories.page, kind=kind)
            app.router.add_get(f"/{kind}", self._handler(lambda _match, page=page: page, self._readers))  # type: ignore[misc]
        app.router.add_route("*", "/mcp", self._speak)
        if self._root:
            app.router.add_get("", self._begin)
        app.router.add_post("/enter", self._enter)
        app.on_cleanup.append(self._close)
        return app

    def _back(self, match: Any, count: int) -> Callable[[Asked], Written]:
        return partial(self._pages.look_back, name=match["repo"], day=match["day"], count=count)

    def _handler(
        self, make: Callable[[Any], Callable[[Asked], Written]], makers: Executor
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            asked = self._asked(request, request[_VISITOR])
            if "token" in request.query and request.path != f"{self._root}/feed.atom":
                return self._let_in(asked)  # the token moves from the URL into a cookie
            kept = await self._answer(asked, make(request.match_info), makers)
            headers = {"ETag": kept.etag, "Cache-Control": "private, no-cache"}
            if kept.etag in request.headers.get("If-None-Match", ""):
                return web.Response(status=304, headers=headers)
            body = kept.body
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = kept.packed
            return web.Response(body=body, status=kept.status, content_type=kept.kind, charset="utf-8", headers=headers)

        return handle

    async def _speak(self, request: web.Request) -> web.Response:
        """Answer a Model Context Protocol client, with what the visitor may see."""
        visitor = request[_VISITOR]
        known = self._core.stores.commits.repositories
        repos = visitor.of(await asyncio.get_running_loop().run_in_executor(self._makers, known))
        return await self._mcp.answer(request, repos)

    async def _begin(self, request: web.Request) -> web.Response:
        """Redirect to the home page if the trailing slash is missing."""
        query = f"?{request.query_string}" if request.query_string else ""
        return web.Response(status=308, headers={"Location": f"{self._root}/{query}"})

    async def _answer(self, asked: Asked, make: Callable[[Asked], Written], makers: Executor) -> _Kept:
        loop = asyncio.get_running_loop()
        version = await loop.run_in_executor(self._watch, self._written)
        if version != self._version:
            self._kept.clear()
            self._version = version
        # Time passes too: what a page says about today changes at midnight at the latest.
        key = (
            version,
            asked.path,
            asked.visitor,
            asked.language,
            asked.origin,
            self._core.now().replace(minute=0, second=0, microsecond=0),
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        flight, is_first = self._flights.board(key)
        if is_first:
            making = asyncio.ensure_future(loop.run_in_executor(makers, partial(self._make, asked, make)))
            making.add_done_callback(partial(self._made, key))
        return await asyncio.shield(asyncio.wrap_future(flight))  # a reader who leaves does not cancel it for others

    def _made(self, key: _Key, making: asyncio.Future[_Kept]) -> None:
        """Pass a page to everyone waiting for it, and cache it until the store is written to."""
        try:
            page = making.result()
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            self._flights.crash(key, error)
            return
        if key[0] == self._version:
            self._kept[key] = page
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._flights.land(key, page)

    @staticmethod
    def _make(asked: Asked, make: Callable[[Asked], Written]) -> _Kept:
        written = make(asked)
        body = written.body.encode("utf-8", "replace")
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return _Kept(written.kind, body, gzip.compress(body, 5, mtime=0), etag, written.status)

    def _written(self) -> object:
        with self._core.stores.store.read() as db:
            return db.execute("pragma data_version").fetchone()[0]

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Let in authorised readers, report errors in a sentence, and set the security headers."""
        visitor = self._visitor(request)
        try:
            if visitor is None and request.path != f"{self._root}/enter":
                response: web.StreamResponse = await self._closed(request)
            else:
                request[_VISITOR] = visitor or Visitor(())
                response = await handler(request)
        except web.HTTPException as error:
            if error.status < 400:  # noqa: PLR2004 - a redirection is none
                raise
            response = await self._told(request, error.status, label("web.missing_said", self._language(request)[0]))
        except NotFound as problem:
            response = await self._told(request, 404, str(problem))
        except BadInput as problem:
            response = await self._told(request, 400, str(problem))
        except Problem as problem:
            response = await self._told(request, 503, str(problem))
        response.headers.update(self._headers())
        return response

    def _headers(self) -> dict[str, str]:
        return HEADERS | {
            "Content-Security-Policy": f"{policy(may_send=True)}; frame-ancestors 'none'",
            "Vary": "Accept-Language, Accept-Encoding, Cookie, Authorization",
        }

    def _visitor(self, request: web.Request) -> Visitor | None:
        return self._door.visitor(
            request.remote or "",
            request.host,
            request.headers,
            request.query.get("token", ""),
            request.cookies.get(COOKIE, ""),
        )

    def _asked(self, request: web.Request, visitor: Visitor) -> Asked:
        language, chosen = self._language(request)
        given = {name: value for name, value in request.query.items() if name != "token"}
        return Asked(
            path=request.path_qs.removeprefix(self._root),
            given=given,
            visitor=visitor,
            language=language,
            chosen=chosen,
            origin=self._address or f"{request.scheme}://{request.host}",
            root=self._root,
        )

    @staticmethod
    def _language(request: web.Request) -> tuple[Language, Language | None]:
        named = request.query.get("lang", "")
        for language in LANGUAGES:
            if named == language:
                return language, language
        preferred = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
        return language_of(preferred) or "en", None

    async def _closed(self, request: web.Request) -> web.Response:
        key = {"token": "web.closed_token", "proxy": "web.closed_proxy"}.get(self._access, "web.missing_said")
        return await self._told(request, 401 if self._access == "token" else 403, key)

    async def _told(self, request: web.Request, status: int, sentence: str) -> web.Response:
        """Answer with a sentence, or with that of a label."""
        asked = self._asked(request, Visitor(()))
        text = label(sentence, asked.language) if sentence.startswith("web.") else sentence
        if asked.wants_json:
            return web.json_response({"error": text}, status=status)
        title = {401: "web.closed", 403: "web.closed", 400: "web.bad", 503: "web.outage"}.get(status, "web.missing")
        view = await asyncio.get_running_loop().run_in_executor(self._makers, self._pages.view, asked)
        page = problem_page(view, label(title, asked.language), text, asks_token=status == 401)  # noqa: PLR2004 - "who are you?"
        return web.Response(text=page, status=status, content_type=HTML, headers={"Cache-Control": "no-store"})

    async def _enter(self, request: web.Request) -> web.Response:
        given = _field(await request.read(), "token")
        if self._access != "token" or not self._door.knows(given):
            return await self._closed(request)
        return self._let_in(replace(self._asked(request, Visitor(())), path="/"))

    def _let_in(self, asked: Asked) -> web.Response:
        from urllib.parse import urlencode

        path = asked.path.partition("?")[0]
        response = web.Response(
            status=303, headers={"Location": f"{self._root}{path}{'?' + urlencode(asked.given) if asked.given else ''}"}
        )
        if self._access == "token":
            response.set_cookie(
                COOKIE, self._door.cookie, max_age=_COOKIE_DAYS * 86_400, path=self._root or "/", httponly=True,
                samesite="Lax", secure=self._address.startswith("https://"),
            )  # fmt: skip
        return response

    async def _close(self, _app: web.Application) -> None:
        await self._mcp.close()
        for one in (self._makers, self._readers):
            one.shutdown(wait=False, cancel_futures=True)
        self._watch.shutdown(wait=False, cancel_futures=True)


def _field(body: bytes, name: str) -> str:
    """Return a field of a form as browsers send it; empty if it is invalid."""
    from urllib.parse import parse_qs

    try:
        return parse_qs(body.decode("utf-8"), max_num_fields=9).get(name, [""])[0]
    except ValueError:
        return ""


def archive_app(core: Core, host: str, root: str = "") -> web.Application:
    """Return the archive's application for a server that listens on `host`.

    Another application mounts it below a path with `add_subapp(root, …)`.

    Raises:
        BadInput: the configured zone is invalid.
    """
    zone = core.settings.web.zone
    return ArchiveServer(core, check_zone(zone) if zone else machine_zone(), host, root).app()


async def serve(core: Core, ready: Callable[[str], None]) -> None:
    """Serve the archive until cancelled; `ready` is called with the address.

    Raises:
        BadInput: the host and port cannot be used, or the zone is invalid.
    """
    settings = core.settings.web
    app = archive_app(core, settings.host)
    app.middlewares.insert(0, guard())
    runner = GuardedRunner(app, access_log=None)
    await runner.setup()
    try:
        await listen(runner, "web", settings.host, settings.port)
        port = runner.addresses[0][1]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        ready(settings.url or f"http://{host}:{port}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
