"""Several tickers side by side: which, their chart, their figures."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as widgets
from traitlets import dlink, link

from stockcast_lib.charts.palettes import DARK
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.compare import CompareModel
from stockcast_lib.dashboard.view.boxes import row, show, stack
from stockcast_lib.dashboard.view.compare_words import COLUMNS, chart_words, table_row
from stockcast_lib.dashboard.widgets import Chart, Chips, Choice, Table, TickerBox

_UNITS = {"percent": "Change in %", "price": "Price"}


class CompareView:
    """The widgets of the section.

    Attributes:
        adding: the box for one more ticker.
        chips: those beside the one in view.
        unit: what the chart shows.
        chart: all of them in one figure.
        table: their figures; pressing one asks for its forecast.
        refusal, trouble, said: HTML.
        box: all of its widgets.
    """

    def __init__(self, model: CompareModel, ask: Callable[[Asked], object]) -> None:
        self._model = model
        self._ask = ask
        self.adding = TickerBox(label="Add a ticker", hint="MSFT, or a company's name")
        self.unit = Choice("Shown as", _UNITS, value=model.unit)
        self.chips = Chips("Compared tickers", self._open, model.remove)
        self.chart = Chart(dark=dict(DARK))
        self.table = Table(
            self._open, caption="The forecasts side by side", columns=COLUMNS, verb="Forecast"
        )
        self.refusal, self.trouble, self.said = widgets.HTML(), widgets.HTML(), widgets.HTML()
        tools = row("compare-tools", self.adding, self.chips)
        self._picture = stack("picture", row("tools", self.unit), self.trouble, self.chart)
        self.box = stack("compare", tools, self.refusal, self._picture, self.table, self.said)
        self._join()

    def _join(self) -> None:
        model = self._model
        link((model, "unit"), (self.unit, "value"))
        dlink((model, "offered"), (self.adding, "offered"))
        dlink((model, "refusal"), (self.refusal, "value"), lambda why: _line(why, "error", "alert"))
        dlink((model, "said"), (self.said, "value"), lambda said: _line(said, "unseen", "status"))
        self.adding.on_typed(model.type)
        self.adding.on_submit(self._add)
        model.observe(self._show_rows, "rows")
        model.observe(self._draw, ["document", "trouble"])
        model.observe(self._show_chips, "tickers")
        self._show_rows(None)
        self._draw(None)

    def _open(self, ticker: str) -> None:
        run = self._model.run
        if run is not None and run.asked.ticker != ticker:
            # As it is compared, whatever the form says by now.
            self._ask(replace(run.asked, ticker=ticker))

    def _add(self, text: str) -> None:
        if self._model.add(text):
            self.adding.put("", over=text)

    def _show_chips(self, _change: Any) -> None:
        self.chips.chips = [
            {"key": each, "words": each, "remove": f"Remove {each}"} for each in self._model.tickers
        ]

    def _show_rows(self, _change: Any) -> None:
        model = self._model
        self.table.rows = [
            table_row(each, model.reader, in_view=place == 0)
            for place, each in enumerate(model.rows)
        ]

    def _draw(self, _change: Any) -> None:
        model = self._model
        document = model.document
        show(self._picture, shown=document is not None or bool(model.trouble))
        self.chart.language = model.reader.language
        self.chart.words = chart_words(model.rows, model.reader, percent=model.unit == "percent")
        self.chart.figure = document or {}
        self.trouble.value = _line(model.trouble, "error", "alert")


def _line(words: str, look: str, role: str) -> str:
    return f'<p class="stockcast-{look}" role="{role}">{escape(words)}</p>' if words else ""
