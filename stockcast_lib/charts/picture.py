"""The chart as a PNG, for wherever no browser draws."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.plot_area import PlotArea
from stockcast_lib.charts.sheet import Face, Sheet, Stroke
from stockcast_lib.forecasting.forecast import Forecast

_WIDTH, _HEIGHT = 1200, 672
_BOX = (90.0, 101.0, 1170.0, 551.0)
_TITLE, _SMALL = Face(look.INK, 16.0, bold=True), Face(look.MUTED, 9.5)
_LEGEND, _AXIS = Face(look.INK, 9.5), Face(look.MUTED, 10.0)
_FIT, _SEEN, _PATH = Stroke(look.MODEL, 1.1), Stroke(look.INK, 1.2), Stroke(look.MODEL, 2.4)
_NAIVE = Stroke(look.NAIVE, 2.0, dotted=True)
_EDGE = Stroke(look.MODEL, 0.8, look.EDGE_OPACITY)
_GRID, _NOW = Stroke(look.GRID, 0.9), Stroke(look.GRID, 1.2)
_TITLE_AT, _SUBTITLE_AT, _LEGEND_AT = 628.0, 595.0, 573.0
_AXIS_TITLE_AT = 32.0
_SWATCH, _AFTER_SWATCH, _AFTER_ENTRY, _SWATCH_RISE = 25.0, 13.0, 25.0, 5.0


def forecast_png(forecast: Forecast) -> bytes:
    """Observations, model and fan, naive forecast and target, 1200 by 672 pixels."""
    sheet = Sheet(_WIDTH, _HEIGHT, look.PAPER)
    start = pd.Timestamp(look.window_start(forecast))
    fit = forecast.fit[forecast.fit["date"] >= start]
    seen = forecast.observations[forecast.observations.index >= start]
    area = _area(forecast, fit, seen)
    _draw_axes(sheet, area, forecast)
    _draw_fan(sheet, area, forecast)
    _draw_lines(sheet, area, forecast, fit, seen)
    _draw_legend(sheet, forecast)
    left = _BOX[0]
    sheet.words(left, _TITLE_AT, look.title(forecast), _TITLE)
    sheet.words(left, _SUBTITLE_AT, look.subtitle(forecast), _SMALL)
    return sheet.png()


def _area(forecast: Forecast, fit: pd.DataFrame, seen: "pd.Series[float]") -> PlotArea:
    """What shows everything that is drawn."""
    path, fan = forecast.path, forecast.fan
    days = np.concatenate([seen.index.to_numpy(), path["date"].to_numpy()])
    columns = (fit["price"], seen, path["price"], fan["lower"], fan["upper"])
    prices = np.concatenate([np.asarray(each, dtype=float) for each in columns])
    return PlotArea.around(_BOX, days, prices, log=look.needs_log_axis(forecast))


def _draw_axes(sheet: Sheet, area: PlotArea, forecast: Forecast) -> None:
    left, bottom, right, top = _BOX
    for y, label in area.price_ticks():
        sheet.line([left, right], [round(y), round(y)], _GRID)
        sheet.words(left - 6, y, label, _SMALL, "rm")
    now = float(area.x([forecast.as_of])[0])
    sheet.line([now, now], [bottom, top], _NOW)
    sheet.line([left, right], [bottom, bottom], _GRID)
    ticks, common = area.date_ticks()
    for x, label in ticks:
        sheet.words(x, bottom - 7, label, _SMALL, "mt")
    sheet.words(right, bottom - 29, common, _SMALL, "rt")
    sheet.words((left + right) / 2, bottom - 29, "Session", _AXIS, "mt")
    middle = (bottom + top) / 2
    sheet.upright_words(_AXIS_TITLE_AT, middle, "Adjusted close", _AXIS)


def _draw_fan(sheet: Sheet, area: PlotArea, forecast: Forecast) -> None:
    for level, opacity, rows in look.fan(forecast):
        x, lower, upper = area.x(rows["date"]), area.y(rows["lower"]), area.y(rows["upper"])
        sheet.area(
            np.concatenate([x, x[::-1]]),
            np.concatenate([lower, upper[::-1]]),
            look.MODEL,
            opacity,
        )
        if level == forecast.config.interval:
            for side in (lower, upper):
                sheet.line(x, side, _EDGE)


def _draw_lines(
    sheet: Sheet,
    area: PlotArea,
    forecast: Forecast,
    fit: pd.DataFrame,
    seen: "pd.Series[float]",
) -> None:
    path = forecast.path
    sheet.line(area.x(fit["date"]), area.y(fit["price"]), _FIT)
    sheet.line(area.x(seen.index), area.y(seen), _SEEN)
    x, y = area.x(path["date"]), area.y(path["price"])
    sheet.line(x, y, _PATH)
    naive = area.y([forecast.baseline.price] * 2)
    days = area.x([forecast.as_of, forecast.target_date])
    sheet.line(days, naive, _NAIVE)
    sheet.ring(float(x[-1]), float(y[-1]), look.MODEL, 4.4)


def _draw_legend(sheet: Sheet, forecast: Forecast) -> None:
    """A row of what each line is; the bands share an entry."""
    left = _BOX[0]
    for text, draw in _entries(sheet, forecast):
        draw(left)
        left += _SWATCH + _AFTER_SWATCH
        sheet.words(left, _LEGEND_AT, text, _LEGEND, "lm")
        left += _LEGEND.width(text) + _AFTER_ENTRY


def _entries(sheet: Sheet, forecast: Forecast) -> list[tuple[str, Callable[[float], None]]]:
    asked = forecast.config.interval
    fan = look.fan(forecast)
    others = ", ".join(look.level_text(each) for each, _, _ in reversed(fan) if each != asked)
    opacity = next(opacity for level, opacity, _ in fan if level == asked)

    def ribbon(left: float) -> None:
        right, low, high = left + _SWATCH, _LEGEND_AT - _SWATCH_RISE, _LEGEND_AT + _SWATCH_RISE
        sheet.area([left, right, right, left], [low, low, high, high], look.MODEL, opacity)

    def line(stroke: Stroke) -> Callable[[float], None]:
        return lambda left: sheet.line([left, left + _SWATCH], [_LEGEND_AT] * 2, stroke)

    return [
        (f"{look.level_text(asked)} band (and {others})", ribbon),
        ("model fit", line(_FIT)),
        ("adjusted close", line(_SEEN)),
        ("forecast", line(_PATH)),
        ("naive forecast (last price)", line(_NAIVE)),
    ]
