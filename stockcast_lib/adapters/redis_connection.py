"""Connections to Redis, their time limits, and its errors in our words."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from stockcast_lib.core.errors import QueueUnavailable

COMMAND_TIMEOUT = 5.0
CONNECT_TIMEOUT = 2.0
LONGEST_BLOCK = 2.0
_LOOK_TIMEOUT = 2.0
_COPY_TIMEOUT = 60.0
_RETRIES = 2
# After this long a command has been given up: all its tries, and the short pauses between them.
LONGEST_COMMAND = (1 + _RETRIES) * COMMAND_TIMEOUT + 1.0
_MAX_CONNECTIONS = 200


def connect(url: str, ca: Path | None = None) -> "redis.Redis":
    """A client for commands that answer at once.

    redis-py repeats a call whose connection broke. That is safe here: every change is a script
    that may run twice.

    Args:
        url: of Redis.
        ca: a CA that is believed, besides the system's, where the URL is `rediss://`.
    """
    return _client(url, ca, timeout=COMMAND_TIMEOUT, retries=_RETRIES)


def connect_blocking(url: str, ca: Path | None = None) -> "redis.Redis":
    """A client for blocking reads of at most `LONGEST_BLOCK` seconds, with a pool of its own."""
    return _client(url, ca, timeout=LONGEST_BLOCK + COMMAND_TIMEOUT, retries=0)


def connect_looking(url: str, ca: Path | None = None) -> "redis.Redis":
    """A client that only looks whether Redis answers, and soon gives up."""
    return _client(url, ca, timeout=_LOOK_TIMEOUT, retries=0)


def tls_options(url: str, ca: Path | None) -> dict[str, Any]:
    """What redis-py is told besides a URL, so that it believes a CA of one's own."""
    return {"ssl_ca_certs": str(ca)} if ca and url.startswith("rediss://") else {}


def connect_copying(url: str, ca: Path | None = None) -> "redis.Redis":
    """A client whose answers may be large, and take their time."""
    return _client(url, ca, timeout=_COPY_TIMEOUT, retries=0)


def open_ahead(client: "redis.Redis", count: int) -> None:
    """Have connections open before they are needed at once; not where Redis is away."""
    pool = client.connection_pool
    with ExitStack() as opened, suppress(redis.RedisError):
        for _ in range(count):
            opened.callback(pool.release, pool.get_connection())


def why_away(client: "redis.Redis") -> str | None:
    """Why Redis does not answer, or None."""
    try:
        with redis_errors():
            client.ping()
    except QueueUnavailable as error:
        return error.message
    return None


def _client(url: str, ca: Path | None = None, *, timeout: float, retries: int) -> "redis.Redis":
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_keepalive=True,
        max_connections=_MAX_CONNECTIONS,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries),
        # Else each connection begins with what no role's user may (`redis_users`).
        driver_info=None,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        **tls_options(url, ca),
    )


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turn the client's errors into `QueueUnavailable`."""
    try:
        yield
    except redis.RedisError as error:
        raise QueueUnavailable(
            f"Redis does not answer as it should ({type(error).__name__}): try again shortly; "
            "`stockcast doctor` says what is wrong."
        ) from error


@cache
def _source(name: str) -> str:
    return (resources.files(__package__) / "lua" / f"{name}.lua").read_text("utf-8")


def script(client: "redis.Redis", *names: str) -> Callable[..., Any]:
    """Lua scripts of `lua/`, one behind the other, to be called with `keys=` and `args=`."""
    return client.register_script("\n".join(map(_source, names)))
