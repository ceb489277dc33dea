"""The one place where the benchmark touches the job queue."""

import secrets
import time
from collections.abc import Sequence

from stockcast_lib.adapters.redis_connection import connect, connect_blocking
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import job_ids
from stockcast_lib.core.jobs import Asker, JobState, Stage, parse_request, request_key
from tests.bench.notebooks import TICKER

_LOOK_AGAIN_SECONDS = 0.1


def seconds_for_jobs(
    redis_url: str, frame_key: str, price_version: str, horizons: Sequence[int], limit: float
) -> float:
    """Give the forecast stage all jobs at once, and wait until the last is done.

    Returns:
        Seconds from the first job's hand-over, upon which a waiting worker claims it, to the
        last job's end.
    """
    commands, blocking = connect(redis_url), connect_blocking(redis_url)
    queue = RedisJobQueue(commands, blocking)
    for days in horizons:
        request = parse_request({"ticker": TICKER, "days": days})
        new_id = job_ids.job_id(secrets.token_bytes(job_ids.TOKEN_BYTES), frame_key.encode())
        asker = Asker(client="bench", token=secrets.token_hex(12))
        queue.submit(request, request_key(request, "bench"), new_id, asker)
    claims = [queue.claim(Stage.INGEST, "bench", 1.0) for _ in horizons]
    began = time.time()
    for claim in claims:
        queue.hand_over(claim.job.id, price_version)
        queue.release(claim)
    ended = [_end_of(queue, claim.job.id, began + limit) for claim in claims]
    commands.close()
    blocking.close()
    return max(ended) - began


def _end_of(queue: RedisJobQueue, job_id: str, deadline: float) -> float:
    while not (job := queue.job(job_id)).state.terminal:
        if time.time() > deadline:
            raise TimeoutError(f"Job {job_id} is still {job.state}.")
        time.sleep(_LOOK_AGAIN_SECONDS)
    if job.state is not JobState.DONE:
        raise RuntimeError(f"Job {job_id} is {job.state}: {job.error}")
    return job.updated_at.timestamp()
