"""How long jobs wait for servers: the queue M/G/c by Allen and Cunneen's approximation.

A. O. Allen, "Probability, Statistics, and Queueing Theory", 2nd ed., 1990, section 5.3.
"""

import math
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True)
class Service:
    """How long a job takes: the mean in seconds, and the squared coefficient of variation."""

    mean: float
    variation: float = 1.0


@dataclass(frozen=True)
class Queue:
    """Jobs that know nothing of each other, at `rate` a second, for `servers` that are alike.

    The wait of those who have to wait is taken as exponential, which it is for M/M/c, and in
    which the busy tail of M/G/c ends.
    """

    rate: float
    service: Service
    servers: int

    @property
    def utilisation(self) -> float:
        """The share of its time for which a server works; at 1 the queue grows for ever."""
        return self.rate * self.service.mean / self.servers

    @property
    def waiting(self) -> float:
        """The share of jobs that have to wait: Erlang's C."""
        offered, blocked = self.rate * self.service.mean, 1.0
        for servers in range(1, self.servers + 1):
            blocked = offered * blocked / (servers + offered * blocked)
        return blocked / (1 - self.utilisation * (1 - blocked))

    @property
    def mean_wait(self) -> float:
        """Seconds, of all jobs."""
        return self.waiting * self._wait_of_who_waits

    def wait(self, percent: float) -> float:
        """The seconds that `percent` of the jobs do not wait longer than."""
        beyond = 1 - percent / 100
        if self.waiting <= beyond:
            return 0.0
        return self._wait_of_who_waits * math.log(self.waiting / beyond)

    @property
    def _wait_of_who_waits(self) -> float:
        if self.utilisation >= 1:
            return math.inf
        spread = (1 + self.service.variation) / 2  # arrivals: 1
        return spread * self.service.mean / (self.servers * (1 - self.utilisation))


def servers_for(
    rate: float, service: Service, *, longest_wait: float, busiest: float, least: int
) -> Queue:
    """The fewest servers whose 95th percentile of waits and whose utilisation are low enough.

    Args:
        rate: jobs a second.
        service: of one job.
        longest_wait: seconds that 95 % of the jobs may wait.
        busiest: the highest utilisation, below 1.
        least: how many there are to be in any case.
    """
    for servers in count(least):
        queue = Queue(rate, service, servers)
        if queue.utilisation <= busiest and queue.wait(95) <= longest_wait:
            return queue
    raise AssertionError
