"""Figures of what was: prices with their extremes, and shares that were held."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import column_text, extremes_lines, holding_lines
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.extremes import PriceExtremes
from stockcast_lib.forecasting.studies.holding import Holding

_NOT_PRICES = ("volume", "dividend", "split")
_PANEL, _MORE = 460, 170


def extremes_figure(study: PriceExtremes, history: PriceHistory) -> go.Figure:
    """The columns over time, lowest and highest marked; what is no price has a panel of its own."""
    panels = _panels(study)
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        vertical_spacing=0.06,
        row_heights=[3.0, *[1.0] * (len(panels) - 1)],
    )
    for row, (title, names) in enumerate(panels, start=1):
        for name in names:
            colour = _colour(study, name)
            figure.add_trace(_line(study, name, colour), row=row, col=1)
            figure.add_trace(_marks(study, name, colour), row=row, col=1)
        figure.update_yaxes(title_text=title, row=row, col=1)
    what = "change since the first session" if study.percent else "price history"
    lines = extremes_lines(study)
    canvas.dress(figure, history, what, lines, _PANEL + _MORE * (len(panels) - 1))
    return figure.update_xaxes(hoverformat=canvas.DAY)


def holding_figure(study: Holding, history: PriceHistory) -> go.Figure:
    """The profit over time, above zero in the colour of rises, below in that of falls."""
    profit = study.frame["profit"]
    x = study.frame["date"]
    sides = (
        ("rises", profit.clip(lower=0), canvas.RISE),
        ("falls", profit.clip(upper=0), canvas.FALL),
    )
    fills = [
        canvas.line(
            x, side, name, colour, width=0, fill="tozeroy", hoverinfo="skip", hovertemplate=None,
            fillcolor=canvas.see_through(colour), showlegend=False,
        )
        for name, side, colour in sides
    ]  # fmt: skip
    words = [
        f"{value:,.2f} ({share:+,.1f} %)"
        for value, share in zip(profit, study.frame["profit_percent"], strict=True)
    ]
    line = canvas.line(
        x, profit, "profit", look.INK, customdata=words, hovertemplate="%{customdata}"
    )
    figure = go.Figure([*fills, line])
    figure.update_layout(showlegend=False)
    figure.update_yaxes(title_text="Profit")
    canvas.dress(figure, history, "buy and hold", holding_lines(study))
    figure.add_hline(y=0, line={"color": look.MUTED, "width": 1})
    return figure.update_xaxes(hoverformat=canvas.DAY)


def _panels(study: PriceExtremes) -> list[tuple[str, list[str]]]:
    names = [str(name) for name in study.frame.columns]
    if study.percent:
        return [("Change in %", names)]
    prices = [name for name in names if name not in _NOT_PRICES]
    others = [(column_text(name).capitalize(), [name]) for name in names if name in _NOT_PRICES]
    return [("Price", prices), *others] if prices else others


def _colour(study: PriceExtremes, name: str) -> str:
    return canvas.SERIES[list(study.frame.columns).index(name) % len(canvas.SERIES)]


def _line(study: PriceExtremes, name: str, colour: str) -> go.Scatter:
    return canvas.line(study.frame.index, study.frame[name], column_text(name), colour, width=1.6)


def _marks(study: PriceExtremes, name: str, colour: str) -> go.Scatter:
    row: Any = study.extremes.set_index("column").loc[name]
    days = [pd.Timestamp(row[f"{end}_date"]) for end in ("minimum", "maximum")]
    return go.Scatter(
        x=canvas.dates(days),
        y=[row["minimum"], row["maximum"]],
        mode="markers",
        marker={
            "size": 10, "color": look.PAPER, "symbol": ["triangle-down", "triangle-up"],
            "line": {"width": 2, "color": colour},
        },
        name=f"{column_text(name)}, extremes",
        showlegend=False,
        hoverinfo="skip",
    )  # fmt: skip
