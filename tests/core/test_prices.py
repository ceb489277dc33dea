"""When stored prices serve, and when a vendor is asked again."""

from datetime import timedelta

import pytest

from stockcast_lib.core.prices import Freshness
from tests.factories import FETCHED_AT, price_history, price_version

WEEK, HOUR, MOMENT = timedelta(days=7), timedelta(hours=1), timedelta(seconds=1)
SAMPLE = price_version(price_history(sample=True))
LATE = price_version(last_session=FETCHED_AT.date() - timedelta(days=3))


def due(version, vendors, after, max_age=WEEK):
    freshness = Freshness.asking(vendors, max_age)
    return freshness.is_due(version, now=version.fetched_at + after)


@pytest.mark.parametrize("vendors", [("sample",), ("sample", "tiingo")])
def test_the_sample_serves_for_the_maximum_age_where_it_is_asked_first(vendors):
    assert not due(SAMPLE, vendors, WEEK)
    assert due(SAMPLE, vendors, WEEK + MOMENT)


def test_the_sample_serves_for_an_hour_behind_a_vendor():
    assert not due(SAMPLE, ("tiingo", "sample"), HOUR)
    assert due(SAMPLE, ("tiingo", "sample"), HOUR + MOMENT)


def test_the_sample_behind_a_vendor_never_serves_for_longer_than_the_maximum_age():
    assert due(SAMPLE, ("tiingo", "sample"), 2 * MOMENT, max_age=MOMENT)


def test_the_sample_does_not_serve_where_it_is_not_a_vendor():
    assert due(SAMPLE, ("tiingo",), timedelta(0))
    assert not Freshness.asking(("tiingo",), WEEK).serves(SAMPLE)
    assert Freshness.asking(("tiingo", "sample"), WEEK).serves(SAMPLE)


@pytest.mark.parametrize("vendors", [("tiingo",), ("tiingo", "sample"), ("sample",)])
def test_a_vendor_s_prices_serve_whoever_is_asked_now(vendors):
    version = price_version()
    assert not due(version, vendors, WEEK)
    assert due(version, vendors, WEEK + MOMENT)
    assert not due(LATE, vendors, HOUR)
    assert due(LATE, vendors, HOUR + MOMENT)
    assert Freshness.asking(vendors, WEEK).serves(version)


@pytest.mark.parametrize("vendors", [("tiingo",), ("sample",), ("tiingo", "sample")])
def test_prices_from_the_future_are_of_a_clock_that_was_put_back_and_serve_no_longer(vendors):
    version = price_version()
    assert not due(version, vendors, -timedelta(minutes=4))
    assert due(version, vendors, -timedelta(minutes=6))
    assert due(version, vendors, -timedelta(days=400))
