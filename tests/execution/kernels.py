"""Kernels for the tests: straight from a fork server, by an owner of their own, or by Jupyter."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from jupyter_client.manager import start_new_kernel

from stockcast_lib.execution.fork_client import ForkedProcess, ForkServer
from tests.servers import REPOSITORY

SECONDS = 10.0
# Prints once, when its kernel runs: the server's process id and the kernel's.
OWNER = """
import sys
from pathlib import Path
from stockcast_lib.execution import fork_client, linux
from tests.execution.kernels import fork
linux.hide_from_other_processes()
server = fork_client.ForkServer("")
kernel = fork(server, Path(sys.argv[1]), sys.argv[2])
print("pids", server.pid, kernel.pid, flush=True)
sys.stdin.read()
"""
# What a kernel leaves behind if nobody looks: a session of its own, and an orphan.
STARTS_PROCESSES = """
import os, subprocess
own = subprocess.Popen(["sleep", "60"], start_new_session=True).pid
orphan = subprocess.check_output(["sh", "-c", "sleep 60 >&- & echo $!"], text=True)
with open("pids.part", "w") as file:
    file.write(f"{own} {orphan}")
os.rename("pids.part", "pids")
"""

# Of what this process knows and no kernel may see.
SECRET = "never-to-be-seen"


def environment(**more: str) -> dict[str, str]:
    """What a kernel needs, and no more."""
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"  # noqa: PTH120
    return {"PATH": path, "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY), **more}


def arguments(folder: Path, code: str) -> list[str]:
    """A kernel's own, so that it runs code as it starts."""
    file = folder / f"{secrets.token_hex(4)}.py"
    file.write_text(code)
    return ["-f", str(file.with_suffix(".json")), f"--IPKernelApp.file_to_run={file}"]


def fork(server: ForkServer, folder: Path, code: str, **variables: str) -> ForkedProcess:
    """A kernel that runs code as it starts, in a folder."""
    return server.fork(arguments(folder, code), environment(**variables), str(folder), quiet=True)


def answering(expression: str, answer: Path) -> str:
    """Code that writes what an expression is in a kernel."""
    return f"""
import json, os, random, sys, time
import numpy
from stockcast_lib.execution import linux
with open("{answer}.part", "w") as file:
    json.dump({expression}, file)
os.rename("{answer}.part", "{answer}")
"""


def asked(server: ForkServer, folder: Path, expression: str, **variables: str) -> object:
    """What an expression is in a new kernel."""
    answer = folder / secrets.token_hex(4)
    kernel = fork(server, folder, answering(expression, answer), **variables)
    try:
        return json.loads(read_soon(answer))
    finally:
        kernel.kill()
        kernel.wait(SECONDS)


def read_soon(file: Path) -> str:
    """What a file says, once it is there."""
    assert soon(file.exists), f"{file} was not written"
    return file.read_text()


def soon(holds) -> bool:
    """Whether something holds within seconds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def has_ended(process: psutil.Process) -> bool:
    """Whether a process is gone, or only waits for its parent to notice."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.contextmanager
def watched(*pids: int) -> Iterator[list[psutil.Process]]:
    """Processes that a test expects to end; none outlives the test."""
    processes = [psutil.Process(pid) for pid in pids]
    try:
        yield processes
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


@contextlib.contextmanager
def owner(
    folder: Path, code: str, *prefix: str
) -> "Iterator[tuple[subprocess.Popen[str], int, int]]":
    """A process with a fork server and a kernel, and their process ids."""
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", OWNER, str(folder), code], env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            line = next(line for line in process.stdout if line.startswith("pids"))
            server, kernel = map(int, line.split()[1:])
            yield process, server, kernel
        finally:
            process.kill()


@contextlib.contextmanager
def jupyter_kernel(name: str = "stockcast", **options):
    """A kernel by jupyter_client's blocking manager, and its client."""
    manager, client = start_new_kernel(kernel_name=name, **options)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def outputs(client, code: str) -> list[dict]:
    """The contents of what a cell prints, displays, returns and raises."""
    told = []
    client.execute_interactive(
        code, timeout=SECONDS, allow_stdin=False,
        output_hook=lambda message: told.append(message["content"]),
    )  # fmt: skip
    return [content for content in told if {"text", "data", "ename"} & content.keys()]
