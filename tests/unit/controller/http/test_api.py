"""OpenAPI: everything that is answered has a schema, and what is answered is what the schema says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fer_controller.desk.stores import Place
from fer_controller.http.api import Problem
from fer_controller.http.app import make_app
from fer_controller.operations import OPERATIONS

Schema = dict[str, Any]
UNDESCRIBED: Schema = {}


def an_app() -> FastAPI:
    """The application's routes; nothing behind them is opened."""
    nothing: Any = None
    guards: Any = type("Guards", (), {"enrolled": lambda _request: None, "certified": lambda _request: None})
    return make_app(nothing, nothing, nothing, nothing, guards, Place(Path("fleet.db"), Path("models"), 30.0), nothing)


@pytest.fixture(scope="module")
def spec() -> Schema:
    return an_app().openapi()


def answers(spec: Schema) -> "Iterator[tuple[str, str, Schema]]":
    """(request, status, content) of everything that is answered."""
    for path, methods in spec["paths"].items():
        for method, route in methods.items():
            for status, response in route["responses"].items():
                yield f"{method.upper()} {path}", status, response.get("content", {})


def test_no_answer_is_without_a_schema(spec: Schema) -> None:
    found = list(answers(spec))
    assert len(found) >= len(OPERATIONS) + 4
    for request, status, content in found:
        assert content, (request, status)
        for media_type, told in content.items():
            assert told.get("schema", UNDESCRIBED).keys() - {"title"}, (request, status, media_type)


def test_every_schema_that_is_referred_to_is_there_and_says_something(spec: Schema) -> None:
    parts = spec["components"]["schemas"]
    referred = {each.rpartition("/")[2] for each in references(spec)}
    assert referred
    assert referred <= set(parts)
    assert not [name for name, part in parts.items() if not part.get("properties")]


def references(part: Any) -> "Iterator[str]":
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_operation_has_its_route(spec: Schema) -> None:
    routes = {(method.upper(), path) for path, methods in spec["paths"].items() for method in methods}
    assert {(each.method, each.path) for each in OPERATIONS} <= routes


def test_what_goes_wrong_is_a_sentence_under_a_schema(spec: Schema) -> None:
    for path, methods in spec["paths"].items():
        for route in methods.values():
            if path != "/v1/health":
                refused = route["responses"]["4XX"]["content"]["application/json"]["schema"]
                assert refused == {"$ref": f"#/components/schemas/{Problem.__name__}"}


def test_the_request_for_a_rollout_describes_every_field_of_a_form(spec: Schema) -> None:
    fields = spec["components"]["schemas"]["DeployRequest"]["properties"]
    assert {"model", "precision", "waves", "gates", "soak", "devices", "offline"} <= set(fields)
    assert all({"title", "description", "default"} <= set(field) for field in fields.values())
    assert fields["precision"]["enum"] == ["auto", "fp32", "fp16", "int8"]
    assert (fields["soak"]["default"], fields["devices"]["type"]) == ("10m", "array")


def test_what_is_not_json_says_what_it_is(spec: Schema) -> None:
    binary = spec["paths"]["/v1/artifacts/{sha256}"]["get"]["responses"]["200"]["content"]
    assert list(binary) == ["application/octet-stream"]
    assert list(spec["paths"]["/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]


def test_the_description_is_plain_json(spec: Schema) -> None:
    assert json.loads(json.dumps(spec)) == spec
