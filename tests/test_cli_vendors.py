"""`stockcast vendors` on a real Redis."""

import subprocess
import sys

import pytest

from stockcast_lib.adapters.redis_budget import RedisVendorBudget
from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.vendors import throttled
from tests.commands import refusal
from tests.servers import clean_environment

pytestmark = pytest.mark.services
HOUR, DAY = CallLimit(50, 3600), CallLimit(1000, 24 * 3600)


@pytest.fixture
def budget(redis_client):
    return RedisVendorBudget(redis_client, {"tiingo": (HOUR, DAY)})


@pytest.fixture
def vendors(tmp_path, redis_url):
    """The command as a client runs it, who has no vendor's key."""

    def run(*arguments):
        environment = {
            **clean_environment(),
            "STOCKCAST_REDIS_URL": redis_url,
            "STOCKCAST_FRAME_KEY": "0123456789abcdef",
            "STOCKCAST_VENDORS": "tiingo,sample",
            "STOCKCAST_ENV_FILES": "off",
        }
        command = [sys.executable, "-m", "stockcast_lib.cli", "vendors", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip

    return run


def test_the_vendors_are_shown_with_the_calls_left_and_who_rests(vendors, budget):
    budget.lease("tiingo", 8)
    budget.rest("tiingo", 3600, throttled("Tiingo", 2_592_000).report())
    told = vendors()
    assert (told.returncode, told.stderr) == (0, "")
    tiingo, sample = (told.stdout.index(name) for name in ("tiingo", "sample"))
    assert tiingo < sample
    for words in ("42 of 50 for ", "992 of 1000 for ", "60 minutes: throttled"):
        assert words in told.stdout[tiingo:sample]
    assert "no limit" in told.stdout[sample:]
    assert "30 days" not in told.stdout


def test_a_vendor_at_rest_is_woken(vendors, budget):
    budget.rest("tiingo", 3600, throttled("Tiingo", None).report())
    assert vendors("wake", "tiingo").stdout == "tiingo is asked again.\n"
    assert budget.state("tiingo").refusal is None
    assert vendors("wake", "tiingo").stdout == "tiingo does not rest.\n"


def test_who_is_no_vendor_is_told_in_one_line(vendors):
    status, line = refusal(vendors("wake", "tingo"))
    assert status == 2
    assert "tingo is no vendor that is asked: tiingo, sample." in line
