"""The shared budget of calls to a vendor, on a real Redis."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from stockcast_lib.adapters.redis_budget import RedisVendorBudget
from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.errors import VendorUnavailable

pytestmark = pytest.mark.services
LIMITS = {"tiingo": (CallLimit(10, 60), CallLimit(25, 3600))}


class Clock:
    """Stands still until it is set."""

    def __init__(self):
        self.now = 1_700_000_000.0 - 1_700_000_000.0 % 3600

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def budget(redis_client, clock):
    return RedisVendorBudget(redis_client, LIMITS, clock=clock)


def granted(budget, calls, vendor="tiingo"):
    return budget.lease(vendor, calls).calls


def test_no_more_is_granted_than_is_left_of_a_window(budget):
    assert [granted(budget, 4) for _ in range(4)] == [4, 4, 2, 0]


def test_the_next_window_grants_again_until_the_longer_one_is_used_up(budget, clock):
    leases = []
    for _ in range(4):
        leases.append(granted(budget, 10))
        clock.now += 60
    assert leases == [10, 10, 5, 0]
    clock.now += 3600
    assert granted(budget, 10) == 10


def test_whoever_gets_none_is_told_how_long_to_wait(budget, clock):
    granted(budget, 10)
    clock.now += 15
    refused = budget.lease("tiingo", 1)
    assert (refused.calls, refused.wait_seconds) == (0, 45)


def test_what_was_not_used_is_given_back_once(budget):
    lease = budget.lease("tiingo", 10)
    for _ in range(3):
        budget.give_back(lease, 7)
    assert granted(budget, 10) == 7


def test_no_more_comes_back_than_was_leased(budget):
    lease = budget.lease("tiingo", 2)
    budget.give_back(lease, 100)
    assert granted(budget, 100) == 10


def test_a_vendor_without_limits_is_asked_at_will(budget):
    assert granted(budget, 1000, vendor="sample") == 1000


def test_nobody_asks_a_vendor_that_rests(budget):
    refusal = VendorUnavailable("tiingo does not answer.").report()
    budget.rest("tiingo", 30, refusal)
    refused = budget.lease("tiingo", 1)
    assert (refused.calls, refused.wait_seconds, refused.refusal) == (0, 30, refusal)
    assert granted(budget, 1, vendor="other") == 1


def test_a_vendor_that_is_woken_is_asked_again_at_once(budget):
    refusal = VendorUnavailable("tiingo does not answer.").report()
    budget.rest("tiingo", 30, refusal)
    state = budget.state("tiingo")
    assert (state.rest_seconds, state.refusal) == (30, refusal)
    assert budget.wake("tiingo")
    assert not budget.wake("tiingo")
    state = budget.state("tiingo")
    assert (state.rest_seconds, state.refusal) == (0, None)
    assert granted(budget, 1) == 1


def test_what_is_left_of_each_window_and_until_when_is_told(budget, clock):
    granted(budget, 4)
    clock.now += 15
    left = budget.state("tiingo").left
    assert [(each.calls, each.limit.calls, each.seconds) for each in left] == [
        (6, 10, 45),
        (21, 25, 3585),
    ]
    clock.now += 45
    assert [each.calls for each in budget.state("tiingo").left] == [10, 21]
    assert budget.state("sample").left == ()


def test_many_at_once_never_get_more_than_there_is(budget):
    with ThreadPoolExecutor(16) as pool:
        leases = list(pool.map(lambda _: granted(budget, 3), range(40)))
    assert sum(leases) == 10
