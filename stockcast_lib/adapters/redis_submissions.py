"""Submissions in Redis by their idempotency keys."""

import hashlib
import json
from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import redis_errors
from stockcast_lib.core import keys
from stockcast_lib.ports import Submission


class RedisSubmissions:
    """The `SubmissionStore` port."""

    def __init__(self, client: "redis.Redis", *, lifetime: int = keys.IDEMPOTENCY_LIFETIME) -> None:
        self._client, self._lifetime = client, lifetime

    def get(self, key: str) -> Submission | None:
        """See `SubmissionStore.get`."""
        with redis_errors():
            held: Any = self._client.get(_name(key))
        return None if held is None else Submission(*json.loads(held))

    def keep(self, key: str, submission: Submission) -> Submission:
        """See `SubmissionStore.keep`."""
        text = json.dumps([submission.request, submission.job_id])
        with redis_errors():
            self._client.set(_name(key), text, nx=True, ex=self._lifetime)
        # Another submission may have been first; this one may have expired.
        return self.get(key) or submission


def _name(key: str) -> str:
    # Whatever the caller wrote: it is no part of a name as it is.
    return keys.idempotency(hashlib.sha256(key.encode()).hexdigest())
