"""What any HTTP server of the tests on the loopback needs: a port, threads, and ways to break a reply."""

import json
import socket
import struct
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; header names are in lower case, the path is still percent-encoded."""

    method: str
    base: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, and how it travels: broken off or not at all, a byte every `drip` seconds, or in `pieces` as they are made."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: Literal["", "reset", "truncate"] = ""
    drip: float = 0.0
    pieces: Iterable[bytes] = ()


class Loopback:
    """An HTTP server on a free port of the loopback, from `with` to its end.

    What goes wrong inside it is answered with 500 and raised at the end, so that no test passes over it.

    Attributes:
        url: its address.
        latency: seconds before each answer.
        peak: the most requests that were in flight at once.
    """

    def __init__(self) -> None:
        self.url = ""
        self.latency = 0.0
        self.peak = 0
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self._lock = threading.RLock()
        self._in_flight = 0
        self._failures: list[Exception] = []

    def __enter__(self) -> Self:
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.loopback = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        for connection in tuple(self.connections):  # a client that keeps one open finds it closed
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._failures and kind is None:
            raise self._failures[0]

    def reply(self, request: Request) -> Reply:
        """Answer one request; called on many threads."""
        raise NotImplementedError

    def handle(self, request: Request) -> Reply:
        """Answer one request; it counts as in flight until just before it is sent."""
        with self._lock:
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
        try:
            self.closing.wait(self.latency)
            return self.reply(request)
        except Exception as error:  # noqa: BLE001 - the server's outer edge
            self._failures.append(error)
            return Reply(500, as_json({"message": f"the test's server failed: {error!r}"}))
        finally:
            with self._lock:
                self._in_flight -= 1


class _Http(ThreadingHTTPServer):
    request_queue_size = 128
    loopback: Loopback


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "loopback", ""
    disable_nagle_algorithm = True
    server: _Http

    def handle(self) -> None:
        self.server.loopback.connections.add(self.connection)
        with suppress(ConnectionError):
            super().handle()
        self.server.loopback.connections.discard(self.connection)

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        values = dict(parse_qsl(query, keep_blank_values=True))
        base = f"http://{headers['host']}"
        reply = self.server.loopback.handle(Request(self.command, base, path, values, headers, body))
        if reply.broken == "reset":
            # Without lingering, closing sends RST; rfile holds the socket open.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.rfile.close()
            self.connection.close()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.pieces:  # nobody knows how long it gets: it ends with the connection
            self.close_connection = True
            self.send_header("Connection", "close")
        elif reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.pieces:
            for piece in reply.pieces:
                self.wfile.write(piece)
        elif reply.broken == "truncate":
            self.close_connection = True
            self.wfile.write(reply.body[: len(reply.body) // 2])
        elif reply.drip:
            for at in range(len(reply.body)):
                self.wfile.write(reply.body[at : at + 1])
                self.server.loopback.closing.wait(reply.drip)
        else:
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: what was asked is in the server's own record."""


def as_json(value: Any) -> bytes:
    """Return a value as it travels."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
