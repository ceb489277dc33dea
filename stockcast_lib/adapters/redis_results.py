"""Finished forecasts in Redis: the fast read path, with a lifetime."""

import zlib
from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import redis_errors
from stockcast_lib.core import keys
from stockcast_lib.ports import StoredForecast

# By field in Redis: texts shrink to a third there, and take their room for the whole lifetime.
_COMPRESSED = {"result.z": "result", "figure.z": "figure"}
_FASTEST = 1


class RedisResultStore:
    """The `ResultStore` port."""

    def __init__(self, client: "redis.Redis", *, lifetime: int = keys.RESULT_LIFETIME) -> None:
        self._client = client
        self._lifetime = lifetime

    def put(self, result_key: str, forecast: StoredForecast) -> None:
        """See `ResultStore.put`."""
        key = keys.result(result_key)
        mapping: Any = {
            "job_id": forecast.job_id,
            "picture": forecast.picture,  # a PNG is compressed as it is
            **{
                field: zlib.compress(getattr(forecast, name), _FASTEST)
                for field, name in _COMPRESSED.items()
            },
        }
        with redis_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping=mapping)
            pipe.expire(key, self._lifetime)
            pipe.execute()

    def get(self, result_key: str) -> StoredForecast | None:
        """See `ResultStore.get`."""
        with redis_errors():
            held: Any = self._client.hgetall(keys.result(result_key))
        # One that an earlier version has put has other fields, and is read from the archive.
        if not all(field.encode() in held for field in _COMPRESSED):
            return None
        texts = {name: zlib.decompress(held[field.encode()]) for field, name in _COMPRESSED.items()}
        return StoredForecast(held[b"job_id"].decode(), picture=held[b"picture"], **texts)

    def job_id(self, result_key: str) -> str | None:
        """See `ResultStore.job_id`."""
        with redis_errors():
            held: Any = self._client.hget(keys.result(result_key), "job_id")
        return held.decode() if held else None

    def forget(self, result_key: str, job_id: str) -> None:
        """See `ResultStore.forget`."""
        # Another job's that comes in between is forgotten with it: one more run, and no harm.
        if self.job_id(result_key) == job_id:
            with redis_errors():
                self._client.delete(keys.result(result_key))
