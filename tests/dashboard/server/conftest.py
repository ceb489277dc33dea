import httpx
import pytest

from tests.dashboard.server.running import PAGE_SECONDS


@pytest.fixture
def client(server):
    """Asks the module's server, as one browser does: with its cookies."""
    with httpx.Client(base_url=server.url, timeout=PAGE_SECONDS) as each:
        yield each
