"""What a kernel's first cell would wait for, done beforehand.

`warm_up` is for a fork server, once: the one here for kernels that may do anything, those of
`prices` and `forecasts` for a stage's. `settle_in` is for each kernel while it has no notebook yet.
"""

from contextlib import suppress
from importlib import import_module

# plotly's `show` imports nbformat, which takes a second. The worker image does without.
_OPTIONAL = ("nbformat",)
# The worker image has no widgets, and then needs none of the rest. What each of twenty visitors'
# kernels imports for itself it also keeps for itself: 11 MB.
_IMPORTED_BY_THE_DASHBOARD = (
    "stockcast_lib.dashboard.page",
    "stockcast_lib.adapters.redis_events",
    "stockcast_lib.adapters.redis_models",
    "stockcast_lib.adapters.redis_prices",
    "stockcast_lib.adapters.redis_queue",
    "stockcast_lib.adapters.redis_results",
    "stockcast_lib.adapters.redis_submissions",
    "stockcast_lib.adapters.s3_models",
    "stockcast_lib.adapters.s3_runs",
    "stockcast_lib.adapters.s3_scores",
    "stockcast_lib.adapters.symbol_list",
    "stockcast_lib.adapters.worker_client",
    "stockcast_lib.publishing.registry",
    "stockcast_lib.publishing.served",
    "stockcast_lib.publishing.trials",
    "stockcast_lib.service",
)


def warm_up() -> None:
    """What both stages' notebooks and the dashboard do."""
    from stockcast_lib.warm import forecasts, prices

    prices.warm_up()
    forecasts.warm_up()
    with suppress(ModuleNotFoundError):
        for module in _IMPORTED_BY_THE_DASHBOARD:
            import_module(module)
    for module in _OPTIONAL:
        with suppress(ModuleNotFoundError):
            import_module(module)


def settle_in() -> None:
    """Make this kernel's S3 client; its credentials are in no environment but the kernel's."""
    from stockcast_lib import wiring
    from stockcast_lib.core.errors import StockcastError

    with suppress(StockcastError):  # the notebook, which asks for the client too, will say it
        wiring.bucket().rehearse()
