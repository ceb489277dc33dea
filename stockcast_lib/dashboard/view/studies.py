"""Studies: a chooser, the settings of the chosen one, its figure and what it found."""

from html import escape
from typing import Any

import ipywidgets as widgets
from traitlets import link

from stockcast_lib.charts.palettes import DARK
from stockcast_lib.dashboard.model.studies import STUDIES, Findings, StudiesModel
from stockcast_lib.dashboard.view.boxes import row, stack
from stockcast_lib.dashboard.view.studies_settings import SettingsView
from stockcast_lib.dashboard.view.tables import table_html
from stockcast_lib.dashboard.view.working import WorkingView
from stockcast_lib.dashboard.widgets import Chart, Choice


class StudiesView:
    """The widgets of the section of studies.

    Attributes:
        study: which one.
        about: what it asks.
        settings: its fields.
        working: its progress.
        notice, findings: HTML.
        chart: its figure.
        box: all of its widgets.
    """

    def __init__(self, model: StudiesModel) -> None:
        self._model = model
        titles = {name: study.title for name, study in STUDIES.items()}
        self.study = Choice("Study", titles, value=model.study)
        self.study.add_class("stockcast-study")
        self.about, self.notice, self.findings, self.table = (widgets.HTML() for _ in range(4))
        self.settings = SettingsView(model)
        self.working = WorkingView(model.working, model.cancel)
        self.chart = Chart(dark=dict(DARK))
        self._made = stack("made", self.findings, self.chart, self.table)
        head = row("studies-head", self.about, self.working.line)
        parts = (head, self.settings.box, self.working.error, self.notice, self._made)
        self.box = stack("studies", self.study, *parts)
        self._join()

    def _join(self) -> None:
        model = self._model
        link((model, "study"), (self.study, "value"))
        model.observe(self._choose, "study")
        model.observe(self._show, "seen")
        model.observe(self._tell, "notice")
        model.working.observe(self._dim, "status")
        self._choose(None)

    def _choose(self, _change: Any) -> None:
        study = STUDIES.get(self._model.study)
        self.about.value = f"<p>{escape(study.about)}</p>" if study else ""

    def _show(self, _change: Any) -> None:
        seen = self._model.seen
        if seen is None:
            self.findings.value = self.table.value = ""
            self.chart.figure = {}
            return
        outcome, found = seen.outcome, seen.findings
        self.findings.value = _findings_html(found)
        self.table.value = _table_html(found)
        self.chart.language = self._model.reader.language
        self.chart.words = f"{outcome.study.title} of {outcome.ticker}. {found.lines[0]}"
        self.chart.layout.height = f"{outcome.height}px"
        self.chart.figure = seen.document

    def _tell(self, _change: Any) -> None:
        words = escape(self._model.notice)
        self.notice.value = (
            f'<p class="stockcast-notice" role="status">{words}</p>' if words else ""
        )

    def _dim(self, _change: Any) -> None:
        # What is in view is not what was set last.
        if self._model.working.busy:
            self._made.add_class("stockcast-before")
        else:
            self._made.remove_class("stockcast-before")


def _findings_html(found: Findings) -> str:
    first, *others = (escape(line) for line in found.lines)
    rest = "".join(f"<p>{line}</p>" for line in others)
    return f'<p class="stockcast-finding">{first}</p>{rest}'


def _table_html(found: Findings) -> str:
    table = found.table
    return table_html(table.caption, table.head, table.rows) if table else ""
