"""The stream of a job's events, over a service that tells what a test says."""

import asyncio
import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from stockcast_lib.core.errors import LostJob, QueueUnavailable, UnknownJob
from stockcast_lib.core.job_events import JobEvent, Place
from stockcast_lib.core.jobs import JobState, Progress, Stage
from stockcast_lib.web import event_calls, views
from stockcast_lib.web.event_streams import MAX_PENDING, Mailbox, OpenStreams
from tests.event_stream import EventReader
from tests.gateway import unwatched_gateway

HERE = f"/api/v1/forecasts/{'a' * 32}/events"
RUNNING, DONE = JobState.RUNNING, JobState.DONE


def told(number, state=RUNNING, cell=None, **changes):
    progress = Progress(cell=cell, cells=9) if cell else None
    return JobEvent(f"{number}-0", state, Stage.FORECAST, progress, **changes)


@contextlib.contextmanager
def raw_reader(url):
    """One that has asked, and that the kernel takes in little for."""
    parts = urlsplit(url)
    with socket.socket() as opened:
        opened.settimeout(10)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.connect((parts.hostname, parts.port))
        opened.sendall(f"GET {HERE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield opened


def all_of(opened):
    return b"".join(iter(lambda: opened.recv(4096), b""))


@pytest.fixture
def read(gateway):
    """Opens the job's stream."""
    with contextlib.ExitStack() as readers:

        def read(query="", **options):
            return readers.enter_context(EventReader(f"{gateway}{HERE}{query}", **options))

        yield read


@pytest.fixture
def tell(service):
    """Tells all listeners, of which there must be some."""

    def tell(*events, listeners=1):
        deadline = time.monotonic() + 5
        while len(service.listeners) != listeners:
            assert time.monotonic() < deadline, service.listeners
            time.sleep(0.005)
        for event in events:
            for listener in service.listeners:
                listener(event)

    return tell


def test_the_state_now_comes_first_and_then_each_change_to_the_end(service, job, read, tell):
    service.held, service.past = job(RUNNING), [told(1)]
    stream = read()
    events = iter(stream)
    assert next(events).name == "running"
    assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
    assert stream.answer.headers["Cache-Control"] == "no-cache"
    assert stream.answer.headers["X-Accel-Buffering"] == "no"
    tell(told(2, cell=1), told(3, cell=2), told(4, DONE))
    rest = list(events)
    assert [(each.name, each.id) for each in rest] == [
        ("progress", "2-0"), ("progress", "3-0"), ("done", "4-0"),
    ]  # fmt: skip
    assert rest[0].data == {
        "id": "a" * 32, "state": "running", "stage": "forecast",
        "progress": {"cell": 1, "cells": 9}, "position": None, "expectedSeconds": None,
    }  # fmt: skip


def test_the_first_event_of_a_waiting_job_has_its_place_as_it_is_now(service, job, read):
    service.held, service.placed = job(), Place(2, 3.5)
    service.past = [told(1, JobState.QUEUED, place=Place(9))]
    first = next(iter(read()))
    assert (first.name, first.data["position"], first.data["expectedSeconds"]) == ("queued", 2, 3.5)


def test_what_was_told_when_the_listening_began_is_not_told_twice(service, job, read, tell):
    service.held, service.past = job(RUNNING), [told(1), told(2)]
    stream = read()
    tell(told(1), told(2), told(3, DONE))
    assert [each.id for each in stream] == ["1-0", "2-0", "3-0"]


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_reader_goes_on_after_the_event_that_it_had_last(service, job, read, how):
    service.held, service.past = job(DONE), [told(1), told(2), told(3, DONE)]
    stream = read(last="1-0") if how == "header" else read("?lastEventId=1-0")
    assert [each.id for each in stream] == ["2-0", "3-0"]


@pytest.mark.parametrize("last", ["x", "1", "-1-0", "1-0-0", "9" * 30 + "-0"])
def test_what_is_no_event_s_id_is_as_none(service, job, read, last, monkeypatch):
    asked = []
    monkeypatch.setattr(service, "missed", lambda _, after: asked.append(after) or [told(1, DONE)])
    service.held = job(DONE)
    assert [each.id for each in read(last=last)] == ["1-0"]
    assert asked == [None]


def test_a_finished_job_s_stream_ends_with_its_end(service, job, read):
    service.held, service.past = job(DONE), [told(7, DONE)]
    assert [(each.name, each.id) for each in read()] == [("done", "7-0")]


def test_a_job_of_the_archive_tells_its_end_without_an_id(service, job, read):
    service.held, service.past = job(JobState.FAILED), None
    assert [(each.name, each.id) for each in read()] == [("failed", None)]


def test_a_reader_that_was_told_all_is_told_to_ask_no_more(service, job, read):
    service.held, service.past = job(DONE), [told(7, DONE)]
    answer = read(last="7-0").answer
    assert (answer.status, answer.read()) == (204, b"")


@pytest.mark.parametrize(("error", "status"), [(UnknownJob, 404), (LostJob, 410)])
def test_a_job_that_is_not_there_has_no_stream(service, ask, monkeypatch, error, status):
    def job(_):
        raise error("It is not there.")

    monkeypatch.setattr(service, "job", job)
    got, headers, _ = ask(HERE)
    assert (got, headers["Content-Type"]) == (status, "application/problem+json")


def test_head_is_answered_at_once_and_listens_to_nothing(service, job, read, tell):
    service.held, service.past = job(RUNNING), [told(1)]
    answer = read(method="HEAD", seconds=5).answer
    tell(listeners=0)
    assert (answer.status, answer.read()) == (200, b"")
    assert answer.headers["Content-Type"].startswith("text/event-stream")


def test_silence_is_broken_by_comments_that_look_for_what_was_missed(
    service, job, read, monkeypatch
):
    monkeypatch.setattr(event_calls, "_COMMENT_SECONDS", 0.05)
    service.held, service.past = job(RUNNING), [told(1)]
    stream = read()
    assert len(stream.block()) == 3
    assert stream.block()[0].startswith(":")
    service.past = [told(1), told(2, DONE)]
    assert [each.id for each in stream] == ["2-0"]


def test_a_queue_that_is_away_is_waited_for(service, job, read, monkeypatch):
    monkeypatch.setattr(event_calls, "_COMMENT_SECONDS", 0.05)
    service.held, service.past = job(RUNNING), [told(1)]
    missed, looked = service.missed, threading.Event()

    def away(job_id, after):
        if after is None:
            return missed(job_id, after)
        looked.set()
        raise QueueUnavailable("Redis is away.")

    monkeypatch.setattr(service, "missed", away)
    stream = read()
    stream.block()
    assert looked.wait(5)
    assert stream.block()[0].startswith(":")


def test_the_stream_of_a_job_that_was_lost_meanwhile_ends(service, job, read, monkeypatch):
    monkeypatch.setattr(event_calls, "_COMMENT_SECONDS", 0.05)
    service.held, service.past = job(RUNNING), [told(1)]
    stream = iter(read())
    next(stream)
    service.past = None
    assert list(stream) == []


def test_whoever_goes_is_listened_for_no_longer(service, job, gateway, tell):
    service.held, service.past = job(RUNNING), [told(1)]
    with EventReader(f"{gateway}{HERE}") as stream:
        stream.block()
        tell(listeners=1)
    tell(listeners=0)


def test_all_streams_end_in_order_when_the_gateway_stops(service, job, tell):
    service.held, service.past = job(RUNNING), [told(1)]
    with contextlib.ExitStack() as readers:
        with unwatched_gateway(service) as url:
            opened = [readers.enter_context(raw_reader(url)) for _ in range(3)]
            tell(listeners=3)
        assert [all_of(reader).endswith(b"\n\n\r\n0\r\n\r\n") for reader in opened] == [True] * 3


def test_a_reader_that_takes_nothing_is_dropped_and_holds_up_nobody(
    service, job, plain_gateway, read, tell, monkeypatch
):
    monkeypatch.setattr(event_calls, "_SEND_SECONDS", 0.3)
    # Far more than the kernel takes in for a reader.
    plain, padding = views.event_text, b": " + b"x" * 1_000_000 + b"\n"
    monkeypatch.setattr(views, "event_text", lambda *event: padding + plain(*event))
    service.held, service.past = job(RUNNING), [told(1)]
    with raw_reader(plain_gateway) as slow:
        events = iter(read())
        next(events)
        tell(listeners=2)
        for number in range(2, 20):
            tell(told(number), listeners=2)
            assert next(events).id == f"{number}-0"
        tell(told(99, DONE), listeners=1)
        assert [each.name for each in events] == ["done"]
        with contextlib.suppress(ConnectionResetError):
            all_of(slow)  # up to the end, which comes


def test_of_too_many_events_progress_goes_and_the_end_stays():
    async def taken():
        mailbox = Mailbox()
        for number in range(200):
            mailbox.put(told(number, cell=number if number % 2 else None))
        mailbox.put(told(200, DONE))
        await asyncio.sleep(0)
        return await mailbox.take(0)

    kept = asyncio.run(taken())
    assert len(kept) == MAX_PENDING
    assert kept[-1].state is DONE
    assert not any(each.progress for each in kept[:-1])


def test_a_reader_that_comes_while_all_end_is_sent_away():
    async def closed():
        streams = OpenStreams(counted=lambda _: None)
        await streams.end(1)
        with streams.mailbox() as mailbox:
            return mailbox.closed

    assert asyncio.run(closed())
