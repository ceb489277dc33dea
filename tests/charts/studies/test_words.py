import re
from datetime import date

import pandas as pd
import pytest

from stockcast_lib.charts.studies import words
from stockcast_lib.forecasting import ModelConfig, studies
from tests.factories import price_history

CONFIG = ModelConfig(training_years=2.0)


@pytest.fixture(scope="module")
def history():
    return price_history(sessions=1100)


def test_an_evaluation_s_final_prices_are_said_with_their_one_date(history):
    study = studies.evaluate(history.adjusted_close, shares=10, config=CONFIG)
    text = " ".join(words.evaluation_lines(study))
    final = f"27 Feb 2017: predicted {study.final_predicted:.2f}, actual {study.final_actual:.2f}"
    assert final in text
    assert "the 80 % band held" in text
    assert "naive forecast" in text
    assert "10 shares, 5 basis points a trade" in text


def test_a_holding_says_by_which_prices_and_when(history):
    study = studies.buy_and_hold(history.adjusted_close, 1, date(2017, 1, 7))
    first, second = words.holding_lines(study)
    assert first.startswith("1 share bought on 9 Jan 2017 at ")
    assert re.search(r"[+-][\d.,]+ \([+-][\d.]+ %\)$", first)
    assert "adjusted closes" in second


def test_a_price_that_never_moves_has_no_direction_to_be_right_about(history):
    flat = pd.Series(50.0, index=history.frame.index)
    assert "never moved" in " ".join(words.evaluation_lines(studies.evaluate(flat, config=CONFIG)))


def test_numbers_of_one_have_no_plural(history):
    text = words.next_days_lines(studies.next_days(history.adjusted_close, 1))[0]
    assert "1 session:" in text


def test_changes_are_said_in_per_cent_and_volumes_in_whole_shares(history):
    values = words.extremes_lines(studies.price_extremes(history.frame, ["volume"]))
    assert values[0].startswith("volume: lowest 1,000,000 on ")
    changes = words.extremes_lines(studies.price_extremes(history.frame, percent=True))
    assert "%" in changes[0]


def test_a_rate_change_has_its_unit_and_no_change_is_said_so(history):
    study = studies.largest_changepoints(history.adjusted_close)
    assert "in log price a year" in words.changepoint_lines(study)[0]
    config = ModelConfig(n_changepoints=0)
    none = studies.largest_changepoints(history.adjusted_close, config=config)
    assert words.changepoint_lines(none) == ("the fitted trend never changes its rate",)


def test_a_model_without_terms_is_its_trend(history):
    plain = ModelConfig(monthly_seasonality=False, yearly_seasonality=False)
    study = studies.model_components(history.adjusted_close, plain)
    assert words.components_lines(study) == ("the model is its trend alone",)
