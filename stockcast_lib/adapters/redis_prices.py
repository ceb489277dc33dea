"""Which price version is current, and the lock of whoever fetches the next."""

import contextlib
import threading
import time
from collections.abc import Iterator

import redis
import structlog
from redis.exceptions import LockNotOwnedError

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import QueueUnavailable, RunCancelled
from stockcast_lib.core.prices import PriceVersion

_log = structlog.get_logger()
# Of one wait for a lock, before whoever waits looks up.
_STEP_SECONDS = 0.5


class RedisPriceBoard:
    """The `PriceBoard` port.

    Args:
        client: for commands.
        longest_wait: seconds to wait for another worker that fetches the same ticker.
        lock_lifetime: seconds after which the lock of a worker that died lapses.
    """

    def __init__(
        self,
        client: "redis.Redis",
        *,
        longest_wait: float = 600.0,
        lock_lifetime: float = keys.TICKER_LOCK_LIFETIME,
    ) -> None:
        self._client = client
        self._lock_lifetime = lock_lifetime
        self._longest_wait = longest_wait
        self._publish = script(client, "publish")

    def current(self, ticker: str) -> PriceVersion | None:
        """See `PriceBoard.current`."""
        with redis_errors():
            held = self._client.hget(keys.current_prices(ticker), "manifest")
        return PriceVersion.model_validate_json(held) if held else None

    def publish(self, version: PriceVersion) -> None:
        """See `PriceBoard.publish`."""
        with redis_errors():
            self._publish(
                keys=[keys.current_prices(version.ticker)],
                args=[version.key, version.model_dump_json(), keys.PRICES_LIFETIME],
            )

    def forget(self, ticker: str) -> None:
        """See `PriceBoard.forget`."""
        with redis_errors():
            self._client.delete(keys.current_prices(ticker))

    @contextlib.contextmanager
    def fetching(self, ticker: str, cancellation: Cancellation) -> Iterator[None]:
        """See `PriceBoard.fetching`."""
        lock = self._client.lock(
            keys.ticker_lock(ticker),
            timeout=self._lock_lifetime,
            sleep=0.1,
            thread_local=False,
        )
        self._acquire(lock, ticker, cancellation)
        over = threading.Event()
        every = self._lock_lifetime / 3
        renewal = threading.Thread(target=_renew, args=(lock, over, every), daemon=True)
        renewal.start()
        try:
            yield
        finally:
            over.set()
            renewal.join()
            # redis-py compares the holder's token: a lock that was lost stays with the next holder.
            # Away: it lapses by itself. Two fetches waste a call, and harm nothing.
            with contextlib.suppress(redis.RedisError):
                lock.release()

    def _acquire(self, lock: "redis.lock.Lock", ticker: str, cancellation: Cancellation) -> None:
        deadline = time.monotonic() + self._longest_wait
        while not cancellation.requested:
            left = deadline - time.monotonic()
            with redis_errors():
                if lock.acquire(blocking_timeout=max(0.0, min(_STEP_SECONDS, left))):
                    return
                self._free_what_cannot_lapse(ticker)
            if left <= _STEP_SECONDS:
                raise QueueUnavailable(f"Another worker has been fetching {ticker} for too long.")
        raise RunCancelled(f"The job was ended while another worker fetched {ticker}.")

    def _free_what_cannot_lapse(self, ticker: str) -> None:
        # Redis's clock was put back: the lock of a worker that died would stay for as long.
        if self._client.pttl(keys.ticker_lock(ticker)) > 2 * 1000 * self._lock_lifetime:
            self._client.delete(keys.ticker_lock(ticker))


def _renew(lock: "redis.lock.Lock", over: threading.Event, every: float) -> None:
    while not over.wait(every):
        try:
            lock.reacquire()
        except LockNotOwnedError:
            _log.warning("ticker_lock.lost")
            return
        except redis.RedisError as error:
            _log.warning("ticker_lock.not_renewed", error=type(error).__name__)
