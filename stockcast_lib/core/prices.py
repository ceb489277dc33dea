"""What a price history is, and when it is fresh."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from pydantic import BaseModel, ConfigDict

from stockcast_lib.core.errors import BadVendorData, NoPrices

DATE = "date"
ADJUSTED_CLOSE = "adjusted_close"
COLUMNS = ("open", "high", "low", "close", "volume", "dividend", "split", ADJUSTED_CLOSE)
_POSITIVE = ("open", "high", "low", "close", "split", ADJUSTED_CLOSE)
DEFAULT_MAX_AGE = timedelta(days=7)
_ROWS_NAMED = 5


class PriceVersion(BaseModel):
    """The manifest of one immutable price history: its provenance and where its rows are."""

    model_config = ConfigDict(frozen=True)

    key: str
    ticker: str
    vendor: str
    sample: bool
    fetched_at: datetime
    content_hash: str
    first_session: date
    last_session: date
    rows: int


@dataclass(frozen=True)
class PriceHistory:
    """Daily prices of one ticker.

    Attributes:
        frame: columns `COLUMNS` over a DatetimeIndex named `date`, ascending, one row a session.
            Prices in the listing's currency; `dividend` a share on its ex-date; `split` the new
            shares for one old on its date, else 1; `adjusted_close` for splits and dividends.
        sample: whether this is bundled history and not a vendor's current answer.
    """

    ticker: str
    vendor: str
    sample: bool
    frame: pd.DataFrame

    @property
    def adjusted_close(self) -> pd.Series:
        """Adjusted closes over the sessions."""
        return self.frame[ADJUSTED_CLOSE]


def check_prices(frame: pd.DataFrame) -> pd.DataFrame:
    """Give back the frame when it keeps the schema.

    Raises:
        BadVendorData: naming the column or the first rows that break it.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise BadVendorData(f"The prices lack the columns {', '.join(missing)}.")
    if not isinstance(frame.index, pd.DatetimeIndex) or frame.index.tz is not None:
        raise BadVendorData("The prices' index must be dates without a time zone.")
    if frame.empty:
        raise BadVendorData("The prices have no rows.")
    dates = frame.index.to_series()
    _refuse(frame, dates.diff().dt.days <= 0, "dates that do not ascend")
    for name in _POSITIVE:
        _refuse(frame, ~(frame[name].gt(0) & frame[name].lt(math.inf)), f"a bad {name}")
    for name in ("volume", "dividend"):
        _refuse(frame, ~(frame[name].ge(0) & frame[name].lt(math.inf)), f"a bad {name}")
    return frame


def _refuse(frame: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        dates = pd.DatetimeIndex(frame.index[bad.to_numpy()])
        named = ", ".join(str(day.date()) for day in dates[:_ROWS_NAMED])
        raise BadVendorData(f"{len(dates)} rows have {what}: {named}.")


def is_fresh(version: PriceVersion, *, now: datetime, max_age: timedelta) -> bool:
    """Whether the version was fetched recently enough to be used without asking a vendor."""
    return now - version.fetched_at <= max_age


def is_stale(last_session: date, *, now: datetime, max_age: timedelta) -> bool:
    """Whether the data itself ends too long ago, whenever it was fetched."""
    return now.date() - last_session > max_age


def no_prices(ticker: str) -> NoPrices:
    """The error for a ticker that the store does not hold."""
    return NoPrices(
        f"The store holds no prices for {ticker}: run ingest.ipynb for it first, "
        f"or ask the service with `stockcast forecast {ticker}`.",
        ticker=ticker,
    )
