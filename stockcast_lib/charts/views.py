"""A forecast's figure document as its viewer wants it: document in, another document out.

Nothing that is passed in is changed; the new document shares what did not change. In documents
made before traces said what they are nothing is found, and they are shown as they were made.
"""

from collections.abc import Collection
from typing import Any, Literal

import pandas as pd

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import frame
from stockcast_lib.charts.parts import Part, mark, part_of
from stockcast_lib.charts.writing import Writing
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE

Document = dict[str, Any]
Scale = Literal["linear", "log", "auto"]

_TOP_MARGIN = 16
_OHLC = ("open", "high", "low", "close")


def as_candles(document: Document, prices: pd.DataFrame) -> Document:
    """With candles for the observations, over the same dates.

    Args:
        document: with observations.
        prices: the frame of the `PriceHistory` that was forecast. A session's prices are
            adjusted by the same factor as its close; sessions without all four are left out.
            Where it has none of the dates the observations stay.
    """
    candled = _with_observations(document, lambda trace: _candles(trace, prices))
    # Plotly puts a slider below candles unless told.
    return with_axis(candled, "xaxis", rangeslider={"visible": False})


def on_axis(document: Document, scale: Scale) -> Document:
    """With a linear or a logarithmic price axis; "auto" leaves the figure's own choice."""
    if scale == "auto":
        return document
    return with_axis(document, "yaxis", **frame.scale(log=scale == "log"))


def without(document: Document, parts: Collection[Part]) -> Document:
    """Without the traces of these parts, and so without their places in the legend."""
    return {**document, "data": [each for each in document["data"] if part_of(each) not in parts]}


def localised(document: Document, writing: Writing) -> Document:
    """With numbers, and the days of its axes, as the reader writes them."""
    axes = [
        name
        for name, axis in document["layout"].items()
        if name.startswith("xaxis") and "hoverformat" in axis
    ]
    for name in axes:
        document = with_axis(document, name, **_written(document["layout"][name], writing))
    return with_layout(document, separators=writing.separators)


def _written(axis: dict[str, Any], writing: Writing) -> dict[str, Any]:
    return {name: told for name, told in frame.dates(writing).items() if name in axis}


def without_title(document: Document) -> Document:
    """For a page with a heading of its own."""
    layout = _without_keys(document["layout"], "title")
    margin = {**layout.get("margin", {}), "t": _TOP_MARGIN}
    return {**document, "layout": {**layout, "margin": margin}}


def with_layout(document: Document, **changes: Any) -> Document:
    """With these entries of the layout changed."""
    return {**document, "layout": {**document["layout"], **changes}}


def with_axis(document: Document, axis: str, **changes: Any) -> Document:
    """With these entries of an axis changed; a range that was set is of the axis's old type."""
    held = document["layout"].get(axis, {})
    if changes.get("type", held.get("type")) != held.get("type"):
        held = _without_keys(held, "range", "autorange")
    return with_layout(document, **{axis: {**held, **changes}})


def _with_observations(document: Document, change: Any) -> Document:
    data = [
        change(trace) if part_of(trace) == "observations" else trace for trace in document["data"]
    ]
    return {**document, "data": data}


def _without_keys(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _candles(trace: dict[str, Any], history: pd.DataFrame) -> dict[str, Any]:
    rows = history[history.index.isin(pd.DatetimeIndex(trace["x"]))]
    rows = rows.dropna(subset=[*_OHLC, ADJUSTED_CLOSE])
    if rows.empty:
        return trace
    factor = rows[ADJUSTED_CLOSE] / rows["close"]
    prices = {name: (rows[name] * factor).tolist() for name in _OHLC}
    form = f":{look.price_range_format(min(prices['low']), max(prices['high']))}"
    told = [f"{name} %{{{name}{form}}}" for name in _OHLC]
    # Two lines: one is as wide as a phone.
    words = f"{', '.join(told[:2])}<br>{', '.join(told[2:])}"
    return {
        "type": "candlestick",
        "x": look.dates(rows.index),
        **prices,
        "name": "adjusted prices",
        # Hollow where it rose and filled where it fell, for who sees no colours.
        "increasing": {"line": {"color": look.CANDLE_UP, "width": 1.2}, "fillcolor": look.PAPER},
        "decreasing": {
            "line": {"color": look.CANDLE_DOWN, "width": 1.2},
            "fillcolor": look.CANDLE_DOWN,
        },
        "hovertemplate": f"{words}<extra></extra>",
        "meta": mark("observations"),
    }
