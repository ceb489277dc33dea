"""Tickers side by side."""

import threading

import pytest

from stockcast_lib.core.errors import NoPrices, UnknownTicker
from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.compare import MOST_ADDED, CompareModel
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader
from tests.dashboard.service import PlayedService, job, model_of, stored_forecast, until
from tests.factories import price_history, price_version

DONE, RUNNING = JobState.DONE, JobState.RUNNING


class ManyTickers(PlayedService):
    """Each ticker has a job, a result and prices of its own."""

    def __init__(self):
        super().__init__()
        self.refused = {}
        self.without_prices = set()
        self.held = {}

    def submit(self, payload):
        super().submit(payload)
        ticker = payload["ticker"]
        if ticker in self.refused:
            raise self.refused[ticker]
        return ticker

    def follow(self, job_id, timeout):  # noqa: ARG002 - the service has it
        yield job(RUNNING, cell=3, id=job_id)
        self.held.get(job_id, threading.Event()).wait(10 if job_id in self.held else 0)
        yield job(DONE, id=job_id)

    def forecast(self, finished):
        version = price_version(price_history(finished.id)).key
        return stored_forecast(ticker=finished.id, data_version=version)

    def prices_of(self, key):
        ticker = key.split("/")[1]
        if ticker in self.without_prices:
            raise NoPrices(f"There are no prices of {ticker}.")
        history = price_history(ticker)
        return price_version(history), history


@pytest.fixture
def service() -> ManyTickers:
    return ManyTickers()


@pytest.fixture
def compare(service) -> CompareModel:
    return CompareModel(service)


def finished(service, ticker, **asked) -> Run:
    run = Run(service, Asked(ticker, **{"days": 3, **asked}))
    run.start().join(10)
    assert run.state == "done"
    return run


def states(compare) -> dict[str, str]:
    return {row.ticker: row.state for row in compare.rows}


def drawn(compare) -> list[str]:
    traces = compare.document["data"] if compare.document else []
    return [each["name"] for each in traces if each["meta"]["part"] == "observations"]


def test_the_one_in_view_comes_first_and_alone(service, compare):
    compare.show(finished(service, "AAPL"), Reader("de-DE"))
    assert states(compare) == {"AAPL": "done"}
    until(lambda: drawn(compare) == ["AAPL"])
    assert compare.document["layout"]["separators"] == ",."


def test_an_added_one_is_asked_for_as_the_one_in_view_was(service, compare):
    compare.show(finished(service, "AAPL", days=30, level=0.9, model="stocker"), Reader())
    assert compare.add(" msft ")
    until(lambda: states(compare) == {"AAPL": "done", "MSFT": "done"})
    first, second = service.payloads
    assert second == {**first, "ticker": "MSFT"}
    until(lambda: drawn(compare) == ["AAPL", "MSFT"])
    assert compare.said == "MSFT is here."


def test_rows_fill_in_as_they_finish(service, compare):
    service.held["MSFT"] = threading.Event()
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("MSFT")
    compare.add("IBM")
    until(lambda: states(compare) == {"AAPL": "done", "MSFT": "busy", "IBM": "done"})
    until(lambda: compare.rows[1].note == "Forecasting · cell 3 of 5")
    until(lambda: drawn(compare) == ["AAPL", "IBM"])
    service.held["MSFT"].set()
    until(lambda: drawn(compare) == ["AAPL", "MSFT", "IBM"])
    assert compare.rows[1].result.ticker == "MSFT"


def test_one_that_fails_says_why_and_the_others_stay(service, compare):
    service.refused["ZZZZ"] = UnknownTicker("No ticker is called ZZZZ.")
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("ZZZZ")
    until(lambda: states(compare) == {"AAPL": "done", "ZZZZ": "failed"})
    assert compare.rows[1].note == compare.said == "No ticker is called ZZZZ."
    until(lambda: drawn(compare) == ["AAPL"])


def test_a_failed_one_is_asked_for_again_when_it_is_added_again(service, compare):
    service.refused["IBM"] = UnknownTicker("No ticker is called IBM.")
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("IBM")
    until(lambda: states(compare)["IBM"] == "failed")
    service.refused.clear()
    compare.remove("IBM")
    compare.add("IBM")
    until(lambda: states(compare)["IBM"] == "done")


def test_one_without_prices_is_not_drawn_and_the_page_says_so(service, compare):
    service.without_prices.add("IBM")
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("IBM")
    until(lambda: compare.trouble)
    assert compare.trouble == "IBM is not drawn: There are no prices of IBM."
    assert drawn(compare) == ["AAPL"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Type a ticker"), ("$$", "Type a ticker"), ("aapl", "already"), ("MSFT", "already")],
)
def test_what_cannot_be_added_says_why(service, compare, text, why):
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("MSFT")
    assert not compare.add(text)
    assert why in compare.refusal
    assert compare.tickers == ["MSFT"]
    compare.type("x")
    assert compare.refusal == ""


def test_six_are_the_most(service, compare):
    compare.show(finished(service, "A"), Reader())
    for ticker in "BCDEF":
        assert compare.add(ticker)
    assert not compare.add("G")
    assert "At most 6" in compare.refusal
    compare.remove("B")
    assert compare.add("G")


def test_a_removed_one_is_withdrawn(service, compare):
    service.held["MSFT"] = threading.Event()
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("MSFT")
    until(lambda: compare.rows[1].note.startswith("Forecasting"))
    compare.remove("MSFT")
    assert states(compare) == {"AAPL": "done"}
    until(lambda: service.withdrawn == ["MSFT"])
    service.held["MSFT"].set()


def test_another_horizon_asks_for_all_anew_and_the_way_back_for_none(service, compare):
    near = finished(service, "AAPL")
    compare.show(near, Reader())
    compare.add("MSFT")
    until(lambda: states(compare)["MSFT"] == "done")
    compare.show(finished(service, "AAPL", days=30), Reader())
    until(lambda: states(compare)["MSFT"] == "done")
    asked = [(each["ticker"], each["days"]) for each in service.payloads]
    assert asked == [("AAPL", 3), ("MSFT", 3), ("AAPL", 30), ("MSFT", 30)]
    compare.show(near, Reader())
    assert states(compare) == {"AAPL": "done", "MSFT": "done"}
    assert len(service.payloads) == 4


def test_who_was_in_view_changes_places_with_who_is(service, compare):
    compare.show(finished(service, "AAPL"), Reader())
    compare.put(["MSFT", "IBM"])
    compare.show(finished(service, "MSFT"), Reader())
    assert compare.tickers == ["AAPL", "IBM"]
    compare.show(finished(service, "XOM"), Reader())
    assert compare.tickers == ["AAPL", "IBM"]
    assert [row.ticker for row in compare.rows] == ["XOM", "AAPL", "IBM"]


def test_the_unit_changes_the_axis(service, compare):
    compare.show(finished(service, "AAPL"), Reader())
    until(lambda: compare.document)
    assert compare.document["layout"]["yaxis"]["ticksuffix"] == " %"
    compare.unit = "price"
    until(lambda: "ticksuffix" not in compare.document["layout"]["yaxis"])


def test_without_a_forecast_nothing_is_compared_and_the_tickers_are_kept(service, compare):
    compare.show(finished(service, "AAPL"), Reader())
    compare.add("MSFT")
    until(lambda: len(drawn(compare)) == 2)
    compare.show(None, Reader())
    assert (compare.rows, compare.document, compare.tickers) == ([], None, ["MSFT"])


def test_typing_offers_what_matches(compare):
    compare.type("micro")
    assert compare.offered == {"typed": "micro", "groups": [["", [["MSFT", "Microsoft"]]]]}
    compare.type(" ")
    assert compare.offered == {"typed": " ", "groups": []}


def test_a_link_reproduces_what_is_compared(service):
    model = model_of(service)
    model.come("ticker=AAPL&section=compare&compare=msft,AAPL,$$,IBM,MSFT&unit=price")
    until(lambda: len(states(model.compare)) == 3)
    assert list(states(model.compare)) == ["AAPL", "MSFT", "IBM"]
    assert model.compare.unit == "price"
    until(lambda: model.query == "ticker=AAPL&section=compare&compare=MSFT,IBM&unit=price")
    model.compare.remove("IBM")
    assert "compare=MSFT&" in model.query


def test_a_link_compares_no_more_than_six(compare):
    compare.put([chr(65 + place) for place in range(20)])
    assert len(compare.tickers) == MOST_ADDED


def test_on_the_way_back_no_half_view_is_told(service):
    model = model_of(service)
    model.come("ticker=AAPL")
    until(lambda: model.current)
    told = []
    model.observe(lambda change: told.append(change.new), "query")
    model.come("ticker=IBM&chart=candles&section=compare&compare=XOM")
    assert told == ["ticker=IBM&chart=candles&section=compare&compare=XOM"]
