"""The servers that many tests share; each is started once, by the first test that asks."""

from collections.abc import Iterator

import pytest
import redis
import structlog
from hypothesis import settings

from stockcast_lib.adapters import redis_connection, s3
from tests.servers import Stack, running_redis, running_s3, running_stack
from tests.watching import refuse_undocumented

REDIS_VERSIONS = (6, 7)
# On a busy machine an example may take long for no reason of its own.
settings.register_profile("stockcast", deadline=None)
settings.load_profile("stockcast")
_FIGURES = "figures"
# Enough for whoever sends one.
BODY_SECONDS = {"STOCKCAST_BODY_SECONDS": "3"}


@pytest.fixture(scope="session", autouse=True)
def _logs_to_pytest() -> None:
    """What the library logs is shown with a test that fails, and not in between."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@pytest.fixture(autouse=True)
def _all_answers_are_documented() -> Iterator[None]:
    """Of stacks that many tests share; what was not read to its end is found at theirs."""
    yield
    refuse_undocumented()


@pytest.fixture
def figures(request) -> list[str]:
    """What a test measures, to be printed at the end of the whole run."""
    measured: list[str] = []
    request.node.user_properties.append((_FIGURES, measured))
    return measured


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the figures; under xdist a test's own output goes nowhere."""
    ended = (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed"))
    for report in ended:
        for text in dict(report.user_properties).get(_FIGURES, ()):
            terminalreporter.section(report.nodeid)
            terminalreporter.line(text)


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), **BODY_SECONDS) as running:
        yield running


@pytest.fixture
def beside(tmp_path, stack):
    """A folder from which commands find the shared stack."""
    (tmp_path / ".stockcast").symlink_to(stack.folder / "data")
    return tmp_path


@pytest.fixture(scope="session", params=REDIS_VERSIONS, ids="redis-{}".format)
def redis_url(request, tmp_path_factory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis"), request.param) as url:
        yield url


@pytest.fixture
def redis_client(redis_url) -> "Iterator[redis.Redis]":
    """For commands, to an empty Redis."""
    client = redis_connection.connect(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def blocking_redis(redis_url) -> "Iterator[redis.Redis]":
    client = redis_connection.connect_blocking(redis_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def s3_environment(tmp_path_factory) -> Iterator[dict[str, str]]:
    with running_s3(tmp_path_factory.mktemp("s3")) as environment:
        yield environment


@pytest.fixture(scope="session")
def bucket(s3_environment) -> Iterator[s3.Bucket]:
    """One bucket for all tests: each uses keys of its own."""
    client = s3.connect(
        endpoint_url=s3_environment["STOCKCAST_S3_ENDPOINT_URL"],
        region=s3_environment["AWS_DEFAULT_REGION"],
        access_key=s3_environment["AWS_ACCESS_KEY_ID"],
        secret_key=s3_environment["AWS_SECRET_ACCESS_KEY"],
    )
    yield s3.Bucket(client, s3_environment["STOCKCAST_S3_BUCKET"])
    client.close()
