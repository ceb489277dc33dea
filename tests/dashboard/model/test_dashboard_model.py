import threading
from datetime import date

import pytest

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.model.dashboard import MOST_RUNS
from tests.dashboard.service import PlayedService, job, model_of, stored_forecast, until

DONE, RUNNING = JobState.DONE, JobState.RUNNING


@pytest.fixture
def service() -> PlayedService:
    return PlayedService(job(DONE))


@pytest.fixture
def model(service) -> DashboardModel:
    return model_of(service)


@pytest.fixture
def held(service):
    """The service's jobs go on when this is set."""
    go_on = threading.Event()
    service.before = lambda _job: go_on.wait(10)
    yield go_on
    go_on.set()


def ended(model: DashboardModel, ticker: str | None = None):
    run = model.start(ticker)
    until(lambda: not run.busy)
    until(lambda: model.current is run or run.state != "done")
    return run


def test_a_new_page_shows_nothing_and_asks_nobody(model, service):
    assert (model.shown, model.current, model.runs, model.query) == (None, None, [], "")
    assert service.payloads == []


def test_a_forecast_comes_into_view(model):
    run = ended(model, "test")
    assert model.current is model.shown is run
    assert model.chart.document is not None
    assert (model.ask.ticker, model.ask.recent) == ("TEST", ["TEST"])


def test_while_the_next_is_under_way_the_one_before_stays_in_view(model, held):
    held.set()
    first = ended(model, "TEST")
    held.clear()
    second = model.start("AAPL")
    assert (model.shown, model.current) == (second, first)


def test_a_failure_leaves_the_forecast_before_in_view(model, service):
    before = ended(model, "TEST")
    service.refusal = StockcastError("Away.")
    failed = ended(model, "AAPL")
    assert (model.shown, model.current) == (failed, before)
    assert model.chart.document is not None


def test_a_second_click_asks_for_nothing_new(model, service, held):
    assert model.start("TEST") is model.start("test")
    held.set()
    until(lambda: model.current is not None)
    assert len(service.payloads) == 1


def test_asking_again_afterwards_asks_anew(model, service):
    first = ended(model, "TEST")
    assert ended(model, "TEST") is not first
    assert len(service.payloads) == 2
    assert len(model.runs) == 1


def test_several_are_under_way_and_the_one_asked_for_is_in_view(model, held):
    first, second = model.start("TEST"), model.start("AAPL")
    assert model.runs == [second, first]
    model.select(first)
    held.set()
    until(lambda: not second.busy and not first.busy)
    assert model.shown is first
    until(lambda: model.current is first)


def test_a_late_end_of_another_run_does_not_take_over(model, service, held):
    first = model.start("TEST")
    second = model.start("AAPL")
    service.stored = stored_forecast(ticker="AAPL")
    held.set()
    until(lambda: not first.busy)
    until(lambda: model.current is second)


def test_only_the_last_few_are_kept(model):
    for number in range(MOST_RUNS + 2):
        ended(model, f"T{number}")
    assert [run.asked.ticker for run in model.runs] == [
        f"T{number}" for number in reversed(range(2, MOST_RUNS + 2))
    ]


def test_one_that_is_closed_goes_and_the_next_comes_into_view(model):
    first, second = ended(model, "TEST"), ended(model, "AAPL")
    model.dismiss(second)
    assert (model.runs, model.shown, model.current) == ([first], first, first)
    assert (model.ask.ticker, model.query) == ("TEST", "ticker=TEST")
    model.dismiss(first)
    assert (model.runs, model.shown, model.current) == ([], None, None)
    assert (model.ask.ticker, model.query) == ("", "")


def test_one_under_way_that_is_closed_is_withdrawn(model, service):
    under_way = threading.Event()
    service.jobs = (job(RUNNING, cell=1), job(RUNNING, cell=2))
    service.before = lambda each: each.progress.cell == 2 and under_way.wait(10)
    run = model.start("TEST")
    until(lambda: run.job is not None)
    model.dismiss(run)
    until(lambda: service.withdrawn == ["job"])
    under_way.set()
    assert model.runs == []


def test_the_address_says_what_is_in_view(model):
    model.ask.days, model.ask.level = 30, 0.95
    ended(model, "TEST")
    model.chart.scale, model.section = "log", "studies"
    assert model.query == "ticker=TEST&days=30&level=0.95&scale=log&section=studies"


def test_what_is_typed_is_not_in_the_address(model):
    ended(model, "TEST")
    model.ask.type("AAP")
    model.ask.days = 7
    assert model.query == "ticker=TEST"


def test_what_is_typed_before_the_visitor_s_address_is_heard_stays(model):
    model.ask.type("AAP")
    model.come("days=30")
    assert (model.ask.ticker, model.ask.days) == ("AAP", 30)
    ended(model, "TEST")
    model.come("")
    assert model.ask.ticker == ""


def test_an_address_shows_its_view(model, service):
    model.come("ticker=test&days=30&level=0.5&model=stocker&chart=line&naive=0&section=evidence")
    until(lambda: model.current is not None)
    params = {"engine": "stan", "interval": 0.5}
    assert service.payloads == [
        {"ticker": "TEST", "days": 30, "model": "default", "params": params}
    ]
    assert (model.ask.days, model.chart.naive) == (30, False)


def test_the_way_back_asks_nobody(model, service):
    first = ended(model, "TEST")
    ended(model, "AAPL")
    model.come("ticker=TEST")
    assert model.current is first
    assert len(service.payloads) == 2
    model.come("")
    assert (model.shown, model.current, model.query) == (None, None, "")


def test_days_that_the_rules_refuse_are_taken_from_an_address(model):
    model.come("days=0")
    assert model.ask.days == 0


def test_what_the_browser_remembers_comes_back(model):
    model.remember({"recent": ["AAPL"], "watched": ["IBM", "MSFT"], "theme": "dark"})
    assert (model.ask.recent, model.ask.watched) == (["AAPL"], ["IBM", "MSFT"])
    assert model.kept == {"recent": ["AAPL"], "watched": ["IBM", "MSFT"], "theme": "dark"}


@pytest.mark.parametrize("kept", [{}, {"recent": "AAPL", "watched": [1, "<b>"], "theme": 7}])
def test_what_is_not_as_remembered_is_passed_over(model, kept):
    model.remember(kept)
    assert (model.ask.recent, model.ask.watched, model.kept["theme"]) == ([], [], "auto")


def test_what_is_watched_and_asked_for_is_to_be_remembered(model):
    model.ask.watch("IBM", watched=True)
    ended(model, "TEST")
    assert (model.kept["watched"], model.kept["recent"]) == (["IBM"], ["TEST"])


def test_the_seconds_count_while_something_is_under_way(model, held):
    model.start("TEST")
    until(lambda: model.seconds > 0)
    held.set()
    until(lambda: not model._clock.is_alive())


def test_a_section_that_is_closed_is_told_nothing(model):
    ended(model, "TEST")
    assert model.evidence.run is model.current
    assert model.compare.run is None
    model.section = "compare"
    assert model.compare.run is model.current


def test_another_language_draws_the_chart_anew(model):
    ended(model, "TEST")
    model.language = "de-DE"
    assert model.chart.document["layout"]["separators"] == ",."


def test_a_link_shows_the_study_its_settings_and_the_chart_s_range(model):
    query = "ticker=TEST&range=6m&section=studies&study=history&set=axis:log,start:2016-01-04"
    model.come(query)
    until(lambda: model.current is not None)
    assert (model.chart.range, model.studies.study) == ("6m", "history")
    assert model.studies.values["axis"] == "log"
    assert model.studies.values["start"] == date(2016, 1, 4)
    assert model.query == query
    until(lambda: model.studies.seen is not None)


def test_a_setting_that_is_as_usual_is_not_in_the_address(model):
    ended(model, "TEST")
    model.studies.set("count", 5)
    model.studies.set("scales", "0.01, 0.1")
    model.studies.set("interest", "date,value")
    assert model.query == "ticker=TEST&set=count:5,scales:0.01++0.1"
    model.studies.set("count", 10)
    assert model.query == "ticker=TEST&set=scales:0.01++0.1"


def test_the_range_is_of_one_forecast(model, service):
    ended(model, "TEST")
    model.chart.range = "12m"
    ended(model, "TEST")
    assert model.chart.range == "12m"
    service.stored = stored_forecast(ticker="AAPL")
    ended(model, "AAPL")
    assert model.chart.range == ""


def test_what_another_window_keeps_is_taken_at_once(model):
    told = []
    model.remember({"recent": ["AAPL"], "watched": ["IBM"]})
    model.observe(lambda change: told.append(change.new), "kept")
    model.remember({"recent": ["MSFT"], "watched": ["XOM"], "theme": "dark"})
    assert told == [{"recent": ["MSFT"], "watched": ["XOM"], "theme": "dark"}]


def test_one_in_view_that_is_dismissed_while_under_way_leads_back(model, held):
    held.set()
    first = ended(model, "TEST")
    held.clear()
    model.dismiss(model.start("AAPL"))
    assert (model.runs, model.shown, model.current) == ([first], first, first)
