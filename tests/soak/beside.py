"""What goes on beside the forecasts: searches, listeners of events, batches, visitors."""

import contextlib
import http.client
import itertools
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.chaos.askers import TERMINAL, Askers, call
from tests.chaos.ends import TICKERS
from tests.commands import stockcast
from tests.event_stream import EventReader
from tests.servers import Stack

SEARCH_EVERY = 0.5
LISTENERS = 4
BATCH_EVERY = 120.0
VISIT_EVERY = 10.0
_BATCH_SECONDS = 300
_BATCH_DAYS = itertools.count(3000)
_NO_STREAM = 0.5
_WORDS = ("aapl", "apple", "micro", "oil", "x", "no such share")
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class Repeating:
    """A thread that does one thing again and again, and keeps when it ended well and when not.

    Args:
        every: seconds from one begin to the next.
        act: does it; whether it ended well.
    """

    def __init__(self, every: float, act: Callable[[], bool]) -> None:
        self.ends: list[tuple[float, bool]] = []
        self._every, self._act = every, act
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float) -> bool:
        """Do it no more; whether what was under way ended within so many seconds."""
        self._over.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            well = self._act()
            # As of its begin: what a fault fell upon was under way before.
            self.ends.append((began, well))
            self._over.wait(max(0.0, began + self._every - time.monotonic()))


def searches(api: str) -> Repeating:
    """Looks into the symbol directory."""
    words = itertools.cycle(_WORDS)
    return Repeating(
        SEARCH_EVERY,
        lambda: call(f"{api}/api/v1/symbols?q={next(words).replace(' ', '+')}")[0] == 200,
    )


def visits(page: str) -> Repeating:
    """Opens the dashboard's page, and leaves it without a goodbye."""

    def visit() -> bool:
        with contextlib.suppress(*_FAILURES), urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310
            return bool(answer.read())
        return False

    return Repeating(VISIT_EVERY, visit)


def batches(stack: Stack) -> Repeating:
    """Asks for all tickers in the batch lane, each time for another horizon."""
    folder: Path = stack.folder / "batches"
    folder.mkdir()
    (folder / ".stockcast").symlink_to(stack.folder / "data")
    (folder / "tickers.txt").write_text("\n".join(TICKERS))

    def run() -> bool:
        days = str(next(_BATCH_DAYS))
        done = stockcast(
            folder, "batch", "tickers.txt", "--days", days, "--out", days, seconds=_BATCH_SECONDS
        )
        return done.returncode == 0

    return Repeating(BATCH_EVERY, run)


class Listeners:
    """Each follows accepted jobs, one after the other, from the first event to the end.

    Args:
        api: the gateway's URL.
        askers: whose jobs.
    """

    def __init__(self, api: str, askers: Askers) -> None:
        self.told: Counter[str] = Counter()
        self._api, self._askers = api, askers
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        self._threads = [Repeating(_NO_STREAM, self._follow_next) for _ in range(LISTENERS)]

    def start(self) -> None:
        """Begin to listen."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> bool:
        """Follow no further job; whether all streams ended within so many seconds."""
        return not [thread for thread in self._threads if not thread.stop(seconds)]

    def _follow_next(self) -> bool:
        with self._lock:
            job = next(
                (each for each in list(self._askers.accepted) if each not in self._taken), None
            )
            if job is None:
                return True
            self._taken.add(job)
            self.told[job] = 0
        self._follow(job)
        return True

    def _follow(self, job: str) -> None:
        """Read the stream, and again from the last event where it broke off, until the end."""
        last = None
        while True:
            with contextlib.suppress(*_FAILURES):
                url = f"{self._api}/api/v1/forecasts/{job}/events"
                with EventReader(url, last) as reader:
                    if reader.answer.status == http.client.NO_CONTENT:
                        return
                    for event in self._events(reader):
                        last = event.id or last
                        self.told[job] += event.data["state"] in TERMINAL
            if self.told[job]:
                return
            time.sleep(_NO_STREAM)

    @staticmethod
    def _events(reader: EventReader) -> Iterator[Any]:
        return iter(reader) if reader.answer.status == http.client.OK else iter(())


def failures(ends: Mapping[str, Repeating], calm: Callable[[float], bool]) -> dict[str, int]:
    """How often each ended badly that was begun in a calm."""
    return {
        name: sum(not well for moment, well in each.ends if calm(moment))
        for name, each in ends.items()
    }
