"""What the two stages' workers are made of."""

from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib import __version__
from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import ModelCatalogue
from stockcast_lib.settings import (
    NotebookSettings,
    QueueSettings,
    VendorSettings,
    WorkerSettings,
    kernel_environment,
)
from stockcast_lib.wiring.queue import job_queue, price_board, redis_client, submitter
from stockcast_lib.wiring.stores import freshness, price_store, run_archive

if TYPE_CHECKING:
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.intake import Intake


@cache
def models() -> ModelCatalogue:
    """The forecasting notebooks."""
    from stockcast_lib.adapters.notebook_folder import NotebookFolder

    return NotebookFolder(NotebookSettings.read().notebooks_dir, __version__)


@cache
def notebook_runner(stage: Stage) -> "PapermillRunner":
    """What a stage's worker runs notebooks in."""
    from stockcast_lib.execution.limits import MEGABYTE, Limits
    from stockcast_lib.execution.runner import PapermillRunner

    settings = WorkerSettings.read()
    limits = Limits(
        run_seconds=settings.run_timeout_seconds,
        cell_seconds=settings.cell_timeout_seconds,
        memory_bytes=settings.kernel_memory_mb * MEGABYTE,
    )
    return PapermillRunner(environment=kernel_environment(stage), limits=limits)


def claim_loop(stage: Stage, worker: str) -> "ClaimLoop":
    """A stage's worker.

    Raises:
        BadSettings: the vendors that are named lack their keys.
    """
    from stockcast_lib.adapters.redis_budget import RedisVendorBudget
    from stockcast_lib.adapters.redis_results import RedisResultStore
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.forecast import ForecastStage
    from stockcast_lib.stages.ingest import IngestStage

    queue, runner = job_queue(), notebook_runner(stage)
    work: IngestStage | ForecastStage
    if stage is Stage.INGEST:
        settings = VendorSettings.read()
        work = IngestStage(
            queue=queue,
            board=price_board(),
            store=price_store(),
            archive=run_archive(),
            runner=runner,
            forecast=submitter(Stage.FORECAST),
            budget=RedisVendorBudget(redis_client(), settings.call_limits),
            vendors=settings.askable(),
            notebook=NotebookSettings.read().notebooks_dir / "ingest.ipynb",
            freshness=freshness(),
        )
    else:
        work = ForecastStage(
            queue=queue,
            results=RedisResultStore(redis_client()),
            archive=run_archive(),
            runner=runner,
            models=models(),
        )
    archive = run_archive()
    return ClaimLoop(
        stage=stage,
        worker=worker,
        queue=queue,
        archive=archive,
        work=work,
        longest_wait=WorkerSettings.read().longest_retry_seconds,
    )


def intake(stage: Stage) -> "Intake":
    """What a stage's worker answers to a TCP message."""
    from stockcast_lib.adapters.redis_results import RedisResultStore
    from stockcast_lib.stages.intake import ForecastIntake, IngestIntake

    if stage is Stage.FORECAST:
        return ForecastIntake(job_queue())
    return IngestIntake(
        queue=job_queue(),
        results=RedisResultStore(redis_client()),
        board=price_board(),
        models=models(),
        freshness=freshness(),
        id_key=QueueSettings.read().frame_key_bytes,
    )
