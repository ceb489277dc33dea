import pytest

from stockcast_lib.core.errors import StoreUnavailable
from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.charting import ChartModel
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader
from tests.dashboard.service import FIGURE, PlayedService, job, stored_forecast, until
from tests.factories import LAST_SESSION


@pytest.fixture
def service() -> PlayedService:
    return PlayedService(job(JobState.DONE))


@pytest.fixture
def chart(service) -> ChartModel:
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    chart = ChartModel(service)
    chart.show(run, Reader("de-DE"))
    return chart


def parts(chart: ChartModel) -> list[str]:
    return [trace["meta"]["part"] for trace in chart.document["data"]]


def test_without_a_forecast_there_is_nothing(chart):
    chart.show(None, Reader())
    assert chart.document is None


def test_the_page_has_its_own_title_and_the_readers_separators(chart):
    assert "title" not in chart.document["layout"]
    assert chart.document["layout"]["separators"] == ",."
    assert FIGURE["layout"]["title"] == {"text": "TEST"}


def test_the_naive_forecast_can_be_taken_away(chart):
    assert "naive" in parts(chart)
    chart.naive = False
    assert "naive" not in parts(chart)


def test_the_fit_is_there_for_who_asks(chart):
    assert not {"fit", "model"} & set(parts(chart))
    chart.fit = True
    assert {"fit", "model"} <= set(parts(chart))


def test_the_scale_is_the_viewers(chart):
    chart.scale = "log"
    assert chart.document["layout"]["yaxis"]["type"] == "log"


def test_candles_come_from_the_prices_that_were_forecast(chart):
    chart.kind = "candles"
    until(lambda: "candlestick" in [trace["type"] for trace in chart.document["data"]])
    chart.kind = "line"
    assert "candlestick" not in [trace["type"] for trace in chart.document["data"]]


def test_a_store_that_is_away_is_said_and_the_chart_stays(chart, service):
    def away(_key):
        raise StoreUnavailable("S3 does not answer.")

    service.prices_of = away
    chart.kind = "candles"
    until(lambda: chart.trouble == "S3 does not answer.")
    assert chart.document["data"]
    chart.kind = "line"
    assert chart.trouble == ""


def test_forecasts_from_before_lie_over_the_chart(chart, service):
    earlier = stored_forecast(as_of=LAST_SESSION.replace(day=20))
    service.earlier = [job(JobState.DONE), job(JobState.FAILED)]
    service.stored = earlier
    chart.past = True
    until(lambda: "past forecast" in parts(chart))


def test_a_forecast_does_not_lie_over_itself(chart, service):
    service.earlier = [job(JobState.DONE)]
    before = chart.document
    chart.past = True
    until(lambda: chart.document is not before)
    assert "past forecast" not in parts(chart)


def test_that_there_are_no_earlier_forecasts_is_said(chart):
    chart.past = True
    until(lambda: chart.notice == "No earlier forecast of TEST yet.")
    chart.past = False
    assert chart.notice == ""


def test_earlier_forecasts_are_dated_as_the_reader_does(chart, service):
    service.earlier = [job(JobState.DONE)]
    service.stored = stored_forecast(as_of=LAST_SESSION.replace(day=20))
    chart.past = True
    until(lambda: "past forecast" in parts(chart))
    assert "20.02.2017" in str(chart.document["data"][0]["name"])
    assert chart.notice == ""
