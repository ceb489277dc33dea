"""The requests of this visit: those under way with their progress, the others a click away."""

from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.words import level_text
from stockcast_lib.dashboard.model import DashboardModel, Run
from stockcast_lib.dashboard.model.asking import DEFAULT_LEVEL, Asked
from stockcast_lib.dashboard.view.boxes import row, show, stack
from stockcast_lib.dashboard.view.waiting import error_html, progress_html, start_html
from stockcast_lib.dashboard.widgets import Chips

_FOLLOWED = ["state", "status", "cell", "progress", "trouble", "error"]


class RunsView:
    """The widgets of the runs.

    Attributes:
        chips: one a run, when there are several.
        progress, error, start: HTML about the run that the page is about.
        cancel: withdraws it.
        again: asks once more for what could not be had.
        nearest: what may have been meant instead.
        box: all of them.
    """

    def __init__(self, model: DashboardModel) -> None:
        self._model = model
        self._followed: list[Run] = []
        self.chips = Chips("Forecasts of this visit", self._choose, self._dismiss)
        self.progress, self.error = widgets.HTML(), widgets.HTML()
        self.start = widgets.HTML(start_html())
        self.cancel = widgets.Button(description="Cancel")
        self.cancel.add_class("stockcast-cancel")
        self.cancel.on_click(lambda _button: self._cancel())
        self.again = widgets.Button(description="Try again")
        self.again.on_click(lambda _button: self._ask_again())
        self.nearest = Chips("What may have been meant", self._ask_instead)
        self._waiting = row("waiting", self.progress, self.cancel)
        self._next = row("next", self.again, self.nearest)
        parts = (self.chips, self.error, self._next, self._waiting, self.start)
        self.box = stack("runs", *parts)
        model.observe(self._follow, "runs")
        model.observe(self._show, ["shown", "current", "notice", "seconds", "language"])
        self._show(None)

    def _follow(self, _change: Any) -> None:
        for run in self._model.runs:
            if run not in self._followed:
                run.observe(self._show, _FOLLOWED)
        self._followed = list(self._model.runs)
        self._show(None)

    def _show(self, _change: Any) -> None:
        shown = self._model.shown
        self.progress.value = progress_html(shown)
        self.error.value = error_html(shown, self._model.notice)
        failed = shown is not None and shown.state in {"failed", "cancelled"}
        show(self._next, shown=failed)
        self.nearest.chips = [
            {"key": each, "words": f"Did you mean {each}?"}
            for each in (shown.nearest if shown and failed else ())
        ]
        show(self._waiting, shown=shown is not None and shown.busy)
        show(self.start, shown=shown is None)
        runs = self._model.runs
        several = len(runs) > (0 if shown is None else 1)
        self.chips.chips = [self._chip(run) for run in runs] if several else []

    def _chip(self, run: Run) -> dict[str, Any]:
        asked, days = run.asked, self._model.reader.number(run.asked.days)
        special = self._special(asked)
        verb = "Cancel" if run.busy else "Close"
        words = {
            "busy": f"{100 * run.progress:.0f} %",
            "failed": "failed",
            "cancelled": "cancelled",
        }
        return {
            "key": str(id(run)),
            "words": f"{asked.ticker} {days} d{special}",
            "note": words.get(run.state, ""),
            "state": run.state,
            "pressed": run is self._model.shown,
            "remove": f"{verb} {asked.ticker} {days} days{special}",
        }

    def _special(self, asked: Asked) -> str:
        """What tells it from another of the same ticker and days."""
        titles = {each.name: each.title for each in self._model.ask.models}
        model = "" if asked.model == DEFAULT_MODEL else titles.get(asked.model, asked.model)
        level = "" if asked.level == DEFAULT_LEVEL else level_text(asked.level)
        return "".join(f", {each}" for each in (model, level) if each)

    def _named(self, key: str) -> Run | None:
        return next((run for run in self._model.runs if str(id(run)) == key), None)

    def _choose(self, key: str) -> None:
        if run := self._named(key):
            self._model.select(run)

    def _dismiss(self, key: str) -> None:
        if run := self._named(key):
            self._model.dismiss(run)

    def _ask_again(self) -> None:
        if run := self._model.shown:
            self._model.ask_for(run.asked)

    def _ask_instead(self, ticker: str) -> None:
        if run := self._model.shown:
            self._model.ask_for(replace(run.asked, ticker=ticker))

    def _cancel(self) -> None:
        if run := self._model.shown:
            run.cancel()
