"""The job queue on Redis Streams: two streams and one consumer group a stage.

Each change of a job is one Lua script, so that the job, its ticket, its mark and its event always
agree. A worker's scripts name the attempt that it holds, and do nothing when a later one has begun.
"""

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import redis

from stockcast_lib.adapters.queue_scripts import QueueScripts
from stockcast_lib.adapters.redis_connection import LONGEST_BLOCK, redis_errors
from stockcast_lib.adapters.redis_jobs import decoded_fields, decoded_job, decoded_place
from stockcast_lib.core import keys
from stockcast_lib.core.errors import ErrorReport, QueueFull, UnknownJob
from stockcast_lib.core.job_events import Place
from stockcast_lib.core.jobs import (
    CHALLENGER,
    Asker,
    ForecastRequest,
    Job,
    JobState,
    Lane,
    Progress,
    Stage,
)
from stockcast_lib.ports import Claim, Hold

_SCRIPTS = (
    "submit", "hand_over", "claim", "heartbeat", "progress", "release", "settle", "withdraw",
    "place", "recent",
)  # fmt: skip
_COME_BACK_SECONDS = 10


class RedisJobQueue:
    """The `JobQueue` port.

    Args:
        client: for commands.
        blocking: for blocking reads.
        lease: seconds after which a silent worker's job is given to another.
        limit: how many jobs may wait or run.
        ended_lifetime: seconds for which a job that has ended is kept.
    """

    def __init__(
        self,
        client: "redis.Redis",
        blocking: "redis.Redis",
        *,
        lease: float = keys.LEASE,
        limit: int = keys.QUEUE_LIMIT,
        ended_lifetime: int = keys.ENDED_JOB_LIFETIME,
    ) -> None:
        self._client = client
        self._blocking = blocking
        self._lease_ms = int(lease * 1000)
        self._limit = limit
        self._run = QueueScripts(client, *_SCRIPTS, ended_lifetime=ended_lifetime).run

    def submit(
        self,
        request: ForecastRequest,
        key: str,
        new_id: str,
        asker: Asker,
        *,
        traceparent: str | None = None,
    ) -> tuple[str, bool]:
        """See `JobQueue.submit`."""
        text = json.dumps(request.canonical())
        who = (asker.lane, asker.client, asker.token)
        # What nobody has asked for is to take no room from those who ask.
        share = keys.CHALLENGERS_SHARE if asker.client == CHALLENGER else 1
        limit = math.ceil(self._limit * share)
        more = (limit, request.ticker, traceparent or "")
        job_id, what = self._run("submit", new_id, text, key, *who, *more)
        if what == b"full":
            raise QueueFull(
                f"{limit} forecasts wait already: ask again in {_COME_BACK_SECONDS} seconds.",
                retry_after=_COME_BACK_SECONDS,
            )
        return job_id.decode(), what == b"new"

    def withdraw(self, job_id: str, token: str) -> None:
        """See `JobQueue.withdraw`."""
        if not self._run("withdraw", job_id, token):
            raise UnknownJob("There is no job with this id.")

    def hand_over(self, job_id: str, price_version: str, *, traceparent: str | None = None) -> None:
        """See `JobQueue.hand_over`."""
        if not self._run("hand_over", job_id, price_version, traceparent or ""):
            raise UnknownJob("There is no job with this id.")

    def claim(self, stage: Stage, worker: str, wait_seconds: float) -> Claim | None:
        """See `JobQueue.claim`."""
        taken = self._take(stage, worker)
        if not taken[0]:
            self._wait_for_ticket(stage, taken[1:], wait_seconds)
            taken = self._take(stage, worker)
        if not taken[0]:
            return None
        entry, job_id, lane, tries, retries = taken
        held = self._fields(job_id.decode())
        job = decoded_job(job_id.decode(), held)
        if job is None:
            return None
        trace = held.get("traceparent")
        return Claim(job, entry.decode(), worker, tries, Lane(lane.decode()), retries, trace)

    def _take(self, stage: Stage, worker: str) -> Any:
        arguments = ("claim", worker, self._lease_ms, stage)
        try:
            return self._run(*arguments)
        except Exception as error:
            if "NOGROUP" not in str(error.__cause__):
                raise
            self._make_groups(stage)
            return self._run(*arguments)

    def _make_groups(self, stage: Stage) -> None:
        for lane in Lane:
            with redis_errors():
                try:
                    stream = keys.stream(stage, lane)
                    self._client.xgroup_create(stream, keys.GROUP, id="0", mkstream=True)
                except redis.ResponseError as error:
                    if "BUSYGROUP" not in str(error):
                        raise

    def _wait_for_ticket(self, stage: Stage, after: Any, seconds: float) -> None:
        if seconds <= 0:
            return
        streams: Any = {
            keys.stream(stage, lane): last for lane, last in zip(Lane, after, strict=True)
        }
        # 0 would mean for ever.
        block = max(1, int(min(seconds, LONGEST_BLOCK) * 1000))
        with redis_errors():
            self._blocking.xread(streams, count=1, block=block)

    def heartbeat(self, claim: Claim) -> Hold:
        """See `JobQueue.heartbeat`."""
        return Hold(self._run("heartbeat", *_held(claim), *_ticket(claim)).decode())

    def progress(self, claim: Claim, progress: Progress) -> None:
        """See `JobQueue.progress`."""
        self._run("progress", *_held(claim), progress.cell, progress.cells)

    def release(self, claim: Claim) -> None:
        """See `JobQueue.release`."""
        self._run("release", claim.job.id, *_ticket(claim))

    def hand_back(self, claim: Claim) -> None:
        """See `JobQueue.hand_back`."""
        self._settle(claim, "back")

    def retry(self, claim: Claim, error: ErrorReport, delay: float) -> None:
        """See `JobQueue.retry`."""
        self._settle(claim, "retry", {"last_error": error.model_dump_json()}, delay=delay)

    def finish(self, claim: Claim, result_key: str) -> None:
        """See `JobQueue.finish`."""
        self._settle(claim, JobState.DONE, {"result_key": result_key})

    def fail(
        self, claim: Claim, error: ErrorReport, *, dead_letter: bool, notebook: bool = False
    ) -> None:
        """See `JobQueue.fail`."""
        outcome = {"error": error.model_dump_json(), "notebook": str(int(notebook))}
        self._settle(claim, JobState.FAILED, outcome, dead_letter=dead_letter)

    def cancelled(self, claim: Claim) -> None:
        """See `JobQueue.cancelled`."""
        self._settle(claim, JobState.CANCELLED)

    def _settle(
        self,
        claim: Claim,
        move: str,
        outcome: Mapping[str, str] = MappingProxyType({}),
        *,
        delay: float = 0.0,
        dead_letter: bool = False,
    ) -> None:
        end = (move, json.dumps(dict(outcome)), delay, int(dead_letter))
        self._run("settle", *_held(claim), *_ticket(claim), *end)

    def job(self, job_id: str) -> Job | None:
        """See `JobQueue.job`."""
        return decoded_job(job_id, self._fields(job_id))

    def _fields(self, job_id: str) -> dict[str, str]:
        with redis_errors():
            held: Any = self._client.hgetall(keys.job(job_id))
        return {name.decode(): value.decode() for name, value in held.items()}

    def place(self, job_id: str) -> Place | None:
        """See `JobQueue.place`.

        The position follows the clients' turns, and in the batch lane comes after all interactive
        jobs; what may still go before it is a job taken from a silent worker, and whatever comes
        later. A job in the pause between two tries has none. The wait supposes that the jobs up
        to this one take as long as the stage's recent runs did on average, the newest weighing
        most, and that the workers seen in the last seconds share them; one that is idle takes its
        job at once.
        """
        found = self._run("place", job_id)
        return decoded_place(*found) if found else None

    def recent(self, ticker: str | None, limit: int) -> list[Job]:
        """See `JobQueue.recent`; of each list the last `keys.RECENT_KEPT` are kept."""
        found = self._run("recent", keys.recent(ticker), limit)
        jobs = (decoded_job(job_id.decode(), decoded_fields(held)) for job_id, held in found)
        return [job for job in jobs if job is not None]


def _held(claim: Claim) -> tuple[str, int, str]:
    return claim.job.id, claim.job.attempt, claim.worker


def _ticket(claim: Claim) -> tuple[str, str, str]:
    return claim.job.stage, claim.lane, claim.entry
