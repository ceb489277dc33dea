"""Bring a ticker's prices up to date: from the first vendor that has them, or as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from stockcast_lib.core.budgets import VendorRecord
from stockcast_lib.core.errors import (
    BadVendorData,
    DamagedPrices,
    NoPrices,
    StockcastError,
    StoreUnavailable,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)
from stockcast_lib.core.price_checks import missing_sessions
from stockcast_lib.core.price_history import PriceHistory, price_history
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.refresh import continues, joined_parts, overlap_start
from stockcast_lib.forecasting.trading_calendar import all_sessions, last_closed_session
from stockcast_lib.ports import MarketData, PriceStore

# Of several vendors' refusals the person is told the first of these: it may pass by itself.
_TOLD_FIRST = (Throttled, VendorUnavailable, BadVendorData)


@dataclass(frozen=True)
class Refresh:
    """A ticker's prices as good as they can be had, and what it took."""

    version: PriceVersion
    history: PriceHistory
    record: VendorRecord


def refresh_prices(
    ticker: str, *, vendors: Sequence[MarketData], store: PriceStore, now: datetime
) -> Refresh:
    """Ask the vendors in order; the first good answer becomes the ticker's current version.

    If none has any, the stored version is what there is, however old; but the bundled sample only
    where it is one of the vendors.

    Raises:
        StockcastError: nothing is stored that serves, and why no vendor gave anything; its
            `details["vendors"]` is the `VendorRecord`.
    """
    current, stored, damaged = _held(store, ticker)
    refusals: dict[str, StockcastError] = {}
    for vendor in vendors:
        try:
            history = _checked(_answer(vendor, ticker, stored), stored, now)
        except StoreUnavailable:
            raise
        except StockcastError as refusal:
            refusals[vendor.name] = refusal
            continue
        version = _saved(store, history, now)
        return Refresh(version, history, _record(vendors, refusals))
    record = _record(vendors, refusals)
    if current is not None and stored is not None and _serves(stored, vendors):
        return Refresh(current, stored, record)
    error = _telling(ticker, list(refusals.values()))
    if damaged is not None and not error.retryable:
        error = DamagedPrices(
            f"The stored prices of {ticker} were changed since they were written, and no vendor "
            f"has others ({error.message}): restore them from a backup, or import them again.",
            **damaged.details,
        )
    error.details["vendors"] = record.model_dump(mode="json")
    raise error


def _held(
    store: PriceStore, ticker: str
) -> tuple[PriceVersion | None, PriceHistory | None, DamagedPrices | None]:
    """What is stored, or why that is as good as nothing."""
    try:
        current = store.current(ticker)
        return current, store.load(current) if current else None, None
    except DamagedPrices as error:
        return None, None, error
    except NoPrices:
        return None, None, None


def _serves(stored: PriceHistory, vendors: Sequence[MarketData]) -> bool:
    return not stored.sample or stored.vendor in {vendor.name for vendor in vendors}


def keep_history(history: PriceHistory, *, store: PriceStore, now: datetime) -> PriceVersion:
    """Store somebody's own rows as the ticker's current version.

    Raises:
        BadVendorData: they break the schema, have a hole, or end before what is stored.
    """
    _, stored, _ = _held(store, history.ticker)
    checked = _checked(history, stored, now)
    left_out = len(history.frame) - len(checked.frame)
    if left_out:
        told = f"Rows of sessions that have not closed yet are left out: {left_out}."
        checked = replace(checked, notes=(*checked.notes, told))
    return _saved(store, checked, now)


def _record(vendors: Sequence[MarketData], refusals: Mapping[str, StockcastError]) -> VendorRecord:
    return VendorRecord(
        refusals={name: refusal.report() for name, refusal in refusals.items()},
        calls={vendor.name: vendor.calls_made for vendor in vendors},
    )


def _answer(vendor: MarketData, ticker: str, stored: PriceHistory | None) -> PriceHistory:
    if stored is None or stored.vendor != vendor.name or stored.sample or stored.own_adjustment:
        # Two vendors' rows are never joined, nor closes that are adjusted up to different days.
        return vendor.daily_prices(ticker)
    start: date = overlap_start(stored.frame).date()
    newer = vendor.daily_prices(ticker, start=start)
    if newer.own_adjustment or not continues(stored.frame, newer.frame):
        return vendor.daily_prices(ticker)
    whole = price_history(ticker, vendor.name, joined_parts(stored.frame, newer.frame))
    return replace(whole, notes=tuple(dict.fromkeys((*stored.notes, *newer.notes))))


def _checked(history: PriceHistory, stored: PriceHistory | None, now: datetime) -> PriceHistory:
    """What the calendar, the clock and the stored prices allow."""
    closed = pd.Timestamp(last_closed_session(now))
    frame = history.frame.loc[:closed]
    if frame.empty:
        raise BadVendorData(f"All prices of {history.ticker} are dated in the future.")
    if stored is not None and not stored.sample and frame.index[-1] < stored.frame.index[-1]:
        raise BadVendorData(
            f"The prices of {history.ticker} end on {frame.index[-1].date()}, "
            f"before those that are stored."
        )
    missing_sessions(frame, all_sessions())  # refuses a hole
    # What a vendor says of a session that has not closed changes until it has.
    return replace(history, frame=frame)


def _saved(store: PriceStore, history: PriceHistory, now: datetime) -> PriceVersion:
    return store.save(
        history,
        now,
        behind=history.frame.index[-1].date() < last_closed_session(now),
        missing_sessions=len(missing_sessions(history.frame, all_sessions())),
    )


def _telling(ticker: str, refusals: Sequence[StockcastError]) -> StockcastError:
    for kind in _TOLD_FIRST:
        for refusal in refusals:
            if isinstance(refusal, kind):
                return refusal
    others = [each for each in refusals if not isinstance(each, UnknownTicker)]
    if others or refusals:
        return (others or list(refusals))[0]
    return VendorUnavailable(
        f"No vendor may be asked for {ticker} now: the budgets are used up. Try again later."
    )
