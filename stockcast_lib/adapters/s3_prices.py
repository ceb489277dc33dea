"""Price versions in S3: rows under their content's hash, provenance in a manifest.

The rows are kept twice: as Parquet, which is read, and as gzipped CSV, which any tool reads, and
which is read where the Parquet was damaged. A manifest's key names the manifest's hash, the
manifest the Parquet's, and both the text's. Who only asks for manifests, as every server does,
never imports pandas.
"""

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from stockcast_lib.adapters.integrity import is_whole, seal
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.s3_price_rows import S3PriceRows
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedPrices, NoPrices
from stockcast_lib.core.prices import CLOCKS_DIFFER, PriceVersion

if TYPE_CHECKING:
    from stockcast_lib.core.price_history import PriceHistory


class S3PriceStore:
    """The `PriceStore` port.

    Args:
        bucket: that holds them.
        folder: of the manifests; the rows are under their hash, whoever names them.
    """

    def __init__(self, bucket: Bucket, folder: str = keys.PRICES) -> None:
        self._bucket = bucket
        self._rows = S3PriceRows(bucket)
        self._folder = folder

    def save(
        self,
        history: "PriceHistory",
        fetched_at: datetime,
        *,
        behind: bool = True,
        missing_sessions: int = 0,
    ) -> PriceVersion:
        """See `PriceStore.save`."""
        from stockcast_lib.core.price_checks import COLUMNS, check_prices

        frame = check_prices(history.frame)[list(COLUMNS)]
        content_hash, parquet_hash = self._rows.save(frame)
        version = PriceVersion(
            key="",
            ticker=history.ticker,
            vendor=history.vendor,
            sample=history.sample,
            fetched_at=fetched_at,
            content_hash=content_hash,
            first_session=frame.index[0].date(),
            last_session=frame.index[-1].date(),
            rows=len(frame),
            behind=behind,
            missing_sessions=missing_sessions,
            notes=history.notes,
            own_adjustment=history.own_adjustment,
            parquet_hash=parquet_hash,
        )
        key = self._key(version)
        version = version.model_copy(update={"key": key})
        data = version.model_dump_json().encode()
        if self._bucket.get(key) != data:
            self._bucket.put(key, data, "application/json")
        return version

    def _key(self, unnamed: PriceVersion) -> str:
        own = seal(unnamed.model_dump_json().encode())
        # The greatest key is the current version's, whatever the clock says.
        last = self._last(unnamed.ticker)
        stamp = keys.stamp_behind(unnamed.fetched_at, last, CLOCKS_DIFFER)
        return keys.price_manifest(unnamed.ticker, stamp, unnamed.content_hash, own, self._folder)

    def _last(self, ticker: str) -> str | None:
        return next(reversed(self._bucket.list(keys.price_manifests(ticker, self._folder))), None)

    def current(self, ticker: str) -> PriceVersion | None:
        """See `PriceStore.current`."""
        last = self._last(ticker)
        return None if last is None else self.version(last)

    def version(self, key: str) -> PriceVersion:
        """See `PriceStore.version`."""
        held = self._bucket.get(key)
        if held is None:
            raise NoPrices(f"The store holds no price version {key}.")
        if is_whole(key, held):
            with contextlib.suppress(ValidationError):
                return PriceVersion.model_validate_json(held)
        raise _damaged(keys.ticker_of_manifest(key), key)

    def load(self, version: PriceVersion) -> "PriceHistory":
        """See `PriceStore.load`."""
        from stockcast_lib.core.price_history import PriceHistory

        frame = self._rows.load(version)
        if frame is None:
            if self._rows.are_there(version):
                raise _damaged(version.ticker, version.key)
            raise NoPrices(f"The store holds no rows for price version {version.key}.")
        return PriceHistory(
            ticker=version.ticker,
            vendor=version.vendor,
            sample=version.sample,
            frame=frame,
            notes=version.notes,
            own_adjustment=version.own_adjustment,
        )

    def is_whole(self, version: PriceVersion) -> bool:
        """See `PriceStore.is_whole`."""
        return self._rows.are_whole(version)


def _damaged(ticker: str, key: str) -> DamagedPrices:
    return DamagedPrices(
        f"The stored prices of {ticker} were changed since they were written: ask for a forecast "
        f"of {ticker} again, and they are fetched anew.",
        key=key,
    )
