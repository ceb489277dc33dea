"""The page: its parts, and the browser around it.

The model's traits change on background threads: what follows them only sets traits, for nothing
may be displayed from a thread.
"""

from typing import Any

import ipywidgets as widgets

from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.model.dashboard import THEMES
from stockcast_lib.dashboard.view.forecast import ForecastView
from stockcast_lib.dashboard.view.form import Form
from stockcast_lib.dashboard.view.runs import RunsView
from stockcast_lib.dashboard.view.sections import SectionsView
from stockcast_lib.dashboard.view.waiting import said
from stockcast_lib.dashboard.widgets import Browser, Choice
from stockcast_lib.dashboard.widgets.browser import LONGEST_USE


class DashboardView(widgets.VBox):  # type: ignore[misc]  # ipywidgets gives its base no types
    """The page, for one model, on a server that takes unused kernels back after some seconds.

    Attributes:
        form, runs: the page's first parts.
        forecast, sections: the others, there as soon as the browser has spoken.
        browser: address, memory, language, theme and connection.
        theme: light or dark.
    """

    forecast: ForecastView
    sections: SectionsView

    def __init__(self, model: DashboardModel, unused_seconds: float) -> None:
        self.model = model
        # Forgotten here before the server finds it so: else it would take kernel after kernel.
        self.browser = Browser(use_seconds=min(LONGEST_USE, unused_seconds / 2))
        self.theme = Choice("Theme", dict(THEMES), value="auto")
        self.theme.add_class("stockcast-theme")
        self.form = Form(model)
        self.runs = RunsView(model)
        self._first = (self.browser, self.theme, self.form.box, self.runs.box)
        self._complete = False
        super().__init__(self._first)
        self.add_class("stockcast")
        self._join()

    def _join(self) -> None:
        browser, model = self.browser, self.model
        browser.observe(self._hear, ["came", "kept", "language"])
        model.observe(lambda change: browser.set_trait("query", change.new), "query")
        model.observe(lambda change: browser.set_trait("under_way", change.new), "under_way")
        model.observe(self._keep, "kept")
        model.observe(self._say, ["shown", "current", "seconds"])
        self.theme.observe(self._dress, "value")

    def _hear(self, change: Any) -> None:
        # One message may bring all of them, in an order that is not ours.
        browser, model, first = self.browser, self.model, not self._complete
        if first:
            self._make_the_rest()
        if browser.language:
            model.language = browser.language
        if (first or change.name == "kept") and browser.kept != model.kept:
            model.remember(browser.kept)
        if change.name == "came":
            self._come(change.new)

    def _make_the_rest(self) -> None:
        # Most of the page's widgets are of a forecast: the form need not wait for them.
        self._complete = True
        self.forecast, self.sections = ForecastView(self.model), SectionsView(self.model)
        self.children = [*self._first, self.forecast.box, self.sections.box]

    def _come(self, came: dict[str, Any]) -> None:
        query, under_way = came.get("query"), came.get("underWay")
        if isinstance(query, str):
            self.model.come(query, under_way if isinstance(under_way, list) else ())
            # After the query: what that changes is no step of the visitor's.
            self.browser.answered = came.get("turn", 0)

    def _keep(self, _change: Any) -> None:
        kept = self.model.kept
        self.browser.kept = kept
        self.theme.value = kept.get("theme", "auto")

    def _dress(self, change: Any) -> None:
        self.browser.theme = change.new
        self.model.kept = {**self.model.kept, "theme": change.new}

    def _say(self, _change: Any) -> None:
        shown = self.model.shown
        self.browser.said = said(shown)
        result = self.model.current.result if self.model.current else None
        days = self.model.reader.number(result.days) if result else ""
        about = f"{result.ticker} in {days} days · " if result else ""
        self.browser.title = f"{about}Stockcast"
