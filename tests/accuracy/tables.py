"""From single scores to one table."""

import numpy as np
import pandas as pd

from stockcast_lib.forecasting.skill import diebold_mariano
from tests.accuracy.protocol import METHODS, OURS, SESSIONS, STEP

NAIVE, PROPHET = "naive", "Prophet"
TERCILES = ("calm", "middle", "wild")


def table(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a horizon and method: ratios to the naive forecast, coverage, p-value, seconds."""
    scores = scores.assign(
        tercile=scores.groupby(["ticker", "sessions", "method"])["volatility"].transform(
            lambda each: pd.qcut(each, len(TERCILES), labels=False)
        )
    )
    return pd.DataFrame(
        [
            _row(scores[scores["sessions"] == sessions], sessions, method)
            for sessions in SESSIONS
            for method in METHODS
        ]
    )


def _row(scores: pd.DataFrame, sessions: int, method: str) -> dict[str, object]:
    own = scores[scores["method"] == method].reset_index(drop=True)
    naive = scores[scores["method"] == NAIVE].reset_index(drop=True)

    def ratio(measure: str) -> float:
        return float(
            (own[measure] / own["scale"]).mean() / (naive[measure] / naive["scale"]).mean()
        )

    held = own.groupby("tercile")["held"].mean()
    return {
        "sessions": sessions,
        "method": method,
        "origins": len(own),
        "mase": ratio("error"),
        "coverage": float(own["held"].mean()),
        **{name: float(held.loc[number]) for number, name in enumerate(TERCILES)},
        "winkler": ratio("winkler"),
        "crps": ratio("crps"),
        "p_value": _p_value(own, naive, sessions),
        "seconds": float(own["seconds"].median()),
    }


def _p_value(own: pd.DataFrame, naive: pd.DataFrame, sessions: int) -> float | None:
    """Of the Diebold-Mariano test on the absolute errors, the series one after the other."""
    difference = ((own["error"] - naive["error"]) / own["scale"]).to_numpy()
    # Series stand far apart, so that none of their windows overlap.
    rank = own.groupby("ticker").cumcount().to_numpy()
    series = pd.factorize(own["ticker"])[0]
    return diebold_mariano(difference, rank * STEP + series * 10**6, sessions)


def bars(measured: pd.DataFrame) -> pd.DataFrame:
    """What the project asks of its own forecast, by horizon, and whether it is reached."""
    ours = measured[measured["method"] == OURS].set_index("sessions")
    others = measured[~measured["method"].isin([OURS])]
    best = others.groupby("sessions")["winkler"].min()
    prophet = measured[measured["method"] == PROPHET].set_index("sessions")["mase"]
    terciles = ours[list(TERCILES)]
    figures = {
        "MASE / naive": (ours["mase"], 1.02, 1.00),
        "Winkler / best baseline's": (ours["winkler"] / best, 1.00, 0.97),
        "MASE / bare Prophet's": (ours["mase"] / prophet, 0.75, 0.75),
        "coverage off 80 %": ((ours["coverage"] - 0.8).abs(), 0.03, 0.015),
        "a tercile's coverage off 80 %": ((terciles - 0.8).abs().max(axis=1), np.inf, 0.04),
    }
    return pd.DataFrame(
        [
            {"figure": name, "sessions": sessions, "value": value, "bar": bar, "aim": aim}
            for name, (values, bar, aim) in figures.items()
            for sessions, value in values.items()
        ]
    )
