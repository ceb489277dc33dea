"""What the fork server, its owner and its kernels know, and who may read it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stockcast_lib.execution import fork_client
from stockcast_lib.execution.fork_client import ForkServer
from tests.execution.kernels import (
    SECONDS,
    answering,
    arguments,
    asked,
    environment,
    owner,
    read_soon,
)

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(60)]
SECRET = "planted-secret"
WITNESS = """
import json, os, random
import numpy.random
from stockcast_lib.execution import linux
def warm_up():
    with open(os.path.join(os.path.dirname(__file__), "seen"), "w") as file:
        json.dump([dict(os.environ), linux.is_dumpable()], file)
"""
# Root may read everything; without its capabilities it is like any other user.
UNPRIVILEGED = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
READS = """
import sys
for pid in sys.argv[1:]:
    for file in ("environ", "mem"):
        try:
            open(f"/proc/{pid}/{file}", "rb").close()
            print("readable")
        except PermissionError:
            print("private")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("witness")


@pytest.fixture(scope="module")
def variables(folder):
    (folder / "witness.py").write_text(WITNESS)
    plain = environment()
    return {
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "LARGE": "x" * 100_000,
        "TZ": "Asia/Tokyo",
        "PYTHONPATH": f"{plain['PYTHONPATH']}{os.pathsep}{folder}",
    }


@pytest.fixture(scope="module")
def server(variables):
    """Started with an environment that holds a secret."""
    server = ForkServer("witness")
    server.start(environment(**variables))
    yield server
    server.close()


def test_the_server_sees_plain_names_only(server, folder):
    seen, _ = json.loads(read_soon(folder / "seen"))
    given = psutil.Process(server.pid).environ() if os.geteuid() == 0 else seen
    for known in (seen, given):
        assert SECRET not in known.values()
        assert known["TZ"] == "Asia/Tokyo"
        plain = {*fork_client._PLAIN_VARIABLES, *fork_client._ONE_THREAD}
        assert known.keys() - plain <= {"LC_CTYPE", "PYDEVD_USE_FRAME_EVAL"}  # Python's, debugpy's


def test_a_kernel_has_what_it_was_given_and_nothing_of_the_server_s(server, tmp_path, variables):
    assert asked(server, tmp_path, "os.environ['LARGE']", **variables) == variables["LARGE"]
    known = asked(server, tmp_path, "dict(os.environ)", GIVEN="1")
    assert known.items() >= environment(GIVEN="1").items()
    assert known.items() <= environment_of_a_plain_kernel(tmp_path, GIVEN="1").items()
    assert asked(server, tmp_path, "time.tzname", TZ="Europe/Rome") == ["CET", "CEST"]


def environment_of_a_plain_kernel(folder, **more):
    answer = folder / "plain"
    kernel = subprocess.Popen(
        [sys.executable, "-m", "ipykernel_launcher",
         *arguments(folder, answering("dict(os.environ)", answer))],
        env=environment(**more), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return json.loads(read_soon(answer))
    finally:
        kernel.kill()
        kernel.wait(SECONDS)


def test_the_server_hides_its_memory_and_its_kernels_do_not(server, folder, tmp_path):
    _, dumpable = json.loads(read_soon(folder / "seen"))
    assert dumpable is False
    assert asked(server, tmp_path, "linux.is_dumpable()") is True


def test_another_process_of_the_user_reads_neither_the_server_nor_its_owner(tmp_path):
    ready = tmp_path / "ready"
    with owner(tmp_path, answering("1", ready), *UNPRIVILEGED) as (process, server, kernel):
        read_soon(ready)
        told = subprocess.check_output(
            [*UNPRIVILEGED, sys.executable, "-c", READS, *map(str, (process.pid, server, kernel))],
            timeout=SECONDS, text=True,
        )  # fmt: skip
    assert told.split() == ["private"] * 4 + ["readable"] * 2


def test_a_kernel_holds_no_socket_and_no_pipe_of_the_server_s(server, tmp_path):
    held = asked(
        server, tmp_path, "{n: os.stat(int(n)).st_ino for n in os.listdir('/proc/self/fd')[:-1]}"
    )
    theirs = {file.stat().st_ino for file in Path(f"/proc/{server.pid}/fd").iterdir()
              if not file.readlink().is_absolute()}  # fmt: skip
    assert theirs
    assert theirs.isdisjoint(held.values())


def test_each_kernel_draws_random_numbers_of_its_own(server, tmp_path):
    draws = "[random.random(), numpy.random.rand()]"
    first, second, third = (asked(server, tmp_path, draws) for _ in range(3))
    for numbers in zip(first, second, third, strict=True):
        assert len(set(numbers)) == 3
