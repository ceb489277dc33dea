"""Published models: the registry, the catalogue over it, and what their notebooks run in."""

import atexit
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stockcast_lib import __version__
from stockcast_lib.core import keys
from stockcast_lib.core.errors import ModelsRefused
from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import CellRun, MarketData, ModelCatalogue, ModelPublishing
from stockcast_lib.settings import (
    ModelSettings,
    NotebookSettings,
    StoreSettings,
    WorkerSettings,
    model_environment,
)
from stockcast_lib.wiring.queue import redis_client
from stockcast_lib.wiring.stores import bucket

if TYPE_CHECKING:
    from stockcast_lib.execution.confinement import Confinement
    from stockcast_lib.execution.limits import Limits
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.publishing.hiding import HidingRunner
    from stockcast_lib.publishing.registry import ModelRegistry
    from stockcast_lib.publishing.trial_set import TrialSet

# An expression, so that the notebook finds no name that it did not make.
SETTLE_IN = "__import__('stockcast_lib.warm').warm.settle_in()"
# A stage's kernels are forked from a server that knows no more.
WARM = {
    Stage.INGEST: "stockcast_lib.warm.prices",
    Stage.FORECAST: "stockcast_lib.warm.forecasts",
}
_HTTPS = 443
_HTTP = 80


@cache
def model_registry() -> "ModelRegistry":
    """Which models there are."""
    from stockcast_lib.adapters.redis_models import RedisModelBoard
    from stockcast_lib.adapters.s3_models import S3ModelStore
    from stockcast_lib.publishing.registry import ModelRegistry

    store = S3ModelStore(bucket(), _trials().digest, __version__)
    return ModelRegistry(store, RedisModelBoard(redis_client()))


def served_models() -> Callable[[], Sequence[str]]:
    """The names that can be asked for, the default one first; told at once."""
    from stockcast_lib.publishing.served import ServedNames

    return ServedNames(lambda: model_registry().served())


@cache
def models() -> ModelCatalogue:
    """The forecasting notebooks: our own, and those that are published."""
    from stockcast_lib.adapters.notebook_folder import NotebookFolder
    from stockcast_lib.publishing.catalogue import PublishedCatalogue

    own = NotebookFolder(NotebookSettings.read().notebooks_dir, __version__)
    return PublishedCatalogue(model_registry(), own, _fetched_notebooks(), __version__)


@cache
def _fetched_notebooks() -> Path:
    folder = tempfile.mkdtemp(prefix="stockcast-models-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def publishing() -> ModelPublishing:
    """What the faces do with models."""
    from stockcast_lib.adapters.s3_prices import S3PriceStore
    from stockcast_lib.execution.versions import library_versions
    from stockcast_lib.publishing.publisher import Publisher

    return Publisher(
        registry=model_registry(),
        models=models(),
        market=_sample,
        prices=S3PriceStore(bucket(), keys.TRIAL_PRICES),
        trials=_trials(),
        runner=_held_runner,
        versions=library_versions(),
    )


def _sample() -> MarketData:
    from stockcast_lib.adapters.vendors.sample import SampleVendor

    return SampleVendor()


def _trials() -> "TrialSet":
    from stockcast_lib.publishing.trial_set import TrialSet

    return TrialSet(ModelSettings.read().trial_tickers)


@contextlib.contextmanager
def _held_runner() -> "Iterator[HidingRunner]":
    runner = model_runner()
    try:
        yield runner
    finally:
        runner.close()


def model_runner(cell_ran: Callable[[CellRun], None] | None = None) -> "HidingRunner":
    """What notebooks run in that nobody trusts.

    Args:
        cell_ran: told of each code cell that has run.

    Raises:
        ModelsRefused: they cannot be confined here, and no setting allows it.
    """
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.publishing.hiding import HidingRunner

    refused = models_refused()
    if refused is not None:
        raise ModelsRefused(
            f"Published notebooks are not run here: {refused}. `stockcast doctor` says more; "
            "STOCKCAST_UNCONFINED_MODELS=true allows it all the same."
        )
    place, reading = _reading_store()
    runner = PapermillRunner(
        environment=model_environment({**place, **reading}),
        limits=limits(),
        prelude=SETTLE_IN,
        confinement=_confined_to(place.get("STOCKCAST_S3_ENDPOINT_URL")),
        cell_ran=cell_ran,
        warm=WARM[Stage.FORECAST],
    )
    return HidingRunner(runner, tuple(reading.values()))


def rehearsal_runner(store: Mapping[str, str]) -> "PapermillRunner":
    """What a model notebook is tried in where nothing can come to harm; confined where possible.

    Args:
        store: how its kernel reaches S3.
    """
    from stockcast_lib.execution.runner import PapermillRunner

    return PapermillRunner(
        environment=model_environment(store),
        limits=limits(),
        confinement=_confined_to(store["STOCKCAST_S3_ENDPOINT_URL"]),
    )


def models_refused() -> str | None:
    """Why published notebooks do not run here, or None."""
    from stockcast_lib.execution.confinement import can_confine

    settings = ModelSettings.read()
    if settings.unconfined_models:
        return None
    if settings.reading_keys is None:
        return "there are no keys that only read the store (STOCKCAST_READ_ACCESS_KEY_ID)"
    return can_confine()


def _reading_store() -> tuple[dict[str, str], dict[str, str]]:
    """Where published notebooks find the store, and with which keys."""
    store, settings = StoreSettings.read(), ModelSettings.read()
    endpoint = settings.read_s3_endpoint_url or store.s3_endpoint_url
    place = {
        "STOCKCAST_S3_BUCKET": store.s3_bucket,
        "AWS_DEFAULT_REGION": store.region,
        # Even where the keys could: what such a notebook computes is nobody else's backtest.
        "STOCKCAST_S3_READ_ONLY": "true",
    }
    if endpoint:
        place["STOCKCAST_S3_ENDPOINT_URL"] = endpoint
    return place, settings.reading_keys or _writing_keys(store)


def _writing_keys(store: StoreSettings) -> dict[str, str]:
    held = {"AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key}
    return {name: key.get_secret_value() for name, key in held.items() if key}


def _confined_to(endpoint: str | None) -> "Confinement | None":
    """To the port of an S3, Amazon's own by default; None where nothing can be confined."""
    from stockcast_lib.execution.confinement import Confinement, can_confine

    if can_confine() is not None:
        return None
    found = urlsplit(endpoint or "https://")
    return Confinement((found.port or (_HTTP if found.scheme == "http" else _HTTPS),))


def limits() -> "Limits":
    """What a notebook may use."""
    from stockcast_lib.execution.limits import MEGABYTE, Limits

    settings = WorkerSettings.read()
    return Limits(
        run_seconds=settings.run_timeout_seconds,
        cell_seconds=settings.cell_timeout_seconds,
        memory_bytes=settings.kernel_memory_mb * MEGABYTE,
        processes=settings.kernel_processes,
    )
