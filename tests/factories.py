"""Seeded price series, histories, versions and results for the tests."""

import secrets
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook

from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Asker
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import DATE, PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import (
    Band,
    Baseline,
    ForecastResult,
    ModelInfo,
    PathPoint,
)
from stockcast_lib.core.scores import Score, ServedCoverage

LAST_SESSION = date(2017, 2, 27)
FETCHED_AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CONTENT_HASH = "0123456789abcdef" * 2
MANIFEST_HASH = "fedcba9876543210" * 2


def price_series(sessions: int = 800, seed: int = 1, last: date = LAST_SESSION) -> pd.Series:
    """A random walk with drift in the log price, over weekdays."""
    dates = pd.bdate_range(end=last, periods=sessions, name=DATE)
    steps = np.random.default_rng(seed).normal(0.0003, 0.012, sessions)
    return pd.Series(100 * np.exp(np.cumsum(steps)), index=dates, name=ADJUSTED_CLOSE)


def walked_series(steps: np.ndarray, last: date = LAST_SESSION) -> pd.Series:
    """Prices that take these steps in the logarithm, over weekdays."""
    dates = pd.bdate_range(end=last, periods=len(steps), name=DATE)
    return pd.Series(50 * np.exp(np.cumsum(steps)), index=dates, name=ADJUSTED_CLOSE)


def changed_after(prices: pd.Series, row: int) -> pd.Series:
    """The same prices up to a row, and quite others after it."""
    steps = np.random.default_rng(9).normal(-0.02, 0.2, len(prices) - row - 1)
    changed = prices.copy()
    changed.iloc[row + 1 :] *= np.exp(np.cumsum(steps))
    return changed


def price_history(
    ticker: str = "TEST", sessions: int = 800, seed: int = 1, *, sample: bool = False
) -> PriceHistory:
    """A history without dividends and splits."""
    close = price_series(sessions, seed)
    frame = pd.DataFrame(
        {
            "open": close * 0.999,
            "high": close * 1.004,
            "low": close * 0.995,
            "close": close,
            "volume": 1_000_000.0,
            "dividend": 0.0,
            "split": 1.0,
            ADJUSTED_CLOSE: close,
        }
    )
    return PriceHistory(ticker, vendor="sample", sample=sample, frame=frame)


def price_version(
    history: PriceHistory | None = None, fetched_at: datetime = FETCHED_AT, **changes: object
) -> PriceVersion:
    """The manifest that a store would write for a history."""
    history = history or price_history()
    stamp = f"{fetched_at:%Y%m%dT%H%M%SZ}"
    version = PriceVersion(
        key=keys.price_manifest(history.ticker, stamp, CONTENT_HASH, MANIFEST_HASH),
        ticker=history.ticker,
        vendor=history.vendor,
        sample=history.sample,
        fetched_at=fetched_at,
        content_hash=CONTENT_HASH,
        first_session=history.frame.index[0].date(),
        last_session=history.frame.index[-1].date(),
        rows=len(history.frame),
    )
    return version.model_copy(update=changes)


def forecast_result(ticker: str = "TEST", days: int = 3, **changes: object) -> ForecastResult:
    """A result as a model would give it, without a model."""
    dates = pd.bdate_range(start=LAST_SESSION, periods=days + 1)[1:]
    path = tuple(
        PathPoint(date=day.date(), price=100 + step, lower=95 - step, upper=106 + 2 * step)
        for step, day in enumerate(dates)
    )
    target = path[-1]
    result = ForecastResult(
        ticker=ticker,
        days=days,
        as_of=LAST_SESSION,
        target_date=target.date,
        last_price=99.5,
        price=target.price,
        lower=target.lower,
        upper=target.upper,
        interval=0.8,
        bands=(Band(level=0.8, lower=target.lower, upper=target.upper),),
        path=path,
        baseline=Baseline(name="naive", price=99.5),
        model=ModelInfo(name="default", engine="exact", params={}),
        data_version=price_version(price_history(ticker)).key,
        vendor="sample",
        sample=True,
        stale=True,
    )
    return result.model_copy(update=changes)


def notebook_file(folder: Path, *cells: str, name: str = "notebook.ipynb") -> Path:
    """A notebook of code cells, the first of which holds the parameters."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    notebook.cells[0].metadata.tags = ["parameters"]
    path = folder / name
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def asker(token: str | None = None, **changes: object) -> Asker:
    """Somebody who asks; each one unlike the others."""
    return Asker.model_validate({"token": token or secrets.token_hex(8), **changes})


def score(**changes: object) -> Score:
    """How one revision did at one horizon."""
    fields = {
        "model": "default", "revision": "new", "tuned": False, "sessions": 5, "forecasts": 40,
        "tickers": 3, "periods": 9, "first_as_of": date(2026, 1, 5),
        "last_as_of": date(2026, 3, 2), "error": 1.0, "naive_error": 1.0, "ratio": 0.98,
        "bias": 0.0, "coverage": ServedCoverage(level=0.8, held=30, forecasts=40),
        "drift": None, "p_value": None, "standing": "untested",
    }  # fmt: skip
    return Score(**{**fields, **changes})
