"""The exact fit beside `Prophet.fit` on the same rows with the same configuration."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting import fit_prophet, make_forecast
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.model import _unfitted
from stockcast_lib.forecasting.trading_calendar import sessions_ahead
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import TICKER

_CONFIG = ModelConfig(training_years=60)  # all rows given
_THREE_YEARS = 756
_TIMES_FASTER = {_THREE_YEARS: 20, 2_014: 20}
_AHEAD, _DAYS = 63, 90


# Too late for the variables that numpy reads when it is imported.
@threadpool_limits.wrap(limits=1)
def measure(task: Task) -> list[Figure]:
    """Both in turn, in this process, each warm and on one core."""
    history = SampleVendor().daily_prices(TICKER)
    figures = []
    for rows, bar in _TIMES_FASTER.items():
        task.tell(f"{rows} rows")
        figures.append(_times_faster(history.adjusted_close.iloc[-rows:], bar, task.times(15, 3)))
    task.tell("a whole forecast")
    prices = history.adjusted_close.iloc[-_THREE_YEARS:]
    ahead = sessions_ahead(prices.index[-1].date(), _AHEAD)
    runs = task.times(60, 10)
    predicted = _milliseconds(lambda: log_prices(fit_prophet(prices, _CONFIG), ahead), runs)
    short = replace(history, frame=history.frame.iloc[-_THREE_YEARS:])
    tested = _milliseconds(lambda: make_forecast(short, _DAYS), runs)
    fits = fit_origins(history.adjusted_close)
    archived = _milliseconds(lambda: make_forecast(history, _DAYS, fits=fits), runs)
    return [
        *figures,
        Figure(
            f"exact fit and prediction, {_THREE_YEARS} rows, p50",
            median(predicted),
            "ms",
            at_most=30,
            samples=predicted,
        ),
        Figure(
            f"forecast, backtested at {len(fit_origins(prices).origins)} origins of "
            f"{_THREE_YEARS} rows, p50",
            median(tested),
            "ms",
            at_most=500,
            samples=tested,
        ),
        Figure(
            f"forecast from an archived backtest of {len(fits.origins)} origins, p50",
            median(archived),
            "ms",
            samples=archived,
        ),
    ]


def _times_faster(prices: "pd.Series[float]", bar: float, runs: int) -> Figure:
    config = fit_prophet(prices, _CONFIG).config
    rows = pd.DataFrame({"ds": prices.index, "y": np.log(prices.to_numpy())})
    ours, theirs = [], []
    for _ in range(runs):
        ours += _milliseconds(lambda: fit_prophet(prices, _CONFIG), 1)
        unfitted = _unfitted(config)
        theirs += _milliseconds(lambda: unfitted.fit(rows), 1)  # noqa: B023  # called at once
    return Figure(
        f"exact fit, {len(prices)} rows: times faster than Prophet.fit",
        median(theirs) / median(ours),
        "x",
        at_least=bar,
        peer=f"{median(ours):.1f} ms; Prophet.fit {median(theirs):.0f} ms",
        samples=[their / our for our, their in zip(ours, theirs, strict=True)],
    )


def _milliseconds(work: Callable[[], object], runs: int) -> list[float]:
    samples = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        samples.append(1000 * (time.perf_counter() - began))
    return samples
