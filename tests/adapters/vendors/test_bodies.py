"""Whatever a vendor sends, there comes a valid history or an error of ours, and nothing else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockcast_lib.adapters.http_values import retry_after
from stockcast_lib.adapters.vendors.http_answer import Answer
from stockcast_lib.adapters.vendors.http_client import VendorClient
from stockcast_lib.adapters.vendors.nasdaq_data_link import NasdaqDataLink
from stockcast_lib.adapters.vendors.tiingo import Tiingo
from stockcast_lib.core.errors import ErrorReport, StockcastError, error_from_report
from stockcast_lib.core.price_checks import check_prices

KEY = "the-key-of-this-test"
MARKETS = {
    "tiingo": Tiingo(KEY, "http://stand.invalid"),
    "series": NasdaqDataLink(KEY, "http://stand.invalid"),
    "table": NasdaqDataLink(KEY, "http://stand.invalid", table="PRICES"),
}
STATUSES = st.sampled_from([200, 200, 200, 204, 301, 400, 401, 403, 404, 413, 422, 429, 500, 503])
TYPES = st.sampled_from(["application/json", "text/plain", "text/html", "", "ä/ö", KEY])
NUMBERS = st.one_of(
    st.floats(width=64), st.integers(), st.just(10**400), st.none(), st.booleans(),
    st.text(max_size=3), st.floats(1, 100), st.just(0),
)  # fmt: skip
DATES = st.one_of(
    st.dates().map(lambda day: f"{day}T00:00:00.000Z"), st.dates().map(str), st.text(max_size=10),
    st.just("2020-01-02T16:30:00Z"), st.just("2020-02-30"), st.none(), st.integers(),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(NUMBERS, DATES), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)  # fmt: skip
NAMES = ["open", "high", "low", "close", "volume", "divCash", "splitFactor", "adjClose"]
WIKI = ["Open", "High", "Low", "Close", "Volume", "Ex-Dividend", "Split Ratio", "Adj. Close"]


def tiingo_document(dates, rows):
    return [
        {"date": day, **dict(zip(NAMES, row, strict=False))}
        for day, row in zip(dates, rows, strict=False)
    ]


def series_document(dates, rows, names):
    data = [[day, *row] for day, row in zip(dates, rows, strict=False)]
    return {"dataset_data": {"column_names": names, "data": data}}


def table_document(dates, rows, names, cursor):
    data = [[day, *row] for day, row in zip(dates, rows, strict=False)]
    columns = [{"name": name} for name in names]
    return {"datatable": {"columns": columns, "data": data}, "meta": {"next_cursor_id": cursor}}


ROWS = st.lists(st.lists(NUMBERS, min_size=8, max_size=8), max_size=6)
GOOD_ROWS = st.lists(
    st.tuples(st.floats(1e-300, 1e308) | st.floats(90, 110)).map(
        lambda row: [*row * 4, 5, 0, 1, *row]
    ),
    max_size=6,
)
SORTED = st.lists(st.dates().map(str), max_size=6, unique=True).map(sorted)
HEADERS = st.one_of(st.just(["Date", *WIKI]), st.lists(st.text(max_size=5)), VALUES)
DOCUMENTS = st.one_of(
    VALUES,
    st.builds(tiingo_document, st.lists(DATES, max_size=6) | SORTED, ROWS | GOOD_ROWS),
    st.builds(
        series_document, st.lists(DATES, max_size=6) | SORTED, ROWS | GOOD_ROWS,
        st.just(["Date", *WIKI]),
    ),
    st.builds(
        table_document, st.lists(DATES, max_size=6) | SORTED, ROWS | GOOD_ROWS,
        st.just(["date", *WIKI]), st.none() | st.just("next") | st.integers(),
    ),
    st.fixed_dictionaries({"dataset_data": VALUES}),
    st.fixed_dictionaries({"datatable": VALUES, "meta": VALUES}),
    st.fixed_dictionaries({"quandl_error": VALUES}),
    st.fixed_dictionaries({"quandl_error": st.fixed_dictionaries({"code": VALUES})}),
    st.fixed_dictionaries({"detail": st.text() | st.just(f"Invalid token {KEY}")}),
)  # fmt: skip
BODIES = st.one_of(
    st.binary(),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    st.just(b"[" * 100_000),
    st.just(b"[" + b"9" * 10_000 + b"]"),
)


def outcome(market, answer):
    """What a market makes of one answer to all its calls: a history or an error."""

    def get(_, __, ___, explain):
        error = (None if answer.is_page else explain(answer)) or answer.general_error()
        if error:
            raise error
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VendorClient, "get", get)
        try:
            return market.daily_prices("AAPL")
        except StockcastError as error:
            return error


def check(result):
    if isinstance(result, StockcastError):
        assert KEY not in str(result)
        report = ErrorReport.model_validate_json(result.report().model_dump_json())
        assert type(error_from_report(report)) is type(result)
        return
    check_prices(result.frame)
    assert not result.frame.isna().any().any()
    assert result.frame.index.is_monotonic_increasing


@pytest.mark.parametrize("name", MARKETS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(status=STATUSES, kind=TYPES, body=BODIES, wait=st.none() | st.floats(0, 1e6))
def test_any_answer(name, status, kind, body, wait):
    check(outcome(MARKETS[name], Answer("Vendor", status, kind, wait, body)))


@pytest.mark.parametrize("name", MARKETS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=DOCUMENTS)
def test_any_json_document(name, document):
    body = json.dumps(document).encode()
    check(outcome(MARKETS[name], Answer("Vendor", 200, "application/json", None, body)))


@settings(max_examples=100, deadline=None)
@given(
    dates=st.lists(st.dates().map(str), min_size=1, max_size=6, unique=True).map(sorted),
    close=st.lists(st.floats(90, 110), min_size=6, max_size=6),
)
def test_rows_that_are_prices_come_through(dates, close):
    rows = [[each, each, each, each, 5, 0, 1, each] for each in close[: len(dates)]]
    body = json.dumps(tiingo_document(dates, rows)).encode()
    result = outcome(MARKETS["tiingo"], Answer("Tiingo", 200, "application/json", None, body))
    check(result)
    assert list(result.frame["close"]) == close[: len(dates)]


@given(header=st.none() | st.text() | st.integers().map(str) | st.datetimes().map(str))
def test_any_retry_after_header(header):
    wait = retry_after(header, datetime(2025, 1, 1, tzinfo=UTC))
    assert wait is None or 0 <= wait <= 31 * 24 * 3600


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", 0), ("120", 120), (" 7 ", 7), ("9" * 400, 31 * 24 * 3600), ("-5", None), ("²", None),
        ("1.5", None), ("soon", None), ("Wed, 01 Jan 2025 00:01:00 GMT", 60),
        ("Wed, 01 Jan 2025 00:01:00 -0000", 60), ("Tue, 31 Dec 2024 00:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_in_seconds_and_as_a_date(header, expected):
    assert retry_after(header, datetime(2025, 1, 1, tzinfo=UTC)) == expected
