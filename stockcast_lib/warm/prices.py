"""What the ingest notebook imports and does."""

from importlib import import_module

_IMPORTED = (
    "stockcast_lib.adapters.s3_prices",
    "stockcast_lib.adapters.vendors.nasdaq_data_link",
    "stockcast_lib.adapters.vendors.tiingo",
    "stockcast_lib.wiring",
)


def warm_up() -> None:
    """Import what it imports, connect to S3 as it does, and report sample prices."""
    from stockcast_lib.core.budgets import VendorRecord
    from stockcast_lib.ingestion import Refresh
    from stockcast_lib.report import PricesReport
    from stockcast_lib.warm.shared import connect_to_s3, sample_prices

    for module in _IMPORTED:
        import_module(module)
    connect_to_s3()
    report = PricesReport(Refresh(*sample_prices(), VendorRecord()))
    report._repr_mimebundle_()  # as IPython calls it
