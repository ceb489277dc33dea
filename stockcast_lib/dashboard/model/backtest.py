"""How past forecasts of this very stock did: what the result says, and each window replayed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from traitlets import Dict, Instance, Unicode

from stockcast_lib.charts import views
from stockcast_lib.charts.coverage import coverage_figure
from stockcast_lib.charts.interactive import figure_document
from stockcast_lib.charts.past_windows import PastWindows, past_windows
from stockcast_lib.core.jobs import DEFAULT_DAYS, MAX_DAYS, MIN_DAYS
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import ForecastResult, ModelInfo
from stockcast_lib.core.scores import Score, Scores
from stockcast_lib.dashboard.model import address
from stockcast_lib.dashboard.model.asking import DEFAULT_LEVEL, LEVELS
from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.section import Section
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.dashboard.model.working import Say, Working
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.forecasting.backtest import OriginFits

MakeFits = Callable[[PriceVersion, PriceHistory, ModelConfig], OriginFits]
_MOST_KEPT = 6
_Wanted = tuple[Run, int, float]


@dataclass(frozen=True, eq=False)
class Replayed:
    """Past windows."""

    windows: PastWindows

    def document(self, reader: Reader) -> dict[str, Any]:
        """The figure of them in the reader's numbers and days."""
        writing = reader.writing
        return views.localised(figure_document(coverage_figure(self.windows, writing)), writing)


@dataclass(frozen=True, eq=False)
class PastForecasts:
    """What the section shows.

    Attributes:
        result: the forecast in view, or None.
        replayed: its past windows, once they are there.
    """

    reader: Reader
    result: ForecastResult | None = None
    replayed: Replayed | None = None


@dataclass(frozen=True, eq=False)
class Served:
    """How the forecasts that were served did.

    Attributes:
        model: that of the forecast in view.
        look: the last look at the ledger; None until it is there.
        error: why it is not, in one sentence.
    """

    model: ModelInfo
    look: Scores | None = None
    error: str = ""

    @property
    def scores(self) -> tuple[Score, ...]:
        """Those of the revision in view, with its own parameters."""
        asked = (self.model.name, self.model.revision)
        held = self.look.scores if self.look else ()
        return tuple(
            each for each in held if (each.model, each.revision) == asked and not each.tuned
        )


class BacktestModel(Section):
    """The section on past forecasts.

    Attributes:
        seen: what it shows.
        served: how the forecasts that were served did; None while no forecast is in view.
        settings: what is replayed otherwise than the forecast in view has it: "days" ahead and
            the band's "level".
        working: the replay of past forecasts.
        notice: that it was cancelled, or nothing.
    """

    seen = Instance(PastForecasts)
    served = Instance(Served, allow_none=True)
    settings: "Dict[str, Any]" = Dict()
    working = Instance(Working)
    notice = Unicode()

    def __init__(self, service: Forecasts, origin_fits: MakeFits) -> None:
        super().__init__()
        self._service = service
        self._origin_fits = origin_fits
        self._kept: dict[_Wanted, Replayed] = {}
        self.working = Working(self._replayed)
        self._looking = Latest(self._looked, self._not_looked)
        self.seen = PastForecasts(self.reader)

    @property
    def days(self) -> int:
        """How far ahead the replayed forecasts look, in calendar days."""
        own = self.run.result.days if self.run and self.run.result else DEFAULT_DAYS
        return int(self.settings.get("days", own))

    @property
    def level(self) -> float:
        """Of the replayed bands."""
        own = self.run.result.interval if self.run and self.run.result else DEFAULT_LEVEL
        return float(self.settings.get("level", own))

    def set(self, name: str, value: Any) -> None:
        """Replay with other "days" or another "level"; it stays so for the forecasts to come."""
        if value != getattr(self, name):
            own = {key: held for key, held in self.settings.items() if key != name}
            self.settings = own
            if value != getattr(self, name):
                self.settings = {**own, name: value}
            self.refresh()

    def come(self, texts: Mapping[str, str]) -> None:
        """Take the settings of an address; what is none of them is passed over."""
        days, level = address.whole(texts.get("days", "")), address.level(texts.get("level", ""))
        taken = {"days": days, "level": level if level in LEVELS else None}
        settings = {name: value for name, value in taken.items() if value is not None}
        if settings != self.settings:
            self.run, self.settings = None, settings

    def cancel(self) -> None:
        """Wait no longer."""
        if self.working.busy:
            self.working.stop()
            self.notice = "Cancelled. Change the days or the band to go on."

    def refresh(self) -> None:
        """Show what the result says, and replay what it counts."""
        run = self.run
        result = run.result if run else None
        self.notice = ""
        self._look(result)
        kept = self._kept.get((run, self.days, self.level)) if run else None
        self.seen = PastForecasts(self.reader, result, kept)
        if run is None or result is None or kept or not (result.coverage or self.settings):
            # Where no outcome is known there is nothing to replay.
            self.working.stop()
        elif not MIN_DAYS <= self.days <= MAX_DAYS:
            self.working.fail(f"Days must be a whole number from {MIN_DAYS} to {MAX_DAYS}.")
        else:
            wanted = (run, self.days, self.level)
            self.working.run(
                "Reading the prices", lambda say: (wanted, self._replay(result, wanted, say))
            )

    def _look(self, result: ForecastResult | None) -> None:
        if result is None:
            self.served = None
        elif self.served is None or self.served.model != result.model:
            self.served = Served(result.model)
            self._looking.run(self._service.scores)

    def _looked(self, look: Scores) -> None:
        if self.served:
            self.served = replace(self.served, look=look)

    def _not_looked(self, why: str) -> None:
        if self.served:
            self.served = replace(self.served, error=why)

    def _replay(self, result: ForecastResult, wanted: _Wanted, say: Say) -> Replayed:
        version, history = self._service.prices_of(result.data_version)
        say("Replaying past forecasts")
        _, days, level = wanted
        config = ModelConfig.of(result.model.params)
        # The fits know of no band.
        fits = self._origin_fits(version, history, config)
        banded = config.model_copy(update={"interval": level})
        return Replayed(past_windows(history, days, banded, fits))

    def _replayed(self, made: tuple[_Wanted, Replayed]) -> None:
        wanted, replayed = made
        self._kept = dict([*self._kept.items(), (wanted, replayed)][-_MOST_KEPT:])
        if wanted == (self.run, self.days, self.level):
            self.seen = replace(self.seen, reader=self.reader, replayed=replayed)
