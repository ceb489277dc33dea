"""Short, still, broken and extreme series, from the price to the result's JSON."""

import json

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.errors import BadVendorData, NotEnoughHistory
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.results import parse_result
from stockcast_lib.forecasting import ModelConfig, forecast_series, make_forecast
from stockcast_lib.forecasting import forecast as forecast_module
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.forecasting.combination import LEAST_WINDOWS
from stockcast_lib.report import ForecastReport
from tests.factories import price_series, price_version, walked_series


def history_of(prices: pd.Series) -> PriceHistory:
    frame = pd.DataFrame(
        {
            **dict.fromkeys(("open", "high", "low", "close", ADJUSTED_CLOSE), prices),
            "volume": 1.0,
            "dividend": 0.0,
            "split": 1.0,
        }
    )
    return PriceHistory("TEST", vendor="sample", sample=True, frame=frame)


def published(monkeypatch, prices, days=30, **config):
    """The forecast and its result, read back from strict JSON."""
    # The charts take longer than all else.
    monkeypatch.setattr("stockcast_lib.report.forecast.forecast_document", lambda _: {})
    monkeypatch.setattr("stockcast_lib.report.forecast.forecast_png", lambda _: b"")
    history = history_of(prices)
    forecast = make_forecast(history, days, ModelConfig(**config))
    result = ForecastReport(forecast, price_version(history)).result
    assert json.loads(result.to_json()) == json.loads(
        json.dumps(result.to_document(), allow_nan=False)
    )
    assert parse_result(result.to_json()) == result
    return forecast, result


def penny_stock(sessions=600):
    """In cents, of which there are few: most closes are unchanged."""
    rng = np.random.default_rng(1)
    moves = rng.choice([-0.01, 0.0, 0.01], p=[0.1, 0.8, 0.1], size=sessions)
    cents = np.maximum(np.cumsum(moves) + 0.07, 0.01).round(2)
    return pd.Series(cents, index=price_series(sessions).index)


def gapped():
    prices = price_series(800)
    return pd.concat([prices.iloc[:400], prices.iloc[520:]])


def with_a_split_left_in():
    prices = price_series(800)
    prices.iloc[600:] /= 7
    return prices


def from_nothing():
    """A listing that stood still before it was traded."""
    steps = np.random.default_rng(2).normal(0, 0.02, 500)
    steps[:200] = 0
    return walked_series(steps)


SERIES = {
    "30 rows": price_series(30),
    "31 rows": price_series(31),
    "60 rows": price_series(60),
    "196 rows": SampleVendor().daily_prices("FB").adjusted_close,
    "constant": pd.Series(50.0, index=price_series(300).index),
    "constant at 1": pd.Series(1.0, index=price_series(40).index),
    "penny stock": penny_stock(),
    "gap": gapped(),
    "split": with_a_split_left_in(),
    "from nothing": from_nothing(),
    "great prices": price_series(300) * 1e6,
    "growth without noise": walked_series(np.full(400, 0.001)),
    "one long fall": walked_series(np.full(400, -0.02)),
}


@pytest.mark.parametrize("days", [1, 30, 400])
@pytest.mark.parametrize("prices", SERIES.values(), ids=SERIES)
def test_every_series_gives_a_result_of_numbers(monkeypatch, prices, days):
    forecast, result = published(monkeypatch, prices, days)
    assert result.last_price == prices.iloc[-1]
    assert result.lower <= result.price <= result.upper
    assert (forecast.path["price"] > 0).all()
    assert len(result.path) == len(forecast.path)
    for horizon in result.skill.horizons:
        assert horizon.coverage.held <= horizon.coverage.windows == horizon.windows
        assert horizon.windows <= horizon.origins
        assert horizon.direction.right <= horizon.direction.windows <= horizon.windows
        assert horizon.direction.rose <= horizon.direction.windows
        assert horizon.p_value is None or 0 <= horizon.p_value <= 1
    assert 0 <= result.skill.share <= 1


@pytest.mark.parametrize("prices", SERIES.values(), ids=SERIES)
def test_a_series_and_a_ticker_are_forecast_alike(prices):
    forecast = make_forecast(history_of(prices), 20)
    alone = forecast_series(prices, len(forecast.path))
    pd.testing.assert_frame_equal(alone, forecast.path)


@pytest.mark.parametrize("ask", [lambda p: forecast_series(p, 5), fit_origins])
def test_a_month_of_rows_is_the_least(ask):
    with pytest.raises(NotEnoughHistory, match="hold 29"):
        ask(price_series(29))
    ask(price_series(30))
    with pytest.raises(NotEnoughHistory):
        make_forecast(history_of(price_series(29)), 30)


def test_the_shortest_history_has_a_forecast_and_no_skill(monkeypatch):
    _, result = published(monkeypatch, SERIES["30 rows"])
    assert (result.skill.standing, result.skill.value) == ("untested", None)
    assert (result.skill.horizons, result.coverage) == ((), None)
    assert result.lower < result.price < result.upper


def test_a_years_history_is_tested_at_short_horizons():
    forecast = make_forecast(history_of(SERIES["196 rows"]), 1)
    assert forecast.skill.standing != "untested"
    assert forecast.coverage.windows >= 40
    month = make_forecast(history_of(SERIES["196 rows"]), 180)
    assert month.skill.standing == "untested"


def test_a_constant_price_is_sure_to_stay():
    flat = SERIES["constant"]
    path = forecast_series(flat, 100, interval=0.99)
    for column in ("price", "lower", "upper"):
        assert path[column].to_numpy() == pytest.approx(50.0, rel=1e-9)
    forecast = make_forecast(history_of(flat), 30)
    assert forecast.notes == ("The price did not move in 100% of the sessions.",)
    assert forecast.skill.value is None
    assert {each.mase for each in forecast.skill.horizons} == {None}


def test_a_price_that_often_stands_still_has_a_band_and_a_note():
    forecast = make_forecast(history_of(SERIES["penny stock"]), 30)
    target = forecast.path.iloc[-1]
    assert 0 < target["lower"] < target["price"] < target["upper"]
    assert any("did not move" in note for note in forecast.notes)


def test_a_gap_of_months_is_noted_and_no_jump_in_the_band():
    forecast = make_forecast(history_of(SERIES["gap"]), 30)
    assert any("sessions are missing before" in note for note in forecast.notes)
    whole = make_forecast(history_of(price_series(800)), 30)
    wide, usual = (
        np.log(each.path["upper"].iloc[-1] / each.path["price"].iloc[-1])
        for each in (forecast, whole)
    )
    assert wide == pytest.approx(usual, rel=0.25)


def test_a_split_left_in_is_noted_and_the_path_begins_at_the_last_close():
    prices = SERIES["split"]
    forecast = make_forecast(history_of(prices), 30)
    assert any("if that was a split" in note for note in forecast.notes)
    assert forecast.path["price"].iloc[0] == pytest.approx(prices.iloc[-1], rel=0.02)


def test_usual_prices_have_no_notes():
    assert make_forecast(history_of(price_series(800)), 30).notes == ()


@pytest.mark.parametrize("bad", [np.nan, 0.0, -3.0, np.inf])
@pytest.mark.parametrize("row", [0, 1_500, 1_599])
def test_a_price_that_is_no_price_is_refused_wherever_it_is(bad, row):
    prices = price_series(1_600)
    prices.iloc[row] = bad
    for ask in (
        lambda: forecast_series(prices, 5),
        lambda: make_forecast(history_of(prices), 30),
        lambda: fit_origins(prices),
    ):
        with pytest.raises(BadVendorData, match=str(prices.index[row].date())):
            ask()


@pytest.mark.parametrize("interval", [0.5, 0.99])
@pytest.mark.parametrize("days", [1, 10_000])
def test_the_ends_of_horizon_and_interval(monkeypatch, days, interval):
    forecast, result = published(monkeypatch, price_series(800), days, interval=interval)
    assert result.interval == interval
    assert {band.level for band in result.bands} == {0.5, 0.8, 0.95, interval}
    assert 0 < result.lower < result.price < result.upper
    assert all(each.coverage.level == interval for each in result.skill.horizons)
    widths = np.log(forecast.path["upper"] / forecast.path["lower"]).to_numpy()
    assert (np.diff(widths) > 0).all()
    if days == 10_000:
        assert (result.skill.standing, result.coverage) == ("untested", None)


def test_the_coverage_is_that_of_the_horizon_and_interval_asked_for():
    forecast = make_forecast(history_of(price_series(800)), 30, ModelConfig(interval=0.9))
    asked = [each for each in forecast.skill.horizons if each.sessions == len(forecast.path)]
    assert [each.coverage for each in asked] == [forecast.coverage]
    assert forecast.coverage.level == 0.9
    assert forecast.skill.windows == asked[0].windows


@pytest.mark.parametrize("days", [1, 7, 30, 60, 90])
def test_a_band_judged_by_too_few_windows_has_no_coverage_of_its_own(days):
    forecast = make_forecast(history_of(price_series(400)), days)
    measured = {each.sessions: each for each in forecast.skill.horizons}[len(forecast.path)]
    assert (forecast.coverage is None) == (measured.windows < LEAST_WINDOWS)
    assert (forecast.coverage is None) == (days > 30)
    # The table of horizons has it all the same.
    assert measured.coverage.windows == measured.windows > 0


def test_the_path_begins_at_the_last_close():
    prices = price_series(800)
    path = make_forecast(history_of(prices), 30).path
    assert path["price"].iloc[0] == pytest.approx(prices.iloc[-1], rel=0.005)


def test_what_the_model_alone_says_is_kept_beside_the_path():
    forecast = make_forecast(history_of(price_series(800)), 30)
    assert list(forecast.model_path.columns) == ["date", "price"]
    assert (forecast.model_path["date"] == forecast.path["date"]).all()
    assert forecast.model_path["price"].iloc[0] != forecast.path["price"].iloc[0]


def test_given_fits_are_not_made_again(monkeypatch):
    history = history_of(price_series(300))
    fits = fit_origins(history.adjusted_close)
    made = make_forecast(history, 30)

    def never(*_):
        raise AssertionError("made again")

    monkeypatch.setattr(forecast_module, "fit_origins", never)
    given = make_forecast(history, 30, fits=fits)
    pd.testing.assert_frame_equal(given.path, made.path)
    assert given.skill == made.skill


@pytest.mark.parametrize("sessions", [1, 20])
def test_the_first_sessions_of_a_path_are_those_of_a_shorter_one(sessions):
    prices = price_series(400)
    short, long = forecast_series(prices, sessions), forecast_series(prices, 40)
    pd.testing.assert_frame_equal(short, long.iloc[:sessions])


def test_prices_in_another_unit_are_forecast_alike():
    prices = price_series(800)
    bare = ModelConfig(monthly_seasonality=False, yearly_seasonality=False)
    one, other = (forecast_series(prices * unit, 30, config=bare) for unit in (1, 100))
    ratio = (other[["price", "lower", "upper"]] / one[["price", "lower", "upper"]]).to_numpy()
    assert ratio == pytest.approx(100, rel=0.01)


def test_a_stan_fit_is_tested_like_an_exact_one():
    history = history_of(price_series(200))
    exact, stan = (
        make_forecast(history, 5, ModelConfig(engine=name)) for name in ("exact", "stan")
    )
    assert stan.skill == exact.skill
    assert stan.engine == "stan"
    assert stan.path["price"].to_numpy() == pytest.approx(exact.path["price"].to_numpy(), rel=0.01)
