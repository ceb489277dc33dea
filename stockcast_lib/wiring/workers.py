"""What the two stages' workers are made of."""

from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.jobs import Stage
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
    price_board,
    result_store,
    submitter,
    vendor_budget,
)
from stockcast_lib.wiring.stores import freshness, ledger, price_store, run_archive

if TYPE_CHECKING:
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.stages.challenger import ChallengerRuns
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.intake import Intake
    from stockcast_lib.stages.model_runner import ModelRunners


@cache
def notebook_runner(stage: Stage) -> "PapermillRunner":
    """What a stage's worker runs notebooks in."""
    from stockcast_lib.execution.runner import PapermillRunner

    return PapermillRunner(
        environment=kernel_environment(stage),
        limits=limits(),
        prelude=SETTLE_IN,
        cell_ran=stage_metrics(stage).cell,
        warm=WARM[stage],
        ahead=WorkerSettings.read().kernels_ahead,
    )


@cache
def model_runners() -> "ModelRunners":
    """What the forecast stage's worker runs model notebooks in."""
    from stockcast_lib.stages.model_runner import ModelRunners

    cell_ran = stage_metrics(Stage.FORECAST).cell
    return ModelRunners(notebook_runner(Stage.FORECAST), lambda: model_runner(cell_ran))


def claim_loop(stage: Stage, worker: str) -> "ClaimLoop":
    """A stage's worker.

    Raises:
        BadSettings: the vendors that are named lack their keys.
    """
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.forecast import ForecastStage
    from stockcast_lib.stages.ingest import IngestStage

    queue, runner = job_queue(), notebook_runner(stage)
    work: IngestStage | ForecastStage
    if stage is Stage.INGEST:
        work = IngestStage(
            queue=queue,
            board=price_board(),
            store=price_store(),
            archive=run_archive(),
            runner=runner,
            forecast=submitter(Stage.FORECAST),
            budget=vendor_budget(),
            vendors=VendorSettings.read().askable(),
            notebook=NotebookSettings.read().notebooks_dir / "ingest.ipynb",
            freshness=freshness(),
            metrics=stage_metrics(stage),
        )
    else:
        work = ForecastStage(
            queue=queue,
            results=result_store(),
            archive=run_archive(),
            runner=model_runners(),
            models=models(),
            ledger=ledger(),
            challengers=_challenger_runs(),
        )
    archive = run_archive()
    return ClaimLoop(
        stage=stage,
        worker=worker,
        queue=queue,
        archive=archive,
        work=work,
        longest_wait=WorkerSettings.read().longest_retry_seconds,
        metrics=stage_metrics(stage),
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


def intake(stage: Stage) -> "Intake":
    """What a stage's worker answers to a TCP message."""
    from stockcast_lib.stages.intake import ForecastIntake, counted

    own = ForecastIntake(job_queue()) if stage is Stage.FORECAST else _ingest_intake()
    return counted(own, stage_metrics(stage))


def _ingest_intake() -> "Intake":
    from stockcast_lib.stages.intake import IngestIntake

    return IngestIntake(
        queue=job_queue(),
        results=result_store(),
        board=price_board(),
        models=models(),
        freshness=freshness(),
        id_key=QueueSettings.read().frame_key_bytes,
    )
