"""Redis and S3 outside the stack, so that a test can take them away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.supervisor import Supervisor
from tests.chaos.proxy import SwallowingProxy


@dataclass(frozen=True)
class Stores:
    """Redis and S3, kept by a supervisor, and the proxy before Redis.

    Attributes:
        environment: what leads a stack to them, to Redis by way of the proxy.
        redis_url: of Redis itself.
    """

    supervisor: Supervisor
    proxy: SwallowingProxy
    environment: dict[str, str]
    redis_url: str


@contextmanager
def running_stores(folder: Path) -> Iterator[Stores]:
    """Both, with their data in a folder."""
    credentials, (redis_port, s3_port) = stored_credentials(folder), free_ports(2)
    supervisor = Supervisor(folder / "logs", lambda _: None)
    try:
        supervisor.start(
            [
                embedded.redis_child(folder, redis_port, credentials),
                embedded.s3_child(folder, s3_port, credentials),
            ]
        )
        with SwallowingProxy(redis_port) as proxy:
            environment = embedded.s3_environment(s3_port, credentials)
            environment["STOCKCAST_REDIS_URL"] = embedded.redis_url(proxy.port, credentials)
            environment["STOCKCAST_FRAME_KEY"] = credentials.frame_key
            yield Stores(
                supervisor, proxy, environment, embedded.redis_url(redis_port, credentials)
            )
    finally:
        supervisor.stop()
