"""Where a server listens: `doctor` tries it exactly as `serve` and `web` do, and reports it in the same words."""

import asyncio
import contextlib
from collections.abc import Iterator
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from aiohttp import web

from analysis.errors import BadInput

_SECONDS, _LONGEST = 5.0, 100_000


async def listen(runner: web.AppRunner, table: str, host: str, port: int) -> None:
    """Start listening at the host and port of a configuration table; raises BadInput if that is impossible."""
    with _refused(table, host, port):
        await web.TCPSite(runner, host, port).start()


async def check_address(table: str, host: str, port: int) -> None:
    """Raise BadInput if nothing can listen at the host and port of a configuration table now."""
    with _refused(table, host, port):
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
        server.close()


def answers(host: str, port: int) -> bool:
    """Whether a server of ours answers there: the bot's, or the archive's, which says that it has no such page."""
    shown = f"[{host}]" if ":" in host else host
    try:
        with urlopen(f"http://{shown}:{port}/healthz", timeout=_SECONDS) as answer:
            return b"seconds_since_round" in answer.read(_LONGEST)
    except HTTPError as refused:
        return b"Daybrief" in refused.read(_LONGEST)
    except (OSError, ValueError, HTTPException):
        return False


@contextlib.contextmanager
def _refused(table: str, host: str, port: int) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError) as error:  # the latter for an impossible name
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"Cannot listen on {host}:{port} ({why}): set [{table}] host and port.") from None
