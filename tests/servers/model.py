"""A language model's server on the loopback, strict: OpenAI's Chat Completions as far as Daybrief uses them.

    with ModelServer(lambda request: {"title": "…"}) as model:
        openai.OpenAI(base_url=model.base_url, api_key="any")

Without an answer of the test's own it makes a valid one from the JSON schema that was asked for.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from servers.loopback import Loopback, Reply, Request, as_json

Json = dict[str, Any]
Answer = Callable[[Json], Json | str]

_KNOWN = frozenset(
    """audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
    metadata modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier
    stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity
    web_search_options""".split()  # noqa: SIM905 - forty quoted names are no easier to read
)
_ROLES = {"developer", "system", "user", "assistant", "tool", "function"}
_UNSUPPORTED = {"allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "default"}
_DEEP = 12  # levels, in a schema that contains itself
_PROXY_PAGE = b"<!DOCTYPE html>\n<html><head><title>502</title></head><body>Bad gateway</body></html>\n"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a request is answered; as it stands, normally.

    Attributes:
        instead: what is sent, whatever the request.
        refuses: types of response_format that are 400, as from servers that do not know them.
        finish: the finish_reason.
        change: what becomes of the content.
        refusal: the message's refusal, instead of content.
        usage: whether the answer tells its tokens.
        streams: whether it can come in pieces; `ignores_stream`: it is asked for pieces and answers whole.
        cut: cuts the content into the pieces that are sent; it may wait in between, and end early.
        wait: seconds before the answer.
        drip: seconds between the answer's bytes.
    """

    instead: Reply | None = None
    refuses: Sequence[str] = ()
    finish: Literal["stop", "length", "content_filter"] = "stop"
    change: Callable[[str], str] | None = None
    refusal: str | None = None
    usage: bool = True
    streams: bool = True
    ignores_stream: bool = False
    cut: Callable[[str], Iterable[str]] = lambda text: (text[:1], text[1:])
    wait: float = 0.0
    drip: float = 0.0


def _reply(status: int, value: Any, headers: Mapping[str, str] | None = None, drip: float = 0.0) -> Reply:
    return Reply(status, as_json(value), {"Content-Type": "application/json", **(headers or {})}, drip=drip)


def _error(
    status: int,
    message: str,
    code: str | None = None,
    kind: str = "invalid_request_error",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    return _reply(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers)


def _without_a_key(text: str) -> str:
    return json.dumps(dict(list(json.loads(text).items())[1:]))


NORMAL = Behaviour()
NO_JSON_SCHEMA = Behaviour(refuses=("json_schema",))
NO_RESPONSE_FORMAT = Behaviour(refuses=("json_schema", "json_object", "text"))
LENGTH = Behaviour(finish="length", change=lambda text: text[: len(text) // 2])
CONTENT_FILTER = Behaviour(finish="content_filter", change=lambda _: "")
REFUSAL = Behaviour(refusal="I'm sorry, I can't help with that.")
MALFORMED = Behaviour(change=lambda text: text.removesuffix("}") + ",")
WRONG_SHAPE = Behaviour(change=_without_a_key)
FENCED = Behaviour(change=lambda text: f"Here is the JSON:\n\n```json\n{text}\n```\n\nAnything else?")
THINKING = Behaviour(change=lambda text: f"<think>\nIt asks for {{}}, hm.\n</think>\n\n{text}")
NO_USAGE = Behaviour(usage=False)
NO_STREAM = Behaviour(streams=False)
IGNORES_STREAM = Behaviour(ignores_stream=True)
DRIP = Behaviour(drip=0.2)
RESET = Behaviour(Reply(0, broken="reset"))
HTML_PAGE = Behaviour(Reply(200, _PROXY_PAGE, {"Content-Type": "text/html; charset=utf-8"}))
CONTEXT_LENGTH = Behaviour(
    _error(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. "
        "Please reduce the length of the messages.",
        "context_length_exceeded",
    )
)
UNAUTHORIZED = Behaviour(_error(401, "Incorrect API key provided.", "invalid_api_key"))
UNKNOWN_MODEL = Behaviour(_error(404, "The model does not exist.", "model_not_found"))
NO_QUOTA = Behaviour(_error(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota"))
SERVER_ERROR = Behaviour(_error(500, "The server had an error.", kind="server_error"))
UNAVAILABLE = Behaviour(_error(503, "The engine is currently overloaded.", kind="service_unavailable"))


def rate_limited(seconds: int = 1) -> Behaviour:
    """Return 429 with Retry-After."""
    wait = {"Retry-After": str(seconds)}
    return Behaviour(_error(429, "Rate limit reached.", "rate_limit_exceeded", "requests", wait))


def hang(seconds: float) -> Behaviour:
    """Return an answer that is late."""
    return Behaviour(wait=seconds)


class ModelServer(Loopback):
    """A model of one's own.

    Args:
        answer: makes a message's content from the request; a dict is sent as JSON.
        models: the names it knows; others are 404.
        latency: seconds before each answer; may be set while it runs, as may the attributes.

    Attributes:
        plan: behaviours, used up one a request.
        meets_each_once: a question that has met one of the plan is answered when it is asked again, however many are asked at once.
        always: the behaviour when the plan is used up.
        requests: the parsed bodies of all completions that were asked for, whatever the answer.
        authorizations: their Authorization headers, empty if there was none.
        tokens_in: an estimate of what those that were answered cost: bytes of their messages by four.
    """

    def __init__(
        self, answer: Answer | None = None, *, models: Sequence[str] = ("test-model",), latency: float = 0.0
    ) -> None:
        super().__init__()
        self.latency = latency
        self.plan: list[Behaviour] = []
        self.meets_each_once = False
        self._met = set[str]()
        self.always = NORMAL
        self.requests: list[Json] = []
        self.authorizations: list[str] = []
        self.tokens_in = 0
        self._answer = answer or valid_answer
        self._models = models

    @property
    def base_url(self) -> str:
        """The address for the client."""
        return f"{self.url}/v1"

    def reply(self, request: Request) -> Reply:
        """Answer one request; see Loopback."""
        if (request.method, request.path) == ("GET", "/v1/models"):
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self._models]
            return _reply(200, {"object": "list", "data": models})
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            return _error(404, f"Invalid URL ({request.method} {request.path})")
        try:
            asked = dict(json.loads(request.body))
        except (ValueError, TypeError):
            return _error(400, "We could not parse the JSON body of your request.")
        with self._lock:
            number = len(self.requests)
            self.requests.append(asked)
            self.authorizations.append(request.headers.get("authorization", ""))
            question = json.dumps(
                asked["messages"][1:2]
            )  # asked again, another form stands before it, and what was wrong after it
            is_answered = self.meets_each_once and question in self._met
            self._met.add(question)
            behaviour = self.plan.pop(0) if self.plan and not is_answered else self.always
        return self._behave(asked, behaviour, number)

    def _behave(self, asked: Json, behaviour: Behaviour, number: int) -> Reply:
        self.closing.wait(behaviour.wait)
        if behaviour.instead:
            return behaviour.instead
        kind = (asked.get("response_format") or {}).get("type")
        if kind in behaviour.refuses:
            # As vLLM says it: without "error" around it, and the code a number.
            message = f"[{{'loc': ('body', 'response_format', 'type'), 'msg': \"'{kind}' is not supported\"}}]"
            return _reply(400, {"object": "error", "message": message, "type": "BadRequestError", "code": 400})
        if problem := next(_problems(asked), None):
            return _error(400, problem)
        if asked.get("stream") and not behaviour.streams:
            return _error(400, "This server does not stream.")
        if asked["model"] not in self._models:
            return _error(404, f"The model `{asked['model']}` does not exist.", "model_not_found")
        text = "".join(_texts(asked["messages"]))
        tokens = len(text.encode()) // 4
        with self._lock:
            self.tokens_in += tokens
        found = self._completion(asked, behaviour, number, tokens)
        is_whole = behaviour.ignores_stream or not asked.get("stream")
        return _reply(200, found, drip=behaviour.drip) if is_whole else _pieces(found, asked, behaviour)

    def _completion(self, asked: Json, behaviour: Behaviour, number: int, tokens: int) -> Json:
        found = self._answer(asked)
        content = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        content = behaviour.change(content) if behaviour.change else content
        spent = len(content.encode()) // 4
        message = {"role": "assistant", "content": content, "refusal": None}
        if behaviour.refusal:
            message |= {"content": None, "refusal": behaviour.refusal}
        usage = {
            "prompt_tokens": tokens,
            "completion_tokens": spent,
            "total_tokens": tokens + spent,
            "prompt_tokens_details": {"cached_tokens": 0},
        }
        return {
            "id": f"chatcmpl-{number:06}",
            "object": "chat.completion",
            "created": 0,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": behaviour.finish}],
            **({"usage": usage} if behaviour.usage else {}),
        }


def _pieces(found: Json, asked: Json, behaviour: Behaviour) -> Reply:
    """Return a completion as it comes in pieces: https://platform.openai.com/docs/api-reference/chat-streaming."""
    (choice,) = found["choices"]
    message, usage = choice["message"], found.pop("usage", None)

    def chunk(choices: Sequence[Json], **more: Any) -> Json:
        return {**found, "object": "chat.completion.chunk", "choices": list(choices), **more}

    def delta(finish: str | None = None, **values: Any) -> Json:
        return chunk([{"index": 0, "delta": values, "finish_reason": finish}])

    def chunks() -> Iterator[Json]:
        yield delta(role="assistant", content="")
        if message["refusal"]:
            yield delta(refusal=message["refusal"])
        for piece in behaviour.cut(message["content"] or ""):
            yield delta(content=piece)
        yield delta(finish=choice["finish_reason"])
        if usage and (asked.get("stream_options") or {}).get("include_usage"):
            yield chunk([], usage=usage)

    lines = chain(map(json.dumps, chunks()), ["[DONE]"])
    return Reply(
        200, headers={"Content-Type": "text/event-stream"}, pieces=(f"data: {line}\n\n".encode() for line in lines)
    )


def _texts(messages: Sequence[Json]) -> Iterator[str]:
    for message in messages:
        content = message.get("content") or ""
        yield content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


# -- what is refused: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas


def _problems(asked: Json) -> Iterator[str]:
    """Yield what OpenAI would say of this request, if it would refuse it."""
    for name in sorted(asked.keys() - _KNOWN):
        yield f"Unrecognized request argument supplied: {name}"
    if not isinstance(asked.get("model"), str):
        yield "you must provide a model parameter"
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "Missing required parameter: 'messages'."
        return
    for at, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            yield f"Invalid value for 'messages[{at}].role'."
        elif not isinstance(message.get("content"), str | list):
            yield f"Invalid type for 'messages[{at}].content'."
    for name, least, most in (("temperature", 0, 2), ("top_p", 0, 1), ("max_completion_tokens", 1, 10**6)):
        value = asked.get(name)
        if value is not None and not (isinstance(value, int | float) and least <= value <= most):
            yield f"Invalid '{name}': it must be between {least} and {most}."
    yield from _format_problems(asked.get("response_format"), messages)


def _format_problems(form: Any, messages: Sequence[Json]) -> Iterator[str]:
    if form is None:
        return
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object" and "json" not in "".join(_texts(messages)).lower():
        yield "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."
    elif kind == "json_schema":
        asked = form.get("json_schema") or {}
        if not re.fullmatch(r"[\w-]{1,64}", str(asked.get("name", "")), re.ASCII):
            yield "Invalid 'response_format.json_schema.name'."
        schema = asked.get("schema")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            yield "Invalid schema for response_format: schema must be of 'type: \"object\"'."
        elif asked.get("strict"):
            for problem in _strict_problems(schema, ()):
                yield f"Invalid schema for response_format '{asked['name']}': {problem}"
    elif kind not in {"text", "json_object"}:
        yield "Invalid value for 'response_format.type'."


def _strict_problems(schema: Json, path: tuple[str, ...]) -> Iterator[str]:
    """Yield what strict mode does not allow, in this schema and those within."""
    if "$ref" in schema and len(schema) > 1:
        yield f"In context={path}, $ref cannot have keywords {sorted(schema.keys() - {'$ref'})}."
    for keyword in sorted(schema.keys() & _UNSUPPORTED):
        yield f"In context={path}, '{keyword}' is not permitted."
    properties = schema.get("properties", {})
    if schema.get("type") == "object" or properties:
        if schema.get("additionalProperties") is not False:
            yield f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
        if sorted(schema.get("required", [])) != sorted(properties):
            yield f"In context={path}, 'required' is required to include every key in properties."
    within = {"properties": properties, "$defs": schema.get("$defs", {})}
    within["anyOf"] = {str(at): branch for at, branch in enumerate(schema.get("anyOf", []))}
    within["items"] = {"": schema["items"]} if "items" in schema else {}
    for keyword, schemas in within.items():
        for name, inner in schemas.items():
            yield from _strict_problems(inner, (*path, keyword, name))


# -- what is answered


def valid_answer(asked: Json) -> Json | str:
    """Return an instance of the schema that was asked for; without one, a sentence."""
    form = asked.get("response_format") or {}
    schema = form["json_schema"]["schema"] if form.get("type") == "json_schema" else _told_schema(asked["messages"])
    if schema is None:
        return {} if form.get("type") == "json_object" else "A short answer."
    found: Json = _instance(schema, schema, "text")
    return found


def _told_schema(messages: Sequence[Json]) -> Json | None:
    """Return the JSON schema that a system message contains."""
    told = "\n".join(_texts([message for message in messages if message["role"] in {"system", "developer"}]))
    for start in re.finditer(r"\{", told):
        try:
            found, _ = json.JSONDecoder().raw_decode(told, start.start())
        except ValueError:
            continue
        if found.keys() & {"properties", "$ref", "anyOf"}:
            return dict(found)
    return None


def _instance(schema: Json, root: Json, name: str, depth: int = 0) -> Any:
    """Return the plainest value that a schema allows (but for `pattern`); a string is its property's name."""
    schema = _resolved(schema, root, depth)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            properties = schema.get("properties", {})
            return {key: _instance(inner, root, key, depth + 1) for key, inner in properties.items()}
        case "array":
            number = max(schema.get("minItems", 0), min(1, schema.get("maxItems", 1)) if depth < _DEEP else 0)
            return [_instance(schema.get("items", {}), root, name, depth + 1) for _ in range(number)]
        case "string":
            return name.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return min(least, schema.get("maximum", least))
        case plain:
            return False if plain == "boolean" else None


def _resolved(schema: Json, root: Json, depth: int) -> Json:
    """Follow references, and the first branch of each choice; deep within a schema of itself the last, null."""
    while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            schema = branches[-1 if depth >= _DEEP else 0]
            continue
        found = root
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema
