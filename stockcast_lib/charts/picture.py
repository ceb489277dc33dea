"""The chart as a PNG, for wherever no browser draws.

It uses matplotlib's figures alone, never pyplot, whose current figure and registry are shared by
all threads: here a figure belongs to its call and goes with it.
"""

import io
from typing import Any

import matplotlib.dates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from stockcast_lib.charts import appearance as look
from stockcast_lib.forecasting.forecast import Forecast

_INCHES, _DPI = (10.0, 5.6), 120
_FONT = ["DejaVu Sans"]
_dates: Any = matplotlib.dates  # whose functions carry no types


def forecast_png(forecast: Forecast) -> bytes:
    """Observations, model and band, naive forecast and target, 1200 by 672 pixels."""
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor=look.PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.075, 0.15, 0.9, 0.67))
    _draw(axes, forecast)
    _dress(axes, forecast)
    _head(figure, forecast)
    target = io.BytesIO()
    # Without the version of matplotlib in it, the same forecast is the same picture for longer.
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def _draw(axes: Axes, forecast: Forecast) -> None:
    start = pd.Timestamp(look.window_start(forecast))
    fit = forecast.fit[forecast.fit["date"] >= start]
    path = forecast.path
    seen = forecast.observations[forecast.observations.index >= start]
    level = look.level_text(forecast.config.interval)
    ribbon: dict[str, Any] = {"color": look.MODEL, "alpha": look.BAND_OPACITY, "linewidth": 0}
    axes.fill_between(path["date"], path["lower"], path["upper"], label=f"{level} band", **ribbon)
    axes.plot(seen.index, seen, ".", color=look.INK, markersize=3.2, label="adjusted close")
    axes.plot(fit["date"], fit["price"], color=look.MODEL, linewidth=1.3, label="model fit")
    axes.plot(path["date"], path["price"], color=look.MODEL, linewidth=2.4, label="forecast")
    axes.plot(
        _dates.date2num([forecast.as_of, forecast.target_date]),
        [forecast.baseline.price] * 2,
        ":",
        color=look.NAIVE,
        linewidth=2,
        label="naive forecast (last price)",
    )
    _mark_target(axes, path.iloc[-1])


def _mark_target(axes: Axes, target: "pd.Series[float]") -> None:
    axes.plot(
        [target["date"]],
        [target["price"]],
        "o",
        markersize=8,
        markerfacecolor=look.PAPER,
        markeredgecolor=look.MODEL,
        markeredgewidth=2.2,
    )


def _dress(axes: Axes, forecast: Forecast) -> None:
    axes.axvline(_dates.date2num(forecast.as_of), color=look.GRID, linewidth=1.2, zorder=0)
    if look.needs_log_axis(forecast):
        axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.xaxis.set_major_formatter(_dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.set_axisbelow(True)
    axes.grid(visible=True, axis="y", color=look.GRID, linewidth=0.9)
    axes.tick_params(colors=look.MUTED, labelsize=9.5, length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(look.GRID)
    axes.set_ylabel("Adjusted close", color=look.MUTED, fontsize=10, family=_FONT)
    axes.set_xlabel("Session", color=look.MUTED, fontsize=10, family=_FONT)
    axes.margins(x=0.015)


def _head(figure: Figure, forecast: Forecast) -> None:
    # A dollar sign would start a formula.
    words: dict[str, Any] = {"parse_math": False, "family": _FONT}
    figure.text(
        0.075, 0.935, look.title(forecast), fontsize=16, weight="bold", color=look.INK, **words
    )
    figure.text(0.075, 0.885, look.subtitle(forecast), fontsize=9.5, color=look.MUTED, **words)
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.068, 0.872),
        ncols=5,
        frameon=False,
        fontsize=9.5,
        labelcolor=look.INK,
        handlelength=1.6,
        columnspacing=1.6,
        borderaxespad=0,
    )
