"""What a price history is, and when a vendor has to be asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from pydantic import BaseModel, ConfigDict

from stockcast_lib.core.adjustment import adjusted_closes, disagreements
from stockcast_lib.core.errors import BadVendorData, NoPrices
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE, COLUMNS, check_prices

DATE = "date"
DEFAULT_MAX_AGE = timedelta(days=7)
# A vendor that is late with a session has it some hours later; one that is years late never has.
_LATE, _ASK_LATE_AGAIN = timedelta(days=30), timedelta(hours=1)
_ASK_BEFORE_SAMPLE_AGAIN = timedelta(hours=1)
_SAMPLE = "sample"
_DATES_NAMED = 5


class PriceVersion(BaseModel):
    """The manifest of one immutable price history: its provenance and where its rows are.

    Attributes:
        behind: whether, when it was fetched, a session had closed that it does not have.
        missing_sessions: how many of the exchange's sessions have no row.
        notes: what was odd in the vendor's answer and was accepted all the same.
        own_adjustment: as in `PriceHistory`.
    """

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
    behind: bool = True
    missing_sessions: int = 0
    notes: tuple[str, ...] = ()
    own_adjustment: bool = False


@dataclass(frozen=True)
class PriceHistory:
    """Daily prices of one ticker.

    Attributes:
        frame: columns `COLUMNS` over a DatetimeIndex named `date`, ascending, one row a session.
            Prices in the listing's currency; `dividend` a share on its ex-date; `split` the new
            shares for one old on its date, else 1; `adjusted_close` for splits and dividends.
        sample: whether this is bundled history and not a vendor's current answer.
        notes: what was odd in the vendor's answer and was accepted all the same.
        own_adjustment: whether the adjusted closes are the vendor's own, which gives neither
            dividends nor splits: then the frame's say nothing, and no row can be added to it.
    """

    ticker: str
    vendor: str
    sample: bool
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    own_adjustment: bool = False

    @property
    def adjusted_close(self) -> pd.Series:
        """Adjusted closes over the sessions."""
        return self.frame[ADJUSTED_CLOSE]


def price_history(
    ticker: str,
    vendor: str,
    parts: pd.DataFrame,
    *,
    vendors_adjusted: pd.Series | None = None,
    sample: bool = False,
) -> PriceHistory:
    """A vendor's rows as a checked history, adjusted by our rule.

    Args:
        ticker: as asked for.
        vendor: who gave them.
        parts: open, high, low, close, volume, dividend and split over dates. Where the vendor
            gives neither dividends nor splits, its adjusted closes are taken as they are.
        vendors_adjusted: its own adjusted closes, to be compared with ours.
        sample: whether this is bundled history.

    Raises:
        BadVendorData: the rows break the schema.
    """
    frame = parts.astype(float)
    own_adjustment = not {"dividend", "split"} <= set(frame.columns)
    if not own_adjustment:
        ours = adjusted_closes(frame["close"], frame["dividend"], frame["split"])
        notes = [] if vendors_adjusted is None else _compared(ours, vendors_adjusted)
        frame[ADJUSTED_CLOSE] = ours
    elif vendors_adjusted is not None:
        # Some are adjusted up to a later session than their last.
        growth = vendors_adjusted / vendors_adjusted.iloc[-1]
        frame = frame.assign(dividend=0.0, split=1.0)
        frame[ADJUSTED_CLOSE] = growth * frame["close"].iloc[-1]
        notes = ["No dividends and splits are given: the adjusted closes are the vendor's own."]
    else:
        raise BadVendorData("The prices have neither dividends and splits nor adjusted closes.")
    frame.index.name = DATE
    checked = check_prices(frame[list(COLUMNS)])
    return PriceHistory(ticker, vendor, sample, checked, tuple(notes), own_adjustment)


def _compared(ours: pd.Series, theirs: pd.Series) -> list[str]:
    found = disagreements(ours, theirs)
    if not found:
        return []
    named = ", ".join(str(day.date()) for day in found[:_DATES_NAMED])
    what = "The vendor's own adjusted closes disagree with its dividends and splits"
    return [f"{what} at {len(found)} sessions: {named}."]


def is_stale(version: PriceVersion, *, now: datetime, max_age: timedelta) -> bool:
    """Whether a session has closed that the version lacks, as far as anybody knows."""
    return version.behind or now - version.fetched_at > max_age


@dataclass(frozen=True)
class Freshness:
    """How long stored prices serve before a vendor is asked again.

    Attributes:
        max_age: that of a vendor's prices.
        sample_max_age: that of bundled ones; None if they serve nobody.
    """

    max_age: timedelta
    sample_max_age: timedelta | None

    @classmethod
    def asking(cls, vendors: Sequence[str], max_age: timedelta) -> "Freshness":
        """That of who asks these vendors, in order: the sample serves as far as it is named."""
        if _SAMPLE not in vendors:
            return cls(max_age, None)
        if vendors[0] == _SAMPLE:
            return cls(max_age, max_age)
        return cls(max_age, min(max_age, _ASK_BEFORE_SAMPLE_AGAIN))

    def serves(self, version: PriceVersion) -> bool:
        """Whether the version may be used when no vendor can be asked."""
        return not version.sample or self.sample_max_age is not None

    def is_due(self, version: PriceVersion, *, now: datetime) -> bool:
        """Whether a vendor is to be asked again before the version is used."""
        patience = self._patience(version)
        return patience is None or now - version.fetched_at > patience

    def _patience(self, version: PriceVersion) -> timedelta | None:
        if version.sample:
            return self.sample_max_age
        late = version.fetched_at.date() - version.last_session
        return _ASK_LATE_AGAIN if version.behind and late <= _LATE else self.max_age


def no_prices(ticker: str) -> NoPrices:
    """The error for a ticker that the store does not hold."""
    return NoPrices(
        f"The store holds no prices for {ticker}: run ingest.ipynb for it first, "
        f"or ask the service with `stockcast forecast {ticker}`.",
        ticker=ticker,
    )
