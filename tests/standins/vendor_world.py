"""What the stand-in's handlers share: the market, the faults, and the calls so far."""

import time
from collections import Counter, deque
from datetime import date
from typing import Any

from tests.standins.market import Market
from tests.standins.vendor_faults import NASDAQ, TIINGO, Fault

KEYS = {TIINGO: "tiingo-key-of-the-tests", NASDAQ: "nasdaq-key-of-the-tests"}
_HOUR = 3600


class World:
    """The market, the faults and the counters that all handlers share."""

    def __init__(self) -> None:
        self.market = Market()
        self.reset()

    def reset(self) -> None:
        self.market.reset()
        self.faults: dict[tuple[str, str], Fault] = {}
        self.calls: dict[str, Counter[str]] = {TIINGO: Counter(), NASDAQ: Counter()}
        self.times: dict[str, deque[float]] = {TIINGO: deque(), NASDAQ: deque()}
        self.calls_an_hour: int | None = None

    def count(self, vendor: str, ticker: str) -> bool:
        """Count a call; whether the vendor's limit allows it."""
        self.calls[vendor][ticker] += 1
        times, now = self.times[vendor], time.monotonic()
        while times and times[0] < now - _HOUR:
            times.popleft()
        if self.calls_an_hour is not None and len(times) >= self.calls_an_hour:
            return False
        times.append(now)
        return True

    def take_fault(self, vendor: str, ticker: str) -> Fault | None:
        """The fault for a call, the particular before the general."""
        for key in ((vendor, ticker), (vendor, "*"), ("*", ticker), ("*", "*")):
            fault = self.faults.get(key)
            if fault and fault.times != 0:
                fault.times = None if fault.times is None else fault.times - 1
                return fault
        return None

    def change(self, name: str, value: Any) -> None:
        """Do one of the control's changes; see `tests.standins.vendors`."""
        match name:
            case "reset":
                self.reset()
            case "as_of":
                self.market.as_of = date.fromisoformat(value)
            case "sessions":
                self.market.sessions = value
            case "calls_an_hour":
                self.calls_an_hour = value
            case "split":
                self.market.split(**value)
            case "dividend":
                self.market.dividend(**value)
            case "restate":
                self.market.restate(**{**value, "day": date.fromisoformat(value["day"])})
            case "fault":
                self._set_fault(**value)
            case _:
                raise ValueError(name)

    def _set_fault(self, vendor: str = "*", ticker: str = "*", **values: Any) -> None:
        if values.get("kind") is None:
            self.faults.pop((vendor, ticker), None)
        else:
            self.faults[vendor, ticker] = Fault(**values)
