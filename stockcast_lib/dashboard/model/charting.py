"""How the chart is looked at: candles or a line, which scale, what lies over it."""

from datetime import date
from typing import Any, cast

from traitlets import Bool, Dict, Enum, HasTraits, Unicode, observe

from stockcast_lib.charts import views
from stockcast_lib.charts.parts import Part
from stockcast_lib.charts.past_forecasts import with_past_forecasts
from stockcast_lib.core.jobs import JobState
from stockcast_lib.core.results import ForecastResult, parse_result
from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.dashboard.reader import Reader

MOST_PAST = 12
_LOOKED_AT = 40


class ChartModel(HasTraits):
    """The chart of a finished run, by the viewer's choices.

    Attributes:
        kind: "line" or "candles".
        scale: "auto", "linear" or "log".
        naive, fit, past: whether the naive forecast, the model's fit and earlier forecasts of
            the ticker are drawn; with the fit comes what the model alone says.
        document: the figure; None without a run.
        range: how far back it looks: "6m", "all", from one day to another with "_" between them,
            or nothing for the figure's own.
        trouble: why a choice cannot be followed, or nothing.
        notice: that there is nothing of what was chosen, or nothing.
    """

    kind = Enum(("line", "candles"), "line")
    scale = Enum(("auto", "linear", "log"), "auto")
    range = Unicode()
    naive = Bool(True)
    fit = Bool(False)
    past = Bool(False)
    document = Dict(default_value=None, allow_none=True)
    trouble = Unicode()
    notice = Unicode()

    def __init__(self, service: Forecasts) -> None:
        super().__init__()
        self._service = service
        self._run: Run | None = None
        self._about: tuple[str, date] | None = None
        self._reader = Reader()
        self._drawing = Latest(self._drawn, self._not_drawn)

    def show(self, run: Run | None, reader: Reader) -> None:
        """Draw a finished run, or nothing."""
        self._run, self._reader = run, reader
        about = (run.result.ticker, run.result.target_date) if run and run.result else None
        if about is not None:
            if self._about is not None and about != self._about:
                self.range = ""
            self._about = about
        self._draw(None)

    def look_at(self, chosen: str) -> None:
        """Look so far back at the forecast that comes next."""
        self._about = None
        self.range = chosen

    @observe("kind", "scale", "naive", "fit", "past")
    def _draw(self, _change: Any) -> None:
        run = self._run
        if run is None or run.figure is None or run.result is None:
            self._drawing.forget()
            self.set_trait("document", None)
            return
        plain = self.kind == "line" and not self.past
        if plain:
            self._drawing.forget()
            self._drawn((self._document(run.figure, run.result), ""))
        else:
            # What it takes is in a store that may be slow.
            figure, result = run.figure, run.result
            self._drawing.run(lambda: self._overlaid(figure, result))

    def _overlaid(
        self, figure: dict[str, Any], result: ForecastResult
    ) -> tuple[dict[str, Any], str]:
        """The document, and what it lacks."""
        document = self._document(figure, result)
        if not self.past:
            return document, ""
        writing = self._reader.writing
        with_past = with_past_forecasts(document, self._earlier(result), writing)
        lacks = f"No earlier forecast of {result.ticker} yet." if with_past is document else ""
        return with_past, lacks

    def _document(self, figure: dict[str, Any], result: ForecastResult) -> dict[str, Any]:
        document = views.without_title(figure)
        if self.kind == "candles":
            _, history = self._service.prices_of(result.data_version)
            document = views.as_candles(document, history.frame)
        choices: tuple[tuple[Part, bool], ...] = (
            ("naive", self.naive), ("fit", self.fit), ("model", self.fit),
        )  # fmt: skip
        document = views.without(document, [part for part, wanted in choices if not wanted])
        document = views.on_axis(document, cast("views.Scale", self.scale))
        return views.localised(document, self._reader.writing)

    def _earlier(self, result: ForecastResult) -> list[ForecastResult]:
        found: list[ForecastResult] = []
        for job in self._service.recent(result.ticker, _LOOKED_AT):
            stored = self._service.forecast(job) if job.state is JobState.DONE else None
            if stored is not None:
                found.append(parse_result(stored.result))
        return [each for each in found if each.as_of < result.as_of][:MOST_PAST]

    def _drawn(self, made: tuple[dict[str, Any], str]) -> None:
        document, self.notice = made
        self.trouble = ""
        self.document = document

    def _not_drawn(self, why: str) -> None:
        self.notice, self.trouble = "", why
