"""Studies under way: cancelled, overtaken, failed, counted."""

import threading

from stockcast_lib.core.errors import NoPrices
from stockcast_lib.dashboard.model.working import Working
from tests.dashboard.service import until
from tests.dashboard.studies.played_prices import ENGLISH, run, settled


def test_prices_that_are_gone_are_told(model, prices):
    prices.lack = NoPrices("The prices are gone.")
    model.show(run(), ENGLISH)
    settled(model)
    assert model.working.error == "The prices are gone."
    prices.lack = None
    model.study = "holding"
    settled(model)
    assert model.seen.outcome.name == "holding"


def test_another_choice_takes_over_at_once(model, prices):
    prices.gate.clear()
    model.show(run(), ENGLISH)
    assert model.working.status == "Reading the prices"
    model.study = "holding"
    until(lambda: len(prices.reads) == 2)
    heard = []
    model.observe(lambda change: heard.append(change.new.outcome.name), "seen")
    prices.gate.set()
    settled(model)
    assert heard == ["holding"]


def test_a_cancelled_study_is_not_heard(model, prices):
    prices.gate.clear()
    model.show(run(), ENGLISH)
    until(lambda: prices.reads)
    model.cancel()
    assert not model.working.busy
    assert model.notice.startswith("Cancelled.")
    prices.gate.set()
    model.study = "holding"
    settled(model)
    assert model.seen.outcome.name == "holding"
    assert model.notice == ""


def test_cancelling_nothing_says_nothing(opened):
    opened.cancel()
    assert opened.notice == ""


def test_the_page_without_a_forecast_shows_no_study(opened):
    opened.show(None, ENGLISH)
    assert (opened.seen, opened.working.busy) == (None, False)


def test_what_nobody_waits_for_says_nothing_more():
    working, gate = Working(lambda _made: None), threading.Event()

    def late(say):
        assert gate.wait(10)
        say("Late")

    thread = working.run("First", late)
    working.stop()
    gate.set()
    thread.join(10)
    assert working.status == ""


def test_of_many_only_two_go_on_at_once_and_the_last_is_heard():
    heard, begun, gate = [], [], threading.Event()
    working = Working(heard.append)

    def slow(name):
        begun.append(name)
        assert gate.wait(10)
        return name

    for name in range(5):
        working.run("Working", lambda _say, name=name: slow(name))
        until(lambda name=name: len(begun) >= min(name + 1, 2))
    gate.set()
    until(lambda: not working.busy)
    assert (heard, begun) == ([4], [0, 1, 4])


def test_the_seconds_are_counted():
    working, gate = Working(lambda _made: None), threading.Event()
    working.run("Working", lambda _say: gate.wait(10))
    until(lambda: working.seconds >= 1)
    gate.set()
    until(lambda: not working.busy)
