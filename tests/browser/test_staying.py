"""What outlives a reload, another window, a lost connection and a page left alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from stockcast_lib.dashboard.server.command import Seats
from tests.browser.dashboard_page import (
    ANSWER_MS,
    FORECAST_MS,
    PAGE_MS,
    ask,
    comes_true,
    expect_forecast,
    heading,
    open_page,
    ticker_box,
)
from tests.chain.client import frozen, get, until
from tests.dashboard.server.running import served

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(300)]

FORECAST = "--stage forecast"
UNUSED_SECONDS = 4
PAGE = f"""
from stockcast_lib.dashboard.page import dashboard
from tests.dashboard.service import PlayedService
dashboard(PlayedService(), None, unused_seconds={UNUSED_SECONDS})
"""
KEEPS_BOTH = "JSON.parse(sessionStorage.getItem('stockcast-under-way')).length == 2"
LOST = "Connection lost, reconnecting…"
PAUSED = "Paused: press to go on"


@pytest.fixture
def page(watched, dashboard_url) -> Page:
    return open_page(watched.page, dashboard_url)


def job_of(stack, ticker: str, days: int) -> dict:
    listed = get(stack.api, f"/api/v1/forecasts?ticker={ticker}&limit=50")[1]["forecasts"]
    return next(job for job in listed if job["request"]["days"] == days)


@pytest.mark.stack
def test_two_under_way_outlive_a_reload_and_cancel_still_withdraws_one(page, stack):
    with frozen(stack, FORECAST):
        for ticker, days in (("AAPL", 8_811), ("MSFT", 8_812)):
            ask(page, ticker, days)
            expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        first = page.get_by_role("button", name=re.compile("^AAPL 8,811 d"))
        expect(first).to_be_visible(timeout=ANSWER_MS)
        comes_true(page, KEEPS_BOTH)
        expect(page).to_have_url(re.compile("ticker=MSFT"), timeout=ANSWER_MS)
        page.reload()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=PAGE_MS)
        expect(first).to_be_visible(timeout=ANSWER_MS)
        assert job_of(stack, "MSFT", 8_812)["state"] in ("queued", "running")
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(page.get_by_text("Cancelled.")).to_be_visible(timeout=ANSWER_MS)
        until(lambda: job_of(stack, "MSFT", 8_812)["state"] == "cancelled")
        first.click()
    expect(heading(page, "AAPL", 8_811)).to_be_visible(timeout=FORECAST_MS)


@pytest.mark.stack
def test_without_a_connection_nothing_can_be_pressed_until_it_is_back(page, watched):
    form = page.locator(".stockcast-form")
    ticker_box(page).focus()
    page.context.set_offline(True)
    expect(page.get_by_text(LOST)).to_be_visible(timeout=ANSWER_MS)
    assert form.evaluate("form => form.inert")
    expect(ticker_box(page)).not_to_be_focused()
    page.context.set_offline(False)
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=ANSWER_MS)
    assert not form.evaluate("form => form.inert")
    expect(ticker_box(page)).to_be_focused()
    watched.faults.clear()  # the requests that found no network
    ask(page, "AAPL", 30)
    expect_forecast(page, "AAPL", 30)
    assert watched.faults == []


@pytest.mark.stack
def test_what_is_watched_in_two_windows_comes_together(page, dashboard_url):
    other = open_page(page.context.new_page(), dashboard_url)
    for window, ticker in ((page, "IBM"), (other, "XOM")):
        ticker_box(window).fill(ticker)
        window.get_by_role("button", name="☆ Watch").click()
    for window in (page, other):
        for ticker in ("IBM", "XOM"):
            shelved = window.get_by_role("button", name=f"★ {ticker}", exact=True)
            expect(shelved).to_be_visible(timeout=ANSWER_MS)


@pytest.mark.kernels
def test_a_page_left_alone_pauses_and_goes_on_when_it_is_pressed(watched, tmp_path):
    page = watched.page
    limits = {"unused_seconds": UNUSED_SECONDS, "reap_seconds": 0.5}
    with served(tmp_path, Seats(1, 0), PAGE, **limits) as server:
        open_page(page, f"{server.url}?days=45")
        loads = []
        page.on("load", lambda _page: loads.append(page.url))
        button = page.get_by_role("button", name=PAUSED)
        expect(button).to_be_visible(timeout=ANSWER_MS)
        page.wait_for_timeout(5000)  # it does not look again
        assert loads == []
        assert page.request.get(f"{server.url}healthz").json()["sessions"] == 0
        button.click()
        expect(page.get_by_label("Days", exact=True)).to_have_value("45", timeout=PAGE_MS)
        expect(button).to_have_count(0)
