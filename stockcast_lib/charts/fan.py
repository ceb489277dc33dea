"""The forecast itself: its median, and a ribbon for each level of the band."""

from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.parts import Trace, line_trace, mark
from stockcast_lib.forecasting.forecast import Forecast

# Points of a ribbon that has no hover text: beyond them nobody sees a corner.
_MOST_POINTS = 400
_FIRST = 900  # in the legend; plotly's own rank is 1000


def fan_traces(forecast: Forecast) -> list[Trace]:
    """Nested ribbons, the widest lowest.

    The one at the level asked for has an outline, its bounds in the hover text and the first
    place in the legend.
    """
    traces: list[Trace] = []
    for level, opacity, rows in look.fan(forecast):
        asked = level == forecast.config.interval
        # The path itself, should it be another.
        frame = forecast.path if asked else _from_last_price(forecast, _thinned(rows))
        upper, lower = _ribbon(frame, level, opacity)
        if asked:
            _speak(upper, lower, frame, look.price_format(forecast))
            traces += _ribbon(_from_last_price(forecast, frame.head(1)), level, opacity)
            traces[-1].update(showlegend=False)
        traces += [upper, lower]
    return traces


def median_traces(forecast: Forecast, hover: str) -> list[Trace]:
    """The path, and the step to it from the last price."""
    line: dict[str, Any] = {
        "line": {"width": 2.4, "color": look.MODEL},
        "legendgroup": "forecast",
        "meta": mark("forecast"),
    }
    step = _from_last_price(forecast, forecast.path.head(1))
    return [
        line_trace(
            **line, **_points(step, "price"), name="step", showlegend=False, hoverinfo="skip"
        ),
        line_trace(
            **line,
            **_points(forecast.path, "price"),
            name="forecast (median)",
            hovertemplate=hover,
        ),
    ]


def _from_last_price(forecast: Forecast, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the path with one before them, where the price is known.

    Without it a path of one session would be a point, and its band nothing. What is drawn so has
    no hover text: at `as_of` there is nothing to forecast.
    """
    known = dict.fromkeys(("price", "lower", "upper"), forecast.baseline.price)
    first = pd.DataFrame([{"date": pd.Timestamp(forecast.as_of), **known}])
    return pd.concat([first, rows], ignore_index=True)


def _points(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    return {"x": look.dates(frame["date"]), "y": frame[column].tolist()}


def _thinned(frame: pd.DataFrame) -> pd.DataFrame:
    if len(frame) <= _MOST_POINTS:
        return frame
    kept = np.unique(np.linspace(0, len(frame) - 1, _MOST_POINTS).round().astype(int))
    return frame.iloc[kept]


def _ribbon(frame: pd.DataFrame, level: float, opacity: float) -> tuple[Trace, Trace]:
    name = look.level_text(level)
    edge: dict[str, Any] = {
        "line": {"width": 0, "color": look.MODEL},
        "legendgroup": f"band {name}",
        "hoverinfo": "skip",
        "meta": mark("band", level=level),
    }
    upper = line_trace(**edge, **_points(frame, "upper"), name="upper", showlegend=False)
    lower = line_trace(
        **edge,
        **_points(frame, "lower"),
        name=name,
        fill="tonexty",
        fillcolor=look.see_through(look.MODEL, opacity),
        legendrank=_FIRST + level,
    )
    return upper, lower


def _speak(upper: Trace, lower: Trace, frame: pd.DataFrame, form: str) -> None:
    outline = {"width": 1, "color": look.see_through(look.MODEL, look.EDGE_OPACITY)}
    upper.update(line=outline)
    del lower["hoverinfo"]
    lower.update(
        line=outline,
        name=f"{lower['name']} band",
        legendrank=_FIRST,
        # Numbers, so that they are written as the reader's language has it.
        customdata=frame[["lower", "upper"]].to_numpy().tolist(),
        hovertemplate=f"%{{customdata[0]:{form}}} to %{{customdata[1]:{form}}}",
    )
