"""No object in S3 that was changed since it was written is taken for what was written."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from stockcast_lib.adapters.integrity import seal
from stockcast_lib.adapters.s3_ledger import S3Ledger
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.s3_runs import S3RunArchive
from stockcast_lib.adapters.s3_scores import S3Scores
from stockcast_lib.adapters.symbol_list import S3SymbolLists
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject, DamagedPrices
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.scores import Scores
from stockcast_lib.core.symbols import Symbol
from tests.factories import FETCHED_AT, forecast_result, price_history
from tests.gateway import made_job

pytestmark = pytest.mark.services

JOB = "a" * 32
ARTEFACTS = {
    keys.JOB_ARTEFACT: b'{"state":"done"}',
    keys.RESULT_ARTEFACT: b'{"price":101.5,"lower":99.0}',
    keys.FIGURE_ARTEFACT: b'{"data":[]}',
    keys.PICTURE_ARTEFACT: bytes(range(256)),
    keys.notebook_artefact(Stage.FORECAST): b'{"cells":[]}',
    keys.notebook_artefact(Stage.INGEST): b'{"cells":[{}]}',
}


@dataclass(frozen=True)
class Written:
    """The objects of one kind that lie in the folder, and how they are read."""

    keys: tuple[str, ...]
    read: Callable[[], Any]


def artefact(name):
    def write(folder):
        archive = S3RunArchive(folder)
        archive.write(JOB, 1, name, ARTEFACTS[name])
        return Written(tuple(folder.puts), lambda: archive.read(JOB, name))

    return write


def manifest(folder):
    store = S3PriceStore(folder)
    version = store.save(price_history(sessions=5), FETCHED_AT)
    return Written((version.key,), lambda: store.current("TEST"))


def rows(folder):
    store = S3PriceStore(folder)
    version = store.save(price_history(sessions=5), FETCHED_AT)
    files = (keys.price_csv(version.content_hash), keys.price_parquet(version.content_hash))
    return Written(files, lambda: store.load(version).frame)


def ledger_entry(folder):
    ledger = S3Ledger(folder)
    ledger.write(made_job(id=JOB), forecast_result())
    return Written(tuple(folder.puts), lambda: list(ledger.rows(fail)))


def fail(error):
    raise error


def look(folder):
    store = S3Scores(folder)
    store.save(Scores(scored_at=FETCHED_AT, forecasts=5))
    # What is damaged counts as never taken: for all looks alike.
    return Written(tuple(folder.puts), lambda: given(store.current()))


def given(scores):
    if scores == Scores():
        raise DamagedObject("none is whole", key="scores")
    return scores


def symbols(folder):
    lists = S3SymbolLists(folder)
    key = lists.save([Symbol("AAPL", "Apple")], FETCHED_AT)
    return Written((key,), lambda: lists.load(key))


KINDS = {
    **{name: artefact(name) for name in ARTEFACTS},
    "a price version": manifest,
    "prices": rows,
    "a forecast in the ledger": ledger_entry,
    "scores": look,
    "symbols": symbols,
}


def same(one, other):
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


def damages(data):
    """A bit turned here and there, the end cut off, and nothing left."""
    for at in range(0, len(data), max(1, len(data) // 40)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        yield bytes(changed)
    yield from (data[:-1], data + b"\n", b"")


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
def test_what_was_changed_is_never_given(folder, write):
    written = write(folder)
    before = written.read()
    held = [folder.get(key) for key in written.keys]
    refused = 0
    for changed in zip(*map(damages, held), strict=False):
        for key, data in zip(written.keys, changed, strict=True):
            folder.put(key, data)
        try:
            assert same(written.read(), before)
        except DamagedObject:
            refused += 1
    assert refused > 10
    for key, data in zip(written.keys, held, strict=True):
        folder.put(key, data)
    assert same(written.read(), before)


@pytest.mark.parametrize("name", ARTEFACTS)
def test_every_changed_byte_of_an_artefact_is_noticed_and_said_with_what_to_do(folder, name):
    written = artefact(name)(folder)
    (key,) = written.keys
    for data in damages(folder.get(key)):
        folder.put(key, data)
        with pytest.raises(DamagedObject, match="ask for the forecast again") as caught:
            written.read()
        assert caught.value.details == {"key": key}


@pytest.mark.parametrize("name", ARTEFACTS)
def test_an_artefact_of_before_there_were_hashes_is_read(folder, name):
    folder.put(f"runs/{JOB}/001/{name}", ARTEFACTS[name])
    assert S3RunArchive(folder).read(JOB, name) == ARTEFACTS[name]


def test_an_artefact_lies_in_the_folder_that_its_hash_names(folder):
    S3RunArchive(folder).write(JOB, 2, "result.json", b"{}")
    assert folder.puts == [f"runs/{JOB}/002/{seal(b'{}')}/result.json"]


@pytest.mark.parametrize("ending", ["csv.gz", "parquet"])
def test_prices_of_which_one_file_is_damaged_are_read_from_the_other(folder, ending):
    store, history = S3PriceStore(folder), price_history(sessions=50)
    version = store.save(history, FETCHED_AT)
    folder.put(f"{keys.price_rows(version.content_hash)}{ending}", b"other")
    loaded = store.load(version)
    pd.testing.assert_frame_equal(loaded.frame, history.frame, check_exact=True, check_freq=False)
    assert store.is_whole(version)


def test_prices_of_which_both_files_are_damaged_are_refused_until_they_are_stored_again(folder):
    store, history = S3PriceStore(folder), price_history(sessions=50)
    version = store.save(history, FETCHED_AT)
    for key in folder.list("price-data/"):
        folder.put(key, folder.get(key)[:-9])
    assert not store.is_whole(version)
    with pytest.raises(DamagedPrices, match=r"prices of TEST were changed .* fetched anew"):
        store.load(version)
    again = store.save(history, FETCHED_AT + timedelta(days=1))
    assert again.content_hash == version.content_hash
    for each in (version, again):
        assert store.is_whole(each)
        pd.testing.assert_frame_equal(store.load(each).frame, history.frame, check_freq=False)


def test_prices_of_before_there_were_hashes_are_read(folder):
    store, history = S3PriceStore(folder), price_history(sessions=50)
    version = store.save(history, FETCHED_AT).model_copy(update={"parquet_hash": None})
    key = f"prices/TEST/20270105T120000.000000Z-{version.content_hash}.json"
    old = version.model_copy(update={"key": key})
    folder.put(key, old.model_dump_json(exclude={"parquet_hash"}).encode())
    assert store.current("TEST") == old
    pd.testing.assert_frame_equal(store.load(old).frame, history.frame, check_freq=False)
    assert store.is_whole(old)
    for key in folder.list("price-data/"):
        folder.put(key, b"other")
    assert not store.is_whole(old)
    with pytest.raises(DamagedPrices):
        store.load(old)


def test_a_list_of_symbols_that_is_damaged_is_stored_again(folder):
    lists, symbols = S3SymbolLists(folder), [Symbol("AAPL", "Apple")]
    damaged = lists.save(symbols, FETCHED_AT)
    assert lists.save(symbols, FETCHED_AT + timedelta(days=1)) == damaged
    folder.put(damaged, b"")
    key = lists.save(symbols, FETCHED_AT + timedelta(days=1))
    assert key != damaged
    assert lists.load(key) == symbols
    with contextlib.suppress(DamagedObject):
        pytest.fail(f"{lists.load(damaged)}")
