"""Wait for a job: by its events where the gateway has them, else by looking now and then."""

from collections.abc import Callable

from stockcast_lib.adapters.http_values import media_type
from stockcast_lib.client.documents import JobChange, JobView, parsed
from stockcast_lib.client.event_stream import StreamEvent, read_events
from stockcast_lib.client.transport import Call, MayPassError, Transport
from stockcast_lib.core.errors import StockcastError

EVENT_STREAM = "text/event-stream"
# Of an open stream, which says something at least every 15 seconds.
_SILENCE = 20.0
_LONGEST_LOOK = 2.0
_VAIN_STREAMS = 3

Progress = Callable[[JobChange], None]


class Follower:
    """Follows one job until it has ended or its time is over.

    Args:
        transport: the gateway.
        look: reads the job.
        progress: is told each change.
        until: the deadline, by the transport's clock.
    """

    def __init__(
        self,
        transport: Transport,
        look: Callable[[str], JobView],
        progress: Progress,
        until: float,
    ) -> None:
        self._transport = transport
        self._look = look
        self._progress = progress
        self._until = until
        self._last_id: str | None = None
        self._told: tuple[object, ...] | None = None
        self._vain = 0

    def follow(self, job: JobView) -> JobView:
        """The job when it has ended, or as it was last seen.

        Raises:
            StockcastError: the job can no longer be read.
        """
        rounds = 0
        self._tell(job)
        while not job.state.terminal and self._left > 0:
            if self._vain < _VAIN_STREAMS:
                job = self._streamed(job)
            if self._left <= 0:
                break
            job = self._look(job.id)
            self._tell(job)
            rounds = rounds + 1 if self._vain else 1
            self._rest(job, rounds)
        return job

    def _tell(self, change: JobChange) -> None:
        told = (change.state, change.stage, change.progress, change.position)
        if told != self._told:
            self._told = told
            self._progress(change)

    @property
    def _left(self) -> float:
        return self._until - self._transport.pauses.clock()

    def _rest(self, job: JobView, rounds: int) -> None:
        if not job.state.terminal:
            pause = min(self._transport.pauses.before(rounds), _LONGEST_LOOK, max(self._left, 0))
            self._transport.pauses.sleep(pause)

    def _streamed(self, job: JobView) -> JobView:
        """The job after the events of one stream, for as long as that lasts."""
        self._vain += 1
        resume = {"Last-Event-ID": self._last_id} if self._last_id else {}
        call = Call(
            "GET",
            f"/forecasts/{job.id}/events",
            headers={"Accept": EVENT_STREAM, "Cache-Control": "no-store", **resume},
            silence=_SILENCE,
        )
        try:
            with self._transport.opened(call, self._until) as response:
                if media_type(response.headers.get("content-type")) != EVENT_STREAM:
                    self._vain = _VAIN_STREAMS
                    return job
                for event in read_events(response.iter_bytes()):
                    job = self._changed(job, event)
                    if job.state.terminal:
                        break
        except MayPassError:
            pass
        except StockcastError:
            # Whatever is wrong, looking at the job will tell.
            self._vain = _VAIN_STREAMS
        return job

    def _changed(self, job: JobView, event: StreamEvent) -> JobView:
        self._last_id = event.id or self._last_id
        try:
            change = parsed(JobChange, event.data)
        except StockcastError:
            return job
        if change.id != job.id:
            return job
        self._vain = 0
        self._tell(change)
        return job.after(change)
