"""When a session is over, by a clock that stands still between two looks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.dashboard.server.sessions import Limits, Sessions

LIMITS = Limits(sessions=2, alone=45, unused=3600)


class Kernel:
    """What Jupyter tells of one."""

    def __init__(self) -> None:
        self.alive = True
        self.connections = 0
        self.last_activity = datetime.now(UTC)

    async def is_alive(self) -> bool:
        return self.alive


class Kernels(dict):
    """Kernels by id, as Jupyter's manager keeps them."""

    stuck: str | None = None

    def list_kernel_ids(self) -> list[str]:
        return list(self)

    def get_kernel(self, kernel_id: str) -> Kernel:
        return self[kernel_id]

    def kernel_model(self, kernel_id: str):
        kernel = self[kernel_id]
        last = kernel.last_activity.isoformat().replace("+00:00", "Z")
        return {"connections": kernel.connections, "last_activity": last}

    async def shutdown_kernel(self, kernel_id: str, *, now: bool = False) -> None:
        await asyncio.sleep(0)
        if kernel_id == self.stuck:
            raise RuntimeError("It does not end.")
        assert now is not self[kernel_id].alive
        del self[kernel_id]


class House:
    """Sessions with a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.kernels = Kernels()
        self.sessions = Sessions(self.kernels, LIMITS, lambda: self.now)

    def visitor(self, kernel_id: str) -> Kernel:
        self.kernels[kernel_id] = Kernel()
        seat = self.sessions.reserve()
        assert seat is not None
        self.sessions.occupy(seat, kernel_id)
        return self.kernels[kernel_id]

    def look(self, after: float = 0) -> set[str]:
        self.now += after
        asyncio.run(self.sessions.reap())
        return set(self.kernels)


@pytest.fixture
def house() -> House:
    return House()


def test_a_seat_is_taken_before_there_is_a_kernel(house):
    seats = [house.sessions.reserve() for _ in range(3)]
    assert seats[2] is None
    house.sessions.leave(seats[0])
    assert house.sessions.reserve() is not None


def test_a_kernel_keeps_its_seat_until_it_is_gone(house):
    house.visitor("one")
    house.visitor("two")
    assert house.sessions.reserve() is None
    del house.kernels["one"]
    assert house.sessions.reserve() is not None


def test_a_kernel_that_nobody_connected_to_ends(house):
    house.visitor("one")
    assert house.look(44) == {"one"}
    assert house.look(1) == set()
    assert len(house.sessions) == 0


def test_a_lost_page_has_its_time_from_when_it_was_lost(house):
    kernel = house.visitor("one")
    kernel.connections = 1
    assert house.look(100) == {"one"}
    kernel.connections = 0
    assert house.look(3) == {"one"}
    assert house.look(44) == {"one"}
    kernel.connections = 1
    assert house.look(3) == {"one"}
    kernel.connections = 0
    assert house.look(3) == {"one"}
    assert house.look(45) == set()


def test_a_page_that_nobody_uses_ends(house):
    kernel = house.visitor("one")
    kernel.connections = 1
    kernel.last_activity -= timedelta(seconds=3601)
    assert house.look(3599) == {"one"}, "it was given out later than it was last active"
    assert house.look(2) == set()


def test_kernels_that_wait_are_left_alone_unless_they_died(house):
    house.kernels["waits"] = Kernel()
    assert house.look(10_000) == {"waits"}
    house.kernels["waits"].alive = False
    assert house.look() == set()


def test_a_dead_kernel_ends_at_once(house):
    kernel = house.visitor("one")
    kernel.connections, kernel.alive = 1, False
    assert house.look() == set()


def test_one_that_does_not_end_holds_up_nobody(house):
    house.visitor("one")
    house.visitor("two")
    house.kernels.stuck = "one"
    assert house.look(45) == {"one"}
