import pytest

from stockcast_lib.core import job_ids
from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import parse_request, request_key
from stockcast_lib.core.notebook_parameters import json_parameters
from stockcast_lib.core.wrong_fields import MOST_FIELDS


@pytest.mark.parametrize("days", [None, "45", 4.5, 0, 10_001, True, [1]])
def test_bad_days_name_the_field_and_its_limits(days):
    with pytest.raises(InvalidRequest) as caught:
        parse_request({"ticker": "AAPL", "days": days})
    (fault,) = caught.value.details["fields"]
    assert fault["field"] == "days"
    assert "10000" in fault["message"]


@pytest.mark.parametrize(
    "params",
    [
        {"interval": "0.8"},
        {"training_years": True},
        {"changepoint_prior_scale": "1"},
        {"n_changepoints": True},
        {"n_changepoints": "25"},
        {"n_changepoints": 25.0},
        {"weekly_seasonality": 1},
        {"weekly_seasonality": "yes"},
    ],
    ids=repr,
)
def test_a_parameter_of_another_kind_is_refused_by_name(params):
    with pytest.raises(InvalidRequest) as caught:
        parse_request({"ticker": "AAPL", "days": 5, "params": params})
    (fault,) = caught.value.details["fields"]
    (name,) = params
    assert fault["field"] == f"params.{name}"


def test_a_whole_number_serves_where_a_fraction_may_be():
    asked = parse_request({"ticker": "AAPL", "days": 5, "params": {"training_years": 2}})
    assert asked.params.training_years == 2.0


@pytest.mark.parametrize("ticker", ["", "../x", "A,B", "AAPL\nimport os", "{x}", 5, None, "A" * 20])
def test_what_is_no_ticker_is_refused(ticker):
    with pytest.raises(InvalidRequest):
        parse_request({"ticker": ticker, "days": 5})


def test_every_wrong_field_is_named():
    with pytest.raises(InvalidRequest) as caught:
        parse_request({"ticker": "../x", "days": 0, "spam": 1})
    assert {fault["field"] for fault in caught.value.details["fields"]} == {
        "ticker",
        "days",
        "spam",
    }


def test_a_ticker_is_put_in_capitals():
    assert parse_request({"ticker": " aapl ", "days": 5}).ticker == "AAPL"


def test_the_request_key_tells_requests_apart():
    asked = [
        parse_request({"ticker": "AAPL", "days": 5}),
        parse_request({"ticker": "AAPL", "days": 6}),
        parse_request({"ticker": "AAPL", "days": 5, "params": {"training_years": 2}}),
    ]
    assert len({request_key(request, "r") for request in asked}) == 3
    assert request_key(asked[0], "r") != request_key(asked[0], "s")


@pytest.mark.parametrize("name", ["a\nimport os", "a b", "", "a.b"])
def test_a_parameter_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(InvalidRequest):
        json_parameters({name: 1})


@pytest.mark.parametrize("value", [(1,), {1}, float("nan"), object(), [(1,)], {"a": (1,)}])
def test_a_parameter_value_that_is_no_json_is_refused(value):
    with pytest.raises(InvalidRequest):
        json_parameters({"a": value})


def test_an_id_tells_its_own_service_from_another():
    made = job_ids.job_id(bytes(15), b"key")
    assert job_ids.is_ours(made, b"key")
    assert not job_ids.is_ours(made, b"other")
    assert not job_ids.is_ours("../x", b"key")


def test_of_very_many_wrong_fields_the_first_are_named_and_none_at_any_length():
    wrong = {f"{number}{'n' * 500}": 1 for number in range(2 * MOST_FIELDS)}
    with pytest.raises(InvalidRequest) as caught:
        parse_request({"ticker": "AAPL", "days": 5, **wrong})
    fields = caught.value.details["fields"]
    assert len(fields) == MOST_FIELDS
    assert max(len(fault["field"]) for fault in fields) < 110
    assert len(caught.value.message) < 200 * MOST_FIELDS
