"""Forecasts without a model, to judge one by."""

import pandas as pd

from stockcast_lib.core.results import Baseline


def naive(prices: "pd.Series[float]") -> Baseline:
    """The last price, for every session ahead."""
    return Baseline(name="naive", price=float(prices.iloc[-1]))
