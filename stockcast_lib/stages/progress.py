"""Progress that a job can do without."""

from collections.abc import Callable

import structlog

from stockcast_lib.core.errors import QueueUnavailable
from stockcast_lib.core.jobs import Progress
from stockcast_lib.ports import Claim, JobQueue

_log = structlog.get_logger()


def progress_teller(queue: JobQueue, claim: Claim) -> Callable[[Progress], None]:
    """Tells which cell runs; a queue that is away misses it, and the run goes on."""

    def tell(progress: Progress) -> None:
        try:
            queue.progress(claim, progress)
        except QueueUnavailable as error:
            _log.warning("progress.untold", error=error.message)

    return tell
