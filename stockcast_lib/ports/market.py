"""Prices: who gives them, and which tickers there are."""

from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from stockcast_lib.core.budgets import CallLease
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.symbols import SymbolDirectory

if TYPE_CHECKING:
    from stockcast_lib.core.price_history import PriceHistory


class MarketData(Protocol):
    """A vendor of daily prices."""

    name: str

    @property
    def calls_made(self) -> int:
        """How many requests it was sent."""

    def daily_prices(self, ticker: str, start: date | None = None) -> "PriceHistory":
        """The sessions from a date on; without one, the whole history.

        Raises UnknownTicker, Throttled, NotInPlan, BadVendorKey, BadVendorData.
        """


class Directories(Protocol):
    """The directory of known tickers, which changes now and then."""

    def __call__(self) -> SymbolDirectory:
        """The newest, as far as is known; at once."""

    def fresh(self) -> SymbolDirectory:
        """The newest; takes up to some seconds."""


class PriceStore(Protocol):
    """Immutable price versions."""

    def save(
        self,
        history: "PriceHistory",
        fetched_at: datetime,
        *,
        behind: bool = True,
        missing_sessions: int = 0,
    ) -> PriceVersion:
        """Store the rows, then the manifest, with what is known of its completeness.

        Raises BadVendorData: the rows break the schema.
        """

    def current(self, ticker: str) -> PriceVersion | None:
        """The version fetched last. Raises DamagedPrices."""

    def version(self, key: str) -> PriceVersion:
        """The manifest at a key. Raises NoPrices, DamagedPrices."""

    def load(self, version: PriceVersion) -> "PriceHistory":
        """The rows of a version. Raises NoPrices, DamagedPrices."""

    def is_whole(self, version: PriceVersion) -> bool:
        """Whether `load` would give its rows, as they were written."""


class PriceBoard(Protocol):
    """Which price version is a ticker's current one, and who may fetch the next."""

    def current(self, ticker: str) -> PriceVersion | None:
        """The version published last."""

    def publish(self, version: PriceVersion) -> None:
        """Make it the current one, unless a later one is."""

    def forget(self, ticker: str) -> None:
        """Have no current version any more: whoever asks next looks into the store."""

    def fetching(self, ticker: str, cancellation: Cancellation) -> AbstractContextManager[None]:
        """Held while the ticker's prices are fetched; waits for whoever holds it.

        Raises RunCancelled: the end was asked for while it waited.
        """


class VendorBudget(Protocol):
    """The calls to vendors that all workers together may make."""

    def lease(self, vendor: str, calls: int) -> CallLease:
        """Take up to so many calls out of a vendor's budget."""

    def give_back(self, lease: CallLease, calls: int) -> None:
        """Put back the calls of a lease that were not made."""

    def rest(self, vendor: str, seconds: float, refusal: ErrorReport) -> None:
        """Let nobody ask a vendor for so long, because of what it said."""
