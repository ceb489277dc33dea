import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.stack import up

REPOSITORY = Path(__file__).resolve().parents[2]
DASHBOARD = {
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


def end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
    process.communicate()


@pytest.fixture
def start_program() -> "Iterator[Callable[..., subprocess.Popen[str]]]":
    """Starts a Python program of its own process; whatever is left of it is killed afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **options) -> "subprocess.Popen[str]":
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
        end(process)


@pytest.fixture(scope="module")
def ended() -> "Iterator[Callable[[subprocess.Popen[str]], subprocess.Popen[str]]]":
    """Takes a process that a module's tests share, and ends it after them."""
    taken: list[subprocess.Popen[str]] = []

    def take(process: "subprocess.Popen[str]") -> "subprocess.Popen[str]":
        taken.append(process)
        return process

    yield take
    for process in taken:
        end(process)


def with_notebooks(folder: Path) -> Path:
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "dashboard.ipynb").write_text(json.dumps(DASHBOARD))
    return folder


@pytest.fixture(scope="module")
def folder_with_notebooks(tmp_path_factory) -> Callable[[str], Path]:
    """Makes a folder for a stack that a module's tests share."""
    return lambda name: with_notebooks(tmp_path_factory.mktemp(name))


@pytest.fixture
def start_up(start_program, tmp_path):
    """Starts `stockcast up` in a folder of the test's own."""
    notebooks = with_notebooks(tmp_path) / "notebooks"

    def start(*options, program=up.COMMAND, **extra):
        return start_program(
            *program, *options, cwd=tmp_path, env=up.environment(notebooks, **extra)
        )

    return start


@pytest.fixture
def repository() -> Path:
    return REPOSITORY
