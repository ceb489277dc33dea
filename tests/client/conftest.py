import pytest

from stockcast_lib.client import StockcastClient
from tests.client.loopback import Loopback, Time


@pytest.fixture
def server():
    made = Loopback()
    yield made
    made.close()


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def client(server, clock):
    with StockcastClient(server.url, "the-token", pauses=clock.pauses()) as made:
        yield made
