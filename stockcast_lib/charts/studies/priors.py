"""Figures of the changepoint prior scale."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import comparison_lines, validation_lines
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.priors import PriorComparison, PriorValidation


def comparison_figure(study: PriorComparison, history: PriceHistory) -> go.Figure:
    """Every scale's curve over the training and beyond, with its band beyond."""
    observations = study.observations
    figure = go.Figure(canvas.dots(observations.index, observations, "adjusted close"))
    for scale, colour in zip(study.scales, _colours(len(study.scales)), strict=True):
        curve = study.curves[study.curves["prior"] == scale]
        name = f"prior {scale:g}"
        ahead = curve[curve["part"] == "forecast"]
        figure.add_traces(canvas.band(ahead, None, colour, group=name))
        figure.add_trace(canvas.line(curve["date"], curve["price"], name, colour, legendgroup=name))
    figure.update_yaxes(title_text="Adjusted close", **_price_axis(study))
    canvas.dress(figure, history, "changepoint priors compared", comparison_lines(study))
    as_of = observations.index[-1]
    figure.add_vline(
        x=as_of.date().isoformat(), line={"color": look.MUTED, "width": 1, "dash": "dot"}
    )
    return figure.update_xaxes(hoverformat=canvas.DAY)


def validation_figure(study: PriorValidation, history: PriceHistory) -> go.Figure:
    """Errors and band widths in training and test, a pair of bars a scale."""
    figure = make_subplots(
        cols=2,
        subplot_titles=("Mean error", "Width of the band"),
        horizontal_spacing=0.09,
    )
    for col, measure in enumerate(("error", "band"), start=1):
        for part, colour in (("train", look.TRAINING), ("test", look.MODEL)):
            bars = _bars(study.frame, f"{part}_{measure}", colour)
            bars.update(name="training" if part == "train" else part, showlegend=col == 1)
            figure.add_trace(bars, row=1, col=col)
    figure.add_trace(_naive(study), row=1, col=1)
    canvas.dress(
        figure, history, "changepoint priors on held-out sessions", validation_lines(study)
    )
    figure.update_layout(bargap=0.3, bargroupgap=0.05)
    figure.update_xaxes(title_text="prior scale", type="category")
    return figure


def _price_axis(study: PriorComparison) -> dict[str, Any]:
    lowest = min(study.curves["lower"].min(), study.observations.min())
    highest = max(study.curves["upper"].max(), study.observations.max())
    return canvas.price_axis(lowest, highest)


def _colours(count: int) -> list[str]:
    """As far apart in the scale as there is room for."""
    last = len(look.SCALE) - 1
    return [look.SCALE[round(last * at / max(count - 1, 1))] for at in range(count)]


def _labels(frame: pd.DataFrame) -> list[str]:
    return [f"{scale:g}" for scale in frame["prior"]]


def _bars(frame: pd.DataFrame, column: str, colour: str) -> go.Bar:
    return go.Bar(
        x=_labels(frame),
        y=frame[column].tolist(),
        marker={"color": colour},
        hovertemplate="%{y:,.2f}",
        legendgroup=column.partition("_")[0],
    )


def _naive(study: PriorValidation) -> go.Scatter:
    labels = _labels(study.frame)
    return go.Scatter(
        x=labels,
        y=[study.naive_error] * len(labels),
        name="naive forecast (last price), test",
        mode="lines+markers" if len(labels) == 1 else "lines",
        line={"color": look.NAIVE, "width": 2, "dash": "dot"},
        hovertemplate="%{y:,.2f}",
    )
