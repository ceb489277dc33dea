"""Earlier forecasts of the same ticker, drawn into a forecast's figure document."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.parts import mark, part_of
from stockcast_lib.charts.writing import PLAIN, Writing
from stockcast_lib.core.results import ForecastResult

MOST = 12
_GROUP = "past forecasts"
_MOST_POINTS = 120  # a line of that many has no corners
_LAST = 1100  # in the legend


def with_past_forecasts(
    document: dict[str, Any], results: Sequence[ForecastResult], writing: Writing = PLAIN
) -> dict[str, Any]:
    """With earlier forecasts as thin lines from the last price known to each, and their bands.

    Prices are adjusted anew with each split and dividend: a past forecast is drawn in today's, by
    what became of its last price.

    Args:
        document: as `figure_document` gives it; it stays as it is.
        results: of the same ticker. Of those made before the document's own the newest `MOST` are
            drawn, one a session.
        writing: of the reader, for what is said in words.

    Returns:
        The very document if there is nothing to draw.
    """
    observed = _observed(document)
    made_on = document["layout"].get("meta", {}).get("asOf")
    if observed.empty or made_on is None:
        return document
    chosen = _chosen(results, pd.Timestamp(made_on), observed.index[0])
    if not chosen:
        return document
    factors = [_factor(each, observed) for each in chosen]
    pairs = list(zip(chosen, factors, strict=True))
    lines = [_line(each, factor, writing) for each, factor in pairs]
    # Below all else: fills reach to the trace before them, which stays the same.
    drawn = {**document, "data": [*lines, _targets(pairs, writing), *document["data"]]}
    return _with_room(drawn, pairs)


def _observed(document: dict[str, Any]) -> "pd.Series[float]":
    """The closes drawn, whether as a line or as candles."""
    for trace in document["data"]:
        if part_of(trace) == "observations":
            closes = trace.get("close", trace.get("y"))
            return pd.Series(closes, index=pd.DatetimeIndex(trace["x"]), dtype=float)
    return pd.Series(dtype=float)


def _chosen(
    results: Sequence[ForecastResult], before: pd.Timestamp, start: pd.Timestamp
) -> list[ForecastResult]:
    """The newest, ascending; of several made at one session the last given."""
    shown = {each.as_of: each for each in results if start <= pd.Timestamp(each.as_of) < before}
    return [shown[day] for day in sorted(shown)[-MOST:]]


def _factor(result: ForecastResult, observed: "pd.Series[float]") -> float:
    price = observed.get(pd.Timestamp(result.as_of))
    return 1.0 if price is None else float(price) / result.last_price


def _line(result: ForecastResult, factor: float, writing: Writing) -> dict[str, Any]:
    count = len(result.path)
    kept = np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).round().astype(int))
    points = [result.path[at] for at in kept]
    made = writing.day(result.as_of)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [result.as_of.isoformat(), *(point.date.isoformat() for point in points)],
        "y": [factor * price for price in (result.last_price, *(each.price for each in points))],
        "name": f"forecast of {made}",
        "line": {"width": 1.2, "color": look.PAST},
        "opacity": 0.8,
        "legendgroup": _GROUP,
        "showlegend": False,
        "hovertemplate": "%{y:,.2f}",
        "meta": mark("past forecast", asOf=result.as_of.isoformat()),
    }


def _with_room(
    document: dict[str, Any], pairs: list[tuple[ForecastResult, float]]
) -> dict[str, Any]:
    """With the whiskers inside the price axis, where it has a range."""
    layout = document["layout"]
    axis, start = layout.get("yaxis", {}), date.fromisoformat(layout["meta"]["windowStart"])
    seen = [(each, factor) for each, factor in pairs if each.target_date >= start]
    if "range" not in axis or not seen:
        return document
    low = min(factor * each.lower for each, factor in seen)
    high = max(factor * each.upper for each, factor in seen)
    if axis.get("type") == "log":
        # A bound may be zero, which no logarithmic axis has.
        low, high = (math.log10(end) if end > 0 else axis["range"][0] for end in (low, high))
    widened = [min(axis["range"][0], low), max(axis["range"][1], high)]
    return {**document, "layout": {**layout, "yaxis": {**axis, "range": widened}}}


def _targets(pairs: list[tuple[ForecastResult, float]], writing: Writing) -> dict[str, Any]:
    """What each said of its target, with the band as a whisker."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [each.target_date.isoformat() for each, _ in pairs],
        "y": [factor * each.price for each, factor in pairs],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [factor * (each.upper - each.price) for each, factor in pairs],
            "arrayminus": [factor * (each.price - each.lower) for each, factor in pairs],
            "color": look.see_through(look.PAST, look.EDGE_OPACITY),
            "thickness": 1.2,
            "width": 3,
        },
        "name": _GROUP,
        "marker": {"size": 5, "color": look.PAST},
        "legendgroup": _GROUP,
        "legendrank": _LAST,
        "customdata": [
            [
                writing.day(each.as_of),
                look.level_text(each.interval),
                factor * each.lower,
                factor * each.upper,
            ]
            for each, factor in pairs
        ],
        "hovertemplate": (
            "%{y:,.2f}, made on %{customdata[0]}<br>"
            "%{customdata[1]} band %{customdata[2]:,.2f} to %{customdata[3]:,.2f}"
        ),
        "meta": mark("past forecast"),
    }
