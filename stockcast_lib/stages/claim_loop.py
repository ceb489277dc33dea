"""The loop of a worker: claim, do, settle; with a heartbeat beside it."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Self

import structlog

from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import QueueUnavailable, StockcastError, WorkerLost
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.retries import LONGEST_WAIT, is_dead_letter, retry_delay
from stockcast_lib.ports import (
    UNCOUNTED,
    UNTRACED,
    Claim,
    Hold,
    JobQueue,
    Outcome,
    RunArchive,
    SpanKind,
    StageMetrics,
    Tracer,
)
from stockcast_lib.stages.failures import archive_failure
from stockcast_lib.stages.rounds import Rounds

_log = structlog.get_logger()
_WAIT_FOR_JOB = 1.0
_PAUSE_WHEN_AWAY = 1.0
# A queue that comes back within this time hears of what was done meanwhile.
_SETTLE_TIMEOUT = 120.0


class ClaimLoop:
    """Works off one stage's jobs, one at a time.

    Args:
        stage: whose jobs.
        worker: this worker's name, unlike any other's.
        queue: where they wait.
        archive: where the record of a job that fails is kept.
        work: does one claimed job and settles it, or raises; ends early when asked to.
        longest_wait: the most seconds between two tries of a job.
        metrics: where it is counted how each job was let go.
        tracer: each try of a job is a span, after what queued it.

    Attributes:
        rounds: stamped whenever the loop looks for a job, or begins one.
    """

    def __init__(  # noqa: PLR0913 - each is a part that a test replaces
        self,
        *,
        stage: Stage,
        worker: str,
        queue: JobQueue,
        archive: RunArchive,
        work: Callable[[Claim, Cancellation], None],
        longest_wait: float = LONGEST_WAIT,
        metrics: StageMetrics = UNCOUNTED,
        tracer: Tracer = UNTRACED,
    ) -> None:
        self._stage = stage
        self._worker = worker
        self._queue = queue
        self._archive = archive
        self._work = work
        self._longest_wait = longest_wait
        self._metrics = metrics
        self._tracer = tracer
        self.rounds = Rounds()
        self._under_way = Cancellation()
        self._stop = threading.Event()
        self._abandon = threading.Event()

    def run(self) -> None:
        """Work until `stop`."""
        while not self._stop.is_set():
            self.rounds.stamp(working=False)
            try:
                claim = self._queue.claim(self._stage, self._worker, _WAIT_FOR_JOB)
            except QueueUnavailable as error:
                _log.warning("queue.away", stage=self._stage, error=error.message)
                self._stop.wait(_PAUSE_WHEN_AWAY)
                continue
            if claim is not None:
                self.rounds.stamp(working=True)
                self._handle(claim)

    def stop(self) -> None:
        """Claim no more; the job under way goes on."""
        self._stop.set()

    def abandon(self) -> None:
        """End the job under way and give it back to the queue."""
        self._stop.set()
        self._abandon.set()
        self._under_way.request()

    def _handle(self, claim: Claim) -> None:
        job, trace = claim.job, claim.traceparent
        about: dict[str, str | int] = {
            "job": job.id,
            "stage": self._stage,
            "attempt": job.attempt,
            "ticker": job.request.ticker,
            "model": job.request.model,
        }
        with (
            structlog.contextvars.bound_contextvars(**about),
            self._tracer.span(self._stage, SpanKind.CONSUMER, trace, **about) as span,
        ):
            _log.info("job.claimed", tries=claim.tries, retries=claim.retries)
            began = time.monotonic()
            self._under_way = Cancellation()
            if self._abandon.is_set():
                self._under_way.request()
            with _Heartbeat(self._queue, claim, self._under_way) as heartbeat:
                error = self._attempt(claim)
                outcome = Outcome.DONE
                if error is not None:
                    outcome = self._settle(claim, error, heartbeat.renewed())
            if error is not None:
                span.ended_by(error)
            span.note(outcome=outcome, lane=claim.lane, tries=claim.tries, retries=claim.retries)
            seconds = time.monotonic() - began
            self._metrics.run(claim.lane, outcome, error, seconds)
            _log.info("job.left", outcome=outcome, seconds=round(seconds, 3))

    def _attempt(self, claim: Claim) -> StockcastError | None:
        if claim.tries > keys.MAX_TRIES:
            return WorkerLost(f"The job was tried {keys.MAX_TRIES} times and each worker died.")
        try:
            self._work(claim, self._under_way)
        except StockcastError as error:
            return error
        except Exception:  # noqa: BLE001 - logged, and the job fails with it
            # A fault of ours: the job must end all the same, and the worker live on.
            _log.exception("job.broke")
            return StockcastError("Stockcast itself failed at this job; its log has the cause.")
        return None

    def _settle(self, claim: Claim, error: StockcastError, hold: Hold) -> Outcome:
        outcome, settle = self._verdict(claim, error, hold)
        deadline = time.monotonic() + _SETTLE_TIMEOUT
        while True:
            try:
                settle()
            except QueueUnavailable as away:
                if self._abandon.is_set() or time.monotonic() > deadline:
                    # Nothing can be recorded: the lease runs out and the job is taken again.
                    _log.warning("job.unsettled", error=away.message)
                    return Outcome.LOST
            else:
                return outcome
            self._abandon.wait(_PAUSE_WHEN_AWAY)

    def _verdict(
        self, claim: Claim, error: StockcastError, hold: Hold
    ) -> tuple[Outcome, Callable[[], None]]:
        if hold is Hold.LOST:
            # Another has the job: what became of it is not this worker's to record.
            _log.info("job.lost", error=error.message)
            return Outcome.LOST, lambda: self._queue.release(claim)
        if hold is Hold.CANCELLED:
            return Outcome.CANCELLED, lambda: self._queue.cancelled(claim)
        if self._abandon.is_set():
            return Outcome.HANDED_BACK, lambda: self._queue.hand_back(claim)
        delay, report = retry_delay(error, claim.retries, self._longest_wait), error.report()
        _log.info("job.failed", code=error.code, error=error.message, retry_in=delay)
        if delay is not None:
            return Outcome.RETRIED, lambda: self._queue.retry(claim, report, delay)
        dead, notebook = is_dead_letter(error), archive_failure(self._archive, claim.job, report)
        return Outcome.FAILED, lambda: self._queue.fail(
            claim, report, dead_letter=dead, notebook=notebook
        )


class _Heartbeat:
    """Renews a claim's lease on a thread of its own; ends the work when the claim is lost."""

    def __init__(self, queue: JobQueue, claim: Claim, under_way: Cancellation) -> None:
        self._hold = Hold.HELD
        self._queue = queue
        self._claim = claim
        self._under_way = under_way
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def renewed(self) -> Hold:
        """Renew the lease now; the hold that is known, while the queue is away."""
        with contextlib.suppress(QueueUnavailable):
            self._hold = self._queue.heartbeat(self._claim)
        return self._hold

    def _beat(self) -> None:
        while not self._over.wait(keys.HEARTBEAT):
            # The ingest stage loses its hold by handing over: then no run is under way.
            if self.renewed() is not Hold.HELD:
                self._under_way.request()
                return
