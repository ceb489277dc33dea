"""Whether a Redis or an S3 serves, asked once and impatiently."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stockcast_lib.stack.network import LOOPBACK

REGION = "us-east-1"
_NEAR_SECONDS = 1.0
FAR_SECONDS = 5.0


def redis_probe(
    url: str, timeout: float = _NEAR_SECONDS, ca: Path | None = None
) -> Callable[[], bool]:
    """Whether the Redis at a URL answers PING; `ca` as `redis_connection.connect` has it."""

    def ready() -> bool:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        from stockcast_lib.adapters.redis_connection import tls_options

        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=timeout,
            socket_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            **tls_options(url, ca),
        )
        try:
            return bool(client.ping())
        except (redis.RedisError, OSError):
            return False
        finally:
            client.close()

    return ready


def s3_probe(environment: Mapping[str, str], timeout: float = _NEAR_SECONDS) -> Callable[[], bool]:
    """Whether the bucket that the environment names can be listed with its keys."""
    made: list[Any] = []

    def ready() -> bool:
        from botocore.exceptions import BotoCoreError, ClientError

        if not made:
            made.append(s3_client(environment, timeout))
        try:
            made[0].list_objects_v2(Bucket=environment["STOCKCAST_S3_BUCKET"], MaxKeys=1)
        except (BotoCoreError, ClientError):
            return False
        return True

    return ready


def s3_client(environment: Mapping[str, str], timeout: float) -> Any:
    """An impatient client for the S3 that the environment names."""
    from botocore.config import Config
    from botocore.session import Session

    endpoint = environment.get("STOCKCAST_S3_ENDPOINT_URL") or None
    access_key = environment.get("AWS_ACCESS_KEY_ID")
    # With keys of its own it must not fail for a profile that the user has chosen elsewhere.
    variables = {"profile": (None, None, None, None)} if access_key else None
    return Session(session_vars=variables).create_client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
        region_name=environment.get("AWS_DEFAULT_REGION", REGION),
        verify=environment.get("AWS_CA_BUNDLE") or None,
        config=Config(
            connect_timeout=timeout,
            read_timeout=timeout,
            retries={"total_max_attempts": 1},
            proxies={} if endpoint and LOOPBACK in endpoint else None,
        ),
    )
