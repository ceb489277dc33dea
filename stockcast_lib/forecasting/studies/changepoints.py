"""Where the fitted trend changes its rate most, and whether an interest series moves with it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.features import y_scale
from stockcast_lib.forecasting.model import DAYS_A_YEAR, DEFAULT_CONFIG, LogPriceModel, fit_prophet
from stockcast_lib.forecasting.posterior import parameters_of
from stockcast_lib.forecasting.studies.curves import fitted_curve, training_dates

MIN_CHANGES = 8  # a correlation of fewer says nothing


@dataclass(frozen=True)
class Changepoints:
    """The largest changes of the trend's rate.

    A rate is that of the trend in the natural logarithm of the price, a year of 365.25 days: 0.10
    is a growth by exp(0.10) - 1 = 10.5 % a year.

    Attributes:
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        observations: the adjusted closes trained on, over their sessions.
        fit: columns date, price, lower, upper: the model over the training sessions.
        changepoints: columns date, rate_change, rate_before, rate_after, the largest change by size
            first; the rate is rate_after from that session on. Changepoints at which the fit left
            the rate as it was are not in it.
        interest: the user's values within the training sessions, over their own dates, or None.
        correlation: of the interest's changes with those of the log price over the same spans; None
            without interest, with fewer than `MIN_CHANGES` or without any variation.
    """

    config: ModelConfig
    observations: "pd.Series[float]"
    fit: pd.DataFrame
    changepoints: pd.DataFrame
    interest: "pd.Series[float] | None"
    correlation: float | None


def largest_changepoints(
    prices: "pd.Series[float]",
    count: int = 10,
    config: ModelConfig = DEFAULT_CONFIG,
    interest: "pd.Series[float] | None" = None,
) -> Changepoints:
    """Fit the model and list the changepoints with the largest rate changes.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        count: at most so many.
        config: the model's parameters.
        interest: any series over ascending dates, such as how often a name was searched for; each
            value counts at the last session on or before its date.

    Raises:
        InvalidRequest: `count` is less than one, or the interest has no usable dates and values.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    if count < 1:
        raise InvalidRequest(f"Ask for at least one changepoint, not {count}.", fields=[])
    model = fit_prophet(prices, config)
    observations = prices.loc[training_dates(model)]
    shown = None if interest is None else _within(_checked(interest), observations)
    return Changepoints(
        config=model.config,
        observations=observations,
        fit=fitted_curve(model),
        changepoints=_rate_changes(model).head(count).reset_index(drop=True),
        interest=shown,
        correlation=None if shown is None else _change_correlation(observations, shown),
    )


def _rate_changes(model: LogPriceModel) -> pd.DataFrame:
    dates = pd.DatetimeIndex(np.asarray(model.changepoints, dtype="datetime64[ns]"))
    years = pd.Timedelta(np.asarray(model.t_scale).item()) / pd.Timedelta(days=DAYS_A_YEAR)
    a_year = y_scale(model) / years
    at = parameters_of(model)
    # Without changepoints the model has the rate change of a dummy.
    change = at.delta[: len(dates)] * a_year
    after = at.k * a_year + np.cumsum(change)
    frame = pd.DataFrame(
        {"date": dates, "rate_change": change, "rate_before": after - change, "rate_after": after}
    )
    by_size = frame["rate_change"].abs().sort_values(ascending=False, kind="stable").index
    ordered = frame.loc[by_size]
    return ordered[ordered["rate_change"] != 0]


def _checked(interest: "pd.Series[float]") -> "pd.Series[float]":
    index = interest.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None or index.hasnans:
        raise InvalidRequest("The interest's index must be dates without a time zone.", fields=[])
    if not (index.is_monotonic_increasing and index.is_unique):
        raise InvalidRequest("The interest's dates must ascend, each once.", fields=[])
    values = interest.astype(float)
    if not np.isfinite(values.to_numpy()).all():
        raise InvalidRequest("The interest's values must be finite numbers.", fields=[])
    return values


def _within(interest: "pd.Series[float]", observations: "pd.Series[float]") -> "pd.Series[float]":
    first, last = observations.index[0], observations.index[-1]
    inside: pd.Series[float] = interest[(interest.index >= first) & (interest.index <= last)]
    if inside.empty:
        raise InvalidRequest(
            f"No interest value lies in the training sessions, {first.date()} to {last.date()}.",
            fields=[],
        )
    return inside


def _change_correlation(
    observations: "pd.Series[float]", interest: "pd.Series[float]"
) -> float | None:
    """Changes, for two series that both trend correlate whatever they are about."""
    session = observations.index.searchsorted(interest.index, side="right") - 1
    values = interest.groupby(session).last()
    if len(values) <= MIN_CHANGES:
        return None
    prices = observations.to_numpy(dtype=float)[values.index.to_numpy(dtype=int)]
    of_interest, of_price = np.diff(values.to_numpy()), np.diff(np.log(prices))
    if np.ptp(of_interest) == 0 or np.ptp(of_price) == 0:
        return None
    return float(np.corrcoef(of_interest, of_price)[0, 1])
