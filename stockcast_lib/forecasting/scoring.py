"""How forecasts that were served did, once their dates have come: frames in, scores out.

A forecast's path says something of every session up to its target, so it is scored at each of
`HORIZONS` that the path reaches. Adjusted closes change with every later dividend and split:
outcomes are taken as growth since the forecast's last session, times the last price it knew.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.core.results import Standing
from stockcast_lib.core.scores import Score, ServedCoverage
from stockcast_lib.forecasting.combination import LEAST_WINDOWS, separate_windows
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import LONG_RUN, Index
from stockcast_lib.forecasting.skill import SIGNIFICANT, diebold_mariano
from stockcast_lib.forecasting.trading_calendar import all_sessions

HORIZONS = (1, 5, 21, 63, 126, 252)
_GROUP = ("model", "revision", "tuned", "sessions")


def outcomes(
    ledger: Iterable[Mapping[str, Any]], closes: Mapping[str, "pd.Series[float]"]
) -> pd.DataFrame:
    """What came of each forecast at each horizon whose date has come.

    Args:
        ledger: rows of the ledger, in the order in which they were made; the same forecast made
            again counts once.
        closes: adjusted closes by ticker, over ascending trading days, as they are known now.

    Returns:
        One row a forecast and horizon: `job_id`, `model`, `revision`, `tuned`, `challenger`,
        `sessions`, `ticker`, `as_of`; `forecast`, `naive`, `actual`, `lower` and `upper` in units
        of the mean absolute daily change before the forecast; the band's `level`.
    """
    seen: set[tuple[Any, ...]] = set()
    rows = []
    for row in ledger:
        for outcome in _outcomes_of(row, closes.get(row["ticker"])):
            key = (*(outcome[name] for name in (*_GROUP, "ticker", "as_of")), row["params"])
            if key not in seen:
                seen.add(key)
                rows.append(outcome)
    return pd.DataFrame(rows)


def scores(known: pd.DataFrame) -> tuple[Score, ...]:
    """The scores of each model, revision and horizon, from `outcomes`."""
    if known.empty:
        return ()
    groups = known.groupby(list(_GROUP), sort=True)
    return tuple(_score(names, frame) for names, frame in groups)


def _outcomes_of(row: Mapping[str, Any], closes: "pd.Series[float] | None") -> list[dict[str, Any]]:
    as_of = pd.Timestamp(row["as_of"])
    if closes is None or closes.empty or closes.index[0] > as_of:
        return []
    before = closes.loc[:as_of]
    # What the forecast called the last price, over what it is called now.
    unit = row["last_price"] / float(before.iloc[-1])
    scale = float(np.abs(np.diff(before.to_numpy()[-LONG_RUN - 1 :])).mean()) * unit
    if not scale > 0:
        return []
    told = {
        "job_id": row["job_id"], "model": row["model"], "revision": row["revision"] or "unknown",
        "tuned": row["params"] != "{}", "challenger": bool(row.get("challenger")),
        "ticker": row["ticker"], "as_of": as_of,
        "level": row["interval"], "naive": row["naive_price"] / scale,
    }  # fmt: skip
    found = []
    for sessions in HORIZONS:
        point = row["path"][sessions - 1] if sessions <= len(row["path"]) else None
        if point is None or pd.Timestamp(point["date"]) > closes.index[-1]:
            break
        actual = unit * float(closes.loc[: pd.Timestamp(point["date"])].iloc[-1])
        values = {name: point[name] / scale for name in ("lower", "upper")}
        values |= {"forecast": point["price"] / scale, "actual": actual / scale}
        found.append({**told, **values, "sessions": sessions})
    return found


def _score(names: Any, frame: pd.DataFrame) -> Score:
    model, revision, tuned, sessions = names
    errors = (frame["forecast"] - frame["actual"]).abs()
    naive_errors = (frame["naive"] - frame["actual"]).abs()
    held = (frame["lower"] <= frame["actual"]) & (frame["actual"] <= frame["upper"])
    daily = pd.DataFrame(
        {
            "error": errors, "naive": naive_errors, "bias": frame["forecast"] - frame["actual"],
            "as_of": frame["as_of"],
        }
    ).groupby("as_of", sort=True).mean()  # fmt: skip
    origins = all_sessions().searchsorted(pd.DatetimeIndex(daily.index), side="right") - 1
    error, naive = daily["error"].to_numpy(), daily["naive"].to_numpy()
    periods = len(separate_windows(origins, sessions))
    p_value = diebold_mariano(error - naive, origins, sessions)
    ratio = _ratio(error, naive)
    return Score(
        model=model,
        revision=revision,
        tuned=bool(tuned),
        sessions=int(sessions),
        forecasts=len(frame),
        as_challenger=int(frame["challenger"].sum()),
        tickers=frame["ticker"].nunique(),
        periods=periods,
        first_as_of=frame["as_of"].min().date(),
        last_as_of=frame["as_of"].max().date(),
        error=float(error.mean()),
        naive_error=float(naive.mean()),
        ratio=ratio,
        bias=float(daily["bias"].mean()),
        coverage=ServedCoverage(
            level=float(frame["level"].mean()), held=int(held.sum()), forecasts=len(frame)
        ),
        drift=_drift(error, naive, origins, int(sessions)),
        p_value=p_value,
        standing=_standing(ratio, p_value, periods),
    )


def _ratio(error: Array, naive: Array) -> float | None:
    return float(error.mean() / naive.mean()) if naive.mean() > 0 else None


def _drift(error: Array, naive: Array, origins: Index, sessions: int) -> float | None:
    half = len(error) // 2
    parts = slice(None, half), slice(half, None)
    if any(len(separate_windows(origins[part], sessions)) < LEAST_WINDOWS for part in parts):
        return None
    older, newer = (_ratio(error[part], naive[part]) for part in parts)
    return None if older is None or newer is None else newer - older


def _standing(ratio: float | None, p_value: float | None, periods: int) -> Standing:
    if periods < LEAST_WINDOWS or ratio is None:
        return "untested"
    if p_value is None or p_value > SIGNIFICANT:
        return "same"
    return "better" if ratio < 1 else "worse"
