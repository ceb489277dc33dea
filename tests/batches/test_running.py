"""A batch over a function that answers at once."""

import threading

import pytest

from stockcast_lib.batches import Journal, requests_for, run_batch
from stockcast_lib.core.errors import InvalidRequest, UnknownTicker
from tests.factories import forecast_result

TICKERS = ("AAA", "BBB", "CCC", "DDD")
REQUESTS = requests_for(TICKERS, 3, "default", {"interval": 0.9})


class Asked:
    """Answers all but some tickers, and remembers whom it was asked for."""

    def __init__(self, *unknown):
        self.unknown, self.tickers, self.lock = unknown, [], threading.Lock()

    def __call__(self, request):
        with self.lock:
            self.tickers.append(request.ticker)
        if request.ticker in self.unknown:
            raise UnknownTicker(f"No ticker is called {request.ticker}.")
        return f"job-{request.ticker}", forecast_result(request.ticker)


def test_each_ticker_s_end_is_told_and_the_report_keeps_the_order():
    told = []
    made = run_batch(REQUESTS, Asked("BBB"), told=told.append)
    assert [entry.request.ticker for entry in made.entries] == list(TICKERS)
    assert sorted(entry.request.ticker for entry in told) == list(TICKERS)
    assert [entry.request.ticker for entry in made.failed] == ["BBB"]
    assert made.failed[0].error.code == "unknown-ticker"
    assert made.entries[0].job_id == "job-AAA"


def test_a_rerun_asks_only_for_what_is_not_done(tmp_path):
    with Journal(tmp_path) as journal:
        run_batch(REQUESTS, Asked("BBB"), journal)
    asked, told = Asked(), []
    with Journal(tmp_path) as journal:
        made = run_batch(REQUESTS, asked, journal, told.append)
    assert asked.tickers == ["BBB"]
    assert not made.failed
    assert len(told) == len(TICKERS)


def test_another_horizon_or_parameter_is_another_batch_in_the_same_folder(tmp_path):
    for days, params in ((3, {}), (4, {}), (3, {"interval": 0.9})):
        asked = Asked()
        with Journal(tmp_path) as journal:
            run_batch(requests_for(TICKERS, days, "default", params), asked, journal)
        assert sorted(asked.tickers) == list(TICKERS)


def test_one_that_is_killed_in_the_midst_of_a_line_loses_no_other(tmp_path):
    with Journal(tmp_path) as journal:
        run_batch(REQUESTS, Asked(), journal)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    for asked_for in (1, 0):
        asked = Asked()
        with Journal(tmp_path) as journal:
            made = run_batch(REQUESTS, asked, journal)
        assert len(asked.tickers) == asked_for
        assert not made.failed


def test_what_comes_is_kept_before_the_end(tmp_path):
    seen = []
    with Journal(tmp_path) as journal, pytest.raises(KeyboardInterrupt):
        run_batch(REQUESTS, Asked(), journal, lambda entry: (seen.append(entry), interrupt()))
    asked = Asked()
    with Journal(tmp_path) as journal:
        run_batch(REQUESTS, asked, journal)
    assert sorted([*asked.tickers, seen[0].request.ticker]) == list(TICKERS)


def interrupt():
    raise KeyboardInterrupt


def test_a_fault_of_ours_ends_the_batch():
    def broken(_request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_batch(REQUESTS, broken)


def test_a_folder_serves_one_batch_at_a_time(tmp_path):
    with Journal(tmp_path), pytest.raises(InvalidRequest, match="Another batch writes"):
        Journal(tmp_path).__enter__()
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequest, match="cannot hold the results"):
        Journal(tmp_path / "file").__enter__()
