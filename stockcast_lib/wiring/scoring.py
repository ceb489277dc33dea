"""A look at the ledger: what came of the forecasts that were served."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stockcast_lib.core.errors import DamagedObject, DamagedPrices
from stockcast_lib.core.scores import Scores
from stockcast_lib.wiring.stores import ledger, price_store, score_store

if TYPE_CHECKING:
    import pandas as pd


def score_ledger(now: datetime | None = None) -> Scores:
    """Score every forecast whose dates have come by the prices in the store, and keep the scores.

    Args:
        now: the clock's by default.

    Raises:
        StoreUnavailable: S3 is away.
    """
    from stockcast_lib.forecasting.scoring import outcomes, scores

    moment = now or datetime.now(UTC)
    held = ledger()
    held.join_days(moment.date())
    damaged: list[DamagedObject] = []
    rows = list(held.rows(damaged.append))
    closes, missing = _closes(sorted({row["ticker"] for row in rows}))
    known = outcomes(rows, closes)
    found = Scores(
        scored_at=moment,
        forecasts=len(rows),
        scored=0 if known.empty else known["job_id"].nunique(),
        without_prices=missing,
        damaged=tuple(each.details["key"] for each in damaged),
        scores=scores(known),
    )
    score_store().save(found)
    return found


def _closes(tickers: list[str]) -> "tuple[dict[str, pd.Series[float]], tuple[str, ...]]":
    store, closes, missing = price_store(), {}, []
    for ticker in tickers:
        try:
            version = store.current(ticker)
            if version is not None:
                closes[ticker] = store.load(version).adjusted_close
        except DamagedPrices:
            # The next forecast of the ticker fetches them anew.
            version = None
        if version is None:
            missing.append(ticker)
    return closes, tuple(missing)
