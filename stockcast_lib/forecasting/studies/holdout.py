"""A test period held out of a fit."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from stockcast_lib.core.errors import InvalidRequest, NotEnoughHistory
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.model import DAYS_A_YEAR, training_history
from stockcast_lib.forecasting.studies.windows import between
from stockcast_lib.forecasting.trading_calendar import sessions_between

_DEFAULT_TEST = pd.DateOffset(years=1)
_ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class HeldOut:
    """A price series in two parts that do not overlap.

    Attributes:
        training: the last `training_years` before the test.
        test: every session of the test period.
    """

    training: "pd.Series[float]"
    test: "pd.Series[float]"


def held_out(
    prices: "pd.Series[float]",
    config: ModelConfig,
    start: date | None = None,
    end: date | None = None,
) -> HeldOut:
    """Hold a test period of any length out, and train on the years before it.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        config: for `training_years`.
        start: any day; by default the test is the year up to its end.
        end: any day; None is the last session.

    Raises:
        InvalidRequest: the prices end before the test does, or no session lies in it.
        NotEnoughHistory: the prices begin after the training should.
        BadVendorData: a price is not a positive number, or the dates do not ascend.
    """
    training_history(prices, config)  # for its checks of all prices
    if end is not None:
        _check_end(prices.index[-1], pd.Timestamp(end))
    upto = between(prices, end=end)
    begin = upto.index[-1] - _DEFAULT_TEST + _ONE_DAY if start is None else pd.Timestamp(start)
    test = between(upto, begin.date(), end)
    before = upto[upto.index < test.index[0]]
    _check_beginning(before, test.index[0], config.training_years)
    cutoff = before.index[-1] - pd.Timedelta(days=DAYS_A_YEAR * config.training_years)
    return HeldOut(before[before.index > cutoff], test)


def _check_end(last: pd.Timestamp, end: pd.Timestamp) -> None:
    if len(sessions_between(last.date(), end.date())):
        raise InvalidRequest(
            f"The test is to end on {end.date()}, and the prices end on {last.date()}: "
            "choose an earlier end.",
            fields=[],
        )


def _check_beginning(
    before: "pd.Series[float]", start: pd.Timestamp, training_years: float
) -> None:
    needed = (start if before.empty else before.index[-1]) - pd.Timedelta(
        days=DAYS_A_YEAR * training_years
    )
    begins = start if before.empty else before.index[0]
    if before.empty or len(sessions_between(needed.date(), (begins - _ONE_DAY).date())):
        raise NotEnoughHistory(
            f"A test from {start.date()} with {training_years:g} training years before it needs "
            f"prices from {needed.date()}, and they begin on {begins.date()}: "
            "train on fewer years, or test from a later day.",
            sessions=len(before),
        )
