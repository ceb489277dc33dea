import contextlib
import gzip
import re
from datetime import date
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stockcast_lib.adapters.vendors import csv_text
from stockcast_lib.adapters.vendors.csv_file import read_price_csv
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.errors import BadVendorData, StockcastError
from stockcast_lib.core.price_checks import check_prices

SAMPLES = files("stockcast_lib.adapters.vendors") / "sample_data"
YAHOO = """\
Date,Open,High,Low,Close,Adj Close,Volume
2024-01-02,100.0,102.5,99.5,101.0,99.0,1000
2024-01-03,101.0,103.0,100.5,102.0,100.0,1100
2024-01-04,102.0,104.0,101.0,103.0,103.0,1200
"""
YAHOO_HEADER, *YAHOO_LINES = YAHOO.splitlines(keepends=True)
STOOQ = """\
Date,Open,High,Low,Close,Volume
2024-01-02,100.0,102.5,99.5,101.0,1000
2024-01-03,101.0,103.0,100.5,102.0,1100
"""
STOOQ_BULK = """\
<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
AAPL.US,D,20240102,000000,100.0,102.5,99.5,101.0,1000,0
AAPL.US,D,20240103,000000,101.0,103.0,100.5,102.0,1100,0
"""
STOOQ_POLISH = """\
Data;Otwarcie;Najwyzszy;Najnizszy;Zamkniecie;Wolumen
2024-01-02;100,0;102,5;99,5;101,0;1.000
2024-01-03;101,0;103,0;100,5;102,0;1.100
"""
TIINGO = """\
date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor
2024-01-02,100.0,102.0,99.0,101.0,1000,49.0,51.0,49.5,50.5,2000,0.0,1.0
2024-01-03,50.0,51.0,49.5,50.5,2000,49.0,51.0,49.5,50.5,2000,1.0,2.0
"""


def read(text, ticker="TEST"):
    history, notes = read_price_csv(text.encode(), ticker)
    check_prices(history.frame)
    assert (history.vendor, history.ticker, history.sample) == ("csv", ticker, False)
    assert history.notes == tuple(notes)
    return history.frame, "\n".join(notes)


def test_yahoo():
    frame, notes = read(YAHOO)
    assert list(frame["close"]) == [101, 102, 103]
    assert list(frame["adjusted_close"]) == [99, 100, 103]
    assert list(frame["volume"]) == [1000, 1100, 1200]
    assert "'Adj Close' as adjusted_close" in notes
    assert "read as year, month, day" in notes


@pytest.mark.parametrize("text", [STOOQ, STOOQ_BULK, STOOQ_POLISH])
def test_stooq_of_all_kinds(text):
    frame, notes = read(text)
    assert [str(day.date()) for day in frame.index] == ["2024-01-02", "2024-01-03"]
    assert frame.iloc[0].to_dict() == {
        "open": 100, "high": 102.5, "low": 99.5, "close": 101, "volume": 1000, "dividend": 0,
        "split": 1, "adjusted_close": 101,
    }  # fmt: skip
    assert "taken as adjusted" in notes
    assert ("decimal comma" in notes) == (text is STOOQ_POLISH)
    assert ("'AAPL.US'" in notes) == (text is STOOQ_BULK)


def test_tiingo():
    frame, notes = read(TIINGO)
    assert list(frame["split"]) == [1, 2]
    assert list(frame["dividend"]) == [0, 1]
    np.testing.assert_allclose(frame["adjusted_close"], [100 / 2 * 50 / 51, 50])
    assert "taken as paid" in notes


@pytest.mark.parametrize("ticker", ["AAPL", "IBM", "FB"])
def test_the_bundled_files_by_path_packed_and_not(ticker, tmp_path):
    path = SAMPLES / f"{ticker}.csv.gz"
    history, notes = read_price_csv(path, ticker)
    assert any("gzip" in note for note in notes)
    expected = SampleVendor().daily_prices(ticker).frame
    pd.testing.assert_frame_equal(history.frame, expected, check_index_type=False)
    plain = tmp_path / "prices.csv"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    again, _ = read_price_csv(str(plain), ticker)
    pd.testing.assert_frame_equal(again.frame, history.frame)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda text: text.replace(",", ";"), "semicolons"),
        (lambda text: text.replace(",", "\t"), "tabs"),
        (lambda text: text.upper(), "'ADJ CLOSE' as adjusted_close"),
        (lambda text: text.replace("\n", "\r\n"), "commas"),
        (lambda text: "\ufeff\n" + text, "commas"),
        (lambda text: text.replace("Close,", "Close*,"), "'Adj Close*' as adjusted_close"),
        (lambda text: text + "2024-01-05,null,null,null,null,null,null\n", "the lines 5"),
        (lambda text: text + "2024-01-05,,,,,,\n\n", "the lines 5"),
        (lambda text: text.replace(",1000\n", ',"1,000"\n'), "between thousands"),
        (lambda text: text.replace(",100.0,", ",$100.0,"), "commas"),
        (lambda _: YAHOO_HEADER + "".join(reversed(YAHOO_LINES)), "turned round"),
        (lambda text: text.replace("-", "/"), "year, month, day"),
        (lambda text: text.replace("2024-01-02", "2024-01-02 00:00:00-05:00")
         .replace("2024-01-03", "2024-01-03T00:00:00Z"), "year, month, day"),
        (lambda text: re.sub(r"2024-01-(..)", r'"Jan \1, 2024"', text), "month's name"),
        (lambda text: re.sub(r"2024-01-(..)", r"\1-Jan-2024", text), "month's name"),
    ],
)  # fmt: skip
def test_the_same_prices_written_differently(change, note):
    frame, notes = read(change(YAHOO))
    pd.testing.assert_frame_equal(frame, read(YAHOO)[0])
    assert note in notes


@pytest.mark.parametrize(
    ("dates", "first", "note"),
    [
        (["12/01/2024", "15/01/2024"], date(2024, 1, 12), "day, month, year"),
        (["01/12/2024", "01/15/2024"], date(2024, 1, 12), "month, day, year"),
        (["12.01.2024", "15.01.2024"], date(2024, 1, 12), "day, month, year"),
        # Only one way round gives trading days.
        (["01/02/2024", "01/03/2024", "01/04/2024"], date(2024, 1, 2), "month, day, year"),
        (["02-Jan-24", "03-Jan-24"], date(2024, 1, 2), "month's name"),
        (["2 January 2024", "3 January 2024"], None, "Line 2"),
        (["02 Jan 2024", "03 Jan 2024"], date(2024, 1, 2), "month's name"),
        (["01/02/2024", "02/02/2024"], date(2024, 2, 1), "day, month, year"),
        (["05/06/2024"], None, "day or the month first"),
        (["13/13/2024"], None, "Line 2"),
        (["13/01/2024", "01/15/2024"], None, "Line 3"),
        (["2024-01-02", "03/01/2024"], None, "Line 3"),
        (["2024-02-30"], None, "Line 2"),
        (["45000"], None, "Line 2"),
    ],
)
def test_dates_are_read_one_way_or_refused(dates, first, note):
    lines = [f'"{day}",1,1,1,1,5' for day in dates]
    text = "\n".join(["Date,Open,High,Low,Close,Volume", *lines])
    if first is None:
        with pytest.raises(BadVendorData, match=note):
            read(text)
    else:
        frame, notes = read(text)
        assert frame.index[0].date() == first
        assert note in notes


def priced(*cells):
    """A file with the cells as closes."""
    lines = [f'2024-01-{2 + n:02},"{c}","{c}","{c}","{c}",5' for n, c in enumerate(cells)]
    return "\n".join(["Date,Open,High,Low,Close,Volume", *lines])


@pytest.mark.parametrize(
    ("cells", "closes"),
    [
        (["1,234.50"], [1234.5]),
        (["1.234,50"], [1234.5]),
        (["1,234", "1,234.5"], [1234, 1234.5]),
        (["1.234", "1.234,5"], [1234, 1234.5]),
        (["1,234,567"], [1234567]),
        (["0,123"], [0.123]),
        (["12,5"], [12.5]),
        (["1.234"], [1.234]),
        (["1 234,50"], [1234.5]),
        (["1'234.50"], [1234.5]),
        (["1e2"], [100]),
        (["1,234"], None),
        (["1,2", "1.2"], None),
        (["1,23,456.0"], None),
        (["twelve"], None),
        (["nan"], None),
        (["1e999"], None),
        (["0"], None),
        (["-1"], None),
        (["\u0661"], None),
    ],
)
def test_numbers_are_read_one_way_or_refused(cells, closes):
    if closes is None:
        with pytest.raises(BadVendorData):
            read(priced(*cells))
    else:
        assert list(read(priced(*cells))[0]["close"]) == closes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("<html><body>challenge</body></html>", "no column for date"),
        ("Exceeded the daily hits limit", "no column for date"),
        ("No data", "no column"),
        (YAHOO.replace("Close,Adj", "Last,Adj"), "no column for close"),
        (YAHOO.replace("Volume", "Close"), "two columns"),
        (YAHOO.replace("101.0,103.0", "null,103.0"), "Line 3 has no value as its open"),
        (YAHOO.replace("101.0,103.0", "abc,103.0"), "Line 3 has 'abc'"),
        (YAHOO.replace("101.0,103.0", "101.0"), "Line 3 has 6 cells"),
        (YAHOO.replace("2024-01-04", "2024-01-03"), "Line 4 has the date of line 3"),
        (YAHOO.replace("2024-01-03", "soon"), "Line 3 has 'soon'"),
        (YAHOO_HEADER, "no line with prices"),
        (YAHOO_HEADER + "2024-01-02,null,null,null,null,null,null", "no line with prices"),
        (YAHOO + '2024-01-05,"1', "no CSV"),
        (YAHOO.replace("2024-01-03,101.0", '2024-01-03,"1"01.0'), "Line 3 is no CSV"),
        (STOOQ_BULK.replace("AAPL.US", "IBM.US", 1), "2 tickers"),
        (YAHOO.replace("99.5", "999.5"), "high below the low"),
        (YAHOO.replace("99.5", "1e-320"), "impossible"),
        ("Date\0,Open", "no text"),
    ],
)
def test_an_error_says_where_and_what_to_do(text, message):
    with pytest.raises(BadVendorData, match=message) as caught:
        read(text)
    assert "\n" not in caught.value.message


def test_yahoos_splits_are_not_applied_again():
    text = YAHOO.replace("Volume", "Volume,Dividends,Stock Splits").replace("00\n", "00,0.5,2.0\n")
    frame, notes = read(text)
    assert (frame["split"] == 1).all()
    assert list(frame["adjusted_close"]) == [99, 100, 103]
    assert "allow for splits" in notes


def test_columns_that_are_missing_or_not_needed():
    frame, notes = read(STOOQ.replace(",Volume", "").replace(",1000", "").replace(",1100", ""))
    assert (frame["volume"] == 0).all()
    assert "No volume" in notes
    frame, _ = read(STOOQ.replace("Volume", "Volume,Remark").replace("00\n", "00,fine\n"))
    assert len(frame) == 2


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    with pytest.raises(BadVendorData, match="No such file"):
        read_price_csv(tmp_path / "none.csv", "TEST")
    with pytest.raises(BadVendorData, match="directory"):
        read_price_csv(tmp_path, "TEST")
    with pytest.raises(BadVendorData, match="unpacked"):
        read_price_csv(gzip.compress(b"x" * 100)[:-12], "TEST")
    monkeypatch.setattr(csv_text, "MAX_BYTES", 50)
    with pytest.raises(BadVendorData, match="larger"):
        read_price_csv(gzip.compress(YAHOO.encode()), "TEST")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings(encoding):
    text = YAHOO.replace("Volume", "Volume,Währung").replace("00\n", "00,€\n")
    history, notes = read_price_csv(text.encode(encoding), "TEST")
    assert len(history.frame) == 3
    assert any(encoding in note for note in notes) == (encoding != "utf-8-sig")


def good_or_ours(content):
    with contextlib.suppress(StockcastError):
        history, _ = read_price_csv(content, "TEST")
        check_prices(history.frame)
        assert not history.frame.isna().any().any()


LINES = st.lists(st.sampled_from("0123456789-/.,; \tTZ:eE+'$\"nulDate\n"), max_size=60).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary() | LINES.map(lambda text: (STOOQ + text).encode()))
@example(b"\x1f\x8b")
@example(b"\xff\xfe\x00")
def test_whatever_bytes_come(content):
    good_or_ours(content)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([YAHOO, STOOQ_BULK, STOOQ_POLISH, TIINGO]), st.data())
def test_whatever_is_changed_in_a_good_file(text, data):
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    good_or_ours((text[:at] + data.draw(st.text(max_size=4)) + text[at + cut :]).encode())
