"""Several tickers side by side, asked for as the one in view was."""

import threading
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from traitlets import Dict, Enum, List, Unicode, observe

from stockcast_lib.charts import views
from stockcast_lib.charts.comparison import MOST, Compared, comparison_figure
from stockcast_lib.charts.interactive import figure_document
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.tickers import canonical_ticker, is_ticker
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.section import Section
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.dashboard.reader import Reader

MOST_ADDED = MOST - 1
_OFFERED = 8
_MOST_KEPT = 4 * MOST
_FOLLOWED = ["state", "status", "cell", "trouble", "error"]


@dataclass(frozen=True)
class Row:
    """One of the tickers.

    Attributes:
        state: of its run.
        note: what there is instead of a result.
        result: None while it is under way, and if it failed.
    """

    ticker: str
    state: str
    note: str
    result: ForecastResult | None


class CompareModel(Section):
    """The section that compares.

    Attributes:
        tickers: those beside the one in view.
        unit: what the chart shows, "percent" or "price".
        rows: the one in view first.
        document: the chart of those that are there; None for none.
        trouble: what the chart lacks and why, or nothing.
        refusal: why what was typed is not added, or nothing.
        offered: what the ticker box offers, see `TickerBox.offered`.
        said: what has just come, for screen readers.
    """

    tickers: "List[str]" = List(Unicode())
    unit = Enum(("percent", "price"), "percent")
    rows: "List[Row]" = List()
    document = Dict(default_value=None, allow_none=True)
    trouble = Unicode()
    refusal = Unicode()
    offered: "Dict[str, Any]" = Dict({"typed": "", "groups": []})
    said = Unicode()

    def __init__(self, service: Forecasts) -> None:
        super().__init__()
        self._service = service
        self._runs: dict[Asked, Run] = {}
        self._histories: dict[str, pd.Series[float]] = {}
        self._seen = ""
        # Runs end on threads of their own, several at a time.
        self._lock = threading.RLock()
        self._drawing = Latest(self._drawn, self._not_drawn)

    def type(self, text: str) -> None:
        """Offer what matches the text in the ticker box."""
        self.refusal = ""
        found = self._service.directory.search(text, _OFFERED) if text.strip() else []
        listed = [[symbol.ticker, symbol.name] for symbol in found]
        self.offered = {"typed": text, "groups": [["", listed]] if listed else []}

    def add(self, text: str) -> bool:
        """Compare one more; whether it is, else `refusal` says why not."""
        ticker = canonical_ticker(text)
        if not is_ticker(ticker):
            self.refusal = "Type a ticker such as AAPL, or choose a company from the list."
        elif ticker in self.tickers or ticker == self._seen:
            self.refusal = f"{ticker} is compared already."
        elif len(self.tickers) >= MOST_ADDED:
            self.refusal = f"At most {MOST} are compared: remove one first."
        else:
            self.refusal = ""
            self.tickers = [*self.tickers, ticker]
            return True
        return False

    def remove(self, ticker: str) -> None:
        """Compare one less; if it is under way it is withdrawn."""
        self.refusal = ""
        self.tickers = [each for each in self.tickers if each != ticker]

    def put(self, written: list[str]) -> None:
        """Compare those of an address; what is no ticker, or one too many, is passed over."""
        known = dict.fromkeys(canonical_ticker(each) for each in written)
        self.tickers = [each for each in known if is_ticker(each)][:MOST_ADDED]

    def refresh(self) -> None:
        """Compare with the run in view; the one before takes its place, if it was compared."""
        with self._lock:
            before, self._seen = self._seen, self.run.asked.ticker if self.run else ""
            others = dict.fromkeys(before if each == self._seen else each for each in self.tickers)
            self.tickers = [each for each in others if each and each != self._seen]
            self._follow(None)
        self._draw(None)

    @observe("tickers")
    def _follow(self, change: Any) -> None:
        """Have a run for each, and none for others."""
        with self._lock:
            asked = self._wanted()
            for each in [each for each in self._runs if each not in asked]:
                self._leave(each)
            begun = [Run(self._service, each) for each in asked if each not in self._runs]
            for run in begun:
                run.observe(self._changed, _FOLLOWED)
                self._runs[run.asked] = run
            self._list()
        for run in begun:
            run.start()
        if change is not None:
            self._draw(None)

    def _wanted(self) -> list[Asked]:
        if self.run is None:
            return []
        asked = self.run.asked
        return [replace(asked, ticker=each) for each in self.tickers if each != asked.ticker]

    def _leave(self, asked: Asked) -> None:
        """Of what is no longer wanted some finished ones are kept: they may be again."""
        run = self._runs[asked]
        if run.state != "done" or len(self._runs) > _MOST_KEPT:
            del self._runs[asked]
            run.cancel()

    def _shown(self) -> list[Run]:
        """The runs that are compared, the one in view first."""
        others = [self._runs[each] for each in self._wanted() if each in self._runs]
        return [self.run, *others] if self.run is not None else []

    def _changed(self, change: Any) -> None:
        run: Run = change.owner
        with self._lock:
            self._list()
            shown = run in self._shown()
        if not shown or change.name != "state":
            return
        if run.state == "done":
            self.said = f"{run.asked.ticker} is here."
            self._draw(None)
        elif run.state == "failed":
            self.said = run.error

    def _list(self) -> None:
        self.rows = [_row(run) for run in self._shown()]

    @observe("unit")
    def _draw(self, _change: Any) -> None:
        # All in one turn: what is drawn last must be of what was seen last.
        with self._lock:
            done = [(run.asked.ticker, run.result) for run in self._shown() if run.result]
            if not done:
                self._drawing.forget()
                self._drawn((None, ""))
                return
            percent, reader = self.unit == "percent", self.reader
            self._drawing.run(lambda: self._chart(done, reader, percent=percent))

    def _chart(
        self, done: list[tuple[str, ForecastResult]], reader: Reader, *, percent: bool
    ) -> tuple[dict[str, Any] | None, str]:
        compared, troubles = [], []
        for ticker, result in done:
            try:
                compared.append(Compared(ticker, self._history(result.data_version), result))
            except StockcastError as error:
                troubles.append(f"{ticker} is not drawn: {error.message}")
        if not compared:
            return None, " ".join(troubles)
        figure = comparison_figure(compared, percent=percent, writing=reader.writing)
        document = views.localised(figure_document(figure), reader.writing)
        return document, " ".join(troubles)

    def _history(self, version: str) -> "pd.Series[float]":
        held = self._histories.get(version)
        if held is None:
            _, history = self._service.prices_of(version)
            held = history.adjusted_close
            self._histories = dict([*self._histories.items(), (version, held)][-_MOST_KEPT:])
        return held

    def _drawn(self, made: tuple[dict[str, Any] | None, str]) -> None:
        document, self.trouble = made
        self.set_trait("document", document)

    def _not_drawn(self, why: str) -> None:
        self._drawn((None, why))


def _row(run: Run) -> Row:
    doing = run.trouble or " · ".join(filter(None, (run.status, run.cell)))
    notes = {"busy": doing, "failed": run.error, "cancelled": "Cancelled", "done": ""}
    result = run.result if run.state == "done" else None
    return Row(run.asked.ticker, run.state, notes[run.state], result)
