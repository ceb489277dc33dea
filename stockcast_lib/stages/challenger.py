"""What the challenger would have said to a request that was just served, made in the background."""

import secrets
from dataclasses import dataclass

import structlog

from stockcast_lib.core import job_ids, keys
from stockcast_lib.core.errors import QueueFull, StockcastError
from stockcast_lib.core.jobs import CHALLENGER, Asker, Job, Lane, request_key, result_key
from stockcast_lib.ports import Challengers, JobQueue, ModelCatalogue, ResultStore

_log = structlog.get_logger()


@dataclass(frozen=True)
class ChallengerRuns:
    """Asks for them. Whatever goes wrong here is no fault of the forecast that was served.

    Attributes:
        id_key: signs job ids.
    """

    queue: JobQueue
    results: ResultStore
    models: ModelCatalogue
    challengers: Challengers
    id_key: bytes

    def after(self, job: Job, *, stale: bool) -> None:
        """The job has ended well: have its challenger, if there is one, answer the same request.

        Args:
            job: as it was claimed.
            stale: whether its prices were out of date, as its result says.
        """
        if job.challenger:
            return
        try:
            self._ask(job, stale=stale)
        except StockcastError as error:
            _log.warning("challenger.unasked", error=error.message)

    def _ask(self, job: Job, *, stale: bool) -> None:
        model = self.challengers.beside(job.request.model)
        if model is None:
            return
        request = job.request.model_copy(update={"model": model})
        revision = self.models.revision(model)
        prices = keys.content_hash(job.price_version or "")
        # One run for each result that is served, however often that is asked for or told.
        if self.results.job_id(result_key(request, revision, prices, stale=stale)) is not None:
            return
        new_id = job_ids.job_id(secrets.token_bytes(job_ids.TOKEN_BYTES), self.id_key)
        asker = Asker(client=CHALLENGER, token=secrets.token_hex(12), lane=Lane.BATCH)
        try:
            made, new = self.queue.submit(request, request_key(request, revision), new_id, asker)
        except QueueFull:
            self.challengers.dropped(model)
            _log.info("challenger.dropped", model=model)
            return
        if new and job.price_version is not None:
            # The same prices: no vendor is asked for others.
            self.queue.hand_over(made, job.price_version)
