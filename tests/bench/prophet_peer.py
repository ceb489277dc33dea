"""The peer of a new forecast: bare Prophet, warm, in a process of its own."""

import contextlib
import logging
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.bench.notebooks import TICKER

_READY_SECONDS = 60
_FIT_SECONDS = 60
_END_SECONDS = 5


class ProphetPeer:
    """Fits and predicts on request."""

    def __init__(self, requests: Connection) -> None:
        self._requests = requests

    def begin(self, days: int) -> None:
        """Have it fit the prices and predict some calendar days after them."""
        self._requests.send(days)

    def seconds(self) -> float:
        """How long the fit and the prediction that were begun took."""
        if not self._requests.poll(_FIT_SECONDS):
            raise TimeoutError(f"Prophet made no forecast in {_FIT_SECONDS} s.")
        seconds: float = self._requests.recv()
        return seconds

    def seconds_for(self, days: int) -> float:
        """Both."""
        self.begin(days)
        return self.seconds()


@contextmanager
def running_prophet(core: int | None = None) -> Iterator[ProphetPeer]:
    """A peer that has made its first forecast, on one core if one is named."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, core), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(_READY_SECONDS):
            raise TimeoutError(f"Prophet was not ready in {_READY_SECONDS} s.")
        ours.recv()
        yield ProphetPeer(ours)
    finally:
        ours.close()
        process.join(_END_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(requests: Connection, core: int | None) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})
    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    rows = _training_rows()
    _forecast(rows, 30)
    requests.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            days = requests.recv()
            began = time.perf_counter()
            _forecast(rows, days)
            requests.send(time.perf_counter() - began)


def _training_rows():
    """As many rows as the notebook trains on, as Prophet takes them."""
    import pandas as pd

    from stockcast_lib.adapters.vendors.sample import SampleVendor
    from stockcast_lib.forecasting.model import DEFAULT_CONFIG, training_history

    history = SampleVendor().daily_prices(TICKER)
    prices = training_history(history.adjusted_close, DEFAULT_CONFIG)
    return pd.DataFrame({"ds": prices.index, "y": prices.to_numpy(dtype=float)})


def _forecast(rows, days: int):
    from prophet import Prophet

    model = Prophet().fit(rows)
    return model.predict(model.make_future_dataframe(periods=days))
