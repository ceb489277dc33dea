"""Settings in, adapters out: the one place that chooses them.

Each function makes one thing and imports what that needs, so that a kernel that asks for prices
never imports Redis. What a process shares is made once.
"""

from stockcast_lib.wiring.access import access, dashboard_admission
from stockcast_lib.wiring.backtests import origin_fits
from stockcast_lib.wiring.faces import readiness, service, unused_seconds
from stockcast_lib.wiring.market import (
    asked_vendors,
    symbol_directory,
    symbol_lists,
    symbol_sources,
    vendors,
)
from stockcast_lib.wiring.metrics import dashboard_metrics, gateway_metrics, worker_exposition
from stockcast_lib.wiring.models import (
    model_registry,
    models,
    models_refused,
    publishing,
    rehearsal_runner,
)
from stockcast_lib.wiring.queue import (
    blocking_redis,
    dead_letters,
    job_queue,
    open_connections,
    price_board,
    redis_away,
    redis_client,
    submitter,
    vendor_budget,
    worker_tls,
)
from stockcast_lib.wiring.stores import (
    bucket,
    ledger,
    load_prices,
    price_max_age,
    price_store,
    run_archive,
    score_store,
)
from stockcast_lib.wiring.tracing import tracer
from stockcast_lib.wiring.workers import claim_loop, intake, model_runners, notebook_runner

__all__ = [
    "access",
    "asked_vendors",
    "blocking_redis",
    "bucket",
    "claim_loop",
    "dashboard_admission",
    "dashboard_metrics",
    "dead_letters",
    "gateway_metrics",
    "intake",
    "job_queue",
    "ledger",
    "load_prices",
    "model_registry",
    "model_runners",
    "models",
    "models_refused",
    "notebook_runner",
    "open_connections",
    "origin_fits",
    "price_board",
    "price_max_age",
    "price_store",
    "publishing",
    "readiness",
    "redis_away",
    "redis_client",
    "rehearsal_runner",
    "run_archive",
    "score_store",
    "service",
    "submitter",
    "symbol_directory",
    "symbol_lists",
    "symbol_sources",
    "tracer",
    "unused_seconds",
    "vendor_budget",
    "vendors",
    "worker_exposition",
    "worker_tls",
]
