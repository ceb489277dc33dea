"""The form's widgets: what they pass on, and what they offer."""

import pytest

from stockcast_lib.core.model_config import ModelChoice
from tests.dashboard.service import until
from tests.dashboard.view.visits import asked, told


def test_every_field_has_a_label(view):
    form = view.form
    fields = (form.ticker.label, form.days.description, form.level.description)
    assert (*fields, form.model.description) == ("Ticker", "Days", "Band", "Model")
    assert form.button.description == "Forecast"
    assert all(box.description for box in view.forecast.overlays.values())


def test_typing_offers_what_matches(view):
    told(view.form.ticker, typed="micro")
    assert view.form.ticker.offered == {"typed": "micro", "groups": [["", [["MSFT", "Microsoft"]]]]}


def test_a_chosen_suggestion_is_asked_for(view, service):
    asked(view, "MSFT")
    assert [each["ticker"] for each in service.payloads] == ["MSFT"]
    assert view.form.ticker.text == "MSFT"


def test_the_button_asks_for_what_was_typed_last(view, service):
    told(view.form.ticker, typed="test")
    view.form.button.click()
    until(lambda: service.payloads)
    assert service.payloads[0]["ticker"] == "TEST"


def test_a_preset_and_the_days_say_the_same(view):
    view.form.horizon.value = "30"
    assert (view.form.days.value, view.model.ask.days) == (30, 30)
    view.form.days.value = 7
    assert view.form.horizon.value == "7"
    view.form.days.value = 8
    assert view.model.ask.days == 8


@pytest.mark.parametrize("days", [0, -1, 20_000])
def test_days_are_passed_on_as_they_are_typed(view, days):
    view.form.days.value = days
    assert (view.form.days.value, view.model.ask.days) == (days, days)
    until(lambda: "Give 1 to 10000 days" in view.form.target.value)


def test_the_target_is_about_when_the_prices_are_not_known(view):
    assert "to about " in view.form.target.value


def test_a_ticker_is_watched_and_not_watched(view):
    assert view.form.watch.disabled
    told(view.form.ticker, typed="ibm")
    view.form.watch.value = True
    assert view.model.ask.watched == ["IBM"]
    assert view.form.shelf.chips == [{"key": "IBM", "words": "★ IBM"}]
    view.form.watch.value = False
    assert view.model.ask.watched == []


def test_a_page_without_memory_offers_examples(view):
    assert [chip["key"] for chip in view.form.shelf.chips][:2] == ["AAPL", "MSFT"]
    asked(view)
    assert [chip["key"] for chip in view.form.shelf.chips] == ["TEST"]


def test_a_chip_is_asked_for(view, service):
    told(view.form.shelf, choose="MSFT")
    until(lambda: service.payloads)
    assert service.payloads[0]["ticker"] == "MSFT"


def test_the_box_is_told_of_the_ticker_in_view_though_it_stays_the_same(view, monkeypatch):
    asked(view, "TEST")
    sent = []
    monkeypatch.setattr(view.form.ticker, "send", sent.append)
    told(view.form.ticker, typed="MSF")
    told(view.form.shelf, choose="TEST")
    assert sent[-1] == {"put": "TEST", "over": None}


def test_a_recent_ticker_is_forgotten(view):
    asked(view, "TEST")
    assert view.form.shelf.chips[0]["remove"] == "Forget TEST"
    told(view.form.shelf, remove="TEST")
    assert "TEST" not in [chip["key"] for chip in view.form.shelf.chips]


def test_the_models_are_those_that_the_service_tells(view, service):
    service.choices = (*service.choices, ModelChoice("mine", "My own"))
    view.browser.came = {"query": "ticker=TEST&model=mine", "turn": 1}
    until(lambda: service.payloads)
    assert view.form.model.options[-1] == ("My own", "mine")
    assert (view.form.model.value, service.payloads[0]["model"]) == ("mine", "mine")
    view.browser.came = {"query": "ticker=TEST&model=theirs", "turn": 2}
    assert view.form.model.value == "default"


def test_the_levels_are_written_as_elsewhere(view):
    assert [words for words, _ in view.form.level.options] == ["50 %", "80 %", "90 %", "95 %"]
