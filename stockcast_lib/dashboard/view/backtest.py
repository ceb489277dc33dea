"""Past forecasts: a table by horizon, and each window of the asked one."""

from html import escape
from typing import Any

import ipywidgets as widgets

from stockcast_lib.charts.palettes import DARK
from stockcast_lib.dashboard.model.asking import LEVELS
from stockcast_lib.dashboard.model.backtest import BacktestModel
from stockcast_lib.dashboard.view.backtest_words import chart_words, past_html, replayed_html
from stockcast_lib.dashboard.view.boxes import row, show, stack
from stockcast_lib.dashboard.view.served_words import served_html
from stockcast_lib.dashboard.view.working import WorkingView
from stockcast_lib.dashboard.widgets import Chart


class BacktestView:
    """The widgets of the section on past forecasts.

    Attributes:
        table: HTML of what the result says.
        days, level: what is replayed.
        working: the replay's progress.
        notice: HTML, that it was cancelled.
        heading, chart: the windows.
        served: HTML of how the forecasts that were served did.
        box: all of its widgets.
    """

    def __init__(self, model: BacktestModel) -> None:
        self._model = model
        self.table, self.heading, self.notice, self.served = (widgets.HTML() for _ in range(4))
        self.days = widgets.IntText(description="Days ahead")
        levels = [(model.reader.level(level), level) for level in LEVELS]
        self.level = widgets.Dropdown(description="Band", options=levels)
        settings = row("fields", self.days, self.level)
        settings.add_class("stockcast-settings")
        self.working = WorkingView(model.working, model.cancel)
        self.chart = Chart(dark=dict(DARK))
        self._replay = stack("replay", self.heading, settings)
        parts = (self.table, self._replay, self.working.line, self.working.error)
        self.box = stack("backtest", *parts, self.notice, self.chart, self.served)
        model.observe(self._show, ["seen", "settings"])
        model.observe(self._tell, "notice")
        model.observe(self._score, "served")
        for name, field in (("days", self.days), ("level", self.level)):
            field.add_class("stockcast-one")
            field.observe(lambda change, name=name: model.set(name, change.new), "value")
        model.working.observe(self._wait, "status")
        self._show(None)
        self._wait(None)
        self._score(None)

    def _show(self, _change: Any) -> None:
        seen, model = self._model.seen, self._model
        show(self._replay, shown=seen.result is not None)
        self.days.value = model.days
        if model.level in LEVELS:
            self.level.value = model.level
        reader, replayed = seen.reader, seen.replayed
        self.table.value = past_html(seen.result, reader)
        self.heading.value = replayed_html(replayed, reader)
        drawn = replayed if replayed and len(replayed.windows.frame) else None
        self.chart.language = reader.language
        self.chart.words = chart_words(drawn, reader) if drawn else ""
        self.chart.figure = drawn.document(reader) if drawn else {}

    def _tell(self, _change: Any) -> None:
        words = escape(self._model.notice)
        told = f'<p class="stockcast-notice" role="status">{words}</p>' if words else ""
        self.notice.value = told

    def _score(self, _change: Any) -> None:
        self.served.value = served_html(self._model.served, self._model.reader)

    def _wait(self, _change: Any) -> None:
        # The figure comes in its place.
        show(self.working.line, shown=self._model.working.busy)
