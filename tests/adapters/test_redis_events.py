"""Waiting for a job's changes."""

import threading
import time
from contextlib import ExitStack
from itertools import pairwise
from queue import Empty, SimpleQueue

import pytest

from stockcast_lib.adapters import redis_events
from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied
from stockcast_lib.core.job_events import JobEvent, Place, is_later
from stockcast_lib.core.jobs import JobState, Progress, Stage

pytestmark = pytest.mark.services

INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
# Well before a waiter looks at the job without having been told.
PROMPT = 0.5 * redis_events._LOOK_AGAIN


def test_a_follower_sees_the_job_now_and_after_each_change_to_its_end(queue, submit, follow):
    shown = follow(submit())
    assert shown.get(timeout=PROMPT).state is JobState.QUEUED
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert shown.get(timeout=PROMPT) == claim.job
    for cell in (1, 2):
        queue.progress(claim, Progress(cell=cell, cells=2))
        assert shown.get(timeout=PROMPT).progress.cell == cell
    queue.hand_over("job", "prices")
    assert shown.get(timeout=PROMPT).stage is FORECAST
    claim = queue.claim(FORECAST, "worker", NO_WAIT)
    assert shown.get(timeout=PROMPT) == claim.job
    queue.hand_back(claim)
    assert shown.get(timeout=PROMPT).state is JobState.QUEUED
    queue.finish(queue.claim(FORECAST, "worker", NO_WAIT), "result")
    while (job := shown.get(timeout=PROMPT)).state is not JobState.DONE:
        assert job.state is JobState.RUNNING
    assert job.result_key == "result"
    assert shown.get(timeout=PROMPT) is None


def test_a_change_before_following_is_seen(queue, submit, events):
    submit()
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    (job,) = events.follow("job", 5)
    assert job.state is JobState.DONE


def test_a_change_between_watching_and_looking_is_told(queue, submit, events):
    submit()
    changed = threading.Event()
    with events.watch("job", changed.set):
        queue.claim(INGEST, "worker", NO_WAIT)
        assert changed.wait(PROMPT)


def test_what_was_told_before_watching_is_not_told_again(queue, submit, events):
    submit()
    told = SimpleQueue()
    with events.watch("job", lambda: told.put("old or new")):
        claim = queue.claim(INGEST, "worker", NO_WAIT)
        told.get(timeout=PROMPT)
        with events.watch("job", lambda: told.put("again")), pytest.raises(Empty):
            told.get(timeout=0.2)
        queue.progress(claim, Progress(cell=1, cells=2))
        assert told.get(timeout=PROMPT) == "old or new"
        assert told.empty()


def test_an_unknown_job_has_nothing_to_follow(events):
    assert list(events.follow("unknown", 5)) == []


def test_following_ends_when_its_time_is_up(submit, events):
    submit()
    began = time.monotonic()
    (job,) = events.follow("job", 0.3)
    assert job.state is JobState.QUEUED
    assert 0.25 <= time.monotonic() - began < 2.0


def test_a_job_that_does_not_change_is_shown_once(submit, events, follow, redis_client):
    shown = follow(submit())
    shown.get(timeout=PROMPT)
    told = threading.Event()
    with events.watch("job", told.set):
        redis_client.xadd(keys.EVENTS, {"job": "job"})
        assert told.wait(PROMPT)
    with pytest.raises(Empty):
        shown.get(timeout=0.2)
    redis_client.hset(keys.job("job"), "state", JobState.CANCELLED)
    redis_client.xadd(keys.EVENTS, {"job": "job"})
    assert shown.get(timeout=PROMPT).state is JobState.CANCELLED


def test_a_change_whose_event_was_lost_is_seen_all_the_same(
    submit, follow, redis_client, monkeypatch
):
    monkeypatch.setattr(redis_events, "_LOOK_AGAIN", 0.1)
    shown = follow(submit())
    shown.get(timeout=PROMPT)
    redis_client.hset(keys.job("job"), "state", JobState.CANCELLED)
    assert shown.get(timeout=PROMPT).state is JobState.CANCELLED


def test_waiters_hear_of_their_own_jobs_only(queue, submit, events):
    submit("a", "key a")
    submit("b", "key b")
    heard = SimpleQueue()
    with (
        events.watch("a", lambda: heard.put("a")),
        events.watch("b", lambda: heard.put("b")),
    ):
        first = queue.claim(INGEST, "worker", NO_WAIT)
        queue.progress(first, Progress(cell=1, cells=2))
        queue.claim(INGEST, "worker", NO_WAIT)
        queue.finish(first, "result")
        assert [heard.get(timeout=PROMPT) for _ in range(4)] == ["a", "a", "b", "a"]
    assert heard.empty()


def test_a_waiter_that_breaks_harms_no_other(queue, submit, events):
    submit()
    heard = SimpleQueue()
    with (
        events.watch("job", lambda: 1 / 0),
        events.watch("job", lambda: heard.put("job")),
    ):
        claim = queue.claim(INGEST, "worker", NO_WAIT)
        assert heard.get(timeout=PROMPT) == "job"
        queue.progress(claim, Progress(cell=1, cells=2))
        assert heard.get(timeout=PROMPT) == "job"


def test_who_no_longer_watches_is_not_told(queue, submit, events):
    submit()
    heard = SimpleQueue()
    with events.watch("job", lambda: heard.put("stays")):
        with events.watch("job", lambda: heard.put("gone")):
            pass
        queue.claim(INGEST, "worker", NO_WAIT)
        assert heard.get(timeout=PROMPT) == "stays"
        assert heard.empty()
    assert events._waiters == {}


def test_one_connection_reads_for_however_many_waiters(queue, submit, follow, held, until):
    jobs = [submit(f"job-{number}", f"key-{number}") for number in range(10)]
    waiters = [follow(job) for job in jobs for _ in range(10)]
    for shown in waiters:
        assert shown.get(timeout=10).state is JobState.QUEUED
    until(lambda: len(held.blocked()) == 1)
    for _ in jobs:
        queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    for shown in waiters:
        while shown.get(timeout=PROMPT) is not None:
            pass
    assert len(held.blocked()) <= 1


def test_waiters_that_come_together_start_one_reader(submit, events, held, until):
    submit()
    barrier = threading.Barrier(20)

    def watch():
        barrier.wait(10)
        stack.enter_context(events.watch("job", print))

    with ExitStack() as stack:
        threads = [threading.Thread(target=watch) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        until(lambda: len(held.blocked()) == 1)
        time.sleep(0.2)
        assert len(held.blocked()) == 1


def test_a_broken_connection_loses_no_event(queue, submit, events, held, until, redis_client):
    submit()
    heard = SimpleQueue()
    with events.watch("job", lambda: heard.put("job")):
        until(held.blocked)
        redis_client.client_kill_filter(_id=held.blocked()[0])
        queue.claim(INGEST, "worker", NO_WAIT)
        assert heard.get(timeout=PROMPT) == "job"


def run_to_the_end(queue, job_id="job"):
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.progress(claim, Progress(cell=1, cells=2))
    queue.hand_over(job_id, "prices")
    queue.release(claim)
    claim = queue.claim(FORECAST, "worker", NO_WAIT)
    for cell in (1, 2):
        queue.progress(claim, Progress(cell=cell, cells=2))
    queue.finish(claim, "result")


LIFE = [
    ("queued", INGEST, None), ("running", INGEST, None), ("progress", INGEST, 1),
    ("queued", FORECAST, None), ("running", FORECAST, None), ("progress", FORECAST, 1),
    ("progress", FORECAST, 2), ("done", FORECAST, None),
]  # fmt: skip


def outline(event):
    return event.name, event.stage, event.progress and event.progress.cell


def test_a_listener_is_told_what_happened_and_not_only_how_the_job_is_now(queue, submit, events):
    told = SimpleQueue()
    with events.listen("job", told.put):
        submit()
        run_to_the_end(queue)
        heard = [told.get(timeout=PROMPT) for _ in LIFE]
    assert [outline(event) for event in heard] == LIFE
    assert [event.place for event in heard if event.state is JobState.QUEUED] == [
        Place(1), Place(1),
    ]  # fmt: skip
    assert all(is_later(late.id, early.id) for early, late in pairwise(heard))


def test_what_was_told_after_an_event_is_found_whoever_else_was_told_of(queue, submit, events):
    told = SimpleQueue()
    with events.listen("job", told.put):
        submit()
        submit("other", "other key")
        run_to_the_end(queue)
        heard = [told.get(timeout=PROMPT) for _ in LIFE]
    for number, event in enumerate(heard):
        assert events.missed("job", event.id) == heard[number + 1 :]
    assert events.missed("job", "0-1") == heard


@pytest.mark.parametrize("after", [None, "999999999999999-0"])
def test_without_an_event_to_go_on_from_the_state_now_is_told(queue, submit, events, after):
    submit()
    queue.progress(queue.claim(INGEST, "worker", NO_WAIT), Progress(cell=1, cells=2))
    (event,) = events.missed("job", after)
    assert outline(event) == ("progress", INGEST, 1)
    assert events.missed("job", event.id) == []


def test_after_an_event_whose_successors_were_trimmed_the_state_now_is_told(
    queue, submit, events, redis_client
):
    submit()
    (first,) = events.missed("job", None)
    run_to_the_end(queue)
    last = events.missed("job", first.id)[-1]
    redis_client.xtrim(keys.EVENTS, maxlen=2, approximate=False)
    assert [outline(event) for event in events.missed("job", first.id)] == [LIFE[-1]]
    redis_client.xtrim(keys.EVENTS, maxlen=0, approximate=False)
    assert events.missed("job", first.id) == events.missed("job", None) == [last]
    assert events.missed("job", last.id) == []


def test_of_an_unknown_job_nothing_was_missed(events):
    assert events.missed("unknown", None) is None


def test_a_withdrawal_that_changes_nothing_yet_is_not_told(queue, submit, events):
    submit()
    queue.claim(INGEST, "worker", NO_WAIT)
    (running,) = events.missed("job", None)
    queue.withdraw("job", "01" * 8)
    assert events.missed("job", running.id) == []


@pytest.mark.parametrize("fields", [{}, {"state": "spam", "stage": "ingest"}, {"state": "done"}])
def test_an_entry_that_is_not_understood_rings_and_tells_nothing(
    queue, submit, events, redis_client, fields
):
    submit()
    told, rung = SimpleQueue(), threading.Event()
    with events.listen("job", told.put), events.watch("job", rung.set):
        redis_client.xadd(keys.EVENTS, {"job": "job", **fields})
        assert rung.wait(PROMPT)
        queue.claim(INGEST, "worker", NO_WAIT)
        assert told.get(timeout=PROMPT).state is JobState.RUNNING


def test_each_new_try_is_told(queue, submit, events):
    submit()
    (first,) = events.missed("job", None)
    error = KernelDied("It died.").report()
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), error, 0)
    queue.claim(INGEST, "worker", NO_WAIT)
    found = events.missed("job", first.id)
    assert [event.name for event in found] == ["running", "queued", "running"]


def test_listeners_share_the_reader_of_the_watchers(queue, submit, events, held, until):
    submit()
    told, rung = SimpleQueue(), SimpleQueue()
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(events.listen("job", told.put))
            stack.enter_context(events.watch("job", lambda: rung.put(1)))
        until(lambda: len(held.blocked()) == 1)
        queue.claim(INGEST, "worker", NO_WAIT)
        heard = [told.get(timeout=PROMPT) for _ in range(50)]
        assert all(isinstance(event, JobEvent) for event in heard)
        assert len(held.blocked()) <= 1
    assert events._waiters == {}
