"""What a price history is, and how a vendor's rows become one."""

from dataclasses import dataclass

import pandas as pd

from stockcast_lib.core.adjustment import adjusted_closes, disagreements
from stockcast_lib.core.errors import BadVendorData
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE, COLUMNS, check_prices

DATE = "date"
_DATES_NAMED = 5


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
