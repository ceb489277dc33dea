"""All that the page shows: what is asked, what is under way, what is in view."""

import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from traitlets import Dict, HasTraits, Instance, Int, List, Unicode, observe

from stockcast_lib.core.tickers import is_ticker
from stockcast_lib.dashboard.model import link
from stockcast_lib.dashboard.model.asking import (
    MOST_RECENT,
    MOST_WATCHED,
    Ask,
    Asked,
    asked_from,
)
from stockcast_lib.dashboard.model.backtest import BacktestModel, MakeFits
from stockcast_lib.dashboard.model.charting import ChartModel
from stockcast_lib.dashboard.model.compare import CompareModel
from stockcast_lib.dashboard.model.evidence import EvidenceModel
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.section import Section
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.dashboard.model.studies import StudiesModel
from stockcast_lib.dashboard.reader import DEFAULT_LANGUAGE, Reader

MOST_RUNS = 6
THEMES = {"auto": "Auto", "light": "Light", "dark": "Dark"}


class DashboardModel(HasTraits):
    """The page's state.

    Attributes:
        ask: the form.
        runs: the requests of this visit, the newest first.
        shown: the run that the page is about.
        current: the finished run whose forecast is in view: `shown`, or the one before while
            `shown` is under way or where it failed.
        notice: what became of a run that is no longer here, or nothing.
        under_way: the jobs that are followed, for a page that is loaded anew.
        chart: how the forecast in view is looked at.
        evidence, backtest, studies, compare: the parts that look closer.
        section: of `link.SECTIONS`, the one that is open below.
        seconds: counts while a run is under way.
        language: the reader's.
        query: the view as the query of an address.
        kept: what the browser is to remember: recent and watched tickers and the theme.
    """

    ask = Instance(Ask)
    runs = List(Instance(Run))
    shown = Instance(Run, allow_none=True)
    current = Instance(Run, allow_none=True)
    chart = Instance(ChartModel)
    notice = Unicode()
    under_way: "List[dict[str, Any]]" = List()
    section = Unicode("evidence")
    seconds = Int(0)
    language = Unicode(DEFAULT_LANGUAGE)
    query = Unicode()
    kept = Dict()

    def __init__(self, service: Forecasts, origin_fits: MakeFits) -> None:
        self.service = service
        super().__init__(
            ask=Ask(lambda: service.directory, self._last_session), chart=ChartModel(service)
        )
        self.evidence = EvidenceModel(service)
        self.backtest = BacktestModel(service, origin_fits)
        self.studies = StudiesModel(service)
        self.compare = CompareModel(service)
        self._clock: threading.Thread | None = None
        self.ask.observe(self._keep, ["recent", "watched"])
        self.chart.observe(self._address, ["kind", "scale", "range", "naive", "fit", "past"])
        self.backtest.observe(self._address, "settings")
        self.studies.observe(self._address, ["study", "values"])
        self.compare.observe(self._address, ["tickers", "unit"])
        self._arriving = False
        self._telling = threading.RLock()

    @property
    def reader(self) -> Reader:
        """How the reader writes numbers and days."""
        return Reader(self.language)

    def start(self, ticker: str | None = None) -> Run:
        """Ask for the forecast in the form, with another ticker if one is given."""
        return self.ask_for(self.ask.asked(ticker))

    def ask_for(self, asked: Asked) -> Run:
        """Ask for a forecast, and let the form say which."""
        self.ask.take(asked)
        # A second click while it is under way asks for nothing new.
        run = self._run_of(asked, "busy") or self._begun(Run(self.service, asked))
        self.select(run)
        return run

    def _run_of(self, asked: Asked, state: str) -> Run | None:
        held = (run for run in self.runs if run.asked == asked and run.state == state)
        return next(held, None)

    def _begun(self, run: Run) -> Run:
        # Before it starts: nothing of it is missed.
        run.observe(self._ended, "state")
        run.observe(self._follow, ["state", "job_id"])
        others = [each for each in self.runs if each.busy or each.asked != run.asked]
        ended = [each for each in others if not each.busy][: MOST_RUNS - 1]
        self.runs = [run, *(each for each in others if each.busy or each in ended)]
        self._follow(None)
        run.start()
        self._tick()
        return run

    def _follow(self, _change: Any) -> None:
        with self._telling:
            self.under_way = [
                {"job": run.job_id, **asdict(run.asked)}
                for run in self.runs
                if run.busy and run.job_id
            ]

    def select(self, run: Run) -> None:
        """Let the page be about a run."""
        self.notice = ""
        self.shown = run
        self._settle(run)
        self._address(None)

    def dismiss(self, run: Run) -> None:
        """Take a run off the page; one under way is withdrawn."""
        run.cancel()
        self.runs = [each for each in self.runs if each is not run]
        if self.shown is run:
            self.shown = next(iter(self.runs), None)
            self.ask.ticker = self.shown.asked.ticker if self.shown else ""
            self._settle(self.shown)
            self._address(None)

    def _ended(self, change: Any) -> None:
        run: Run = change.owner
        if run.state == "done" and run.result is not None:
            self.ask.remember(run.result.ticker)
            # Now there are prices to count from.
            self.ask.aim()
        if run is not self.shown:
            return
        if run.state == "cancelled" and self.current is not None:
            self._return(run, self.current)
        else:
            self._settle(run)

    def _return(self, run: Run, before: Run) -> None:
        """From a run that was cancelled to the forecast that was in view."""
        self.runs = [each for each in self.runs if each is not run]
        self.ask.take(before.asked)
        self.select(before)
        self.notice = f"The forecast of {run.asked.ticker} was cancelled."

    def _settle(self, run: Run | None) -> None:
        # What was in view stays until there is another forecast.
        if run is None or run.state == "done":
            self.current = run
            self._look()

    def _tick(self) -> None:
        if self._clock is None or not self._clock.is_alive():
            self._clock = threading.Thread(target=self._count, name="clock", daemon=True)
            self._clock.start()

    def _count(self) -> None:
        while any(run.busy for run in self.runs):
            time.sleep(1)
            self.seconds += 1

    @observe("language")
    def _look(self, _change: Any = None) -> None:
        self.chart.show(self.current, self.reader)
        self._open(None)

    @observe("section")
    def _open(self, _change: Any) -> None:
        if self.section in link.SECTIONS:
            section: Section = getattr(self, self.section)
            section.show(self.current, self.reader)

    @observe("section")
    def _address(self, _change: Any) -> None:
        if self._arriving:
            return
        # Threads tell of changes, too: what is told last must be of what was seen last.
        with self._telling:
            self.query = link.query_of(self)

    def come(self, query: str, under_way: Sequence[Any] = ()) -> None:
        """Show what an address says: fill the form, and ask at once when a ticker is given.

        Days that the rules refuse are taken as they are: the answer says what is wrong with them.

        Args:
            query: of the address.
            under_way: what a page of before told there; whatever is not as expected is passed over.
        """
        # Half of it set is no view, and the browser would keep it as a step of the way back.
        self._arriving = True
        try:
            self.ask.models = list(self.service.models())
            self._adopt(under_way)
            self._arrive(link.arrive(self, query))
        finally:
            self._arriving = False
        self._address(None)

    def _adopt(self, under_way: Sequence[Any]) -> None:
        """Follow the jobs that a page of before has asked for."""
        for held in reversed(under_way[:MOST_RUNS]):
            job_id = held.get("job") if isinstance(held, dict) else None
            asked = asked_from(held) if isinstance(job_id, str) else None
            if asked is not None:
                self._begun(Run(self.service, asked, job_id=job_id))

    def _arrive(self, ticker: str) -> None:
        if ticker:
            # Back to what was seen a moment ago asks nobody.
            done = self._run_of(self.ask.asked(), "done")
            self.select(done) if done else self.start()
        else:
            self.notice = ""
            self.shown = None
            self._settle(None)

    def remember(self, kept: dict[str, Any]) -> None:
        """Take what the browser remembers; whatever is not as expected is passed over."""
        theme = kept.get("theme")
        taken: dict[str, Any] = {"theme": theme if theme in THEMES else "auto"}
        for name, most in (("recent", MOST_RECENT), ("watched", MOST_WATCHED)):
            held = kept.get(name)
            if isinstance(held, list):
                tickers = [each for each in held if isinstance(each, str) and is_ticker(each)]
                taken[name] = tickers[:most]
        # At once: half of it told would undo the other half in the browser.
        self.kept = {**self.kept, **taken}
        with self.ask.hold_trait_notifications():
            for name in ("recent", "watched"):
                setattr(self.ask, name, taken.get(name, getattr(self.ask, name)))

    def _last_session(self, ticker: str) -> date | None:
        version = self.service.price_version(ticker)
        return version.last_session if version else None

    def _keep(self, _change: Any) -> None:
        self.kept = {**self.kept, "recent": self.ask.recent, "watched": self.ask.watched}
