"""JupyterLab as an analyst uses it: with mouse and keyboard."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

LAB_MS, RUN_MS = 90_000, 120_000
_STOP_SECONDS = 30
_CONNECTED = """async () => {
  const kernels = await (await fetch("/api/kernels")).json();
  return kernels.some((kernel) => kernel.connections > 0 && kernel.execution_state === "idle");
}"""


@contextmanager
def opened_lab(command: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """A shell's command that opens JupyterLab; gives the address that it opens in the browser."""
    opened, log = folder / "opened", folder / "lab.log"
    os.mkfifo(opened)
    browser = folder / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o700)
    with log.open("w") as written:
        process = subprocess.Popen(
            ["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=written,
            stderr=subprocess.STDOUT, env={**environment, "BROWSER": f"{browser} %s"},
        )  # fmt: skip
    told: list[str] = []
    # Either the browser writes there, or this unblocks it when the process has ended.
    reader = threading.Thread(target=lambda: told.append(opened.read_text()), daemon=True)
    reader.start()
    try:
        reader.join(LAB_MS / 1000)
        assert told, log.read_text()
        yield told[0].strip()
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def open_notebook(page: Page, name: str) -> None:
    """By a double click in the list of files; then its kernel is ready."""
    page.get_by_role("listitem", name=f"Name: {name}").dblclick(timeout=LAB_MS)
    # The page says "Idle" before there is a kernel, and runs nothing until then.
    for _ in range(LAB_MS // 100):
        if page.evaluate(_CONNECTED):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no kernel")


def add_below(page: Page, line: str, added: str) -> None:
    """Put the cursor behind a line of code, and type another below it."""
    page.locator(".jp-CodeCell .cm-line").filter(has_text=line).click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type(added)
    expect(page.locator(".jp-CodeCell .cm-line").filter(has_text=added)).to_have_count(1)


def choose_in_menu(page: Page, menu: str, entry: str) -> None:
    page.locator(".lm-MenuBar-item").filter(has_text=menu).click()
    page.get_by_role("menuitem").filter(has_text=entry).first.click()


def last_output(page: Page) -> Locator:
    return page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")


def save(page: Page) -> None:
    """With the keyboard; once the file is written its tab is no longer marked."""
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-DockPanel-tabBar .lm-mod-current.jp-mod-dirty")).to_have_count(
        0, timeout=LAB_MS
    )
