"""The stand-in answers as the vendors' documents say; the adapters' tests rest on that."""

import io
import zipfile

import httpx
import pytest

from tests.standins.vendors import KEYS, running_vendors

TOKEN = {"Authorization": f"Token {KEYS['tiingo']}"}


@pytest.fixture(scope="module")
def standin():
    with running_vendors() as vendors:
        yield vendors


@pytest.fixture
def vendors(standin):
    standin.control(reset=True, sessions=20, as_of="2024-06-30")
    return standin


def tiingo(vendors, ticker="AAPL", headers=TOKEN, **params):
    return httpx.get(f"{vendors.url}/tiingo/daily/{ticker}/prices", headers=headers, params=params)


def test_tiingo_without_dates_gives_the_latest_row(vendors):
    (row,) = tiingo(vendors).json()
    assert row["date"] == "2024-06-28T00:00:00.000Z"
    assert sorted(row) == sorted([
        "date", "close", "high", "low", "open", "volume", "adjClose", "adjHigh", "adjLow",
        "adjOpen", "adjVolume", "divCash", "splitFactor",
    ])  # fmt: skip


def test_tiingos_dates_are_inclusive(vendors):
    rows = tiingo(vendors, startDate="2024-06-24", endDate="2024-06-26").json()
    assert [row["date"][:10] for row in rows] == ["2024-06-24", "2024-06-25", "2024-06-26"]


def test_tiingos_keys_and_tickers(vendors):
    assert tiingo(vendors, headers={}).status_code == 403
    assert tiingo(vendors, headers={}, token=KEYS["tiingo"]).status_code == 200
    assert tiingo(vendors, headers={"Authorization": "Token no"}).status_code == 401
    unknown = tiingo(vendors, ticker="NONE")
    assert unknown.status_code == 404
    assert unknown.json() == {"detail": "Error: Ticker 'NONE' not found"}


def test_tiingos_list_is_a_zip_without_a_key(vendors):
    body = httpx.get(f"{vendors.url}/docs/tiingo/daily/supported_tickers.zip").content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.read("supported_tickers.csv").startswith(b"ticker,exchange,assetType")


def test_a_series_is_descending_unless_asked_otherwise(vendors):
    address = f"{vendors.url}/api/v3/datasets/WIKI/AAPL/data.json"
    data = httpx.get(address, params={"start_date": "2024-06-27"}).json()["dataset_data"]
    assert [row[0] for row in data["data"]] == ["2024-06-28", "2024-06-27"]
    assert data["column_names"][:3] == ["Date", "Open", "High"]
    wrong = httpx.get(address, headers={"x-api-token": "no"})
    assert (wrong.status_code, wrong.json()["quandl_error"]["code"]) == (400, "QEAx01")


def test_a_table_has_a_cursor_until_its_last_page(vendors):
    address = f"{vendors.url}/api/v3/datatables/WIKI/PRICES.json"
    vendors.control(sessions=5_001)
    page = httpx.get(address, params={"ticker": "XOM"}).json()
    cursor = page["meta"]["next_cursor_id"]
    last = httpx.get(address, params={"ticker": "XOM", "qopts.cursor_id": cursor}).json()
    assert (len(page["datatable"]["data"]), len(last["datatable"]["data"])) == (5_000, 1)
    assert last["meta"]["next_cursor_id"] is None


def test_faults_are_for_a_vendor_a_ticker_and_a_number_of_calls(vendors):
    vendors.fault("throttled", vendor="tiingo", ticker="AAPL", times=1, retry_after="7")
    assert tiingo(vendors, ticker="MSFT").status_code == 200
    throttled = tiingo(vendors)
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "7")
    assert tiingo(vendors).status_code == 200
    vendors.fault("status", status=502)
    assert tiingo(vendors).status_code == 502
    vendors.fault(None)
    assert tiingo(vendors).status_code == 200
    assert vendors.calls()["tiingo"] == {"AAPL": 4, "MSFT": 1}


def test_a_limit_of_calls_an_hour(vendors):
    vendors.control(calls_an_hour=2)
    assert [tiingo(vendors).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("change", [{"nonsense": 1}, {"fault": {"kind": "nonsense"}}])
def test_an_unknown_change_is_refused(vendors, change):
    with pytest.raises(httpx.HTTPStatusError):
        vendors.control(**change)
