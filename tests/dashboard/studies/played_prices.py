"""Studies over a service that has prices."""

import threading
from types import SimpleNamespace

from stockcast_lib.dashboard.reader import Reader
from tests.dashboard.service import PlayedService, until
from tests.factories import forecast_result, price_history

ENGLISH, GERMAN = Reader("en-GB"), Reader("de-DE")


class Prices(PlayedService):
    """Counts how often prices are read, and waits for the gate before it gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.history = price_history(sessions=1300)
        self.reads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.lack: Exception | None = None

    def prices_of(self, key):
        self.reads.append(key)
        assert self.gate.wait(10)
        if self.lack:
            raise self.lack
        return super().prices_of(key)


def run(**changes):
    return SimpleNamespace(result=forecast_result(days=60, **changes))


def settled(model):
    until(lambda: not model.working.busy)
