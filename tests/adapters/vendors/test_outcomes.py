"""Every way in which a vendor can answer, over real HTTP: the error's type says what it means."""

import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from stockcast_lib.adapters.vendors.nasdaq_data_link import NasdaqDataLink
from stockcast_lib.core.budgets import rest_seconds
from stockcast_lib.core.errors import (
    BadSettings,
    BadVendorData,
    BadVendorKey,
    Fault,
    NotInPlan,
    StockcastError,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)
from tests.adapters.vendors.conftest import HASTY
from tests.standins.vendors import KEYS

pytestmark = pytest.mark.long

OUTCOMES = [
    ("unknown", UnknownTicker),
    ("hourly", Throttled),
    ("plan", NotInPlan),
    ("bad-key", BadVendorKey),
    ("missing-key", BadVendorKey),
    ("limit-text", BadVendorData),
    ("other-404", BadVendorData),
    ("page", VendorUnavailable),
    ("redirect", VendorUnavailable),
    ("redirect-loop", VendorUnavailable),
    ("truncated", BadVendorData),
    ("empty", BadVendorData),
    ("no-rows", BadVendorData),
    ("null", BadVendorData),
    ("negative", BadVendorData),
    ("text", BadVendorData),
    ("duplicate", BadVendorData),
]


@pytest.mark.parametrize(("kind", "expected"), OUTCOMES)
def test_what_will_not_pass_is_said_after_one_call(make, vendors, kind, expected):
    vendors.fault(kind)
    market = make()
    with pytest.raises(expected):
        market.daily_prices("AAPL")
    redirects = 3 if kind == "redirect-loop" else 1
    assert market.client.calls_made == redirects


def test_a_monthly_limit_with_status_200_is_a_limit(tiingo, vendors):
    for kind in ("monthly", "monthly-json"):
        vendors.fault(kind)
        with pytest.raises(Throttled) as caught:
            tiingo.daily_prices("AAPL")
        assert 24 * 3600 <= caught.value.details["retry_after"] <= 33 * 24 * 3600
    assert tiingo.client.calls_made == 2


@pytest.mark.parametrize(
    ("code", "status", "expected", "wait"),
    [
        ("QELx01", 429, Throttled, 86400),
        ("QELx04", 429, Throttled, 600),
        ("QELx05", 429, Throttled, 600),
        ("QEAx01", 400, BadVendorKey, None),
        ("QEPx04", 403, NotInPlan, None),
        ("QEPx05", 403, NotInPlan, None),
        ("QECx02", 404, UnknownTicker, None),
        ("QECx06", 404, BadVendorData, None),
        ("QESx04", 422, BadVendorData, None),
        ("QECx02", 200, UnknownTicker, None),
    ],
)
def test_codes_of_nasdaq_data_link(nasdaq, vendors, code, status, expected, wait):
    vendors.fault("code", code=code, status=status)
    with pytest.raises(expected) as caught:
        nasdaq.daily_prices("AAPL")
    assert caught.value.details.get("retry_after") == wait
    assert nasdaq.client.calls_made == 1


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("throttled", {}, Throttled),
        ("status", {"status": 500}, VendorUnavailable),
        ("status", {"status": 503, "retry_after": "0"}, VendorUnavailable),
        ("page-status", {"status": 502}, VendorUnavailable),
        ("page-status", {"status": 429}, Throttled),
        ("code", {"code": "QEMx01", "status": 500}, VendorUnavailable),
        ("cut", {}, VendorUnavailable),
    ],
)
def test_what_may_pass_is_tried_again_and_then_said(make, vendors, kind, values, expected):
    vendors.fault(kind, **values)
    market = make()
    with pytest.raises(expected) as caught:
        market.daily_prices("AAPL")
    assert caught.value.retryable
    assert market.client.calls_made == 3


@pytest.mark.parametrize(
    "kind", ["throttled", "status", "page-status", "cut"]
)  # fmt: skip
def test_a_second_try_can_succeed(make, vendors, kind):
    vendors.fault(kind, times=2)
    assert len(make().daily_prices("AAPL").frame) == 252


def test_a_short_retry_after_is_obeyed(tiingo, vendors):
    vendors.fault("throttled", times=1, retry_after="1")
    begin = time.monotonic()
    tiingo.daily_prices("AAPL")
    assert time.monotonic() - begin >= 1
    assert tiingo.client.calls_made == 2


def test_a_long_retry_after_is_handed_on(make, vendors):
    vendors.fault("throttled", retry_after="120")
    market = make()
    with pytest.raises(Throttled, match="2 minutes") as caught:
        market.daily_prices("AAPL")
    assert caught.value.details == {"retry_after": 120}
    assert market.client.calls_made == 1


def test_a_retry_after_may_be_a_date(make, vendors):
    until = datetime.now(UTC) + timedelta(minutes=10)
    vendors.fault("hourly", retry_after=format_datetime(until, usegmt=True))
    with pytest.raises(Throttled) as caught:
        make().daily_prices("AAPL")
    assert 590 < caught.value.details["retry_after"] <= 600


def test_the_vendors_own_limit_is_met(make, vendors):
    vendors.control(calls_an_hour=1)
    market = make()
    market.daily_prices("AAPL")
    with pytest.raises(Throttled) as caught:
        market.daily_prices("MSFT")
    assert caught.value.details["retry_after"] >= 600


def test_an_allowance_is_kept_without_a_call(make, vendors):
    market = make(calls_allowed=2)
    market.daily_prices("AAPL")
    market.daily_prices("AAPL")
    with pytest.raises(Throttled) as caught:
        market.daily_prices("AAPL")
    # Another run may ask at once.
    assert rest_seconds(caught.value.report()) is None
    assert (market.client.calls_made, vendors.calls()[market.name]) == (2, {"AAPL": 2})


def test_tries_count_as_calls(make, vendors):
    vendors.fault("status", status=500)
    market = make(calls_allowed=2)
    with pytest.raises(Throttled):
        market.daily_prices("AAPL")
    assert vendors.calls()[market.name] == {"AAPL": 2}


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_patience_ends(make, vendors, kind):
    vendors.fault(kind)
    begin = time.monotonic()
    with pytest.raises(VendorUnavailable):
        make(HASTY).daily_prices("AAPL")
    assert time.monotonic() - begin < HASTY.total_seconds + HASTY.read_seconds + 5


def test_an_answer_that_unpacks_to_too_much_is_refused(make, vendors):
    vendors.fault("bomb")
    with pytest.raises(BadVendorData, match="more than"):
        make().daily_prices("AAPL")


def test_nobody_there():
    market = NasdaqDataLink(None, "http://127.0.0.1:9", limits=HASTY)
    with pytest.raises(VendorUnavailable, match="cannot be reached"):
        market.daily_prices("AAPL")


def test_a_wrong_key_is_refused(make):
    with pytest.raises(BadVendorKey) as caught:
        make(key="another").daily_prices("AAPL")
    assert (caught.value.fault, caught.value.retryable) == (Fault.OURS, False)


@pytest.mark.parametrize("key", ["with\nbreak", "with\x00null", "schlüssel", " \t"])
def test_what_can_be_no_key_is_never_sent(make, vendors, key):
    with pytest.raises(BadVendorKey) as caught:
        make(key=key)
    assert key.strip() == "" or key not in str(caught.value)
    assert vendors.calls() == {"tiingo": {}, "nasdaq_data_link": {}}


def test_nasdaq_data_link_answers_without_a_key(vendors):
    assert len(NasdaqDataLink(None, vendors.url).daily_prices("AAPL").frame) == 252


def test_the_database_is_an_argument(vendors):
    market = NasdaqDataLink(KEYS["nasdaq_data_link"], vendors.url, database="EOD")
    assert len(market.daily_prices("AAPL").frame) == 252
    with pytest.raises(UnknownTicker):
        NasdaqDataLink(None, vendors.url, database="NONE").daily_prices("AAPL")
    with pytest.raises(BadSettings, match="WIKI/"):
        NasdaqDataLink(None, vendors.url, database="WIKI/")


@pytest.mark.parametrize(
    "url",
    ["", "api.example.org", "ftp://example.org", "http://", "https://me:pw@example.org",
     "https://example.org?token=x", "http://[::1"],
)  # fmt: skip
def test_what_can_be_no_base_url(url):
    with pytest.raises(BadSettings) as caught:
        NasdaqDataLink(None, url)
    assert "pw" not in str(caught.value)


def test_a_base_url_may_end_with_a_slash_or_lead_elsewhere(vendors):
    assert len(NasdaqDataLink(None, f"{vendors.url}/").daily_prices("AAPL").frame) == 252
    with pytest.raises(VendorUnavailable, match="web page"):
        NasdaqDataLink(None, f"{vendors.url}/below/").daily_prices("AAPL")


@pytest.mark.parametrize(
    "kind",
    ["throttled", "status", "cut", "bad-key", "redirect", "truncated", "page", "null", "plan"],
)
def test_no_key_in_any_error_or_log(make, vendors, kind, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    vendors.fault(kind)
    with pytest.raises(StockcastError) as caught:
        make().daily_prices("AAPL")
    told = (
        "".join(traceback.format_exception(caught.value))
        + caplog.text
        + "".join(capfd.readouterr())
    )
    told += repr(caught.value.details) + caught.value.report().model_dump_json()
    assert "key-of-the-tests" not in told


def test_a_key_that_a_vendor_repeats_stays_out_of_the_error(make, vendors):
    vendors.fault(
        "raw", status=400, body="a2V5LW9mLXRoZS10ZXN0cw==", content_type="key-of-the-tests"
    )
    with pytest.raises(StockcastError) as caught:
        make().daily_prices("AAPL")
    assert "key-of-the-tests" not in "".join(traceback.format_exception(caught.value))
