"""Price versions on a real S3 server."""

import gzip
import hashlib
import io
from dataclasses import replace
from datetime import timedelta, timezone
from uuid import uuid4

import pandas as pd
import pytest

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core import keys
from stockcast_lib.core.errors import BadVendorData, NoPrices
from tests.factories import FETCHED_AT, price_history, price_version

pytestmark = pytest.mark.services


class Recorded(Bucket):
    """The bucket, with a list of the keys that were put."""

    def __init__(self, bucket):
        super().__init__(bucket._client, bucket.name)
        self.keys = []

    def put(self, key, *arguments):
        super().put(key, *arguments)
        self.keys.append(key)


@pytest.fixture
def store(bucket):
    return S3PriceStore(bucket)


@pytest.fixture
def ticker():
    """Nobody else's in the shared bucket."""
    return f"T{uuid4().hex[:8].upper()}"


@pytest.mark.parametrize("seed", [1, 2])
def test_prices_come_back_as_they_were(store, ticker, seed):
    history = price_history(ticker, seed=seed, sample=True)
    loaded = store.load(store.save(history, FETCHED_AT))
    assert (loaded.ticker, loaded.vendor, loaded.sample) == (ticker, "sample", True)
    pd.testing.assert_frame_equal(loaded.frame, history.frame, check_exact=True, check_freq=False)


def test_a_vendors_prices_come_back_as_they_were(store):
    history = SampleVendor().daily_prices("AAPL")
    loaded = store.load(store.save(history, FETCHED_AT))
    pd.testing.assert_frame_equal(loaded.frame, history.frame, check_exact=True, check_freq=False)


def test_the_version_says_what_was_stored(store, ticker):
    history = price_history(ticker, sessions=5)
    version = store.save(history, FETCHED_AT)
    assert (version.ticker, version.vendor, version.sample) == (ticker, "sample", False)
    assert (version.rows, version.fetched_at) == (5, FETCHED_AT)
    days = history.frame.index
    assert (version.first_session, version.last_session) == (days[0].date(), days[-1].date())
    assert store.version(version.key) == store.current(ticker) == version


def test_the_same_rows_are_kept_once_whoever_fetched_them_whenever(bucket, store, ticker):
    history = price_history(ticker, sessions=50)
    first = store.save(history, FETCHED_AT)
    columns = reversed(history.frame.columns)
    again = replace(history, vendor="other", frame=history.frame[list(columns)])
    second = store.save(again, FETCHED_AT + timedelta(days=1))
    assert first.content_hash == second.content_hash
    assert first.key != second.key
    assert store.load(first).vendor == "sample"
    assert store.load(second).vendor == "other"
    assert bucket.list(keys.price_rows(first.content_hash)) == [
        keys.price_csv(first.content_hash),
        keys.price_parquet(first.content_hash),
    ]


def test_the_rows_are_there_as_csv_too(bucket, store, ticker):
    history = price_history(ticker, sessions=50)
    data = bucket.get(keys.price_csv(store.save(history, FETCHED_AT).content_hash))
    read = pd.read_csv(io.BytesIO(data), compression="gzip", index_col="date", parse_dates=True)
    pd.testing.assert_frame_equal(read, history.frame, check_freq=False)


def test_rows_that_are_there_are_not_written_again(bucket, ticker):
    recorded = Recorded(bucket)
    store, history = S3PriceStore(recorded), price_history(ticker, seed=int(ticker[1:], 16))
    first, second = (store.save(history, FETCHED_AT + timedelta(days=day)) for day in range(2))
    assert recorded.keys.count(keys.price_parquet(first.content_hash)) == 1
    assert recorded.keys[-1] == second.key


def test_the_hash_is_of_the_rows_as_text(bucket, store, ticker):
    version = store.save(price_history(ticker, sessions=50), FETCHED_AT)
    text = gzip.decompress(bucket.get(keys.price_csv(version.content_hash)))
    assert version.content_hash == hashlib.sha256(text).hexdigest()[:32]


def test_other_rows_have_another_hash(store, ticker):
    history = price_history(ticker, sessions=50)
    corrected = history.frame.copy()
    corrected.iloc[-1, 0] *= 1 + 1e-15
    versions = [
        store.save(history, FETCHED_AT),
        store.save(replace(history, frame=corrected), FETCHED_AT),
    ]
    assert len({version.content_hash for version in versions}) == 2
    assert len({version.key for version in versions}) == 2


def test_the_version_fetched_last_is_current_in_whatever_order_they_were_saved(store, ticker):
    history = price_history(ticker, sessions=50)
    east = timezone(timedelta(hours=9))
    moments = [
        FETCHED_AT,
        FETCHED_AT + timedelta(microseconds=2),
        (FETCHED_AT + timedelta(microseconds=1)).astimezone(east),
    ]
    versions = [store.save(history, moment) for moment in moments]
    assert store.current(ticker) == versions[1]
    assert all(store.version(version.key) == version for version in versions)


def test_what_is_fetched_after_a_clock_was_put_back_is_current(store, ticker):
    history = price_history(ticker, sessions=50)
    from_the_future = store.save(history, FETCHED_AT + timedelta(days=400))
    version = store.save(history, FETCHED_AT)
    assert store.current(ticker) == version
    assert version.fetched_at == FETCHED_AT
    assert version.key > from_the_future.key
    assert store.current(ticker) == store.version(version.key)
    later = store.save(history, FETCHED_AT + timedelta(days=1))
    assert store.current(ticker) == later


def test_a_ticker_that_begins_anothers_name_has_prices_of_its_own(store, ticker):
    store.save(price_history(f"{ticker}-B", sessions=5), FETCHED_AT)
    assert store.current(ticker) is None


def test_what_was_never_saved_is_told(store, ticker):
    assert store.current(ticker) is None
    unknown = price_version(price_history(ticker), content_hash=f"none-of-{ticker}")
    with pytest.raises(NoPrices, match="no price version"):
        store.version(unknown.key)
    with pytest.raises(NoPrices, match="no rows"):
        store.load(unknown)


def test_bad_prices_are_not_saved(store, ticker):
    history = price_history(ticker, sessions=5)
    history.frame.iloc[2, 0] = -1
    with pytest.raises(BadVendorData):
        store.save(history, FETCHED_AT)
    assert store.current(ticker) is None


def test_a_version_appears_only_after_its_rows(bucket, ticker):
    recorded = Recorded(bucket)
    history = price_history(ticker, seed=int(ticker[1:], 16))
    version = S3PriceStore(recorded).save(history, FETCHED_AT)
    rows = [keys.price_csv(version.content_hash), keys.price_parquet(version.content_hash)]
    assert recorded.keys == [*rows, version.key]
