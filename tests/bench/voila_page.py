"""From the visit to the widgets: our Voilà and stock Voilà, neither with a kernel that waits."""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import nbformat
from dotenv import dotenv_values
from playwright.sync_api import Browser, sync_playwright

from stockcast_lib.stack.network import answers_ok, free_ports
from stockcast_lib.stack.servers import Ports, server_children
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import NOTEBOOKS, not_forked_by_servers
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.servers import clean_environment, running_stack

_DASHBOARD = NOTEBOOKS / "dashboard.ipynb"
_PREHEAT = "--VoilaConfiguration.preheat_kernel="
_PAGE_MS = 60_000
# For the kernel of the visit before to end.
_PAUSE_SECONDS = 1.5


def measure(task: Task) -> list[Figure]:
    """A visit to each in turn."""
    count, logs = task.times(5, 2), task.folder / "logs"
    with (
        running_stack(task.folder, "--no-dashboard") as stack,
        _voilas(logs, task.folder, dotenv_values(stack.folder / "data" / "stack.env")) as ports,
        _browser() as browser,
    ):
        ours_port, stock_port = ports
        for port in ports:  # the fork server starts, and files come into the system's cache
            _visit(browser, port)
        ours, stock = [], []
        for each in range(count):
            task.tell(f"{each + 1} of {count}")
            ours.append(_visit(browser, ours_port))
            stock.append(_visit(browser, stock_port))
        check = not_forked_by_servers(logs)
    peer = f"stock Voilà {median(stock):.2f} s"
    return [
        Figure("page, no kernel waiting, p50", median(ours), "s", 2.5, peer=peer, samples=ours),
        Figure("stock Voilà's page, p50", median(stock), "s", samples=stock),
        check,
    ]


@contextmanager
def _voilas(logs: Path, folder: Path, store: Mapping[str, str | None]) -> Iterator[list[int]]:
    """Both, on the ports that are given."""
    ports = ours, stock = free_ports(2)
    known = {name: value for name, value in store.items() if value is not None}
    environment = {**clean_environment(), **known, "STOCKCAST_ENV_FILES": "off"}
    supervisor = Supervisor(logs, print)
    try:
        supervisor.start([_our_voila(ours, environment), _stock_voila(stock, folder, environment)])
        yield ports
    finally:
        supervisor.stop()


def _our_voila(port: int, environment: Mapping[str, str]) -> Child:
    """As the stack starts it, but for the kernel that waits for the next visitor."""
    others = free_ports(3)
    children = server_children(Ports(*others, dashboard=port), 1, NOTEBOOKS, environment)
    (dashboard,) = (child for child in children if child.name == "dashboard")
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


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise RuntimeError("No Chromium is on PATH: install the package 'chromium'.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        try:
            yield running
        finally:
            running.close()


def _visit(browser: Browser, port: int) -> float:
    # A new context has an empty cache.
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/", timeout=_PAGE_MS, wait_until="commit")
        page.get_by_label("Ticker").wait_for(state="visible", timeout=_PAGE_MS)
        return time.perf_counter() - began
    finally:
        context.close()
        time.sleep(_PAUSE_SECONDS)
