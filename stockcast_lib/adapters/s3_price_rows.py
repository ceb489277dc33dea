"""The rows of price versions in S3, as Parquet and as gzipped CSV under the hash of their text."""

import gzip
import zlib
from typing import TYPE_CHECKING

from stockcast_lib.adapters.integrity import seal
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.prices import PriceVersion

if TYPE_CHECKING:
    import pandas as pd

_NOT_GZIPPED = (OSError, EOFError, zlib.error)


class S3PriceRows:
    """Writes rows once, and replaces what was damaged; reads them as they were written."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def save(self, frame: "pd.DataFrame") -> tuple[str, str]:
        """Store a frame; the hash of its text, and that of the Parquet."""
        from stockcast_lib.adapters.price_rows import to_csv

        text = to_csv(frame)
        # Of the text: what gzip and Parquet make of it differs between their releases.
        content = seal(text)
        if self._text(content) is None:
            data = gzip.compress(text, compresslevel=6, mtime=0)
            self._bucket.put(keys.price_csv(content), data, "application/gzip")
        return content, self._saved_parquet(content, frame)

    def load(self, version: PriceVersion) -> "pd.DataFrame | None":
        """The rows of a version; None where neither of its files has them."""
        from stockcast_lib.adapters.price_rows import from_csv, from_parquet

        data = self._parquet(version)
        frame = None if data is None else from_parquet(data)
        if frame is not None:
            return frame
        text = self._text(version.content_hash)
        return None if text is None else from_csv(text)

    def are_whole(self, version: PriceVersion) -> bool:
        """Whether `load` would give them; asks without decoding, and so without pandas."""
        known = version.parquet_hash is not None and self._parquet(version) is not None
        return known or self._text(version.content_hash) is not None

    def are_there(self, version: PriceVersion) -> bool:
        """Whether there is any file of theirs, in whatever state."""
        return bool(self._bucket.list(keys.price_rows(version.content_hash)))

    def _saved_parquet(self, content: str, frame: "pd.DataFrame") -> str:
        from stockcast_lib.adapters.price_rows import from_parquet, to_parquet

        key = keys.price_parquet(content)
        data = self._bucket.get(key)
        held = None if data is None else from_parquet(data)
        # Another release's bytes for the same rows stay: replacing them would break a read.
        if data is None or held is None or not held.equals(frame):
            data = to_parquet(frame)
            self._bucket.put(key, data, "application/vnd.apache.parquet")
        return seal(data)

    def _parquet(self, version: PriceVersion) -> bytes | None:
        data = self._bucket.get(keys.price_parquet(version.content_hash))
        if data is None or version.parquet_hash not in (None, seal(data)):
            return None
        return data

    def _text(self, content: str) -> bytes | None:
        data = self._bucket.get(keys.price_csv(content))
        try:
            text = None if data is None else gzip.decompress(data)
        except _NOT_GZIPPED:
            return None
        return text if text is not None and seal(text) == content else None
