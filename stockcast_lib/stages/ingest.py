"""The ingest stage: prices in the store, then the hand-over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import stamina
import structlog
from pydantic import ValidationError

from stockcast_lib.core import keys
from stockcast_lib.core.budgets import CALLS_A_RUN, CallLease, VendorRecord, rest_seconds
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import (
    BadResult,
    DamagedPrices,
    ErrorReport,
    RunCancelled,
    StockcastError,
    Throttled,
    WorkerUnavailable,
    error_from_report,
)
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.notebook_parameters import ingest_parameters
from stockcast_lib.core.prices import Freshness, PriceVersion
from stockcast_lib.core.protocol import HandOver
from stockcast_lib.core.results import PRICES_MIME
from stockcast_lib.core.vendors import shown_vendor, throttled
from stockcast_lib.core.words import wait_text
from stockcast_lib.ports import (
    UNCOUNTED,
    Claim,
    JobQueue,
    JobSubmitter,
    Lookup,
    NotebookRun,
    NotebookRunner,
    PriceBoard,
    PriceStore,
    RunArchive,
    StageMetrics,
    VendorBudget,
)
from stockcast_lib.stages.progress import progress_teller

_log = structlog.get_logger()
_HAND_OVER_TIMEOUT = 60
# What a vendor's calls ended with that was no refusal.
_ANSWERED = "ok"


@dataclass(frozen=True)
class IngestStage:
    """Makes sure that fresh prices are in the store, and hands the job on."""

    queue: JobQueue
    board: PriceBoard
    store: PriceStore
    archive: RunArchive
    runner: NotebookRunner
    forecast: JobSubmitter
    budget: VendorBudget
    vendors: tuple[str, ...]
    notebook: Path
    freshness: Freshness
    metrics: StageMetrics = UNCOUNTED

    def __call__(self, claim: Claim, cancellation: Cancellation) -> None:
        """Do the claimed job's stage.

        Raises:
            StockcastError: what the notebook raised, or BadResult, or an edge that is away.
        """
        ticker = claim.job.request.ticker
        version, lookup = self._usable(ticker), Lookup.STORED
        if version is None:
            with self.board.fetching(ticker, cancellation):
                # Whoever held the lock before may have fetched them.
                version, lookup = self._usable(ticker), Lookup.FETCHED_BY_ANOTHER
                if version is None:
                    version, lookup = self._refreshed(claim, cancellation), Lookup.FETCHED
        self.metrics.prices(lookup)
        self._hand_over(HandOver(claim.job.id, version.key), cancellation)
        self.queue.release(claim)

    def _hand_over(self, message: HandOver, cancellation: Cancellation) -> None:
        # The forecast workers may be restarting: a job whose prices are there is worth the wait.
        for attempt in stamina.retry_context(
            on=WorkerUnavailable, attempts=None, timeout=_HAND_OVER_TIMEOUT, wait_max=2
        ):
            if cancellation.requested:
                raise RunCancelled("The job was withdrawn while it was handed over.")
            with attempt:
                self.forecast.send(message)

    def _usable(self, ticker: str) -> PriceVersion | None:
        version = self.board.current(ticker) or self._stored(ticker)
        if version is None or self.freshness.is_due(version, now=datetime.now(UTC)):
            return None
        return version

    def _stored(self, ticker: str) -> PriceVersion | None:
        try:
            version = self.store.current(ticker)
        except DamagedPrices as error:
            _log.warning("prices.damaged", error=error.message)
            return None
        if version is None or not self.store.is_whole(version):
            return None
        self.board.publish(version)
        return version

    def _refreshed(self, claim: Claim, cancellation: Cancellation) -> PriceVersion:
        leases = [self.budget.lease(vendor, CALLS_A_RUN) for vendor in self.vendors]
        if any(lease.calls for lease in leases):
            return self._ingest(claim, cancellation, leases)
        ticker = claim.job.request.ticker
        version = self._stored(ticker)
        if version is None or not self.freshness.serves(version):
            raise _nobody_may_be_asked(ticker, leases)
        return version

    def _ingest(
        self, claim: Claim, cancellation: Cancellation, leases: Sequence[CallLease]
    ) -> PriceVersion:
        job = claim.job
        run = self.runner.run(
            self.notebook,
            ingest_parameters(job, {lease.vendor: lease.calls for lease in leases}),
            progress_teller(self.queue, claim),
            cancellation,
        )
        name = keys.notebook_artefact(Stage.INGEST)
        record = _vendor_record(run)
        self._settle(leases, record)
        self.archive.write(job.id, job.attempt, name, run.executed)
        if run.error is not None:
            raise _all_told(run.error, record, job.request.ticker, leases)
        version = _displayed_version(run, job.request.ticker)
        self.board.publish(version)
        return version

    def _settle(self, leases: Sequence[CallLease], record: VendorRecord) -> None:
        for lease in leases:
            # A run that did not come to its end may have made all of them.
            made = record.calls.get(lease.vendor, lease.calls)
            self.budget.give_back(lease, lease.calls - made)
            refused = record.refusals.get(lease.vendor)
            # A notebook may write anything there: only codes that there are become labels.
            outcome = error_from_report(refused).code if refused else _ANSWERED
            self.metrics.vendor_calls(lease.vendor, outcome, max(0, min(made, lease.calls)))
        for vendor, refusal in record.refusals.items():
            seconds = rest_seconds(refusal)
            if seconds is not None:
                self.budget.rest(vendor, seconds, refusal)


def _nobody_may_be_asked(ticker: str, leases: Sequence[CallLease]) -> StockcastError:
    wait = min((lease.wait_seconds for lease in leases), default=0.0)
    for lease in leases:
        if lease.refusal is not None:
            return _still_refused(lease.vendor, lease.refusal, wait)
    return Throttled(
        f"The vendors allow no more calls for now: ask for {ticker} again in {wait_text(wait)}.",
        retry_after=wait,
    )


def _still_refused(vendor: str, refusal: ErrorReport, wait: float) -> StockcastError:
    if refusal.code == Throttled.code:
        # Its sentence names the wait that there was then.
        return throttled(shown_vendor(vendor), wait)
    error = error_from_report(refusal)
    error.details["retry_after"] = wait
    return error


def _all_told(
    error: StockcastError, record: VendorRecord, ticker: str, leases: Sequence[CallLease]
) -> StockcastError:
    """What the run failed with, unless a vendor that was not asked may know better.

    A vendor at rest may have what the others refused for good.
    """
    if error.code == Throttled.code:
        return _sooner(error, record)
    resting = [lease for lease in leases if not lease.calls]
    if error.retryable or not record.refusals or not resting:
        return error
    return _nobody_may_be_asked(ticker, resting)


def _sooner(error: StockcastError, record: VendorRecord) -> StockcastError:
    """The vendor's refusal; where it is asked again before its own wait is over, with our wait."""
    for vendor, refusal in record.refusals.items():
        if refusal.message == error.message:
            rest, asked = rest_seconds(refusal), refusal.details.get("retry_after")
            if rest is not None and isinstance(asked, int | float) and rest < asked:
                return throttled(shown_vendor(vendor), rest)
    return error


def _vendor_record(run: NotebookRun) -> VendorRecord:
    told: Any = run.error.details.pop("vendors", None) if run.error else _prices_shown(run)
    try:
        return VendorRecord.model_validate(told or {})
    except ValidationError:
        return VendorRecord()


def _prices_shown(run: NotebookRun) -> Any:
    shown = [bundle[PRICES_MIME] for bundle in run.outputs if PRICES_MIME in bundle]
    return shown[-1] if shown else None


def _displayed_version(run: NotebookRun, ticker: str) -> PriceVersion:
    shown = _prices_shown(run)
    if shown is None:
        raise BadResult("The ingest notebook displayed no price version.")
    try:
        version = PriceVersion.model_validate(shown)
    except ValidationError as error:
        raise BadResult("The price version that the ingest notebook displayed is not valid.") from (
            error
        )
    if version.ticker != ticker:
        raise BadResult(f"The ingest notebook displayed prices of {version.ticker}, not {ticker}.")
    return version
