"""What the middle of the house needs from its edges, as typed protocols.

Every method may raise the retryable errors of its edge (`StoreUnavailable`, `QueueUnavailable`,
`WorkerUnavailable`, `VendorUnavailable`); what else it raises is said at the method.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from stockcast_lib.core.budgets import CallLease
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import ErrorReport, StockcastError
from stockcast_lib.core.job_events import JobEvent, Place
from stockcast_lib.core.jobs import Asker, ForecastRequest, Job, Lane, Progress, Stage
from stockcast_lib.core.prices import PriceHistory, PriceVersion
from stockcast_lib.core.protocol import Message, Reply
from stockcast_lib.core.symbols import SymbolDirectory


class MarketData(Protocol):
    """A vendor of daily prices."""

    name: str

    @property
    def calls_made(self) -> int:
        """How many requests it was sent."""

    def daily_prices(self, ticker: str, start: date | None = None) -> PriceHistory:
        """The sessions from a date on; without one, the whole history.

        Raises UnknownTicker, Throttled, NotInPlan, BadVendorKey, BadVendorData.
        """


class Directories(Protocol):
    """The directory of known tickers, which changes now and then."""

    def __call__(self) -> SymbolDirectory:
        """The newest, as far as is known; at once."""

    def fresh(self) -> SymbolDirectory:
        """The newest; takes up to some seconds."""


class PriceStore(Protocol):
    """Immutable price versions."""

    def save(
        self,
        history: PriceHistory,
        fetched_at: datetime,
        *,
        behind: bool = True,
        missing_sessions: int = 0,
    ) -> PriceVersion:
        """Store the rows, then the manifest, with what is known of its completeness.

        Raises BadVendorData: the rows break the schema.
        """

    def current(self, ticker: str) -> PriceVersion | None:
        """The version fetched last."""

    def version(self, key: str) -> PriceVersion:
        """The manifest at a key. Raises NoPrices."""

    def load(self, version: PriceVersion) -> PriceHistory:
        """The rows of a version. Raises NoPrices."""


class RunArchive(Protocol):
    """The evidence of every run, for good."""

    def write(self, job_id: str, attempt: int, name: str, data: bytes) -> None:
        """Store one artefact of one attempt."""

    def read(self, job_id: str, name: str) -> bytes | None:
        """The artefact of the last attempt that has it."""


@dataclass(frozen=True)
class StoredForecast:
    """A forecast as Redis and the archive keep it: bytes that no reader needs to decode first."""

    job_id: str
    result: bytes
    figure: bytes
    picture: bytes


class ResultStore(Protocol):
    """The fast read path for finished forecasts."""

    def put(self, result_key: str, forecast: StoredForecast) -> None:
        """Keep it for its lifetime."""

    def get(self, result_key: str) -> StoredForecast | None:
        """What is kept, if it still is."""

    def job_id(self, result_key: str) -> str | None:
        """Whose result is kept there."""


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


class PriceBoard(Protocol):
    """Which price version is a ticker's current one, and who may fetch the next."""

    def current(self, ticker: str) -> PriceVersion | None:
        """The version published last."""

    def publish(self, version: PriceVersion) -> None:
        """Make it the current one, unless a later one is."""

    def fetching(self, ticker: str) -> AbstractContextManager[None]:
        """Held while the ticker's prices are fetched; waits for whoever holds it."""


class VendorBudget(Protocol):
    """The calls to vendors that all workers together may make."""

    def lease(self, vendor: str, calls: int) -> CallLease:
        """Take up to so many calls out of a vendor's budget."""

    def give_back(self, lease: CallLease, calls: int) -> None:
        """Put back the calls of a lease that were not made."""

    def rest(self, vendor: str, seconds: float, refusal: ErrorReport) -> None:
        """Let nobody ask a vendor for so long, because of what it said."""


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
    """

    job: Job
    entry: str
    worker: str
    tries: int
    lane: Lane = Lane.INTERACTIVE
    retries: int = 0


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
        self, request: ForecastRequest, key: str, new_id: str, asker: Asker
    ) -> tuple[str, bool]:
        """The id of the job under way for the key, and whether it is the new one.

        Raises:
            QueueFull: it would be a new one, and too many wait.
        """

    def withdraw(self, job_id: str, token: str) -> None:
        """Take one interest back; with the last one the job is cancelled. Raises UnknownJob."""

    def hand_over(self, job_id: str, price_version: str) -> None:
        """Queue the job for the forecast stage. Raises UnknownJob."""

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


class JobSubmitter(Protocol):
    """The TCP road into a stage."""

    def send(self, message: Message) -> Reply:
        """The worker's reply. Raises what a rejection names."""


@dataclass(frozen=True)
class NotebookRun:
    """What came of executing a notebook.

    Attributes:
        executed: the notebook with its outputs, as it stands on disk (JSON in UTF-8).
        outputs: the MIME bundles displayed, in order.
        error: what stopped it, or None.
    """

    executed: bytes
    outputs: tuple[Mapping[str, Any], ...]
    error: StockcastError | None


class ModelCatalogue(Protocol):
    """The forecasting notebooks that a request may name."""

    def notebook(self, model: str) -> Path:
        """The model's notebook. Raises InvalidRequest for an unknown model."""

    def revision(self, model: str) -> str:
        """What tells this notebook and library from any other. Raises InvalidRequest."""


class NotebookRunner(Protocol):
    """Executes a notebook in a kernel of its own."""

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        """Run it until it ends, or is to. Never raises for what the notebook does."""
