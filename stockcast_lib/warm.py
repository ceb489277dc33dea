"""What a kernel's first forecast would wait for, done once in the fork server."""

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
# The worker image has no widgets.
_OPTIONAL = ("stockcast_lib.dashboard.page",)


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
