"""The dashboard in a real browser, against the whole stack."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(400)]

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
NEVER_ASKED_BEFORE = 31  # days: a forecast that is stored already shows no progress
PAGE_MS, FORECAST_MS, ANSWER_MS = 60_000, 120_000, 20_000
RECORD_PROGRESS = """() => {
  window.progress = [];
  new MutationObserver(() => {
    const bar = document.querySelector('[role=progressbar]');
    const value = bar && Number(bar.getAttribute('aria-valuenow'));
    if (bar && window.progress.at(-1) !== value) window.progress.push(value);
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
# The first chart that a page shows has been drawn at another height than those that follow.
DATES_BOTTOM = """() => Math.max(...[...document.querySelectorAll('.js-plotly-plot .xtick text')]
  .map((text) => text.getBoundingClientRect().bottom))"""
LEGEND_TOP = "() => document.querySelector('.js-plotly-plot .legend').getBoundingClientRect().top"
BLANK_BELOW = """() => document.querySelector('.js-plotly-plot').clientHeight
  - document.querySelector('.js-plotly-plot .main-svg').clientHeight"""
WIDE_CARDS = """() => [...document.querySelectorAll('.stockcast-cards > div, .stockcast-cards dd')]
  .filter((card) => card.scrollWidth > card.clientWidth).map((card) => card.textContent)"""


@pytest.fixture
def page(watched, dashboard_url) -> Page:
    watched.page.goto(dashboard_url, timeout=PAGE_MS)
    expect(watched.page.get_by_label("Ticker")).to_be_visible(timeout=PAGE_MS)
    return watched.page


def ask(page: Page, ticker: str, days: int) -> None:
    page.get_by_label("Ticker").fill(ticker)
    page.get_by_label("Days").fill(str(days))
    page.get_by_role("button", name="Forecast").click()


def chart_title(page: Page) -> Locator:
    return page.locator(".js-plotly-plot .gtitle")


def expect_forecast(page: Page, ticker: str, days: int) -> None:
    heading = page.get_by_role("heading", name=f"{ticker} in {days} days")
    alert = page.get_by_role("alert")
    expect(heading.or_(alert).first).to_be_visible(timeout=FORECAST_MS)
    assert alert.all_inner_texts() == []
    expect(heading).to_be_visible()
    expect(chart_title(page)).to_contain_text(ticker, timeout=ANSWER_MS)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=ANSWER_MS)


def card(page: Page, title: str) -> Locator:
    return page.locator(".stockcast-cards > div").filter(has=page.get_by_text(title, exact=True))


def traces(page: Page) -> list[str]:
    return page.locator(".js-plotly-plot .scatterlayer path.js-line").evaluate_all(
        "lines => lines.map((line) => line.getAttribute('d'))"
    )


def test_from_a_click_to_the_chart_and_to_the_next_one(page, watched, dashboard_url):
    expect(page).to_have_title("Stockcast")
    expect(page.get_by_label("Days")).to_have_value("90")
    page.evaluate(RECORD_PROGRESS)

    ask(page, "AAPL", NEVER_ASKED_BEFORE)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
    expect_forecast(page, "AAPL", NEVER_ASKED_BEFORE)
    between = {value for value in page.evaluate("window.progress") if 0 < value < 100}
    assert len(between) >= 2
    expect(page.get_by_text("sample data to 2017-02-27", exact=True)).to_be_visible()
    expect(card(page, "Target date")).to_contain_text("2017-03-30")
    expect(card(page, "Skill")).to_contain_text("judged by")
    price_before, traces_before = card(page, "Price").inner_text(), traces(page)
    assert float(price_before.split()[1].replace(",", "")) > 0
    assert traces_before

    ask(page, "MSFT", 30)
    expect_forecast(page, "MSFT", 30)
    assert card(page, "Price").inner_text() != price_before
    assert traces(page) != traces_before
    expect(page.get_by_role("alert")).to_have_count(0)

    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "dashboard.png", full_page=True)
    assert watched.faults == []
    assert watched.hosts <= {urlsplit(dashboard_url).netloc, ""}


def test_an_unknown_ticker_names_the_nearest(page, watched):
    ask(page, "AAPLL", 30)
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible(timeout=FORECAST_MS)
    expect(alert).to_contain_text("Did you mean AAPL")
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=ANSWER_MS)
    assert watched.faults == []


@pytest.mark.parametrize("days", [0, 10_001])
def test_days_outside_the_rules_stay_and_the_rule_is_shown(page, days):
    ask(page, "AAPL", days)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("days must be a whole number from 1 to 10000", timeout=ANSWER_MS)
    expect(page.get_by_label("Days")).to_have_value(str(days))


@pytest.mark.parametrize(("width", "days"), [(1280, 90), (420, 90), (420, 9_000)])
def test_the_first_chart_and_its_cards_cover_nothing(watched, dashboard_url, width, days):
    page = watched.page
    page.set_viewport_size({"width": width, "height": 960})
    page.goto(f"{dashboard_url}?ticker=AAPL&days={days}", timeout=PAGE_MS)
    expect_forecast(page, "AAPL", days)
    assert page.evaluate(DATES_BOTTOM) <= page.evaluate(LEGEND_TOP)
    assert page.evaluate(WIDE_CARDS) == []
    assert page.evaluate(BLANK_BELOW) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_fast_typing_and_enter_ask_for_what_was_typed(page):
    box = page.get_by_label("Ticker")
    box.press_sequentially("AAPLQ")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("AAPLQ", timeout=FORECAST_MS)


def test_a_chosen_suggestion_becomes_its_ticker(page):
    box = page.get_by_label("Ticker")
    box.fill("apple")
    option = page.locator("datalist option[value*='AAPL']")
    expect(option).to_have_count(1, timeout=ANSWER_MS)
    box.fill(option.get_attribute("value"))
    expect(box).to_have_value("AAPL", timeout=ANSWER_MS)


def test_the_chart_fits_a_wide_and_a_narrow_window(watched, dashboard_url):
    page = watched.page
    page.goto(f"{dashboard_url}?ticker=AAPL&days=30", timeout=PAGE_MS)
    expect_forecast(page, "AAPL", 30)
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 960})
        page.wait_for_function(
            "width => { const svg = document.querySelector('.js-plotly-plot .main-svg');"
            " const fill = svg.clientWidth / width; return fill > 0.8 && fill <= 1 }",
            arg=width,
            timeout=ANSWER_MS,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(DATES_BOTTOM) <= page.evaluate(LEGEND_TOP)
    page.screenshot(path=ARTIFACTS / "dashboard-narrow.png", full_page=True)
    assert watched.faults == []


def test_a_closed_page_takes_its_kernel_with_it(page, dashboard_url):
    config = json.loads(page.locator("#jupyter-config-data").inner_text())
    kernel = f"{dashboard_url}api/kernels/{config['kernelId']}"
    assert page.request.get(kernel, timeout=ANSWER_MS).status == 200
    page.goto("about:blank")
    for _ in range(40):
        if page.request.get(kernel, timeout=ANSWER_MS).status == 404:
            return
        page.wait_for_timeout(250)
    pytest.fail("the kernel still lives")
