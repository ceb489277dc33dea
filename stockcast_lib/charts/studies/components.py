"""The figure of what a fitted model is made of."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import components_lines
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.components import Components

_TICKS: dict[str, dict[str, Any]] = {
    "yearly": {"tickformat": "%b", "hoverformat": canvas.DAY},
    "monthly": {"tickformat": "%-d %b", "hoverformat": canvas.DAY},
    # Any week stands for all.
    "weekly": {"tickformat": "%A", "dtick": 86_400_000},
}
_HEAD, _PANEL = 150, 170


def components_figure(study: Components, history: PriceHistory) -> go.Figure:
    """The trend over the prices, and below it each term's effect in per cent."""
    titles = ["trend", *(f"{term}, effect in %" for term in study.terms)]
    figure = make_subplots(
        rows=len(titles),
        subplot_titles=titles,
        vertical_spacing=0.3 / len(titles),
        row_heights=[1.6, *[1.0] * len(study.terms)],
    )
    figure.add_traces(_trend(study.frame), rows=1, cols=1)
    for row, term in enumerate(study.terms, start=2):
        figure.add_trace(_effect(study, term), row=row, col=1)
    lines = components_lines(study)
    canvas.dress(
        figure, history, "components of the model", lines, _HEAD + _PANEL * (len(titles) + 1)
    )
    lowest, highest = study.frame["actual"].min(), study.frame["actual"].max()
    figure.update_yaxes(**canvas.price_axis(lowest, highest), row=1, col=1)
    figure.update_xaxes(hoverformat=canvas.DAY, row=1, col=1)
    for row, term in enumerate(study.terms, start=2):
        figure.update_xaxes(**_TICKS.get(term, {"hoverformat": canvas.DAY}), row=row, col=1)
        figure.add_hline(y=0, line={"color": look.MUTED, "width": 1}, row=row, col=1)
    return figure


def _trend(frame: pd.DataFrame) -> list[go.Scatter]:
    return [
        canvas.dots(frame["date"], frame["actual"], "adjusted close"),
        canvas.line(frame["date"], frame["price"], "model fit", look.NAIVE, width=1.2),
        canvas.line(frame["date"], frame["trend"], "trend", look.MODEL, width=2.4),
    ]


def _effect(study: Components, term: str) -> go.Scatter:
    cycle = study.cycles.get(term)
    # Holidays have no cycle.
    over = study.frame["date"] if cycle is None else cycle["date"]
    effect = study.frame[term] if cycle is None else cycle["effect"]
    drawn = canvas.line(
        over, effect, term, look.MODEL, showlegend=False, hovertemplate="%{y:+.2f} %"
    )
    if term == "weekly":
        drawn.update(mode="lines+markers")
    return drawn
