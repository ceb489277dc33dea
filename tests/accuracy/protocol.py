"""The protocol: three years of training at each of many origins, then what came."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.forecasting.baselines import BASELINES, BaselineForecast, baseline_forecast
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS
from stockcast_lib.forecasting.forecast import outlook_of
from stockcast_lib.forecasting.model import fit_prophet
from stockcast_lib.forecasting.skill import pinball, winkler
from stockcast_lib.forecasting.trading_calendar import sessions_ahead

TICKERS = ("AAPL", "MSFT", "XOM", "IBM", "GOOG")
SESSIONS = (5, 21, 63)
TRAINING, STEP, LEVEL = 756, 21, 0.8
# What was tuned was tuned on outcomes before this day, and on no later ones.
TUNED_BEFORE = pd.Timestamp("2009-01-01")
OURS = "Stockcast"
METHODS = (OURS, *BASELINES)

Method = Callable[["pd.Series[float]", int, Sequence[float]], BaselineForecast]


@cache
def sample_prices(ticker: str) -> "pd.Series[float]":
    """Adjusted closes of a bundled series."""
    return SampleVendor().daily_prices(ticker).adjusted_close


@dataclass(frozen=True)
class Task:
    """One series at one origin."""

    ticker: str
    origin: int


def tasks(*, tuning: bool, step: int = STEP, tickers: Sequence[str] = TICKERS) -> list[Task]:
    """The origins of the tuning period, or those after it."""
    chosen = []
    for ticker in tickers:
        dates = sample_prices(ticker).index
        for origin in range(TRAINING - 1, len(dates) - max(SESSIONS), step):
            before = dates[origin + max(SESSIONS)] < TUNED_BEFORE
            if before if tuning else dates[origin] >= TUNED_BEFORE:
                chosen.append(Task(ticker, origin))
    return chosen


def scores(task: Task, methods: Sequence[str] = METHODS) -> list[dict[str, object]]:
    """The methods' measures at one origin, a row for each method and horizon."""
    prices = sample_prices(task.ticker)
    training = prices.iloc[task.origin + 1 - TRAINING : task.origin + 1]
    actual = prices.iloc[[task.origin + ahead for ahead in SESSIONS]].to_numpy()
    facts = {
        "ticker": task.ticker,
        "origin": prices.index[task.origin],
        "scale": training.diff().abs().mean(),
        "volatility": np.log(training).diff().iloc[-21:].std(),
        "last": training.iloc[-1],
    }
    return [
        {**facts, "method": name, **row}
        for name in methods
        for row in _rows(_methods()[name], training, actual)
    ]


def _methods() -> Mapping[str, Method]:
    logging.getLogger("prophet").setLevel(logging.ERROR)

    def baseline(name: str) -> Method:
        return lambda *asked: baseline_forecast(name, *asked)

    return {OURS: _ours, **{name: baseline(name) for name in BASELINES}}


def _ours(prices: "pd.Series[float]", sessions: int, levels: Sequence[float]) -> BaselineForecast:
    dates = sessions_ahead(prices.index[-1].date(), sessions)
    outlook = outlook_of(prices, dates, fit_prophet(prices))
    widths = outlook.half_widths(levels)
    return BaselineForecast(
        np.exp(outlook.centre), np.exp(outlook.centre - widths), np.exp(outlook.centre + widths)
    )


def _rows(
    method: Method, training: "pd.Series[float]", actual: np.ndarray
) -> Iterator[dict[str, object]]:
    began = time.perf_counter()
    told = method(training, max(SESSIONS), CENTRAL_LEVELS)
    seconds = time.perf_counter() - began
    band = CENTRAL_LEVELS.index(LEVEL)
    for ahead, came in zip(SESSIONS, actual, strict=True):
        at = ahead - 1
        lower, upper, price = told.lower[:, at], told.upper[:, at], told.price[at]
        losses = [pinball(price, came, 0.5)]
        for level, low, high in zip(CENTRAL_LEVELS, lower, upper, strict=True):
            losses += [pinball(low, came, 0.5 - level / 2), pinball(high, came, 0.5 + level / 2)]
        yield {
            "sessions": ahead,
            "error": abs(came - price),
            "held": bool(lower[band] <= came <= upper[band]),
            "winkler": float(winkler(lower[band], upper[band], came, LEVEL)),
            "crps": 2 * float(np.mean(losses)),
            "seconds": seconds,
        }
