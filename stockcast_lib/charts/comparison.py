"""Several tickers in one figure: the last year of each, and what is forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.frame import date_axis, scale, surroundings, upwards
from stockcast_lib.charts.parts import mark
from stockcast_lib.charts.trading_axis import range_breaks
from stockcast_lib.charts.writing import PLAIN, Writing
from stockcast_lib.core.results import ForecastResult

MOST = len(look.TICKERS)
_DAYS = 365
_DASHES = ("dot", "dash", "dashdot", "longdash", "longdashdot", "8px,2px")
# Two or three prices share a linear axis well as long as none lies flat at its foot.
_LOG_AXIS_RATIO = 8.0
_HEIGHT, _TOP = 480, 24
_BOUNDS = ("price", "lower", "upper")


@dataclass(frozen=True)
class Compared:
    """One of the tickers.

    Attributes:
        history: its adjusted closes over a DatetimeIndex of sessions, ascending.
        result: its forecast. Its prices are drawn in the history's, should those have been
            adjusted anew since.
    """

    ticker: str
    history: "pd.Series[float]"
    result: ForecastResult


def comparison_figure(
    series: Sequence[Compared], *, percent: bool = True, writing: Writing = PLAIN
) -> go.Figure:
    """The last year of up to `MOST` tickers with the forecast's median and its band.

    Args:
        series: in the order of the legend.
        percent: whether to draw the change from the first session that all have in that year,
            so that they begin together and their forecasts stay apart; else prices, on a
            logarithmic axis if they are far apart.
        writing: of its reader, for what is said in words.
    """
    if not 1 <= len(series) <= MOST:
        raise ValueError(f"Compare 1 to {MOST} tickers, not {len(series)}.")
    start = _start(series)
    shown = [_drawn(each, start) for each in series]
    if percent:
        shown = [_as_change(each) for each in shown]
    upward = _change_axis(start, writing) if percent else _price_axis(shown)
    figure = go.Figure(layout=_layout(shown, upward))
    form = "+,.1f} %" if percent else ",.2f}"
    for each, colour, dash in zip(shown, look.TICKERS, _DASHES, strict=False):
        figure.add_traces(_traces(each, colour, dash, form))
    figure.update_layout(template=None)
    return figure


@dataclass(frozen=True)
class _Drawn:
    """History and forecast in the same unit; the forecast begins with the last close."""

    ticker: str
    level: float
    history: "pd.Series[float]"
    ahead: pd.DataFrame


def _start(series: Sequence[Compared]) -> pd.Timestamp | None:
    """The first session that all have, in the year before the first of them ends."""
    end = min(each.history.index[-1] for each in series)
    since = end - pd.Timedelta(days=_DAYS)
    first = max(each.history.index[each.history.index > since][0] for each in series)
    return first if first <= end else None


def _drawn(each: Compared, start: pd.Timestamp | None) -> _Drawn:
    result = each.result
    as_of = pd.Timestamp(result.as_of)
    # Where there is no common session each begins a year before its own last.
    own = each.history.index[-1] - pd.Timedelta(days=_DAYS)
    history = each.history[each.history.index >= (own if start is None else start)]
    known = each.history.get(as_of)
    factor = 1.0 if known is None else float(known) / result.last_price
    rows = [(as_of, *[result.last_price] * len(_BOUNDS))]
    rows += [
        (pd.Timestamp(point.date), point.price, point.lower, point.upper) for point in result.path
    ]
    ahead = pd.DataFrame(rows, columns=["date", *_BOUNDS]).set_index("date") * factor
    return _Drawn(each.ticker, result.interval, history, ahead)


def _as_change(each: _Drawn) -> _Drawn:
    """In per cent of the first price shown."""
    base = float(each.history.iloc[0])
    history, ahead = each.history / base - 1, each.ahead / base - 1
    return _Drawn(each.ticker, each.level, 100 * history, 100 * ahead)


def _traces(each: _Drawn, colour: str, dash: str, form: str) -> list[go.Scatter]:
    days = look.dates(each.ahead.index)
    shared: dict[str, Any] = {"legendgroup": each.ticker, "mode": "lines"}
    edge: dict[str, Any] = {
        **shared, "x": days, "line": {"width": 0, "color": colour}, "hoverinfo": "skip",
        "showlegend": False, "name": f"{each.ticker} band", "meta": mark("band"),
    }  # fmt: skip
    level = look.level_text(each.level)
    bounds = f"%{{customdata[0]:{form} to %{{customdata[1]:{form}"
    return [
        go.Scatter(**edge, y=each.ahead["upper"].tolist()),
        go.Scatter(
            **edge, y=each.ahead["lower"].tolist(), fill="tonexty",
            fillcolor=look.see_through(colour, look.FAINT_OPACITY),
        ),
        go.Scatter(
            **shared, x=look.dates(each.history.index), y=each.history.tolist(), name=each.ticker,
            line={"width": 1.8, "color": colour}, hovertemplate=f"%{{y:{form}",
            meta=mark("observations"),
        ),
        go.Scatter(
            **shared, x=days[1:], y=each.ahead["price"].tolist()[1:],
            name=f"{each.ticker} forecast", showlegend=False,
            line={"width": 2, "color": colour, "dash": dash},
            customdata=each.ahead[["lower", "upper"]].to_numpy().tolist()[1:],
            hovertemplate=f"%{{y:{form} ({level}: {bounds})", meta=mark("forecast"),
        ),
    ]  # fmt: skip


def _layout(shown: list[_Drawn], upward: dict[str, Any]) -> dict[str, Any]:
    days = {day for each in shown for day in (*each.history.index, *each.ahead.index)}
    return {
        **surroundings(_HEIGHT, _TOP),
        "xaxis": date_axis(rangebreaks=range_breaks(pd.DatetimeIndex(sorted(days)))),
        "yaxis": upward,
    }


def _change_axis(start: pd.Timestamp | None, writing: Writing) -> dict[str, Any]:
    since = "its first session here" if start is None else writing.day(start.date())
    return upwards(
        f"Change since {since}", ticksuffix=" %", zeroline=True, zerolinecolor=look.MUTED
    )


def _price_axis(shown: list[_Drawn]) -> dict[str, Any]:
    medians = pd.concat([part for each in shown for part in (each.history, each.ahead["price"])])
    far = medians.max() > _LOG_AXIS_RATIO * medians.min()
    return upwards("Adjusted close", **scale(log=bool(far)))
