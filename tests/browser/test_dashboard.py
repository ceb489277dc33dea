"""The dashboard in a real browser, against the whole stack."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard_page import (
    ANSWER_MS,
    FORECAST_MS,
    PLOT,
    ask,
    choose,
    comes_true,
    expect_forecast,
    heading,
    lines,
    offered,
    open_page,
    picture,
    plot,
    price,
    ticker_box,
    too_wide,
)
from tests.chain.client import frozen

FORECAST = "--stage forecast"
pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(400)]

NEVER_ASKED_BEFORE = 31  # days: a forecast that is stored already shows no progress
RECORD_PROGRESS = """() => {
  window.progress = [];
  new MutationObserver(() => {
    const bar = document.querySelector('[role=progressbar]');
    const shown = bar && bar.checkVisibility();
    const value = shown && Number(bar.getAttribute('aria-valuenow'));
    if (shown && window.progress.at(-1) !== value) window.progress.push(value);
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


@pytest.fixture
def page(watched, dashboard_url) -> Page:
    return open_page(watched.page, dashboard_url)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_from_a_click_to_the_chart_and_to_the_next_one(page, watched, dashboard_url):
    expect(page).to_have_title("Stockcast")
    expect(page.get_by_label("Days", exact=True)).to_have_value("90")
    page.evaluate(RECORD_PROGRESS)

    ask(page, "AAPL", NEVER_ASKED_BEFORE)
    # A quarter of a second later it is gone: who looks now and again may miss it.
    expect_forecast(page, "AAPL", NEVER_ASKED_BEFORE)
    between = {value for value in page.evaluate("window.progress") if 0 < value < 100}
    assert len(between) >= 2
    expect(page.get_by_text("Sample data to Feb 27, 2017: not today's prices")).to_be_visible()
    expect(page.get_by_role("region", name="Forecast")).to_contain_text("Thu Mar 30, 2017")
    expect(page.get_by_role("region", name="Skill")).to_contain_text("of the last")
    price_before, lines_before = price(page), lines(page)
    assert price_before > 0
    assert lines_before

    ask(page, "MSFT", 30)
    expect_forecast(page, "MSFT", 30)
    assert price(page) != price_before
    assert lines(page) != lines_before
    expect(page).to_have_title("MSFT in 30 days · Stockcast")
    assert watched.faults == []
    assert watched.hosts <= {urlsplit(dashboard_url).netloc, ""}


def test_an_unknown_ticker_names_the_nearest(page, watched):
    ask(page, "AAPLL", 30)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Did you mean AAPL", timeout=FORECAST_MS)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=ANSWER_MS)
    assert watched.faults == []


@pytest.mark.parametrize("days", [0, 10_001])
def test_days_outside_the_rules_stay_and_the_rule_is_shown(page, days):
    ask(page, "AAPL", days)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("days must be a whole number from 1 to 10000", timeout=ANSWER_MS)
    expect(page.get_by_label("Days", exact=True)).to_have_value(str(days))


def test_by_keyboard_from_the_first_letter_to_the_forecast(page):
    box = ticker_box(page)
    box.focus()
    page.keyboard.type("apple")
    option = offered(page, "AAPL Apple")
    expect(option).to_be_visible(timeout=ANSWER_MS)
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    expect_forecast(page, "AAPL", 90)
    expect(box).to_have_value("AAPL")
    expect(offered(page)).to_have_count(0)


def test_escape_closes_the_suggestions_and_then_clears_the_box(page):
    box = ticker_box(page)
    box.press_sequentially("app")
    expect(offered(page).first).to_be_visible(timeout=ANSWER_MS)
    box.press("Escape")
    expect(offered(page)).to_have_count(0)
    expect(box).to_have_value("app")
    box.press("Escape")
    expect(box).to_have_value("")
    page.get_by_role("button", name="Forecast", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("ticker", timeout=ANSWER_MS)
    assert "app" not in page.get_by_role("alert").inner_text().lower().split("such as")[0]


def test_fast_typing_and_enter_ask_for_what_was_typed(page):
    box = ticker_box(page)
    box.press_sequentially("AAPLQ")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("AAPLQ", timeout=FORECAST_MS)


def test_a_suggestion_is_chosen_with_the_pointer(page):
    ticker_box(page).fill("microsoft")
    offered(page, "MSFT").click(timeout=ANSWER_MS)
    expect_forecast(page, "MSFT", 90)


def test_the_address_shows_the_view_again(watched, dashboard_url):
    link = "?ticker=msft&days=30&level=0.95&chart=candles&scale=log&naive=0"
    page = open_page(watched.page, f"{dashboard_url}{link}")
    expect_forecast(page, "MSFT", 30)
    expect(page.get_by_role("region", name="Forecast")).to_contain_text("95 % band")
    expect(page.get_by_role("radio", name="Candles")).to_be_checked()
    expect(page.get_by_label("Naive forecast")).not_to_be_checked()
    expect(page.locator(".stockcast-picture .boxlayer path").first).to_be_visible(timeout=ANSWER_MS)
    assert plot(page, "yaxis.type") == "log"
    assert query(page)["ticker"] == ["MSFT"]
    choose(page, "Linear")
    expect(page).not_to_have_url(re.compile("scale=log"), timeout=ANSWER_MS)
    page.reload()
    expect_forecast(page, "MSFT", 30)
    expect(page.get_by_role("radio", name="Linear")).to_be_checked()


def test_the_way_back_leads_to_the_forecast_before(page):
    ask(page, "AAPL", 30)
    expect_forecast(page, "AAPL", 30)
    choose(page, "Log")
    ask(page, "MSFT", 30)
    expect_forecast(page, "MSFT", 30)
    page.go_back()
    expect_forecast(page, "AAPL", 30)
    page.go_forward()
    expect_forecast(page, "MSFT", 30)


def test_back_to_the_link_that_one_came_with_and_from_the_first_forecast_to_the_start(
    watched, dashboard_url
):
    page = open_page(watched.page, f"{dashboard_url}?ticker=aapl&days=30")
    expect_forecast(page, "AAPL", 30)
    ask(page, "MSFT", 30)
    expect_forecast(page, "MSFT", 30)
    page.go_back()
    expect_forecast(page, "AAPL", 30)
    page.goto(dashboard_url)
    ask(page, "IBM", 30)
    expect_forecast(page, "IBM", 30)
    page.go_back()
    expect(page.get_by_text("Ask for a forecast", exact=True)).to_be_visible(timeout=ANSWER_MS)


def test_a_chosen_range_outlives_a_redraw_and_a_reload(page):
    ask(page, "AAPL", 90)
    expect_forecast(page, "AAPL", 90)
    button = page.get_by_role("button", name="6 m", exact=True)
    expect(page.get_by_role("button", name="1 y", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    button.click()
    expect(page).to_have_url(re.compile("range=6m"), timeout=ANSWER_MS)
    choose(page, "Dark")
    choose(page, "Log")
    comes_true(page, f"{PLOT}.yaxis.type === 'log' && {PLOT}.xaxis.range[0].startsWith('2016-08')")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect_forecast(page, "AAPL", 90)
    comes_true(page, f"{PLOT}.xaxis.range[0].startsWith('2016-08')")


def test_watched_and_recent_tickers_and_the_theme_outlive_a_reload(page):
    ask(page, "IBM", 30)
    expect_forecast(page, "IBM", 30)
    page.get_by_role("button", name="☆ Watch").click()
    expect(page.get_by_role("button", name="★ IBM")).to_be_visible(timeout=ANSWER_MS)
    choose(page, "Dark")
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    ask(page, "XOM", 30)
    expect_forecast(page, "XOM", 30)
    page.goto(page.url.partition("?")[0])
    shelf = page.get_by_role("group", name="Watched and recent tickers")
    expect(shelf.get_by_role("button")).to_have_text(
        ["★ IBM", "XOM", "\N{MULTIPLICATION SIGN}"], timeout=ANSWER_MS
    )
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()


def test_a_reload_picks_up_the_forecast_under_way(page, stack):
    with frozen(stack, FORECAST):
        ask(page, "AAPL", 8_765)
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        page.reload()
    expect_forecast(page, "AAPL", 8_765)


def test_the_range_buttons_look_back_from_the_last_price_and_fit_the_axis(page):
    ask(page, "AAPL", 90)
    expect_forecast(page, "AAPL", 90)
    page.get_by_role("button", name="All").click()
    comes_true(
        page,
        f"{PLOT}.xaxis.range[0] < '2014-04-01'",
    )
    whole = plot(page, "yaxis.range")
    page.get_by_role("button", name="1 m").click()
    comes_true(
        page,
        f"{PLOT}.xaxis.range[0] >= '2017-01-27'",
    )
    close = plot(page, "yaxis.range")
    assert close[1] - close[0] < whole[1] - whole[0]
    first, last = plot(page, "xaxis.range")
    assert str(first)[:10] == "2017-01-27"
    assert str(last)[:10] >= "2017-05-30"
    expect(page.get_by_role("button", name="1 m")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["de-DE", "fr-FR"])
def test_numbers_and_days_are_the_readers(browser, dashboard_url, language):
    context = browser.new_context(locale=language)
    page = open_page(context.new_page(), f"{dashboard_url}?ticker=AAPL&days=30")
    expect(page.locator(".stockcast-price")).to_contain_text(",", timeout=FORECAST_MS)
    expected = {"de-DE": "27.02.2017", "fr-FR": "27 févr. 2017"}[language]
    expect(page.get_by_text(expected).first).to_be_visible()
    expect(page.locator(".stockcast-picture .xtick text").first).to_be_visible(timeout=ANSWER_MS)
    context.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_the_longest_horizon_fits_the_window(watched, dashboard_url, width):
    page = watched.page
    page.set_viewport_size({"width": width, "height": 960})
    open_page(page, f"{dashboard_url}?ticker=AAPL&days=10000")
    expect(heading(page, "AAPL", 10_000)).to_be_visible(timeout=FORECAST_MS)
    assert too_wide(page) <= 0
    picture(page, f"dashboard-longest-{width}")


def test_the_chart_follows_the_window(watched, dashboard_url):
    page = open_page(watched.page, f"{dashboard_url}?ticker=AAPL&days=30")
    expect_forecast(page, "AAPL", 30)
    for width in (1400, 390, 1000):
        page.set_viewport_size({"width": width, "height": 960})
        comes_true(
            page,
            "() => { const svg = document.querySelector('.stockcast-picture .main-svg');"
            " const room = svg.closest('.stockcast-plot');"
            " return Math.abs(svg.clientWidth - room.clientWidth) <= 1"
            " && Math.abs(svg.clientHeight - room.clientHeight) <= 1 }",
        )
        assert too_wide(page) <= 0
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


def test_two_at_once_and_a_way_between_them(page, stack):
    with frozen(stack, FORECAST):
        ask(page, "AAPL", 9_001)
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
        ask(page, "MSFT", 9_002)
        first = page.get_by_role("button", name=re.compile("^AAPL 9,001 d"))
        expect(first).to_be_visible(timeout=ANSWER_MS)
    expect(heading(page, "MSFT", 9_002)).to_be_visible(timeout=FORECAST_MS)
    first.click()
    expect(heading(page, "AAPL", 9_001)).to_be_visible(timeout=FORECAST_MS)
    page.get_by_role("button", name="Close AAPL 9,001 days").click()
    expect(heading(page, "MSFT", 9_002)).to_be_visible()
    assert heading(page, "AAPL", 9_001).count() == 0
