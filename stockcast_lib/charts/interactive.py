"""The interactive chart, a plotly figure; it needs nothing from the network."""

import json
from datetime import timedelta
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.fan import fan_traces, median_traces
from stockcast_lib.charts.frame import date_axis, scale, surroundings, upwards
from stockcast_lib.charts.parts import Part, Trace, line_trace, mark
from stockcast_lib.charts.trading_axis import range_breaks
from stockcast_lib.forecasting.forecast import Forecast

_HEIGHT, _TOP = 480, 84
# Beyond the target, for its mark: on a narrow page a share of the axis is little.
_ROOM, _LEAST_ROOM = 0.035, timedelta(days=3)
_HEADROOM, _LEAST_PRICE = 0.05, 1e-12
_CONFIG = {"displaylogo": False, "responsive": True, "scrollZoom": False}


def forecast_document(forecast: Forecast) -> dict[str, Any]:
    """Observations, model and fan, naive forecast and target: a plotly figure as JSON values.

    Each trace's `meta` has its `part`. The layout's has what a page's own range buttons need:
    `asOf`, `targetDate` and `windowStart`, ISO dates; the figure itself has no such buttons. The
    price axis is logarithmic where the fan is too wide for a linear one.
    """
    traces = [
        *fan_traces(forecast),
        _line(forecast, forecast.fit, "model fit", "fit", width=1.3),
        _observations(forecast),
        _model_alone(forecast),
        *median_traces(forecast, _hover(forecast)),
        _naive(forecast),
        _target(forecast),
    ]
    return {"data": traces, "layout": _layout(forecast), "config": dict(_CONFIG)}


def figure_document(figure: go.Figure) -> dict[str, Any]:
    """The figure as JSON values, with how it is to be shown."""
    document: dict[str, Any] = json.loads(figure.to_json())
    document["layout"].pop("template", None)
    document["config"] = dict(_CONFIG)
    return document


def _hover(forecast: Forecast) -> str:
    return f"%{{y:{look.price_format(forecast)}}}"


def _observations(forecast: Forecast) -> Trace:
    return line_trace(
        x=look.dates(forecast.observations.index),
        y=forecast.observations.tolist(),
        name="adjusted close",
        # One session has no line.
        mode="lines" if len(forecast.observations) > 1 else "markers",
        line={"width": 1.5, "color": look.INK},
        hovertemplate=_hover(forecast),
        meta=mark("observations"),
    )


def _line(forecast: Forecast, frame: pd.DataFrame, name: str, part: Part, **stroke: Any) -> Trace:
    return line_trace(
        x=look.dates(frame["date"]),
        y=frame["price"].tolist(),
        name=name,
        line={"color": look.MODEL, **stroke},
        hovertemplate=_hover(forecast),
        meta=mark(part),
    )


def _model_alone(forecast: Forecast) -> Trace:
    """In the legend: who asks for it sees it, and nobody takes it for the forecast."""
    path = look.model_path(forecast)
    line = _line(forecast, path, "model alone", "model", width=1.3, dash="dash")
    return {**line, "visible": "legendonly"}


def _naive(forecast: Forecast) -> Trace:
    price = forecast.baseline.price
    return line_trace(
        x=[forecast.as_of.isoformat(), *look.dates(forecast.path["date"])],
        y=[price] * (len(forecast.path) + 1),
        name="naive forecast (last price)",
        line={"width": 2, "color": look.NAIVE, "dash": "dot"},
        hovertemplate=_hover(forecast),
        meta=mark("naive"),
    )


def _target(forecast: Forecast) -> Trace:
    price = float(forecast.path["price"].iloc[-1])
    return line_trace(
        x=[forecast.target_date.isoformat()],
        y=[price],
        name="target",
        mode="markers",
        marker={
            "size": 11,
            "color": look.PAPER,
            "line": {"width": 2.5, "color": look.MODEL},
        },
        hoverinfo="skip",
        showlegend=False,
        meta=mark("target"),
    )


def _layout(forecast: Forecast) -> dict[str, Any]:
    return {
        **surroundings(_HEIGHT, _TOP),
        "title": {
            "text": f"<b>{escape(look.title(forecast))}</b>"
            f"<br><sup>{escape(look.subtitle(forecast))}</sup>",
            "x": 0.01,
            "xanchor": "left",
            "font": {"size": 18},
        },
        "xaxis": _date_axis(forecast),
        "yaxis": _price_axis(forecast),
        "meta": {
            "asOf": forecast.as_of.isoformat(),
            "targetDate": forecast.target_date.isoformat(),
            "windowStart": look.window_start(forecast).isoformat(),
        },
    }


def _date_axis(forecast: Forecast) -> dict[str, Any]:
    start, target = look.window_start(forecast), forecast.target_date
    end = target + max((target - start) * _ROOM, _LEAST_ROOM)
    ahead = pd.DatetimeIndex(forecast.path["date"])
    shown = pd.DatetimeIndex(forecast.observations.index.append(ahead))
    return date_axis(
        range=[start.isoformat(), end.isoformat()],
        rangebreaks=range_breaks(shown),
    )


def _price_axis(forecast: Forecast) -> dict[str, Any]:
    log = look.needs_log_axis(forecast)
    return upwards("Adjusted close", **scale(log=log), range=_price_range(forecast, log=log))


def _price_range(forecast: Forecast, *, log: bool) -> list[float]:
    """Of what the first range of dates shows: the whole training may have been far from it."""
    start = pd.Timestamp(look.window_start(forecast))
    seen = forecast.observations[forecast.observations.index >= start]
    lows = (seen.min(), forecast.path["lower"].min(), forecast.fan["lower"].min())
    highs = (seen.max(), forecast.path["upper"].max(), forecast.fan["upper"].max())
    ends = np.array([min(lows), max(highs)], dtype=float)
    if log:
        ends = np.log10(np.maximum(ends, _LEAST_PRICE))
    room = _HEADROOM * (ends[1] - ends[0] or abs(ends[1]) or 1.0)
    return [float(ends[0] - room), float(ends[1] + room)]
