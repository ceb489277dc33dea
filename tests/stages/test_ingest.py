"""Which stored prices the ingest stage uses, and when it asks the vendors."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stockcast_lib.core.budgets import CallLease, VendorRecord
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import (
    BadVendorKey,
    DamagedPrices,
    KernelDied,
    NotebookFailed,
    RunCancelled,
    StockcastError,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)
from stockcast_lib.core.jobs import Job, JobState, Stage, parse_request
from stockcast_lib.core.prices import Freshness
from stockcast_lib.core.results import PRICES_MIME
from stockcast_lib.core.vendors import throttled
from stockcast_lib.ports import Claim, Lookup, NotebookRun
from stockcast_lib.stages.ingest import IngestStage
from tests.counting import Kept
from tests.factories import price_history, price_version

NOW = datetime.now(UTC)
WEEK = timedelta(days=7)
SAMPLE = price_version(price_history(sample=True), fetched_at=NOW - timedelta(minutes=1))
BOUGHT = price_version(fetched_at=NOW - timedelta(minutes=1), vendor="tiingo")
FETCHED = price_version(fetched_at=NOW, vendor="tiingo")


class Edges:
    """Everything around the stage; keeps what it hands over, and whether it asked a vendor."""

    def __init__(self, stored, calls):
        self.stored, self.calls = stored, calls
        self.handed_over, self.asked = [], False

    def current(self, _):
        return self.stored

    def is_whole(self, _):
        return True

    def fetching(self, *_):
        return contextlib.nullcontext()

    def lease(self, vendor, _):
        return CallLease(vendor, self.calls, wait_seconds=60)

    def run(self, *_):
        self.asked = True
        return NotebookRun(b"", ({PRICES_MIME: FETCHED.model_dump(mode="json")},), None)

    def send(self, message):
        self.handed_over.append(message.price_version)

    def _ignored(self, *_):
        """Of no concern here."""

    give_back = publish = write = release = rest = _ignored


@pytest.fixture
def outcome():
    """The version that a job hands over, or its error, and whether vendors were asked."""

    def outcome(stored, vendors, calls=8):
        edges = Edges(stored, calls)
        try:
            staged(edges, vendors)(claim(), Cancellation())
        except StockcastError as error:
            return type(error), edges.asked
        (key,) = edges.handed_over
        return key, edges.asked

    return outcome


def staged(edges, vendors):
    return IngestStage(
        queue=edges, board=edges, store=edges, archive=edges, runner=edges, forecast=edges,
        budget=edges, vendors=vendors, notebook=Path("ingest.ipynb"),
        freshness=Freshness.asking(vendors, WEEK),
    )  # fmt: skip


def claim():
    job = Job(
        id="a" * 32, request=parse_request({"ticker": "TEST", "days": 5}), state=JobState.RUNNING,
        stage=Stage.INGEST, created_at=NOW, updated_at=NOW, attempt=1,
    )  # fmt: skip
    return Claim(job, entry="1-0", worker="worker", tries=1)


def test_a_vendor_s_fresh_prices_are_used_without_asking(outcome):
    assert outcome(BOUGHT, ("tiingo",)) == (BOUGHT.key, False)


@pytest.mark.parametrize("vendors", [("sample",), ("tiingo", "sample")])
def test_a_fresh_sample_is_used_where_it_is_one_of_the_vendors(outcome, vendors):
    assert outcome(SAMPLE, vendors) == (SAMPLE.key, False)


def test_a_stored_sample_gives_way_to_a_vendor_at_once(outcome):
    assert outcome(SAMPLE, ("tiingo",)) == (FETCHED.key, True)


def test_a_stored_sample_does_not_stand_in_for_a_vendor_that_may_not_be_asked(outcome):
    assert outcome(SAMPLE, ("tiingo",), calls=0) == (Throttled, False)


def test_old_prices_of_a_vendor_stand_in_while_none_may_be_asked(outcome):
    old = BOUGHT.model_copy(update={"fetched_at": NOW - 2 * WEEK})
    assert outcome(old, ("tiingo",), calls=0) == (old.key, False)


class Damaged(Edges):
    """The board knows nothing; what the store holds is not what was written there."""

    def __init__(self, damage):
        super().__init__(None, calls=8)
        self.damage = damage

    def current(self, _):
        # The board is asked first, then the store.
        self.asked_for_current = not getattr(self, "asked_for_current", False)
        if self.asked_for_current:
            return None
        if self.damage == "manifest":
            raise DamagedPrices("changed")
        return BOUGHT

    def is_whole(self, _):
        return self.damage != "rows"


@pytest.mark.parametrize(
    ("damage", "version", "asked"),
    [("manifest", FETCHED, True), ("rows", FETCHED, True), ("nothing", BOUGHT, False)],
)
def test_stored_prices_that_are_damaged_are_fetched_anew(damage, version, asked):
    edges = Damaged(damage)
    staged(edges, ("tiingo",))(claim(), Cancellation())
    assert (edges.handed_over, edges.asked) == ([version.key], asked)


class OneAtRest(Edges):
    """Tiingo may not be asked because of what it said; the sample is, and the run fails."""

    def __init__(self, refusal, error):
        super().__init__(None, 0)
        self.refusal, self.error = refusal, error

    def lease(self, vendor, _):
        if vendor == "tiingo":
            return CallLease(vendor, 0, 3000, self.refusal and self.refusal.report())
        return CallLease(vendor, 8, 0)

    def run(self, *_):
        return NotebookRun(b"", (), self.error)


def by_vendors(error):
    """The error as a refresh raises it, with what each vendor said."""
    record = VendorRecord(refusals={"sample": error.report()}, calls={"sample": 0})
    error.details["vendors"] = record.model_dump(mode="json")
    return error


def failed_with(edges):
    vendors = ("tiingo", "sample")
    stage = IngestStage(
        queue=edges, board=edges, store=edges, archive=edges, runner=edges, forecast=edges,
        budget=edges, vendors=vendors, notebook=Path("ingest.ipynb"),
        freshness=Freshness.asking(vendors, WEEK),
    )  # fmt: skip
    with pytest.raises(StockcastError) as caught:
        stage(claim(), Cancellation())
    return caught.value


MONTH = Throttled("Tiingo has had too many calls: try again in 30 days.", retry_after=2_592_000)


@pytest.mark.parametrize(
    ("refusal", "told", "sentence"),
    [
        (MONTH, Throttled, "Tiingo has had too many calls: try again in 50 minutes."),
        (None, Throttled, "The vendors allow no more calls for now: ask for TEST again in 50 min"),
        (VendorUnavailable("Tiingo is down."), VendorUnavailable, "Tiingo is down."),
        (BadVendorKey("Tiingo refuses the key."), BadVendorKey, "Tiingo refuses the key."),
    ],
    ids=["throttled", "budget", "away", "key"],
)
def test_a_ticker_that_a_vendor_at_rest_may_know_is_not_unknown(refusal, told, sentence):
    others = by_vendors(UnknownTicker("No ticker TEST.", nearest=[]))
    error = failed_with(OneAtRest(refusal, others))
    assert type(error) is told
    assert error.message.startswith(sentence)
    assert error.details["retry_after"] == 3000


@pytest.mark.parametrize(
    "other",
    [
        by_vendors(Throttled("The other asks to wait, too.")),
        NotebookFailed("A cell raised."),
        KernelDied("It died."),
        RunCancelled("It was withdrawn."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_no_vendor_s_last_word_is_told_as_it_is(other):
    assert failed_with(OneAtRest(MONTH, other)) is other


def test_a_job_that_is_withdrawn_is_not_handed_over():
    edges, cancellation = Edges(BOUGHT, 8), Cancellation()
    stage = IngestStage(
        queue=edges, board=edges, store=edges, archive=edges, runner=edges, forecast=edges,
        budget=edges, vendors=("tiingo",), notebook=Path("ingest.ipynb"),
        freshness=Freshness.asking(("tiingo",), WEEK),
    )  # fmt: skip
    cancellation.request()
    with pytest.raises(RunCancelled):
        stage(claim(), cancellation)
    assert edges.handed_over == []


@pytest.mark.parametrize(
    ("asked", "sentence", "wait"),
    [
        (2_592_000, "Tiingo has had too many calls: try again in 60 minutes.", 3600),
        (600, "Tiingo has had too many calls: try again in 10 minutes.", 600),
        (None, "Tiingo has had too many calls: try again later.", None),
    ],
    ids=["longer than it rests", "as long", "not said"],
)
def test_who_is_throttled_is_told_when_the_vendor_is_asked_again(asked, sentence, wait):
    refusal = throttled("Tiingo", asked)
    record = VendorRecord(refusals={"tiingo": refusal.report()}, calls={"tiingo": 1})
    refusal.details["vendors"] = record.model_dump(mode="json")
    error = failed_with(OneAtRest(None, refusal))
    assert (type(error), error.message) == (Throttled, sentence)
    assert error.details.get("retry_after") == wait


class Counted(Edges):
    """A run that made calls, and what it says became of them."""

    def __init__(self, stored, record):
        super().__init__(stored, 8)
        self._record = record

    def run(self, *_):
        shown = {**FETCHED.model_dump(mode="json"), **self._record.model_dump(mode="json")}
        return NotebookRun(b"", ({PRICES_MIME: shown},), None)


def counted(edges, vendors=("tiingo", "sample")):
    kept = Kept()
    stage = IngestStage(
        queue=edges, board=edges, store=edges, archive=edges, runner=edges, forecast=edges,
        budget=edges, vendors=vendors, notebook=Path("ingest.ipynb"),
        freshness=Freshness.asking(vendors, WEEK), metrics=kept,
    )  # fmt: skip
    stage(claim(), Cancellation())
    return kept.told


def test_stored_prices_count_as_such_and_cost_no_call():
    assert counted(Edges(BOUGHT, 8), ("tiingo",)) == [("prices", Lookup.STORED)]


def test_calls_count_by_vendor_and_by_what_they_ended_with():
    refusal = VendorUnavailable("Away.").report()
    record = VendorRecord(refusals={"tiingo": refusal}, calls={"tiingo": 3, "sample": 1})
    assert counted(Counted(None, record)) == [
        ("vendor_calls", "tiingo", VendorUnavailable.code, 3),
        ("vendor_calls", "sample", "ok", 1),
        ("prices", Lookup.FETCHED),
    ]


def test_what_a_notebook_makes_up_becomes_no_label():
    made_up = VendorUnavailable("Away.").report().model_copy(update={"code": "x" * 1000})
    record = VendorRecord(refusals={"tiingo": made_up}, calls={"tiingo": 10**9, "ACME": 5})
    (tiingo, sample, _) = counted(Counted(None, record))
    assert tiingo == ("vendor_calls", "tiingo", StockcastError.code, 8)
    assert sample[:2] == ("vendor_calls", "sample")


def test_prices_that_another_worker_fetched_meanwhile_are_no_fetch():
    edges = Edges(None, 8)

    @contextlib.contextmanager
    def fetching(*_):
        edges.stored = BOUGHT
        yield

    edges.fetching = fetching
    assert counted(edges, ("tiingo",)) == [("prices", Lookup.FETCHED_BY_ANOTHER)]
