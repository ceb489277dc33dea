"""The whole stack on free ports, and a Chromium that writes down what a page must not do."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
READY_SECONDS = 120
STOP_SECONDS = 60
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def dashboard_url(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stack")
    process = subprocess.Popen(
        [sys.executable, "-m", "stockcast_lib.cli", "up", "--port", "0", "--api-port", "0",
         "--data-dir", str(folder / "data")],
        cwd=folder, env=_clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    try:
        yield _url_once_ready(process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()


def _clean_environment() -> dict[str, str]:
    foreign = ("STOCKCAST_", "AWS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PYTHONPATH": str(REPOSITORY)}


def _url_once_ready(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        for line in process.stdout:
            lines.append(line.strip())
            if lines[-1] == "stockcast: ready":
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    assert ready.wait(READY_SECONDS), "\n".join(lines)
    return next(line.split()[1] for line in lines if line.startswith("Dashboard:"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "No Chromium is on PATH: install the package 'chromium'."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@dataclass
class Watched:
    """A page, and what it said and asked for."""

    page: Page
    faults: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", lambda request: self.faults.append(request.url))
        self.page.on("response", self._response)
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")


@pytest.fixture
def watched(browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    yield Watched(context.new_page())
    context.close()
