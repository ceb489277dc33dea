"""Archived backtests on a real S3 server."""

import io
from dataclasses import fields, replace
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.adapters.s3_backtests import S3Backtests, _from_bytes, _to_bytes
from stockcast_lib.core import keys
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting import backtest, make_forecast
from stockcast_lib.forecasting.backtest import OriginFits, fit_origins
from stockcast_lib.wiring import backtests as wiring
from tests.factories import price_history, price_version

pytestmark = pytest.mark.services

CONFIG = ModelConfig(changepoints=["2016-03-05"], monthly_order=2)


@pytest.fixture
def archive(bucket):
    return S3Backtests(bucket, "1.0.1")


@pytest.fixture
def content():
    """Nobody else's in the shared bucket."""
    return uuid4().hex


@pytest.fixture(scope="module")
def fits():
    return fit_origins(price_history(sessions=120).adjusted_close, CONFIG)


def same(one: OriginFits, other: OriginFits) -> bool:
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name))
        for each in fields(OriginFits)
    )


def test_a_backtest_comes_back_as_it_was(archive, content, fits):
    archive.save(content, CONFIG, fits)
    loaded = archive.load(content, CONFIG)
    assert same(loaded, fits)
    assert loaded.origins.dtype == fits.origins.dtype


def test_a_backtest_without_any_origin_comes_back_too(archive, content):
    fits = fit_origins(price_history(sessions=30).adjusted_close, CONFIG)
    assert len(fits.origins) == 0
    archive.save(content, CONFIG, fits)
    assert same(archive.load(content, CONFIG), fits)


def test_of_other_rows_another_model_or_another_release_nothing_is_known(
    archive, bucket, content, fits
):
    archive.save(content, CONFIG, fits)
    assert archive.load(uuid4().hex, CONFIG) is None
    assert S3Backtests(bucket, "1.0.2").load(content, CONFIG) is None
    for change in (
        {"training_years": 2.0},
        {"changepoints": ()},
        {"changepoints": None},
        {"holidays": "US"},
        {"monthly_order": 3},
        {"changepoint_prior_scale": 0.1},
    ):
        assert archive.load(content, CONFIG.model_copy(update=change)) is None, change


@pytest.mark.parametrize("change", [{"interval": 0.95}, {"engine": "stan"}, {"yearly_order": 10}])
def test_what_makes_no_other_fits_finds_the_same_backtest(archive, content, fits, change):
    archive.save(content, CONFIG, fits)
    assert same(archive.load(content, ModelConfig(**{**CONFIG.overrides(), **change})), fits)


def test_a_backtest_is_written_once(archive, bucket, content, fits):
    archive.save(content, CONFIG, fits)
    other = replace(fits, level=fits.level + 1)
    archive.save(content, CONFIG, other)
    assert len(bucket.list(keys.backtest(content, "").removesuffix(".npz"))) == 1
    assert same(archive.load(content, CONFIG), fits)


def _cut(data):
    return data[: len(data) // 2]


def _changed(at, bits):
    def change(data):
        damaged = bytearray(data)
        damaged[at] ^= bits
        return bytes(damaged)

    return change


def _without_rates(_):
    held = io.BytesIO()
    np.savez_compressed(held, origins=np.arange(3), level=np.zeros(3))
    return held.getvalue()


def _other_lengths(_):
    held = io.BytesIO()
    arrays = {"level": np.zeros(3), "rate": np.zeros(2), "effects": np.zeros((3, 1))}
    np.savez_compressed(held, origins=np.arange(3), **arrays)
    return held.getvalue()


def _one_array(_):
    held = io.BytesIO()
    np.save(held, np.zeros(3))
    return held.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        lambda _: b"",
        lambda _: b"no archive",
        lambda data: data[:-1],
        _without_rates,
        _other_lengths,
        _one_array,
    ],
    ids=["half", "empty", "text", "cut short", "incomplete", "unequal", "one array"],
)
def test_damaged_bytes_are_no_backtest(archive, bucket, content, fits, damage):
    archive.save(content, CONFIG, fits)
    (key,) = bucket.list(f"backtests/{content}/")
    bucket.put(key, damage(bucket.get(key)))
    assert archive.load(content, CONFIG) is None


def test_no_changed_byte_breaks_a_reader_or_goes_unnoticed(fits):
    data = _to_bytes(OriginFits(*(getattr(fits, each.name)[:4] for each in fields(OriginFits))))
    whole = _from_bytes(data)
    for at in range(len(data)):
        for bits in (0x01, 0x80, 0xFF):
            read = _from_bytes(_changed(at, bits)(data))
            assert read is None or same(read, whole), at


@pytest.fixture
def counted(monkeypatch, bucket):
    """The wiring on the shared bucket; counts the backtests that are made."""
    made = []

    def fitted(prices, config):
        made.append(config)
        return fit_origins(prices, config)

    monkeypatch.setattr(wiring, "bucket", lambda: bucket)
    monkeypatch.setattr(backtest, "fit_origins", fitted)
    return made


def test_the_origins_are_fitted_once_for_all_horizons_and_levels(counted, content):
    history = price_history(sessions=200)
    version = price_version(history, content_hash=content)
    first = wiring.origin_fits(version, history, CONFIG)
    again = wiring.origin_fits(version, history, CONFIG.model_copy(update={"interval": 0.95}))
    assert len(counted) == 1
    assert same(first, again)
    wiring.origin_fits(version, history, ModelConfig())
    assert len(counted) == 2


def test_damaged_origins_are_fitted_anew(counted, bucket, content):
    history = price_history(sessions=60)
    version = price_version(history, content_hash=content)
    first = wiring.origin_fits(version, history, CONFIG)
    (key,) = bucket.list(f"backtests/{content}/")
    bucket.put(key, b"")
    assert same(wiring.origin_fits(version, history, CONFIG), first)
    assert len(counted) == 2


def test_another_method_is_not_served_the_fits_of_the_last(counted, monkeypatch, content):
    history = price_history(sessions=60)
    version = price_version(history, content_hash=content)
    wiring.origin_fits(version, history, CONFIG)
    monkeypatch.setattr(backtest, "METHOD", backtest.METHOD + 1)
    wiring.origin_fits(version, history, CONFIG)
    assert len(counted) == 2


@pytest.mark.parametrize(
    "config",
    [ModelConfig(), ModelConfig(changepoints=["2013-06-03", "2016-03-05"], interval=0.9)],
    ids=["default", "changepoints"],
)
def test_a_forecast_from_the_archive_is_the_same(counted, content, config):
    history = price_history(sessions=1_300)
    version = price_version(history, content_hash=content)
    wiring.origin_fits(version, history, config)
    read = wiring.origin_fits(version, history, config)
    assert len(counted) == 1
    made, again = make_forecast(history, 45, config), make_forecast(history, 45, config, read)
    pd.testing.assert_frame_equal(made.path, again.path)
    assert (made.skill, made.coverage, made.bands) == (again.skill, again.coverage, again.bands)
