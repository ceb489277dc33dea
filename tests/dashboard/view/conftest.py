"""A page over a service that plays its part."""

import threading
from datetime import UTC, datetime

import pytest

from stockcast_lib.dashboard.view import DashboardView
from tests.dashboard.service import PlayedService, job
from tests.dashboard.view.visits import DONE, RUNNING, visited


@pytest.fixture
def service() -> PlayedService:
    return PlayedService(job(DONE))


@pytest.fixture
def view(service) -> DashboardView:
    return visited(service)


@pytest.fixture
def held(service):
    go_on = threading.Event()
    service.jobs = (job(RUNNING, cell=3, created_at=datetime.now(UTC)), job(DONE))
    service.before = lambda each: each.state is DONE and go_on.wait(10)
    yield go_on
    go_on.set()
