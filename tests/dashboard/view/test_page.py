"""The page as a whole: what it shows of the model, and what it passes on."""

from stockcast_lib.dashboard.view import DashboardView
from tests.dashboard.service import model_of, until
from tests.dashboard.view.visits import asked, shown, told


def test_the_form_is_there_before_the_rest(service):
    view = DashboardView(model_of(service), 3600)
    first = view.children
    assert first[-2:] == (view.form.box, view.runs.box)
    for language in ("en", "de"):
        view.browser.language = language
        assert view.children == (*first, view.forecast.box, view.sections.box)


def test_the_browsers_first_message_is_understood_whole(service):
    view = DashboardView(model_of(service), 3600)
    kept = {"recent": ["IBM"], "watched": [], "theme": "dark"}
    came = {"query": "ticker=TEST", "turn": 1, "underWay": []}
    view.browser.set_state({"came": came, "kept": kept, "language": "de-DE"})
    until(lambda: view.forecast.chart.figure)
    assert "102,00" in view.forecast.summary.value
    assert view.model.ask.recent == ["TEST", "IBM"]
    assert view.theme.value == "dark"


def test_a_forecast_shows_with_chart_and_cards(view):
    asked(view)
    assert "TEST in 3 days" in view.forecast.heading.value
    assert "Stockcast expects" in view.forecast.summary.value
    assert "How good it has been" in view.forecast.skill.value
    until(lambda: view.forecast.chart.figure)
    assert "their forecast to 2 Mar 2017" in view.forecast.chart.words
    assert shown(view.forecast.box)
    assert shown(view.sections.box)
    assert view.browser.title == "TEST in 3 days · Stockcast"


def test_the_forecast_before_is_dimmed_while_the_next_is_under_way(view, held):
    held.set()
    asked(view)
    assert "stockcast-before" not in view.forecast.box._dom_classes
    held.clear()
    told(view.form.ticker, submit="AAPL")
    assert "stockcast-before" in view.forecast.box._dom_classes
    held.set()
    until(lambda: "stockcast-before" not in view.forecast.box._dom_classes)


def test_the_charts_choices_reach_the_model(view):
    asked(view)
    view.forecast.scale.value = "log"
    view.forecast.overlays["naive"].value = False
    assert (view.model.chart.scale, view.model.chart.naive) == ("log", False)
    until(lambda: view.forecast.chart.figure["layout"]["yaxis"]["type"] == "log")


def test_one_section_is_open(view):
    asked(view)
    view.sections.tabs.value = "compare"
    assert shown(view.sections.compare.box)
    assert not shown(view.sections.evidence.box)
    assert view.browser.query == "ticker=TEST&section=compare"


def test_the_address_that_a_visitor_comes_with_is_shown(view):
    view.browser.came = {"query": "ticker=test&days=30", "turn": 1}
    until(lambda: view.model.current is not None)
    assert (view.form.ticker.text, view.form.days.value) == ("TEST", 30)
    assert view.browser.query == "ticker=TEST&days=30"


def test_what_the_browser_kept_is_shown_and_kept(view):
    view.browser.kept = {"recent": ["AAPL"], "watched": ["IBM"], "theme": "dark"}
    assert [chip["key"] for chip in view.form.shelf.chips] == ["IBM", "AAPL"]
    assert view.theme.value == "dark"
    view.theme.value = "light"
    assert view.browser.theme == "light"
    assert view.browser.kept == {"recent": ["AAPL"], "watched": ["IBM"], "theme": "light"}


def test_the_readers_language_writes_the_numbers(view):
    view.browser.language = "de-DE"
    asked(view)
    assert "102,00" in view.forecast.summary.value


def test_the_same_address_is_shown_again_when_the_visitor_goes_back_to_it(view, service):
    for turn, ticker in enumerate(("AAPL", "MSFT", "AAPL")):
        if ticker == "MSFT":
            asked(view, "MSFT")
            continue
        view.browser.came = {"query": f"ticker={ticker}", "turn": turn}
        until(lambda: not view.model.shown.busy)
    assert view.model.shown.asked.ticker == view.form.ticker.text == "AAPL"
    assert view.browser.answered == 2
    assert len(service.payloads) == 2


def test_a_range_of_the_chart_reaches_the_address(view):
    asked(view)
    view.forecast.chart.range = "6m"
    assert view.browser.query == "ticker=TEST&range=6m"
