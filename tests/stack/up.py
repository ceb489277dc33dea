"""`stockcast up` as a process, and what is asked of it."""

import http.client
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.servers import READY_LINE, clean_environment

COMMAND = ("-m", "stockcast_lib.cli", "up")


def environment(notebooks: Path, **extra: str) -> dict[str, str]:
    """What it sees of an environment."""
    return {**clean_environment(), "STOCKCAST_NOTEBOOKS_DIR": str(notebooks), **extra}


def lines_until_ready(process: "subprocess.Popen[str]", seconds: float = 60) -> list[str]:
    """What it printed; fails with its errors when it ends or takes too long."""
    told = b""
    deadline = time.monotonic() + seconds
    while not told.endswith(f"{READY_LINE}\n".encode()):
        readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        assert readable, "not ready in time"
        piece = os.read(process.stdout.fileno(), 4096)
        assert piece, process.stderr.read()
        told += piece
    return told.decode().splitlines()


def status(port: int, path: str) -> int | None:
    """The status of a GET on a loopback port; None where nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def refused(process: "subprocess.Popen[str]") -> str:
    """The one line of a start that is refused."""
    _out, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert error.count("\n") == 1
    return error


def everything_below(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """All its processes but itself."""
    return psutil.Process(process.pid).children(recursive=True)


def the_gateway(process: "subprocess.Popen[str]") -> psutil.Process:
    """Its gateway's process."""
    (gateway,) = [each for each in everything_below(process) if "server.gateway" in each.cmdline()]
    return gateway


def ended_within(process: "subprocess.Popen[str]", seconds: float) -> tuple[int, float]:
    """Its exit status, and after how many seconds."""
    began = time.monotonic()
    process.wait(seconds)
    return process.returncode, time.monotonic() - began


def start(folder: Path, *options: str, **extra: str) -> "subprocess.Popen[str]":
    """Start it in a folder, with that folder's notebooks."""
    return subprocess.Popen(
        [sys.executable, *COMMAND, *options], cwd=folder,
        env=environment(folder / "notebooks", **extra), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
