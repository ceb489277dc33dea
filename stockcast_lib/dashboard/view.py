"""The dashboard's widgets: they show the model's traits and pass on what is typed and clicked.

The model's traits change on background threads: what follows them here only sets traits, for
nothing may be displayed from a thread.
"""

from typing import Any

import ipywidgets as widgets
from traitlets import link

from stockcast_lib.dashboard.cards import cards_html, error_html, progress_html
from stockcast_lib.dashboard.chart import draw, empty_chart
from stockcast_lib.dashboard.model import DashboardModel


class DashboardView(widgets.VBox):  # type: ignore[misc]
    """The page, for one model.

    Attributes:
        ticker, days, button: the form.
        progress, error, cards: HTML that follows the model.
        chart: the interactive figure; hidden until there is one.
    """

    def __init__(self, model: DashboardModel) -> None:
        self.model = model
        self.ticker = _ticker_box()
        self.days = widgets.IntText(description="Days")
        self.days.add_class("stockcast-days")
        self.button = widgets.Button(description="Forecast", button_style="primary")
        self.button.add_class("stockcast-button")
        self.progress = widgets.HTML()
        self.error = widgets.HTML()
        self.cards = widgets.HTML()
        self.chart = empty_chart()
        form = _box(widgets.HBox, "stockcast-form", self.ticker, self.days, self.button)
        self.chart_area = _box(widgets.Box, "stockcast-chart", self.chart)
        self.chart_area.layout.display = "none"
        super().__init__([form, self.error, self.progress, self.cards, self.chart_area])
        self.add_class("stockcast")
        self._follow_model()
        self._pass_on()

    def _follow_model(self) -> None:
        link((self.model, "days"), (self.days, "value"))
        self.model.observe(self._show_ticker, "ticker")
        self.model.observe(self._show_suggestions, "suggestions")
        self.model.observe(self._show_progress, ["progress", "status", "cell", "busy"])
        self.model.observe(self._show_error, "error")
        self.model.observe(self._show_cards, ["result", "sample_notice"])
        self.model.observe(self._show_figure, "figure")

    def _pass_on(self) -> None:
        # No link: it would not bring back the ticker that the model makes of a suggestion.
        self.ticker.observe(self._take_ticker, "value")
        self.button.on_click(lambda _button: self.model.start())
        self.ticker.on_msg(self._submit_on_enter)

    def _submit_on_enter(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("event") == "submit":
            self.model.start()

    def _take_ticker(self, _change: Any) -> None:
        self.model.ticker = self.ticker.value

    def _show_ticker(self, _change: Any) -> None:
        self.ticker.value = self.model.ticker

    def _show_suggestions(self, _change: Any) -> None:
        self.ticker.options = self.model.suggestions

    def _show_progress(self, _change: Any) -> None:
        model = self.model
        self.progress.value = progress_html(model.progress, model.status, model.cell, model.busy)

    def _show_error(self, _change: Any) -> None:
        self.error.value = error_html(self.model.error)

    def _show_cards(self, _change: Any) -> None:
        self.cards.value = cards_html(self.model.result, self.model.sample_notice)

    def _show_figure(self, _change: Any) -> None:
        figure = self.model.figure
        self.chart_area.layout.display = "none" if figure is None else None
        if figure is not None:
            draw(self.chart, figure)


def _ticker_box() -> widgets.Combobox:
    box = widgets.Combobox(
        description="Ticker", placeholder="AAPL, or a company's name", continuous_update=True
    )
    box.add_class("stockcast-ticker")
    return box


def _box(kind: type[widgets.Box], css_class: str, *children: widgets.Widget) -> widgets.Box:
    box = kind(children)
    box.add_class(css_class)
    return box
