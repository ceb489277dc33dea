"""The whole chain on live prices, and what it makes of a vendor that fails.

`STOCKCAST_VENDOR_JOBS` makes it larger: see `make chaos`.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.forecasting.trading_calendar import last_closed_session
from tests.chain.client import ask, ended
from tests.commands import stockcast
from tests.servers import Stack, running_stack
from tests.standins.vendors import Vendors, running_vendors

JOBS = int(os.environ.get("STOCKCAST_VENDOR_JOBS", "8"))
AT_ONCE = 100
MAX_AGE_SECONDS = 3.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(200 + 5 * JOBS),
]  # fmt: skip


@pytest.fixture(scope="module")
def standin() -> Iterator[Vendors]:
    with running_vendors() as vendors:
        yield vendors


ON_TIINGO = {
    "STOCKCAST_VENDORS": "tiingo",
    "STOCKCAST_TIINGO_CALLS_PER_HOUR": "10000",
    "STOCKCAST_TIINGO_CALLS_PER_DAY": "100000",
}


@pytest.fixture(scope="module")
def stack(standin, tmp_path_factory) -> Iterator[Stack]:
    """It believes prices for some seconds only."""
    variables = {**ON_TIINGO, **standin.environment}
    variables["STOCKCAST_MAX_AGE_DAYS"] = str(MAX_AGE_SECONDS / 86400)
    folder = tmp_path_factory.mktemp("live")
    # So commands that run there find it.
    (folder / ".stockcast").symlink_to("data")
    with running_stack(folder, "--no-dashboard", **variables) as running:
        yield running


@pytest.fixture
def patient_stack(standin, tmp_path) -> Iterator[Stack]:
    """It believes prices for as long as any does by default."""
    with running_stack(
        tmp_path, "--no-dashboard", **ON_TIINGO, **standin.environment
    ) as running:  # fmt: skip
        yield running


@pytest.fixture
def up_to_date(standin) -> Vendors:
    """With every session that has closed."""
    closed = last_closed_session(datetime.now(UTC)).isoformat()
    standin.control(reset=True, as_of=closed)
    standin.control(sessions=800)
    return standin


@pytest.fixture
def vendors(up_to_date, stack) -> Vendors:
    """Up to date, well, and nobody has been told to leave it alone.

    A fault of the test before may have made it rest for longer than a test waits.
    """
    woken = stockcast(stack.folder, "vendors", "wake", "tiingo")
    assert woken.returncode == 0, woken.stderr
    return up_to_date


def all_asked(api, bodies, wait=0):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda body: ask(api, body, wait), bodies))


def test_many_who_ask_for_a_cold_ticker_at_once_cost_one_call(patient_stack, up_to_date):
    bodies = [{"ticker": "XOM", "days": 30 + n % 5} for n in range(AT_ONCE)]
    answers = all_asked(patient_stack.api, bodies, wait=60)
    assert Counter(status for status, _ in answers) == {200: AT_ONCE}
    results = [job["result"] for _, job in answers]
    assert {result["asOf"] for result in results} == {up_to_date.as_of()}
    assert {(result["vendor"], result["sample"]) for result in results} == {("tiingo", False)}
    assert len({job["id"] for _, job in answers}) == 5
    assert {result["stale"] for result in results} == {False}
    assert up_to_date.calls()["tiingo"] == {"XOM": 1}


def test_a_command_beside_the_stack_knows_its_vendors_and_their_limits(stack):
    told = stockcast(stack.folder, "vendors")
    assert (told.returncode, told.stderr) == (0, "")
    assert "tiingo" in told.stdout
    assert " of 10000 for " in told.stdout
    assert " of 100000 for " in told.stdout


FAULTS = {
    "html": ({"kind": "page"}, "vendor-unavailable", 502),
    "throttled": ({"kind": "hourly"}, "throttled", 429),
    "dead": ({"kind": "status", "status": 503}, "vendor-unavailable", 502),
    "bad key": ({"kind": "bad-key"}, "bad-vendor-key", 502),
    "cut": ({"kind": "cut"}, "vendor-unavailable", 502),
    "hang": ({"kind": "hang"}, "vendor-unavailable", 502),
    "capped": ({"kind": "monthly"}, "throttled", 429),
}


@pytest.mark.parametrize("name", FAULTS)
def test_when_a_vendor_fails_amid_forecasts_each_ends_well_or_stale(stack, vendors, name):
    fault, _, _ = FAULTS[name]
    days = range(100 + 1000 * list(FAULTS).index(name), 9_999)
    bodies = [{"ticker": "AAPL", "days": days[n]} for n in range(JOBS)]
    assert ask(stack.api, bodies[0])[0] == 200
    asked = all_asked(stack.api, bodies[: JOBS // 2])
    vendors.fault(**fault)
    failing = datetime.now(UTC)
    asked += all_asked(stack.api, bodies[JOBS // 2 :])
    time.sleep(MAX_AGE_SECONDS)
    asked.append(ask(stack.api, {"ticker": "AAPL", "days": days[JOBS]}, wait=0))
    jobs = [ended(stack.api, job, seconds=60 + 3 * JOBS) for _, job in asked]
    assert {job["state"] for job in jobs} == {"done"}
    results = [job["result"] for job in jobs]
    assert {(result["vendor"], result["asOf"]) for result in results} == {
        ("tiingo", vendors.as_of())
    }
    assert results[-1]["stale"]
    for job in jobs[JOBS // 2 :]:
        assert moment(job["result"]["fetchedAt"]) < failing
        assert job["result"]["stale"] in staleness(job)


def moment(text):
    return datetime.fromisoformat(text)


def staleness(job):
    """What a result may say: its prices grew too old before the job, during it, or not at all."""
    too_old = moment(job["result"]["fetchedAt"]) + timedelta(seconds=MAX_AGE_SECONDS)
    if moment(job["createdAt"]) > too_old:
        return {True}
    return {False} if moment(job["updatedAt"]) < too_old else {True, False}


@pytest.mark.parametrize("name", FAULTS)
def test_with_no_prices_stored_the_failure_is_told_in_one_sentence(stack, vendors, name):
    fault, code, status = FAULTS[name]
    vendors.fault(**fault)
    answers = all_asked(stack.api, [{"ticker": "MSFT", "days": 30 + n} for n in range(3)], wait=60)
    for told, document in answers:
        assert (told, document["type"]) == (status, f"/problems/{code}")
        assert "Tiingo" in document["detail"]
        assert document["detail"].count(".") == 1
        assert " days" not in document["detail"]
    assert vendors.calls()["tiingo"]["MSFT"] <= 8
