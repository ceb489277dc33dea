import logging
import threading

import pytest

from stockcast_lib.core.errors import ErrorReport, Fault, StockcastError
from stockcast_lib.core.jobs import JobState, Stage, parse_request
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.dashboard.model import DashboardModel
from tests.dashboard.service import FIGURE, PlayedService, job, stored_forecast

RUNNING, QUEUED, DONE = JobState.RUNNING, JobState.QUEUED, JobState.DONE


def model_of(service: PlayedService, **options) -> DashboardModel:
    return DashboardModel(service, settle_seconds=0, **options)


def finished(model: DashboardModel) -> DashboardModel:
    thread = model.start()
    thread.join(10)
    assert not thread.is_alive()
    return model


def seen_by_job(*jobs) -> list[tuple[str, str, float]]:
    seen = []
    service = PlayedService(*jobs, job(DONE))
    model = model_of(service)
    service.before = lambda _job: seen.append((model.status, model.cell, round(model.progress, 2)))
    finished(model)
    return seen[1:]


def test_a_new_model_shows_nothing():
    model = model_of(PlayedService())
    assert (model.ticker, model.days, model.busy, model.error) == ("", 90, False, "")
    assert model.result is None
    assert model.figure is None


def test_typing_suggests_from_the_directory():
    model = model_of(PlayedService())
    model.ticker = "ap"
    assert model.suggestions == ["APA · Apache", "AAPL · Apple Inc."]
    model.ticker = " "
    assert model.suggestions == []


def test_a_symbol_without_a_name_is_suggested_by_its_ticker():
    service = PlayedService()
    service.directory = SymbolDirectory([Symbol("APX")], complete=False)
    model = model_of(service)
    model.ticker = "ap"
    assert model.suggestions == ["APX"]


def test_a_chosen_suggestion_becomes_its_ticker():
    model = model_of(PlayedService())
    model.ticker = "AAPL · Apple Inc."
    assert model.ticker == "AAPL"


def test_a_forecast_shows_result_figure_and_notice():
    service = PlayedService(job(QUEUED, Stage.INGEST), job(RUNNING, cell=1), job(DONE))
    model = model_of(service)
    model.ticker, model.days = "TEST", 3
    finished(model)
    assert service.payloads == [{"ticker": "TEST", "days": 3}]
    assert model.result.ticker == "TEST"
    assert model.figure == FIGURE
    assert model.sample_notice == "sample data to 2017-02-27"
    assert (model.busy, model.error, model.status, model.progress) == (False, "", "", 1.0)


def test_a_forecast_on_a_vendors_prices_has_no_sample_notice():
    service = PlayedService(job(DONE))
    service.stored = stored_forecast(sample=False)
    assert finished(model_of(service)).sample_notice == ""


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


def test_a_refused_request_shows_its_message():
    service = PlayedService()
    service.refusal = StockcastError("No ticker is called AAPLL. Did you mean AAPL?")
    model = finished(model_of(service))
    assert model.error == "No ticker is called AAPLL. Did you mean AAPL?"
    assert (model.busy, model.progress) == (False, 0.0)


def test_a_failed_job_shows_its_error():
    report = ErrorReport(code="x", message="No vendor answers.", fault=Fault.VENDOR, retryable=True)
    model = finished(model_of(PlayedService(job(JobState.FAILED, error=report))))
    assert model.error == "No vendor answers."


@pytest.mark.parametrize(
    ("ticker", "message", "shown"),
    [
        ("aapl", "No vendor answers.", "AAPL: No vendor answers."),
        ("brk-b", "No prices of BRK.B.", "No prices of BRK.B."),
        ("T", "The data are bad.", "T: The data are bad."),
        ("not a ticker", "The request is not valid.", "The request is not valid."),
    ],
)
def test_an_error_names_the_ticker_once(ticker, message, shown):
    service = PlayedService()
    service.refusal = StockcastError(message)
    model = model_of(service)
    model.ticker = ticker
    assert finished(model).error == shown


def test_an_error_names_the_ticker_that_was_asked_for():
    service = PlayedService(job(JobState.CANCELLED))
    model = model_of(service)
    model.ticker = "AAPL"
    service.before = lambda _job: model.set_trait("ticker", "MSFT")
    assert finished(model).error.startswith("AAPL: ")


@pytest.mark.parametrize("days", [0, 10_001])
def test_days_outside_the_rules_show_the_rule(days):
    service = PlayedService()
    service.submit = parse_request
    model = model_of(service)
    model.ticker, model.days = "AAPL", days
    assert "days must be a whole number from 1 to 10000" in finished(model).error


def test_a_withdrawn_job_says_so():
    model = finished(model_of(PlayedService(job(JobState.CANCELLED))))
    assert "withdrawn" in model.error


def test_waiting_has_an_end():
    service = PlayedService(job(QUEUED, Stage.INGEST))
    model = finished(model_of(service, wait_seconds=120))
    assert model.error == "No forecast came within 2 minutes: ask again."
    assert not model.busy


def test_a_forecast_that_is_gone_says_so():
    service = PlayedService(job(DONE))
    service.stored = None
    assert "no longer kept" in finished(model_of(service)).error


def test_the_unexpected_is_logged_and_told_in_one_sentence(caplog):
    service = PlayedService()
    service.refusal = ZeroDivisionError("secret detail")
    with caplog.at_level(logging.ERROR):
        model = finished(model_of(service))
    assert model.error == "Something went wrong on our side: ask again, and tell us if it stays so."
    assert "secret detail" in caplog.text


def test_a_new_start_clears_the_error_and_keeps_the_last_result():
    service = PlayedService(job(DONE))
    model = finished(model_of(service))
    service.refusal = StockcastError("Away.")
    finished(model)
    assert model.result is not None
    service.refusal = None
    assert finished(model).error == ""


@pytest.mark.parametrize("late", [job(RUNNING, cell=2), job(DONE), job(JobState.CANCELLED)])
def test_the_last_click_wins(late):
    follows, go_on = threading.Event(), threading.Event()
    first_service = PlayedService(late)
    model = model_of(first_service)

    def hold(_job) -> None:
        follows.set()
        assert go_on.wait(10)

    first_service.before = hold
    first = model.start()
    assert follows.wait(10)
    first_service.before = lambda _job: None
    first_service.jobs = (job(DONE),)
    first_service.stored = stored_forecast(ticker="LAST")
    finished(model)
    first_service.stored = stored_forecast(ticker="FIRST")
    go_on.set()
    first.join(10)
    assert model.result.ticker == "LAST"
    assert (model.busy, model.error, model.status) == (False, "", "")
