import pytest

from tests.chaos.stores import running_stores


@pytest.fixture
def stores(tmp_path):
    with running_stores(tmp_path) as running:
        yield running
