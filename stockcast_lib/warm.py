"""What a kernel's first forecast would wait for, done beforehand.

`warm_up` is for the fork server, once; `settle_in` for each kernel, while it has no notebook yet.
"""

from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module

_TICKER, _DAYS = "AAPL", 30
_IMPORTED_BY_NOTEBOOKS = (
    "stockcast_lib.adapters.s3_backtests",
    "stockcast_lib.adapters.vendors.nasdaq_data_link",
    "stockcast_lib.adapters.vendors.tiingo",
    "stockcast_lib.wiring",
)
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
    "stockcast_lib.adapters.s3_scores",
    "stockcast_lib.adapters.symbol_list",
    "stockcast_lib.adapters.worker_client",
    "stockcast_lib.publishing.registry",
    "stockcast_lib.publishing.served",
    "stockcast_lib.publishing.trials",
    "stockcast_lib.service",
)


def warm_up() -> None:
    """Import what notebooks import, and make one forecast of the sample data."""
    from stockcast_lib.adapters import s3
    from stockcast_lib.adapters.s3_prices import from_parquet, to_parquet
    from stockcast_lib.adapters.vendors.sample import SampleVendor
    from stockcast_lib.core.budgets import VendorRecord
    from stockcast_lib.core.prices import PriceVersion
    from stockcast_lib.forecasting import ModelConfig, make_forecast
    from stockcast_lib.ingestion import Refresh
    from stockcast_lib.report import ForecastReport, PricesReport

    for module in _IMPORTED_BY_NOTEBOOKS:
        import_module(module)
    with suppress(ModuleNotFoundError):
        for module in _IMPORTED_BY_THE_DASHBOARD:
            import_module(module)
    for module in _OPTIONAL:
        with suppress(ModuleNotFoundError):
            import_module(module)
    # The first client reads megabytes of service descriptions.
    s3.connect(endpoint_url=None, region="us-east-1", access_key="-", secret_key="-").close()  # noqa: S106
    history = SampleVendor().daily_prices(_TICKER)
    from_parquet(to_parquet(history.frame))
    version = PriceVersion(
        key="", ticker=_TICKER, vendor=history.vendor, sample=history.sample,
        fetched_at=datetime.now(UTC), content_hash="",
        first_session=history.frame.index[0].date(), last_session=history.frame.index[-1].date(),
        rows=len(history.frame),
    )  # fmt: skip
    PricesReport(
        Refresh(version, history, VendorRecord())
    )._repr_mimebundle_()  # as IPython calls it
    forecast = make_forecast(history, _DAYS, ModelConfig())
    ForecastReport(forecast, version)._repr_mimebundle_()


def settle_in() -> None:
    """Make this kernel's S3 client; its credentials are in no environment but the kernel's."""
    from stockcast_lib import wiring
    from stockcast_lib.core.errors import StockcastError

    with suppress(StockcastError):  # the notebook, which asks for the client too, will say it
        wiring.bucket().rehearse()
