"""What `stockcast up` cannot start with is told in one line."""

import socket
import subprocess
import sys
import time

import pytest

from stockcast_lib.stack.network import free_ports
from tests.stack.up import refused

pytestmark = pytest.mark.stack
WITHOUT_A_REDIS_SERVER = """
from stockcast_lib.stack import binaries
binaries.REDIS_WHEEL = "no_such_wheel"
from stockcast_lib.cli import main
main()
"""


def test_a_redis_that_the_environment_names_but_is_not_there_is_told_in_one_line(start_up):
    (port,) = free_ports(1)
    url = f"redis://:secret@127.0.0.1:{port}/0"
    process = start_up("--no-dashboard", "--api-port=0", STOCKCAST_REDIS_URL=url)
    _out, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert error.count("\n") == 1
    assert "STOCKCAST_REDIS_URL does not answer" in error
    assert "secret" not in error


@pytest.mark.parametrize("option", ["--port", "--api-port"])
def test_a_port_in_use_is_refused_before_anything_starts(start_up, tmp_path, option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        options = {"--port": "0", "--api-port": "0", option: str(port)}
        error = refused(start_up(*(word for pair in options.items() for word in pair)))
    assert f"Port {port} " in error
    assert f"{option} PORT" in error
    assert not (tmp_path / ".stockcast" / "redis").exists()


def test_one_port_for_both_is_refused(start_up):
    (port,) = free_ports(1)
    assert "asked for twice" in refused(start_up(f"--port={port}", f"--api-port={port}"))


def test_without_a_redis_server_it_says_how_to_get_one(start_up, tmp_path):
    program = ("-c", WITHOUT_A_REDIS_SERVER, "up")
    process = start_up("--no-dashboard", "--api-port=0", program=program, PATH=str(tmp_path))
    assert "apt-get install redis-server" in refused(process)


def test_without_the_dashboards_notebook_it_says_what_to_do(start_up, tmp_path):
    process = start_up("--port=0", "--api-port=0", STOCKCAST_NOTEBOOKS_DIR=str(tmp_path))
    assert "dashboard.ipynb is missing" in refused(process)
    assert not list((tmp_path / ".stockcast" / "logs").iterdir())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STOCKCAST_RUN_TIMEOUT_SECONDS", "soon"),
        ("STOCKCAST_QUEUE_LIMIT", "0"),
        ("STOCKCAST_BODY_SECONDS", "-1"),
        ("STOCKCAST_CONNECTIONS", "-1"),
        ("STOCKCAST_CONNECTIONS_PER_PEER", "many"),
        ("STOCKCAST_FRAME_KEY", "short"),
        ("STOCKCAST_REDIS_URL", "localhost:6379"),
        ("STOCKCAST_S3_ENDPOINT_URL", "localhost:9000"),
        ("STOCKCAST_DASHBOARD_SESSIONS", "many"),
        ("STOCKCAST_REQUIRE_TOKENS", "all"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_starts(start_up, tmp_path, variable, value):
    error = refused(start_up("--no-dashboard", "--api-port=0", **{variable: value}))
    assert f"{variable} is wrong: " in error
    assert not list((tmp_path / ".stockcast" / "logs").iterdir())


@pytest.mark.parametrize(
    ("vendors", "told"),
    [
        ("tiingo", "There is no key for tiingo: set TIINGO_API_KEY, or STOCKCAST_VENDORS=sample."),
        ("tingo", "STOCKCAST_VENDORS is wrong: "),
    ],
)
@pytest.mark.parametrize("source", ["environment", "file"])
def test_vendors_that_cannot_be_asked_are_refused_before_anything_starts(
    start_up, tmp_path, vendors, told, source
):
    chosen = {"STOCKCAST_VENDORS": vendors}
    if source == "file":
        (tmp_path / ".env").write_text(f"STOCKCAST_VENDORS={vendors}\n")
        chosen = {}
    assert told in refused(start_up("--no-dashboard", "--api-port=0", **chosen))
    assert not (tmp_path / ".stockcast" / "redis").exists()


def test_the_vendors_of_another_stack_refuse_nothing(start_up, tmp_path):
    folder = tmp_path / ".stockcast"
    folder.mkdir()
    (folder / "stack.env").write_text("STOCKCAST_VENDORS=tiingo\n")
    options = ("--data-dir=own", "--port=0", "--api-port=0")
    error = refused(start_up(*options, STOCKCAST_NOTEBOOKS_DIR=str(tmp_path)))
    assert "dashboard.ipynb is missing" in error


def test_help_is_quick_and_lists_what_is_built(repository):
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "stockcast_lib.cli", "--help"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert time.monotonic() - began < 5
    assert "up" in told.stdout
    assert "doctor" in told.stdout
