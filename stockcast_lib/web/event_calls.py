"""A job's events as they come, as server-sent events."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus

from tornado.iostream import StreamClosedError

from stockcast_lib.core.errors import InvalidRequest, QueueUnavailable
from stockcast_lib.core.job_events import JobEvent, entry_id, is_later
from stockcast_lib.core.jobs import Job, JobState
from stockcast_lib.web import views
from stockcast_lib.web.base import Handler
from stockcast_lib.web.calls import EVENTS
from stockcast_lib.web.event_streams import Mailbox, OpenStreams
from stockcast_lib.web.schemas import LONGEST_EVENT_ID, EventsQuery

LAST_EVENT_ID = "Last-Event-ID"
_COMMENT = b": the stream is open\n\n"
_COMMENT_SECONDS = 15.0
# Who has not taken what was written by then is dropped.
_SEND_SECONDS = 10.0


async def events(here: Handler, query: EventsQuery, job_id: str) -> None:
    """The job now, or what was told after an event, and what is told until the job has ended.

    204 where all has been told: that keeps a browser from asking again and again.
    """
    after = entry_id(_last_event_id(here) or query.last_event_id)
    job = await here.in_thread(here.service.job, job_id)
    streams: OpenStreams = here.application.settings["streams"]
    with streams.mailbox() as mailbox, ExitStack() as listening:
        here.when_gone = mailbox.close
        listen = here.service.events.listen(job_id, mailbox.put)
        # The first to listen in a process has to ask Redis where the events end.
        await here.in_thread(listening.enter_context, listen)
        past = await here.in_thread(_past, here, job, after)
        if job.state.terminal and not past:
            here.set_status(HTTPStatus.NO_CONTENT)
            here.finish()
            return
        here.set_header("Content-Type", f"{EVENTS}; charset=utf-8")
        here.set_header("X-Accel-Buffering", "no")
        stream = _Stream(here, job_id, mailbox, after)
        await stream.run(past)


def _last_event_id(here: Handler) -> str | None:
    given = here.request.headers.get(LAST_EVENT_ID)
    if given is None or len(given) <= LONGEST_EVENT_ID:
        return given
    message = f"must have {LONGEST_EVENT_ID} characters at most"
    fields = [{"field": LAST_EVENT_ID, "message": message}]
    raise InvalidRequest(f"The request is not valid: {LAST_EVENT_ID} {message}.", fields=fields)


def _past(here: Handler, job: Job, after: str | None) -> list[JobEvent]:
    told = here.service.events.missed(job.id, after)
    if told is None:  # only the archive has it
        return [JobEvent(None, job.state, job.stage)]
    if told and told[-1].state is JobState.QUEUED:
        # It has moved up since that was told.
        told[-1] = replace(told[-1], place=here.service.queue.place(job.id))
    return told


class _Stream:
    """One reader's.

    Args:
        here: the call.
        job_id: whose events.
        mailbox: where they wait.
        last: the id of the event that the reader had last.
    """

    def __init__(self, here: Handler, job_id: str, mailbox: Mailbox, last: str | None) -> None:
        self._here = here
        self._job_id = job_id
        self._mailbox = mailbox
        self._last = last

    async def run(self, told: Sequence[JobEvent]) -> None:
        """Send what was told, and then what is told, until the job or the reader has gone."""
        try:
            # The reader learns at once that the stream is open, even if nothing is new to it.
            await self._send(told)
            if self._here.request.method != "HEAD":
                await self._follow(told)
            await asyncio.wait_for(self._here.finish(), _SEND_SECONDS)
        except (TimeoutError, StreamClosedError):
            self._here.drop()

    async def _follow(self, told: Sequence[JobEvent]) -> None:
        ended = any(event.state.terminal for event in told)
        while not ended and not self._mailbox.closed:
            waiting = await self._mailbox.take(_COMMENT_SECONDS)
            if not waiting and not self._mailbox.closed:
                missed = await self._here.in_thread(self._look)
                if missed is None:
                    return
                waiting = missed
            new = [event for event in waiting if self._is_new(event)]
            ended = any(event.state.terminal for event in new)
            if new or not (waiting or self._mailbox.closed):
                await self._send(new)

    def _look(self) -> list[JobEvent] | None:
        """What was told, should its entry have been trimmed away unread; None for a lost job."""
        try:
            return self._here.service.events.missed(self._job_id, self._last)
        except QueueUnavailable:
            return []

    def _is_new(self, event: JobEvent) -> bool:
        return event.id is None or self._last is None or is_later(event.id, self._last)

    async def _send(self, told: Sequence[JobEvent]) -> None:
        texts = [views.event_text(self._job_id, event) for event in told]
        self._here.write(b"".join(texts) or _COMMENT)
        self._last = next((event.id for event in reversed(told) if event.id), self._last)
        await asyncio.wait_for(self._here.flush(), _SEND_SECONDS)
