"""Bundled prices as a store would give them."""

from datetime import UTC, datetime

from stockcast_lib.adapters.price_rows import from_parquet, to_parquet
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion

_TICKER = "AAPL"


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
