"""The nonces of the frames that a stage's workers have taken, in Redis."""

import hashlib
import secrets

import redis

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Stage


class RedisNonces:
    """The `Nonces` port.

    Args:
        client: for commands.
        stage: whose workers share them.
        lifetime: seconds for which a nonce is remembered.
    """

    def __init__(
        self, client: "redis.Redis", stage: Stage, *, lifetime: int = keys.NONCE_LIFETIME
    ) -> None:
        self._stage, self._lifetime = stage, lifetime
        self._take = script(client, "take_once")

    def take(self, nonce: str) -> bool:
        """See `Nonces.take`."""
        # Whatever the peer wrote, and however long: it is no part of a name as it is.
        digest = hashlib.sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        # redis-py repeats a call whose answer was lost: the repeated one is not the second taker.
        receipt = secrets.token_hex(8)
        with redis_errors():
            return bool(
                self._take(keys=[keys.nonce(self._stage, digest)], args=[receipt, self._lifetime])
            )
