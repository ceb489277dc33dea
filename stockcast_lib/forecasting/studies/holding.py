"""What it would have brought to buy shares and to keep them."""

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting.studies.windows import between


@dataclass(frozen=True)
class Holding:
    """A purchase at one session's close and a sale at a later one's.

    Prices are adjusted closes: the profit is that of an owner who reinvests every dividend, and the
    buying price is the adjusted one, below what was paid on the day where dividends or splits
    followed. Costs and taxes are left out.

    Attributes:
        shares: how many, as adjusted.
        frame: columns date, price, value, profit (the listing's currency) and profit_percent (of
            the buying price), a row a session.
    """

    shares: float
    frame: pd.DataFrame

    @property
    def start(self) -> date:
        """The session of the purchase."""
        return pd.Timestamp(self.frame["date"].iloc[0]).date()

    @property
    def end(self) -> date:
        """The session of the sale."""
        return pd.Timestamp(self.frame["date"].iloc[-1]).date()

    @property
    def profit(self) -> float:
        """At the end, in the listing's currency."""
        return float(self.frame["profit"].iloc[-1])

    @property
    def profit_percent(self) -> float:
        """At the end, of the buying price."""
        return float(self.frame["profit_percent"].iloc[-1])


def buy_and_hold(
    prices: "pd.Series[float]",
    shares: float = 1.0,
    start: date | None = None,
    end: date | None = None,
) -> Holding:
    """Buy at the first session on or after `start`, sell at the last on or before `end`.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        shares: how many; parts of a share are allowed.
        start: any day, a session or not; None is the first session.
        end: any day, a session or not; None is the last session.

    Raises:
        InvalidRequest: the number of shares is not positive, or no session lies in the period.
        NotEnoughHistory: there are no prices.
    """
    check_shares(shares)
    held = between(prices, start, end)
    price = held.to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "date": held.index,
            "price": price,
            "value": shares * price,
            "profit": shares * (price - price[0]),
            "profit_percent": 100 * (price / price[0] - 1),
        }
    )
    return Holding(shares, frame)


def check_shares(shares: float) -> None:
    """Refuse what is no number of shares.

    Raises:
        InvalidRequest: it is not positive and finite.
    """
    if not (shares > 0 and math.isfinite(shares)):
        raise InvalidRequest(f"The number of shares must be positive, not {shares:g}.", fields=[])
