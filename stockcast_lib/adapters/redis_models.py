"""What each model's name stands for, cached where all processes see it, and the gate's lock."""

import contextlib
from collections.abc import Iterator
from typing import TypeVar

import redis
from pydantic import BaseModel
from redis.exceptions import LockError

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.errors import QueueUnavailable
from stockcast_lib.core.models import Challenge, ModelRef, Promotion

R = TypeVar("R", bound=BaseModel)


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
        return self._current(keys.current_model(name), Promotion)

    def publish(self, name: str, key: str, promotion: Promotion | None) -> None:
        """See `ModelBoard.publish`."""
        self._make_current(keys.current_model(name), key, promotion)

    def challenge(self, name: str) -> tuple[bool, Challenge | None]:
        """See `ModelBoard.challenge`."""
        return self._current(keys.current_challenge(name), Challenge)

    def publish_challenge(self, name: str, key: str, challenge: Challenge | None) -> None:
        """See `ModelBoard.publish_challenge`."""
        self._make_current(keys.current_challenge(name), key, challenge)

    def count_dropped(self, ref: ModelRef) -> None:
        """See `ModelBoard.count_dropped`."""
        with redis_errors():
            self._client.incr(keys.dropped_challenges(str(ref)))

    def dropped(self, ref: ModelRef) -> int:
        """See `ModelBoard.dropped`."""
        with redis_errors():
            return int(self._client.get(keys.dropped_challenges(str(ref))) or 0)

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

    def _current(self, place: str, kind: type[R]) -> tuple[bool, R | None]:
        with redis_errors():
            held = self._client.hget(place, "manifest")
        if held is None:
            return False, None
        return True, kind.model_validate_json(held) if held else None

    def _make_current(self, place: str, key: str, entry: BaseModel | None) -> None:
        manifest = entry.model_dump_json(by_alias=True) if entry else ""
        with redis_errors():
            self._publish(keys=[place], args=[key, manifest, keys.MODEL_LIFETIME])
