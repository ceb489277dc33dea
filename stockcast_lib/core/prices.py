"""What is known of stored prices, and when a vendor has to be asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from stockcast_lib.core.errors import NoPrices

DEFAULT_MAX_AGE = timedelta(days=7)
# A vendor that is late with a session has it some hours later; one that is years late never has.
_LATE, _ASK_LATE_AGAIN = timedelta(days=30), timedelta(hours=1)
_ASK_BEFORE_SAMPLE_AGAIN = timedelta(hours=1)
_SAMPLE = "sample"
# By so much the clocks of several machines may.
CLOCKS_DIFFER = timedelta(minutes=5)


class PriceVersion(BaseModel):
    """The manifest of one immutable price history: its provenance and where its rows are.

    Attributes:
        behind: whether, when it was fetched, a session had closed that it does not have.
        missing_sessions: how many of the exchange's sessions have no row.
        notes: what was odd in the vendor's answer and was accepted all the same.
        own_adjustment: as in `price_history.PriceHistory`.
        parquet_hash: of the file that the rows are read from; None before there was one.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    ticker: str
    vendor: str
    sample: bool
    fetched_at: datetime
    content_hash: str
    first_session: date
    last_session: date
    rows: int
    behind: bool = True
    missing_sessions: int = 0
    notes: tuple[str, ...] = ()
    own_adjustment: bool = False
    parquet_hash: str | None = None


def is_stale(version: PriceVersion, *, now: datetime, max_age: timedelta) -> bool:
    """Whether a session has closed that the version lacks, as far as anybody knows."""
    return version.behind or now - version.fetched_at > max_age


@dataclass(frozen=True)
class Freshness:
    """How long stored prices serve before a vendor is asked again.

    Attributes:
        max_age: that of a vendor's prices.
        sample_max_age: that of bundled ones; None if they serve nobody.
    """

    max_age: timedelta
    sample_max_age: timedelta | None

    @classmethod
    def asking(cls, vendors: Sequence[str], max_age: timedelta) -> "Freshness":
        """That of who asks these vendors, in order: the sample serves as far as it is named."""
        if _SAMPLE not in vendors:
            return cls(max_age, None)
        if vendors[0] == _SAMPLE:
            return cls(max_age, max_age)
        return cls(max_age, min(max_age, _ASK_BEFORE_SAMPLE_AGAIN))

    def serves(self, version: PriceVersion) -> bool:
        """Whether the version may be used when no vendor can be asked."""
        return not version.sample or self.sample_max_age is not None

    def is_due(self, version: PriceVersion, *, now: datetime) -> bool:
        """Whether a vendor is to be asked again before the version is used."""
        patience, age = self._patience(version), now - version.fetched_at
        # From the future: a clock was put back, and nobody knows how old they are.
        return patience is None or age > patience or age < -CLOCKS_DIFFER

    def _patience(self, version: PriceVersion) -> timedelta | None:
        if version.sample:
            return self.sample_max_age
        late = version.fetched_at.date() - version.last_session
        return _ASK_LATE_AGAIN if version.behind and late <= _LATE else self.max_age


def no_prices(ticker: str) -> NoPrices:
    """The error for a ticker that the store does not hold."""
    return NoPrices(
        f"The store holds no prices for {ticker}: run ingest.ipynb for it first, "
        f"or ask the service with `stockcast forecast {ticker}`.",
        ticker=ticker,
    )
