"""The service as its clients use it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import UNTRACED
from stockcast_lib.settings import DashboardSettings, QueueSettings, WorkerSettings
from stockcast_lib.stages.room import require_room
from stockcast_lib.wiring.market import symbol_directory
from stockcast_lib.wiring.models import served_models
from stockcast_lib.wiring.queue import (
    blocking_redis,
    job_queue,
    price_board,
    redis_client,
    result_store,
    submitter,
)
from stockcast_lib.wiring.stores import bucket, price_store, room, run_archive, score_store
from stockcast_lib.wiring.tracing import tracer

if TYPE_CHECKING:
    from stockcast_lib.service import ForecastService

_READINESS_SECONDS = 5.0


@cache
def service(server: str | None = None) -> "ForecastService":
    """The service as its clients use it.

    Args:
        server: which begins traces itself; those of others begin at the ingest worker.
    """
    from stockcast_lib.adapters.redis_events import RedisJobEvents
    from stockcast_lib.adapters.redis_submissions import RedisSubmissions
    from stockcast_lib.service import ForecastService

    queue = job_queue()
    return ForecastService(
        ingest=submitter(Stage.INGEST, tracer(server) if server else UNTRACED),
        queue=queue,
        events=RedisJobEvents(redis_client(), blocking_redis(), queue.job),
        results=result_store(),
        archive=run_archive(),
        directories=symbol_directory(),
        submissions=RedisSubmissions(redis_client()),
        board=price_board(),
        prices=price_store(),
        published_models=served_models(),
        score_store=score_store(),
        frame_key=QueueSettings.read().frame_key_bytes,
    )


def unused_seconds() -> float:
    """After which the dashboard takes the kernel of a page that nobody uses."""
    return DashboardSettings.read().dashboard_unused_seconds


def readiness() -> dict[str, str | None]:
    """What the gateway needs, each with the reason why it is away, or None."""
    checks: dict[str, Callable[[], object]] = {
        "redis": lambda: job_queue().job("-"),
        "s3": bucket().check,
        "ingest worker": lambda: _reach(Stage.INGEST),
        "forecast worker": lambda: _reach(Stage.FORECAST),
        "disk": lambda: require_room(room()),
    }
    pool = ThreadPoolExecutor(len(checks), thread_name_prefix="readiness")
    asked = {name: pool.submit(_reason, check) for name, check in checks.items()}
    pool.shutdown(wait=False)
    # A store that hangs would keep its client, and so whoever asks, for a quarter of a minute.
    answered, _ = wait(asked.values(), _READINESS_SECONDS)
    silent = f"does not answer within {_READINESS_SECONDS:g} seconds."
    return {
        name: reason.result() if reason in answered else f"{name} {silent}"
        for name, reason in asked.items()
    }


def _reach(stage: Stage) -> None:
    from stockcast_lib.adapters.worker_client import reach

    reach(WorkerSettings.read().address(stage))


def _reason(check: Callable[[], object]) -> str | None:
    try:
        check()
    except StockcastError as error:
        return error.message
    return None
