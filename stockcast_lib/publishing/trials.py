"""Trials of a model notebook: run as of past days, its forecasts are held against what came.

The notebook is given prices that end on that day, so that nothing that it says of itself counts,
and whatever it computes, it cannot have looked ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd

from stockcast_lib.core.models import Comparison, ModelRef, Trial, TrialScores
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import ForecastResult, Standing
from stockcast_lib.forecasting.skill import SIGNIFICANT, diebold_mariano
from stockcast_lib.ports import MarketData, NotebookRunner, PriceStore
from stockcast_lib.publishing.rehearsal import rehearse
from stockcast_lib.publishing.trial_set import DAYS, DAYS_AS_OF, TrialSet

# A year of sessions: the unit of the errors is the mean change in it.
_SCALE_SESSIONS = 252


@dataclass(frozen=True)
class PastPrices:
    """Prices as they were known on a past day, and those that came.

    Attributes:
        version: in the store, ending on that day.
        whole: adjusted closes, to the end of the sample.
    """

    version: PriceVersion
    whole: "pd.Series[float]"


def past_prices(trials: TrialSet, market: MarketData, store: PriceStore) -> Iterator[PastPrices]:
    """The prices of all trials, stored where they are not yet.

    Args:
        trials: of which tickers.
        market: gives the bundled sample.
        store: of prices for trials, apart from those of requests.
    """
    for ticker in trials.tickers:
        history = market.daily_prices(ticker)
        whole = history.adjusted_close
        for day in DAYS_AS_OF:
            yield PastPrices(_stored(history, day, store), whole)


def _stored(history: PriceHistory, day: date, store: PriceStore) -> PriceVersion:
    frame = history.frame.loc[: pd.Timestamp(day)].copy()
    # As a vendor would have said it on that day, who did not know of later dividends.
    last = frame.iloc[-1]
    frame[ADJUSTED_CLOSE] *= last["close"] / last[ADJUSTED_CLOSE]
    past = PriceHistory(history.ticker, history.vendor, history.sample, frame)
    # The same each time: what is stored already is not stored again with other bytes.
    return store.save(past, datetime.combine(day, time(), UTC))


def run_trials(
    trial_set: TrialSet,
    runner: NotebookRunner,
    notebook: Path,
    market: MarketData,
    store: PriceStore,
) -> TrialScores:
    """A notebook's trials.

    Args:
        trial_set: what it is tried on.
        runner: whose kernels can read the store.
        notebook: its file.
        market: gives the bundled sample.
        store: of prices for trials.

    Raises:
        Failed: it gave no forecast on one of them.
    """
    results = [
        (past, rehearse(runner, notebook, past.version, DAYS))
        for past in past_prices(trial_set, market, store)
    ]
    trials = tuple(_trial(past, result) for past, result in results)
    return TrialScores(
        trial_set=trial_set.digest,
        days=DAYS,
        level=results[0][1].interval,
        error=float(np.mean([trial.error for trial in trials])),
        naive_error=float(np.mean([trial.naive_error for trial in trials])),
        held=sum(trial.held for trial in trials),
        trials=trials,
    )


def _trial(past: PastPrices, result: ForecastResult) -> Trial:
    as_of = pd.Timestamp(past.version.last_session)
    known = past.whole.loc[:as_of]
    # In the prices of the day on which it was made.
    unit = result.last_price / float(known.iloc[-1])
    came = float(past.whole.loc[pd.Timestamp(result.target_date)]) * unit
    changes = known.iloc[-_SCALE_SESSIONS - 1 :].diff().abs()
    scale = float(changes.mean()) * unit
    return Trial(
        ticker=result.ticker,
        as_of=as_of.date(),
        error=abs(came - result.price) / scale,
        naive_error=abs(came - result.last_price) / scale,
        held=result.lower <= came <= result.upper,
    )


def compare(candidate: TrialScores, champion: TrialScores, ref: ModelRef) -> Comparison:
    """A revision beside the champion.

    The errors of one day are averaged over the tickers, for they share that day's news; what is
    tested is whether the differences of the days have a mean of zero.

    Args:
        candidate: its trials.
        champion: those of the champion, of the same set.
        ref: the champion.
    """
    by_day = _errors_by_day(candidate), _errors_by_day(champion)
    difference = by_day[0] - by_day[1]
    p_value = diebold_mariano(difference, np.arange(len(difference)), sessions=1)
    gain = 1 - candidate.error / champion.error if champion.error else 0.0
    standing: Standing = "same"
    if p_value is not None and p_value <= SIGNIFICANT:
        standing = "better" if difference.mean() < 0 else "worse"
    return Comparison(champion=str(ref), gain=gain, p_value=p_value, standing=standing)


def _errors_by_day(scores: TrialScores) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    frame = pd.DataFrame([trial.model_dump() for trial in scores.trials])
    return frame.groupby("as_of")["error"].mean().sort_index().to_numpy(dtype=float)
