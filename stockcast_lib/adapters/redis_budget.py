"""The calls to vendors that all workers together may make."""

import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence

import redis

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.budgets import CallLease, CallLimit, VendorState, WindowLeft
from stockcast_lib.core.errors import ErrorReport

# Longer than any run: what a worker that died had leased is spent.
_LEASE_LIFETIME = 3600


class RedisVendorBudget:
    """The `VendorBudget` port, and what operators ask; without limits a vendor is asked at will.

    Args:
        client: for commands.
        limits: each vendor's, by its name.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        client: "redis.Redis",
        limits: Mapping[str, Sequence[CallLimit]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self._lease = script(client, "lease_calls")
        self._return = script(client, "return_calls")

    def lease(self, vendor: str, calls: int) -> CallLease:
        """See `VendorBudget.lease`."""
        windows = self._windows(vendor)
        counters = tuple(counter for counter, _, _ in windows)
        lease = keys.vendor_lease(vendor, secrets.token_hex(8))
        arguments = [
            value for _, limit, seconds in windows for value in (limit.calls, math.ceil(seconds))
        ]
        with redis_errors():
            granted, wait, why = self._lease(
                keys=[keys.vendor_rest(vendor), lease, *counters],
                args=[calls, _LEASE_LIFETIME, *arguments],
            )
        refusal = ErrorReport.model_validate_json(why) if why else None
        return CallLease(vendor, granted, float(wait), refusal, (lease, *counters))

    def give_back(self, lease: CallLease, calls: int) -> None:
        """See `VendorBudget.give_back`."""
        if calls > 0:
            with redis_errors():
                self._return(keys=list(lease.keys), args=[min(calls, lease.calls)])

    def rest(self, vendor: str, seconds: float, refusal: ErrorReport) -> None:
        """See `VendorBudget.rest`."""
        lifetime = max(1, math.ceil(seconds))
        with redis_errors():
            self._client.set(keys.vendor_rest(vendor), refusal.model_dump_json(), ex=lifetime)

    def state(self, vendor: str) -> VendorState:
        """What is left of a vendor's budget, and whether it rests."""
        windows = self._windows(vendor)
        with redis_errors(), self._client.pipeline() as asked:
            asked.get(keys.vendor_rest(vendor))
            asked.ttl(keys.vendor_rest(vendor))
            for counter, _, _ in windows:
                asked.get(counter)
            why, rest, *made = asked.execute()
        left = tuple(
            WindowLeft(max(0, limit.calls - int(calls or 0)), limit, seconds)
            for (_, limit, seconds), calls in zip(windows, made, strict=True)
        )
        refusal = ErrorReport.model_validate_json(why) if why else None
        return VendorState(vendor, left, float(max(0, rest)), refusal)

    def wake(self, vendor: str) -> bool:
        """Let a vendor be asked again at once; whether it rested."""
        with redis_errors():
            return self._client.delete(keys.vendor_rest(vendor)) == 1

    def _windows(self, vendor: str) -> list[tuple[str, CallLimit, float]]:
        """The windows under way: each one's counter, its limit, the seconds until it ends."""
        now = self._clock()
        return [
            (
                keys.vendor_calls(vendor, limit.seconds, int(now // limit.seconds)),
                limit,
                limit.seconds - now % limit.seconds,
            )
            for limit in self._limits.get(vendor, ())
        ]
