"""What each model's name stands for, cached where all processes see it, and the gate's lock."""

import contextlib
from collections.abc import Iterator

import redis
from redis.exceptions import LockError

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.errors import QueueUnavailable
from stockcast_lib.core.models import Promotion


class RedisModelBoard:
    """The `ModelBoard` port.

    Args:
        client: for commands.
        longest_wait: seconds to wait for another notebook at the gate.
        longest_hold: seconds after which the lock of a gateway that died lapses.
    """

    def __init__(
        self, client: "redis.Redis", *, longest_wait: float = 60.0, longest_hold: float = 600.0
    ) -> None:
        self._client = client
        self._longest_wait = longest_wait
        self._longest_hold = longest_hold
        self._publish = script(client, "publish")

    def current(self, name: str) -> tuple[bool, Promotion | None]:
        """See `ModelBoard.current`."""
        with redis_errors():
            held = self._client.hget(keys.current_model(name), "manifest")
        if held is None:
            return False, None
        return True, Promotion.model_validate_json(held) if held else None

    def publish(self, name: str, key: str, promotion: Promotion | None) -> None:
        """See `ModelBoard.publish`."""
        manifest = promotion.model_dump_json(by_alias=True) if promotion else ""
        with redis_errors():
            self._publish(
                keys=[keys.current_model(name)], args=[key, manifest, keys.MODEL_LIFETIME]
            )

    @contextlib.contextmanager
    def gate(self) -> Iterator[None]:
        """See `ModelBoard.gate`."""
        lock = self._client.lock(
            keys.MODEL_GATE, timeout=self._longest_hold, sleep=0.2, thread_local=False
        )
        with redis_errors():
            if not lock.acquire(blocking_timeout=self._longest_wait):
                raise QueueUnavailable("Another notebook is at the gate: publish again later.")
        try:
            yield
        finally:
            # It has lapsed, or Redis is away, and it will.
            with contextlib.suppress(LockError, redis.RedisError):
                lock.release()
