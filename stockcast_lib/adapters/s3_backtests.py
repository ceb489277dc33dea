"""Backtests in S3: what the model said at past origins, by the prices and the configuration."""

import hashlib
import io
import zipfile
import zlib
from dataclasses import fields

import numpy as np

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.backtest import OriginFits

# What numpy and zipfile raise at bytes that are no archive, or a damaged one.
_DAMAGED = (
    ValueError, KeyError, TypeError, OSError, EOFError, RuntimeError, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip
_NAMES = tuple(each.name for each in fields(OriginFits))
# Neither has a part in what is archived.
_OF_NO_MATTER = {"interval", "engine"}


class S3Backtests:
    """Keeps each backtest once; any horizon is read from it."""

    def __init__(self, bucket: Bucket, release: str) -> None:
        """Keep a release's backtests apart from those of others.

        Args:
            bucket: where.
            release: whatever stands for the code that makes them.
        """
        self._bucket, self._release = bucket, release

    def load(self, content_hash: str, config: ModelConfig) -> OriginFits | None:
        """The backtest of the rows with a content hash, or None when there is none."""
        data = self._bucket.get(self._key(content_hash, config))
        return None if data is None else _from_bytes(data)

    def save(self, content_hash: str, config: ModelConfig, fits: OriginFits) -> None:
        """Keep a backtest, unless a whole one is kept already."""
        if self.load(content_hash, config) is None:
            self._bucket.put(self._key(content_hash, config), _to_bytes(fits))

    def _key(self, content_hash: str, config: ModelConfig) -> str:
        model = config.model_dump_json(exclude=_OF_NO_MATTER)
        digest = hashlib.sha256(f"{self._release}\n{model}".encode()).hexdigest()[:32]
        return keys.backtest(content_hash, digest)


def _to_bytes(fits: OriginFits) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(fits, name) for name in _NAMES})
    return buffer.getvalue()


def _from_bytes(data: bytes) -> OriginFits | None:
    """None where it is not what this code would have written: then it is made anew."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            fits = OriginFits(*(held[name] for name in _NAMES))
    except _DAMAGED:
        return None
    rows = (len(fits.origins),)
    shapes = (fits.level.shape, fits.rate.shape, fits.effects.shape[:1], fits.quantiles.shape[:1])
    return fits if all(shape == rows for shape in shapes) else None
