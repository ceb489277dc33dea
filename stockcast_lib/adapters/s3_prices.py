"""Price versions in S3: rows under their content's hash, provenance in a manifest.

The rows are kept twice: as Parquet, which is read, and as gzipped CSV, which any tool reads. Who
only asks for manifests, as every server does, never imports pandas.
"""

import gzip
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import NoPrices
from stockcast_lib.core.prices import PriceVersion

if TYPE_CHECKING:
    import pandas as pd

    from stockcast_lib.core.price_history import PriceHistory


class S3PriceStore:
    """The `PriceStore` port.

    Args:
        bucket: that holds them.
        folder: of the manifests; the rows are under their hash, whoever names them.
    """

    def __init__(self, bucket: Bucket, folder: str = keys.PRICES) -> None:
        self._bucket = bucket
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
        from stockcast_lib.adapters.price_rows import to_csv
        from stockcast_lib.core.price_checks import COLUMNS, check_prices

        frame = check_prices(history.frame)[list(COLUMNS)]
        text = to_csv(frame)
        # Of the text: what gzip and Parquet make of it differs between their releases.
        content_hash = hashlib.sha256(text).hexdigest()[:32]
        stamp = keys.stamp(fetched_at)
        version = PriceVersion(
            key=keys.price_manifest(history.ticker, stamp, content_hash, self._folder),
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
        )
        self._put_rows(content_hash, text, frame)
        if version.key not in self._bucket.list(version.key):
            self._bucket.put(version.key, version.model_dump_json().encode(), "application/json")
        return version

    def _put_rows(self, content_hash: str, text: bytes, frame: "pd.DataFrame") -> None:
        from stockcast_lib.adapters.price_rows import to_parquet

        # Another release's bytes under the same key would be an overwriting.
        held = self._bucket.list(keys.price_rows(content_hash))
        csv, parquet = keys.price_csv(content_hash), keys.price_parquet(content_hash)
        if csv not in held:
            self._bucket.put(csv, gzip.compress(text, compresslevel=6, mtime=0), "application/gzip")
        if parquet not in held:
            self._bucket.put(parquet, to_parquet(frame), "application/vnd.apache.parquet")

    def current(self, ticker: str) -> PriceVersion | None:
        """See `PriceStore.current`."""
        manifests = self._bucket.list(keys.price_manifests(ticker, self._folder))
        return self.version(manifests[-1]) if manifests else None

    def version(self, key: str) -> PriceVersion:
        """See `PriceStore.version`."""
        held = self._bucket.get(key)
        if held is None:
            raise NoPrices(f"The store holds no price version {key}.")
        return PriceVersion.model_validate_json(held)

    def load(self, version: PriceVersion) -> "PriceHistory":
        """See `PriceStore.load`."""
        from stockcast_lib.adapters.price_rows import from_parquet
        from stockcast_lib.core.price_history import PriceHistory

        held = self._bucket.get(keys.price_parquet(version.content_hash))
        if held is None:
            raise NoPrices(f"The store holds no rows for price version {version.key}.")
        return PriceHistory(
            ticker=version.ticker,
            vendor=version.vendor,
            sample=version.sample,
            frame=from_parquet(held),
            notes=version.notes,
            own_adjustment=version.own_adjustment,
        )
