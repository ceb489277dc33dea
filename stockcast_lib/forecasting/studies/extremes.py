"""The history of prices, with its extremes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.forecasting.studies.windows import between


@dataclass(frozen=True)
class PriceExtremes:
    """Columns of a price history over a period.

    Attributes:
        percent: whether its values are per cent of change since the period's first session; else
            they are as in the history.
        frame: the columns asked for, over the period's sessions.
        extremes: a row a column, in their order: column, minimum, minimum_date, maximum,
            maximum_date, current, current_date. Of equal extremes the first date counts; current
            is the period's last session.
    """

    percent: bool
    frame: pd.DataFrame
    extremes: pd.DataFrame


def price_extremes(
    frame: pd.DataFrame,
    columns: Sequence[str] = (ADJUSTED_CLOSE,),
    *,
    percent: bool = False,
    start: date | None = None,
    end: date | None = None,
) -> PriceExtremes:
    """Follow columns of a price history, and find their lowest and highest values.

    Args:
        frame: `PriceHistory.frame`.
        columns: of the frame; each counts once.
        percent: follow the change since the first session, in per cent.
        start: any day; the period begins with the first session on or after it.
        end: any day; the period ends with the last session on or before it.

    Raises:
        InvalidRequest: there is no such column, no session in the period, or a column begins with
            zero, of which nothing is a percentage.
        NotEnoughHistory: the frame is empty.
    """
    chosen = list(dict.fromkeys(columns))
    if not chosen or not set(chosen) <= set(frame.columns):
        known = ", ".join(map(str, frame.columns))
        raise InvalidRequest(f"Choose columns of these: {known}.", fields=[])
    values = between(frame[chosen], start, end).astype(float)
    if percent:
        values = _percent_change(values)
    extremes = pd.DataFrame([_extremes(name, values[name]) for name in chosen])
    return PriceExtremes(percent, values, extremes)


def _percent_change(values: pd.DataFrame) -> pd.DataFrame:
    first = values.iloc[0]
    zero = [str(name) for name in values.columns if first[name] == 0]
    if zero:
        raise InvalidRequest(
            f"{', '.join(zero)} begins with zero on {values.index[0].date()}, and has no "
            "percentage of change: choose another start, or values.",
            fields=[],
        )
    return 100 * (values / first - 1)


def _extremes(name: str, values: "pd.Series[float]") -> dict[str, object]:
    return {
        "column": name,
        "minimum": float(values.min()),
        "minimum_date": values.idxmin(),
        "maximum": float(values.max()),
        "maximum_date": values.idxmax(),
        "current": float(values.iloc[-1]),
        "current_date": values.index[-1],
    }
