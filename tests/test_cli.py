"""The `stockcast` command and the Python face, in processes of their own beside a running stack."""

import csv
import json
import re
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from dotenv import dotenv_values

from stockcast_lib.stack.network import free_ports
from tests.chain.client import frozen, until
from tests.commands import refusal, run, stockcast
from tests.servers import clean_environment

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


def test_it_says_the_forecast_in_one_line_with_its_limits(beside):
    told = stockcast(beside, "forecast", "aapl", "--days", "30")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("AAPL: ")
    assert "on 2017-03-29, 80% band" in told.stdout
    assert "naive forecast 136.93; skill: no better than the last price" in told.stdout
    assert re.search(r"; band: held \d+ of the last \d+ times\)", told.stdout)
    assert told.stdout.endswith("Sample data to 2017-02-27.\n")


def test_the_result_the_chart_the_path_and_the_notebook_are_of_one_forecast(beside):
    options = ("--png", "chart.png", "--csv", "path.csv", "--notebook", "run.ipynb", "--json")
    told = stockcast(beside, "forecast", "MSFT", "--days", "14", *options)
    assert (told.returncode, told.stderr) == (0, "")
    result = json.loads(told.stdout)
    assert (result["ticker"], result["days"]) == ("MSFT", 14)
    assert (beside / "chart.png").read_bytes().startswith(b"\x89PNG\r\n")
    with (beside / "path.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == [point["date"] for point in result["path"]]
    assert float(rows[-1]["price"]) == result["price"]
    notebook = nbformat.read(beside / "run.ipynb", as_version=4)
    nbformat.validate(notebook)
    shown = [output.data for cell in notebook.cells for output in cell.get("outputs", ())]
    (report,) = [data["application/vnd.stockcast.result+json"] for data in shown]
    assert (report["ticker"], report["price"]) == ("MSFT", result["price"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("AAPLL",), "No ticker is called AAPLL. Did you mean AAPL?"),
        (("$$",), "must be a ticker such as AAPL"),
        (("AAPL", "--days", "0"), "days must be a whole number from 1 to 10000"),
        (("AAPL", "--days", "10001"), "days must be a whole number from 1 to 10000"),
        (("AAPL", "--model", "none"), "model none is not a known model; known are: default"),
        (("AAPL", "--days", "30", "--png", "none/x.png"), "none/x.png cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_it_is_given_wrong_ends_with_status_2_and_one_line(beside, arguments, reason):
    status, line = refusal(stockcast(beside, "forecast", *arguments))
    assert status == 2
    assert reason in line


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("forecast", "AAPL", "--days", "x"), "'--days': Input should be a valid integer"),
        (("forecast", "AAPL", "--days"), "'--days' requires an argument"),
        (("forecast",), "Missing argument 'ticker': `stockcast forecast --help` shows"),
        (("forecast", "AAPL", "--spam"), "No such option: --spam"),
        (("jobs", "replay", "a", "b"), "(b): `stockcast jobs replay --help` shows"),
        (("up", "--workers", "0"), "'--workers': Input should be greater than or equal to 1"),
        (("spam",), "No such command 'spam': `stockcast --help` shows"),
        ((), "Missing command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_command_line_ends_with_status_2_and_one_line(tmp_path, arguments, reason):
    status, line = refusal(stockcast(tmp_path, *arguments))
    assert status == 2
    assert reason in line
    assert "--help` shows what it takes" in line


def test_ctrl_c_ends_a_wait_with_status_130_and_one_line(beside, stack):
    told = dotenv_values(stack.folder / "data" / "stack.env")
    redis = urlsplit(told["STOCKCAST_REDIS_URL"]).port
    with frozen(stack, "--stage forecast"):
        command = [sys.executable, "-m", "stockcast_lib.cli", "forecast", "IBM", "--days", "77"]
        client = subprocess.Popen(
            command, cwd=beside, env=clean_environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no thread runs in the child yet
        )  # fmt: skip
        until(lambda: redis in ports_it_has_reached(client.pid))
        out, error = interrupted(client)
    assert (client.returncode, out, error) == (130, "", "stockcast: interrupted\n")


def _hear_interrupts():
    # A shell's background job, which the tests may be, has its children ignore them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(client):
    """What a command says that is sent Ctrl-C, once more if it was in the midst of a callback.

    There Python drops the interrupt.
    """
    client.send_signal(signal.SIGINT)
    try:
        return client.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        client.send_signal(signal.SIGINT)
    try:
        return client.communicate(timeout=15)
    finally:
        client.kill()


def ports_it_has_reached(pid):
    return {each.raddr.port for each in psutil.Process(pid).net_connections() if each.raddr}


@pytest.mark.parametrize("arguments", [("forecast", "AAPL"), ("jobs",), ("vendors",)], ids=" ".join)
def test_without_a_stack_it_says_where_it_looked_and_what_to_do(tmp_path, arguments):
    status, line = refusal(stockcast(tmp_path, *arguments))
    assert status == 2
    assert f"No running stack was found from {tmp_path} upward" in line
    assert "run this in the folder where `stockcast up` runs" in line


def test_a_stack_that_does_not_answer_ends_with_status_1(tmp_path):
    redis, worker = free_ports(2)
    (tmp_path / ".env").write_text(
        f"STOCKCAST_REDIS_URL=redis://127.0.0.1:{redis}/0\n"
        "STOCKCAST_FRAME_KEY=0123456789abcdef\n"
        f"STOCKCAST_INGEST_ADDRESS=127.0.0.1:{worker}\n"
    )
    status, line = refusal(stockcast(tmp_path, "forecast", "AAPL"))
    assert status == 1
    assert f"The worker at 127.0.0.1:{worker} does not answer" in line


@pytest.mark.parametrize(
    "command",
    [(), ("up",), ("doctor",), ("forecast",), ("jobs",), ("jobs", "replay"), ("vendors",)],
)
def test_each_command_explains_itself(tmp_path, command):
    told = stockcast(tmp_path, *command, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "Usage:" in told.stdout


def test_it_says_its_version(tmp_path):
    told = stockcast(tmp_path, "--version")
    assert (told.returncode, told.stdout.split()[0]) == (0, "stockcast")


PYTHON = """
import json
from stockcast_lib import forecast
made = forecast("AAPL", days=21, interval=0.9)
bundle = made._repr_mimebundle_()
print(json.dumps({"result": made.result.to_document(), "id": made.job_id, "kinds": list(bundle),
                  "traces": len(made.figure["data"]), "png": made.picture[:4].hex()}))
"""


def test_python_gets_the_forecast_and_a_chart_for_jupyter(beside):
    told = run(beside, "-c", PYTHON)
    assert (told.returncode, told.stderr) == (0, "")
    made = json.loads(told.stdout)
    assert (made["result"]["days"], made["result"]["interval"]) == (21, 0.9)
    assert made["kinds"] == [
        "application/vnd.plotly.v1+json",
        "image/png",
        "text/html",
        "text/plain",
    ]
    assert made["traces"] > 0
    assert bytes.fromhex(made["png"]) == b"\x89PNG"
    assert len(made["id"]) == 32


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("forecast('AAPL', days=0)", "InvalidRequest"),
        ("forecast('AAPLL')", "UnknownTicker"),
        ("forecast('AAPL', spam=1)", "InvalidRequest"),
        ("forecast('AAPL', training_years=0.01)", "NotEnoughHistory"),
        ("forecast('AAPL', days=9999, timeout=0.01)", "NotebookTimedOut"),
    ],
)
def test_python_raises_the_error_that_says_what_went_wrong(beside, call, error):
    told = run(beside, "-c", f"from stockcast_lib import forecast; {call}")
    assert told.returncode == 1
    # The message, and behind it the details, if there are any.
    last = told.stderr.splitlines()[-2:]
    assert any(re.match(rf"stockcast_lib\.core\.errors\.\w+\.{error}: ", line) for line in last)
