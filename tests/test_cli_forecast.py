"""`stockcast forecast --api`: a gateway in place of the stack beside the command."""

import csv
import json

import nbformat
import pytest

from stockcast_lib.stack.network import free_ports
from tests.client.loopback import DONE, JOB, Loopback, answer, problem
from tests.commands import refusal, stockcast

pytestmark = pytest.mark.long


@pytest.fixture
def server():
    made = Loopback()
    yield made
    made.close()


def evidence(server):
    server.play(answer(200, DONE), answer(200, b"png"), answer(200, {}))


def test_url_and_token_come_from_the_settings_or_the_url_from_the_option(server, tmp_path):
    (tmp_path / ".env").write_text(
        f"STOCKCAST_API={server.url}/below\nSTOCKCAST_API_TOKEN=the-token\n"
    )
    evidence(server)
    told = stockcast(tmp_path, "forecast", "TEST", "--days", "3")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("TEST: 102.00 on 2017-03-02, 80% band 93.00 to 110.00 (naive")
    assert server.asked[0].path.startswith("/below/api/v1/forecasts?")
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer the-token"}
    server.script.clear()
    evidence(server)
    told = stockcast(tmp_path, "forecast", "TEST", "--api", f"{server.url}/other", "--json")
    assert json.loads(told.stdout) == DONE["result"]
    assert server.asked[-1].path.startswith("/other/api/v1/forecasts/")


def test_parameters_are_json_and_names_need_no_quotes(server, tmp_path):
    evidence(server)
    given = ("interval=0.9", "weekly_seasonality=true", "engine=stan", 'holidays="US"')
    options = [part for each in given for part in ("--param", each)]
    told = stockcast(tmp_path, "forecast", "X", *options, "--api", server.url)
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(server.asked[0].body)["params"] == {
        "interval": 0.9, "weekly_seasonality": True, "engine": "stan", "holidays": "US",
    }  # fmt: skip


@pytest.mark.parametrize("given", ["interval", "timeout=1", "=1"])
def test_what_is_no_parameter_is_refused_before_anything_is_asked(server, tmp_path, given):
    status, line = refusal(
        stockcast(tmp_path, "forecast", "X", "--param", given, "--api", server.url)
    )
    assert status == 2
    assert f"--param {given}: give NAME=VALUE" in line
    assert not server.asked


@pytest.mark.parametrize(
    ("step", "status", "reason"),
    [
        (problem(404, "unknown-ticker", "No ticker is called X."), 2, "No ticker is called X."),
        (problem(422, "invalid-request", "Wrong."), 2, "Wrong."),
        (problem(401, "odd"), 2, "set STOCKCAST_API_TOKEN"),
        (problem(404, "http-404"), 2, "leads to no Stockcast API: check its path"),
        (problem(429, "queue-full", "Full.", retry_after=900), 1, "Full."),
        (problem(500, "internal", "Broken."), 1, "Broken."),
        (answer(200, b"<html>"), 1, "not one of its API"),
        (answer(202, {**JOB, "state": "cancelled"}), 1, "was cancelled, and has no result"),
    ],
)
def test_what_goes_wrong_is_one_line_with_the_status_of_a_local_forecast(
    server, tmp_path, step, status, reason
):
    server.play(step)
    told = stockcast(tmp_path, "forecast", "X", "--api", server.url)
    assert refusal(told)[0] == status
    assert reason in told.stderr


def test_a_gateway_that_is_not_there_is_named(tmp_path):
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    (tmp_path / ".env").write_text("STOCKCAST_API_TOKEN=the-token\n")
    status, line = refusal(stockcast(tmp_path, "forecast", "X", "--api", url))
    assert status == 1
    assert f"The gateway at {url} does not answer (ConnectError)" in line
    assert "the-token" not in line


def test_a_wrong_url_is_refused(tmp_path):
    status, line = refusal(stockcast(tmp_path, "forecast", "X", "--api", "localhost:8000"))
    assert (status, "must begin with http://" in line) == (2, True)


def test_a_file_that_cannot_be_written_ends_with_status_2(server, tmp_path):
    evidence(server)
    told = stockcast(tmp_path, "forecast", "X", "--api", server.url, "--png", "none/x.png")
    status, line = refusal(told)
    assert (status, "none/x.png cannot be written" in line) == (2, True)


@pytest.mark.stack
@pytest.mark.kernels
@pytest.mark.timeout(400)
def test_from_an_empty_folder_the_answer_is_that_of_the_stack(stack, beside, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    files = ("--png", "chart.png", "--csv", "path.csv", "--notebook", "run.ipynb")
    told = stockcast(empty, "forecast", "AAPL", "--days", "17", *files, "--api", stack.api)
    assert (told.returncode, told.stderr) == (0, "")
    local = stockcast(beside, "forecast", "AAPL", "--days", "17", *files)
    assert told.stdout == local.stdout
    for name in ("chart.png", "path.csv", "run.ipynb"):
        assert (empty / name).read_bytes() == (beside / name).read_bytes()
    with (empty / "path.csv").open() as file:
        assert list(csv.DictReader(file))[-1]["date"] == "2017-03-16"
    nbformat.validate(nbformat.read(empty / "run.ipynb", as_version=4))


@pytest.mark.stack
@pytest.mark.kernels
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "arguments", [("AAPLL",), ("$$",), ("AAPL", "--days", "0"), ("AAPL", "--model", "none")]
)
def test_a_refusal_is_that_of_the_stack(stack, beside, tmp_path_factory, arguments):
    empty = tmp_path_factory.mktemp("empty")
    told = refusal(stockcast(empty, "forecast", *arguments, "--api", stack.api))
    assert told == refusal(stockcast(beside, "forecast", *arguments))
