"""Fitting Prophet's additive model to the log price."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from cmdstanpy.utils import get_logger
from prophet import Prophet

from stockcast_lib.core.errors import (
    BadVendorData,
    InvalidRequest,
    ModelDiverged,
    NotEnoughHistory,
)
from stockcast_lib.core.model_config import ENGINES, Engine, ModelConfig
from stockcast_lib.forecasting.exact_fit import map_estimate, map_estimates
from stockcast_lib.forecasting.posterior import Array, Design, negative_log_posterior
from stockcast_lib.forecasting.preparation import keep_parameters, prepare

DEFAULT_CONFIG = ModelConfig()
MIN_SESSIONS = 30
DAYS_A_YEAR = 365.25
MONTH_DAYS = 30.5
# A term is fitted only where the history shows it twice; two years of sessions may begin and
# end on a long weekend.
MIN_SPAN_DAYS = {"yearly": 725, "monthly": 61, "weekly": 14}

# Both report every fit and every choice of theirs. cmdstanpy sets its logger's level when the
# logger is first asked for, so a level set by name would not last.
get_logger().setLevel(logging.ERROR)
logging.getLogger("prophet").setLevel(logging.ERROR)


class LogPriceModel(Prophet):  # type: ignore[misc, unused-ignore]
    """Prophet fitted to the natural logarithm of the price; all of Prophet's own API holds.

    Attributes:
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        bounds: the log prices between which logistic growth stays, else None.
    """

    config: ModelConfig
    bounds: tuple[float, float] | None = None

    @property
    def engine(self) -> Engine:
        """What found the parameters."""
        return self.config.engine

    @property
    def negative_log_posterior(self) -> float:
        """The objective at the fitted parameters; see `negative_log_posterior`.

        Raises:
            InvalidRequest: it is known of a linear trend, additive terms and one set of
                parameters only.
        """
        if not self.config.solvable:
            raise InvalidRequest("The objective of this configuration is not known.", fields=[])
        return negative_log_posterior(self)


def fit_prophet(
    prices: "pd.Series[float]",
    config: ModelConfig = DEFAULT_CONFIG,
    engine: Engine | None = None,
) -> LogPriceModel:
    """Fit the model to the last `config.training_years` of a price series.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        config: the model's parameters. Seasonal terms are left out where the history is shorter
            than two of their periods, and changepoints are at most one a session.
        engine: instead of `config.engine`. "exact" solves for the parameters (`exact_fit`);
            "stan" is Prophet's own optimiser, the reference, slower and less exact.

    Returns:
        The fitted model; it predicts log prices.

    Raises:
        NotEnoughHistory: fewer than `MIN_SESSIONS` sessions to train on.
        BadVendorData: a price is not a positive number, or the dates do not ascend.
        InvalidRequest: there is no such engine.
        ModelDiverged: Stan's optimiser failed.
    """
    if engine is not None and engine not in ENGINES:
        raise InvalidRequest(
            f"There is no engine {engine!r}: choose of {', '.join(ENGINES)}.", fields=[]
        )
    if engine == "exact" and not config.solvable:
        raise InvalidRequest("This configuration needs the engine 'stan'.", fields=[])
    history = training_history(prices, config)
    chosen = config.model_copy(update={"engine": engine or config.engine})
    model = _unfitted(bearable(chosen, history))
    if model.engine == "stan":
        _fit_by_stan(model, history)
    else:
        keep_parameters(model, map_estimate(_prepared(model, history)))
    return model


def fit_path(
    prices: "pd.Series[float]",
    changepoint_prior_scales: Sequence[float],
    config: ModelConfig = DEFAULT_CONFIG,
) -> list[LogPriceModel]:
    """Fit the model exactly with each of several changepoint prior scales.

    The estimates come from one lasso path, in little more time than a single one takes.

    Args:
        prices: as for `fit_prophet`.
        changepoint_prior_scales: positive; one model each, in this order.
        config: all other parameters.

    Raises:
        InvalidRequest: a scale is not positive.
        NotEnoughHistory, BadVendorData: see `fit_prophet`.
    """
    if not all(scale > 0 for scale in changepoint_prior_scales):
        raise InvalidRequest("Changepoint prior scales must be positive.", fields=[])
    history = training_history(prices, config)
    wanted = bearable(config, history)
    models = [
        _unfitted(wanted.model_copy(update={"changepoint_prior_scale": scale, "engine": "exact"}))
        for scale in changepoint_prior_scales
    ]
    designs = [_prepared(model, history) for model in models]
    estimates = map_estimates(designs[0], changepoint_prior_scales) if designs else []
    for model, estimate in zip(models, estimates, strict=True):
        keep_parameters(model, estimate)
    return models


def prepared_model(
    prices: "pd.Series[float]", config: ModelConfig = DEFAULT_CONFIG
) -> LogPriceModel:
    """The model made ready for a fit and not fitted: it knows its terms.

    Raises:
        NotEnoughHistory, BadVendorData, InvalidRequest: see `fit_prophet`.
    """
    history = training_history(prices, config)
    model = _unfitted(bearable(config, history))
    _prepared(model, history)
    return model


def training_history(prices: "pd.Series[float]", config: ModelConfig) -> "pd.Series[float]":
    """The checked prices of the last `config.training_years`.

    Raises:
        NotEnoughHistory: fewer than `MIN_SESSIONS` sessions.
        BadVendorData: a price is not a positive number, or the dates do not ascend.
    """
    _check(prices)
    cutoff = prices.index[-1] - pd.Timedelta(days=DAYS_A_YEAR * config.training_years)
    history: pd.Series[float] = prices[prices.index > cutoff]
    if len(history) < MIN_SESSIONS:
        raise NotEnoughHistory(
            f"A fit needs {MIN_SESSIONS} sessions, and the last {config.training_years:g} years "
            f"hold {len(history)}: train on more years, or choose a ticker with more history.",
            sessions=len(history),
        )
    return history


def bearable(config: ModelConfig, history: "pd.Series[float]") -> ModelConfig:
    """The configuration without what a history is too short for, or does not reach."""
    span = (history.index[-1] - history.index[0]).days
    wanted = {name: getattr(config, f"{name}_seasonality") for name in MIN_SPAN_DAYS}
    limits: dict[str, Any] = {
        f"{name}_seasonality": wanted[name] and span >= days for name, days in MIN_SPAN_DAYS.items()
    }
    candidates = max(int(len(history) * config.changepoint_range) - 1, 0)
    limits["n_changepoints"] = min(config.n_changepoints, candidates)
    if config.changepoints is not None:
        first, last = history.index[0].date(), history.index[-1].date()
        limits["changepoints"] = tuple(day for day in config.changepoints if first < day < last)
    return config.model_copy(update=limits)


def _unfitted(config: ModelConfig) -> LogPriceModel:
    explicit = config.changepoints
    model = LogPriceModel(
        changepoints=None if explicit is None else [pd.Timestamp(day) for day in explicit],
        n_changepoints=config.n_changepoints,
        changepoint_range=config.changepoint_range,
        changepoint_prior_scale=config.changepoint_prior_scale,
        seasonality_prior_scale=config.seasonality_prior_scale,
        holidays_prior_scale=config.holidays_prior_scale,
        yearly_seasonality=config.yearly_seasonality and config.yearly_order,
        weekly_seasonality=config.weekly_seasonality and config.weekly_order,
        daily_seasonality=False,
        interval_width=config.interval,
        growth=config.growth,
        seasonality_mode=config.seasonality_mode,
        mcmc_samples=config.mcmc_samples,
        # Bands are made in `conformal`; Prophet's own draws use numpy's global generator.
        uncertainty_samples=0,
    )
    if config.monthly_seasonality:
        model.add_seasonality("monthly", MONTH_DAYS, config.monthly_order)
    if config.holidays is not None:
        _add_holidays(model, config.holidays)
    model.config = config
    return model


def _add_holidays(model: Prophet, country: str) -> None:
    try:
        model.add_country_holidays(country)
    except (AttributeError, KeyError, TypeError, ValueError, NotImplementedError):
        raise InvalidRequest(
            f"No holidays are known of {country!r}: give a country's code, such as US.",
            fields=[],
        ) from None


def _prepared(model: LogPriceModel, history: "pd.Series[float]") -> Design:
    return prepare(model, pd.DatetimeIndex(history.index), _log(history))


def _fit_by_stan(model: LogPriceModel, history: "pd.Series[float]") -> None:
    rows = pd.DataFrame({"ds": history.index, "y": _log(history)})
    if model.config.capacity is not None:
        model.bounds = (float(rows["y"].min()) - 1.0, float(np.log(model.config.capacity)))
        if rows["y"].max() >= model.bounds[1]:
            raise InvalidRequest(
                f"The capacity {model.config.capacity:g} must lie above every price of the "
                f"history, up to {history.max():g}.",
                fields=[],
            )
        rows = rows.assign(floor=model.bounds[0], cap=model.bounds[1])
    try:
        model.fit(rows, seed=1, **({"show_progress": False} if model.mcmc_samples else {}))
    except RuntimeError as error:
        raise ModelDiverged("The optimiser found no fit for this price series.") from error


def _log(history: "pd.Series[float]") -> Array:
    return np.log(history.to_numpy(dtype=float))


def _check(prices: "pd.Series[float]") -> None:
    if not isinstance(prices, pd.Series):
        raise BadVendorData("The prices must be a pandas Series over dates.")
    index = prices.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        raise BadVendorData("The prices' index must be dates without a time zone.")
    if prices.empty:
        raise NotEnoughHistory("The price series is empty.", sessions=0)
    if not (index.is_monotonic_increasing and index.is_unique):
        raise BadVendorData("The prices' dates must ascend, each once.")
    values = prices.to_numpy(dtype=float)
    bad = index[~((values > 0) & np.isfinite(values))]
    if len(bad):
        raise BadVendorData(
            f"{len(bad)} prices are not positive numbers, the first on {bad[0].date()}."
        )
