import pytest

from stockcast_lib.dashboard.model.address import query_of, values_of
from stockcast_lib.dashboard.model.link import FIELDS

DEFAULTS = values_of("", FIELDS)


def test_nothing_is_said_of_what_is_as_usual():
    assert query_of(DEFAULTS, FIELDS) == ""


def test_an_address_leads_back_to_what_it_was_made_of():
    looks = {"chart": "candles", "scale": "log", "naive": False, "past": True, "range": "6m"}
    looks |= {"study": "priors", "set": {"scales": "0.01 0.1", "count": "5"}}
    values = DEFAULTS | {"ticker": "BRK.B", "days": 30, "level": 0.95, "section": "studies"} | looks
    query = query_of(values, FIELDS)
    assert "ticker=BRK.B&days=30&level=0.95" in query
    assert values_of(query, FIELDS) == values


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("days=1.5", "days"),
        ("days=%C2%B2", "days"),
        ("days=" + "9" * 5000, "days"),
        ("level=2", "level"),
        ("level=nan", "level"),
        ("model=../secret", "model"),
        ("chart=pie", "chart"),
        ("naive=maybe", "naive"),
        ("section=__init__", "section"),
        ("range=6y", "range"),
        ("range=2016-01-01", "range"),
        ("study=secret", "study"),
        ("set=:5,count", "set"),
    ],
)
def test_what_is_not_of_its_kind_is_as_usual(query, name):
    assert values_of(query, FIELDS)[name] == DEFAULTS[name]


def test_days_that_the_rules_refuse_are_taken():
    assert values_of("days=0", FIELDS)["days"] == 0


def test_a_long_text_is_cut():
    assert len(values_of("ticker=" + "A" * 1000, FIELDS)["ticker"]) == 200
