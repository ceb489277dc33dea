"""Finished forecasts in Redis: the fast read path, with a lifetime."""

from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import redis_errors
from stockcast_lib.core import keys
from stockcast_lib.ports import StoredForecast


class RedisResultStore:
    """The `ResultStore` port."""

    def __init__(self, client: "redis.Redis", *, lifetime: int = keys.RESULT_LIFETIME) -> None:
        self._client = client
        self._lifetime = lifetime

    def put(self, result_key: str, forecast: StoredForecast) -> None:
        """See `ResultStore.put`."""
        key = keys.result(result_key)
        with redis_errors(), self._client.pipeline(transaction=True) as pipe:
            mapping: Any = forecast.__dict__
            pipe.hset(key, mapping=mapping)
            pipe.expire(key, self._lifetime)
            pipe.execute()

    def get(self, result_key: str) -> StoredForecast | None:
        """See `ResultStore.get`."""
        with redis_errors():
            held: Any = self._client.hgetall(keys.result(result_key))
        if not held:
            return None
        return StoredForecast(
            held[b"job_id"].decode(), held[b"result"], held[b"figure"], held[b"picture"]
        )

    def job_id(self, result_key: str) -> str | None:
        """See `ResultStore.job_id`."""
        with redis_errors():
            held: Any = self._client.hget(keys.result(result_key), "job_id")
        return held.decode() if held else None
