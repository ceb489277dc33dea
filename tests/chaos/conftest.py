"""Redis and S3 outside the stack, so that a test can take them away."""

from dataclasses import dataclass

import pytest

from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.supervisor import Supervisor
from tests.chaos.proxy import SwallowingProxy


@dataclass(frozen=True)
class Stores:
    """Redis and S3, kept by a supervisor, and the proxy before Redis."""

    supervisor: Supervisor
    proxy: SwallowingProxy
    environment: dict[str, str]


@pytest.fixture
def stores(tmp_path):
    credentials, (redis_port, s3_port) = stored_credentials(tmp_path), free_ports(2)
    supervisor = Supervisor(tmp_path / "logs", lambda _: None)
    supervisor.start(
        [
            embedded.redis_child(tmp_path, redis_port, credentials),
            embedded.s3_child(tmp_path, s3_port, credentials),
        ]
    )
    with SwallowingProxy(redis_port) as proxy:
        environment = embedded.s3_environment(s3_port, credentials)
        environment["STOCKCAST_REDIS_URL"] = embedded.redis_url(proxy.port, credentials)
        environment["STOCKCAST_FRAME_KEY"] = credentials.frame_key
        yield Stores(supervisor, proxy, environment)
    supervisor.stop()
