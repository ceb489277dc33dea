"""What a worker answers to a TCP message: only after the job is durable in the queue."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from stockcast_lib.core import job_ids
from stockcast_lib.core.errors import BadFrame, StockcastError, Unauthorised
from stockcast_lib.core.jobs import (
    Asker,
    ForecastRequest,
    Stage,
    parse_request,
    request_key,
    result_key,
)
from stockcast_lib.core.prices import Freshness
from stockcast_lib.core.protocol import Frame, HandOver, Message, Reply, Status, Submit
from stockcast_lib.core.wrong_fields import field_name
from stockcast_lib.ports import (
    UNWATCHED,
    JobQueue,
    ModelCatalogue,
    Nonces,
    PriceBoard,
    ResultStore,
    Room,
    StageMetrics,
)
from stockcast_lib.stages.room import require_room

Intake = Callable[[Message], Reply]
FrameIntake = Callable[[Frame], Reply]
T = TypeVar("T")


def taken_once(intake: Intake, nonces: Nonces) -> FrameIntake:
    """The intake for frames: whoever sends an old one again is refused with `Unauthorised`."""

    def answer(frame: Frame) -> Reply:
        if not nonces.take(frame.nonce):
            raise Unauthorised("This message has come before: sign each try with a new nonce.")
        return intake(frame.message)

    return answer


def counted(intake: Callable[[T], Reply], metrics: StageMetrics) -> Callable[[T], Reply]:
    """The same intake; what becomes of each message is counted."""

    def answer(message: T) -> Reply:
        try:
            reply = intake(message)
        except StockcastError as error:
            metrics.message(error.code)
            raise
        metrics.message(reply.status)
        return reply

    return answer


@dataclass(frozen=True)
class IngestIntake:
    """Accepts requests."""

    queue: JobQueue
    results: ResultStore
    board: PriceBoard
    models: ModelCatalogue
    freshness: Freshness
    id_key: bytes
    room: Room = UNWATCHED

    def __call__(self, message: Message) -> Reply:
        """Done when the result stands on fresh prices, else joined or accepted.

        Raises:
            InvalidRequest: the request breaks the rules.
            QueueFull: too many jobs wait.
            DiskFull: there is no room for what a job would leave.
            BadFrame: a message for the other stage, or an asker that is none.
        """
        if not isinstance(message, Submit):
            raise BadFrame(f"The {Stage.INGEST} worker takes 'submit' messages only.")
        request = parse_request(message.request)
        # From here on a promotion changes nothing: the job keeps its revision to its end.
        request = request.model_copy(update={"model": self.models.resolve(request.model)})
        asker = _asker(message.asker)
        revision = self.models.revision(request.model)
        finished = self._finished(request, revision)
        if finished is not None:
            return Reply(Status.DONE, finished)
        require_room(self.room)
        new_id = job_ids.job_id(secrets.token_bytes(job_ids.TOKEN_BYTES), self.id_key)
        key, trace = request_key(request, revision), message.traceparent
        job_id, is_new = self.queue.submit(request, key, new_id, asker, traceparent=trace)
        return Reply(Status.ACCEPTED if is_new else Status.JOINED, job_id)

    def _finished(self, request: ForecastRequest, revision: str) -> str | None:
        version = self.board.current(request.ticker)
        if version is None or self.freshness.is_due(version, now=datetime.now(UTC)):
            return None
        key = result_key(request, revision, version.content_hash, stale=version.behind)
        return self.results.job_id(key)


def _asker(fields: Any) -> Asker:
    try:
        return Asker.model_validate(fields)
    except ValidationError as error:
        raise BadFrame(f"The asker's {field_name(error.errors()[0])} is not valid.") from None


@dataclass(frozen=True)
class ForecastIntake:
    """Accepts jobs whose prices are in the store."""

    queue: JobQueue

    def __call__(self, message: Message) -> Reply:
        """Accepted once the job waits for the forecast stage.

        Raises:
            UnknownJob: the queue does not hold the job.
            BadFrame: a message for the other stage.
        """
        if not isinstance(message, HandOver):
            raise BadFrame(f"The {Stage.FORECAST} worker takes 'hand_over' messages only.")
        job_id, trace = message.job_id, message.traceparent
        self.queue.hand_over(job_id, message.price_version, traceparent=trace)
        return Reply(Status.ACCEPTED, message.job_id)
