"""Prices and run artefacts in S3.

No key is ever overwritten with other bytes and no object metadata is relied on: a reader never
sees half of a change, on any server that speaks the S3 protocol.
"""

import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from stockcast_lib.core import keys
from stockcast_lib.core.errors import NoPrices, StoreUnavailable
from stockcast_lib.core.prices import COLUMNS, DATE, PriceHistory, PriceVersion, check_prices

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def connect(
    *, endpoint_url: str | None, region: str, access_key: str | None, secret_key: str | None
) -> "S3Client":
    """A client with time limits, that signs as any S3 server understands."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=15,
        retries={"mode": "standard", "max_attempts": 3},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=32,
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=config,
    )


@contextmanager
def _s3_errors() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(
            f"S3 does not answer as it should ({type(error).__name__}): try again shortly; "
            "`stockcast doctor` says what is wrong."
        ) from error


class Bucket:
    """One bucket: put, get, list."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self.name = name

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        """Store an object."""
        with _s3_errors():
            self._client.put_object(Bucket=self.name, Key=key, Body=data, ContentType=content_type)

    def get(self, key: str) -> bytes | None:
        """An object's bytes, or None when there is none."""
        with _s3_errors():
            try:
                return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
            except self._client.exceptions.NoSuchKey:
                return None

    def list(self, prefix: str) -> list[str]:
        """The keys under a prefix, ascending."""
        pages: Any = self._client.get_paginator("list_objects_v2")
        with _s3_errors():
            return sorted(
                item["Key"]
                for page in pages.paginate(Bucket=self.name, Prefix=prefix)
                for item in page.get("Contents", ())
            )

    def check(self) -> None:
        """Raise StoreUnavailable unless the bucket answers."""
        with _s3_errors():
            self._client.list_objects_v2(Bucket=self.name, MaxKeys=1, Prefix="-")


class S3PriceStore:
    """The `PriceStore` port: rows under their content's hash, provenance in a manifest."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def save(self, history: PriceHistory, fetched_at: datetime) -> PriceVersion:
        """See `PriceStore.save`."""
        frame = check_prices(history.frame)
        data = _to_bytes(frame)
        content_hash = hashlib.sha256(data).hexdigest()[:32]
        stamp = fetched_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        version = PriceVersion(
            key=keys.price_manifest(history.ticker, stamp, content_hash),
            ticker=history.ticker,
            vendor=history.vendor,
            sample=history.sample,
            fetched_at=fetched_at,
            content_hash=content_hash,
            first_session=frame.index[0].date(),
            last_session=frame.index[-1].date(),
            rows=len(frame),
        )
        self._bucket.put(keys.price_data(content_hash), data, "application/gzip")
        self._bucket.put(version.key, version.model_dump_json().encode(), "application/json")
        return version

    def current(self, ticker: str) -> PriceVersion | None:
        """See `PriceStore.current`."""
        manifests = self._bucket.list(keys.price_manifests(ticker))
        return self.version(manifests[-1]) if manifests else None

    def version(self, key: str) -> PriceVersion:
        """See `PriceStore.version`."""
        held = self._bucket.get(key)
        if held is None:
            raise NoPrices(f"The store holds no price version {key}.")
        return PriceVersion.model_validate_json(held)

    def load(self, version: PriceVersion) -> PriceHistory:
        """See `PriceStore.load`."""
        held = self._bucket.get(keys.price_data(version.content_hash))
        if held is None:
            raise NoPrices(f"The store holds no rows for price version {version.key}.")
        return PriceHistory(version.ticker, version.vendor, version.sample, _from_bytes(held))


def _to_bytes(frame: pd.DataFrame) -> bytes:
    text = frame.loc[:, list(COLUMNS)].to_csv(index_label=DATE, date_format="%Y-%m-%d")
    # A fixed time stamp: the same rows give the same bytes, and so the same hash.
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def _from_bytes(data: bytes) -> pd.DataFrame:
    text = io.BytesIO(gzip.decompress(data))
    return pd.read_csv(text, index_col=DATE, parse_dates=[DATE])


class S3RunArchive:
    """The `RunArchive` port."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def write(self, job_id: str, attempt: int, name: str, data: bytes) -> None:
        """See `RunArchive.write`."""
        self._bucket.put(keys.run_artefact(job_id, attempt, name), data)

    def read(self, job_id: str, name: str) -> bytes | None:
        """See `RunArchive.read`."""
        held = self._bucket.list(keys.run_folder(job_id))
        latest = [key for key in held if key.endswith(f"/{name}")]
        return self._bucket.get(latest[-1]) if latest else None
