"""A bucket in S3.

No key is ever overwritten with other bytes and no object metadata is relied on: a reader never
sees half of a change, on any server that speaks the S3 protocol.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stockcast_lib.core.errors import StoreUnavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# A call ends within 15 seconds: three tries, and botocore's waits of at most 1 and 2 seconds.
_TRIES = 3
_CONNECT_SECONDS = 2.0
_READ_SECONDS = 4.0


def connect(
    *,
    endpoint_url: str | None,
    region: str,
    access_key: str | None,
    secret_key: str | None,
    ca: Path | None = None,
    read_seconds: float = _READ_SECONDS,
) -> "S3Client":
    """A client with time limits, that signs as any S3 server understands.

    Args:
        endpoint_url: where the server is; Amazon's own by default.
        region: the bucket's.
        access_key: with `secret_key`, else whatever the AWS SDK finds.
        secret_key: see `access_key`.
        ca: the CAs that are believed where the server speaks TLS; the system's by default.
        read_seconds: how long the server may say nothing before the next try.

    Raises:
        StoreUnavailable: one of the two keys is missing.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
        # Not max_attempts, which counts the tries after the first.
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=32,
    )
    with _s3_errors():
        return boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=config,
            verify=str(ca) if ca else None,
        )


@contextmanager
def _s3_errors() -> Iterator[None]:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreUnavailable(
            "There are no credentials for S3, nor a running stack from this folder upward: run "
            "this in the folder where `stockcast up` runs, which holds .stockcast, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from error
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

    def rehearse(self) -> None:
        """Go through each call without the network: a client's first ones take far longer."""
        events = self._client.meta.events
        events.register("before-send.s3", _no_answer_but_ok)
        try:
            self.put("-", b"")
            self.get("-")
            self.list("-")
        finally:
            events.unregister("before-send.s3", _no_answer_but_ok)


def _no_answer_but_ok(*, request: Any, **_: Any) -> Any:
    """What botocore takes for the server's answer; it then sends nothing."""
    from botocore.awsrequest import AWSResponse, HTTPHeaders

    return AWSResponse(request.url, 200, HTTPHeaders(), _EmptyBody())


class _EmptyBody(io.BytesIO):
    def stream(self) -> Iterator[bytes]:
        """As urllib3's answers have it."""
        return iter(())
