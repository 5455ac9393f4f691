"""One request to a model: the only module that knows the SDK, its errors and the ways servers differ.

It asks for JSON by schema, else for JSON, else for free text, depending on what the server supports. What servers and models
do wrong becomes one of two errors: an unusable answer, or a state that somebody must fix first.
"""

import atexit
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeVar

import httpx2
import openai
import pydantic
from openai.types.chat import ChatCompletion

from analysis.commits.redaction import redact, without_login
from analysis.entry import Usage
from analysis.llm.deadline import begin, check, time_body, within
from analysis.llm.excerpt import estimate
from analysis.llm.pieces import put_together
from analysis.llm.secrets import without_secrets

OPENAI = "https://api.openai.com/v1"
_MOST_RETRIES = 3

T = TypeVar("T", bound=pydantic.BaseModel)


@dataclass(frozen=True, slots=True)
class Model:
    """A model on a server.

    Attributes:
        base_url: the server's API, usually ending in /v1. `key` may be empty for a self-hosted server.
        deadline: seconds that one call may take, retries included.
        secret: values that must never be sent, such as our own keys.
    """

    base_url: str
    name: str
    key: str = field(default="", repr=False)
    deadline: float = 180.0
    secret: tuple[str, ...] = field(default=(), repr=False)

    @property
    def place(self) -> str:
        """The address as it may be shown: without a user name and password in it."""
        return without_login(self.base_url)


class BadAnswer(Exception):
    """An answer that cannot be used.

    Attributes:
        reason: why, in a few words. `is_long`: it did not fit, so a smaller request may work.
        is_final: the same request will not get a better answer.
        is_refused: the server refuses this request's content; another request may succeed.
    """

    def __init__(self, reason: str, *, is_long: bool = False, is_final: bool = False, is_refused: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_long, self.is_final, self.is_refused = reason, is_long, is_final, is_refused


class Hopeless(Exception):
    """No request will be answered before somebody fixes something: a refused key, an unknown model, no quota."""


class Tally:
    """Adds up what one job's calls cost."""

    def __init__(self) -> None:
        self.usage = Usage()

    def count(self, done: "Answer", messages: Sequence[Mapping[str, str]], seconds: float) -> None:
        """Add an answer, whether or not it turns out to be usable."""
        usage = done.completion.usage
        details = usage.prompt_tokens_details if usage else None
        sent = estimate("".join(message["content"] for message in messages))
        self.usage += Usage(
            calls=1,
            retries=done.retries,
            tokens_in=(usage.prompt_tokens if usage else 0) or sent,
            tokens_out=(usage.completion_tokens if usage else 0) or estimate(_content(done.completion)),
            tokens_cached=(details.cached_tokens or 0) if details else 0,
            seconds=seconds,
        )

    def count_refusal(self, seconds: float) -> None:
        """Add a request that the server refused; that costs nothing."""
        self.usage += Usage(calls=1, seconds=seconds)

    def count_failure(self, seconds: float) -> None:
        """Add a request that a server failed to answer: it cost time but no money."""
        self.usage += Usage(retries=1 + _MOST_RETRIES, seconds=seconds)


def question(
    model: Model, shape: type[T], system: str, user: str, tally: Tally, heard: Callable[[str], None] | None = None
) -> T:
    """Ask once (the SDK retries what is worth retrying) and return the answer in its shape. Secrets are not sent.

    `heard` is called on another thread with the answer's text so far, whenever more arrives, if the server can stream.

    Raises:
        BadAnswer: there was no usable answer.
        Hopeless: there will be none before somebody fixes something.
    """
    user = without_secrets(user, model.secret)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    started = time.monotonic()
    try:
        done = within(model.deadline, lambda: ask(model, shape, messages, heard))
    except TimeoutError:
        raise BadAnswer(f"the model gave no answer within {model.deadline:g} s", is_final=True) from None
    except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
        tally.count_refusal(time.monotonic() - started)
        raise _meaning(error, model) from error
    except openai.APIError as error:
        if isinstance(error, openai.APIStatusError):
            tally.count_failure(time.monotonic() - started)
        raise _meaning(error, model) from error
    tally.count(done, messages, time.monotonic() - started)
    return read(shape, done.completion)


def _meaning(error: openai.APIError, model: Model) -> BadAnswer | Hopeless:  # noqa: PLR0911 - one for each kind of error
    said, _ = redact(re.sub(r"^Error code: \d+(?: - )?", "", error.message.strip()), model.secret)
    said = f" ({said.splitlines()[0][:200]})" if said.strip() else ""
    if isinstance(error, openai.AuthenticationError):
        return Hopeless(f"the model server rejects the key{said}: set a valid [model] api_key")
    if isinstance(error, openai.PermissionDeniedError):
        return Hopeless(f"the key may not use {model.name}{said}: set another [model] api_key or name")
    if isinstance(error, openai.NotFoundError):
        return Hopeless(
            f"the server at {model.place} has no model {model.name!r}{said}: check [model] name and base_url"
        )
    if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        is_long = "context" in str(error).lower() or "too long" in str(error).lower()
        return BadAnswer(
            f"the model server rejects the request{said}",
            is_long=is_long,
            is_final=not is_long,
            is_refused=not is_long,
        )
    if isinstance(error, openai.APITimeoutError):
        return BadAnswer("the model server did not answer in time", is_final=True)
    if isinstance(error, openai.APIConnectionError):
        return BadAnswer(f"the model server at {model.place} cannot be reached", is_final=True)
    if isinstance(error, openai.RateLimitError) and error.code == _NO_QUOTA:
        return Hopeless("the model account's quota is used up: raise it, or set another [model] api_key")
    if isinstance(error, openai.RateLimitError):
        return BadAnswer("the model server's rate limit is used up", is_final=True)
    status = error.status_code if isinstance(error, openai.APIStatusError) else "an error"
    return BadAnswer(f"the model server answered {status}{said}", is_final=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion, the response format that gave it (0 schema, 1 JSON, 2 none), and the SDK's retries."""

    completion: ChatCompletion
    rung: int
    retries: int


@lru_cache(maxsize=32)  # pydantic rebuilds it each time, which takes longer than asking about a small commit
def _schema(shape: type[pydantic.BaseModel]) -> dict[str, Any]:
    return shape.model_json_schema()


def ask(
    model: Model,
    shape: type[pydantic.BaseModel],
    messages: Sequence[Mapping[str, str]],
    heard: Callable[[str], None] | None = None,
) -> Answer:
    """Ask for an answer of this shape, by the best response format that the server supports; remember which that is.

    Raises:
        openai.APIError: any failure of the server or the network.
        BadAnswer: the answer is not a completion (a proxy's page with status 200 arrives as text).
        Hopeless: no request can be made with these settings.
    """
    schema = _schema(shape)
    hint = "Answer with one JSON object for this schema: " + json.dumps(schema)
    told = [{"role": "system", "content": f"{messages[0]['content']}\n\n{hint}"}, *messages[1:]]
    formats: tuple[Any, ...] = (
        {"type": "json_schema", "json_schema": {"name": shape.__name__.strip("_"), "strict": True, "schema": schema}},
        {"type": "json_object"},
        openai.omit,
    )
    start = rung_of(model)
    for rung in range(start, len(formats)):
        try:
            done, retries, text = _completed(model, told if rung else messages, formats[rung], heard)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as refused:
            if rung == len(formats) - 1 or not _ABOUT_FORMAT.search(refused.message):
                raise
            continue
        except UnicodeEncodeError:
            raise Hopeless(
                "the model's key contains a character that keys never have: copy it again into [model] api_key"
            ) from None
        if not isinstance(done, ChatCompletion) or not done.choices or not done.choices[0].message:
            raise _no_completion(text, model)
        _RUNGS[model.base_url, model.name] = rung
        return Answer(done, rung, retries)
    raise AssertionError("the last rung returns or raises")


def _completed(model: Model, messages: Any, form: Any, heard: Callable[[str], None] | None) -> tuple[object, int, str]:
    """Return the completion, the SDK's retries, and the response text if it is not a completion."""
    if heard and (model.base_url, model.name) not in _WHOLE:
        try:
            return _in_pieces(model, messages, form, heard)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as refused:
            if "stream" not in refused.message:
                raise
            _WHOLE.add((model.base_url, model.name))
    raw = _client(model).chat.completions.with_raw_response.create(
        model=model.name, messages=messages, response_format=form
    )
    return _made_of(raw.text), raw.retries_taken, raw.text


def _in_pieces(model: Model, messages: Any, form: Any, heard: Callable[[str], None]) -> tuple[object, int, str]:
    """Return the same for a streamed answer; a server may still send it whole."""
    raw = _client(model).chat.completions.with_raw_response.create(
        model=model.name, messages=messages, response_format=form, stream=True, stream_options={"include_usage": True}
    )
    if "event-stream" in raw.headers.get("content-type", ""):
        with raw.parse() as chunks:
            return put_together(chunks, heard), raw.retries_taken, ""
    text = raw.http_response.read().decode("utf-8", "replace")
    done = _made_of(text)
    if done:
        _WHOLE.add((model.base_url, model.name))
    return done, raw.retries_taken, text


def _made_of(text: str) -> object:
    """Parse a body as a completion, as loosely as the SDK does; None for anything else."""
    try:
        return ChatCompletion.construct(**json.loads(text))
    except (ValueError, TypeError):
        return None


_WHOLE = set[tuple[str, str]]()
"""Models, by address and name, whose servers do not stream."""


def _no_completion(text: str, model: Model) -> BadAnswer:
    """Say what came with status 200 instead of an answer: an error in the server's words, or something else entirely."""
    try:
        told = json.loads(text)["error"]
        said, _ = redact(str(told["message"] if isinstance(told, dict) else told), model.secret)
    except (ValueError, KeyError, TypeError):
        advice = "check [model] base_url, it usually ends in /v1"
        return BadAnswer(f"the model server's answer is not a model's: {advice}", is_final=True)
    return BadAnswer(f"the model server answered with an error ({said.splitlines()[0][:200]})", is_final=True)


_RUNGS: dict[tuple[str, str], int] = {}
_ABOUT_FORMAT = re.compile(r"response_format|json.?schema|json_object|grammar|guided|structured.?output", re.IGNORECASE)
"""What servers say if they, or their grammar compiler, reject the response format: OpenAI, vLLM, SGLang, llama.cpp, TGI."""


def read(shape: type[T], done: ChatCompletion) -> T:
    """Return the answer in its shape; raise BadAnswer if it stopped early, refuses, or has another shape."""
    choice = done.choices[0]
    if choice.message.refusal:
        raise BadAnswer("the model refused", is_final=True, is_refused=True)
    if choice.finish_reason == "length":
        raise BadAnswer("the model's answer did not fit", is_long=True)
    if choice.finish_reason == "content_filter":
        raise BadAnswer("the model server's content filter stopped the answer", is_final=True, is_refused=True)
    # Some servers put the reasoning into the content, some models put prose or a fence around the object. An object
    # may contain these marks itself, so nothing is removed unnecessarily.
    said = _content(done)
    for text in (said, re.sub(r"\A\s*<think>.*?</think>", "", said, flags=re.DOTALL), said.rpartition("</think>")[2]):
        try:  # some models put raw line breaks into strings, which JSON does not allow
            return shape.model_validate(json.loads(text[text.find("{") : text.rfind("}") + 1], strict=False))
        except (ValueError, RecursionError):
            continue
    raise BadAnswer("the model's answer does not have the requested format")


def _content(done: ChatCompletion) -> str:
    content: object = done.choices[0].message.content  # as the server sent it, whatever the SDK's types say
    return content if isinstance(content, str) else ""


def _check_quota(response: httpx2.Response) -> None:
    """Keep the SDK from retrying if only money helps; https://github.com/openai/openai-python#retries."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and _NO_QUOTA in response.read().decode(errors="replace"):
        response.headers["x-should-retry"] = "false"


def _client(model: Model) -> openai.OpenAI:
    """Return a model's client, shared by all threads of a process."""
    with _CLIENTS_LOCK:
        if model not in _CLIENTS:
            _CLIENTS[model] = _connect(model)
            atexit.register(_CLIENTS[model].close)
        return _CLIENTS[model]


_CLIENTS: dict[Model, openai.OpenAI] = {}
_CLIENTS_LOCK = threading.Lock()
_NO_QUOTA = "insufficient_quota"


def _connect(model: Model) -> openai.OpenAI:
    if not re.match(r"https?://[^/\s]", model.base_url):
        raise Hopeless(
            f"{model.place!r} is not an address: set [model] base_url to one such as http://localhost:8000/v1"
        )
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=100)
    timeout = httpx2.Timeout(model.deadline, connect=10.0)
    hooks: Any = {"request": [check], "response": [time_body, _check_quota]}
    try:
        return openai.OpenAI(
            base_url=model.base_url,
            api_key=model.key or "unused",
            max_retries=_MOST_RETRIES,
            timeout=timeout,
            http_client=openai.DefaultHttpxClient(limits=limits, timeout=timeout, event_hooks=hooks),
        )
    except httpx2.InvalidURL as error:
        raise Hopeless(f"{model.place!r} is not an address ({error}): correct [model] base_url") from None


def unreachable(model: Model, seconds: float) -> str:
    """Say why a model's server does not answer or refuses the key, without asking the model anything; empty if all is well.

    A server need not support listing models: any answer is enough.
    """
    begin(seconds)
    try:
        _client(model).with_options(timeout=seconds, max_retries=0).models.list()
    except Hopeless as error:
        return str(error)
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        return f"{model.place} rejects the key ({error.status_code}): set [model] api_key"
    except openai.APIStatusError as error:
        is_broken = error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        return f"{model.place} answers {error.status_code}" if is_broken else ""
    except (openai.APIError, httpx2.HTTPError, TimeoutError) as error:
        return f"{model.place} does not answer ({type(error).__name__})"
    return ""


def rung_of(model: Model) -> int:
    """Return the response format a model's server has used: 0 by schema, 1 as JSON, 2 free text."""
    return _RUNGS.get((model.base_url, model.name), 0)


def first_letter(model: Model, system: str, user: str) -> float | None:
    """Return the seconds until an answer begins, reasoning included, and abort it there.

    None if the server does not stream or does not answer: the next request reports why.
    """
    messages: list[Any] = [
        {"role": "system", "content": system},
        {"role": "user", "content": without_secrets(user, model.secret)},
    ]
    started = time.monotonic()

    def wait() -> float | None:
        with _client(model).chat.completions.create(
            model=model.name,
            messages=messages,
            stream=True,
        ) as stream:
            for chunk in stream:
                delta = chunk.choices[0].delta if chunk.choices else None
                if delta and (delta.content or getattr(delta, "reasoning_content", None)):
                    return time.monotonic() - started
        return None

    try:
        return within(model.deadline, wait)
    except (openai.APIError, httpx2.HTTPError, Hopeless, TimeoutError):
        return None
