"""How many forecasts the forecast stage makes with one worker and with two."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.figures import Figure, Task
from tests.bench.notebooks import not_forked_by_servers
from tests.bench.prophet_peer import running_prophet
from tests.bench.workers import Stores, processor_seconds, running_stores, running_workers

_ROUNDS = 2
_FIRST_HORIZON = 30
_LEAST_TIMED = 0.5


@dataclass(frozen=True)
class Tally:
    """Work done: jobs and their seconds of processor time; of them so many timed, and how long."""

    jobs: int = 0
    processor: float = 0.0
    timed: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.jobs + other.jobs,
            self.processor + other.processor,
            self.timed + other.timed,
            self.seconds + other.seconds,
        )

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.timed / self.seconds

    @property
    def cost(self) -> float:
        """Processor seconds a job."""
        return self.processor / self.jobs


def measure(task: Task) -> list[Figure]:
    """The same number of jobs for one worker on one core, and for two on two; in two rounds."""
    cores, jobs = sorted(os.sched_getaffinity(0))[:2], task.times(100, 20)
    if len(cores) < 2:
        raise RuntimeError("Two workers need two cores.")
    one, two, bare_one, bare_two = (Tally() for _ in range(4))
    with running_stores(task) as stores:
        starting = [_cost_of_starting(stores, each) for each in (cores[:1], cores)]
        for number in range(_ROUNDS):
            task.tell(f"round {number + 1} of {_ROUNDS}")
            first = _FIRST_HORIZON + number * 2 * jobs
            odd_and_even = (range(first + half, first + 2 * jobs, 2) for half in (0, 1))
            one += _worked(stores, cores[:1], next(odd_and_even), starting[0])
            two += _worked(stores, cores, next(odd_and_even), starting[1])
            bare_one += _bare_prophet(cores[:1], jobs)
            bare_two += _bare_prophet(cores, jobs)
        check = not_forked_by_servers(stores.logs)
    peer = f"bare Prophet {bare_two.rate / bare_one.rate:.2f} x"
    return [
        Figure("throughput, two workers : one", two.rate / one.rate, "x", None, 1.7, peer=peer),
        Figure("throughput, one worker", 60 * one.rate, "/min"),
        Figure("throughput, two workers", 60 * two.rate, "/min"),
        Figure("processor time a job, two workers : one", two.cost / one.cost, "x", at_most=1.1),
        Figure("processor time a job, one worker", 1000 * one.cost, "ms"),
        Figure("processor time a job, two workers", 1000 * two.cost, "ms"),
        check,
    ]


def _cost_of_starting(stores: Stores, cores: Sequence[int]) -> float:
    """The processor time that workers take for their start and their end."""
    before = processor_seconds()
    with running_workers(stores, cores):
        pass
    return processor_seconds() - before


def _worked(
    stores: Stores, cores: Sequence[int], horizons: Sequence[int], starting: float
) -> Tally:
    """Jobs that wait before their workers start, timed from when all of these work."""
    before, ids = processor_seconds(), stores.hand_over(horizons)
    with running_workers(stores, cores):
        all_work = time.time()
        ends = stores.ends(ids)
    timed = [end for end in ends if end > all_work]
    if len(timed) < _LEAST_TIMED * len(ids):
        raise RuntimeError("Most jobs were done before all workers had started.")
    processor = processor_seconds() - before - starting
    return Tally(len(ids), processor, len(timed), timed[-1] - all_work)


def _bare_prophet(cores: Sequence[int], fits: int) -> Tally:
    """What the machine itself gives: bare Prophet processes on the same cores."""
    with ExitStack() as stack:
        peers = [stack.enter_context(running_prophet(core)) for core in cores]
        began = time.perf_counter()
        for days in range(_FIRST_HORIZON, _FIRST_HORIZON + fits):
            for peer in peers:
                peer.begin(days)
            for peer in peers:
                peer.seconds()
        fitted = len(peers) * fits
        return Tally(fitted, 0.0, fitted, time.perf_counter() - began)
