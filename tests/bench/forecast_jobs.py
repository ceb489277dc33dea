"""The one place where the benchmark touches the job queue."""

import secrets
import time
from collections.abc import Sequence
from contextlib import closing

from stockcast_lib.adapters.redis_connection import connect, connect_blocking
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import job_ids
from stockcast_lib.core.jobs import Asker, JobState, Stage, parse_request, request_key
from tests.bench.notebooks import TICKER

_LOOK_AGAIN_SECONDS = 0.1


def handed_over(
    redis_url: str, frame_key: str, price_version: str, horizons: Sequence[int]
) -> list[str]:
    """The ids of jobs, one a horizon, that wait for the forecast stage."""
    with closing(connect(redis_url)) as commands, closing(connect_blocking(redis_url)) as blocking:
        queue, ids = RedisJobQueue(commands, blocking), []
        for days in horizons:
            request = parse_request({"ticker": TICKER, "days": days})
            ids.append(job_ids.job_id(secrets.token_bytes(job_ids.TOKEN_BYTES), frame_key.encode()))
            asker = Asker(client="bench", token=secrets.token_hex(12))
            queue.submit(request, request_key(request, "bench"), ids[-1], asker)
            claim = queue.claim(Stage.INGEST, "bench", 1.0)
            queue.hand_over(claim.job.id, price_version)
            queue.release(claim)
        return ids


def ends(redis_url: str, ids: Sequence[str], limit: float) -> list[float]:
    """When each of the jobs was done, in seconds since the epoch and in their order.

    Raises:
        TimeoutError: one was not within `limit` seconds.
        RuntimeError: one failed.
    """
    deadline = time.monotonic() + limit
    with closing(connect(redis_url)) as commands, closing(connect_blocking(redis_url)) as blocking:
        queue = RedisJobQueue(commands, blocking)
        return sorted(_end_of(queue, job_id, deadline) for job_id in ids)


def _end_of(queue: RedisJobQueue, job_id: str, deadline: float) -> float:
    while not (job := queue.job(job_id)).state.terminal:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Job {job_id} is still {job.state}.")
        time.sleep(_LOOK_AGAIN_SECONDS)
    if job.state is not JobState.DONE:
        raise RuntimeError(f"Job {job_id} is {job.state}: {job.error}")
    return job.updated_at.timestamp()
