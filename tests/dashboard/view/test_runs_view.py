"""The widgets of what is under way, cancelled or failed."""

from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.core.errors import QueueUnavailable, StockcastError, UnknownTicker
from stockcast_lib.dashboard.model.asking import Asked
from tests.dashboard.service import job, until
from tests.dashboard.view.visits import DONE, RUNNING, asked, shown, told, visited


def test_before_anything_was_asked_the_page_says_what_to_do(view):
    assert "Ask for a forecast" in view.runs.start.value
    assert shown(view.runs.start)
    assert not shown(view.forecast.box)
    assert not shown(view.sections.box)


def test_progress_shows_while_it_is_under_way(view, held):
    told(view.form.ticker, submit="TEST")
    until(lambda: "cell 3 of 5" in view.runs.progress.value)
    assert 'aria-valuenow="58"' in view.runs.progress.value
    assert not shown(view.runs.start)
    assert view.browser.said == "Forecasting"
    held.set()
    until(lambda: view.runs.progress.value == "")
    until(lambda: view.browser.said == "The forecast for TEST is here.")


@pytest.mark.usefixtures("held")
def test_the_seconds_passed_are_shown(view):
    told(view.form.ticker, submit="TEST")
    until(lambda: "<small>1 s</small>" in view.runs.progress.value)


@pytest.mark.usefixtures("held")
def test_cancel_ends_it_at_once_and_says_what_next(view, service):
    told(view.form.ticker, submit="TEST")
    until(lambda: view.model.shown.job is not None)
    view.runs.cancel.click()
    assert "Cancelled. Change the form above, or ask again." in view.runs.error.value
    assert view.runs.progress.value == ""
    until(lambda: service.withdrawn == ["job"])


def test_an_error_shows_escaped_and_is_spoken(view, service):
    service.refusal = StockcastError("No ticker is called <b>.")
    asked(view)
    assert 'role="alert">TEST: No ticker is called &lt;b&gt;.' in view.runs.error.value
    assert not shown(view.forecast.box)


@pytest.mark.usefixtures("held")
def test_what_is_away_is_said_while_it_is_tried_again(view, service):
    service.breaks = [QueueUnavailable("Redis <away>.")]
    told(view.form.ticker, submit="TEST")
    until(lambda: "Redis &lt;away&gt;. Trying again." in view.runs.progress.value)


@pytest.mark.usefixtures("held")
def test_several_under_way_are_chips_to_choose_and_to_cancel(view):
    told(view.form.ticker, submit="TEST")
    assert view.runs.chips.chips == []
    told(view.form.ticker, submit="AAPL")
    first, second = view.runs.chips.chips
    assert (first["words"], first["pressed"], first["remove"]) == (
        "AAPL 90 d", True, "Cancel AAPL 90 days",
    )  # fmt: skip
    told(view.runs.chips, choose=second["key"])
    assert view.model.shown.asked.ticker == "TEST"
    told(view.runs.chips, remove=first["key"])
    assert [run.asked.ticker for run in view.model.runs] == ["TEST"]
    told(view.runs.chips, choose="nobody's")


@pytest.mark.usefixtures("held")
def test_chips_of_one_ticker_say_the_model_and_the_band_that_are_not_the_usual(view):
    for model, level in (("default", 0.8), ("prophet", 0.8), ("default", 0.95)):
        view.model.ask_for(Asked("TEST", 30, level=level, model=model))
    assert [chip["words"] for chip in view.runs.chips.chips] == [
        "TEST 30 d, 95 %", "TEST 30 d, Prophet's defaults", "TEST 30 d",
    ]  # fmt: skip


@pytest.mark.usefixtures("held")
def test_a_page_loaded_anew_follows_what_was_under_way(view, service):
    told(view.form.ticker, submit="TEST")
    until(lambda: view.browser.under_way)
    held_there = list(view.browser.under_way)
    assert held_there == [
        {"job": "job", "ticker": "TEST", "days": 90, "level": 0.8, "model": "default"}
    ]
    anew = visited(service)
    anew.browser.came = {"query": "ticker=TEST", "turn": 1, "underWay": held_there}
    until(lambda: anew.model.shown.job is not None)
    assert len(service.payloads) == 1
    anew.runs.cancel.click()
    until(lambda: service.withdrawn == ["job"])
    assert anew.browser.under_way == []


@pytest.mark.parametrize("told_there", ["none", [None, {"job": 5}, {"job": "x", "ticker": "<b>"}]])
def test_what_is_under_way_and_makes_no_sense_is_passed_over(view, told_there):
    view.browser.came = {"query": "", "turn": 1, "underWay": told_there}
    assert (view.model.runs, view.browser.answered) == ([], 1)


def test_a_failure_can_be_tried_again_or_mended(view, service):
    asked(view, "MSFT")
    service.refusal = UnknownTicker("No ticker is called AAPLL.", nearest=["AAPL", "<b>"])
    asked(view, "AAPLL")
    assert view.runs.nearest.chips == [{"key": "AAPL", "words": "Did you mean AAPL?"}]
    assert shown(view.runs._next)
    assert shown(view.forecast.box)
    view.runs.again.click()
    until(lambda: not view.model.shown.busy)
    assert view.model.shown.asked.ticker == "AAPLL"
    service.refusal = None
    told(view.runs.nearest, choose="AAPL")
    until(lambda: view.model.current is view.model.shown)
    assert view.model.current.asked.ticker == "AAPL"
    assert not shown(view.runs._next)


def test_cancelling_leads_back_to_the_forecast_before(view, held):
    held.set()
    asked(view, "TEST")
    before = view.model.current
    held.clear()
    told(view.form.ticker, submit="AAPL")
    view.runs.cancel.click()
    assert view.model.shown is view.model.current is before
    assert "The forecast of AAPL was cancelled." in view.runs.error.value
    assert view.form.ticker.text == "TEST"
    assert view.model.runs == [before]


@pytest.mark.usefixtures("held")
def test_the_seconds_of_a_run_count_from_when_the_job_was_made(view, service):
    made = datetime.now(UTC) - timedelta(seconds=90)
    service.jobs = (job(RUNNING, cell=3, created_at=made), job(DONE))
    told(view.form.ticker, submit="TEST")
    until(lambda: view.model.shown.job is not None)
    assert 89 < view.model.shown.seconds < 120


def test_trouble_is_spoken_once_and_not_each_second(view, held, service):
    service.breaks = [QueueUnavailable("Redis is away.")]
    told(view.form.ticker, submit="TEST")
    until(lambda: "Redis is away." in view.runs.progress.value)
    assert 'role="status"' not in view.runs.progress.value
    held.set()
