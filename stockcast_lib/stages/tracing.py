"""A worker's spans: of the messages that it takes, and of the notebooks that it runs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.jobs import Progress, Stage
from stockcast_lib.core.protocol import Message, Reply, span_name
from stockcast_lib.ports import CellRun, ClosingRunner, NotebookRun, SpanKind, Tracer
from stockcast_lib.stages.intake import Intake

# Of a cell that raised or was stopped: the run's error says how.
_CELL_FAILED = "cell-failed"


def traced(intake: Intake, tracer: Tracer, stage: Stage) -> Intake:
    """The same intake; each message is a span, and what it queues comes after that."""

    def answer(message: Message) -> Reply:
        name = f"accept {span_name(message)}"
        with tracer.span(name, SpanKind.SERVER, message.traceparent, stage=stage) as span:
            if span.traceparent is not None:
                message = replace(message, traceparent=span.traceparent)
            reply = intake(message)
            span.note(job=reply.job_id, answer=reply.status)
            return reply

    return answer


class TracedRunner:
    """The `NotebookRunner` port over another runner; each run is a span.

    Args:
        runner: runs the notebooks.
        tracer: begins the spans.
    """

    def __init__(self, runner: ClosingRunner, tracer: Tracer) -> None:
        self._runner = runner
        self._tracer = tracer

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        """See `NotebookRunner.run`."""
        with self._tracer.span("notebook", notebook=notebook.name) as span:
            run = self._runner.run(notebook, parameters, on_progress, cancellation)
            if run.error is not None:
                span.ended_by(run.error)
            return run

    def close(self) -> None:
        """End the runner."""
        self._runner.close()


def cell_told(tracer: Tracer, cell: CellRun) -> None:
    """A cell of the notebook that runs is a span: which one, how long, how it ended."""
    place = cell.progress
    error = None if cell.ended_well else _CELL_FAILED
    tracer.past("cell", cell.seconds, error, cell=place.cell, cells=place.cells)
