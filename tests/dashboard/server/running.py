"""The dashboard's real server, for a small notebook that needs no stack."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx
import nbformat
import psutil

from stockcast_lib.dashboard.server.command import (
    READY_PATH,
    Seats,
    dashboard_command,
    dashboard_environment,
)
from stockcast_lib.stack.network import answers_ok, free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.servers import clean_environment

WIDGET = "import ipywidgets\nipywidgets.Text(description='Name')"
PAGE_SECONDS = 30
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Served:
    """A running server."""

    url: str
    process: psutil.Process
    log: Path

    def kernels(self) -> list[psutil.Process]:
        """All of them, those that wait for visitors too."""
        pairs = [
            (fork_server, child)
            for fork_server in self.process.children()
            for child in fork_server.children()
        ]
        # While it starts, the fork server runs other programs too.
        return [child for fork_server, child in pairs if _forked(child, fork_server)]


def _forked(child: psutil.Process, parent: psutil.Process) -> bool:
    try:
        return child.cmdline() == parent.cmdline() != []
    except psutil.NoSuchProcess:  # a dead one that was not waited for has no command line either
        return False


@contextmanager
def served(
    folder: Path, seats: Seats, *cells: str, settings: Mapping[str, str] = _NONE, **limits: float
) -> Iterator[Served]:
    """A notebook of these cells, served with these settings and limits of `DashboardApp`."""
    notebook, (port,) = write_notebook(folder, *cells), free_ports(1)
    command = dashboard_command(notebook, port, seats)
    flags = [f"--DashboardApp.{name}={value}" for name, value in limits.items()]
    environment = {**clean_environment(), **settings}
    environment |= dashboard_environment(environment)
    ready = f"/{READY_PATH}"
    with supervised(folder, [*command, *flags], environment, port, ready) as process:
        yield Served(f"http://127.0.0.1:{port}/", process, folder / "logs" / "server.log")


def write_notebook(folder: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    notebook.metadata.kernelspec = {
        "name": "stockcast", "display_name": "Stockcast", "language": "python",
    }  # fmt: skip
    path = folder / "small.ipynb"
    nbformat.write(notebook, path)
    return path


@contextmanager
def supervised(
    folder: Path, command: list[str], environment: Mapping[str, str], port: int, ready: str
) -> Iterator[psutil.Process]:
    """A server's process, until it is ready and then until the context ends."""
    child = Child(
        name="server",
        argv=command,
        env={**environment, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
        ready=lambda: answers_ok(port, ready),
    )
    supervisor = Supervisor(folder / "logs", print)
    try:
        supervisor.start([child])
        yield psutil.Process(supervisor.pids()["server"])
    finally:
        supervisor.stop()


def kernel_id(answer: "httpx.Response") -> str:
    """Of the kernel behind a page."""
    assert answer.status_code == 200
    config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', answer.text, re.DOTALL)
    return json.loads(config[1])["kernelId"]
