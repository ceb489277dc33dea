import threading
from datetime import date

import pytest

from stockcast_lib.core.errors import QueueUnavailable
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.dashboard.model.asking import MOST_RECENT, MOST_WATCHED, Ask, Asked
from tests.dashboard.service import until

DIRECTORY = SymbolDirectory(
    (Symbol("AAPL", "Apple Inc."), Symbol("APA", "Apache"), Symbol("APX")), complete=True
)


def ask_of(last_session=lambda _ticker: None) -> Ask:
    return Ask(lambda: DIRECTORY, last_session)


def test_typing_offers_what_matches():
    ask = ask_of()
    ask.type("appl")
    assert ask.offered == {"typed": "appl", "groups": [["", [["AAPL", "Apple Inc."]]]]}


def test_a_symbol_without_a_name_is_offered_by_its_ticker():
    ask = ask_of()
    ask.type("apx")
    assert ["APX", ""] in ask.offered["groups"][0][1]


def test_an_empty_box_offers_what_is_remembered():
    ask = ask_of()
    ask.type(" ")
    assert ask.offered["groups"] == []
    ask.watch("IBM", watched=True)
    ask.remember("MSFT")
    ask.type("")
    assert ask.offered["groups"] == [["Watchlist", [["IBM", ""]]], ["Recent", [["MSFT", ""]]]]


def test_the_last_ticker_is_the_first_that_is_remembered():
    ask = ask_of()
    for number in range(MOST_RECENT + 2):
        ask.remember(f"T{number}")
    ask.remember("T5")
    assert ask.recent[:2] == ["T5", f"T{MOST_RECENT + 1}"]
    assert len(ask.recent) == len(set(ask.recent)) == MOST_RECENT


def test_the_watchlist_has_an_end_and_each_ticker_once():
    ask = ask_of()
    for number in [*range(MOST_WATCHED + 1), 3]:
        ask.watch(f"T{number}", watched=True)
    assert ask.watched[0] == "T3"
    assert len(ask.watched) == len(set(ask.watched)) == MOST_WATCHED
    ask.watch("T3", watched=False)
    assert "T3" not in ask.watched


@pytest.mark.parametrize(
    ("asked", "model", "params"),
    [
        (Asked("AAPL"), "default", {}),
        (Asked("AAPL", level=0.95), "default", {"interval": 0.95}),
        (Asked("AAPL", model="stocker"), "default", {"engine": "stan"}),
        (Asked("AAPL", model="mine"), "mine", {}),
    ],
)
def test_a_request_says_what_is_not_as_usual(asked, model, params):
    assert asked.payload() == {"ticker": "AAPL", "days": 90, "model": model, "params": params}


def test_a_preset_can_have_another_level():
    params = Asked("AAPL", level=0.5, model="prophet").payload()["params"]
    assert params == {"weekly_seasonality": True, "engine": "stan", "interval": 0.5}


def test_the_ticker_is_asked_for_in_its_one_spelling():
    ask = ask_of()
    ask.ticker, ask.days = " brk-b ", 7
    assert ask.asked() == Asked("BRK.B", 7)
    assert ask.asked("ibm").ticker == "IBM"


def test_the_horizon_counts_from_the_tickers_own_prices():
    ask = ask_of(lambda ticker: date(2017, 2, 27) if ticker == "AAPL" else None)
    assert not ask.target_is_known
    ask.ticker, ask.days = "aapl", 30
    until(lambda: ask.target == date(2017, 3, 29))
    assert ask.target_is_known
    ask.ticker = "IBM"
    until(lambda: not ask.target_is_known)
    assert ask.target > date(2026, 1, 1)


@pytest.mark.parametrize("days", [0, -5, 10_000_000])
def test_days_outside_the_calendar_lead_nowhere(days):
    ask = ask_of()
    ask.days = days
    until(lambda: ask.target is None)


def test_a_queue_that_is_away_holds_up_nothing():
    def away(_ticker):
        raise QueueUnavailable("Redis is away.")

    ask = ask_of(away)
    ask.days = 7
    ask.ticker = "AAPL"
    assert ask.target is not None
    assert not ask.target_is_known


def test_whoever_types_does_not_wait_for_the_last_session():
    go_on = threading.Event()
    ask = ask_of(lambda _ticker: go_on.wait(10) and date(2017, 2, 27))
    ask.ticker = "AAPL"
    assert not ask.target_is_known
    go_on.set()
    until(lambda: ask.target_is_known)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("apple", "AAPL"), ("Apple inc", "AAPL"), ("apa", "APA"), ("aaplq", "AAPLQ"), ("inc", "AAPL")],
)
def test_a_company_s_name_stands_for_its_ticker(typed, meant):
    ask = ask_of()
    ask.type(typed)
    assert ask.asked().ticker == ask.asked(typed).ticker == meant


def test_an_offer_for_another_text_is_not_taken():
    ask = ask_of()
    ask.type("appl")
    assert ask.asked("apple").ticker == "APPLE"


def test_a_recent_ticker_is_forgotten():
    ask = ask_of()
    for each in ("IBM", "MSFT"):
        ask.remember(each)
    ask.forget("IBM")
    assert ask.recent == ["MSFT"]
