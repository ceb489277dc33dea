"""The studies' section: which one, with which settings, and what it found."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from traitlets import Dict, Instance, Unicode, observe

from stockcast_lib.charts import frame, views
from stockcast_lib.charts.interactive import figure_document
from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.dashboard.model.section import Section
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.dashboard.model.studies import linked
from stockcast_lib.dashboard.model.studies.catalogue import FIRST_STUDY, STUDIES, Study
from stockcast_lib.dashboard.model.studies.settings import (
    AXIS,
    SETTINGS,
    checked,
    defaults,
    model_config,
)
from stockcast_lib.dashboard.model.studies.telling import Findings
from stockcast_lib.dashboard.model.working import Say, Working
from stockcast_lib.dashboard.reader import Reader

_MOST_KEPT = 24
# The page gives no chart less.
_LEAST_HEIGHT = 480
_PANEL_HEAD = 36
_BOUNDLESS = {"tickvals": None, "ticktext": None, "tickmode": "auto"}


@dataclass(frozen=True, eq=False)
class Outcome:
    """A study that was made.

    Attributes:
        made: its dataclass.
        figure: its document, without the title.
        height: that the figure wants, in pixels.
    """

    name: str
    ticker: str
    made: Any
    figure: dict[str, Any]
    height: int

    @property
    def study(self) -> Study:
        """What it is one of."""
        return STUDIES[self.name]


@dataclass(frozen=True, eq=False)
class StudyView:
    """An outcome as it is shown.

    Attributes:
        document: the figure on the axis that was chosen, in the reader's numbers.
        findings: in the reader's numbers too.
    """

    outcome: Outcome
    document: dict[str, Any]
    findings: Findings


class StudiesModel(Section):
    """The section of studies. One is computed when it is looked at, and kept.

    Attributes:
        study: of `STUDIES`, the one that is chosen.
        values: of every one of `SETTINGS`, by its name.
        seen: what is in view, or None.
        working: what is computed.
        notice: that it was cancelled, or nothing.
    """

    study = Unicode(FIRST_STUDY)
    values = Dict()
    seen = Instance(StudyView, allow_none=True)
    working = Instance(Working)
    notice = Unicode()

    def __init__(self, service: Forecasts) -> None:
        super().__init__()
        self._service = service
        self._chosen: dict[str, Any] = {}
        self._kept: dict[Hashable, Outcome] = {}
        self._prices: tuple[str, PriceHistory] | None = None
        self._outcome: Outcome | None = None
        self.working = Working(self._made)
        self.working.observe(self._refused, "error")
        self.values = defaults(None)

    def refresh(self) -> None:
        """Make the chosen study of the prices behind another forecast."""
        result = self._result
        self.set_trait("values", {**defaults(result), **self._chosen})
        self._look()

    @property
    def linked(self) -> dict[str, Any]:
        """What is set otherwise than the forecast in view has it, for an address."""
        return linked.written(self._chosen, defaults(self._result))

    def come(self, study: str, texts: Mapping[str, str]) -> None:
        """Take a study and settings of an address; they are seen when the section is next shown."""
        tables = {
            name: told for name, told in self._chosen.items() if SETTINGS[name].kind == "series"
        }
        chosen = {**linked.read(texts), **tables}
        if (study, chosen) == (self.study, self._chosen):
            return
        self.run, self._chosen = None, chosen
        self.study = study
        self.values = {**defaults(None), **chosen}

    def set(self, name: str, value: Any) -> None:
        """Set one of the settings; it stays so for the forecasts to come."""
        if self.values.get(name) != value:
            self._chosen[name] = value
            self.values = {**self.values, name: value}
            self._look()

    def cancel(self) -> None:
        """Wait no longer; what was there before stays in view."""
        if self.working.busy:
            self.working.stop()
            self.notice = "Cancelled. Choose a study, or change one of its settings, to go on."

    @property
    def _result(self) -> ForecastResult | None:
        return self.run.result if self.run else None

    @observe("study")
    def _look(self, _change: Any = None) -> None:
        self.notice = ""
        result = self._result
        if result is None or self.study not in STUDIES:
            self.working.stop()
            self._show(None)
            return
        try:
            values = checked(STUDIES[self.study].settings, self.values)
            config = model_config(result, values)
        except InvalidRequest as error:
            self.working.fail(error.message)
        else:
            self._ask(result, values, config)

    def _ask(self, result: ForecastResult, values: dict[str, Any], config: ModelConfig) -> None:
        name = self.study
        computed = tuple((key, value) for key, value in values.items() if key != AXIS)
        key = (result.data_version, config, name, computed)
        if kept := self._kept.get(key):
            self.working.stop()
            self._show(kept)
            return
        before = self._outcome
        if before and (before.name != name or before.ticker != result.ticker):
            self._show(None)
        self.working.run(
            "Reading the prices",
            lambda say: (key, self._outcome_of(name, result.data_version, values, config, say)),
        )

    def _outcome_of(
        self, name: str, version: str, values: Mapping[str, Any], config: ModelConfig, say: Say
    ) -> Outcome:
        study, history = STUDIES[name], self._history(version)
        say("Fitting the model" if study.fits else "Looking through the prices")
        made = study.make(history, values, config)
        say("Drawing")
        document = figure_document(study.draw(made, history))
        plain = _without_title(document)
        return Outcome(name, history.ticker, made, plain, _height(document, plain))

    def _history(self, version: str) -> PriceHistory:
        held = self._prices
        if held is None or held[0] != version:
            _, history = self._service.prices_of(version)
            held = self._prices = (version, history)
        return held[1]

    def _made(self, made: tuple[Hashable, Outcome]) -> None:
        key, outcome = made
        self._kept = dict([*self._kept.items(), (key, outcome)][-_MOST_KEPT:])
        self._show(outcome)

    def _refused(self, change: Any) -> None:
        # A figure of other settings would seem to be of these.
        if change.new:
            self._show(None)

    def _show(self, outcome: Outcome | None) -> None:
        self._outcome = outcome
        self.seen = None if outcome is None else _view(outcome, self.values[AXIS], self.reader)


def _view(outcome: Outcome, axis: str, reader: Reader) -> StudyView:
    document = outcome.figure
    # A change may be below zero, which a logarithmic axis has no place for.
    signed = getattr(outcome.made, "percent", False)
    if axis != "auto" and AXIS in outcome.study.settings and not signed:
        changes = _BOUNDLESS | frame.scale(log=axis == "log")
        document = views.with_axis(document, "yaxis", **changes)
    document = views.localised(document, reader.writing)
    return StudyView(outcome, document, outcome.study.tell(outcome.made, reader))


def _without_title(document: dict[str, Any]) -> dict[str, Any]:
    plain = views.without_title(document)
    margin = plain["layout"]["margin"]
    headed = any("text" in each for each in plain["layout"].get("annotations", ()))
    return views.with_layout(plain, margin={**margin, "t": _PANEL_HEAD}) if headed else plain


def _height(document: dict[str, Any], plain: dict[str, Any]) -> int:
    lines = document["layout"]["margin"]["t"] - plain["layout"]["margin"]["t"]
    return max(_LEAST_HEIGHT, int(document["layout"]["height"] - lines))
