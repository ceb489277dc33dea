"""The search of the symbol directory."""

import json

import pytest

from stockcast_lib.core.symbols import Symbol, SymbolDirectory


@pytest.fixture
def directory(service):
    """Two symbols, of which the list names one exchange."""
    known = [Symbol("AAPL", "Apple Inc.", "NASDAQ"), Symbol("APLE", "Apple Hospitality")]
    service.directory = SymbolDirectory(known, complete=False)


@pytest.mark.usefixtures("directory")
def test_a_symbol_is_shown_with_its_name_and_its_exchange_where_the_list_has_one(get):
    answer = get("/api/v1/symbols?q=apple")
    assert answer.status == 200
    assert json.loads(answer.body)["symbols"] == [
        {"ticker": "AAPL", "name": "Apple Inc.", "exchange": "NASDAQ"},
        {"ticker": "APLE", "name": "Apple Hospitality", "exchange": ""},
    ]


@pytest.mark.usefixtures("directory")
def test_a_query_that_is_too_long_by_a_space_is_refused(get):
    assert get("/api/v1/symbols?q=" + 200 * "a").status == 200
    assert get("/api/v1/symbols?q=" + 200 * "a" + "%20").status == 422
