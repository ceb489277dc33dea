"""The calls to vendors that all workers together may make."""

import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence

import redis

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.budgets import CallLease, CallLimit
from stockcast_lib.core.errors import ErrorReport

# Longer than any run: what a worker that died had leased is spent.
_LEASE_LIFETIME = 3600


class RedisVendorBudget:
    """The `VendorBudget` port; a vendor without limits may be asked at will.

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
        now, limits = self._clock(), self._limits.get(vendor, ())
        windows = [(limit, int(now // limit.seconds)) for limit in limits]
        counters = tuple(
            keys.vendor_calls(vendor, limit.seconds, number) for limit, number in windows
        )
        lease = keys.vendor_lease(vendor, secrets.token_hex(8))
        arguments = [
            value
            for limit, number in windows
            for value in (limit.calls, math.ceil((number + 1) * limit.seconds - now))
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
