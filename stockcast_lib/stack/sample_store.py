"""A store in S3 with the bundled prices, for as long as somebody tries a notebook on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from stockcast_lib.adapters.s3 import Bucket, connect
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.supervisor import Supervisor


@dataclass(frozen=True)
class SampleStore:
    """A running store.

    Attributes:
        environment: how clients reach it.
        version: of prices that are in it.
    """

    environment: Mapping[str, str]
    version: PriceVersion


@contextmanager
def sample_store(ticker: str) -> Iterator[SampleStore]:
    """An S3 of its own in a folder that goes with it.

    Args:
        ticker: a bundled one.

    Raises:
        BadSettings: no rclone.
        StackFailed: it did not start.
    """
    with TemporaryDirectory(prefix="stockcast-check-") as name:
        folder = Path(name)
        credentials, (port,) = stored_credentials(folder), free_ports(1)
        supervisor = Supervisor(folder / "logs", lambda _: None)
        try:
            supervisor.start([embedded.s3_child(folder, port, credentials)])
            environment = embedded.s3_environment(port, credentials)
            yield SampleStore(environment, _stored(environment, ticker))
        finally:
            supervisor.stop()


def _stored(environment: Mapping[str, str], ticker: str) -> PriceVersion:
    client = connect(
        endpoint_url=environment["STOCKCAST_S3_ENDPOINT_URL"],
        region=environment["AWS_DEFAULT_REGION"],
        access_key=environment["AWS_ACCESS_KEY_ID"],
        secret_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    try:
        store = S3PriceStore(Bucket(client, environment["STOCKCAST_S3_BUCKET"]))
        return store.save(SampleVendor().daily_prices(ticker), datetime.now(UTC))
    finally:
        client.close()
