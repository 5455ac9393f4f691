"""An answer that comes in pieces: the SDK puts it together; what of it is whole can be read before the rest has come."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_BETWEEN = re.compile(r"[\s,]*")


def put_together(chunks: Iterable[ChatCompletionChunk], heard: Callable[[str], None]) -> ChatCompletion | None:
    """Return the completion that chunks come to, None where there are none; `heard` is told the text so far as it grows."""
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
    """Yield the items of the list of this name in an object that has come in part: those that are whole; thoughts are passed over."""
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
