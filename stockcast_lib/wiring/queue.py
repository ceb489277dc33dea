"""Redis, the job queue in it, and the TCP road into a stage."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import (
    UNTRACED,
    JobSubmitter,
    Nonces,
    PriceBoard,
    RateLimit,
    ResultStore,
    Tracer,
)
from stockcast_lib.settings import QueueSettings, VendorSettings, WorkerSettings

if TYPE_CHECKING:
    import ssl

    import redis

    from stockcast_lib.adapters.redis_budget import RedisVendorBudget
    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
    from stockcast_lib.adapters.redis_queue import RedisJobQueue


@cache
def redis_client() -> "redis.Redis":
    """Redis, for commands."""
    from stockcast_lib.adapters.redis_connection import connect

    return _connected(connect)


@cache
def blocking_redis() -> "redis.Redis":
    """Redis, for blocking reads."""
    from stockcast_lib.adapters.redis_connection import connect_blocking

    return _connected(connect_blocking)


@cache
def _looking_redis() -> "redis.Redis":
    from stockcast_lib.adapters.redis_connection import connect_looking

    return _connected(connect_looking)


def _connected(connect: "Callable[[str, Path | None], redis.Redis]") -> "redis.Redis":
    settings = QueueSettings.read()
    return connect(settings.redis_url.get_secret_value(), settings.redis_ca)


def open_connections() -> None:
    """Open what a worker needs at once: for a job under way, and for its heartbeat."""
    from stockcast_lib.adapters.redis_connection import open_ahead

    open_ahead(redis_client(), 2)


def redis_away() -> str | None:
    """Why Redis does not answer, or None, within some seconds."""
    from stockcast_lib.adapters.redis_connection import why_away

    return why_away(_looking_redis())


def rate_limit(per_minute: int) -> RateLimit:
    """How often each caller may call, by all gateways together."""
    from stockcast_lib.adapters.redis_rate_limit import RedisRateLimit

    return RedisRateLimit(_looking_redis(), per_minute)


def price_board() -> PriceBoard:
    """Which price versions are current."""
    from stockcast_lib.adapters.redis_prices import RedisPriceBoard

    return RedisPriceBoard(redis_client())


@cache
def job_queue() -> "RedisJobQueue":
    """The job queue."""
    from stockcast_lib.adapters.redis_queue import RedisJobQueue

    settings = WorkerSettings.read()
    return RedisJobQueue(
        redis_client(),
        blocking_redis(),
        limit=settings.queue_limit,
        ended_lifetime=round(settings.job_days * keys.DAY),
    )


def nonces(stage: Stage) -> Nonces:
    """Of the frames that a stage's workers have taken."""
    from stockcast_lib.adapters.redis_nonces import RedisNonces

    return RedisNonces(redis_client(), stage)


def result_store() -> ResultStore:
    """Finished forecasts, for as long as Redis keeps them."""
    from stockcast_lib.adapters.redis_results import RedisResultStore

    lifetime = round(WorkerSettings.read().result_hours * keys.HOUR)
    return RedisResultStore(redis_client(), lifetime=lifetime)


@cache
def dead_letters() -> "RedisDeadLetters":
    """The jobs that somebody has to look at."""
    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters

    return RedisDeadLetters(redis_client())


def vendor_budget() -> "RedisVendorBudget":
    """The calls to vendors that all workers together may make."""
    from stockcast_lib.adapters.redis_budget import RedisVendorBudget

    return RedisVendorBudget(redis_client(), VendorSettings.read().call_limits)


def submitter(stage: Stage, tracer: Tracer = UNTRACED) -> JobSubmitter:
    """The TCP road into a stage."""
    from stockcast_lib.adapters.worker_client import WorkerClient

    key = QueueSettings.read().frame_key_bytes
    return WorkerClient(WorkerSettings.read().address(stage), key, tracer, _client_tls())


def worker_tls() -> "ssl.SSLContext | None":
    """What a worker takes connections with; None for plain TCP.

    Raises:
        BadSettings: its certificate or key is missing or wrong.
    """
    from stockcast_lib.adapters.tls import server_context

    certificate = WorkerSettings.read().certificate
    return server_context(*certificate) if certificate else None


@cache
def _client_tls() -> "ssl.SSLContext | None":
    from stockcast_lib.adapters.tls import client_context

    authorities = WorkerSettings.read().worker_ca
    return client_context(authorities) if authorities else None
