"""A limit on each caller's calls, which all gateways share through Redis."""

import time

import redis
import structlog

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.errors import QueueUnavailable

_log = structlog.get_logger()
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_AWAY_SECONDS = 5.0


class RedisRateLimit:
    """The `RateLimit` port: a token bucket for each caller.

    Args:
        client: soon gives up; every call waits for it.
        per_minute: how many calls may go on; as many may come at once after a quiet minute.
        away_seconds: for how long nobody is counted after Redis did not answer, so that its silence
            delays few.
    """

    def __init__(
        self, client: "redis.Redis", per_minute: int, *, away_seconds: float = _AWAY_SECONDS
    ) -> None:
        # Should a call whose reply was lost be repeated, one token too many is gone.
        self._take = script(client, "rate_limit")
        self._arguments = (per_minute, _MINUTE // per_minute)
        self._away_seconds, self._away_until = away_seconds, 0.0

    def wait(self, caller: str) -> float:
        """See `RateLimit.wait`."""
        if time.monotonic() < self._away_until:
            return 0.0
        try:
            with redis_errors():
                microseconds: int = self._take(keys=[keys.calls_of(caller)], args=self._arguments)
        except QueueUnavailable as error:
            self._away_until = time.monotonic() + self._away_seconds
            _log.warning("rate_limit.away", reason=error.message)
            return 0.0
        return microseconds / _SECOND
