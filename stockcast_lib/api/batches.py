"""Many forecasts of the running service, at low priority."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stockcast_lib.api.outcomes import stored_or_raise
from stockcast_lib.batches import Batch, Entry, Journal, requests_for, run_batch
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL, ForecastRequest, Lane
from stockcast_lib.core.results import ForecastResult, parse_result

if TYPE_CHECKING:
    from stockcast_lib.service import ForecastService

# A batch waits behind everybody who looks at a screen.
LONGEST_WAIT = 6 * 3600.0
# For a full queue, or a part of the service that is being restarted.
_PATIENCE = 600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


def batch(
    tickers: Iterable[str],
    days: int = DEFAULT_DAYS,
    *,
    model: str = DEFAULT_MODEL,
    out: Path | None = None,
    told: Callable[[Entry], None] = lambda _: None,
    **params: Any,
) -> Batch:
    """Ask the running service for many forecasts behind all others, and wait for them.

    A ticker that fails does not end the batch: its error is in the report.

    Args:
        tickers: such as AAPL; each once.
        days: calendar days from the last session in the data, 1 to 10000.
        model: a model notebook's name.
        out: a folder that keeps the forecasts as they come: with the same one a second call asks
            only for what is not there.
        told: is told of each ticker's end.
        params: the model's parameters, as in `ModelConfig`.

    Raises:
        InvalidRequest: with every wrong field.
    """
    from stockcast_lib import wiring

    requests = requests_for(tickers, days, model, params)
    ask = ServiceForecasts(wiring.service())
    if out is None:
        return run_batch(requests, ask, told=told)
    with Journal(out) as journal:
        return run_batch(requests, ask, journal, told)


class ServiceForecasts:
    """Asks the stack beside this process; safe to share between threads."""

    def __init__(self, service: "ForecastService") -> None:
        self._service = service

    def __call__(self, request: ForecastRequest) -> tuple[str, ForecastResult]:
        """The job and its result.

        Raises:
            StockcastError: the one that says what went wrong.
        """
        job_id = self._submitted(request)
        job = self._service.wait(job_id, LONGEST_WAIT)
        stored = stored_or_raise(job, self._service.forecast(job))
        return job_id, parse_result(stored.result)

    def _submitted(self, request: ForecastRequest) -> str:
        pause, deadline = _FIRST_PAUSE, time.monotonic() + _PATIENCE
        while True:
            try:
                return self._service.submit(request.canonical(), lane=Lane.BATCH)
            except StockcastError as error:
                if not error.retryable or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
