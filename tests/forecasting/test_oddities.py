import numpy as np
import pandas as pd
import pytest

from stockcast_lib.forecasting.oddities import oddities
from tests.factories import price_series


def test_usual_prices_have_none():
    assert oddities(price_series(800)) == ()


@pytest.mark.parametrize("split", [2, 7, 0.1])
def test_a_split_that_the_prices_are_not_adjusted_for_is_named(split):
    prices = price_series(300)
    prices.iloc[200:] /= split
    told = oddities(prices)
    assert len(told) == 1
    assert str(prices.index[200].date()) in told[0]
    assert "if that was a split, the prices are not adjusted for it" in told[0]


def test_how_many_times_the_price_jumped_is_said():
    prices = pd.Series(100.0, index=price_series(300).index)
    prices += 0.01 * np.arange(300)
    prices.iloc[200:] /= 4
    assert oddities(prices)[0].startswith("The price went to 0.25 times itself on ")


def test_a_bad_day_is_no_split():
    prices = price_series(300)
    prices.iloc[200:] *= 0.7
    assert oddities(prices) == ()


def test_a_gap_of_months_is_named():
    prices = price_series(300)
    gapped = pd.concat([prices.iloc[:100], prices.iloc[180:]])
    told = oddities(gapped)
    assert len(told) == 1
    # Of eighty weekdays a few were holidays.
    assert 74 <= int(told[0].split()[0]) <= 80
    assert told[0].endswith(f" sessions are missing before {prices.index[180].date()}.")


def test_a_week_off_is_no_gap():
    prices = price_series(300)
    assert oddities(pd.concat([prices.iloc[:100], prices.iloc[105:]])) == ()


def test_a_price_that_hardly_ever_moves_is_said_so():
    prices = price_series(301)
    still = pd.Series(np.repeat(prices.to_numpy()[:76], 4)[:301], index=prices.index)
    assert oddities(still) == ("The price did not move in 75% of the sessions.",)


def test_there_are_five_sentences_at_most_and_one_more():
    prices = price_series(300)
    for row in range(20, 20 * 6, 20):
        prices.iloc[row:] /= 3
    assert len(oddities(prices)) == 5
    for row in range(120, 120 + 20 * 3, 20):
        prices.iloc[row:] *= 3
    told = oddities(prices)
    assert len(told) == 6
    assert told[-1] == "And 3 more such."
