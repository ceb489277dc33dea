"""What the page says while a part of the service is away, and that it comes back by itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.dashboard_page import (
    ANSWER_MS,
    FORECAST_MS,
    ask,
    expect_forecast,
    heading,
    open_page,
)
from tests.chain.client import call, frozen, kept_away, parts, until
from tests.servers import Stack, running_stack

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(400)]

S3, REDIS, FORECAST, DASHBOARD = (
    "--dir-cache-time 10ms",  # not the one that only reads
    "redis-server",
    "--stage forecast",
    "dashboard.server",
)
RUNNING = re.compile("^Forecasting")
AGAIN, STOPPED = "Trying again.", "The worker that ran it has stopped. Trying again."
# A trouble may be over before a test looks.
RECORD_TROUBLES = """() => {
  window.troubles = [];
  new MutationObserver(() => {
    const trouble = document.querySelector('.stockcast-trouble')?.textContent;
    if (trouble && window.troubles.at(-1) !== trouble) window.troubles.push(trouble);
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """Of its own: harm is done to it."""
    with running_stack(tmp_path_factory.mktemp("recovery")) as running:
        yield running


@pytest.fixture
def page(watched, stack) -> Iterator[Page]:
    opened = open_page(watched.page, stack.dashboard)
    opened.evaluate(RECORD_TROUBLES)
    yield opened
    until(lambda: call(f"{stack.api}/readyz")[0] == 200)


def trouble(page: Page) -> Locator:
    """The line that says what is away."""
    return page.locator(".stockcast-trouble", has_text=AGAIN)


def comes(page: Page, ticker: str, days: int) -> None:
    expect(heading(page, ticker, days)).to_be_visible(timeout=FORECAST_MS)
    assert page.get_by_role("alert").count() == 0


@contextmanager
def held_run(stack: Stack, page: Page, ticker: str, days: int) -> Iterator[None]:
    """A forecast is under way, for as long as one likes: its kernel stands still."""
    kernels = _kernels(stack, FORECAST)
    for kernel in kernels:
        kernel.suspend()
    try:
        ask(page, ticker, days)
        progress = page.get_by_role("progressbar")
        expect(progress).to_have_attribute("aria-valuetext", RUNNING, timeout=FORECAST_MS)
        yield
    finally:
        for kernel in kernels:
            with suppress(psutil.NoSuchProcess):
                kernel.resume()


def test_a_forecast_worker_that_is_killed_at_its_work(page, stack):
    with held_run(stack, page, "AAPL", 7_001):
        (worker,) = parts(stack, FORECAST)
        worker.kill()
    comes(page, "AAPL", 7_001)
    assert STOPPED in page.evaluate("window.troubles")


def test_a_forecast_worker_that_is_killed_before_it_takes_the_job(page, stack):
    with frozen(stack, FORECAST) as worker:
        ask(page, "AAPL", 7_004)
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        page.wait_for_timeout(1000)
        worker.kill()
    # Nothing is lost with it: the ingest worker still has the job.
    expect(page.get_by_role("progressbar")).to_be_visible()
    comes(page, "AAPL", 7_004)


def test_a_redis_that_is_killed_and_away_for_a_while(page, stack):
    with frozen(stack, FORECAST):
        ask(page, "AAPL", 7_002)
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        with kept_away(stack, REDIS):
            expect(trouble(page)).to_be_visible(timeout=ANSWER_MS)
    comes(page, "AAPL", 7_002)


def test_a_redis_that_is_away_when_somebody_asks(page, stack):
    with kept_away(stack, REDIS):
        ask(page, "AAPL", 7_003)
        expect(trouble(page)).to_be_visible(timeout=ANSWER_MS)
    comes(page, "AAPL", 7_003)


def test_an_s3_that_is_killed_while_a_forecast_runs(page, stack):
    with held_run(stack, page, "IBM", 7_005), kept_away(stack, S3):
        for kernel in _kernels(stack, FORECAST):
            kernel.resume()
        expect(trouble(page)).to_be_visible(timeout=FORECAST_MS)
    comes(page, "IBM", 7_005)


def test_an_s3_that_is_killed_and_away_for_a_while(page, stack):
    with kept_away(stack, S3):
        ask(page, "GOOG", 30)
        expect(trouble(page)).to_be_visible(timeout=FORECAST_MS)
    comes(page, "GOOG", 30)


def test_a_page_whose_kernel_dies_comes_back_with_its_view(page, stack):
    ask(page, "AAPL", 30)
    expect_forecast(page, "AAPL", 30)
    with page.expect_event("load", timeout=FORECAST_MS):
        for kernel in _kernels(stack, DASHBOARD):
            kernel.kill()
    expect_forecast(page, "AAPL", 30)


def test_a_dashboard_that_is_killed_comes_back_with_its_view(page, stack):
    ask(page, "AAPL", 30)
    expect_forecast(page, "AAPL", 30)
    (server,) = parts(stack, DASHBOARD)
    with page.expect_event("load", timeout=FORECAST_MS):
        server.kill()
    expect_forecast(page, "AAPL", 30)


def _kernels(stack: Stack, words: str) -> list[psutil.Process]:
    """All of a part's, those at work and those that wait for some."""
    (server,) = parts(stack, words)
    return [kernel for fork_server in server.children() for kernel in fork_server.children()]
