"""The schemas that models answer in, held against what servers make of them."""

import json
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest
from llguidance import LLMatcher, LLTokenizer
from servers.answers import item, sentence

from analysis.llm.shapes import Commits, Day, Findings

SHAPES: tuple[type[pydantic.BaseModel], ...] = (Commits, Day, Findings)
ANSWERS: dict[str, dict[str, Any]] = {
    "Commits": {"items": [item("abc1234", 'Fix "it" — für 缓存', claims=[{**sentence("So", "x"), "part": "risk"}])]},
    "Day": {"must_know": ["abc1234"], "order": ["abc1234"], "themes": [{"text": "So.", "commits": []}]},
    "Findings": {"findings": [{"claim": 3, "verdict": "follows"}]},
}
KEYWORDS = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "$ref", "$defs", "title", "description",
}  # fmt: skip
TYPES = {"object", "array", "string", "integer", "boolean"}


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and those within it."""
    yield node
    for inner in (*node.get("properties", {}).values(), *node.get("$defs", {}).values()):
        yield from schemas(inner)
    if "items" in node:
        yield from schemas(node["items"])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_schema_uses_what_all_compilers_know(shape: type[pydantic.BaseModel]) -> None:
    """Neither patterns, bounds, choices of types, defaults nor open objects.

    - OpenAI: every property required, no object open, no `$ref` with keywords beside it, no `default`, no `allOf`, at most ten levels
      (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
    - xgrammar: `allOf`, `not`, `if`, `uniqueItems`, `contains` and `dependentSchemas` are refused or passed over
      (https://github.com/mlc-ai/xgrammar, cpp/json_schema_converter.cc; vLLM names them in `has_xgrammar_unsupported_json_features`).
    - llguidance: an unknown keyword is an error, `anyOf` and `oneOf` cost (https://github.com/guidance-ai/llguidance/blob/main/docs/json_schema.md).
    - llama.cpp: `pattern` must be anchored, bounds of numbers are left out for floats, `$ref` only within the schema
      (https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md#json-schemas--gbnf).
    """
    for node in schemas(shape.model_json_schema()):
        assert set(node) <= KEYWORDS, node
        assert "$ref" not in node or set(node) == {"$ref"}
        assert node.get("$ref", "#/$defs/").startswith("#/$defs/")
        assert "$ref" in node or node["type"] in TYPES
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_compiler_that_servers_use_takes_it_and_lets_answers_pass(shape: type[pydantic.BaseModel]) -> None:
    """Keys come in the schema's order, and nothing else passes."""
    bytewise = LLTokenizer("byte")
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(shape.model_json_schema()))
    assert LLMatcher.validate_grammar_with_warnings(grammar, bytewise) == (False, [])

    def passes(answer: dict[str, Any]) -> bool:
        matcher = LLMatcher(bytewise, grammar)
        tokens = bytewise.tokenize_str(json.dumps(answer, ensure_ascii=False))
        return matcher.consume_tokens(tokens) and matcher.is_accepting()

    answer = shape.model_validate(ANSWERS[shape.__name__]).model_dump(mode="json")
    assert passes(answer)
    assert not passes({**answer, "more": 1})
    assert not passes({})
