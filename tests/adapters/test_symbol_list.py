"""Symbol lists on a real S3 server, and the directory that follows them."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.symbol_list import (
    ReloadingDirectory,
    S3SymbolLists,
    read_symbol_file,
    refresh,
)
from stockcast_lib.core.errors import BadSymbolList, StoreUnavailable, VendorUnavailable
from stockcast_lib.core.symbols import Symbol, SymbolDirectory

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
APPLE, FORD, IBM = Symbol("AAPL", "Apple Inc."), Symbol("F", "Ford"), Symbol("IBM")
BUNDLED = SymbolDirectory([APPLE], complete=True)


@pytest.fixture
def own_bucket(bucket):
    """A bucket of the test's own: the current list is the greatest of all keys."""
    name = f"symbols-{uuid4().hex}"
    bucket._client.create_bucket(Bucket=name)
    return Bucket(bucket._client, name)


@pytest.fixture
def lists(own_bucket):
    return S3SymbolLists(own_bucket)


class PlayedLists:
    """Lists in memory, that may be slow or away; counts how often it is looked at."""

    def __init__(self, **held):
        self.held = dict(held)
        self.looks = 0
        self.refusal = None
        self.go_on = threading.Event()
        self.go_on.set()

    def current(self):
        self.looks += 1
        assert self.go_on.wait(10)
        if self.refusal:
            raise self.refusal
        return max(self.held, default=None)

    def load(self, key):
        if isinstance(self.held[key], Exception):
            raise self.held[key]
        return self.held[key]


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def follow(clock):
    """A directory over lists, that has looked once; waits for each look's end."""

    def made(lists, bundled=BUNDLED, patience=10.0):
        directory = ReloadingDirectory(
            lists, bundled, check_seconds=30, patience_seconds=patience, clock=clock
        )
        if lists.go_on.is_set():
            directory._check.join(10)
        return directory

    return made


def tickers(directory):
    return {symbol.ticker for symbol in directory().symbols}


@pytest.mark.services
def test_the_list_stored_last_is_the_current_one(lists):
    assert lists.current() is None
    first = lists.save([APPLE], NOW)
    second = lists.save([APPLE, FORD], NOW + timedelta(seconds=1))
    assert first < second == lists.current()
    assert lists.load(first) == [APPLE]
    assert lists.load(second) == [APPLE, FORD]


@pytest.mark.services
def test_an_unchanged_list_is_not_stored_again(lists, own_bucket):
    first = lists.save([APPLE], NOW)
    assert lists.save([APPLE], NOW + timedelta(days=1)) == first
    lists.save([FORD], NOW + timedelta(days=2))
    assert lists.save([APPLE], NOW + timedelta(days=3)) != first
    assert len(own_bucket.list("symbols/")) == 3


@pytest.mark.services
def test_a_list_that_is_not_there_is_told(lists):
    with pytest.raises(BadSymbolList, match=r"symbols/none\.csv"):
        lists.load("symbols/none.csv")


@pytest.mark.services
def test_a_refresh_merges_and_keeps_the_names_of_before(lists):
    refresh(lists, [lambda: [APPLE, FORD]], NOW)
    later = NOW + timedelta(days=1)
    vendors = [Symbol("AAPL", "", "NASDAQ"), IBM, Symbol("NOT A TICKER"), Symbol("000001")]
    key, stored = refresh(lists, [lambda: iter(vendors)], later)
    assert set(stored) == {Symbol("AAPL", "Apple Inc.", "NASDAQ"), FORD, IBM}
    assert set(lists.load(key)) == set(stored)


@pytest.mark.services
def test_a_refresh_can_start_anew(lists):
    refresh(lists, [lambda: [FORD]], NOW)
    key, _ = refresh(lists, [lambda: [APPLE]], NOW + timedelta(days=1), keep=False)
    assert lists.load(key) == [APPLE]


@pytest.mark.services
def test_a_source_that_is_away_leaves_the_list_as_it_was(lists):
    def away():
        raise VendorUnavailable("Away.")

    before = lists.save([FORD], NOW)
    with pytest.raises(VendorUnavailable):
        refresh(lists, [lambda: [APPLE], away], NOW + timedelta(days=1))
    assert lists.current() == before


@pytest.mark.services
def test_a_new_list_in_s3_is_followed(lists, follow, clock):
    lists.go_on = threading.Event()
    lists.go_on.set()
    lists.save([FORD], NOW)
    directory = follow(lists)
    assert tickers(directory) == {"AAPL", "F"}
    lists.save([IBM], NOW + timedelta(days=1))
    clock.now += 60
    assert tickers(directory) == {"AAPL", "IBM"}
    assert directory().complete


def test_a_file_of_ones_own_is_read(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("symbol,company\nF,Ford\n", "utf-8-sig")
    assert read_symbol_file(path) == [Symbol("F", "Ford", asset="")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"ticker,name\nF,Ford\nNSRGY,Nestl\xe9\n", "own.csv line 3: not UTF-8"),
        (b"ticker\n??\n", "own.csv line 2: '[?][?]' is no ticker"),
        (None, "own.csv cannot be read: No such file"),
    ],
    ids=["Latin-1", "no ticker", "no file"],
)
def test_a_file_that_is_no_list_is_told(tmp_path, content, told):
    path = tmp_path / "own.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSymbolList, match=told):
        read_symbol_file(path)


def test_it_serves_the_bundled_symbols_where_no_list_is(follow):
    directory = follow(PlayedLists())
    assert directory() is BUNDLED


def test_it_looks_again_after_its_time_and_not_before(follow, clock):
    lists = PlayedLists(a=[FORD])
    directory = follow(lists)
    assert tickers(directory) == {"AAPL", "F"}
    held = directory()
    lists.held["b"] = [IBM]
    clock.now += 29.9
    assert directory() is held
    assert lists.looks == 1
    clock.now += 0.2
    assert tickers(directory) == {"AAPL", "IBM"}
    assert lists.looks == 2


def test_an_unchanged_list_is_not_read_again(follow, clock):
    directory = follow(PlayedLists(a=[FORD]))
    held = directory()
    clock.now += 31
    assert directory() is held


@pytest.mark.parametrize(
    "fault", [StoreUnavailable("Away."), BadSymbolList("Broken."), ZeroDivisionError("x")]
)
def test_it_goes_on_with_what_it_has_while_there_is_no_list(follow, clock, fault, caplog):
    lists = PlayedLists(a=[FORD])
    directory = follow(lists)
    held = directory()
    lists.held["b"] = fault
    clock.now += 31
    with caplog.at_level(logging.INFO):
        assert directory() is held
    assert "symbol list is not renewed" in caplog.text
    lists.held["b"] = [IBM]
    clock.now += 31
    assert tickers(directory) == {"AAPL", "IBM"}


def test_nobody_waits_for_a_store_that_hangs(follow, clock):
    lists = PlayedLists(a=[FORD])
    lists.go_on.clear()
    directory = follow(lists, patience=0.05)
    began = time.monotonic()
    for _ in range(100):
        clock.now += 31
        assert directory() is BUNDLED
    assert time.monotonic() - began < 2
    assert lists.looks == 1
    lists.go_on.set()
    directory._check.join(10)
    assert tickers(directory) == {"AAPL", "F"}


def test_many_threads_look_once(follow, clock):
    lists = PlayedLists(a=[FORD])
    directory = follow(lists)
    directory()
    clock.now += 31
    lists.held["b"] = [IBM]
    barrier, seen = threading.Barrier(8), []

    def look():
        barrier.wait(10)
        seen.append(tickers(directory))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert lists.looks == 2
    assert all(each in ({"AAPL", "F"}, {"AAPL", "IBM"}) for each in seen)
    assert tickers(directory) == {"AAPL", "IBM"}


def test_whoever_misses_a_ticker_looks_again_at_once_and_once_a_second(follow, clock):
    lists = PlayedLists(a=[FORD])
    directory = follow(lists)
    lists.held["b"] = [APPLE]
    assert "F" in directory()
    clock.now += 1.5
    assert "AAPL" in directory.fresh()
    looks = lists.looks
    for _ in range(10):
        directory.fresh()
    assert lists.looks == looks


def test_whoever_has_stored_a_list_sees_it_at_once(follow):
    lists = PlayedLists(a=[FORD])
    directory = follow(lists)
    assert "F" in directory()
    for name in ("b", "c"):
        lists.held[name] = [Symbol(name.upper())]
        assert name.upper() in directory.renewed()
