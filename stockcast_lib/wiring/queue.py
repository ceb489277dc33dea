"""Redis, the job queue in it, and the TCP road into a stage."""

from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import JobSubmitter, PriceBoard
from stockcast_lib.settings import QueueSettings, WorkerSettings

if TYPE_CHECKING:
    import redis

    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
    from stockcast_lib.adapters.redis_queue import RedisJobQueue


@cache
def redis_client() -> "redis.Redis":
    """Redis, for commands."""
    from stockcast_lib.adapters.redis_connection import connect

    return connect(QueueSettings.read().redis_url.get_secret_value())


@cache
def blocking_redis() -> "redis.Redis":
    """Redis, for blocking reads."""
    from stockcast_lib.adapters.redis_connection import connect_blocking

    return connect_blocking(QueueSettings.read().redis_url.get_secret_value())


def price_board() -> PriceBoard:
    """Which price versions are current."""
    from stockcast_lib.adapters.redis_prices import RedisPriceBoard

    return RedisPriceBoard(redis_client())


@cache
def job_queue() -> "RedisJobQueue":
    """The job queue."""
    from stockcast_lib.adapters.redis_queue import RedisJobQueue

    return RedisJobQueue(redis_client(), blocking_redis())


@cache
def dead_letters() -> "RedisDeadLetters":
    """The jobs that somebody has to look at."""
    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters

    return RedisDeadLetters(redis_client())


def submitter(stage: Stage) -> JobSubmitter:
    """The TCP road into a stage."""
    from stockcast_lib.adapters.worker_client import WorkerClient

    return WorkerClient(WorkerSettings.read().address(stage), QueueSettings.read().frame_key_bytes)
