"""The form: what is asked for."""

from typing import Any

import ipywidgets as widgets
from traitlets import link

from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.model.asking import HORIZONS, LEVELS
from stockcast_lib.dashboard.view.boxes import row, stack
from stockcast_lib.dashboard.widgets import Chips, Choice, TickerBox

_EXAMPLES = ("AAPL", "MSFT", "IBM", "XOM")


class Form:
    """The widgets of the form, linked to the model's `ask`.

    Attributes:
        ticker, days, horizon, level, model, button: the fields.
        target: the day that the horizon leads to.
        watch: puts the ticker on the watchlist or takes it off.
        shelf: watched and recent tickers, a click away.
        box: all of them.
    """

    def __init__(self, model: DashboardModel) -> None:
        self._model, ask = model, model.ask
        self.ticker = TickerBox(hint="AAPL, or a company's name", text=ask.ticker)
        self.days = widgets.IntText(description="Days")
        presets = {str(days): words for days, words in HORIZONS.items()}
        self.horizon = Choice("Horizon", presets, value=str(ask.days))
        self.level = widgets.Dropdown(
            description="Band", options=[(model.reader.level(level), level) for level in LEVELS]
        )
        self.model = widgets.Dropdown(description="Model")
        self._show_models(None)
        self.button = widgets.Button(description="Forecast", button_style="primary")
        self.target = widgets.HTML()
        self.watch = widgets.ToggleButton(description="Watch", tooltip="Keep it on the watchlist")
        self.shelf = Chips("Watched and recent tickers", self._choose, ask.forget)
        self.box = self._laid_out()
        self._join()
        self._show_target(None)
        self._show_shelf(None)

    def _laid_out(self) -> widgets.Box:
        for field, name in (
            (self.days, "days"), (self.level, "level"), (self.model, "model"),
            (self.button, "ask"), (self.watch, "watch"), (self.target, "target"),
        ):  # fmt: skip
            field.add_class(f"stockcast-{name}")
        horizon = stack("horizon", row("horizon-row", self.days, self.horizon), self.target)
        fields = (self.ticker, horizon, self.level, self.model, self.button, self.watch)
        return stack("form", row("fields", *fields), self.shelf)

    def _join(self) -> None:
        ask = self._model.ask
        link((ask, "days"), (self.days, "value"))
        link((ask, "level"), (self.level, "value"))
        link((ask, "model"), (self.model, "value"))
        ask.observe(self._show_models, "models")
        ask.observe(self._show_days, "days")
        ask.observe(self._show_offered, "offered")
        ask.observe(self._show_target, ["target", "target_is_known"])
        ask.observe(self._show_shelf, ["recent", "watched"])
        self._model.observe(self._show_asked, "shown")
        self._model.observe(self._show_target, "language")
        self.horizon.observe(self._take_horizon, "value")
        self.watch.observe(self._take_watch, "value")
        self.ticker.on_typed(self._typed)
        self.ticker.on_submit(self._choose)
        self.button.on_click(lambda _button: self._model.start())

    def _typed(self, text: str) -> None:
        self._model.ask.type(text)
        self._show_watch()

    def _choose(self, ticker: str) -> None:
        run = self._model.start(ticker)
        # The very one that is in view already: what is typed beside it must go.
        self.ticker.put(run.asked.ticker)

    def _show_models(self, _change: Any) -> None:
        ask = self._model.ask
        chosen = ask.model
        # New options choose the first of them.
        self.model.options = [(each.title, each.name) for each in ask.models]
        names = [each.name for each in ask.models]
        ask.model = self.model.value = chosen if chosen in names else names[0]

    def _take_horizon(self, change: Any) -> None:
        if change.new in map(str, HORIZONS):
            self._model.ask.days = int(change.new)

    def _show_days(self, _change: Any) -> None:
        self.horizon.value = str(self._model.ask.days)

    def _show_offered(self, _change: Any) -> None:
        self.ticker.offered = self._model.ask.offered

    def _show_asked(self, _change: Any) -> None:
        # What is typed is the browser's own: only what was asked for is put into the box.
        shown = self._model.shown
        self.ticker.put(shown.asked.ticker if shown else "")
        self._show_watch()

    def _show_target(self, _change: Any) -> None:
        ask = self._model.ask
        words = "Give 1 to 10000 days"
        if ask.target is not None:
            about = "" if ask.target_is_known else "about "
            words = f"to {about}{self._model.reader.weekday(ask.target)}"
        self.target.value = f"<p>{words}</p>"

    def _show_shelf(self, _change: Any) -> None:
        ask = self._model.ask
        watched = [{"key": each, "words": f"★ {each}"} for each in ask.watched]
        recent = [each for each in ask.recent if each not in ask.watched]
        examples = [] if watched or recent else _EXAMPLES
        self.shelf.chips = [
            *watched,
            *({"key": each, "words": each, "remove": f"Forget {each}"} for each in recent),
            *({"key": each, "words": each} for each in examples),
        ]
        self._show_watch()

    def _show_watch(self) -> None:
        ask = self._model.ask
        ticker = ask.asked().ticker
        watched = ticker in ask.watched
        self.watch.disabled = not ticker
        self.watch.value = watched
        self.watch.description = "★ Watched" if watched else "☆ Watch"

    def _take_watch(self, change: Any) -> None:
        ask = self._model.ask
        ticker = ask.asked().ticker
        if change.new != (ticker in ask.watched):
            ask.watch(ticker, watched=change.new)
