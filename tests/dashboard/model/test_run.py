import logging
import threading

import pytest

from stockcast_lib.core.errors import (
    ErrorReport,
    Fault,
    QueueUnavailable,
    StockcastError,
    StoreUnavailable,
    WorkerUnavailable,
)
from stockcast_lib.core.jobs import JobState, Stage, parse_request
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.run import Run
from tests.dashboard.service import FIGURE, PlayedService, job, until

RUNNING, QUEUED, DONE = JobState.RUNNING, JobState.QUEUED, JobState.DONE


def run_of(service: PlayedService, ticker: str = "TEST", days: int = 3, **options) -> Run:
    return Run(service, Asked(ticker, days), sleep=lambda _seconds: None, **options)


def ended(service: PlayedService, *args, **options) -> Run:
    run = run_of(service, *args, **options)
    thread = run.start()
    thread.join(10)
    assert not thread.is_alive()
    return run


def seen_by_job(*jobs) -> list[tuple[str, str, float]]:
    seen = []
    service = PlayedService(*jobs, job(DONE))
    run = run_of(service)
    service.before = lambda _job: seen.append((run.status, run.cell, round(run.progress, 2)))
    run.start().join(10)
    return seen[1:]


def test_a_run_ends_with_what_the_job_made():
    service = PlayedService(job(QUEUED, Stage.INGEST), job(RUNNING, cell=1), job(DONE))
    run = ended(service)
    assert service.payloads == [{"ticker": "TEST", "days": 3, "model": "default", "params": {}}]
    assert (run.state, run.error, run.status, run.progress) == ("done", "", "", 1.0)
    assert (run.result.ticker, run.figure, run.stored.picture) == ("TEST", FIGURE, b"png")


def test_progress_moves_with_the_cells_of_both_stages():
    assert seen_by_job(
        job(QUEUED, Stage.INGEST),
        job(RUNNING, Stage.INGEST, cell=1),
        job(RUNNING, Stage.INGEST, cell=4),
        job(QUEUED),
        job(RUNNING),
        job(RUNNING, cell=3),
    ) == [
        ("Waiting for a worker to fetch prices", "", 0.0),
        ("Fetching prices", "cell 1 of 5", 0.0),
        ("Fetching prices", "cell 4 of 5", 0.18),
        ("Waiting for a worker to forecast", "", 0.3),
        ("Forecasting", "", 0.3),
        ("Forecasting", "cell 3 of 5", 0.58),
    ]


def test_a_worker_that_stops_at_its_work_is_told_until_the_run_ends():
    seen = []
    service = PlayedService(
        job(RUNNING, Stage.INGEST, attempt=1),
        job(RUNNING, attempt=2),
        job(RUNNING, attempt=2, cell=1),
        job(RUNNING, attempt=3),
        job(RUNNING, attempt=3, cell=1),
        job(DONE, attempt=3),
    )
    run = run_of(service)
    service.before = lambda _job: seen.append(run.trouble)
    run.start().join(10)
    stopped = "The worker that ran it has stopped. Trying again."
    assert seen == ["", "", "", "", stopped, stopped]
    assert (run.state, run.trouble) == ("done", "")


def test_a_refused_request_fails_with_its_message():
    service = PlayedService()
    service.refusal = StockcastError("No ticker is called AAPLL. Did you mean AAPL?")
    run = ended(service, "AAPLL")
    assert (run.state, run.progress) == ("failed", 0.0)
    assert run.error == "No ticker is called AAPLL. Did you mean AAPL?"


def test_a_failed_job_fails_with_its_error():
    report = ErrorReport(code="x", message="No vendor answers.", fault=Fault.VENDOR, retryable=True)
    run = ended(PlayedService(job(JobState.FAILED, error=report)))
    assert run.error == "TEST: No vendor answers."


@pytest.mark.parametrize(
    ("ticker", "message", "shown"),
    [
        ("AAPL", "No vendor answers.", "AAPL: No vendor answers."),
        ("BRK.B", "No prices of BRK.B.", "No prices of BRK.B."),
        ("T", "The data are bad.", "T: The data are bad."),
        ("not a ticker", "The request is not valid.", "The request is not valid."),
    ],
)
def test_an_error_names_the_ticker_once(ticker, message, shown):
    service = PlayedService()
    service.refusal = StockcastError(message)
    assert ended(service, ticker).error == shown


@pytest.mark.parametrize("days", [0, 10_001])
def test_days_outside_the_rules_fail_with_the_rule(days):
    service = PlayedService()
    service.submit = parse_request
    run = ended(service, "AAPL", days)
    assert "days must be a whole number from 1 to 10000" in run.error


@pytest.mark.parametrize(
    "away", [QueueUnavailable("Redis is away."), WorkerUnavailable("No worker answers.")]
)
def test_what_is_away_is_tried_again_and_said(away):
    service, told = PlayedService(job(RUNNING, cell=2), job(DONE)), []
    service.breaks = [away, away]
    run = run_of(service)
    run.observe(lambda change: told.append(change.new), "trouble")
    run.start().join(10)
    assert run.state == "done"
    assert told[0] == f"{away.message} Trying again."
    assert run.trouble == ""
    # Once handed in, it is followed again and not asked for again.
    assert len(service.payloads) == 1 or service.breaks == []


def test_a_request_that_nobody_takes_is_handed_in_again():
    service = PlayedService(job(DONE))
    service.refusal = WorkerUnavailable("No worker answers.")
    run = run_of(service)
    run._sleep = lambda _seconds: setattr(service, "refusal", None)
    run.start().join(10)
    assert run.state == "done"


def test_patience_has_an_end():
    service = PlayedService()
    service.refusal = QueueUnavailable("Redis is away.")
    run = ended(service, away_seconds=0.0)
    assert (run.state, run.error) == ("failed", "TEST: Redis is away.")


def test_what_a_job_waits_for_is_said_while_it_does():
    waiting = job(QUEUED, last_error=StoreUnavailable("S3 does not answer.").report())
    service, told = PlayedService(waiting, job(DONE)), []
    run = run_of(service)
    run.observe(lambda change: told.append(change.new), "trouble")
    run.start().join(10)
    assert told == ["S3 does not answer. Trying again.", ""]


def test_a_job_that_another_withdrew_says_so():
    assert "withdrawn" in ended(PlayedService(job(JobState.CANCELLED))).error


def test_waiting_has_an_end():
    run = ended(PlayedService(job(QUEUED, Stage.INGEST)), wait_seconds=120)
    assert run.error == "TEST: No forecast came within 2 minutes: ask again."


def test_a_forecast_that_is_gone_says_so():
    service = PlayedService(job(DONE))
    service.stored = None
    assert "no longer kept" in ended(service).error


def test_the_unexpected_is_logged_and_told_in_one_sentence(caplog):
    service = PlayedService()
    service.refusal = ZeroDivisionError("secret detail")
    with caplog.at_level(logging.ERROR):
        run = ended(service)
    assert run.error == (
        "TEST: Something went wrong on our side: ask again, and tell us if it stays so."
    )
    assert "secret detail" in caplog.text


def test_a_cancelled_run_is_withdrawn_and_hears_no_more():
    under_way, go_on = threading.Event(), threading.Event()
    service = PlayedService(job(RUNNING, cell=1), job(DONE))

    def hold(each) -> None:
        if each.state is DONE:
            under_way.set()
            assert go_on.wait(10)

    service.before = hold
    run = run_of(service)
    thread = run.start()
    assert under_way.wait(10)
    run.cancel()
    assert (run.state, run.status) == ("cancelled", "")
    until(lambda: service.withdrawn == ["job"])
    go_on.set()
    thread.join(10)
    assert (run.state, run.result) == ("cancelled", None)


def test_a_run_that_is_cancelled_before_it_has_a_job_is_withdrawn_then():
    submitted, go_on = threading.Event(), threading.Event()
    service = PlayedService(job(QUEUED, Stage.INGEST))
    submit = service.submit

    def slow(payload):
        submitted.set()
        assert go_on.wait(10)
        return submit(payload)

    service.submit = slow
    run = run_of(service)
    thread = run.start()
    assert submitted.wait(10)
    run.cancel()
    go_on.set()
    thread.join(10)
    assert (run.state, service.withdrawn) == ("cancelled", ["job"])


def test_an_ended_run_cannot_be_cancelled():
    service = PlayedService(job(DONE))
    run = ended(service)
    run.cancel()
    assert (run.state, service.withdrawn) == ("done", [])


def test_patience_begins_anew_with_each_answer():
    """A run older than the patience outlives an outage that is shorter."""
    service, clock = PlayedService(job(RUNNING, cell=1), job(RUNNING, cell=2), job(DONE)), [0.0]
    away = QueueUnavailable("Redis is away.")
    run = run_of(service, away_seconds=100.0, clock=lambda: clock[0])

    def pass_time(each) -> None:
        clock[0] += 90.0
        if each.progress and each.progress.cell == 2 and len(told) < 3:
            told.append(each)
            raise away

    told: list = []
    service.before = pass_time
    run.start().join(10)
    assert (run.state, len(told)) == ("done", 3)


def test_an_outage_longer_than_the_patience_ends_the_run():
    service, clock = PlayedService(), [0.0]
    service.refusal = QueueUnavailable("Redis is away.")
    run = run_of(service, away_seconds=100.0, clock=lambda: clock[0])
    run._sleep = lambda _seconds: clock.__setitem__(0, clock[0] + 60.0)
    run.start().join(10)
    assert (run.state, clock[0]) == ("failed", 120.0)


def test_a_job_that_was_handed_in_before_is_followed_and_withdrawn():
    service = PlayedService(job(RUNNING, cell=1), job(DONE))
    run = ended(service, job_id="job")
    assert (run.state, service.payloads) == ("done", [])
