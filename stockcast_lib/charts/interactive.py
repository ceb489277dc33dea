"""The interactive chart, a plotly figure; it needs nothing from the network."""

import json
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.forecasting.forecast import Forecast

_RANGES = (("1m", 1, "month"), ("6m", 6, "month"), ("1y", 1, "year"))
_BAND_FILL = f"rgba(11, 122, 117, {look.BAND_OPACITY})"
_PRICE_HOVER = "%{y:,.2f}"


def forecast_figure(forecast: Forecast) -> go.Figure:
    """Observations, model and band, naive forecast and target.

    The band's level is `forecast.config.interval`. The price axis is logarithmic where the band
    is too wide for a linear one.
    """
    figure = go.Figure(
        data=[
            *_band(forecast.path, f"{look.level_text(forecast.config.interval)} band"),
            _observations(forecast),
            _line(forecast.fit, "model fit", width=1.3),
            _model_alone(forecast),
            _line(forecast.path, "forecast (median)", width=2.4),
            _naive(forecast),
            _target(forecast),
        ],
        layout=_layout(forecast),
    )
    figure.update_layout(template=None)
    return figure


def figure_document(figure: go.Figure) -> dict[str, Any]:
    """The figure as JSON values, with how it is to be shown."""
    document: dict[str, Any] = json.loads(figure.to_json())
    document["layout"].pop("template", None)
    document["config"] = {"displaylogo": False, "responsive": True, "scrollZoom": False}
    return document


def _dates(dates: Any) -> list[str]:
    return pd.DatetimeIndex(dates).strftime("%Y-%m-%d").tolist()


def _band(frame: pd.DataFrame, name: str) -> tuple[go.Scatter, ...]:
    """A ribbon's two edges; it is in the legend and tells both when hovered over."""
    edge: dict[str, Any] = {
        "x": _dates(frame["date"]),
        "mode": "lines",
        "line": {"width": 0, "color": look.MODEL},
        "legendgroup": "band",
    }
    bounds = zip(frame["lower"], frame["upper"], strict=True)
    words = [f"{look.price_text(low)} to {look.price_text(high)}" for low, high in bounds]
    upper = go.Scatter(
        **edge, y=frame["upper"].tolist(), name="upper", showlegend=False, hoverinfo="skip"
    )
    lower = go.Scatter(
        **edge,
        y=frame["lower"].tolist(),
        name=name,
        fill="tonexty",
        fillcolor=_BAND_FILL,
        customdata=words,
        hovertemplate="%{customdata}",
    )
    return upper, lower


def _observations(forecast: Forecast) -> go.Scatter:
    return go.Scatter(
        x=_dates(forecast.observations.index),
        y=forecast.observations.tolist(),
        name="adjusted close",
        mode="markers",
        marker={"size": 3.5, "color": look.INK},
        hovertemplate=_PRICE_HOVER,
    )


def _line(frame: pd.DataFrame, name: str, width: float, dash: str = "solid") -> go.Scatter:
    return go.Scatter(
        x=_dates(frame["date"]),
        y=frame["price"].tolist(),
        name=name,
        mode="lines",
        line={"width": width, "color": look.MODEL, "dash": dash},
        hovertemplate=_PRICE_HOVER,
    )


def _model_alone(forecast: Forecast) -> go.Scatter:
    """In the legend: who asks for it sees it, and nobody takes it for the forecast."""
    line = _line(look.model_path(forecast), "model alone", width=1.3, dash="dash")
    return line.update(visible="legendonly")


def _naive(forecast: Forecast) -> go.Scatter:
    price = forecast.baseline.price
    return go.Scatter(
        x=[forecast.as_of.isoformat(), *_dates(forecast.path["date"])],
        y=[price] * (len(forecast.path) + 1),
        name="naive forecast (last price)",
        mode="lines",
        line={"width": 2, "color": look.NAIVE, "dash": "dot"},
        hovertemplate=_PRICE_HOVER,
    )


def _target(forecast: Forecast) -> go.Scatter:
    price = float(forecast.path["price"].iloc[-1])
    return go.Scatter(
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
    )


def _layout(forecast: Forecast) -> dict[str, Any]:
    return {
        "title": {
            "text": f"<b>{escape(look.title(forecast))}</b>"
            f"<br><sup>{escape(look.subtitle(forecast))}</sup>",
            "x": 0.01,
            "xanchor": "left",
            "font": {"size": 18},
        },
        "font": {"family": look.FONT, "size": 13, "color": look.INK},
        "paper_bgcolor": look.PAPER,
        "plot_bgcolor": look.PAPER,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": look.PAPER, "bordercolor": look.GRID},
        "legend": _legend(),
        "margin": {"l": 64, "r": 24, "t": 104, "b": 64},
        "height": 480,
        "xaxis": _date_axis(forecast),
        "yaxis": _price_axis(forecast),
    }


def _legend() -> dict[str, Any]:
    # At the bottom of the whole figure: beside the axis it would cover the dates. Its rows are
    # as many as the page is narrow, and the axis's automargin leaves room for them all.
    return {
        "orientation": "h",
        "yref": "container",
        "y": 0,
        "yanchor": "bottom",
        "x": 0,
        "xanchor": "left",
    }


def _date_axis(forecast: Forecast) -> dict[str, Any]:
    buttons: list[dict[str, Any]] = [
        {"label": label, "count": count, "step": step, "stepmode": "backward"}
        for label, count, step in _RANGES
    ]
    end = pd.Timestamp(forecast.target_date) + pd.Timedelta(days=max(3, forecast.days // 15))
    return {
        "type": "date",
        "automargin": True,
        "range": [look.window_start(forecast).isoformat(), end.date().isoformat()],
        "rangeselector": {
            "buttons": [*buttons, {"label": "all", "step": "all"}],
            "x": 1,
            "xanchor": "right",
            "y": 1.02,
            "bgcolor": "#f2f5f7",
            "activecolor": "#d5e7e6",
            "font": {"size": 12},
        },
        "hoverformat": "%a %-d %b %Y",
        "showgrid": False,
        "linecolor": look.GRID,
        "ticks": "outside",
        "tickcolor": look.GRID,
    }


def _price_axis(forecast: Forecast) -> dict[str, Any]:
    return {
        "title": {"text": "Adjusted close"},
        "type": "log" if look.needs_log_axis(forecast) else "linear",
        "gridcolor": look.GRID,
        "zeroline": False,
        "automargin": True,
    }
