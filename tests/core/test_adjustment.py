"""Adjusted closes by splits and dividends, against hand-made cases and WIKI's own column."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stockcast_lib.adapters.vendors import sample
from stockcast_lib.core.adjustment import adjusted_closes, disagreements

# Where WIKI's adjusted closes know of a dividend that its own column does not list.
NOT_SELF_CONSISTENT = {"AAPL": ["2017-02-07"], "MSFT": [], "XOM": ["2017-02-07"]}


def series(*values):
    return pd.Series(values, index=pd.bdate_range("2024-01-01", periods=len(values)), dtype=float)


def adjusted(closes, dividends=None, splits=None):
    count = len(closes)
    return adjusted_closes(
        series(*closes), series(*(dividends or [0] * count)), series(*(splits or [1] * count))
    ).tolist()


def test_without_splits_and_dividends_closes_stay_as_they_are():
    assert adjusted([10, 11, 12]) == [10, 11, 12]


def test_a_split_divides_what_was_before_it():
    assert adjusted([70, 77, 11, 12], splits=[1, 1, 7, 1]) == pytest.approx([10, 11, 11, 12])


def test_a_dividend_is_reinvested_at_the_ex_date_s_close():
    # 1 paid on a share that then costs 9: nine tenths of the wealth before are in the price.
    assert adjusted([10, 9, 9], dividends=[0, 1, 0]) == pytest.approx([9, 9, 9])


def test_what_happens_on_the_first_session_changes_nothing():
    assert adjusted([10, 11], dividends=[1, 0], splits=[2, 1]) == [10, 11]


@given(
    arrays(float, 30, elements=st.floats(1, 1000)),
    arrays(float, 30, elements=st.one_of(st.just(0.0), st.floats(0.01, 5))),
    arrays(float, 30, elements=st.sampled_from([1.0, 1.0, 1.0, 2.0, 0.1, 1.5])),
)
def test_adjusted_closes_grow_as_a_holder_s_wealth(closes, dividends, splits):
    ours = np.array(adjusted(closes.tolist(), dividends.tolist(), splits.tolist()))
    wealth = (closes[1:] + dividends[1:]) * splits[1:] / closes[:-1]
    assert ours[1:] / ours[:-1] == pytest.approx(wealth)


@pytest.mark.parametrize(("ticker", "odd"), NOT_SELF_CONSISTENT.items())
def test_wiki_s_own_column_comes_out_of_its_splits_and_dividends(ticker, odd):
    ours = sample.SampleVendor().daily_prices(ticker).frame["adjusted_close"]
    theirs = sample._read(ticker)["Adj. Close"]
    assert [str(day.date()) for day in disagreements(ours, theirs, within=1e-6)] == odd
    # Between the odd dates the two differ by a factor alone.
    ratio = (ours / theirs).groupby(np.searchsorted(pd.to_datetime(odd), ours.index, side="right"))
    spread = ratio.max() / ratio.min() - 1
    assert (spread < 1e-6).all()
