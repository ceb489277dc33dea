"""The chaos' faults, and those of what takes longer: S3 away, and a vendor that fails."""

import itertools
import time

import psutil
import redis

from stockcast_lib.core import keys
from tests.chain.client import parts
from tests.chaos.askers import ACCEPTED, call
from tests.chaos.faults import Faults
from tests.chaos.stores import Stores
from tests.servers import Stack
from tests.soak.watch import DASHBOARD
from tests.standins.vendors import Vendors

_VENDOR = "tiingo"
_S3_AWAY_SECONDS = 8.0
_ASKED_SECONDS = 10.0
_VENDOR_FAULTS = {
    "vendor throttles": {"kind": "throttled"},
    "vendor answers 503": {"kind": "status", "status": 503},
    "vendor breaks off": {"kind": "cut"},
    "vendor answers with a page": {"kind": "page"},
}


class SoakFaults(Faults):
    """As the chaos' faults are.

    Args:
        stack: see `Faults`.
        stores: what is outside the stack.
        vendors: whom it asks for prices.
        client: of Redis itself.
        seed: see `Faults`.
    """

    def __init__(
        self, stack: Stack, stores: Stores, vendors: Vendors, client: "redis.Redis", seed: int
    ) -> None:
        super().__init__(stack, stores.supervisor, stores.proxy, seed)
        self.asked: set[str] = set()
        self._running, self._api = stack, stack.api
        self._vendors, self._client = vendors, client
        self._numbers = itertools.count(1)
        self.kinds["S3 away"] = self._keep_s3_away
        for name, fault in _VENDOR_FAULTS.items():
            self.kinds[name] = lambda fault=fault: self._spoil_an_answer(**fault)

    def _descendants(self) -> list[psutil.Process]:
        # Kernels of the dashboard's visitors run no forecasts.
        aside: set[psutil.Process] = set()
        for process in parts(self._running, DASHBOARD):
            aside |= {process, *process.children(recursive=True)}
        return [each for each in super()._descendants() if each not in aside]

    def _workers(self, stage: str) -> list[psutil.Process]:
        # The oldest is spared: what it holds is watched over the whole time.
        return sorted(super()._workers(stage), key=psutil.Process.create_time)[1:]

    def _keep_s3_away(self) -> bool:
        killed = self._kill_store("s3")
        time.sleep(_S3_AWAY_SECONDS)
        return killed

    def _spoil_an_answer(self, **fault: object) -> bool:
        """Ask for a ticker that nobody has; the vendor fails instead of saying so."""
        ticker = f"NONE{next(self._numbers)}"
        self._vendors.fault(vendor=_VENDOR, ticker=ticker, **fault)
        try:
            # One that failed a moment ago is asked no more for a while.
            self._client.delete(keys.vendor_rest(_VENDOR))
        except redis.RedisError:
            return False
        status, job = call(f"{self._api}/api/v1/forecasts", {"ticker": ticker, "days": 30})
        if status not in ACCEPTED:
            return False
        self.asked.add(job["id"])
        return self._was_asked(ticker)

    def _was_asked(self, ticker: str) -> bool:
        deadline = time.monotonic() + _ASKED_SECONDS
        while time.monotonic() < deadline:
            if self._vendors.calls()[_VENDOR].get(ticker):
                return True
            self._stores.mend()
            time.sleep(0.05)
        return False
