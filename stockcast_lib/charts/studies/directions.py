"""The figure of the next sessions' rises and falls."""

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import next_days_lines
from stockcast_lib.core.prices import PriceHistory
from stockcast_lib.forecasting.studies.directions import Direction, NextDays

_STYLES = {
    Direction.RISE: (canvas.RISE, "triangle-up"),
    Direction.FALL: (canvas.FALL, "triangle-down"),
    Direction.UNCHANGED: (look.MUTED, "circle"),
}
_BAR_OPACITY = 0.3


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
    # Sessions side by side: on a time axis weekends would leave holes.
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=_labels(study.frame), nticks=24
    )
    return figure.update_layout(bargap=0.35, barmode="overlay")


def _labels(frame: pd.DataFrame) -> list[str]:
    """Days, with the year where there are several."""
    days = [pd.Timestamp(day) for day in frame["date"]]
    several = len({day.year for day in days}) > 1
    texts = [f"{day.day_name()[:3]} {look.day_text(day)}" for day in days]
    return texts if several else [text.rpartition(" ")[0] for text in texts]


def _bars(rows: pd.DataFrame, direction: Direction, colour: str) -> go.Bar:
    bounds = zip(rows["lower"], rows["upper"], strict=True)
    return go.Bar(
        x=_labels(rows),
        base=rows["lower"].tolist(),
        y=(rows["upper"] - rows["lower"]).tolist(),
        name=f"band, {direction}",
        marker={"color": canvas.see_through(colour, _BAR_OPACITY)},
        customdata=[f"{look.price_text(low)} to {look.price_text(high)}" for low, high in bounds],
        hovertemplate="%{customdata}",
        legendgroup=direction.value,
        showlegend=False,
    )


def _prices(rows: pd.DataFrame, direction: Direction, colour: str, symbol: str) -> go.Scatter:
    pairs = zip(rows["price"], rows["change"], strict=True)
    return go.Scatter(
        x=_labels(rows),
        y=rows["price"].tolist(),
        name=direction.value,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11},
        customdata=[f"{look.price_text(price)} ({change:+,.2f})" for price, change in pairs],
        hovertemplate="%{customdata}",
        legendgroup=direction.value,
    )


def _last_price(study: NextDays) -> go.Scatter:
    labels = _labels(study.frame)
    return go.Scatter(
        x=labels,
        y=[study.last_price] * len(labels),
        name="naive forecast (last price)",
        mode="lines" if len(labels) > 1 else "markers",
        line={"color": look.NAIVE, "width": 2, "dash": "dot"},
        hovertemplate="%{y:,.2f}",
    )


def _range(study: NextDays) -> list[float]:
    """Bars would have the axis begin at zero, and the bands be slivers."""
    lowest = min(study.frame["lower"].min(), study.last_price)
    highest = max(study.frame["upper"].max(), study.last_price)
    room = 0.06 * (highest - lowest)
    return [lowest - room, highest + room]
