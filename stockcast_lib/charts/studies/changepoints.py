"""The figure of the trend's largest rate changes."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import changepoint_lines
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.changepoints import Changepoints

_HEIGHT = 620
_BARS_A_WINDOW = 120  # a bar's width is a part of the time shown
_SIDES = (("rate rises", canvas.RISE, 1), ("rate falls", canvas.FALL, -1))


def changepoints_figure(study: Changepoints, history: PriceHistory) -> go.Figure:
    """Prices with the changepoints above, the rate changes as bars below, up and down."""
    figure = make_subplots(
        rows=2,
        shared_xaxes=True,
        vertical_spacing=0.06,
        row_heights=[0.64, 0.36],
        specs=[[{"secondary_y": True}], [{}]],
    )
    for name, colour, sign in _SIDES:
        of_side = study.changepoints[study.changepoints["rate_change"] * sign > 0]
        figure.add_trace(_verticals(study, of_side, name, colour), row=1, col=1)
        figure.add_trace(_bars(study, of_side, name, colour), row=2, col=1)
    figure.add_traces(_prices(study), rows=1, cols=1)
    if study.interest is not None:
        figure.add_trace(_interest(study.interest), row=1, col=1, secondary_y=True)
    lowest, highest = study.observations.min(), study.observations.max()
    figure.update_yaxes(
        title_text="Adjusted close", **canvas.price_axis(lowest, highest), row=1, col=1,
        secondary_y=False,
    )  # fmt: skip
    figure.update_yaxes(title_text="Rate change<br>(log price a year)", row=2, col=1)
    canvas.dress(figure, history, "largest changepoints", changepoint_lines(study), _HEIGHT)
    figure.update_yaxes(
        title_text="Interest", showgrid=False, tickmode="auto", row=1, col=1, secondary_y=True
    )
    figure.add_hline(y=0, line={"color": look.MUTED, "width": 1}, row=2, col=1)
    return figure.update_xaxes(hoverformat=canvas.DAY)


def _prices(study: Changepoints) -> list[go.Scatter]:
    fit = study.fit
    return [
        canvas.dots(study.observations.index, study.observations, "adjusted close"),
        canvas.line(fit["date"], fit["price"], "model fit", canvas.SERIES[2], width=1.6),
    ]


def _verticals(study: Changepoints, chosen: pd.DataFrame, name: str, colour: str) -> go.Scatter:
    ends = [study.observations.min(), study.observations.max(), None]
    days = canvas.dates(chosen["date"])
    return go.Scatter(
        x=[x for day in days for x in (day, day, None)],
        y=ends * len(days),
        name=name,
        legendgroup=name,
        mode="lines",
        line={"color": colour, "width": 1.4, "dash": "dash"},
        hoverinfo="skip",
    )


def _bars(study: Changepoints, chosen: pd.DataFrame, name: str, colour: str) -> go.Bar:
    index = study.observations.index
    milliseconds = (index[-1] - index[0]) / pd.Timedelta(milliseconds=1)
    bars: dict[str, Any] = {"width": milliseconds / _BARS_A_WINDOW, "marker": {"color": colour}}
    return go.Bar(
        x=canvas.dates(chosen["date"]),
        y=chosen["rate_change"].tolist(),
        name=name,
        legendgroup=name,
        showlegend=False,
        hovertemplate="%{y:+.2f} a year",
        **bars,
    )


def _interest(interest: "pd.Series[float]") -> go.Scatter:
    return canvas.line(
        interest.index, interest, "interest", look.NAIVE, hovertemplate="%{y:,.4g}", width=1.4
    )
