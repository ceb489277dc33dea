"""How a forecast would have done on sessions that its model has not seen."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.baselines import naive
from stockcast_lib.forecasting.model import DEFAULT_CONFIG, fit_prophet
from stockcast_lib.forecasting.studies.curves import (
    coverage,
    fitted_curve,
    forecast_curve,
    mean_absolute_error,
    with_actual,
)
from stockcast_lib.forecasting.studies.holding import check_shares
from stockcast_lib.forecasting.studies.holdout import held_out
from stockcast_lib.forecasting.studies.trading import running_profit, trades

DEFAULT_COST_BASIS_POINTS = 5.0


@dataclass(frozen=True)
class Evaluation:
    """One forecast, made at the last training session, against what came.

    Attributes:
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        shares: how many the strategy and the holder trade.
        cost_basis_points: of the traded value, for each purchase and each sale.
        training: columns date, actual, price, lower, upper, with the band of `config.interval`.
        test: the same columns and predicted_change and actual_change since the session before, in
            price units; held, whether a rise was predicted; strategy and buy_and_hold, the profit
            so far less costs, in the listing's currency.
        train_error: mean absolute, in price units.
        test_error: the same over the test.
        naive_error: that of the last training close for every test session.
        train_coverage: the share of closes inside the band.
        test_coverage: the same over the test.
        hit_rate: the share of sessions whose direction was predicted, of those with a change; None
            without any.
        rise_rate: the share of rises among them: the hit rate of who always says rise.
        trades: the strategy's purchases and sales; the holder makes two.
    """

    config: ModelConfig
    shares: float
    cost_basis_points: float
    training: pd.DataFrame
    test: pd.DataFrame
    train_error: float
    test_error: float
    naive_error: float
    train_coverage: float
    test_coverage: float
    hit_rate: float | None
    rise_rate: float | None
    trades: int

    @property
    def final_date(self) -> date:
        """The last test session, of both final prices."""
        return pd.Timestamp(self.test["date"].iloc[-1]).date()

    @property
    def final_predicted(self) -> float:
        """The price forecast for `final_date`."""
        return float(self.test["price"].iloc[-1])

    @property
    def final_actual(self) -> float:
        """The close of `final_date`."""
        return float(self.test["actual"].iloc[-1])

    @property
    def strategy_profit(self) -> float:
        """At the end of the test, less costs, in the listing's currency."""
        return float(self.test["strategy"].iloc[-1])

    @property
    def buy_and_hold_profit(self) -> float:
        """The same for who buys at the last training close and sells at the end."""
        return float(self.test["buy_and_hold"].iloc[-1])


def evaluate(
    prices: "pd.Series[float]",
    *,
    start: date | None = None,
    end: date | None = None,
    shares: float = 1.0,
    cost_basis_points: float = DEFAULT_COST_BASIS_POINTS,
    config: ModelConfig = DEFAULT_CONFIG,
) -> Evaluation:
    """Fit on the training years before a test period, forecast it, and compare.

    The strategy holds the shares on those sessions for which the model, as fitted before the test,
    predicts a rise. One holdout is one sample: it tells less than a backtest over many origins.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        start: of the test, any day; by default the test is the year up to its end.
        end: of the test, any day; None is the last session.
        shares: how many are traded.
        cost_basis_points: of the traded value, for each purchase and each sale.
        config: the model's parameters; it is not changed.

    Raises:
        InvalidRequest: shares or costs are out of their range, or the prices end before the test.
        NotEnoughHistory: there are not `config.training_years` of prices before the test.
        BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    check_shares(shares)
    split = held_out(prices, config, start, end)
    model = fit_prophet(split.training, config)
    training = with_actual(fitted_curve(model), split.training)
    test = with_actual(forecast_curve(model, pd.DatetimeIndex(split.test.index)), split.test)
    test = _traded(training.iloc[-1], test, shares, cost_basis_points)
    hit_rate, rise_rate = _direction_rates(test)
    return Evaluation(
        config=model.config,
        shares=shares,
        cost_basis_points=cost_basis_points,
        training=training,
        test=test,
        train_error=mean_absolute_error(training),
        test_error=mean_absolute_error(test),
        naive_error=float((split.test - naive(split.training).price).abs().mean()),
        train_coverage=coverage(training),
        test_coverage=coverage(test),
        hit_rate=hit_rate,
        rise_rate=rise_rate,
        trades=int(trades(test["held"].to_numpy(dtype=bool)).sum()),
    )


def _traded(
    before: "pd.Series[float]", test: pd.DataFrame, shares: float, cost: float
) -> pd.DataFrame:
    closes = np.concatenate([[before["actual"]], test["actual"]])
    predicted = np.diff(np.concatenate([[before["price"]], test["price"]]))
    held = predicted > 0
    return test.assign(
        predicted_change=predicted,
        actual_change=np.diff(closes),
        held=held,
        strategy=running_profit(closes, held, shares, cost),
        buy_and_hold=running_profit(closes, np.ones_like(held), shares, cost),
    )


def _direction_rates(test: pd.DataFrame) -> tuple[float | None, float | None]:
    moved = test[test["actual_change"] != 0]
    if moved.empty:
        return None, None
    rose = moved["actual_change"] > 0
    hits = np.sign(moved["predicted_change"]) == np.sign(moved["actual_change"])
    return float(hits.mean()), float(rose.mean())
