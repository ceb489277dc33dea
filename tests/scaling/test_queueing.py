import heapq

import numpy as np
import pytest

from tests.scaling.queueing import Queue, Service, servers_for


def simulated_waits(queue, draw, jobs=200_000):
    """Of jobs that are served in the order in which they come."""
    chance = np.random.default_rng(1)
    arrivals = np.cumsum(chance.exponential(1 / queue.rate, jobs))
    free, waits = [0.0] * queue.servers, []
    for arrival, seconds in zip(arrivals, draw(chance, jobs), strict=True):
        start = max(arrival, heapq.heappop(free))
        heapq.heappush(free, start + seconds)
        waits.append(start - arrival)
    return np.array(waits)


@pytest.mark.parametrize("servers", [1, 2, 9])
def test_exponential_service_waits_as_simulated(servers):
    queue = Queue(rate=0.8 * servers, service=Service(1.0, 1.0), servers=servers)
    waits = simulated_waits(queue, lambda chance, jobs: chance.exponential(1.0, jobs))
    assert queue.mean_wait == pytest.approx(waits.mean(), rel=0.08)
    assert queue.wait(95) == pytest.approx(np.percentile(waits, 95), rel=0.08)
    assert queue.waiting == pytest.approx((waits > 0).mean(), rel=0.03)


@pytest.mark.parametrize("servers", [1, 4])
def test_steady_service_waits_about_as_simulated(servers):
    service = Service(0.3, 0.05)
    queue = Queue(rate=0.7 * servers / service.mean, service=service, servers=servers)

    def draw(chance, jobs):
        shape = 1 / service.variation
        return chance.gamma(shape, service.mean / shape, jobs)

    waits = simulated_waits(queue, draw)
    assert queue.mean_wait == pytest.approx(waits.mean(), rel=0.12)
    assert queue.wait(95) == pytest.approx(np.percentile(waits, 95), rel=0.2)


def test_one_server_waits_as_pollaczek_and_khinchine_say():
    queue = Queue(rate=2.0, service=Service(0.4, 0.5), servers=1)
    assert queue.mean_wait == pytest.approx(0.8 * 0.4 * 1.5 / 2 / 0.2)


def test_a_queue_that_is_offered_too_much_waits_for_ever():
    assert Queue(rate=3.0, service=Service(1.0), servers=2).mean_wait == float("inf")


def test_the_fewest_servers_that_keep_both_limits_are_chosen():
    chosen = servers_for(10.0, Service(0.3), longest_wait=0.2, busiest=0.7, least=2)
    assert chosen.utilisation <= 0.7
    assert chosen.wait(95) <= 0.2
    fewer = Queue(chosen.rate, chosen.service, chosen.servers - 1)
    assert fewer.utilisation > 0.7 or fewer.wait(95) > 0.2


def test_an_idle_service_keeps_its_least():
    assert servers_for(0.001, Service(0.3), longest_wait=1, busiest=0.7, least=2).servers == 2
