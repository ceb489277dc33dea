"""The changepoint prior scale: how readily the trend may bend, and what that does to a forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.baselines import naive
from stockcast_lib.forecasting.model import (
    DEFAULT_CONFIG,
    LogPriceModel,
    fit_path,
    training_history,
)
from stockcast_lib.forecasting.studies.curves import (
    band_width,
    coverage,
    distinct_scales,
    fitted_curve,
    forecast_curve,
    mean_absolute_error,
    with_actual,
)
from stockcast_lib.forecasting.studies.holdout import held_out
from stockcast_lib.forecasting.trading_calendar import sessions_between, target_session

DEFAULT_SCALES = (0.001, 0.01, 0.05, 0.1, 0.5)


@dataclass(frozen=True)
class PriorComparison:
    """The model with each of several changepoint prior scales, on the same history.

    Attributes:
        config: all other parameters; of the scales it names none.
        scales: in the order asked for.
        observations: the adjusted closes trained on, over their sessions.
        curves: columns prior, part ("fit" or "forecast"), date, price, lower, upper, with the band
            of `config.interval`; a row a scale and session.
    """

    config: ModelConfig
    scales: tuple[float, ...]
    observations: "pd.Series[float]"
    curves: pd.DataFrame


@dataclass(frozen=True)
class PriorValidation:
    """How the model with each changepoint prior scale does on sessions that it has not seen.

    Attributes:
        config: all other parameters.
        training: the adjusted closes trained on.
        test: those held out, after them.
        frame: a row a scale, in the order asked for: prior; train_error and test_error, mean
            absolute, in price units; train_band and test_band, the mean width of the band of
            `config.interval`, in price units; train_coverage and test_coverage, the share of
            closes inside it.
        naive_error: of the last training close for every test session, as test_error.
    """

    config: ModelConfig
    training: "pd.Series[float]"
    test: "pd.Series[float]"
    frame: pd.DataFrame
    naive_error: float

    @property
    def best(self) -> float:
        """The scale with the smallest test error; one test is no proof that it will be again."""
        at = int(self.frame["test_error"].to_numpy(dtype=float).argmin())
        return float(self.frame["prior"].iloc[at])


def compare_priors(
    prices: "pd.Series[float]",
    scales: Sequence[float] = DEFAULT_SCALES,
    days: int = 90,
    config: ModelConfig = DEFAULT_CONFIG,
) -> PriorComparison:
    """Fit and forecast with each of any number of changepoint prior scales.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        scales: positive; a repeated one counts once.
        days: calendar days to forecast after the last session.
        config: all other parameters; it is not changed.

    Raises:
        InvalidRequest: a scale or the horizon is out of its range.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    chosen = distinct_scales(scales)
    observations = training_history(prices, config)
    as_of = observations.index[-1].date()
    dates = sessions_between(as_of, target_session(as_of, days))
    curves = [
        part
        for scale, model in zip(chosen, fit_path(prices, chosen, config), strict=True)
        for part in _parts(scale, model, dates)
    ]
    return PriorComparison(
        config, tuple(chosen), observations, pd.concat(curves, ignore_index=True)
    )


def validate_priors(
    prices: "pd.Series[float]",
    scales: Sequence[float] = DEFAULT_SCALES,
    start: date | None = None,
    end: date | None = None,
    config: ModelConfig = DEFAULT_CONFIG,
) -> PriorValidation:
    """Measure each changepoint prior scale on a test period of any length.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        scales: positive; a repeated one counts once.
        start: of the test, any day; by default the test is the year up to its end.
        end: of the test, any day; None is the last session.
        config: all other parameters; it is not changed.

    Raises:
        InvalidRequest: a scale is out of its range, or the prices end before the test does.
        NotEnoughHistory: there are not `config.training_years` of prices before the test.
        BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    chosen = distinct_scales(scales)
    split = held_out(prices, config, start, end)
    models = fit_path(split.training, chosen, config)
    rows = []
    for scale, model in zip(chosen, models, strict=True):
        train = with_actual(fitted_curve(model), split.training)
        test = with_actual(forecast_curve(model, pd.DatetimeIndex(split.test.index)), split.test)
        rows.append({"prior": scale, **_measures("train", train), **_measures("test", test)})
    naive_error = float((split.test - naive(split.training).price).abs().mean())
    return PriorValidation(config, split.training, split.test, pd.DataFrame(rows), naive_error)


def _parts(scale: float, model: LogPriceModel, dates: pd.DatetimeIndex) -> list[pd.DataFrame]:
    curves = {"fit": fitted_curve(model), "forecast": forecast_curve(model, dates)}
    for part, curve in curves.items():
        curve.insert(0, "prior", scale)
        curve.insert(1, "part", part)
    return list(curves.values())


def _measures(part: str, curve: pd.DataFrame) -> dict[str, float]:
    return {
        f"{part}_error": mean_absolute_error(curve),
        f"{part}_band": band_width(curve),
        f"{part}_coverage": coverage(curve),
    }
