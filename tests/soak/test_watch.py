"""How growth is told from what comes and goes."""

import random

import pytest

from tests.soak.watch import Sample, growth


def samples(lives, a_second):
    """One every five seconds, give or take half a megabyte, by each begin, end and level."""
    noise = random.Random(1)  # noqa: S311  # repeatable, not secret
    return [
        Sample(moment, "gateway", pid, 100 + moment - begin,
               level + a_second * (moment - begin) + noise.uniform(-0.5, 0.5), None, 10)
        for pid, (begin, end, level) in enumerate(lives)
        for moment in range(begin, end, 5)
    ]  # fmt: skip


@pytest.mark.parametrize("a_second", [0.0, 0.01, 0.05])
def test_it_is_the_slope_whoever_was_killed_meanwhile(a_second):
    taken = samples([(0, 600, 100), (600, 1200, 95), (1200, 1800, 100)], a_second)
    assert growth(taken, "MB").by == pytest.approx(a_second * 1795, abs=2)


def test_what_only_began_lower_or_higher_has_not_grown():
    taken = samples([(0, 900, 90), (900, 1800, 120)], 0.0)
    assert abs(growth(taken, "MB").share) < 0.01


def test_what_nobody_may_see_has_no_growth():
    assert growth(samples([(0, 900, 90)], 0.0), "descriptors") is None


def test_a_process_in_its_first_minute_says_nothing():
    young = [Sample(moment, "gateway", 1, moment, 50 + moment, 1, 1) for moment in range(0, 59, 5)]
    assert growth(young, "MB") is None
