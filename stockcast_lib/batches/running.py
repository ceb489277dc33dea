"""Asks for all requests of a batch, a number of them at a time."""

import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from stockcast_lib.batches.batch import Batch
from stockcast_lib.batches.entries import Entry, key_of
from stockcast_lib.batches.journal import Journal
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import ForecastRequest
from stockcast_lib.core.results import ForecastResult

# Asks for one forecast and waits: the job's id and the result, or a StockcastError.
Ask = Callable[[ForecastRequest], tuple[str, ForecastResult]]
# Enough to keep a cluster's workers busy; far fewer than the queue may hold.
_AT_ONCE = 64


def run_batch(
    requests: Iterable[ForecastRequest],
    ask: Ask,
    journal: Journal | None = None,
    told: Callable[[Entry], None] = lambda _: None,
) -> Batch:
    """Ask for what the journal does not hold as done, and tell of each that ends.

    What failed before is asked for again.

    Args:
        requests: in the order of the report.
        ask: called on threads.
        journal: where entries are kept as they come.
        told: called for each entry, for those that are done already first.
    """
    wanted = {key_of(request): request for request in requests}
    held = journal.entries() if journal else {}
    ended = {key: entry for key, entry in held.items() if key in wanted and entry.done}
    for entry in ended.values():
        told(entry)
    open_requests = [request for key, request in wanted.items() if key not in ended]
    for entry in _asked(open_requests, ask):
        if journal:
            journal.add(entry)
        ended[entry.key] = entry
        told(entry)
    return Batch(tuple(ended[key] for key in wanted))


def _asked(requests: list[ForecastRequest], ask: Ask) -> Iterable[Entry]:
    waiting: SimpleQueue[ForecastRequest | None] = SimpleQueue()
    ended: SimpleQueue[Entry | Exception] = SimpleQueue()

    def work() -> None:
        while (request := waiting.get()) is not None:
            try:
                ended.put(_entry(request, ask))
            except Exception as error:  # noqa: BLE001 - raised where the entries are taken
                ended.put(error)

    workers = min(_AT_ONCE, len(requests))
    for request in (*requests, *(None,) * workers):
        waiting.put(request)
    for _ in range(workers):
        # Daemons: whoever is interrupted does not wait for the jobs under way.
        threading.Thread(target=work, name="batch", daemon=True).start()
    for _ in requests:
        entry = ended.get()
        if isinstance(entry, Exception):
            raise entry
        yield entry


def _entry(request: ForecastRequest, ask: Ask) -> Entry:
    try:
        job_id, result = ask(request)
    except StockcastError as error:
        return Entry(request=request, error=error.report())
    return Entry(request=request, job_id=job_id, result=result)
