"""Queues and events on the real Redis, and a look past them at what it holds."""

import contextlib
import threading
import time
from queue import SimpleQueue

import pytest

from stockcast_lib.adapters.redis_events import RedisJobEvents
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Lane, parse_request
from tests.adapters.folder import Folder
from tests.factories import asker


class Held:
    """What Redis holds."""

    def __init__(self, client):
        self._client = client

    def waiting(self, stage):
        """The job ids in a stage's lines."""
        lines = sorted(self._client.keys(f"{keys.PREFIX}line:{stage}:*"))
        return [each.decode() for line in lines for each in self._client.lrange(line, 0, -1)]

    def delayed(self, stage):
        """The job ids that wait to be tried again."""
        return [
            each.decode() for each in self._client.zrange(f"{keys.PREFIX}delayed:{stage}", 0, -1)
        ]

    def tickets(self, stage):
        """How many tickets are in a stage's streams, delivered or not."""
        return sum(self._client.xlen(keys.stream(stage, lane)) for lane in Lane)

    def workers(self, stage):
        """Who holds the stage's delivered tickets."""
        streams = [keys.stream(stage, lane) for lane in Lane]
        return [
            entry["consumer"].decode()
            for stream in streams
            for entry in self._client.xpending_range(stream, keys.GROUP, "-", "+", 100)
        ]

    def told(self):
        """The job ids in the event stream."""
        return [fields[b"job"].decode() for _, fields in self._client.xrange(keys.EVENTS)]

    def active(self, key):
        """The job that is marked as under way for a request key, and for good."""
        marked = self._client.get(self._mark(key))
        return marked.decode() if marked and self._client.ttl(self._mark(key)) == -1 else None

    def mark(self, key, job_id):
        """Mark a job as the one under way, past the adapter."""
        self._client.set(self._mark(key), job_id)

    @staticmethod
    def _mark(key):
        return f"{keys.PREFIX}active:{key}"

    def everything(self):
        """Each key with its whole content and its lifetime."""
        names = self._client.keys()
        return {name: (self._content(name), self._client.ttl(name)) for name in names}

    def _content(self, name):
        # The dump of a hash or a set depends on the order that its members happen to lie in.
        match self._client.type(name):
            case b"hash":
                return self._client.hgetall(name)
            case b"set":
                return self._client.smembers(name)
        return self._client.dump(name)

    def blocked(self, command="xread"):
        """The ids of the connections that wait in a blocking command."""
        clients = self._client.client_list()
        return [each["id"] for each in clients if each["cmd"] == command and "b" in each["flags"]]


@pytest.fixture
def folder(bucket):
    return Folder(bucket)


@pytest.fixture
def held(redis_client):
    return Held(redis_client)


@pytest.fixture
def until():
    """Waits for a condition, not for ever."""

    def wait(condition, seconds=5.0):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came to be"
            time.sleep(0.01)

    return wait


@pytest.fixture
def queue(redis_client, blocking_redis):
    return RedisJobQueue(redis_client, blocking_redis)


@pytest.fixture
def asked():
    return parse_request({"ticker": "TEST", "days": 5, "params": {"training_years": 2}})


@pytest.fixture
def submit(queue, asked):
    """Submits a job with an id and a request key; gives the id."""

    def submitted(job_id="job", key="key"):
        assert queue.submit(asked, key, job_id, asker()) == (job_id, True)
        return job_id

    return submitted


class _Ended(Exception):
    pass


class _Events(RedisJobEvents):
    """A process's reader reads on for ever; a test's must end."""

    def _read(self, last):
        with contextlib.suppress(_Ended):
            super()._read(last)

    def end(self, client):
        def end(*_, **__):
            raise _Ended

        self._blocking.xread = end
        if self._reader:
            client.xadd(keys.EVENTS, {"job": "-"})
            self._reader.join(10)
            assert not self._reader.is_alive()


@pytest.fixture
def events(redis_client, blocking_redis, queue):
    made = _Events(redis_client, blocking_redis, queue.job)
    yield made
    made.end(redis_client)


@pytest.fixture
def follow(events):
    """Follows a job on a thread; gives the queue of what it is shown, with None at its end."""
    threads = []

    def started(job_id, timeout=20.0):
        shown = SimpleQueue()

        def run():
            for job in events.follow(job_id, timeout):
                shown.put(job)
            shown.put(None)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return shown

    yield started
    for thread in threads:
        thread.join(10)
