"""The vendors' stand-in, as new for every test, and clients with short patience."""

from collections.abc import Iterator

import pytest

from stockcast_lib.adapters.vendors.http_client import Limits
from stockcast_lib.adapters.vendors.nasdaq_data_link import NasdaqDataLink
from stockcast_lib.adapters.vendors.tiingo import Tiingo
from tests.standins.vendors import KEYS, Vendors, running_vendors

PATIENT = Limits(
    read_seconds=10, total_seconds=15, attempts=3, first_wait_seconds=0.01, longest_wait_seconds=1.5
)
HASTY = Limits(
    read_seconds=0.2, total_seconds=0.6, attempts=2, first_wait_seconds=0.01,
    longest_wait_seconds=0.02,
)  # fmt: skip


@pytest.fixture(scope="session")
def standin() -> Iterator[Vendors]:
    with running_vendors() as vendors:
        yield vendors


@pytest.fixture
def vendors(standin) -> Vendors:
    """With a year of prices, for speed."""
    standin.control(reset=True, sessions=252)
    return standin


@pytest.fixture(params=["tiingo", "series", "table"])
def make(request, vendors):
    """Makes the market data of a vendor, by limits and what else it takes."""

    def made(limits=PATIENT, key="the right one", **options):
        name = "tiingo" if request.param == "tiingo" else "nasdaq_data_link"
        right = KEYS[name] if key == "the right one" else key
        if name == "tiingo":
            return Tiingo(right, vendors.url, limits=limits, **options)
        table = "PRICES" if request.param == "table" else None
        return NasdaqDataLink(right, vendors.url, table=table, limits=limits, **options)

    return made


@pytest.fixture
def tiingo(vendors):
    return Tiingo(KEYS["tiingo"], vendors.url, limits=PATIENT)


@pytest.fixture
def nasdaq(vendors):
    return NasdaqDataLink(KEYS["nasdaq_data_link"], vendors.url, limits=PATIENT)
