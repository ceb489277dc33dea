import pytest

from stockcast_lib.core.errors import KernelDied, NotebookFailed, StoreUnavailable, Throttled
from stockcast_lib.core.retries import retry_delay


def delays(error, **options):
    """All the waits of a job that fails so every time."""
    told = []
    while (delay := retry_delay(error, len(told), **options)) is not None:
        told.append(delay)
    return told


def test_what_is_away_is_waited_for_a_minute_and_a_half_in_growing_steps():
    assert delays(StoreUnavailable("away")) == [1, 2, 4, 8, 16, 30, 30]


def test_no_wait_is_longer_than_the_longest():
    assert delays(StoreUnavailable("away"), longest=3) == [1, 2, 3, 3, 3, 3, 3]


def test_a_kernel_that_died_is_tried_twice_more():
    assert delays(KernelDied("dead")) == [0.5, 1]


def test_a_permanent_error_is_never_tried_again():
    assert delays(NotebookFailed("broken")) == []


@pytest.mark.parametrize(("asked", "told"), [(7, [7, 7]), (30, [30, 30]), (31, [])])
def test_a_vendor_is_asked_again_when_it_says_unless_that_is_too_late(asked, told):
    assert delays(Throttled("later", retry_after=asked)) == told
