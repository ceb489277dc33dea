"""How a stack of `stockcast up` ends, and that the next one goes on with its data."""

import signal
import time

import pytest

from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from tests.stack.up import ended_within, everything_below, lines_until_ready, status

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels]


@pytest.fixture
def with_a_page_open(start_up):
    """A stack that runs a kernel for its dashboard."""
    (port,) = free_ports(1)
    process = start_up(f"--port={port}", "--api-port=0")
    lines_until_ready(process)
    assert status(port, "/") == 200
    assert any("ipykernel" in " ".join(each.cmdline()) for each in everything_below(process))
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_within_ten_seconds(with_a_page_open, tmp_path, gone, number):
    below = everything_below(with_a_page_open)
    announcement = tmp_path / ".stockcast" / "stack.env"
    assert announcement.exists()
    with_a_page_open.send_signal(number)
    returned, seconds = ended_within(with_a_page_open, 20)
    assert returned == 0
    assert seconds < 10
    assert [each for each in below if not gone(each.pid)] == []
    assert not announcement.exists()


def test_nothing_outlives_a_stack_that_is_killed_and_the_next_has_its_data(
    with_a_page_open, start_up, tmp_path, until, gone
):
    below = everything_below(with_a_page_open)
    credentials = stored_credentials(tmp_path / ".stockcast")
    with_a_page_open.kill()
    with_a_page_open.wait()
    until(lambda: all(gone(each.pid) for each in below), 10)
    began = time.monotonic()
    lines_until_ready(start_up("--no-dashboard", "--api-port=0"))
    assert time.monotonic() - began < 90
    assert stored_credentials(tmp_path / ".stockcast") == credentials


def test_a_signal_while_it_starts_ends_it(start_up, gone, until):
    process = start_up("--no-dashboard", "--api-port=0")
    until(lambda: len(everything_below(process)) >= 2)
    below = everything_below(process)
    process.terminate()
    returned, seconds = ended_within(process, 20)
    assert returned == 0
    assert seconds < 10
    assert [each for each in below if not gone(each.pid)] == []
    assert process.stdout.read() == ""
