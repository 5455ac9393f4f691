"""A streamed answer: the SDK assembles it; complete parts can be read before the rest has arrived."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_BETWEEN = re.compile(r"[\s,]*")


def put_together(chunks: Iterable[ChatCompletionChunk], heard: Callable[[str], None]) -> ChatCompletion | None:
    """Assemble chunks into a completion, None if there are none; `heard` is called with the text so far as it grows."""
    state = ChatCompletionStreamState[None]()
    completion: ChatCompletion | None = None
    length = 0
    for chunk in chunks:
        state.handle_chunk(chunk)
        completion = state.current_completion_snapshot
        content = (completion.choices[0].message.content or "") if completion.choices else ""
        if len(content) > length:
            length = len(content)
            heard(content)
    return completion


def whole_items(content: str, name: str) -> Iterator[Any]:
    """Yield the complete items of the named list in a partially received object; reasoning is skipped."""
    said = _THOUGHTS.sub("", content)
    start = re.search(rf'"{re.escape(name)}"\s*:\s*\[', said)
    decoder = json.JSONDecoder(strict=False)
    at = start.end() if start else len(said)
    while at < len(said):
        try:
            item, at = decoder.raw_decode(said, _BETWEEN.match(said, at).end())  # type: ignore[union-attr]  # it matches nothing, too
        except (ValueError, RecursionError):
            return
        yield item
