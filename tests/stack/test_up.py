import http.client
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import astuple

import psutil
import pytest
from dotenv import dotenv_values

from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import accepts, free_ports
from stockcast_lib.stack.supervisor import Supervisor

pytestmark = pytest.mark.stack
CLI = ("-m", "stockcast_lib.cli", "up")
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": "print('the dashboard')",
        }
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def clean_environment(repository, **extra):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STOCKCAST_", "AWS_"))
    }
    return {**kept, "PYTHONPATH": str(repository), **extra}


def lines_until_ready(process, seconds=60):
    """What it printed; fails with its errors when it ends or takes too long."""
    told = b""
    deadline = time.monotonic() + seconds
    while not told.endswith(b"stockcast: ready\n"):
        readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        assert readable, "not ready in time"
        piece = os.read(process.stdout.fileno(), 4096)
        assert piece, process.stderr.read()
        told += piece
    return told.decode().splitlines()


def status(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


@pytest.fixture
def start_up(start_program, tmp_path, repository):
    """Starts `stockcast up` in a folder of its own."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (notebooks / "dashboard.ipynb").write_text(json.dumps(NOTEBOOK))

    def start(*options, program=CLI, **extra):
        environment = clean_environment(
            repository, **{"STOCKCAST_NOTEBOOKS_DIR": str(notebooks), **extra}
        )
        return start_program(*program, *options, cwd=tmp_path, env=environment)

    return start


def refused(process):
    """The one line of a start that is refused."""
    _out, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert error.count("\n") == 1
    return error


def everything_below(process):
    return psutil.Process(process.pid).children(recursive=True)


def ended_within(process, seconds):
    began = time.monotonic()
    process.wait(seconds)
    return process.returncode, time.monotonic() - began


def test_it_prints_the_urls_and_then_that_it_is_ready(start_up):
    dashboard, api = free_ports(2)
    process = start_up(f"--port={dashboard}", f"--api-port={api}")
    assert lines_until_ready(process) == [
        f"Dashboard: http://127.0.0.1:{dashboard}/",
        f"API:       http://127.0.0.1:{api}/",
        "stockcast: ready",
    ]
    assert status(api, "/readyz") == 200
    assert status(dashboard, "/voila/static/voila.js") == 200


@pytest.mark.kernels
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_within_ten_seconds(start_up, gone, number):
    (port,) = free_ports(1)
    process = start_up(f"--port={port}", "--api-port=0")
    lines_until_ready(process)
    assert status(port, "/") == 200
    below = everything_below(process)
    assert any("ipykernel" in " ".join(each.cmdline()) for each in below)
    process.send_signal(number)
    returned, seconds = ended_within(process, 20)
    assert returned == 0
    assert seconds < 10
    assert [each for each in below if not gone(each.pid)] == []


@pytest.mark.kernels
def test_nothing_outlives_a_stack_that_is_killed(start_up, until, gone):
    (port,) = free_ports(1)
    process = start_up(f"--port={port}", "--api-port=0")
    lines_until_ready(process)
    assert status(port, "/") == 200
    below = everything_below(process)
    process.kill()
    until(lambda: all(gone(each.pid) for each in below), 10)


def test_it_starts_again_after_it_was_killed_with_the_same_data(start_up, tmp_path):
    first = start_up("--no-dashboard", "--api-port=0")
    lines_until_ready(first)
    credentials = stored_credentials(tmp_path / ".stockcast")
    first.kill()
    first.wait()
    began = time.monotonic()
    lines_until_ready(start_up("--no-dashboard", "--api-port=0"))
    assert time.monotonic() - began < 30
    assert stored_credentials(tmp_path / ".stockcast") == credentials


def test_a_signal_while_it_starts_ends_it(start_up, gone, until):
    process = start_up("--no-dashboard", "--api-port=0")
    until(lambda: len(everything_below(process)) >= 2)
    below = everything_below(process)
    process.terminate()
    returned, seconds = ended_within(process, 20)
    assert returned == 0
    assert seconds < 10
    assert [each for each in below if not gone(each.pid)] == []
    assert process.stdout.read() == ""


def test_clients_find_it_while_it_runs(start_up, tmp_path):
    (api,) = free_ports(1)
    process = start_up("--no-dashboard", f"--api-port={api}")
    lines_until_ready(process)
    path = tmp_path / ".stockcast" / "stack.env"
    told = dotenv_values(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told["STOCKCAST_GATEWAY_URL"] == f"http://127.0.0.1:{api}"
    assert "STOCKCAST_DASHBOARD_URL" not in told
    for name in ("STOCKCAST_INGEST_ADDRESS", "STOCKCAST_FORECAST_ADDRESS"):
        assert accepts(int(told[name].rpartition(":")[2]))
    process.terminate()
    process.wait(20)
    assert not path.exists()


def test_no_secret_is_on_any_command_line(start_up, tmp_path):
    process = start_up("--no-dashboard", "--api-port=0")
    lines_until_ready(process)
    secrets = astuple(stored_credentials(tmp_path / ".stockcast"))
    commands = " ".join(word for each in everything_below(process) for word in each.cmdline())
    assert "server.gateway" in commands
    assert not [secret for secret in secrets if secret in commands]


def test_a_gateway_that_dies_is_back_on_its_port(start_up, until):
    (api,) = free_ports(1)
    process = start_up("--no-dashboard", f"--api-port={api}")
    lines_until_ready(process)
    (gateway,) = [e for e in everything_below(process) if "server.gateway" in e.cmdline()]
    gateway.kill()
    until(lambda: status(api, "/readyz") is None)
    until(lambda: status(api, "/readyz") == 200, 30)


def test_two_workers_of_a_stage_share_its_port(start_up, tmp_path, until):
    process = start_up("--no-dashboard", "--api-port=0", "--workers=2")
    lines_until_ready(process)
    told = dotenv_values(tmp_path / ".stockcast" / "stack.env")

    def listeners(stage):
        port = int(told[f"STOCKCAST_{stage.upper()}_ADDRESS"].rpartition(":")[2])
        workers = [each for each in everything_below(process) if stage in each.cmdline()]
        return [w for w in workers if any(c.laddr.port == port for c in w.net_connections())]

    for stage in ("ingest", "forecast"):
        until(lambda stage=stage: len(listeners(stage)) == 2)


def test_redis_and_s3_that_the_environment_names_are_used_and_none_started(start_up, tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    credentials = stored_credentials(folder)
    redis_port, s3_port = free_ports(2)
    outside = Supervisor(folder / "logs", print)
    try:
        outside.start(
            [
                embedded.redis_child(folder, redis_port, credentials),
                embedded.s3_child(folder, s3_port, credentials),
            ]
        )
        url = embedded.redis_url(redis_port, credentials)
        s3 = embedded.s3_environment(s3_port, credentials)
        process = start_up("--no-dashboard", "--api-port=0", STOCKCAST_REDIS_URL=url, **s3)
        lines_until_ready(process)
        names = {each.name() for each in everything_below(process)}
        told = dotenv_values(tmp_path / ".stockcast" / "stack.env")
        process.terminate()
        process.wait(20)
    finally:
        outside.stop()
    assert not names & {"redis-server", "rclone"}
    assert told["STOCKCAST_REDIS_URL"] == url
    assert told.items() >= s3.items()


def test_a_redis_that_the_environment_names_but_is_not_there_is_told_in_one_line(start_up):
    (port,) = free_ports(1)
    url = f"redis://:secret@127.0.0.1:{port}/0"
    process = start_up("--no-dashboard", "--api-port=0", STOCKCAST_REDIS_URL=url)
    _out, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert error.count("\n") == 1
    assert "STOCKCAST_REDIS_URL does not answer" in error
    assert "secret" not in error


def test_a_second_one_on_the_same_folder_is_refused(start_up):
    first = start_up("--no-dashboard", "--api-port=0")
    lines_until_ready(first)
    error = refused(start_up("--no-dashboard", "--api-port=0"))
    assert f"(process {first.pid}) runs on .stockcast: stop it" in error
    assert first.poll() is None


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
    program = (
        "-c",
        """
from stockcast_lib.stack import binaries
binaries.REDIS_WHEEL = "no_such_wheel"
from stockcast_lib.cli import main
main()
""",
        "up",
    )
    process = start_up("--no-dashboard", "--api-port=0", program=program, PATH=str(tmp_path))
    assert "apt-get install redis-server" in refused(process)


def test_without_the_dashboards_notebook_it_says_what_to_do(start_up, tmp_path):
    process = start_up("--port=0", "--api-port=0", STOCKCAST_NOTEBOOKS_DIR=str(tmp_path))
    assert "dashboard.ipynb is missing" in refused(process)
    assert not list((tmp_path / ".stockcast" / "logs").iterdir())


def test_a_wrong_setting_is_told_in_one_line(start_up):
    process = start_up("--no-dashboard", "--api-port=0", STOCKCAST_MAX_AGE_DAYS="soon")
    _out, error = process.communicate(timeout=60)
    assert process.returncode == 1
    last = error.splitlines()[-1]
    assert " ended with status 1: " in last
    assert "STOCKCAST_MAX_AGE_DAYS is wrong" in last


def test_a_proxy_or_an_aws_profile_of_the_users_does_not_lead_it_astray(start_up):
    astray = {
        "AWS_PROFILE": "none-such",
        "AWS_SESSION_TOKEN": "foreign",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    process = start_up("--no-dashboard", "--api-port=0", **astray)
    assert lines_until_ready(process)[-1] == "stockcast: ready"


def test_the_environment_file_reaches_the_servers(start_up, tmp_path):
    (tmp_path / ".env").write_text("STOCKCAST_MAX_AGE_DAYS=3\n")
    process = start_up("--no-dashboard", "--api-port=0")
    lines_until_ready(process)
    (gateway,) = [e for e in everything_below(process) if "server.gateway" in e.cmdline()]
    assert gateway.environ()["STOCKCAST_MAX_AGE_DAYS"] == "3"


def test_what_a_killed_stack_announced_is_not_taken_for_an_outer_redis(start_up, tmp_path):
    folder = tmp_path / ".stockcast"
    folder.mkdir()
    (folder / "stack.env").write_text("STOCKCAST_REDIS_URL=redis://127.0.0.1:9/0\n")
    process = start_up("--no-dashboard", "--api-port=0")
    assert lines_until_ready(process)[-1] == "stockcast: ready"


def test_what_a_killed_stack_announced_is_gone_even_if_the_next_does_not_start(start_up, tmp_path):
    folder = tmp_path / ".stockcast"
    folder.mkdir()
    (folder / "stack.env").write_text("STOCKCAST_REDIS_URL=redis://127.0.0.1:9/0\n")
    refused(start_up("--port=0", "--api-port=0", STOCKCAST_NOTEBOOKS_DIR=str(tmp_path)))
    assert not (folder / "stack.env").exists()


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
