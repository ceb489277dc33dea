"""What the two stages' workers are made of."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import CellRun
from stockcast_lib.settings import (
    NotebookSettings,
    QueueSettings,
    VendorSettings,
    WorkerSettings,
    kernel_environment,
)
from stockcast_lib.wiring.metrics import stage_metrics
from stockcast_lib.wiring.models import (
    SETTLE_IN,
    WARM,
    limits,
    model_registry,
    model_runner,
    models,
)
from stockcast_lib.wiring.queue import (
    job_queue,
    nonces,
    price_board,
    result_store,
    submitter,
    vendor_budget,
)
from stockcast_lib.wiring.stores import freshness, ledger, price_store, room, run_archive
from stockcast_lib.wiring.tracing import tracer

if TYPE_CHECKING:
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.stages.challenger import ChallengerRuns
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.intake import FrameIntake, Intake
    from stockcast_lib.stages.model_runner import ModelRunners


@cache
def notebook_runner(stage: Stage) -> "PapermillRunner":
    """What a stage's worker runs notebooks in."""
    from stockcast_lib.execution.runner import PapermillRunner

    return PapermillRunner(
        environment=kernel_environment(stage),
        limits=limits(),
        prelude=SETTLE_IN,
        cell_ran=_cell_teller(stage),
        warm=WARM[stage],
        ahead=WorkerSettings.read().kernels_ahead,
    )


@cache
def model_runners() -> "ModelRunners":
    """What the forecast stage's worker runs model notebooks in."""
    from stockcast_lib.stages.model_runner import ModelRunners
    from stockcast_lib.stages.tracing import TracedRunner

    spans, cell_ran = tracer(Stage.FORECAST), _cell_teller(Stage.FORECAST)
    return ModelRunners(
        TracedRunner(notebook_runner(Stage.FORECAST), spans),
        lambda: TracedRunner(model_runner(cell_ran), spans),
    )


def _cell_teller(stage: Stage) -> Callable[[CellRun], None]:
    from stockcast_lib.stages.tracing import cell_told

    metrics, spans = stage_metrics(stage), tracer(stage)

    def tell(cell: CellRun) -> None:
        metrics.cell(cell.seconds)
        cell_told(spans, cell)

    return tell


def claim_loop(stage: Stage, worker: str) -> "ClaimLoop":
    """A stage's worker.

    Raises:
        BadSettings: the vendors that are named lack their keys.
    """
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.forecast import ForecastStage
    from stockcast_lib.stages.ingest import IngestStage
    from stockcast_lib.stages.room import work_with_room
    from stockcast_lib.stages.tracing import TracedRunner

    queue, spans = job_queue(), tracer(stage)
    work: IngestStage | ForecastStage
    if stage is Stage.INGEST:
        work = IngestStage(
            queue=queue,
            board=price_board(),
            store=price_store(),
            archive=run_archive(),
            runner=TracedRunner(notebook_runner(stage), spans),
            forecast=submitter(Stage.FORECAST, spans),
            budget=vendor_budget(),
            vendors=VendorSettings.read().askable(),
            notebook=NotebookSettings.read().notebooks_dir / "ingest.ipynb",
            freshness=freshness(),
            metrics=stage_metrics(stage),
        )
    else:
        work = ForecastStage(
            queue=queue,
            board=price_board(),
            results=result_store(),
            archive=run_archive(),
            runner=model_runners(),
            models=models(),
            ledger=ledger(),
            challengers=_challenger_runs(),
            tracer=spans,
        )
    archive = run_archive()
    return ClaimLoop(
        stage=stage,
        worker=worker,
        queue=queue,
        archive=archive,
        work=work_with_room(work, room()),
        longest_wait=WorkerSettings.read().longest_retry_seconds,
        metrics=stage_metrics(stage),
        tracer=spans,
    )


def _challenger_runs() -> "ChallengerRuns":
    from stockcast_lib.publishing.challenges import ModelChallengers
    from stockcast_lib.stages.challenger import ChallengerRuns

    return ChallengerRuns(
        queue=job_queue(),
        results=result_store(),
        models=models(),
        challengers=ModelChallengers(model_registry()),
        id_key=QueueSettings.read().frame_key_bytes,
    )


def intake(stage: Stage) -> "FrameIntake":
    """What a stage's worker answers to a TCP frame."""
    from stockcast_lib.stages.intake import ForecastIntake, counted, taken_once
    from stockcast_lib.stages.room import intake_with_room
    from stockcast_lib.stages.tracing import traced

    own = ForecastIntake(job_queue()) if stage is Stage.FORECAST else _ingest_intake()
    once = taken_once(traced(own, tracer(stage), stage), nonces(stage))
    return counted(intake_with_room(once, room()), stage_metrics(stage))


def _ingest_intake() -> "Intake":
    from stockcast_lib.stages.intake import IngestIntake

    return IngestIntake(
        queue=job_queue(),
        results=result_store(),
        board=price_board(),
        models=models(),
        freshness=freshness(),
        id_key=QueueSettings.read().frame_key_bytes,
        room=room(),
    )
