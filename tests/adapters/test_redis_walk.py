"""Whatever clients and workers do in whatever order, every job is somewhere, once, and ends."""

import os
import random
from collections import Counter
from contextlib import suppress

import pytest

from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied, UnknownJob
from stockcast_lib.core.jobs import JobState, Lane, Progress, Stage
from tests.factories import asker

pytestmark = pytest.mark.services

NO_WAIT = 0.01
STEPS = 300
WALKS = int(os.environ.get("STOCKCAST_WALKS", "1"))
ERROR = KernelDied("It died.").report()


class Walk:
    """Clients and workers that do what a seed says; a worker may die or wake up again."""

    def __init__(self, queue, request, seed):
        self.queue = queue
        self.request = request
        self.dice = random.Random(seed)  # noqa: S311  # a seeded walk
        self.jobs = {}
        self.claims = []

    def step(self):
        doings = [self.submit] * 4 + [self.claim] * 4 + [self.withdraw] + [self.work] * 6
        self.dice.choice(doings)()

    def submit(self):
        key, job_id = f"key-{self.dice.randrange(40)}", f"job-{len(self.jobs)}"
        who = asker(
            token=f"{self.dice.randrange(1000):08x}",
            client=self.dice.choice("abc"),
            lane=self.dice.choice(list(Lane)),
        )
        given, is_new = self.queue.submit(self.request, key, job_id, who)
        assert is_new == (given == job_id)
        assert is_new or self.jobs[given] == key
        self.jobs[given] = key

    def claim(self):
        stage, worker = self.dice.choice(list(Stage)), self.dice.choice(["u", "v", "w"])
        if claim := self.queue.claim(stage, worker, NO_WAIT):
            assert claim.job.state is JobState.RUNNING
            self.claims.append(claim)

    def withdraw(self):
        with suppress(UnknownJob):
            job_id = f"job-{self.dice.randrange(len(self.jobs) + 1)}"
            self.queue.withdraw(job_id, f"{self.dice.randrange(1000):08x}")

    def work(self):
        if not self.claims:
            return
        # Any claim, be it long lost; and each may be used again.
        queue, claim = self.queue, self.dice.choice(self.claims[-12:])
        doings = [
            lambda: queue.heartbeat(claim),
            lambda: queue.progress(claim, Progress(cell=1, cells=2)),
            lambda: queue.hand_back(claim),
            lambda: queue.retry(claim, ERROR, self.dice.choice([0, 0.02])),
            lambda: queue.cancelled(claim),
            lambda: queue.fail(claim, ERROR, dead_letter=True),
        ]
        if claim.job.stage is Stage.INGEST:
            doings += [lambda: self.hand_over(claim)] * 6
        else:
            doings += [lambda: queue.finish(claim, "result")] * 3
        self.dice.choice(doings)()

    def hand_over(self, claim):
        self.queue.hand_over(claim.job.id, "prices")
        if self.dice.random() < 0.7:  # else it dies before it releases
            self.queue.release(claim)

    def work_off(self):
        idle = 0
        while idle < 3:
            claims = [self.queue.claim(stage, "last", 0.1) for stage in Stage]
            idle = 0 if any(claims) else idle + 1
            for claim in filter(None, claims):
                if claim.job.stage is Stage.INGEST:
                    self.queue.hand_over(claim.job.id, "prices")
                    self.queue.release(claim)
                else:
                    self.queue.finish(claim, "result")


def check_places(walk, held, client):
    """A queued job waits for its stage once, no other does; lines have turns, jobs tickets."""
    waiting = Counter()
    for stage in Stage:
        places = held.waiting(stage) + held.delayed(stage)
        waiting.update((stage, job_id) for job_id in places)
        for lane in Lane:
            lines = client.keys(f"{keys.PREFIX}line:{stage}:{lane}:*")
            turns = client.lrange(f"{keys.PREFIX}clients:{stage}:{lane}", 0, -1)
            assert sorted(turns) == sorted(line.rsplit(b":", 1)[1] for line in lines)
            delivered = client.xpending(keys.stream(stage, lane), keys.GROUP)["pending"]
            tickets = client.xlen(keys.stream(stage, lane)) - delivered
            assert tickets >= sum(map(client.llen, lines))
    for job in map(walk.queue.job, walk.jobs):
        if not job.state.terminal:
            assert waiting[job.stage, job.id] == (job.state is JobState.QUEUED)


@pytest.mark.parametrize("seed", range(WALKS))
def test_every_job_is_somewhere_once_and_ends(redis_client, blocking_redis, asked, held, seed):
    queue = RedisJobQueue(redis_client, blocking_redis, lease=0.05)
    for stage in Stage:
        queue.claim(stage, "first", NO_WAIT)
    walk = Walk(queue, asked, seed)
    for number in range(STEPS):
        walk.step()
        if number % 20 == 0:
            check_places(walk, held, redis_client)
    walk.work_off()
    check_places(walk, held, redis_client)
    assert all(queue.job(job_id).state.terminal for job_id in walk.jobs)
    for stage in Stage:
        assert (held.waiting(stage), held.tickets(stage), held.workers(stage)) == ([], 0, [])
    assert not any(held.active(key) for key in walk.jobs.values())
