import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.studies import largest_changepoints
from tests.factories import price_series

PLAIN = ModelConfig(monthly_seasonality=False, yearly_seasonality=False)


@pytest.fixture(scope="module")
def prices():
    return price_series(800)


@pytest.fixture(scope="module")
def bent():
    """Log growth of 0.5 a year up to mid-2015, of -0.5 from then on."""
    dates = pd.bdate_range("2014-03-03", "2017-02-27")
    years = np.asarray((dates - pd.Timestamp("2015-07-01")).days) / 365.25
    noise = np.random.default_rng(1).normal(0, 0.002, len(dates))
    return pd.Series(100 * np.exp(-0.5 * np.abs(years) + noise), index=dates)


def test_a_bend_is_found_with_its_date_its_sign_and_its_size_a_year(bent):
    frame = largest_changepoints(bent, config=PLAIN).changepoints
    largest = frame.iloc[0]
    assert abs((largest["date"] - pd.Timestamp("2015-07-01")).days) < 60
    near = frame[(frame["date"] - pd.Timestamp("2015-07-01")).abs() < pd.Timedelta(days=120)]
    assert near["rate_change"].sum() == pytest.approx(-1.0, abs=0.05)
    in_time = frame.sort_values("date")
    assert in_time["rate_before"].iloc[0] == pytest.approx(0.5, abs=0.05)
    assert in_time["rate_after"].iloc[-1] == pytest.approx(-0.5, abs=0.05)


def test_a_bend_upwards_has_the_other_sign(bent):
    upwards = largest_changepoints(1e4 / bent, config=PLAIN).changepoints
    assert upwards["rate_change"].iloc[0] > 0


def test_the_largest_by_size_come_first_whatever_their_sign(prices):
    changes = largest_changepoints(prices).changepoints["rate_change"]
    assert changes.abs().is_monotonic_decreasing
    assert {1.0, -1.0} == set(np.sign(changes))


def test_rates_are_those_of_the_trend_itself(prices):
    study = largest_changepoints(prices, count=1)
    day = study.changepoints["date"].iloc[0]
    model = fit_prophet(prices)
    around = pd.DataFrame({"ds": day + pd.to_timedelta([-1, 0, 1], unit="D")})
    slopes = np.diff(model.predict(around)["trend"].to_numpy()) * 365.25
    row = study.changepoints.iloc[0]
    assert slopes == pytest.approx([row["rate_before"], row["rate_after"]], rel=1e-6)
    assert row["rate_after"] - row["rate_before"] == pytest.approx(row["rate_change"])


def test_changepoints_that_change_nothing_are_left_out(bent):
    stiff = PLAIN.model_copy(update={"changepoint_prior_scale": 0.001})
    changes = largest_changepoints(bent, 25, stiff).changepoints["rate_change"]
    assert (changes != 0).all()
    assert 0 < len(changes) < 25


def test_a_model_without_changepoints_has_none(prices):
    study = largest_changepoints(prices, config=ModelConfig(n_changepoints=0))
    assert study.changepoints.empty
    assert list(study.changepoints.columns) == ["date", "rate_change", "rate_before", "rate_after"]


def test_no_more_are_given_than_asked_for(prices):
    assert len(largest_changepoints(prices, count=3).changepoints) == 3
    with pytest.raises(InvalidRequest, match="at least one"):
        largest_changepoints(prices, count=0)


def test_interest_that_moves_with_the_log_price_correlates_with_it(prices):
    monthly = np.log(prices).resample("MS").last()
    weeks_later = monthly.set_axis(monthly.index + pd.offsets.MonthEnd(0))
    study = largest_changepoints(prices, interest=weeks_later)
    assert study.correlation == pytest.approx(1.0)
    opposite = largest_changepoints(prices, interest=-weeks_later)
    assert opposite.correlation == pytest.approx(-1.0)


def test_interest_that_only_trends_as_the_price_does_proves_nothing(bent):
    rising = bent[:"2015-06-30"]
    days = pd.date_range(rising.index[0], rising.index[-1], freq="W")
    noise = np.random.default_rng(2).normal(0, 1, len(days))
    study = largest_changepoints(
        rising, config=PLAIN, interest=pd.Series(np.arange(len(days)) + noise, days)
    )
    assert abs(study.correlation) < 0.3


def test_interest_outside_the_training_is_not_shown(prices):
    days = pd.date_range("2000-01-01", "2020-01-01", freq="MS")
    study = largest_changepoints(prices, interest=pd.Series(range(len(days)), days))
    assert study.interest.index[0] >= study.observations.index[0]
    assert study.interest.index[-1] <= study.observations.index[-1]


def test_too_little_interest_or_none_that_varies_has_no_correlation(prices):
    days = pd.date_range("2016-01-01", periods=12, freq="MS")
    for interest in (pd.Series(range(5), days[:5]), pd.Series(3.0, days)):
        assert largest_changepoints(prices, interest=interest).correlation is None
    assert largest_changepoints(prices).correlation is None


@pytest.mark.parametrize(
    ("days", "values", "what"),
    [
        (["2016-02-01", "2016-01-01"], [1, 2], "ascend"),
        (["2016-01-01", "2016-01-01"], [1, 2], "ascend"),
        (["2016-01-01", "2016-02-01"], [1, float("nan")], "finite"),
        (["1980-01-01", "1980-02-01"], [1, 2], "training sessions"),
    ],
)
def test_interest_that_cannot_be_laid_over_is_refused(prices, days, values, what):
    with pytest.raises(InvalidRequest, match=what):
        largest_changepoints(prices, interest=pd.Series(values, pd.DatetimeIndex(days)))
