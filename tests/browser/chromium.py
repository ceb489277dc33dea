"""The Chromium of the tests and of the bench."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# Of each new window Chromium makes suggestions for its own address bar, a second of computing that
# is nobody's wait: a visitor's window is there already. Playwright's own list is lost by naming
# others; what of it matters here is named again.
_FEATURES_OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "HttpsUpgrades",
    "OptimizationHints", "MediaRouter", "PaintHolding", "DestroyProfileOnBrowserClose",
)  # fmt: skip
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_FEATURES_OFF)}",
]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise RuntimeError("No Chromium is on PATH: install the package 'chromium'.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        try:
            yield running
        finally:
            running.close()
