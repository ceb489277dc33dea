"""The dashboard as its visitor uses it."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
PAGE_MS, FORECAST_MS, ANSWER_MS = 60_000, 120_000, 20_000
PLOT = "document.querySelector('.stockcast-picture .js-plotly-plot')._fullLayout"
_AXE = Axe()
# WCAG 2.2 AA, and what axe's makers recommend beyond.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # in half the time
}


def open_page(page: Page, url: str) -> Page:
    page.goto(url, timeout=PAGE_MS)
    expect(ticker_box(page)).to_be_visible(timeout=PAGE_MS)
    return page


def ticker_box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Ticker", exact=True)


def offered(page: Page, name: str = "") -> Locator:
    """What the ticker box offers."""
    return page.get_by_role("listbox", name="Ticker suggestions").get_by_role("option", name=name)


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()


def ask(page: Page, ticker: str, days: int | None = None) -> None:
    ticker_box(page).fill(ticker)
    if days is not None:
        page.get_by_label("Days", exact=True).fill(str(days))
    page.get_by_role("button", name="Forecast", exact=True).click()


def heading(page: Page, ticker: str, days: int) -> Locator:
    return page.get_by_role("heading", name=f"{ticker} in {days:,} days")


def expect_forecast(page: Page, ticker: str, days: int) -> None:
    shown = heading(page, ticker, days)
    alert = page.get_by_role("alert")
    expect(shown.or_(alert).first).to_be_visible(timeout=FORECAST_MS)
    assert alert.all_inner_texts() == []
    expect(shown).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=ANSWER_MS)
    expect_chart(page)


def expect_chart(page: Page) -> None:
    expect(page.locator(".stockcast-picture .main-svg").first).to_be_visible(timeout=ANSWER_MS)


def price(page: Page) -> float:
    words = page.locator(".stockcast-price").inner_text()
    return float(words.split()[0].replace(",", ""))


def lines(page: Page) -> list[str]:
    """The paths that the chart draws."""
    return page.locator(".stockcast-picture .scatterlayer path.js-line").evaluate_all(
        "lines => lines.map((line) => line.getAttribute('d'))"
    )


def comes_true(page: Page, script: str, timeout: int = ANSWER_MS) -> None:
    """Wait for a script's answer. Playwright's own way needs `eval`, which the page forbids."""
    for _ in range(timeout // 100):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it did not come true: {script}")


def plot(page: Page, what: str) -> object:
    """Something of the chart as plotly holds it, such as `layout.yaxis.type`."""
    return page.evaluate(f"{PLOT}.{what}")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, a line for each element."""
    found = _AXE.run(page, options=_RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
