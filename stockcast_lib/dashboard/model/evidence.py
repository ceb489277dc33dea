"""How the forecast in view was made, and how to make or take it oneself."""

from typing import Any

from traitlets import Bool, List, Unicode, observe

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Stage
from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.dashboard.model.evidence_calls import command_line, python_call
from stockcast_lib.dashboard.model.evidence_facts import (
    Facts,
    Parameter,
    facts_of,
    parameters_of,
    run_facts,
)
from stockcast_lib.dashboard.model.evidence_files import KINDS, File, file_of
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.section import Section
from stockcast_lib.dashboard.model.service import Forecasts
from stockcast_lib.evidence.notebook import notebook_frame


class EvidenceModel(Section):
    """The section on how a forecast was made.

    Attributes:
        facts: names and values under headings.
        parameters: of the model, those that were set first.
        trouble: why the facts are without what the executed notebook tells, or nothing.
        command, python: the same forecast on the command line and in Python.
        opened: whether the executed notebook is to be seen.
        title: of its page.
        notebook: its page, harmless; empty until it is there.
        status: what it waits for, or nothing.
        error: why it does not come, or nothing.
    """

    facts: "List[Facts]" = List()
    parameters: "List[Parameter]" = List()
    trouble = Unicode()
    command = Unicode()
    python = Unicode()
    opened = Bool(False)
    title = Unicode()
    notebook = Unicode()
    status = Unicode()
    error = Unicode()

    def __init__(self, service: Forecasts) -> None:
        super().__init__()
        self._service = service
        self._held: tuple[str, bytes] | None = None
        self._reading = Latest(self._add_run, self._add_trouble)
        self._framing = Latest(self._framed, self._not_framed)

    def refresh(self) -> None:
        """Tell how the run's forecast was made; what the notebook tells follows."""
        run = self.run
        self._reading.forget()
        self.trouble = ""
        if run is None or run.job is None or run.result is None:
            self.facts, self.parameters = [], []
        else:
            self.facts = facts_of(run.result, run.job, self.reader)
            self.parameters = parameters_of(run.result, run.job)
            self.command, self.python = command_line(run.job.request), python_call(run.job.request)
            days = (
                "1 day" if run.result.days == 1 else f"{self.reader.number(run.result.days)} days"
            )
            self.title = f"{run.result.ticker} in {days}: the executed notebook"
            self._reading.run(lambda: (run, self._executed(run)))
        self._open(None)

    def file(self, name: str) -> File:
        """One of `KINDS` of the forecast in view; may take a while.

        Raises:
            StockcastError: it is not to be had.
        """
        run = self.run
        if run is None or run.result is None or run.stored is None or name not in KINDS:
            raise StockcastError("There is no such file.")
        return file_of(KINDS[name], run.result, run.stored, lambda: self._executed(run))

    @observe("opened")
    def _open(self, _change: Any) -> None:
        run, title = self.run, self.title
        self._framing.forget()
        self.notebook = self.error = self.status = ""
        if run is not None and self.opened:
            self.status = "Fetching the executed notebook"
            self._framing.run(lambda: notebook_frame(self._executed(run), title))

    def _executed(self, run: Run) -> bytes:
        job_id = run.stored.job_id
        held = self._held
        if held is not None and held[0] == job_id:
            return held[1]
        executed = self._service.notebook(job_id, Stage.FORECAST)
        if executed is None:
            raise StockcastError("The archive no longer holds the executed notebook.")
        self._held = (job_id, executed)
        return executed

    def _add_run(self, made: tuple[Run, bytes]) -> None:
        run, executed = made
        if run.job is not None:
            self.facts = [*self.facts, *run_facts(executed, run.job, self.reader)]

    def _add_trouble(self, why: str) -> None:
        if self.run is not None and self.run.job is not None:
            self.facts = [*self.facts, *run_facts(None, self.run.job, self.reader)]
        self.trouble = f"{why} When the run was and with which libraries is not known."

    def _framed(self, page: str) -> None:
        self.status, self.notebook = "", page

    def _not_framed(self, why: str) -> None:
        self.status, self.error = "", why
