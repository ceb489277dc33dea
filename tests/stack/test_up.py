"""What a stack of `stockcast up` is while it runs; one serves all these tests."""

import stat
from dataclasses import astuple

import pytest
from dotenv import dotenv_values

from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import accepts, free_ports
from tests.stack.up import (
    everything_below,
    lines_until_ready,
    refused,
    start,
    status,
    the_gateway,
)

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def folder(folder_with_notebooks):
    return folder_with_notebooks("up")


@pytest.fixture(scope="module")
def ports():
    """The dashboard's and the gateway's."""
    return free_ports(2)


@pytest.fixture(scope="module")
def process(folder, ports, ended):
    dashboard, api = ports
    return ended(start(folder, f"--port={dashboard}", f"--api-port={api}"))


@pytest.fixture(scope="module")
def lines(process):
    return lines_until_ready(process)


@pytest.fixture(scope="module")
def announced(lines, folder):
    assert lines
    return dotenv_values(folder / ".stockcast" / "stack.env")


def test_it_prints_the_urls_and_then_that_it_is_ready(lines, ports):
    dashboard, api = ports
    assert lines == [
        f"Dashboard: http://127.0.0.1:{dashboard}/",
        f"API:       http://127.0.0.1:{api}/",
        "stockcast: ready",
    ]
    assert status(api, "/readyz") == 200
    assert status(dashboard, "/voila/static/voila.js") == 200


def test_clients_find_it_while_it_runs(announced, folder, ports):
    dashboard, api = ports
    path = folder / ".stockcast" / "stack.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert announced["STOCKCAST_GATEWAY_URL"] == f"http://127.0.0.1:{api}"
    assert announced["STOCKCAST_DASHBOARD_URL"] == f"http://127.0.0.1:{dashboard}"
    assert announced["STOCKCAST_VENDORS"] == "sample"
    for name in ("STOCKCAST_INGEST_ADDRESS", "STOCKCAST_FORECAST_ADDRESS"):
        assert accepts(int(announced[name].rpartition(":")[2]))


@pytest.mark.usefixtures("lines")
def test_no_secret_is_on_any_command_line(process, folder):
    secrets = astuple(stored_credentials(folder / ".stockcast"))
    commands = " ".join(word for each in everything_below(process) for word in each.cmdline())
    assert "server.gateway" in commands
    assert not [secret for secret in secrets if secret in commands]


@pytest.mark.usefixtures("lines")
def test_a_second_one_on_the_same_folder_is_refused(process, folder, ended):
    error = refused(ended(start(folder, "--no-dashboard", "--api-port=0")))
    assert f"(process {process.pid}) runs on .stockcast: stop it" in error
    assert process.poll() is None


@pytest.mark.usefixtures("lines")
def test_a_gateway_that_dies_is_back_on_its_port(process, ports, until):
    _, api = ports
    the_gateway(process).kill()
    until(lambda: status(api, "/readyz") is None)
    until(lambda: status(api, "/readyz") == 200, 30)


@pytest.mark.long
def test_two_workers_of_a_stage_share_its_port(start_up, tmp_path, until):
    process = start_up("--no-dashboard", "--api-port=0", "--workers=2")
    lines_until_ready(process)
    told = dotenv_values(tmp_path / ".stockcast" / "stack.env")
    assert "STOCKCAST_DASHBOARD_URL" not in told

    def listeners(stage):
        port = int(told[f"STOCKCAST_{stage.upper()}_ADDRESS"].rpartition(":")[2])
        workers = [each for each in everything_below(process) if stage in each.cmdline()]
        return [w for w in workers if any(c.laddr.port == port for c in w.net_connections())]

    for stage in ("ingest", "forecast"):
        until(lambda stage=stage: len(listeners(stage)) == 2)
