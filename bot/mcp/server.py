"""The protocol; the only module that uses its SDK, imported only when needed."""

import functools
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from analysis.errors import BadInput, Problem
from bot.digests.core import Core
from bot.mcp import digests
from bot.mcp.tools import NOTICE, Reader, call, tools
from formatters.text.json_text import json_text

_LOG = logging.getLogger(__name__)

READER = "daybrief.reader"
"""The key in an HTTP request's ASGI scope that holds its reader."""
Asgi = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


def server(core: Core, zone: str) -> Any:
    """Return the server for a core; over HTTP, each request identifies its reader, else the operator sees everything.

    Raises:
        BadInput: the SDK is not installed.
    """
    try:
        import anyio.to_thread
        from mcp import types
        from mcp.server.lowlevel import Server
    except ImportError:
        raise BadInput(
            "The MCP server needs the package mcp, which is not installed: install Daybrief's wheel with the extra `mcp`."
        ) from None

    def reader(context: Any) -> Reader:
        if context.request is not None:
            found: Reader = context.request.scope[READER]
            return found
        return Reader(tuple(core.stores.commits.repositories()), zone)

    async def in_thread(work: Callable[[], Any]) -> Any:
        # A client that has gone away is not waited for; work already started finishes by itself.
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)

    async def list_tools(_context: Any, _params: Any) -> Any:
        read_only = types.ToolAnnotations(read_only_hint=True, open_world_hint=True)
        return types.ListToolsResult(
            tools=[types.Tool(name=one.name, description=one.says, input_schema=one.schema, annotations=read_only) for one in tools()]
        )  # fmt: skip

    async def call_tool(context: Any, params: Any) -> Any:
        asks, given = reader(context), params.arguments or {}
        try:
            found = await in_thread(functools.partial(call, core, asks, params.name, given))
        except Problem as problem:
            return types.CallToolResult(content=[types.TextContent(text=str(problem))], is_error=True)
        except Exception:  # noqa: BLE001 - one call is an outer edge: the next one is answered
            _LOG.exception("the tool %s failed", params.name)
            told = "This is a bug in Daybrief; its log has the details."
            return types.CallToolResult(content=[types.TextContent(text=told)], is_error=True)
        return types.CallToolResult(content=[types.TextContent(text=json_text(found, 1))], structured_content=found)

    async def list_resources(context: Any, _params: Any) -> Any:
        asks = reader(context)
        found = await in_thread(lambda: digests.listed(core, asks))
        return types.ListResourcesResult(
            resources=[types.Resource(uri=uri, name=name, mime_type="text/markdown") for uri, name in found]
        )

    async def list_templates(_context: Any, _params: Any) -> Any:
        day = types.ResourceTemplate(
            uri_template=digests.TEMPLATE, name="A day's digest", mime_type="text/markdown", description=NOTICE
        )
        return types.ListResourceTemplatesResult(resource_templates=[day])

    async def read_resource(context: Any, params: Any) -> Any:
        from mcp.shared.exceptions import MCPError

        asks, uri = reader(context), str(params.uri)
        try:
            text = await in_thread(lambda: digests.report(core, asks, uri))
        except Problem as problem:
            raise MCPError(types.INVALID_PARAMS, str(problem)) from None
        content = types.TextResourceContents(uri=uri, mime_type="text/markdown", text=text)
        return types.ReadResourceResult(contents=[content])

    return Server(
        "daybrief",
        title="Daybrief",
        instructions=f"What landed on the repositories that a team depends on, and what it means for them. {NOTICE}",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def speak(core: Core, zone: str) -> None:
    """Speak the protocol over standard input and output until the client ends it.

    Raises:
        BadInput: the SDK is not installed.
    """
    made = server(core, zone)
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (incoming, outgoing):
        await made.run(incoming, outgoing, made.create_initialization_options())


def over_http(core: Core, zone: str) -> tuple[Asgi, AbstractAsyncContextManager[None]]:
    """Return the handler of HTTP requests, each on its own, and the context it must run in.

    Raises:
        BadInput: the SDK is not installed.
    """
    made = server(core, zone)
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    manager = StreamableHTTPSessionManager(made, json_response=True, stateless=True)
    return manager.handle_request, manager.run()
