import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stockcast_lib.stack.supervisor import Child, Supervisor

REPOSITORY = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def until():
    return wait_until


@pytest.fixture
def gone():
    return is_gone


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said) -> Iterator[Supervisor]:
    running = Supervisor(tmp_path / "logs", said.append)
    yield running
    running.stop()


@pytest.fixture
def python_child(tmp_path):
    """Makes a child of a few lines of Python; it is ready once it has made its file."""

    def make(code: str, name: str = "little", **options) -> Child:
        mark = tmp_path / f"{name}.ready"
        prelude = (
            "import os, signal, subprocess, sys, time\nfrom pathlib import Path\n"
            f"ready = Path({str(mark)!r})\n"
        )
        return Child(
            name=name,
            argv=[sys.executable, "-c", prelude + code],
            env={},
            ready=mark.exists,
            **options,
        )

    return make


@pytest.fixture
def start_program() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python program of its own process; whatever is left of it is killed afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **options) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()
        process.communicate()


@pytest.fixture
def repository() -> Path:
    return REPOSITORY
