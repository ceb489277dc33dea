"""The tests' own way to start a stack."""

import time

import pytest

from tests.servers import READY_SECONDS, running_stack


@pytest.mark.stack
def test_a_stack_that_ends_instead_of_starting_is_not_waited_for_and_shows_why(tmp_path):
    began = time.monotonic()
    with (
        pytest.raises(AssertionError, match=r"stockcast: Invalid value for '--workers'"),
        running_stack(tmp_path, "--workers=0"),
    ):
        pytest.fail("it started")
    assert time.monotonic() - began < READY_SECONDS / 4
