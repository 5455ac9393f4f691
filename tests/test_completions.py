"""One question to a model: whatever servers and models do wrong comes out as two errors with a way out."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pydantic
import pytest
from servers import model as as_model
from servers.loopback import Loopback, Reply, Request, as_json
from servers.model import Behaviour, ModelServer
from servers.waiting import hurry

from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, first_letter, question
from analysis.llm.pieces import whole_items
from analysis.llm.trial import try_out


class Colour(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    name: str
    why: list[str]


ANSWER = {"name": "blue", "why": ["the sky", "the sea"]}
TRANSIENT = [
    as_model.RESET,
    as_model.SERVER_ERROR,
    as_model.UNAVAILABLE,
    as_model.rate_limited(0),
    as_model.rate_limited(1),
]


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(lambda _: ANSWER) as running:
        yield running


def model(server: Loopback, **options: Any) -> Model:
    return Model(
        **{"base_url": f"{server.url}/v1", "name": "test-model", "key": "test-key", "deadline": 10.0, **options}
    )


def ask(server: Loopback, text: str = "Which colour?", tally: Tally | None = None, **options: Any) -> Colour:
    return question(model(server, **options), Colour, "You name colours in JSON.", text, tally or Tally())


def formats(server: ModelServer) -> list[str]:
    return [(request.get("response_format") or {"type": "none"})["type"] for request in server.requests]


class TestFormats:
    def test_the_answer_is_asked_for_by_schema(self, server: ModelServer) -> None:
        assert ask(server).model_dump() == ANSWER
        (asked,) = server.requests
        assert asked["response_format"]["json_schema"]["schema"] == Colour.model_json_schema()
        assert asked["messages"] == [
            {"role": "system", "content": "You name colours in JSON."},
            {"role": "user", "content": "Which colour?"},
        ]
        assert server.authorizations == ["Bearer test-key"]

    @pytest.mark.parametrize(
        ("behaviour", "tried"),
        [
            (as_model.NO_JSON_SCHEMA, ["json_schema", "json_object"]),
            (as_model.NO_RESPONSE_FORMAT, ["json_schema", "json_object", "none"]),
        ],
    )
    def test_what_a_server_refuses_is_asked_for_otherwise_and_remembered(
        self, server: ModelServer, behaviour: Behaviour, tried: list[str]
    ) -> None:
        server.always = behaviour
        assert [ask(server).name, ask(server).name] == ["blue", "blue"]
        assert formats(server) == [*tried, tried[-1]]

    def test_the_schema_then_stands_in_the_one_system_message(self, server: ModelServer) -> None:
        """Some models' templates allow only one."""
        server.always = as_model.NO_JSON_SCHEMA
        ask(server)
        system, user = server.requests[-1]["messages"]
        assert system["content"].startswith(
            "You name colours in JSON.\n\nAnswer with one JSON object for this schema: {"
        )
        assert json.dumps(Colour.model_json_schema()) in system["content"]
        assert user["content"] == "Which colour?"

    def test_a_server_may_say_it_with_422(self) -> None:
        class Strict(ModelServer):
            def reply(self, request: Request) -> Reply:
                found = super().reply(request)
                return Reply(422, found.body, found.headers) if found.status == 400 else found

        with Strict(lambda _: ANSWER) as server:
            server.always = as_model.NO_RESPONSE_FORMAT
            assert ask(server).name == "blue"

    @pytest.mark.parametrize(
        "said",
        [
            "The provided JSON schema contains features not supported by xgrammar.",
            "Failed to compile grammar: unknown keyword",
            "Structured outputs are not enabled on this server.",
            "Grammar compilation error: Invalid schema",
        ],
    )
    def test_a_schema_that_a_servers_compiler_refuses_is_asked_for_otherwise(self, said: str) -> None:
        class Compiling(ModelServer):
            def _behave(self, asked: dict[str, Any], behaviour: Behaviour, number: int) -> Reply:
                if (asked.get("response_format") or {}).get("type") == "json_schema":
                    return Reply(400, as_json({"message": said, "code": 400}), {"Content-Type": "application/json"})
                return super()._behave(asked, behaviour, number)

        with Compiling(lambda _: ANSWER) as server:
            assert ask(server).name == "blue"
            assert formats(server) == ["json_schema", "json_object"]

    def test_each_model_of_a_server_has_its_own_way(self, server: ModelServer) -> None:
        with ModelServer(lambda _: ANSWER, models=("one", "two")) as both:
            both.plan = [as_model.NO_JSON_SCHEMA]
            assert [ask(both, name=name).name for name in ("one", "two")] == ["blue", "blue"]
            assert formats(both) == ["json_schema", "json_object", "json_schema"]


class TestAnswers:
    @pytest.mark.parametrize("behaviour", [as_model.FENCED, as_model.THINKING, as_model.NO_USAGE])
    def test_what_stands_around_an_answer_is_taken_off(self, server: ModelServer, behaviour: Behaviour) -> None:
        server.always = behaviour
        assert ask(server).model_dump() == ANSWER

    @pytest.mark.parametrize(
        "before",
        [
            '<think>{"name": "red", "why": []}</think>',
            "It could be {red}.</think>\n",
            "<think>Maybe {}.</think>Sure: ",
            "<think></think>",
        ],
    )
    def test_thoughts_are_taken_off(self, server: ModelServer, before: str) -> None:
        server.always = Behaviour(change=lambda text: before + text)
        assert ask(server).model_dump() == ANSWER

    @pytest.mark.parametrize("before", ["", "<think>Hm, {}.</think>"])
    def test_an_answer_about_thoughts_keeps_its_words(self, before: str) -> None:
        told = {"name": "parse <think>x</think> in `a</think>`", "why": []}
        with ModelServer(lambda _: before + json.dumps(told)) as server:
            assert ask(server).model_dump() == told

    @pytest.mark.parametrize(
        ("behaviour", "reason", "marks"),
        [
            (as_model.LENGTH, "the model's answer did not fit", "long"),
            (as_model.CONTENT_FILTER, "the model server's content filter stopped the answer", "final refused"),
            (as_model.REFUSAL, "the model refused", "final refused"),
            (as_model.MALFORMED, "the model's answer does not have the requested format", ""),
            (as_model.WRONG_SHAPE, "the model's answer does not have the requested format", ""),
            (Behaviour(change=lambda _: "Sorry."), "the model's answer does not have the requested format", ""),
            (Behaviour(change=lambda _: ""), "the model's answer does not have the requested format", ""),
        ],
    )
    def test_an_answer_that_cannot_be_used(
        self, server: ModelServer, behaviour: Behaviour, reason: str, marks: str
    ) -> None:
        server.always = behaviour
        tally = Tally()
        with pytest.raises(BadAnswer) as caught:
            ask(server, tally=tally)
        assert caught.value.reason == reason
        bad = caught.value
        is_so = {"long": bad.is_long, "final": bad.is_final, "refused": bad.is_refused}
        assert " ".join(mark for mark, holds in is_so.items() if holds) == marks
        assert tally.usage.calls == 1
        assert tally.usage.tokens_in > 0

    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b"[]",
            b"null",
            b"{",
            as_json({"choices": []}),
            as_json({"choices": [{}]}),
            as_json({"choices": [{"message": None}]}),
        ],
    )
    def test_an_answer_that_is_no_completion(self, body: bytes) -> None:
        class Other(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(200, body, {"Content-Type": "application/json"})

        with Other() as server, pytest.raises(BadAnswer, match=r"check \[model\] base_url, it usually ends in /v1"):
            ask(server)

    @pytest.mark.parametrize(
        "error", [{"message": "no memory\nleft", "code": 500}, "no memory\nleft"], ids=["as OpenAI's", "bare"]
    )
    def test_an_error_with_status_200_is_told_in_the_servers_words(self, error: Any) -> None:
        class Other(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(200, as_json({"error": error}), {"Content-Type": "application/json"})

        with Other() as server, pytest.raises(BadAnswer) as told:
            ask(server)
        assert told.value.reason == "the model server answered with an error (no memory)"

    def test_a_line_that_is_broken_within_a_string_costs_nothing(self, server: ModelServer) -> None:
        server.always = as_model.Behaviour(change=lambda text: text.replace("the sky", "the\nsky", 1))
        assert json.dumps(ask(server).model_dump()).count("\\n") == 1

    def test_content_that_is_no_text(self) -> None:
        class Other(Loopback):
            def reply(self, request: Request) -> Reply:
                message = {"role": "assistant", "content": [{"type": "text", "text": "{}"}]}
                usage = {"prompt_tokens": None, "completion_tokens": None}
                return Reply(
                    200,
                    as_json({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}),
                    {"Content-Type": "application/json"},
                )

        with Other() as server, pytest.raises(BadAnswer, match="does not have the requested format"):
            ask(server)

    def test_a_proxys_page_is_no_answer(self, server: ModelServer) -> None:
        server.always = as_model.HTML_PAGE
        with pytest.raises(BadAnswer, match=r"answer is not a model's: check \[model\] base_url"):
            ask(server)


class TestFaults:
    @pytest.mark.parametrize("behaviour", TRANSIENT, ids=lambda b: str(b.instead.status or "reset"))
    def test_what_passes_is_asked_again(self, server: ModelServer, behaviour: Behaviour) -> None:
        server.plan = [behaviour, behaviour]
        tally = Tally()
        assert ask(server, tally=tally).name == "blue"
        assert (tally.usage.calls, tally.usage.retries, len(server.requests)) == (1, 2, 3)

    @pytest.mark.parametrize(
        ("behaviour", "reason"),
        [
            (as_model.RESET, r"the model server at http://127\.0\.0\.1:\d+/v1 cannot be reached"),
            (as_model.SERVER_ERROR, r"the model server answered 500 \(The server had an error\.\)"),
            (as_model.UNAVAILABLE, "the model server answered 503"),
            (as_model.rate_limited(0), "the model server's rate limit is used up"),
            (as_model.rate_limited(600), "the model server's rate limit is used up"),
        ],
    )
    def test_what_does_not_pass_is_told(self, server: ModelServer, behaviour: Behaviour, reason: str) -> None:
        server.always = behaviour
        tally = Tally()
        with pytest.raises(BadAnswer, match=reason) as caught:
            ask(server, tally=tally)
        assert (caught.value.is_final, caught.value.is_refused, tally.usage.calls) == (True, False, 0)
        assert len(server.requests) <= 4

    def test_a_question_that_is_too_long(self, server: ModelServer) -> None:
        server.always = as_model.CONTEXT_LENGTH
        tally = Tally()
        with pytest.raises(BadAnswer, match=r"rejects the request .*maximum context length is 8192") as caught:
            ask(server, tally=tally)
        assert (caught.value.is_long, caught.value.is_final, len(server.requests)) == (True, False, 1)
        assert (tally.usage.calls, tally.usage.tokens_in) == (1, 0)

    @pytest.mark.parametrize(
        ("behaviour", "reason"),
        [
            (as_model.UNAUTHORIZED, r"rejects the key \(Incorrect API key provided\.\): set a valid \[model\] api_key"),
            (as_model.UNKNOWN_MODEL, r"has no model 'test-model' \(.*\): check \[model\] name and base_url"),
            (as_model.NO_QUOTA, r"the model account's quota is used up: raise it, or set another \[model\] api_key"),
        ],
    )
    def test_what_somebody_must_mend_is_asked_once(
        self, server: ModelServer, behaviour: Behaviour, reason: str
    ) -> None:
        server.always = behaviour
        with pytest.raises(Hopeless, match=reason):
            ask(server)
        assert len(server.requests) == 1

    @pytest.mark.parametrize("key", ["sk-\u200bx", "ключ"])
    def test_a_key_that_cannot_be_one(self, server: ModelServer, key: str) -> None:
        with pytest.raises(Hopeless, match=r"copy it again into \[model\] api_key"):
            ask(server, key=key)

    @pytest.mark.parametrize("address", ["localhost:8000/v1", "", "http://localhost:80a/v1", "https://"])
    def test_an_address_that_is_none(self, server: ModelServer, address: str) -> None:
        with pytest.raises(Hopeless, match=r"is not an address.*\[model\] base_url"):
            ask(server, base_url=address)

    def test_a_server_that_is_not_there(self) -> None:
        with ModelServer() as server:
            pass
        with pytest.raises(BadAnswer, match="cannot be reached"):
            ask(server)


class TestDeadline:
    @pytest.mark.parametrize("behaviour", [as_model.DRIP, as_model.hang(60)], ids=["drip", "hang"])
    def test_it_holds_for_the_whole_call(self, server: ModelServer, behaviour: Behaviour) -> None:
        server.always = behaviour
        began = time.monotonic()
        with pytest.raises(BadAnswer, match=r"the model gave no answer within 0.3 s|did not answer in time") as caught:
            ask(server, deadline=0.3)
        assert (time.monotonic() - began < 1.0, caught.value.is_final) == (True, True)

    def test_what_was_given_up_is_not_asked_again(self, server: ModelServer) -> None:
        """The SDK would repeat what timed out, and somebody would pay for it."""
        server.always = as_model.hang(60)
        before = set(threading.enumerate())
        with pytest.raises(BadAnswer):
            ask(server, deadline=1.0)
        for thread in set(threading.enumerate()) - before:
            if thread.name.endswith("(run)"):
                thread.join(2.0)
                assert not thread.is_alive()
        assert len(server.requests) == 1

    def test_a_dripping_answer_is_let_go(self, server: ModelServer) -> None:
        """Every read is quick enough, and there is no end of them."""
        server.always = Behaviour(drip=0.02, change=lambda text: text + " " * 1_000)
        before = set(threading.enumerate())
        with pytest.raises(BadAnswer):
            ask(server, deadline=0.2)
        for thread in set(threading.enumerate()) - before:
            if thread.name.endswith("(run)"):
                thread.join(2.0)
                assert not thread.is_alive()


class TestTally:
    def test_it_adds_up_what_was_told(self, server: ModelServer) -> None:
        tally = Tally()
        for _ in range(3):
            ask(server, tally=tally)
        assert (tally.usage.calls, tally.usage.tokens_in) == (3, server.tokens_in)
        assert tally.usage.tokens_out == 3 * (len(json.dumps(ANSWER)) // 4)
        assert tally.usage.seconds > 0

    @pytest.mark.parametrize("behaviour", [as_model.SERVER_ERROR, as_model.UNAVAILABLE, as_model.rate_limited(0)])
    def test_it_adds_up_what_a_server_failed_to_answer(self, server: ModelServer, behaviour: Behaviour) -> None:
        server.always = behaviour
        tally = Tally()
        with pytest.raises(BadAnswer):
            ask(server, tally=tally)
        assert (tally.usage.calls, tally.usage.retries) == (0, len(server.requests))

    def test_it_estimates_what_was_not_told(self, server: ModelServer) -> None:
        server.always = as_model.NO_USAGE
        tally = Tally()
        ask(server, "x" * 4_000, tally=tally)
        assert 1_000 <= tally.usage.tokens_in <= 1_020
        assert tally.usage.tokens_out == len(json.dumps(ANSWER)) // 4 + 1


class TestSecrets:
    def test_they_do_not_leave(self, server: ModelServer) -> None:
        own = ("our-own-github-token", "test-key")
        ask(server, f"token = {own[0]}; key = sk-proj-{'a1B2' * 10}; password: 'hunter2hunter2'", secret=own)
        sent = json.dumps(server.requests)
        assert not [secret for secret in (own[0], "sk-proj", "hunter2") if secret in sent]
        assert sent.count("[secret removed]") == 3

    def test_they_are_not_printed(self) -> None:
        shown = repr(Model("http://localhost/v1", "m", key="the-key", secret=("the-token",)))
        assert not [secret for secret in ("the-key", "the-token") if secret in shown]

    def test_they_are_not_told_when_a_server_repeats_them(self) -> None:
        class Echoing(Loopback):
            def reply(self, request: Request) -> Reply:
                said = f"Bad key {request.headers['authorization']}"
                return Reply(401, as_json({"error": {"message": said}}), {"Content-Type": "application/json"})

        with Echoing() as server, pytest.raises(Hopeless) as caught:
            ask(server, key="the-secret-key", secret=("the-secret-key",))
        assert "the-secret-key" not in str(caught.value)

    def test_an_address_is_told_without_its_password(self, server: ModelServer) -> None:
        server.always = as_model.RESET
        with pytest.raises(BadAnswer) as caught:
            ask(server, base_url=server.base_url.replace("//", "//ann:s3cret@"))
        assert caught.value.reason == f"the model server at {server.base_url} cannot be reached"


def test_threads_share_one_client(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Counted(openai.OpenAI):
        def __init__(self, **options: Any) -> None:
            made.append(options["base_url"])
            super().__init__(**options)

    monkeypatch.setattr(openai, "OpenAI", Counted)
    server.latency = 0.02
    with ThreadPoolExecutor(8) as executor:
        assert {answer.name for answer in executor.map(lambda _: ask(server), range(16))} == {"blue"}
    assert made == [server.base_url]


class TestTrial:
    @pytest.mark.parametrize(
        ("behaviour", "form"),
        [
            (as_model.NORMAL, "by JSON schema"),
            (as_model.NO_JSON_SCHEMA, "as JSON, without a schema"),
            (as_model.NO_RESPONSE_FORMAT, "as free text, read as JSON"),
        ],
    )
    def test_it_says_how_the_server_gives_answers(self, behaviour: Behaviour, form: str) -> None:
        with ModelServer(lambda _: {"sum": 5}) as server:
            server.always = behaviour
            trial = try_out(model(server))
        assert (trial.form, trial.problem) == (form, "")
        assert trial.seconds > 0

    def test_it_says_when_the_answer_is_wrong(self) -> None:
        with ModelServer(lambda _: {"sum": 6}) as server:
            trial = try_out(model(server))
        assert (trial.form, trial.doubt) == ("by JSON schema", "it says that 2 + 3 is 6")

    def test_it_says_what_is_broken(self, server: ModelServer) -> None:
        server.always = as_model.UNAUTHORIZED
        assert try_out(model(server)).problem.startswith("the model server rejects the key")


class TestTheFirstLetter:
    def test_it_is_there_before_the_whole(self) -> None:
        """And the rest is not waited for; thoughts are letters, too."""
        for change in (None, lambda text: f"<think>Hm.</think>{text}"):
            with ModelServer(lambda _: ANSWER) as server:
                server.always = Behaviour(change=change)
                assert first_letter(model(server), "You name colours in JSON.", "Which colour?") is not None
                assert [asked["stream"] for asked in server.requests] == [True]

    @pytest.mark.parametrize("behaviour", [as_model.NO_STREAM, as_model.UNAUTHORIZED, as_model.RESET])
    def test_where_none_comes_alone_nothing_is_said(self, server: ModelServer, behaviour: Behaviour) -> None:
        server.always = behaviour
        assert first_letter(model(server), "You name colours in JSON.", "Which colour?") is None


class TestPieces:
    """Answers that are wanted as they come."""

    @staticmethod
    def ask(server: ModelServer, heard: list[str], tally: Tally | None = None) -> Colour:
        return question(model(server), Colour, "You name colours in JSON.", "Which?", tally or Tally(), heard.append)

    def test_what_has_come_is_told_and_the_whole_is_the_answer(self, server: ModelServer) -> None:
        text, heard, tally = json.dumps(ANSWER), list[str](), Tally()
        server.always = Behaviour(cut=lambda content: (content[:5], content[5:9], content[9:]))
        assert self.ask(server, heard, tally).model_dump() == ANSWER
        assert heard == [text[:5], text[:9], text]
        assert (tally.usage.calls, tally.usage.tokens_out) == (1, len(text.encode()) // 4)

    @pytest.mark.parametrize(
        ("behaviour", "streams"),
        [(as_model.NO_STREAM, [True, False, False]), (as_model.IGNORES_STREAM, [True, False])],
        ids=["refused", "ignored"],
    )
    def test_a_server_that_sends_none_answers_whole(
        self, server: ModelServer, behaviour: Behaviour, streams: list[bool]
    ) -> None:
        """And is not asked for them again."""
        server.always, heard = behaviour, list[str]()
        for _ in range(2):
            assert self.ask(server, heard).model_dump() == ANSWER
        assert (heard, [bool(asked.get("stream")) for asked in server.requests]) == ([], streams)

    def test_other_formats_are_tried_as_ever(self, server: ModelServer) -> None:
        server.always = as_model.NO_RESPONSE_FORMAT
        assert self.ask(server, []).model_dump() == ANSWER
        assert formats(server) == ["json_schema", "json_object", "none"]

    @pytest.mark.parametrize(
        ("behaviour", "reason"),
        [(as_model.LENGTH, "did not fit"), (as_model.REFUSAL, "refused"), (as_model.CONTENT_FILTER, "filter"),
         (as_model.MALFORMED, "requested format"), (as_model.HTML_PAGE, "base_url"), (as_model.UNKNOWN_MODEL, "no model")],
    )  # fmt: skip
    def test_what_goes_wrong_is_told_as_ever(self, server: ModelServer, behaviour: Behaviour, reason: str) -> None:
        server.always = behaviour
        with pytest.raises((BadAnswer, Hopeless), match=reason):
            self.ask(server, [])

    def test_one_that_breaks_off_is_no_answer(self, server: ModelServer) -> None:
        """The server's own failure apart, of which the connection tells nothing here: the text ends in the middle."""
        server.always = Behaviour(cut=lambda content: [content[:9]])
        heard = list[str]()
        with pytest.raises(BadAnswer):
            self.ask(server, heard)
        assert heard == [json.dumps(ANSWER)[:9]]

    @pytest.mark.parametrize(
        ("content", "whole"),
        [
            ('{"items": [{"a": 1}, {"a": [{"b": 2}]}, {"a"', [{"a": 1}, {"a": [{"b": 2}]}]),
            ('```json\n{"items" : [ {"a": "]}"} ,', [{"a": "]}"}]),
            ('<think>{"items": [{"a": 0}]}</think>{"items": [{"a": 1}', [{"a": 1}]),
            ('<think>{"items": [{"a": 0}', []),
            ('{"items": [{"a": "two\nlines"}', [{"a": "two\nlines"}]),
            ('{"items": [', []),
            ('{"others": [{"a": 1}]', []),
            ('{"items": [{"a": 1}], "more": [{"a": 2}]}', [{"a": 1}]),
            ("", []),
        ],
    )
    def test_items_are_read_once_they_are_whole(self, content: str, whole: list[object]) -> None:
        assert list(whole_items(content, "items")) == whole
