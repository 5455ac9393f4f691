"""Whatever is sent to a server of ours: a status, the headers that browsers need, and no traceback anywhere."""

import asyncio
import itertools
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import pytest
from aiohttp import web
from conftest import SAMPLE_NOW

from bot.config import load
from bot.digests.core import open_core
from bot.web import guard as module
from bot.web.guard import GuardedRunner, Limits, guard
from bot.web.server import archive_app

NEEDED = ("content-security-policy", "x-content-type-options: nosniff", "referrer-policy")
Send = Callable[..., Awaitable[str]]


@pytest.fixture
async def send(environ: dict[str, str]) -> AsyncIterator[Send]:
    """Send bytes to the archive with a token, and return all that comes back."""
    settings = {"DAYBRIEF_WEB__ACCESS": "token", "DAYBRIEF_WEB__TOKEN": "a-token-of-its-own"}
    app = archive_app(open_core(load(environ | settings), lambda: SAMPLE_NOW), "127.0.0.1")
    app.middlewares.insert(0, guard(Limits(itertools.count().__next__)))  # a second later for each request
    runner = GuardedRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    async def send_(*pieces: bytes, pause: float = 0.0) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            async with asyncio.timeout(20):
                return (await reader.read()).decode("latin-1")
        except ConnectionError:
            return ""
        finally:
            writer.close()

    yield send_
    await runner.cleanup()


def a_request(*headers: bytes, line: bytes = b"GET / HTTP/1.1", host: bytes = b"localhost", body: bytes = b"") -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    return b"\r\n".join([line, b"Host: " + host, b"Connection: close", *headers, *length, b"", body])


def refused(answer: str) -> int:
    """Return the status of an answer that is well-formed and shows nothing of our inside."""
    head, _, body = answer.partition("\r\n\r\n")
    status = int(head.split(" ")[1])
    assert [name for name in NEEDED if name not in head.lower()] == [], head
    assert "Traceback" not in body
    return status


ODD = [
    a_request(host=b"["),
    a_request(host=b"a b"),
    a_request(host=b""),
    a_request(b"Authorization: Bearer \xff\xfe"),
    a_request(b"Authorization: \x80"),
    a_request(b"Cookie: daybrief=\xe9\xff"),
    a_request(b"Cookie: =;;;==\x80"),
    a_request(b"Accept-Language: \xff"),
    a_request(b"Content-Type: text/plain; charset=nosuch", line=b"POST /enter HTTP/1.1", body=b"token=x"),
    a_request(b"Content-Type: multipart/form-data", line=b"POST /enter HTTP/1.1", body=b"token=x"),
    a_request(
        b"Content-Type: multipart/form-data; boundary=" + b"b" * 200, line=b"POST /enter HTTP/1.1", body=b"--b\r\n"
    ),
    a_request(
        b"Content-Type: application/x-www-form-urlencoded", line=b"POST /enter HTTP/1.1", body=b"token=%ff%fe\x80"
    ),
    a_request(line=b"POST /enter HTTP/1.1", body=b"&" * 5_000),
    a_request(line=b"POST /enter HTTP/1.1", body=b"x" * 100_000),
    a_request(line=b"GET /" + b"a" * 20_000 + b" HTTP/1.1"),
    a_request(b"X: " + b"a" * 20_000),
    a_request(line=b"GET http://[ HTTP/1.1"),
    a_request(line=b"GET /%00%ff%zz?%%% HTTP/1.1"),
    a_request(line=b"NONSENSE"),
    a_request(line=b"GET / HTTP/9.9"),
    a_request(b"Content-Length: -1"),
    a_request(b"Transfer-Encoding: chunked\r\nContent-Length: 3", body=b"zzz"),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    a_request(line=b"DELETE / HTTP/1.1"),
]


@pytest.mark.parametrize("raw", ODD, ids=range(len(ODD)))
async def test_a_malformed_request_is_refused_in_a_line(
    send: Send, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert HTTPStatus.BAD_REQUEST <= refused(await send(raw)) < HTTPStatus.INTERNAL_SERVER_ERROR
    assert [record for record in caplog.records if record.exc_info] == []


async def test_who_takes_too_long_is_not_waited_for(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for the lines of a request nor for its body; a slow reader of a page is another matter."""
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    assert await send(b"GET / HTTP/1.1\r\nHost: localhost\r\n") == ""
    assert await send(b"GET", b" / HT", b"TP/1.1\r\n", b"Host: x\r\n", pause=0.1) == ""
    slow = b"POST /enter HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100\r\n\r\ntoken="
    assert refused(await send(slow)) == HTTPStatus.REQUEST_TIMEOUT


async def test_a_connection_is_kept_between_requests_and_no_longer(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.5)
    one = b"GET /feed.atom HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert (await send(one, one, pause=0.2)).count("HTTP/1.1 401") == 2


async def test_one_address_may_not_take_all(send: Send) -> None:
    """What it asks for beyond that comes later; it is told when."""
    answers = await asyncio.gather(*(send(a_request()) for _ in range(120)))
    statuses = [refused(answer) for answer in answers]
    assert set(statuses) <= {401, 429}
    assert refused(await send(a_request())) == HTTPStatus.UNAUTHORIZED


def test_requests_are_counted_by_address_and_second() -> None:
    """A burst is taken, then so many a second; another address has its own."""
    now = [0.0]
    limits = Limits(lambda: now[0])

    def ask(client: str = "10.0.0.1") -> bool:
        may = limits.enter(client)
        if may:
            limits.leave(client)
        return may

    assert sum(ask() for _ in range(1_000)) == 500
    assert ask("10.0.0.2")
    now[0] = 1.0
    assert sum(ask() for _ in range(1_000)) == 50


def test_requests_at_the_same_time_are_counted() -> None:
    limits = Limits(lambda: 0.0)
    assert [limits.enter("10.0.0.1") for _ in range(33)] == [True] * 32 + [False]
    assert limits.enter("10.0.0.2")
    limits.leave("10.0.0.1")
    assert limits.enter("10.0.0.1")


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_requests_of_any_kind_are_answered(
    send: Send, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Requests as they are, with bytes changed, left out and doubled; as many as `--inputs` says."""
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    dice = random.Random(1)  # noqa: S311 - no secret, the same each time
    with caplog.at_level(logging.ERROR):
        for _ in range(request.config.getoption("--inputs")):
            raw = bytearray(dice.choice(ODD)[:3_000])
            for _ in range(dice.randrange(4)):
                at = dice.randrange(len(raw))
                raw[at : at + dice.randrange(3)] = bytes(dice.randrange(256) for _ in range(dice.randrange(4)))
            answer = await send(bytes(raw) + b"\r\n\r\n" * 2, pause=0.0)
            if answer:
                assert refused(answer) < HTTPStatus.INTERNAL_SERVER_ERROR, bytes(raw)
    assert [record for record in caplog.records if record.exc_info] == []
