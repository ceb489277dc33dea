"""Whatever rows come, they are refused with nothing put, or stored whole and once."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.vendors.rows import history
from stockcast_lib.core.errors import BadVendorData
from stockcast_lib.core.price_checks import check_prices
from stockcast_lib.forecasting.trading_calendar import all_sessions, last_closed_session
from stockcast_lib.ingestion import keep_history, refresh_prices
from tests.factories import price_history

ROWS = 30
# The last of the good rows is of a session that has not closed yet.
NOW = datetime(2017, 2, 27, 12, tzinfo=UTC)
COLUMNS = ("open", "high", "low", "close", "volume", "dividend", "split", "adjusted_close")


class MemoryBucket:
    """Objects in a dictionary; refuses what no store may do, an overwriting."""

    def __init__(self):
        self.held = {}

    def put(self, key, data, _):
        assert key not in self.held, f"{key} is overwritten"
        self.held[key] = data

    def get(self, key):
        return self.held.get(key)

    def list(self, prefix):
        return sorted(key for key in self.held if key.startswith(prefix))


class Vendor:
    """Gives rows as an adapter does."""

    name = "tiingo"
    calls_made = 0

    def __init__(self, rows):
        self.rows = rows

    def daily_prices(self, ticker, start=None):
        return history(ticker, self.name, self.rows, start)


def good_rows():
    frame = price_history(sessions=ROWS).frame.drop(columns="adjusted_close")
    sessions = all_sessions()
    frame.index = sessions[sessions <= pd.Timestamp("2017-02-27")][-ROWS:]
    return [
        {"date": day.date().isoformat(), **row}
        for day, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]


GOOD = good_rows()
NUMBERS = st.one_of(
    st.sampled_from([0, -1, 0.5, 1, 2, 1e-300, 1e300, float("nan"), float("inf"), None, "1", True]),
    st.floats(1, 200),
)
DATES = st.one_of(
    st.sampled_from([None, "2017-02-30", "2017-02-25", "2017-02-28", "2017-03-01", "2030-01-02"]),
    st.dates(date(2016, 12, 1), date(2017, 4, 1)).map(str),
)
PLACES = st.integers(0, ROWS - 1)


@st.composite
def spoilt_rows(draw):
    """Good rows with up to three faults, some of which are none."""
    rows = [dict(row) for row in GOOD]
    for _ in range(draw(st.integers(0, 3))):
        spoil = draw(st.sampled_from([_set, _scale, _move, _cut, _repeat, _swap, _no_column]))
        spoil(draw, rows)
    return rows


def _row(draw, rows):
    return rows[draw(PLACES) % len(rows)]


def _set(draw, rows):
    _row(draw, rows)[draw(st.sampled_from(COLUMNS))] = draw(NUMBERS)


def _scale(draw, rows):
    """A day with other prices, or a split that shows in all that follow."""
    first, ratio = draw(PLACES), draw(st.sampled_from([0.5, 0.99, 2]))
    whole = draw(st.booleans())
    for row in rows[first:] if whole else rows[first : first + 1]:
        for name in ("open", "high", "low", "close"):
            row[name] = row[name] / ratio if isinstance(row.get(name), float) else None
    if whole and rows[first:]:
        rows[first]["split"] = ratio


def _move(draw, rows):
    _row(draw, rows)["date"] = draw(DATES)


def _cut(draw, rows):
    first = draw(PLACES)
    del rows[max(1, first) : first + draw(st.integers(1, ROWS))]


def _repeat(draw, rows):
    rows.insert(draw(PLACES), dict(_row(draw, rows)))


def _swap(draw, rows):
    one, other = draw(PLACES) % len(rows), draw(PLACES) % len(rows)
    rows[one], rows[other] = rows[other], rows[one]


def _no_column(draw, rows):
    name = draw(st.sampled_from(COLUMNS))
    for row in rows:
        row.pop(name, None)


def kept(rows, store, now):
    return keep_history(history("TEST", "own", rows), store=store, now=now)


def refreshed(rows, store, now):
    return refresh_prices("TEST", vendors=(Vendor(rows),), store=store, now=now).version


@pytest.mark.parametrize("ingest", [kept, refreshed])
@settings(max_examples=40)
@given(rows=spoilt_rows(), before=st.booleans())
def test_rows_are_refused_with_nothing_put_or_stored_once(ingest, rows, before):
    bucket = MemoryBucket()
    store = S3PriceStore(bucket)
    if before:
        ingest(GOOD[:-2], store, NOW - timedelta(days=1))
    held = dict(bucket.held)
    try:
        version = ingest(rows, store, NOW)
    except BadVendorData:
        event("refused")
        assert bucket.held == held
        return
    if version.key in held:
        event("refused, and what was stored is given")
        assert bucket.held == held
        return
    event("stored")
    assert_it_is_whole(store, version)
    first = dict(bucket.held)
    again = ingest(rows, store, NOW + timedelta(hours=1))
    assert again.content_hash == version.content_hash
    assert set(bucket.held) - set(first) == {again.key}


def assert_it_is_whole(store, version):
    frame = check_prices(store.load(version).frame)
    assert store.current("TEST") == version
    assert frame.index[-1].date() <= last_closed_session(NOW)
    assert (len(frame), frame.index[-1].date()) == (version.rows, version.last_session)
