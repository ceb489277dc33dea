"""The parts below the forecast, one of them open."""

from typing import Any

from traitlets import link

from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.model.link import SECTIONS
from stockcast_lib.dashboard.view.backtest import BacktestView
from stockcast_lib.dashboard.view.boxes import show, stack
from stockcast_lib.dashboard.view.compare import CompareView
from stockcast_lib.dashboard.view.evidence import EvidenceView
from stockcast_lib.dashboard.view.studies import StudiesView
from stockcast_lib.dashboard.widgets import Choice


class SectionsView:
    """The widgets below the forecast; gone while there is none.

    Attributes:
        tabs: which part is open.
        evidence, backtest, studies, compare: the parts.
        box: all of them.
    """

    def __init__(self, model: DashboardModel) -> None:
        self._model = model
        self.evidence = EvidenceView(model.evidence)
        self.backtest = BacktestView(model.backtest)
        self.studies = StudiesView(model.studies)
        self.compare = CompareView(model.compare, model.ask_for)
        self._boxes = {name: getattr(self, name).box for name in SECTIONS}
        self.tabs = Choice("Look closer", SECTIONS, value=model.section, look="tabs")
        self.box = stack("sections", self.tabs, *self._boxes.values())
        link((model, "section"), (self.tabs, "value"))
        model.observe(self._open, ["section", "current"])
        self._open(None)

    def _open(self, _change: Any) -> None:
        show(self.box, shown=self._model.current is not None)
        for name, box in self._boxes.items():
            show(box, shown=name == self._model.section)
