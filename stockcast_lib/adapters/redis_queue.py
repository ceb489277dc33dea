"""The job queue on Redis Streams: one stream and one consumer group a stage.

Each change of a job is one Lua script, so that the job, its stream entry, its active mark and
its event always agree. A worker's scripts name the attempt that it holds, and do nothing when a
later attempt has begun.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import LONGEST_BLOCK, redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.errors import ErrorReport, UnknownJob
from stockcast_lib.core.jobs import ForecastRequest, Job, JobState, Progress, Stage
from stockcast_lib.ports import Claim, Hold

_OPTIONAL_TEXT = ("price_version", "result_key")


class RedisJobQueue:
    """The `JobQueue` port.

    Args:
        client: for commands.
        blocking: for blocking reads.
        lease: seconds after which a silent worker's job is given to another.
    """

    def __init__(
        self, client: "redis.Redis", blocking: "redis.Redis", *, lease: float = keys.LEASE
    ) -> None:
        self._client = client
        self._blocking = blocking
        self._lease_ms = int(lease * 1000)
        names = ("submit", "hand_over", "claim", "heartbeat", "progress", "settle")
        self._scripts = {name: script(client, name) for name in names}

    def _run(self, name: str, keys_: list[str], args: list[Any]) -> Any:
        with redis_errors():
            return self._scripts[name](keys=keys_, args=args)

    def submit(self, request: ForecastRequest, key: str, new_id: str) -> tuple[str, bool]:
        """See `JobQueue.submit`."""
        job_id, is_new = self._run(
            "submit",
            [keys.active(key), keys.job(new_id), keys.stream(Stage.INGEST), keys.EVENTS],
            [
                new_id,
                json.dumps(request.canonical()),
                keys.JOB_PREFIX,
                key,
                Stage.INGEST,
                keys.EVENTS_KEPT,
            ],
        )
        return job_id.decode(), bool(is_new)

    def hand_over(self, job_id: str, price_version: str) -> None:
        """See `JobQueue.hand_over`."""
        known = self._run(
            "hand_over",
            [keys.job(job_id), keys.stream(Stage.FORECAST), keys.EVENTS],
            [job_id, price_version, keys.EVENTS_KEPT],
        )
        if not known:
            raise UnknownJob("There is no job with this id.")

    def claim(self, stage: Stage, worker: str, wait_seconds: float) -> Claim | None:
        """See `JobQueue.claim`."""
        entry, job_id, tries = self._take(stage, worker)
        if not entry:
            self._wait_for_entry(stage, after=job_id, seconds=wait_seconds)
            entry, job_id, tries = self._take(stage, worker)
        job = self.job(job_id) if entry else None
        return Claim(job, entry, worker, tries) if job else None

    def _take(self, stage: Stage, worker: str) -> tuple[str, str, int]:
        arguments = (
            "claim",
            [keys.stream(stage), keys.EVENTS],
            [keys.GROUP, worker, self._lease_ms, stage, keys.JOB_PREFIX, keys.EVENTS_KEPT],
        )
        try:
            entry, second, *tries = self._run(*arguments)
        except Exception as error:
            if "NOGROUP" not in str(error.__cause__):
                raise
            self._make_group(stage)
            entry, second, *tries = self._run(*arguments)
        return entry.decode(), second.decode(), tries[0] if tries else 0

    def _make_group(self, stage: Stage) -> None:
        with redis_errors():
            try:
                self._client.xgroup_create(keys.stream(stage), keys.GROUP, id="0", mkstream=True)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    def _wait_for_entry(self, stage: Stage, *, after: str, seconds: float) -> None:
        block = int(min(seconds, LONGEST_BLOCK) * 1000)
        with redis_errors():
            self._blocking.xread({keys.stream(stage): after}, count=1, block=block)

    def heartbeat(self, claim: Claim) -> Hold:
        """See `JobQueue.heartbeat`."""
        job = claim.job
        held = self._run(
            "heartbeat",
            [keys.job(job.id), keys.stream(job.stage)],
            [job.attempt, claim.worker, keys.GROUP, claim.entry],
        )
        return Hold(held.decode())

    def progress(self, claim: Claim, progress: Progress) -> None:
        """See `JobQueue.progress`."""
        job = claim.job
        self._run(
            "progress",
            [keys.job(job.id), keys.EVENTS],
            [
                job.attempt,
                claim.worker,
                job.id,
                progress.cell,
                progress.cells,
                keys.EVENTS_KEPT,
            ],
        )

    def release(self, claim: Claim) -> None:
        """See `JobQueue.release`."""
        stream = keys.stream(claim.job.stage)
        with redis_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.xack(stream, keys.GROUP, claim.entry)
            pipe.xdel(stream, claim.entry)
            pipe.execute()

    def hand_back(self, claim: Claim) -> None:
        """See `JobQueue.hand_back`."""
        self._settle(claim, JobState.QUEUED)

    def finish(self, claim: Claim, result_key: str) -> None:
        """See `JobQueue.finish`."""
        self._settle(claim, JobState.DONE, "result_key", result_key)

    def fail(self, claim: Claim, error: ErrorReport) -> None:
        """See `JobQueue.fail`."""
        self._settle(claim, JobState.FAILED, "error", error.model_dump_json())

    def _settle(self, claim: Claim, state: JobState, field: str = "", value: str = "") -> None:
        job = claim.job
        self._run(
            "settle",
            [keys.job(job.id), keys.stream(job.stage), keys.EVENTS],
            [
                job.attempt,
                claim.worker,
                keys.GROUP,
                claim.entry,
                job.id,
                state,
                field,
                value,
                keys.EVENTS_KEPT,
                keys.ACTIVE_PREFIX,
                keys.ENDED_JOB_LIFETIME,
            ],
        )

    def job(self, job_id: str) -> Job | None:
        """See `JobQueue.job`."""
        with redis_errors():
            held: Any = self._client.hgetall(keys.job(job_id))
        return _job(job_id, {name.decode(): value.decode() for name, value in held.items()})


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _job(job_id: str, held: Mapping[str, str]) -> Job | None:
    if "state" not in held:
        return None
    error = held.get("error")
    return Job(
        id=job_id,
        request=ForecastRequest.model_validate_json(held["request"]),
        state=JobState(held["state"]),
        stage=Stage(held["stage"]),
        created_at=_moment(held["created_at"]),
        updated_at=_moment(held["updated_at"]),
        attempt=int(held["attempt"]),
        progress=Progress(cell=int(held["cell"]), cells=int(held["cells"]))
        if "cell" in held
        else None,
        error=ErrorReport.model_validate_json(error) if error else None,
        **{name: held.get(name) for name in _OPTIONAL_TEXT},
    )
