import numpy as np
import pandas as pd
import pytest

from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.studies import model_components
from tests.factories import price_series

WEEKLY = ModelConfig(weekly_seasonality=True)


@pytest.fixture(scope="module")
def prices():
    return price_series(800)


@pytest.fixture(scope="module")
def study(prices):
    return model_components(prices, WEEKLY)


def _product(study):
    effects = 1 + study.frame[list(study.terms)].to_numpy() / 100
    return study.frame["trend"].to_numpy() * effects.prod(axis=1)


def test_the_trend_times_all_effects_is_the_model_s_price(prices, study):
    product = _product(study)
    expected = np.exp(
        log_prices(fit_prophet(prices, WEEKLY), pd.DatetimeIndex(study.frame["date"]))
    )
    assert study.frame["price"].to_numpy() == pytest.approx(expected)
    assert product == pytest.approx(expected)


def test_the_remainder_is_what_the_price_adds_to_the_model(prices, study):
    frame = study.frame
    assert (frame["actual"].to_numpy() == prices[frame["date"]].to_numpy()).all()
    with_remainder = frame["price"] * (1 + frame["remainder"] / 100)
    assert with_remainder.to_numpy() == pytest.approx(frame["actual"].to_numpy())


def test_the_terms_are_those_that_were_fitted_the_slowest_first(prices, study):
    assert study.terms == ("yearly", "monthly", "weekly")
    assert model_components(prices).terms == ("yearly", "monthly")
    plain = ModelConfig(monthly_seasonality=False, yearly_seasonality=False)
    assert model_components(prices, plain).terms == ()


def test_effects_are_around_zero_and_the_trend_has_the_prices_level(study):
    for term in study.terms:
        assert np.log1p(study.frame[term] / 100).mean() == pytest.approx(0, abs=1e-9)
    ratio = study.frame["actual"].mean() / study.frame["trend"].mean()
    assert ratio == pytest.approx(1, abs=0.05)


def test_a_cycle_covers_one_period_up_to_the_last_session(prices, study):
    lengths = {term: len(cycle) for term, cycle in study.cycles.items()}
    assert lengths == {"yearly": 365, "monthly": 31, "weekly": 5}
    assert study.cycles["yearly"]["date"].iloc[-1] == prices.index[-1]
    assert study.cycles["weekly"]["date"].dt.day_name().tolist() == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
    ]  # fmt: skip


def test_a_cycle_s_effect_is_the_frame_s_on_the_same_day(study):
    frame = study.frame.set_index("date")
    for term, cycle in study.cycles.items():
        shared = cycle[cycle["date"].isin(frame.index)]
        assert len(shared) >= 5
        assert shared["effect"].to_numpy() == pytest.approx(
            frame.loc[shared["date"], term].to_numpy()
        )


def test_a_term_of_a_known_size_is_given_in_per_cent_of_the_price():
    dates = pd.bdate_range(end="2017-02-27", periods=1050)
    wave = 0.1 * np.sin(2 * np.pi * np.asarray((dates - pd.Timestamp("1970-01-01")).days) / 365.25)
    noise = np.random.default_rng(1).normal(0, 1e-3, len(dates))
    prices = pd.Series(100 * np.exp(wave + noise), index=dates)
    config = ModelConfig(training_years=4.0, n_changepoints=0, monthly_seasonality=False)
    effect = model_components(prices, config).cycles["yearly"]["effect"]
    assert effect.max() == pytest.approx(100 * np.expm1(0.1), abs=0.3)
    assert effect.min() == pytest.approx(100 * np.expm1(-0.1), abs=0.3)


def test_holidays_have_an_effect_and_no_cycle(prices):
    study = model_components(prices, ModelConfig(holidays="US"))
    assert study.terms[-1] == "holidays"
    assert "holidays" not in study.cycles
    product = _product(study)
    assert product == pytest.approx(study.frame["price"].to_numpy())
