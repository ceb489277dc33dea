"""The document against the calls."""

import json

import pytest
from openapi_spec_validator import validate

from stockcast_lib.web.openapi import openapi_document
from stockcast_lib.web.routes import CALLS
from tests.documented import document
from tests.gateway import fetch, running_gateway


def test_the_document_is_valid_openapi():
    validate(document())


def test_no_schema_is_named_for_where_it_stands_in_the_code():
    # Two models of one name would be.
    assert [name for name in openapi_document(CALLS)["components"]["schemas"] if "__" in name] == []


def test_every_call_is_documented_once():
    documented = {
        (method, path)
        for path, operations in document()["paths"].items()
        for method in operations
        if method != "head"
    }
    assert documented == {(call.method.lower(), call.path) for call in CALLS}
    ids = [each["operationId"] for at in document()["paths"].values() for each in at.values()]
    assert len(ids) == len(set(ids))


def test_it_is_served_as_it_is(ask):
    assert ask("/openapi.json")[2] == document()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_part_of_a_path_is_described(call):
    parts = {part[1:-1] for part in call.path.split("/") if part.startswith("{")}
    assert parts == set(call.parts)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_examples_are_what_the_call_takes_and_gives(call):
    if call.body and call.example is not None:
        call.body.model_validate(call.example)
    for answer in call.answers.values():
        if answer.model and answer.example is not None:
            answer.model.model_validate_json(json.dumps(answer.example))


def test_the_limits_are_those_that_are_checked(ask):
    operation = openapi_document(CALLS)["paths"]["/api/v1/forecasts"]["post"]
    wait = next(each for each in operation["parameters"] if each["name"] == "wait")
    assert (wait["schema"]["minimum"], wait["schema"]["maximum"]) == (0, 60)
    for wrong in ("-1", "60.1", "nan", "inf", "x"):
        status, _, problem = ask(f"/api/v1/forecasts?wait={wrong}", {"ticker": "A", "days": 1})
        assert (status, problem["fields"][0]["field"]) == (422, "wait")


UNNOTICED = {
    "a required property": (("components", "schemas", "JobDocument"), "required", ["spam"]),
    "200 is not documented": (("paths", "/api/v1/forecasts/{job_id}", "get"), "responses", {}),
    "no X-Spam": (
        ("paths", "/api/v1/forecasts/{job_id}", "get", "responses", "200", "headers"),
        "X-Spam",
        {"required": True, "schema": {"type": "string"}},
    ),
    "as application/json is not documented": (
        ("paths", "/api/v1/forecasts/{job_id}", "get", "responses", "200"), "content", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNNOTICED)
def test_an_answer_that_is_not_documented_is_noticed_whoever_asks(service, job, monkeypatch, what):
    path, name, value = UNNOTICED[what]
    at = document()
    for part in path:
        at = at[part]
    monkeypatch.setitem(at, name, value)
    service.held = job()
    with pytest.raises(AssertionError, match=what), running_gateway(service) as url:
        assert fetch(f"{url}/api/v1/forecasts/{'a' * 32}").status == 200


def test_a_token_may_be_sent_and_need_not():
    assert document()["security"] == [{}, {"bearer": []}]
    assert document()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_whatever_asks_to_wait_says_for_how_long():
    for operations in document()["paths"].values():
        for operation in operations.values():
            for status in {"429", "503"} & set(operation["responses"]):
                assert operation["responses"][status]["headers"]["Retry-After"]["required"]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_json_answer_has_its_schema(call):
    for status, answer in call.answers.items():
        if answer.media and "json" in answer.media:
            assert answer.model, status
