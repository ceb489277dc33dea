"""`stockcast up` where the environment, or a stack before it, has left something."""

import pytest
from dotenv import dotenv_values

from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.supervisor import Supervisor
from tests.stack.up import (
    everything_below,
    lines_until_ready,
    refused,
    start,
    the_gateway,
)

pytestmark = [pytest.mark.long, pytest.mark.stack]
STALE = "STOCKCAST_REDIS_URL=redis://127.0.0.1:9/0\n"
ASTRAY = {
    "AWS_PROFILE": "none-such",
    "AWS_SESSION_TOKEN": "foreign",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def folder(folder_with_notebooks):
    """Holds an environment file, and the announcement of a stack that was killed."""
    folder = folder_with_notebooks("surroundings")
    (folder / ".env").write_text("STOCKCAST_MAX_AGE_DAYS=3\n")
    (folder / ".stockcast").mkdir()
    (folder / ".stockcast" / "stack.env").write_text(STALE)
    return folder


@pytest.fixture(scope="module")
def process(folder, ended):
    """Ready, in the folder and with a proxy and an AWS profile of the user's."""
    process = ended(start(folder, "--no-dashboard", "--api-port=0", **ASTRAY))
    lines_until_ready(process)
    return process


def test_a_proxy_or_an_aws_profile_of_the_users_does_not_lead_it_astray(process):
    assert process.poll() is None
    seen = the_gateway(process).environ()
    assert seen["HTTP_PROXY"] == ASTRAY["HTTP_PROXY"]
    assert "127.0.0.1" in seen["NO_PROXY"]
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & seen.keys()


def test_the_environment_file_reaches_the_servers(process):
    assert the_gateway(process).environ()["STOCKCAST_MAX_AGE_DAYS"] == "3"


def test_what_a_killed_stack_announced_is_not_taken_for_an_outer_redis(process):
    assert "127.0.0.1:9/" not in the_gateway(process).environ()["STOCKCAST_REDIS_URL"]
    assert any("redis-server" in each.name() for each in everything_below(process))


def test_what_a_killed_stack_announced_is_gone_even_if_the_next_does_not_start(start_up, tmp_path):
    folder = tmp_path / ".stockcast"
    folder.mkdir()
    (folder / "stack.env").write_text(STALE)
    refused(start_up("--port=0", "--api-port=0", STOCKCAST_NOTEBOOKS_DIR=str(tmp_path)))
    assert not (folder / "stack.env").exists()


@pytest.fixture
def outside(tmp_path):
    """A Redis and an S3 of somebody else's, and the environment that names them."""
    folder = tmp_path / "outside"
    folder.mkdir()
    credentials, (redis_port, s3_port) = stored_credentials(folder), free_ports(2)
    supervisor = Supervisor(folder / "logs", print)
    try:
        supervisor.start(
            [
                embedded.redis_child(folder, redis_port, credentials),
                embedded.s3_child(folder, s3_port, credentials),
            ]
        )
        url = embedded.redis_url(redis_port, credentials)
        yield {"STOCKCAST_REDIS_URL": url, **embedded.s3_environment(s3_port, credentials)}
    finally:
        supervisor.stop()


def test_redis_and_s3_that_the_environment_names_are_used_and_none_started(
    outside, start_up, tmp_path
):
    process = start_up("--no-dashboard", "--api-port=0", **outside)
    lines_until_ready(process)
    assert not {each.name() for each in everything_below(process)} & {"redis-server", "rclone"}
    told = dotenv_values(tmp_path / ".stockcast" / "stack.env")
    assert told.items() >= outside.items()
