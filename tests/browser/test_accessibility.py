"""Each state of the dashboard: axe-core finds nothing, no window is too narrow, and pictures."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.dashboard_page import (
    ANSWER_MS,
    FORECAST_MS,
    ask,
    choose,
    expect_forecast,
    heading,
    offered,
    open_page,
    ticker_box,
)
from tests.browser.looks import look_over
from tests.chain.client import frozen
from tests.commands import stockcast
from tests.factories import price_history

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

STUDIES = {
    "History": "history",
    "Buy and hold": "holding",
    "Evaluation": "evaluation",
    "Changepoints": "changepoints",
    "Prior scales": "priors",
    "Prior validation": "validation",
    "Next sessions": "next-sessions",
    "Components": "components",
}
LONG_DAYS = 2_000


@pytest.fixture
def sound(watched):
    """Looks at the state's pictures, and finds nothing wrong with it."""
    watched.page.set_viewport_size({"width": 1400, "height": 960})
    watched.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    def sound(state: str) -> None:
        look_over(watched, state)

    return sound


@pytest.fixture
def page(watched) -> Page:
    return watched.page


@pytest.fixture
def stale_ticker(beside) -> str:
    """A ticker whose prices no vendor brings up to date."""
    frame = price_history(sessions=600).frame.drop(columns="adjusted_close")
    frame.round(6).to_csv(beside / "old.csv", index_label="date", date_format="%Y-%m-%d")
    told = stockcast(beside, "import", "old.csv", "--ticker", "OLD")
    assert told.returncode == 0, told.stderr
    return "OLD"


def section(page: Page, name: str) -> Locator:
    return page.locator(f".stockcast-{name}")


def expect_drawn(within: Locator) -> None:
    expect(within.locator(".main-svg").first).to_be_visible(timeout=FORECAST_MS)


def open_all(within: Locator) -> None:
    for summary in within.locator("summary").all():
        summary.click()


def test_the_start_the_suggestions_and_an_error(page, dashboard_url, sound):
    open_page(page, dashboard_url)
    expect(page.get_by_role("heading", name="Ask for a forecast")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("How to read a forecast")
    sound("start")
    ticker_box(page).fill("appl")
    expect(offered(page).first).to_be_visible(timeout=ANSWER_MS)
    page.keyboard.press("ArrowDown")
    sound("suggestions")
    ask(page, "AAPLL")
    expect(page.get_by_role("alert")).to_be_visible(timeout=FORECAST_MS)
    sound("error")


def test_how_a_forecast_was_made_with_all_that_opens(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90")
    expect_forecast(page, "AAPL", 90)
    evidence = section(page, "evidence")
    expect(evidence.get_by_role("region", name="Libraries")).to_be_visible(timeout=ANSWER_MS)
    expect(evidence.get_by_text("stockcast forecast AAPL")).to_be_visible()
    sound("evidence")
    open_all(page.locator(".stockcast-skill"))
    open_all(evidence)
    expect(page.get_by_text("The naive forecast is the last price, unchanged.")).to_be_visible()
    expect(evidence.get_by_text("changepoint_prior_scale")).to_be_visible()
    evidence.get_by_role("button", name="Show the executed notebook").click()
    notebook = evidence.frame_locator("iframe")
    expect(notebook.get_by_role("heading").first).to_be_visible(timeout=ANSWER_MS)
    sound("evidence-opened")


def test_past_forecasts(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90&section=backtest")
    expect_forecast(page, "AAPL", 90)
    backtest = section(page, "backtest")
    expect(backtest.get_by_role("row", name="this forecast")).to_be_visible(timeout=ANSWER_MS)
    expect_drawn(backtest)
    sound("backtest")
    open_all(backtest)
    expect(backtest.get_by_text("Smaller is better.")).to_be_visible()
    sound("backtest-opened")


def test_several_tickers_side_by_side(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90&section=compare&compare=MSFT,XOM,IBM")
    expect_forecast(page, "AAPL", 90)
    compare = section(page, "compare")
    held = (
        compare.locator("tbody tr")
        .filter(has_text="No better")
        .or_(compare.locator("tbody tr").filter(has_text="Better than the last price"))
    )
    expect(held).to_have_count(4, timeout=FORECAST_MS)
    expect(compare.locator("td[data-state]")).to_have_count(0)
    expect(compare.locator(".legendtext")).to_have_count(4, timeout=ANSWER_MS)
    sound("compare")


def test_each_study_and_a_studys_error(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90&section=studies")
    expect_forecast(page, "AAPL", 90)
    studies, before = section(page, "studies"), ""
    finding = studies.locator(".stockcast-finding")
    for name, state in STUDIES.items():
        choose(page, name)
        expect(finding).not_to_have_text(before, timeout=FORECAST_MS)
        expect(studies.locator(".stockcast-before")).to_have_count(0, timeout=FORECAST_MS)
        expect_drawn(studies)
        before = finding.inner_text()
        sound(f"study-{state}")
    choose(page, "Prior scales")
    studies.get_by_label("Prior scales", exact=True).and_(page.get_by_role("textbox")).fill("soft")
    page.keyboard.press("Enter")
    expect(studies.get_by_role("alert")).to_contain_text("Give prior scales as numbers")
    sound("study-error")


def test_candles_and_overlays(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90&chart=candles&fit=1&past=1&level=0.95")
    expect_forecast(page, "AAPL", 90)
    expect(page.locator(".stockcast-picture .boxlayer path").first).to_be_visible(timeout=ANSWER_MS)
    sound("candles")


def test_prices_that_are_old(page, dashboard_url, sound, stale_ticker):
    open_page(page, f"{dashboard_url}?ticker={stale_ticker}&days=30")
    expect_forecast(page, stale_ticker, 30)
    expect(page.get_by_text("Old prices: the last session is")).to_be_visible()
    sound("stale")


def test_too_little_history(page, dashboard_url, sound):
    open_page(page, f"{dashboard_url}?ticker=FB&days={LONG_DAYS}&section=backtest")
    expect(heading(page, "FB", LONG_DAYS)).to_be_visible(timeout=FORECAST_MS)
    expect(page.get_by_role("region", name="Skill")).to_contain_text("ot enough history to test")
    expect(section(page, "backtest")).to_contain_text("ot enough history", timeout=ANSWER_MS)
    sound("too-little-history")


def test_waiting_and_a_cancelled_forecast(page, stack, dashboard_url, sound):
    open_page(page, dashboard_url)
    with frozen(stack, "--stage forecast"):
        ask(page, "AAPL", 9_100)
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        ask(page, "MSFT", 9_100)
        cancel = page.get_by_role("button", name="Cancel MSFT 9,100 days")
        expect(cancel).to_be_visible(timeout=ANSWER_MS)
        expect(page.locator(".stockcast-progress")).to_contain_text("2 s", timeout=ANSWER_MS)
        sound("waiting")
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(page.get_by_text("Cancelled.")).to_be_visible(timeout=ANSWER_MS)
        sound("cancelled")


@pytest.mark.usefixtures("sound")
def test_a_lost_connection(page, watched, dashboard_url):
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=90")
    expect_forecast(page, "AAPL", 90)
    page.context.set_offline(True)
    expect(page.get_by_text("Connection lost, reconnecting…")).to_be_visible(timeout=ANSWER_MS)
    watched.faults.clear()  # the requests that found no network
    look_over(watched, "offline", expected=["ERR_INTERNET_DISCONNECTED", "/api/kernels/"])
    page.context.set_offline(False)
    expect(page.get_by_text("Connection lost, reconnecting…")).to_have_count(0, timeout=ANSWER_MS)
