"""`stockcast demo`: a small stack that a shell starts for the program that it becomes."""

import json
import subprocess
import sys

import psutil
import pytest

from stockcast_lib.stack.network import accepts
from tests.servers import clean_environment

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]
_SHELL = '. <(exec "$0" -m stockcast_lib.cli demo --data-dir data); exec "$@"'
_PROGRAM = "import json, os; print(json.dumps(dict(os.environ)), flush=True); input()"


@pytest.fixture
def session(tmp_path):
    """A program that the shell has become, which waits."""
    process = subprocess.Popen(
        ["bash", "-c", _SHELL, sys.executable, sys.executable, "-c", _PROGRAM],
        cwd=tmp_path, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate(timeout=60)


def port_of(address):
    return int(address.rpartition(":")[2])


def test_the_program_is_told_of_a_stack_of_one_worker_which_ends_with_it(session, tmp_path):
    told = json.loads(session.stdout.readline())
    below = psutil.Process(session.pid).children(recursive=True)
    workers = [each.cmdline() for each in below if "server.worker" in each.cmdline()]
    assert [line[-4:] for line in workers] == [["--stage", "ingest", "--stage", "forecast"]]
    # Neither a gateway, nor a second S3, nor a kernel or what kernels are forked from.
    assert len(below) == 4
    for name in ("STOCKCAST_INGEST_ADDRESS", "STOCKCAST_FORECAST_ADDRESS"):
        assert accepts(port_of(told[name]))
    assert told["STOCKCAST_REDIS_URL"].startswith("redis://:")
    assert told["STOCKCAST_VENDORS"] == "sample"
    assert told["JUPYTER_CONFIG_PATH"] == str(tmp_path / "data" / "jupyter")
    assert "STOCKCAST_GATEWAY_URL" not in told
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    # However the program ends.
    session.kill()
    _, alive = psutil.wait_procs(below, timeout=60)
    assert alive == []
