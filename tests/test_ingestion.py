"""Prices brought up to date over real HTTP and a real S3, whatever the vendors answer."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pandas as pd
import pytest

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.vendors.http_client import Limits
from stockcast_lib.adapters.vendors.nasdaq_data_link import NasdaqDataLink
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.adapters.vendors.tiingo import Tiingo
from stockcast_lib.core.errors import (
    BadVendorData,
    DamagedPrices,
    NotInPlan,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)
from stockcast_lib.core.prices import Freshness, is_stale
from stockcast_lib.forecasting.trading_calendar import all_sessions
from stockcast_lib.ingestion import keep_history, refresh_prices
from tests.factories import price_history
from tests.standins.vendors import KEYS, running_vendors

pytestmark = pytest.mark.services
HASTY = Limits(
    read_seconds=1, total_seconds=2, attempts=2, first_wait_seconds=0.01, longest_wait_seconds=0.1
)
WEEK = timedelta(days=7)
FRESHNESS = Freshness.asking(("tiingo",), WEEK)


@pytest.fixture(scope="module")
def standin():
    with running_vendors() as vendors:
        yield vendors


@pytest.fixture
def vendors(standin):
    standin.control(reset=True, sessions=300)
    return standin


@pytest.fixture
def store(bucket):
    """In a bucket of its own."""
    name = f"prices-{uuid4().hex}"
    bucket._client.create_bucket(Bucket=name)
    return S3PriceStore(Bucket(bucket._client, name))


@pytest.fixture
def tiingo(vendors):
    return Tiingo(KEYS["tiingo"], vendors.url, limits=HASTY)


@pytest.fixture
def nasdaq(vendors):
    return NasdaqDataLink(KEYS["nasdaq_data_link"], vendors.url, limits=HASTY)


@pytest.fixture
def refresh(vendors, store, tiingo):
    """Refreshes AAPL after the close of the stand-in's last session, or later."""

    def refresh(*others, ask=(tiingo,), later=timedelta(0)):
        now = closed(vendors.as_of()) + later
        return refresh_prices("AAPL", vendors=(*ask, *others), store=store, now=now)

    return refresh


def closed(session):
    """A moment soon after a session's close."""
    return datetime.fromisoformat(f"{session}T23:00:00+00:00")


def next_session(session, count=1):
    sessions = all_sessions()
    return sessions[sessions.searchsorted(pd.Timestamp(session)) + count].date().isoformat()


def test_the_first_refresh_stores_the_whole_history_up_to_date(refresh, vendors, store):
    found = refresh()
    assert (found.version.rows, found.version.behind) == (300, False)
    assert found.version.last_session == date.fromisoformat(vendors.as_of())
    assert found.record.calls == {"tiingo": 1}
    assert store.current("AAPL") == found.version
    pd.testing.assert_frame_equal(store.load(found.version).frame, found.history.frame)


def test_a_session_later_only_the_newer_rows_are_asked_for(refresh, vendors):
    first = refresh()
    vendors.control(as_of=next_session(vendors.as_of()))
    second = refresh()
    assert second.version.rows == 301
    assert vendors.calls()["tiingo"] == {"AAPL": 2}
    before = first.history.frame["close"]
    pd.testing.assert_series_equal(second.history.frame["close"].iloc[:-1], before)


def damage(store):
    """Change every object that the store holds."""
    for key in store._bucket.list(""):
        store._bucket.put(key, store._bucket.get(key)[:-3])


def test_damaged_prices_are_as_good_as_none_and_fetched_whole(refresh, vendors, store):
    first = refresh()
    damage(store)
    second = refresh(later=timedelta(hours=1))
    assert second.version.rows == first.version.rows
    assert vendors.calls()["tiingo"] == {"AAPL": 2}
    assert second.version.key > first.version.key
    pd.testing.assert_frame_equal(store.load(second.version).frame, second.history.frame)


def test_damaged_prices_that_a_vendor_cannot_give_just_now_wait_for_it(refresh, vendors, store):
    refresh()
    damage(store)
    vendors.fault("page")
    with pytest.raises(VendorUnavailable):
        refresh()


def test_damaged_prices_that_no_vendor_has_are_told_as_what_they_are(store):
    keep_history(price_history("OWN", sessions=50), store=store, now=datetime.now(UTC))
    damage(store)
    with pytest.raises(DamagedPrices, match="import them again") as caught:
        refresh_prices("OWN", vendors=[SampleVendor()], store=store, now=datetime.now(UTC))
    assert caught.value.details["vendors"]["refusals"]["sample"]["code"] == "unknown-ticker"
    keep_history(price_history("OWN", sessions=50), store=store, now=datetime.now(UTC))
    assert len(store.load(store.current("OWN")).frame) == 50


@pytest.mark.parametrize(
    "change",
    [
        {"split": {"ticker": "AAPL", "ratio": 4}},
        {"dividend": {"ticker": "AAPL", "cash": 0.5}},
    ],
    ids=["split", "dividend"],
)
def test_after_a_split_or_a_dividend_the_whole_history_is_fetched_again(refresh, vendors, change):
    first = refresh()
    vendors.control(as_of=next_session(vendors.as_of()))
    vendors.control(**change)
    second = refresh()
    assert vendors.calls()["tiingo"] == {"AAPL": 3}
    ours = second.history.frame["adjusted_close"]
    growth = (ours / first.history.frame["adjusted_close"]).dropna()
    assert growth.max() - growth.min() < 1e-9
    assert growth.iloc[0] < 1
    assert second.history.notes == ()


def test_closes_that_only_the_vendor_can_adjust_are_fetched_whole_each_time(
    refresh, vendors, nasdaq, store
):
    vendors.fault("no-parts", vendor="nasdaq_data_link")
    vendors.control(dividend={"ticker": "AAPL", "cash": 5.0})
    first = refresh(ask=(nasdaq,))
    assert store.load(first.version).own_adjustment
    vendors.control(as_of=next_session(vendors.as_of()))
    vendors.control(split={"ticker": "AAPL", "ratio": 4})
    vendors.control(as_of=next_session(vendors.as_of()))
    second = refresh(ask=(nasdaq,))
    assert vendors.calls()["nasdaq_data_link"] == {"AAPL": 2}
    growth = (second.history.adjusted_close / first.history.adjusted_close).dropna()
    assert growth.max() - growth.min() < 1e-9
    # The dividend and the split are in the closes as adjusted, and in those as paid they are not.
    change = second.history.adjusted_close.pct_change().iloc[1:]
    assert change.abs().max() < 0.25 < second.history.frame["close"].pct_change().abs().max()


@pytest.mark.parametrize("earlier", [True, False], ids=["parts lost", "parts found"])
def test_a_vendor_that_begins_or_ends_to_give_the_parts_is_asked_for_all(
    refresh, vendors, nasdaq, earlier
):
    faults = ["no-parts", None] if earlier else [None, "no-parts"]
    vendors.fault(faults[1], vendor="nasdaq_data_link")
    refresh(ask=(nasdaq,))
    vendors.fault(faults[0], vendor="nasdaq_data_link")
    vendors.control(as_of=next_session(vendors.as_of()))
    found = refresh(ask=(nasdaq,))
    assert found.history.own_adjustment == (faults[0] is not None)
    assert len(found.history.notes) == (faults[0] is not None)
    assert found.version.rows == 300


def test_after_a_restatement_the_whole_history_is_fetched_again(refresh, vendors):
    first = refresh()
    day = first.history.frame.index[-3]
    restated = first.history.frame["close"].iloc[-3] * 1.01
    vendors.control(
        restate={"ticker": "AAPL", "day": str(day.date()), "close": restated},
        as_of=next_session(vendors.as_of()),
    )
    second = refresh()
    assert vendors.calls()["tiingo"] == {"AAPL": 3}
    assert second.history.frame.loc[day, "close"] == pytest.approx(restated)


def test_the_same_data_again_changes_nothing_but_the_date_of_its_fetching(refresh):
    first, second = refresh(), refresh(later=timedelta(hours=2))
    assert second.version.content_hash == first.version.content_hash
    assert second.version.key > first.version.key


def test_a_vendor_that_lacks_the_last_session_is_asked_again_soon(refresh, vendors):
    day = next_session(vendors.as_of())
    found = refresh(later=closed(day) - closed(vendors.as_of()))
    version = found.version
    assert version.behind
    assert is_stale(version, now=version.fetched_at, max_age=WEEK)
    assert not FRESHNESS.is_due(version, now=version.fetched_at + timedelta(minutes=59))
    assert FRESHNESS.is_due(version, now=version.fetched_at + timedelta(minutes=61))


def test_a_vendor_that_is_years_late_is_asked_once_in_the_maximum_age(refresh):
    version = refresh(later=WEEK * 52).version
    assert version.behind
    assert not FRESHNESS.is_due(version, now=version.fetched_at + WEEK)
    assert FRESHNESS.is_due(version, now=version.fetched_at + WEEK * 1.01)


def test_sessions_that_have_not_closed_are_left_out(refresh, vendors):
    found = refresh(later=-timedelta(hours=6))
    assert found.version.rows == 299
    assert found.version.last_session < date.fromisoformat(vendors.as_of())
    assert not found.version.behind


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "unknown"}, UnknownTicker),
        ({"kind": "hourly"}, Throttled),
        ({"kind": "monthly"}, Throttled),
        ({"kind": "plan"}, NotInPlan),
        ({"kind": "status", "status": 500}, VendorUnavailable),
        ({"kind": "page"}, VendorUnavailable),
        ({"kind": "negative"}, BadVendorData),
        ({"kind": "truncated"}, BadVendorData),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_what_a_vendor_refuses_the_next_one_gives(refresh, vendors, nasdaq, fault, error):
    vendors.fault(vendor="tiingo", **fault)
    found = refresh(nasdaq)
    assert found.version.vendor == "nasdaq_data_link"
    assert found.record.refusals["tiingo"].code == error.code
    assert found.record.calls["nasdaq_data_link"] == 1


@pytest.mark.parametrize("kind", ["unknown", "hourly", "page", "negative", "truncated"])
def test_when_all_refuse_what_is_stored_is_given_as_it_is(refresh, vendors, nasdaq, store, kind):
    first = refresh()
    vendors.control(as_of=next_session(vendors.as_of(), 10))
    vendors.fault(kind)
    second = refresh(nasdaq)
    assert second.version == first.version == store.current("AAPL")
    assert list(second.record.refusals) == ["tiingo", "nasdaq_data_link"]
    assert is_stale(second.version, now=closed(vendors.as_of()), max_age=WEEK)


def test_the_stored_sample_does_not_stand_in_for_a_vendor_that_refuses(refresh, vendors, store):
    sample = refresh(ask=(SampleVendor(),)).version
    vendors.fault("hourly")
    with pytest.raises(Throttled) as caught:
        refresh()
    assert set(caught.value.details["vendors"]["refusals"]) == {"tiingo"}
    assert store.current("AAPL") == sample


def test_the_sample_stands_in_for_a_vendor_that_refuses_where_it_is_one_itself(refresh, vendors):
    vendors.fault("hourly")
    found = refresh(SampleVendor())
    assert found.version.sample
    assert found.record.refusals["tiingo"].code == Throttled.code


@pytest.mark.parametrize(
    ("of_tiingo", "of_nasdaq", "told"),
    [
        ("unknown", "unknown", UnknownTicker),
        ("unknown", "hourly", Throttled),
        ("plan", "unknown", NotInPlan),
        ("page", "hourly", Throttled),
        ("negative", "unknown", BadVendorData),
    ],
)
def test_with_nothing_stored_the_most_hopeful_refusal_is_told(
    refresh, vendors, nasdaq, of_tiingo, of_nasdaq, told
):
    vendors.fault(of_tiingo, vendor="tiingo")
    vendors.fault(of_nasdaq, vendor="nasdaq_data_link")
    with pytest.raises(told) as caught:
        refresh(nasdaq)
    record = caught.value.details["vendors"]
    assert set(record["refusals"]) == {"tiingo", "nasdaq_data_link"}
    assert record["calls"]["tiingo"] >= 1


def test_two_vendors_are_never_joined(refresh, vendors, nasdaq):
    refresh()
    vendors.control(as_of=next_session(vendors.as_of()))
    vendors.fault("unknown", vendor="tiingo")
    second = refresh(nasdaq)
    assert second.version.vendor == "nasdaq_data_link"
    assert second.version.rows == 300
    vendors.fault(None, vendor="tiingo")
    third = refresh(nasdaq, later=timedelta(hours=1))
    assert (third.version.vendor, third.version.rows) == ("tiingo", 300)


def test_prices_that_end_before_the_stored_ones_do_not_replace_them(refresh):
    first = refresh()
    second = refresh(ask=(SampleVendor(),))
    assert second.version == first.version
    assert "before those that are stored" in second.record.refusals["sample"].message


def test_prices_of_one_s_own_serve_until_a_vendor_has_newer_ones(refresh, store, vendors):
    history = price_history("AAPL")
    own = keep_history(history, store=store, now=datetime(2020, 1, 1, tzinfo=UTC))
    assert store.current("AAPL") == own
    assert refresh().version.vendor == "tiingo"
    with pytest.raises(BadVendorData, match="before those that are stored"):
        keep_history(history, store=store, now=closed(vendors.as_of()))


def test_nobody_to_ask_and_nothing_stored_is_an_error_that_says_so(store):
    with pytest.raises(VendorUnavailable, match="No vendor may be asked"):
        refresh_prices("AAPL", vendors=(), store=store, now=datetime.now(UTC))
