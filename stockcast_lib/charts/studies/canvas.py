"""What the studies' figures share: colours, lines, bands, titles and axes."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.core.price_history import PriceHistory

RISE, FALL, SERIES = look.RISE, look.FALL, look.SERIES
TEST_FILL = look.see_through(look.MUTED, look.FAINT_OPACITY)
dates, see_through = look.dates, look.see_through
_HEIGHT, _LINE_HEIGHT, _HEAD = 480, 23, 80
_HOVER = "%{y:,.2f}"
_FEW_TICKS_RATIO = 1e5  # powers of ten are ticks enough
DAY = "%a %-d %b %Y"


def dress(
    figure: go.Figure, history: PriceHistory, what: str, lines: Sequence[str], height: int = _HEIGHT
) -> go.Figure:
    """Give a figure its title and the look of every chart here.

    Args:
        figure: with its traces and axes' titles.
        history: whose ticker and last session the title names.
        what: the study, such as "buy and hold".
        lines: what it found, in words, below the title.
        height: in pixels, without the lines.
    """
    data = look.data_text(history.frame.index[-1].date(), sample=history.sample)
    below = "".join(
        f'<br><span style="font-size: 12.5px">{escape(line, quote=False)}</span>'
        for line in (*lines, data)
    )
    figure.update_layout(
        template=None,
        title={
            "text": f"<b>{escape(f'{history.ticker}: {what}')}</b>{below}",
            "x": 0.01,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 14},
            "font": {"size": 18},
        },
        font={"family": look.FONT, "size": 13, "color": look.INK},
        paper_bgcolor=look.PAPER,
        plot_bgcolor=look.PAPER,
        hovermode="x unified",
        hoverlabel={"bgcolor": look.PAPER, "bordercolor": look.GRID},
        legend={
            "orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom",
            "x": 0, "xanchor": "left",
        },
        margin={"l": 64, "r": 24, "t": _HEAD + _LINE_HEIGHT * len(lines), "b": 64},
        height=height + _LINE_HEIGHT * len(lines),
    )  # fmt: skip
    figure.update_xaxes(
        showgrid=False, linecolor=look.GRID, ticks="outside", tickcolor=look.GRID,
        automargin=True, zeroline=False, title_font_size=13,
    )  # fmt: skip
    figure.update_yaxes(gridcolor=look.GRID, zeroline=False, automargin=True, title_font_size=13)
    figure.update_annotations(font={"size": 13, "color": look.MUTED})
    return figure


def price_axis(lowest: float, highest: float) -> dict[str, Any]:
    """An axis's type and ticks, by the prices that it has to show."""
    if not look.far_apart(lowest, highest):
        return {"type": "linear"}
    if highest > _FEW_TICKS_RATIO * lowest:
        return {"type": "log"}
    powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:,.10g}" for tick in ticks]}


def line(x: Any, y: Any, name: str, colour: str, **options: Any) -> go.Scatter:
    """A line over dates; `width`, `dash` and whatever a scatter takes."""
    stroke = {"color": colour, "width": options.pop("width", 1.8)}
    if "dash" in options:
        stroke["dash"] = options.pop("dash")
    options.setdefault("hovertemplate", _HOVER)
    return go.Scatter(x=dates(x), y=list(y), name=name, mode="lines", line=stroke, **options)


def dots(x: Any, y: Any, name: str, **options: Any) -> go.Scatter:
    """Observed prices over dates."""
    marker = {"size": 3.5, "color": look.INK}
    return go.Scatter(
        x=dates(x), y=list(y), name=name, mode="markers", marker=marker,
        hovertemplate=_HOVER, **options,
    )  # fmt: skip


def band(
    frame: pd.DataFrame, name: str | None, colour: str = look.MODEL, group: str | None = None
) -> tuple[go.Scatter, go.Scatter]:
    """A ribbon from `lower` to `upper`; without a name it is not in the legend."""
    edge: dict[str, Any] = {
        "x": dates(frame["date"]),
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "legendgroup": group or name,
        "hoverinfo": "skip",
    }
    upper = go.Scatter(**edge, y=frame["upper"].tolist(), showlegend=False)
    lower = go.Scatter(
        **edge,
        y=frame["lower"].tolist(),
        name=name or "",
        showlegend=name is not None,
        fill="tonexty",
        fillcolor=see_through(colour),
    )
    return upper, lower
