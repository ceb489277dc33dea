"""Settings in, adapters out: the one place that chooses them.

Each function makes one thing and imports what that needs, so that a kernel that asks for prices
never imports Redis. What a process shares is made once.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from stockcast_lib import __version__
from stockcast_lib.core.errors import BadSettings, StockcastError
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.prices import PriceHistory, PriceVersion, no_prices
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.ports import (
    JobSubmitter,
    MarketData,
    ModelCatalogue,
    PriceBoard,
    PriceStore,
    RunArchive,
)
from stockcast_lib.settings import (
    NotebookSettings,
    QueueSettings,
    StoreSettings,
    VendorName,
    VendorSettings,
    WorkerSettings,
    kernel_environment,
)

_READINESS_SECONDS = 5.0

if TYPE_CHECKING:
    import redis

    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
    from stockcast_lib.adapters.redis_queue import RedisJobQueue
    from stockcast_lib.adapters.s3 import Bucket
    from stockcast_lib.adapters.symbol_list import (
        ReloadingDirectory,
        S3SymbolLists,
        SymbolSource,
    )
    from stockcast_lib.execution.runner import PapermillRunner
    from stockcast_lib.service import ForecastService
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.intake import Intake


@cache
def bucket() -> "Bucket":
    """The S3 bucket."""
    from stockcast_lib.adapters.s3 import Bucket, connect

    settings = StoreSettings.read()
    access, secret = settings.access_key, settings.secret_key
    client = connect(
        endpoint_url=settings.s3_endpoint_url,
        region=settings.region,
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
    )
    return Bucket(client, settings.s3_bucket)


def price_store() -> PriceStore:
    """Where price versions are kept."""
    from stockcast_lib.adapters.s3_prices import S3PriceStore

    return S3PriceStore(bucket())


def run_archive() -> RunArchive:
    """Where the evidence of runs is kept."""
    from stockcast_lib.adapters.s3 import S3RunArchive

    return S3RunArchive(bucket())


def vendors(calls_allowed: Mapping[str, int] | None = None) -> tuple[MarketData, ...]:
    """Whom to ask for prices, in order.

    Args:
        calls_allowed: how often each; who may not be asked is left out. Without it, at will.

    Raises:
        BadSettings: those that are named lack their keys.
    """
    settings = VendorSettings.read()
    if not settings.order:
        lacking = ", ".join(settings.without_key)
        raise BadSettings(f"There is no key for {lacking}: set it, or STOCKCAST_VENDORS=sample.")
    allowed = calls_allowed or {}
    return tuple(
        _vendor(name, settings, allowed.get(name))
        for name in settings.order
        if allowed.get(name) != 0
    )


def _vendor(name: VendorName, settings: VendorSettings, calls_allowed: int | None) -> MarketData:
    if name == "tiingo":
        from stockcast_lib.adapters.vendors import tiingo

        return tiingo.Tiingo(
            _plain(settings.tiingo_api_key),
            settings.tiingo_url or tiingo.DEFAULT_URL,
            calls_allowed=calls_allowed,
        )
    if name == "nasdaq_data_link":
        from stockcast_lib.adapters.vendors import nasdaq_data_link

        return nasdaq_data_link.NasdaqDataLink(
            _plain(settings.nasdaq_data_link_api_key),
            settings.nasdaq_data_link_url or nasdaq_data_link.DEFAULT_URL,
            database=settings.nasdaq_data_link_database,
            table=settings.nasdaq_data_link_table,
            calls_allowed=calls_allowed,
        )
    if name == "yahoo":
        from stockcast_lib.adapters.vendors.yahoo import Yahoo

        return Yahoo()
    from stockcast_lib.adapters.vendors.sample import SampleVendor

    return SampleVendor()


def _plain(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else ""


def symbol_lists() -> "S3SymbolLists":
    """Where symbol lists are kept."""
    from stockcast_lib.adapters.symbol_list import S3SymbolLists

    return S3SymbolLists(bucket())


def symbol_sources() -> "tuple[SymbolSource, ...]":
    """The configured vendors' lists of symbols, the one to be believed most first."""
    from stockcast_lib.adapters.vendors.tiingo_tickers import supported_tickers

    url = VendorSettings.read().tiingo_tickers_url
    return (partial(supported_tickers, url),) if url else ()


def _bundled_symbols() -> SymbolDirectory:
    from stockcast_lib.adapters.vendors.sample import SampleVendor

    settings = VendorSettings.read()
    # Every other vendor knows more tickers than any list that we have.
    alone = (settings.vendors or settings.order) == ("sample",)
    return SymbolDirectory(SampleVendor().directory().symbols, complete=alone)


@cache
def symbol_directory() -> "ReloadingDirectory":
    """The directory over the newest symbol list and what the vendors bring along."""
    from stockcast_lib.adapters.symbol_list import ReloadingDirectory

    return ReloadingDirectory(symbol_lists(), _bundled_symbols())


@cache
def models() -> ModelCatalogue:
    """The forecasting notebooks."""
    from stockcast_lib.adapters.notebook_folder import NotebookFolder

    return NotebookFolder(NotebookSettings.read().notebooks_dir, __version__)


@cache
def redis_client() -> "redis.Redis":
    """Redis, for commands."""
    from stockcast_lib.adapters.redis_connection import connect

    return connect(QueueSettings.read().redis_url.get_secret_value())


@cache
def _blocking_redis() -> "redis.Redis":
    from stockcast_lib.adapters.redis_connection import connect_blocking

    return connect_blocking(QueueSettings.read().redis_url.get_secret_value())


def price_max_age() -> timedelta:
    """How long ago prices may have been fetched and still be up to date."""
    return VendorSettings.read().max_age


def price_board() -> PriceBoard:
    """Which price versions are current."""
    from stockcast_lib.adapters.redis_prices import RedisPriceBoard

    return RedisPriceBoard(redis_client())


@cache
def job_queue() -> "RedisJobQueue":
    """The job queue."""
    from stockcast_lib.adapters.redis_queue import RedisJobQueue

    return RedisJobQueue(redis_client(), _blocking_redis())


@cache
def dead_letters() -> "RedisDeadLetters":
    """The jobs that somebody has to look at."""
    from stockcast_lib.adapters.redis_jobs import RedisDeadLetters

    return RedisDeadLetters(redis_client())


def submitter(stage: Stage) -> JobSubmitter:
    """The TCP road into a stage."""
    from stockcast_lib.adapters.worker_client import WorkerClient

    return WorkerClient(WorkerSettings.read().address(stage), QueueSettings.read().frame_key_bytes)


@cache
def service() -> "ForecastService":
    """The service as its clients use it."""
    from stockcast_lib.adapters.redis_events import RedisJobEvents
    from stockcast_lib.adapters.redis_results import RedisResultStore
    from stockcast_lib.service import ForecastService

    queue = job_queue()
    return ForecastService(
        ingest=submitter(Stage.INGEST),
        queue=queue,
        events=RedisJobEvents(_blocking_redis(), queue.job),
        results=RedisResultStore(redis_client()),
        archive=run_archive(),
        directories=symbol_directory(),
        frame_key=QueueSettings.read().frame_key_bytes,
    )


@cache
def notebook_runner(stage: Stage) -> "PapermillRunner":
    """What a stage's worker runs notebooks in."""
    from stockcast_lib.execution.limits import MEGABYTE, Limits
    from stockcast_lib.execution.runner import PapermillRunner

    settings = WorkerSettings.read()
    limits = Limits(
        run_seconds=settings.run_timeout_seconds,
        cell_seconds=settings.cell_timeout_seconds,
        memory_bytes=settings.kernel_memory_mb * MEGABYTE,
    )
    return PapermillRunner(environment=kernel_environment(stage), limits=limits)


def claim_loop(stage: Stage, worker: str) -> "ClaimLoop":
    """A stage's worker."""
    from stockcast_lib.adapters.redis_budget import RedisVendorBudget
    from stockcast_lib.adapters.redis_results import RedisResultStore
    from stockcast_lib.stages.claim_loop import ClaimLoop
    from stockcast_lib.stages.forecast import ForecastStage
    from stockcast_lib.stages.ingest import IngestStage

    queue, runner = job_queue(), notebook_runner(stage)
    work: IngestStage | ForecastStage
    if stage is Stage.INGEST:
        settings = VendorSettings.read()
        work = IngestStage(
            queue=queue,
            board=price_board(),
            store=price_store(),
            archive=run_archive(),
            runner=runner,
            forecast=submitter(Stage.FORECAST),
            budget=RedisVendorBudget(redis_client(), settings.call_limits),
            vendors=settings.order,
            notebook=NotebookSettings.read().notebooks_dir / "ingest.ipynb",
            max_age=settings.max_age,
        )
    else:
        work = ForecastStage(
            queue=queue,
            results=RedisResultStore(redis_client()),
            archive=run_archive(),
            runner=runner,
            models=models(),
        )
    archive = run_archive()
    return ClaimLoop(
        stage=stage,
        worker=worker,
        queue=queue,
        archive=archive,
        work=work,
        longest_wait=WorkerSettings.read().longest_retry_seconds,
    )


def intake(stage: Stage) -> "Intake":
    """What a stage's worker answers to a TCP message."""
    from stockcast_lib.adapters.redis_results import RedisResultStore
    from stockcast_lib.stages.intake import ForecastIntake, IngestIntake

    if stage is Stage.FORECAST:
        return ForecastIntake(job_queue())
    return IngestIntake(
        queue=job_queue(),
        results=RedisResultStore(redis_client()),
        board=price_board(),
        models=models(),
        max_age=VendorSettings.read().max_age,
        id_key=QueueSettings.read().frame_key_bytes,
    )


def readiness() -> dict[str, str | None]:
    """What the gateway needs, each with the reason why it is away, or None."""
    checks: dict[str, Callable[[], object]] = {
        "redis": lambda: job_queue().job("-"),
        "s3": bucket().check,
        "ingest worker": lambda: _reach(Stage.INGEST),
        "forecast worker": lambda: _reach(Stage.FORECAST),
    }
    pool = ThreadPoolExecutor(len(checks), thread_name_prefix="readiness")
    asked = {name: pool.submit(_reason, check) for name, check in checks.items()}
    pool.shutdown(wait=False)
    # A store that hangs would keep its client, and so whoever asks, for a quarter of a minute.
    answered, _ = wait(asked.values(), _READINESS_SECONDS)
    silent = f"does not answer within {_READINESS_SECONDS:g} seconds."
    return {
        name: reason.result() if reason in answered else f"{name} {silent}"
        for name, reason in asked.items()
    }


def _reach(stage: Stage) -> None:
    from stockcast_lib.adapters.worker_client import reach

    reach(WorkerSettings.read().address(stage))


def _reason(check: Callable[[], object]) -> str | None:
    try:
        check()
    except StockcastError as error:
        return error.message
    return None


def load_prices(ticker: str, key: str | None = None) -> tuple[PriceVersion, PriceHistory]:
    """A price version, the newest by default, and its rows.

    Raises:
        NoPrices: the store does not hold it.
    """
    store = price_store()
    version = store.version(key) if key else store.current(ticker)
    if version is None:
        raise no_prices(ticker)
    return version, store.load(version)
