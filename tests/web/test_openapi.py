"""The document against the calls."""

import json

import pytest
from openapi_spec_validator import validate

from stockcast_lib.web.openapi import openapi_document
from stockcast_lib.web.routes import CALLS
from tests.documented import document


def test_the_document_is_valid_openapi():
    validate(document())


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


def test_an_answer_that_is_not_documented_is_noticed(ask, service, job, monkeypatch):
    service.held = job()
    monkeypatch.setitem(document()["components"]["schemas"]["JobDocument"], "required", ["spam"])
    with pytest.raises(Exception, match="'spam' is a required property"):
        ask(f"/api/v1/forecasts/{'a' * 32}")
