"""A GitHub of many repositories in a process of its own, which answers as cheaply as can be: lists by ETag, commits made up."""

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def hub(commits: int, newest: datetime, apart: timedelta) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    """Serve any repository with `commits` commits, the newest at `newest`, spaced `apart`.

    Yields the address and a function that counts the answers of each kind so far: `list 200`, `list 304`, `commit 200`,
    …; `connections` are those that were opened.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, commits, newest, apart), daemon=True)
    process.start()

    def asked() -> Counter[str]:
        ours.send("how many")
        return Counter(ours.recv())

    try:
        yield ours.recv(), asked
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, commits: int, newest: datetime, apart: timedelta) -> None:
    import asyncio
    import threading

    from aiohttp import web

    counted: Counter[str] = Counter()
    known: set[Any] = set()
    made: dict[str, list[dict[str, Any]]] = {}

    def listed(repo: str) -> list[dict[str, Any]]:
        if repo not in made:
            made[repo] = [_item(repo, number, newest - number * apart) for number in range(commits)]
        return made[repo]

    async def answer(request: web.Request) -> web.Response:
        if request.transport not in known:
            known.add(request.transport)
            counted["connections"] += 1
        _, _, *path = request.path.split("/")
        if request.path == "/graphql":
            counted["query"] += 1
            return web.json_response({"data": None, "errors": [{"type": "NOT_FOUND", "message": "none"}]})
        repo, what, sha = "/".join(path[:2]), path[2] if len(path) > 2 else "", path[3] if len(path) > 3 else ""
        if not sha:
            etag = f'"{repo} {what}"'
            is_known = request.headers.get("If-None-Match") == etag
            counted[f"list {304 if is_known else 200}"] += 1
            headers = {"ETag": etag}
            if is_known:
                return web.Response(status=304, headers=headers)
            items = listed(repo) if what == "commits" else []  # no tags, no releases
            return web.json_response(items[: int(request.query.get("per_page", 30))], headers=headers)
        counted["commit 200"] += 1
        found = next(item for item in listed(repo) if item["sha"] == sha)
        return web.json_response(found | {"files": [_file(int(sha[:6], 16))]})

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        host, port = runner.addresses[0][:2]
        pipe.send(f"http://{host}:{port}")
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def listen() -> None:
            while pipe.recv() != "stop":
                pipe.send(dict(counted))
            loop.call_soon_threadsafe(done.set)

        threading.Thread(target=listen, daemon=True).start()
        await done.wait()

    asyncio.run(serve())


def _sha(repo: str, number: int) -> str:
    return hashlib.sha256(f"{repo} {number}".encode()).hexdigest()[:40]


def _item(repo: str, number: int, when: datetime) -> dict[str, Any]:
    sha, moment = _sha(repo, number), when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = ("Fix a crash in", "Add a flag to", "Tidy", "Speed up", "[Docs] Describe", "Test")[int(sha[:6], 16) % 6]
    person: Mapping[str, str] = {"name": "Ann", "date": moment}
    return {
        "sha": sha,
        "html_url": f"https://github.com/{repo}/commit/{sha}",
        "author": {"login": "ann"},
        "parents": [{"sha": _sha(repo, number + 1)}],
        "commit": {"message": f"{kind} part{number % 40}.py", "author": person, "committer": person},
    }


def _file(seed: int) -> dict[str, Any]:
    name = f"quill/part{seed % 40}.py"
    patch = f"@@ -{seed % 90 + 1},3 +{seed % 90 + 1},3 @@ def step(x):\n a = 1\n-    return x + {seed % 7}\n+    return min(x, {seed % 99})\n b = 2"
    return {
        "filename": name, "status": "modified", "additions": 1, "deletions": 1, "changes": 2, "sha": _sha(name, seed),
        "patch": patch,
    }  # fmt: skip
