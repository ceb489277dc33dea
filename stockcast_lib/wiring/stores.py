"""The stores in S3, and what is read from them."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.prices import Freshness, PriceVersion, no_prices
from stockcast_lib.ports import UNWATCHED, PriceStore, Room, RunArchive, ScoreStore
from stockcast_lib.settings import RoomSettings, StoreSettings, VendorSettings

if TYPE_CHECKING:
    from stockcast_lib.adapters.s3 import Bucket
    from stockcast_lib.adapters.s3_ledger import S3Ledger
    from stockcast_lib.core.price_history import PriceHistory


@cache
def bucket() -> "Bucket":
    """The S3 bucket."""
    from stockcast_lib.adapters.s3 import Bucket, connect

    settings = StoreSettings.read()
    access, secret = settings.access_key, settings.secret_key
    client = connect(
        endpoint_url=settings.s3_endpoint_url,
        region=settings.region,
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
        ca=settings.ca_bundle,
    )
    return Bucket(client, settings.s3_bucket)


def price_store() -> PriceStore:
    """Where price versions are kept."""
    from stockcast_lib.adapters.s3_prices import S3PriceStore

    return S3PriceStore(bucket())


def run_archive() -> RunArchive:
    """Where the evidence of runs is kept."""
    from stockcast_lib.adapters.s3_runs import S3RunArchive

    return S3RunArchive(bucket())


def ledger() -> "S3Ledger":
    """Where every forecast that was served is kept."""
    from stockcast_lib.adapters.s3_ledger import S3Ledger

    return S3Ledger(bucket())


def score_store() -> ScoreStore:
    """Where it is kept how they did."""
    from stockcast_lib.adapters.s3_scores import S3Scores

    return S3Scores(bucket())


@cache
def room() -> Room:
    """What is left on the disk of the stores, where that is known."""
    from stockcast_lib.adapters.disk_room import MEGABYTE, DiskRoom

    settings = RoomSettings.read()
    if settings.stores_dir is None:
        return UNWATCHED
    return DiskRoom(settings.stores_dir, settings.least_free_mb * MEGABYTE)


def load_prices(ticker: str, key: str | None = None) -> "tuple[PriceVersion, PriceHistory]":
    """A price version, the newest by default, and its rows.

    Raises:
        NoPrices: the store does not hold it.
    """
    store = price_store()
    version = store.version(key) if key else store.current(ticker)
    if version is None:
        raise no_prices(ticker)
    return version, store.load(version)


def price_max_age() -> timedelta:
    """How long ago prices may have been fetched and still be up to date."""
    return VendorSettings.read().max_age


def freshness() -> Freshness:
    """How long stored prices serve, by whom is asked for others."""
    settings = VendorSettings.read()
    return Freshness.asking(settings.order, settings.max_age)
