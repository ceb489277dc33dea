from datetime import date

import pandas as pd
import pytest

from stockcast_lib.core.errors import BadVendorData, InvalidRequest, NotEnoughHistory
from stockcast_lib.forecasting import ModelConfig
from stockcast_lib.forecasting.studies.holdout import held_out
from tests.factories import price_series

CONFIG = ModelConfig(training_years=1.5)


@pytest.fixture(scope="module")
def prices():
    return price_series(1300)


def test_by_default_the_last_year_is_held_out(prices):
    split = held_out(prices, CONFIG)
    assert split.test.index[0] == pd.Timestamp("2016-02-29")
    assert split.test.index[-1] == prices.index[-1]


def test_training_and_test_follow_each_other_without_overlap_or_gap(prices):
    split = held_out(prices, CONFIG, date(2016, 5, 7), date(2016, 8, 6))
    joined = pd.concat([split.training, split.test])
    pd.testing.assert_series_equal(
        joined, prices[joined.index[0] : joined.index[-1]], check_freq=False
    )
    assert split.test.index[0] == pd.Timestamp("2016-05-09")
    assert split.test.index[-1] == pd.Timestamp("2016-08-05")


def test_the_training_years_are_those_before_the_test(prices):
    training = held_out(prices, CONFIG).training
    assert (training.index[-1] - training.index[0]).days == pytest.approx(1.5 * 365.25, abs=3)


def test_a_test_longer_than_a_year_is_held_out_whole(prices):
    split = held_out(prices, CONFIG, date(2014, 3, 3))
    assert len(split.test) == len(prices["2014-03-03":])
    assert (split.test.index[-1] - split.test.index[0]).days > 2 * 365


def test_a_history_too_short_for_the_training_is_refused_and_says_what_it_needs(prices):
    with pytest.raises(NotEnoughHistory, match=r"needs prices from 2008-.* train on fewer years"):
        held_out(prices, ModelConfig(training_years=8))


def test_a_test_from_the_first_session_leaves_nothing_to_train_on(prices):
    with pytest.raises(NotEnoughHistory, match="needs prices from"):
        held_out(prices, CONFIG, date(1990, 1, 1))


def test_a_test_beyond_the_last_session_is_refused_and_not_cut(prices):
    with pytest.raises(InvalidRequest, match="prices end on 2017-02-27"):
        held_out(prices, CONFIG, end=date(2017, 3, 1))


def test_an_end_on_a_weekend_after_the_last_session_loses_nothing(prices):
    upto_friday = prices[:"2017-02-24"]
    assert held_out(upto_friday, CONFIG, end=date(2017, 2, 26)).test.index[-1].date() == date(
        2017, 2, 24
    )


def test_a_test_that_starts_after_it_ends_is_refused(prices):
    with pytest.raises(InvalidRequest, match="lies after the end"):
        held_out(prices, CONFIG, date(2016, 8, 1), date(2016, 7, 1))


def test_a_bad_price_in_the_test_is_found_too(prices):
    bad = prices.copy()
    bad.iloc[-5] = float("nan")
    with pytest.raises(BadVendorData, match="not positive numbers"):
        held_out(bad, CONFIG)
