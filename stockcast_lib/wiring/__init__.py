"""Settings in, adapters out: the one place that chooses them.

Each function makes one thing and imports what that needs, so that a kernel that asks for prices
never imports Redis. What a process shares is made once.
"""

from stockcast_lib.wiring.backtests import origin_fits
from stockcast_lib.wiring.faces import readiness, service
from stockcast_lib.wiring.market import symbol_directory, symbol_lists, symbol_sources, vendors
from stockcast_lib.wiring.queue import (
    blocking_redis,
    dead_letters,
    job_queue,
    price_board,
    redis_client,
    submitter,
)
from stockcast_lib.wiring.stores import bucket, load_prices, price_max_age, price_store, run_archive
from stockcast_lib.wiring.workers import claim_loop, intake, models, notebook_runner

__all__ = [
    "blocking_redis",
    "bucket",
    "claim_loop",
    "dead_letters",
    "intake",
    "job_queue",
    "load_prices",
    "models",
    "notebook_runner",
    "origin_fits",
    "price_board",
    "price_max_age",
    "price_store",
    "readiness",
    "redis_client",
    "run_archive",
    "service",
    "submitter",
    "symbol_directory",
    "symbol_lists",
    "symbol_sources",
    "vendors",
]
