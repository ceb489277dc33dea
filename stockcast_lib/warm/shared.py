"""What both stages' kernels do, done once."""

from datetime import UTC, datetime
from functools import cache

from stockcast_lib.adapters import s3
from stockcast_lib.adapters.price_rows import from_parquet, to_parquet
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion

_TICKER = "AAPL"
_NOBODY = "-"


@cache
def sample_prices() -> tuple[PriceVersion, PriceHistory]:
    """A history that went through Parquet, and its version, which is in no store."""
    history = SampleVendor().daily_prices(_TICKER)
    from_parquet(to_parquet(history.frame))
    version = PriceVersion(
        key="", ticker=_TICKER, vendor=history.vendor, sample=history.sample,
        fetched_at=datetime.now(UTC), content_hash="",
        first_session=history.frame.index[0].date(), last_session=history.frame.index[-1].date(),
        rows=len(history.frame),
    )  # fmt: skip
    return version, history


@cache
def connect_to_s3() -> None:
    """Make a client: the first one reads megabytes of service descriptions."""
    s3.connect(
        endpoint_url=None, region="us-east-1", access_key=_NOBODY, secret_key=_NOBODY
    ).close()
