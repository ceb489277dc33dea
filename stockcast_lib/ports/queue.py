"""Jobs: how they come in, wait, are held by workers, and are heard of."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.job_events import JobEvent, Place
from stockcast_lib.core.jobs import Asker, ForecastRequest, Job, Lane, Progress, Stage
from stockcast_lib.core.protocol import Message, Reply


@dataclass(frozen=True)
class Submission:
    """What an idempotency key was given with: a request's digest, and the job it led to."""

    request: str
    job_id: str


class SubmissionStore(Protocol):
    """Remembers submissions by their idempotency keys for a day."""

    def get(self, key: str) -> Submission | None:
        """What the key was first given with."""

    def keep(self, key: str, submission: Submission) -> Submission:
        """Keep it unless there is one; give the one that is kept."""


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a job's attempt.

    Attributes:
        job: as it was when it was claimed.
        entry: the ticket that it came by.
        lane: whose stream the ticket is in.
        worker: who holds it.
        tries: how many workers took it up; more than one if they fell silent.
        retries: how often it was tried again after an error.
        traceparent: what queued it for this stage, in the trace that it belongs to.
    """

    job: Job
    entry: str
    worker: str
    tries: int
    lane: Lane = Lane.INTERACTIVE
    retries: int = 0
    traceparent: str | None = None


class Hold(StrEnum):
    """What a heartbeat finds."""

    HELD = "held"
    CANCELLED = "cancelled"
    LOST = "lost"


class JobQueue(Protocol):
    """Jobs, their states and the streams they wait in.

    Every call may be repeated safely, and one by a worker that has lost its claim does nothing.
    """

    def submit(
        self,
        request: ForecastRequest,
        key: str,
        new_id: str,
        asker: Asker,
        *,
        traceparent: str | None = None,
    ) -> tuple[str, bool]:
        """The id of the job under way for the key, and whether it is the new one.

        A new one belongs to the trace that `traceparent` names.

        Raises:
            QueueFull: it would be a new one, and too many wait.
        """

    def withdraw(self, job_id: str, token: str) -> None:
        """Take one interest back; with the last one the job is cancelled. Raises UnknownJob."""

    def hand_over(self, job_id: str, price_version: str, *, traceparent: str | None = None) -> None:
        """Queue the job for the forecast stage. Raises UnknownJob.

        In its trace, the stage comes after what `traceparent` names.
        """

    def claim(self, stage: Stage, worker: str, wait_seconds: float) -> Claim | None:
        """The next job of a stage, waiting for one; a silent worker's job first."""

    def heartbeat(self, claim: Claim) -> Hold:
        """Renew the lease."""

    def progress(self, claim: Claim, progress: Progress) -> None:
        """Say which cell runs."""

    def release(self, claim: Claim) -> None:
        """Forget the stage's stream entry, if the next stage has the job."""

    def hand_back(self, claim: Claim) -> None:
        """Queue the job again in the same stage, before its client's others."""

    def retry(self, claim: Claim, error: ErrorReport, delay: float) -> None:
        """Queue the job again in the same stage after so many seconds; `error` says why."""

    def cancelled(self, claim: Claim) -> None:
        """The run was ended because nobody waits for it."""

    def finish(self, claim: Claim, result_key: str) -> None:
        """The job is done."""

    def fail(
        self, claim: Claim, error: ErrorReport, *, dead_letter: bool, notebook: bool = False
    ) -> None:
        """The job has failed.

        Args:
            claim: the attempt that ended it.
            error: why.
            dead_letter: whether somebody has to look at it.
            notebook: whether the executed notebook of its stage is in the archive.
        """

    def job(self, job_id: str) -> Job | None:
        """The job as it is now."""

    def place(self, job_id: str) -> Place | None:
        """Where it stands, if it stands in a line."""

    def recent(self, ticker: str | None, limit: int) -> list[Job]:
        """The jobs that were made last, newest first; of all tickers without one."""


@dataclass(frozen=True)
class DeadLetter:
    """A job that failed through no fault of its asker; `key` names the letter."""

    key: str
    job_id: str
    stage: Stage
    request: ForecastRequest
    error: ErrorReport


class JobEvents(Protocol):
    """Tells whoever waits that a job has changed."""

    def watch(self, job_id: str, changed: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `changed`, on some thread, after each change of the job while the context lasts."""

    def listen(self, job_id: str, told: Callable[[JobEvent], None]) -> AbstractContextManager[None]:
        """Hand each change of the job to `told`, on some thread, while the context lasts.

        What `missed` gives once the context has been entered may come here, too.
        """

    def missed(self, job_id: str, after: str | None) -> list[JobEvent] | None:
        """What was told of the job after an entry, in its order.

        Args:
            job_id: the job.
            after: the entry's id; without one, or with one older than what is kept, only how the
                job is now.

        Returns:
            None where there is no such job any more.
        """

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        """The job now and after each change, until it ends or the time is up."""


class Nonces(Protocol):
    """Remembers the frames that were taken, for as long as one could be sent again."""

    def take(self, nonce: str) -> bool:
        """Whether nobody has taken this one before."""


class JobSubmitter(Protocol):
    """The TCP road into a stage."""

    def send(self, message: Message) -> Reply:
        """The worker's reply. Raises what a rejection names."""
