"""How past bands held: each window's band, what came, and the naive forecast."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.frame import across, surroundings, upwards
from stockcast_lib.charts.past_windows import PastWindows
from stockcast_lib.charts.writing import PLAIN, Writing

_HEIGHT, _TOP, _TICKS = 420, 24, 3


def coverage_figure(windows: PastWindows, writing: Writing = PLAIN) -> go.Figure:
    """A bar for each past band, from the oldest, with a mark where the price came to lie.

    All are changes from the price at the window's start, so that those of long ago are as large
    as today's and the naive forecast is the line at zero.

    Args:
        windows: from `past_windows`.
        writing: of the reader.
    """
    frame = windows.frame.assign(label=_labels(windows.frame, writing))
    held, missed = frame[frame["held"]], frame[~frame["held"]]
    figure = go.Figure(
        [
            _bars(frame, windows.level),
            _naive(frame),
            _marks(held, "came inside", look.INK, "circle", 6),
            _marks(missed, "came outside", look.FALL, "diamond", 9),
        ],
        layout=_layout(windows, writing),
    )
    figure.update_layout(template=None)
    return figure


def _labels(frame: pd.DataFrame, writing: Writing) -> list[str]:
    return [writing.day(day.date()) for day in frame["target"]]


def _change(frame: pd.DataFrame, column: str) -> "pd.Series[float]":
    return 100 * (frame[column] / frame["last"] - 1)


def _bars(frame: pd.DataFrame, level: float) -> go.Bar:
    lower, upper = _change(frame, "lower"), _change(frame, "upper")
    return go.Bar(
        x=frame["label"].tolist(),
        base=lower.tolist(),
        y=(upper - lower).tolist(),
        name=f"{look.level_text(level)} band",
        marker={
            "color": look.see_through(look.MODEL, look.BAR_OPACITY),
            "line": {"width": 0},
        },
        customdata=list(zip(lower, upper, strict=True)),
        hovertemplate="%{customdata[0]:+.1f} % to %{customdata[1]:+.1f} %",
    )


def _naive(frame: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=frame["label"].tolist(),
        y=[0] * len(frame),
        name="naive forecast",
        mode="lines" if len(frame) > 1 else "markers",
        line={"width": 2, "color": look.NAIVE, "dash": "dot"},
        hoverinfo="skip",
    )


def _marks(frame: pd.DataFrame, name: str, colour: str, symbol: str, size: int) -> go.Scatter:
    return go.Scatter(
        x=frame["label"].tolist(),
        y=_change(frame, "actual").tolist(),
        name=name,
        mode="markers",
        marker={"size": size, "symbol": symbol, "color": colour},
        customdata=frame[["last", "actual"]].to_numpy().tolist(),
        hovertemplate="%{y:+.1f} % (%{customdata[0]:,.2f} to %{customdata[1]:,.2f})",
    )


def _layout(windows: PastWindows, writing: Writing) -> dict[str, Any]:
    # Side by side: on a time axis the windows of long ago would stand far apart.
    labels = _labels(windows.frame, writing)
    step = -(-len(labels) // _TICKS) or 1
    days = across(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        tickvals=labels[::step],
        # The month is enough.
        ticktext=[writing.month(day.date()) for day in windows.frame["target"][::step]],
        tickangle=0,
    )
    sessions = f"{windows.sessions} session{'' if windows.sessions == 1 else 's'}"
    return {
        **surroundings(_HEIGHT, _TOP),
        "bargap": 0.4,
        "xaxis": days,
        "yaxis": upwards(f"Change in {sessions}", ticksuffix=" %"),
        "meta": {"held": windows.held, "windows": len(windows.frame)},
    }
