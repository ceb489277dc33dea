import pytest

from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.dashboard.page import prefill, query_string
from stockcast_lib.dashboard.view import DashboardView
from tests.dashboard.service import FIGURE, PlayedService, job
from tests.factories import forecast_result


@pytest.fixture
def service() -> PlayedService:
    return PlayedService(job(JobState.DONE))


@pytest.fixture
def started(monkeypatch) -> list[str]:
    tickers: list[str] = []
    monkeypatch.setattr(DashboardModel, "start", lambda model: tickers.append(model.ticker))
    return tickers


@pytest.fixture
def view(service) -> DashboardView:
    return DashboardView(DashboardModel(service, settle_seconds=0))


def test_the_form_is_labelled(view):
    assert view.ticker.description == "Ticker"
    assert view.days.description == "Days"
    assert view.button.description == "Forecast"


def test_what_is_typed_reaches_the_model(view):
    view.ticker.value = "micro"
    view.days.value = 30
    assert (view.model.ticker, view.model.days) == ("micro", 30)
    assert view.ticker.options == ("MSFT · Microsoft",)


def test_a_chosen_suggestion_shows_as_its_ticker(view):
    view.ticker.value = "MSFT · Microsoft"
    assert view.ticker.value == "MSFT"


@pytest.mark.parametrize("days", [0, -1, 20_000])
def test_days_are_passed_on_as_they_are_typed(view, days):
    view.days.value = days
    assert (view.days.value, view.model.days) == (days, days)


def test_a_click_starts(view, started):
    view.ticker.value = "AAPL"
    view.button.click()
    assert started == ["AAPL"]


def test_enter_in_the_ticker_box_starts(view, started):
    view.ticker.value = "AAPL"
    view.ticker._handle_custom_msg({"event": "other"}, [])
    view.ticker._handle_custom_msg({"event": "submit"}, [])
    assert started == ["AAPL"]


def test_progress_shows_while_busy(view):
    view.model.status, view.model.progress, view.model.busy = "Forecasting", 0.5, True
    assert 'aria-valuenow="50"' in view.progress.value
    view.model.busy = False
    assert view.progress.value == ""


def test_an_error_shows(view):
    view.model.error = "No ticker is called <b>."
    assert "No ticker is called &lt;b&gt;." in view.error.value


def test_a_result_shows_with_its_notice(view):
    view.model.sample_notice = "sample data to 2017-02-27"
    view.model.result = forecast_result()
    assert "TEST in 3 days" in view.cards.value
    assert "sample data to 2017-02-27" in view.cards.value


def test_the_chart_is_hidden_until_there_is_a_figure(view):
    assert view.chart_area.layout.display == "none"
    view.model.figure = FIGURE
    assert view.chart_area.layout.display is None


def test_a_figure_replaces_the_one_before(view):
    view.model.figure = FIGURE
    second = {"data": [{"type": "scatter", "y": [7]}], "layout": {"title": {"text": "NEXT"}}}
    view.model.figure = second
    assert [trace.y for trace in view.chart.data] == [(7,)]
    assert view.chart.layout.title.text == "NEXT"


def test_a_page_that_loads_later_starts_from_the_last_figure(view):
    view.model.figure = FIGURE
    state = view.chart.get_state(["_widget_data", "_widget_layout"])
    assert [trace["y"] for trace in state["_widget_data"]] == [[1, 2]]
    assert state["_widget_layout"]["title"] == {"text": "TEST"}
    assert state["_widget_layout"]["height"] == 502


def test_the_chart_offers_no_upload(view):
    assert "sendChartToCloud" in view.chart._config["modeBarButtonsToRemove"]


def test_the_page_gives_the_charts_size(view):
    view.model.figure = {"data": [], "layout": {"width": 700, "height": 480}}
    assert (view.chart.layout.width, view.chart.layout.height) == (None, None)
    assert view.chart.layout.autosize


def test_the_figures_own_look_is_kept(view):
    view.model.figure = FIGURE
    assert view.chart.layout.template.layout.plot_bgcolor is None


def test_a_whole_forecast_reaches_the_widgets(view, service):
    view.ticker.value = "test"
    view.model.start().join(10)
    assert service.payloads == [{"ticker": "test", "days": 90}]
    assert "TEST in 3 days" in view.cards.value
    assert view.chart.layout.title.text == "TEST"


@pytest.mark.parametrize(
    ("query", "ticker", "days", "starts"),
    [
        ("ticker=AAPL&days=30", "AAPL", 30, True),
        ("days=30", "", 30, False),
        ("ticker=AAPL&days=0", "AAPL", 0, True),
        ("ticker=AAPL&days=10001", "AAPL", 10_001, True),
        ("ticker=AAPL&days=" + "9" * 5000, "AAPL", 90, True),
        ("ticker=AAPL&days=1.5", "AAPL", 90, True),
        ("ticker=AAPL&days=%C2%B2", "AAPL", 90, True),
        ("", "", 90, False),
    ],
)
def test_the_query_string_fills_the_form(view, started, query, ticker, days, starts):
    prefill(view, query)
    assert (view.model.ticker, view.model.days, bool(started)) == (ticker, days, starts)


def test_the_query_string_comes_from_the_server(monkeypatch):
    monkeypatch.delenv("VOILA_PREHEAT", raising=False)
    monkeypatch.setenv("QUERY_STRING", "ticker=AAPL")
    assert query_string() == "ticker=AAPL"
