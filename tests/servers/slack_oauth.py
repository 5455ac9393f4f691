"""Slack as an app sees it that several workspaces install: one Web API, one code for each installation.

Each workspace is a FakeSlack of its own; a call goes to the one whose token it carries, so that a token of another
workspace finds no channel there.
"""

import base64
from collections.abc import Sequence
from typing import Self

import aiohttp
from aiohttp import web

from servers.chat import Json
from servers.slack import FakeSlack

CLIENT_ID, CLIENT_SECRET = "1234.5678", "fake-client-secret"


class SlackFront:
    """`async with SlackFront([one, other]) as front`.

    Attributes:
        codes: which workspace a code stands for; each is taken once.
        calls: (workspace, method) of all calls, in order.
    """

    def __init__(self, workspaces: Sequence[FakeSlack]) -> None:
        self.workspaces = workspaces
        self.codes = {f"code-of-{one.team_id}": one for one in workspaces}
        self.calls: list[tuple[str, str]] = []
        self.api_url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._call)
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.api_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method == "oauth.v2.access":
            return web.json_response(await self._access(request))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = token or str((await request.post()).get("token", ""))
        known = next((one for one in self.workspaces if one.bot_token == token), None)
        if known is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        self.calls.append((known.team_id, method))
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self._session.request(
            request.method, f"{known.api_url}{method}", params=request.query, headers=headers, data=await request.read()
        ) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), content_type="application/json",
                headers={name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers},
            )  # fmt: skip

    async def _access(self, request: web.Request) -> Json:
        given = {**dict(request.query), **dict(await request.post())}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        is_ours = (given.get("client_id"), given.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if not is_ours and request.headers.get("Authorization") != f"Basic {basic}":
            return {"ok": False, "error": "bad_client_secret"}
        installed = self.codes.pop(str(given.get("code")), None)
        if installed is None:
            return {"ok": False, "error": "invalid_code"}
        return {
            "ok": True,
            "access_token": installed.bot_token,
            "token_type": "bot",
            "scope": "chat:write",
            "bot_user_id": installed.bot.id,
            "app_id": installed.app_id,
            "team": {"id": installed.team_id, "name": f"Team {installed.team_id}"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": installed.user.id},
        }
