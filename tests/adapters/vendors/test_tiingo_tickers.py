import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.adapters.vendors import tiingo_tickers
from stockcast_lib.adapters.vendors.http_answer import Answer
from stockcast_lib.adapters.vendors.http_client import VendorClient
from stockcast_lib.adapters.vendors.tiingo_tickers import supported_tickers
from stockcast_lib.core.errors import BadVendorData, StockcastError
from stockcast_lib.core.symbols import Symbol

HEADER = "ticker,exchange,assetType,priceCurrency,startDate,endDate\n"


def packed(*files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(files):
            archive.writestr(f"{number}.csv", text)
    return content.getvalue()


@pytest.fixture
def listing(monkeypatch):
    """Makes the list's host answer with a body."""

    def answer_with(body):
        answer = Answer("Tiingo", 200, "application/zip", None, body)

        def get(_, __, ___, explain):
            error = explain(answer)
            if error:
                raise error
            return answer

        monkeypatch.setattr(VendorClient, "get", get)

    return answer_with


def test_stocks_and_etfs_of_all_exchanges_that_have_prices(vendors):
    found = supported_tickers(vendors.url)
    assert found == [
        Symbol("AAPL", exchange="NASDAQ", asset="stock"),
        Symbol("BRK.A", exchange="NYSE", asset="stock"),
        Symbol("MSFT", exchange="NASDAQ", asset="stock"),
        Symbol("SPY", exchange="NYSE ARCA", asset="etf"),
        Symbol("XOM", exchange="NYSE", asset="stock"),
        Symbol("REUSED", exchange="NYSE", asset="stock", active=False),
        Symbol("REUSED", exchange="NASDAQ", asset="stock"),
    ]


def test_the_list_costs_no_call_of_the_account(vendors):
    supported_tickers(vendors.url)
    assert vendors.calls()["tiingo"] == {}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no zip", b"<html>", b"PK", b"PK\x03\x04 cut short", packed(), packed(HEADER, HEADER),
        packed("a,b\n1,2\n"), packed(b"\xff\xfe\x00"), packed(HEADER)[:-30],
        packed(HEADER + 'A,"' + "x" * 200_000),
        packed(HEADER + "A,NYSE,Stock,USD,2001-01-02,soon\n"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(listing, body):
    listing(body)
    with pytest.raises(BadVendorData):
        supported_tickers()


def test_a_list_that_unpacks_to_too_much_is_refused(listing, monkeypatch):
    monkeypatch.setattr(tiingo_tickers, "_CSV_BYTES", 1000)
    listing(packed(HEADER + "A,NYSE,Stock,USD,2001-01-02,2020-01-02\n" * 100))
    with pytest.raises(BadVendorData, match="larger"):
        supported_tickers()


def test_an_empty_list_is_one(listing):
    listing(packed(HEADER))
    assert supported_tickers() == []


@given(st.data())
def test_whatever_bytes_come(data):
    good = packed(HEADER + "AAPL,NASDAQ,Stock,USD,1980-12-12,2026-01-02\n")
    at = data.draw(st.integers(0, len(good) - 1))
    body = good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 8)) :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VendorClient, "get", lambda *_: Answer("Tiingo", 200, "", None, body))
        with contextlib.suppress(StockcastError):
            supported_tickers()
