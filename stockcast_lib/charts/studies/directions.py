"""The figure of the next sessions' rises and falls."""

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import frame
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import next_days_lines
from stockcast_lib.charts.trading_axis import range_breaks
from stockcast_lib.charts.writing import PLAIN
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.directions import Direction, NextDays

_STYLES = {
    Direction.RISE: (canvas.RISE, "triangle-up"),
    Direction.FALL: (canvas.FALL, "triangle-down"),
    Direction.UNCHANGED: (look.MUTED, "circle"),
}


def next_days_figure(study: NextDays, history: PriceHistory) -> go.Figure:
    """A bar from `lower` to `upper` for each session, and the predicted price in it."""
    figure = go.Figure()
    for direction, (colour, symbol) in _STYLES.items():
        rows = study.frame[study.frame["direction"] == direction]
        if not rows.empty:
            figure.add_trace(_bars(rows, direction, colour))
            figure.add_trace(_prices(rows, direction, colour, symbol))
    figure.add_trace(_last_price(study))
    figure.update_yaxes(title_text="Adjusted close", range=_range(study))
    canvas.dress(figure, history, "the next sessions", next_days_lines(study))
    # Sessions side by side: weekends would leave holes.
    breaks = range_breaks(pd.DatetimeIndex(study.frame["date"]))
    figure.update_xaxes(type="date", rangebreaks=breaks, **frame.dates(PLAIN))
    return figure.update_layout(bargap=0.35, barmode="overlay")


def _bars(rows: pd.DataFrame, direction: Direction, colour: str) -> go.Bar:
    bounds = zip(rows["lower"], rows["upper"], strict=True)
    return go.Bar(
        x=canvas.dates(rows["date"]),
        base=rows["lower"].tolist(),
        y=(rows["upper"] - rows["lower"]).tolist(),
        name=f"band, {direction}",
        marker={"color": canvas.see_through(colour, look.BAR_OPACITY)},
        customdata=[f"{look.price_text(low)} to {look.price_text(high)}" for low, high in bounds],
        hovertemplate="%{customdata}",
        legendgroup=direction.value,
        showlegend=False,
    )


def _prices(rows: pd.DataFrame, direction: Direction, colour: str, symbol: str) -> go.Scatter:
    pairs = zip(rows["price"], rows["change"], strict=True)
    return go.Scatter(
        x=canvas.dates(rows["date"]),
        y=rows["price"].tolist(),
        name=direction.value,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11},
        customdata=[f"{look.price_text(price)} ({change:+,.2f})" for price, change in pairs],
        hovertemplate="%{customdata}",
        legendgroup=direction.value,
    )


def _last_price(study: NextDays) -> go.Scatter:
    days = canvas.dates(study.frame["date"])
    return go.Scatter(
        x=days,
        y=[study.last_price] * len(days),
        name="naive forecast (last price)",
        mode="lines" if len(days) > 1 else "markers",
        line={"color": look.NAIVE, "width": 2, "dash": "dot"},
        hovertemplate="%{y:,.2f}",
    )


def _range(study: NextDays) -> list[float]:
    """Bars would have the axis begin at zero, and the bands be slivers."""
    lowest = min(study.frame["lower"].min(), study.last_price)
    highest = max(study.frame["upper"].max(), study.last_price)
    room = 0.06 * (highest - lowest)
    return [lowest - room, highest + room]
