"""The forecast in view: its chart, and beside it what it says and how far to trust it."""

from html import escape
from typing import Any

import ipywidgets as widgets
from traitlets import link

from stockcast_lib.charts.palettes import DARK
from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.view.boxes import row, show, stack
from stockcast_lib.dashboard.view.words import heading_html, skill_html, summary_html
from stockcast_lib.dashboard.widgets import Chart, Choice

_KINDS = {"line": "Line", "candles": "Candles"}
_SCALES = {"auto": "Auto", "linear": "Linear", "log": "Log"}
_OVERLAYS = {"naive": "Naive forecast", "fit": "Model fit", "past": "Past forecasts"}


class ForecastView:
    """The widgets of the forecast in view.

    Attributes:
        heading, summary, skill: HTML.
        chart: the interactive figure.
        kind, scale, overlays: how it is looked at.
        box: all of them; gone while there is no forecast.
    """

    def __init__(self, model: DashboardModel) -> None:
        self._model = model
        self.heading, self.summary, self.skill = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.trouble = widgets.HTML()
        self.chart = Chart(ranges=True, dark=dict(DARK))
        self.kind = Choice("Prices as", _KINDS, value=model.chart.kind)
        self.scale = Choice("Price scale", _SCALES, value=model.chart.scale)
        self.overlays = {
            name: widgets.Checkbox(description=words, indent=False)
            for name, words in _OVERLAYS.items()
        }
        tools = row("tools", self.kind, self.scale, *self.overlays.values())
        picture = stack("picture", tools, self.trouble, self.chart)
        cards = stack("cards", self.summary, self.skill)
        self.box = stack("forecast", self.heading, row("seen", picture, cards))
        self._join()
        self._show(None)

    def _join(self) -> None:
        model, chart = self._model, self._model.chart
        link((chart, "kind"), (self.kind, "value"))
        link((chart, "scale"), (self.scale, "value"))
        link((chart, "range"), (self.chart, "range"))
        for name, box in self.overlays.items():
            link((chart, name), (box, "value"))
        chart.observe(self._draw, "document")
        chart.observe(self._tell, ["trouble", "notice"])
        model.observe(self._show, ["current", "language"])
        model.observe(self._dim, ["current", "shown"])

    def _show(self, _change: Any) -> None:
        current, reader = self._model.current, self._model.reader
        result = current.result if current else None
        show(self.box, shown=result is not None)
        if result is None:
            return
        self.heading.value = heading_html(result, reader)
        self.summary.value = summary_html(result, reader)
        self.skill.value = skill_html(result, reader)
        self.chart.language = self._model.language
        self.chart.words = (
            f"Prices of {result.ticker} to {reader.day(result.as_of)} and their forecast to "
            f"{reader.day(result.target_date)}, with its bands"
        )

    def _draw(self, _change: Any) -> None:
        self.chart.figure = self._model.chart.document or {}

    def _tell(self, _change: Any) -> None:
        chart = self._model.chart
        if chart.trouble:
            told = f'<p class="stockcast-error" role="alert">{escape(chart.trouble)}</p>'
        else:
            told = f'<p class="stockcast-notice" role="status">{escape(chart.notice)}</p>'
        self.trouble.value = told if chart.trouble or chart.notice else ""

    def _dim(self, _change: Any) -> None:
        # What is in view is not what was asked last.
        if self._model.shown is self._model.current:
            self.box.remove_class("stockcast-before")
        else:
            self.box.add_class("stockcast-before")
