"""What a wait says, at a terminal and elsewhere."""

import io

import pytest
from rich.console import Console

from stockcast_lib.stack.waiting import told_wait


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def said(clock, *, terminal, seconds):
    """What stands on a console after a wait, told of ten times a second."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, force_interactive=terminal, width=80)
    with told_wait(console, clock) as tell:
        for _ in range(10 * seconds):
            tell(["ingest-worker", "gateway"])
            clock.now += 0.1
    return file.getvalue()


def test_a_short_wait_says_nothing_elsewhere(clock):
    assert said(clock, terminal=False, seconds=9) == ""


def test_a_long_wait_says_every_ten_seconds_elsewhere_for_whom(clock):
    assert said(clock, terminal=False, seconds=25).splitlines() == [
        "Waiting for ingest-worker, gateway (10 s)",
        "Waiting for ingest-worker, gateway (20 s)",
    ]


def test_a_terminal_shows_one_line_that_goes(clock):
    shown = said(clock, terminal=True, seconds=1)
    assert "Waiting for ingest-worker, gateway" in shown
    assert not shown.endswith("s)")
