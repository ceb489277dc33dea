"""From the visit to the widgets: our server with and without waiting kernels, and stock Voilà."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import nbformat
from dotenv import dotenv_values
from playwright.sync_api import Browser

from stockcast_lib.stack.network import answers_ok, free_ports
from stockcast_lib.stack.servers import Ports, server_children
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import NOTEBOOKS, not_forked_by_servers
from tests.browser.chromium import running_chromium
from tests.browser.dashboard_page import ticker_box
from tests.servers import clean_environment, unwatched_stack

_DASHBOARD = NOTEBOOKS / "dashboard.ipynb"
_PREHEAT = "--VoilaConfiguration.preheat_kernel="
_PAGE_MS = 60_000
# For the kernel of the visit before to end, and the next one to be ready.
_PAUSE_SECONDS = 4
_NAMES = ("ready", "cold", "stock")
# A visitor for whom no kernel waits should wait no longer; the rest is what two visits differ by.
_NO_LONGER = 1.1


def measure(task: Task) -> list[Figure]:
    """A visit to each in turn."""
    count, logs = task.times(5, 2), task.folder / "logs"
    with (
        unwatched_stack(task.folder, "--no-dashboard") as stack,
        _voilas(logs, task.folder, dotenv_values(stack.folder / "data" / "stack.env")) as ports,
        running_chromium() as browser,
    ):
        waits: dict[str, list[float]] = {name: [] for name in _NAMES}
        for port in ports:  # the fork server starts, and files come into the system's cache
            _visit(browser, port)
        for each in range(count):
            task.tell(f"{each + 1} of {count}")
            for name, port in zip(_NAMES, ports, strict=True):
                waits[name].append(_visit(browser, port))
        check = not_forked_by_servers(logs)
    ready, cold, stock = waits.values()
    peer = f"stock Voilà {median(stock):.2f} s"
    return [
        Figure("page, a kernel waiting, p50", median(ready), "s", 1.5, peer=peer, samples=ready),
        Figure("page, no kernel waiting, p50", median(cold), "s", 2.5, peer=peer, samples=cold),
        Figure("page, no kernel waiting : waiting", median(cold) / median(ready), "x", _NO_LONGER),
        Figure("stock Voilà's page, p50", median(stock), "s", samples=stock),
        check,
    ]


@contextmanager
def _voilas(logs: Path, folder: Path, store: Mapping[str, str | None]) -> Iterator[list[int]]:
    """All, on the ports that are given."""
    ports = free_ports(len(_NAMES))
    ready, cold, stock = ports
    known = {name: value for name, value in store.items() if value is not None}
    environment = {**clean_environment(), **known, "STOCKCAST_ENV_FILES": "off"}
    supervisor = Supervisor(logs, print)
    try:
        supervisor.start(
            [
                replace(_ours(ready, environment), name="ready"),
                replace(_without_waiting(_ours(cold, environment)), name="cold"),
                _stock_voila(stock, folder, environment),
            ]
        )
        yield ports
    finally:
        supervisor.stop()


def _ours(port: int, environment: Mapping[str, str]) -> Child:
    """As the stack starts it."""
    others = free_ports(3)
    children = server_children(Ports(*others, dashboard=port), 1, NOTEBOOKS, environment)
    (dashboard,) = (child for child in children if child.name == "dashboard")
    return dashboard


def _without_waiting(dashboard: Child) -> Child:
    if f"{_PREHEAT}True" not in dashboard.argv:
        raise RuntimeError("The dashboard's command no longer asks for a kernel that waits.")
    argv = [word.replace(f"{_PREHEAT}True", f"{_PREHEAT}False") for word in dashboard.argv]
    return replace(dashboard, argv=argv)


def _stock_voila(port: int, folder: Path, environment: Mapping[str, str]) -> Child:
    return Child(
        name="stock",
        argv=_stock_command(port, folder),
        env=environment,
        ready=lambda: answers_ok(port, "/voila/static/voila.js"),
    )


def _stock_command(port: int, folder: Path) -> list[str]:
    """As its manual says, with a kernel as Jupyter installs it."""
    notebook = nbformat.read(_DASHBOARD, as_version=4)
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    path = folder / "stock.ipynb"
    nbformat.write(notebook, path)
    return [
        sys.executable, "-m", "voila", str(path), "--no-browser", f"--port={port}",
        f"{_PREHEAT}False",
    ]  # fmt: skip


def _visit(browser: Browser, port: int) -> float:
    # A new context has an empty cache.
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/", timeout=_PAGE_MS, wait_until="commit")
        ticker_box(page).wait_for(state="visible", timeout=_PAGE_MS)
        return time.perf_counter() - began
    finally:
        context.close()
        time.sleep(_PAUSE_SECONDS)
