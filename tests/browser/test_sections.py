"""What is below the forecast, as its visitor uses it: compare, studies, files, the notebook."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watched
from tests.browser.dashboard_page import ANSWER_MS, FORECAST_MS, choose, expect_forecast, open_page
from tests.chain.client import ask, call, frozen

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

DAYS = 30
COMPARED = ("AAPL", "MSFT", "IBM")
SKILL = 6  # the place of its column
S3 = "--dir-cache-time 10ms"  # not the one that only reads
# What a notebook would do to the page, had it come past all that keeps it from running.
PUT_A_SCRIPT_IN = """frame => new Promise((done) => {
  frame.addEventListener("load", done, {once: true});
  const script = "<script>document.body.append('it ran')</" + "script>";
  frame.srcdoc = frame.srcdoc.replace("</body>", `<p>put in</p>${script}</body>`);
})"""


@pytest.fixture(scope="module")
def visit(browser, stack) -> Iterator[Watched]:
    """One for all tests: each opens its own section."""
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched = Watched(context.new_page())
    open_page(watched.page, f"{stack.dashboard}?ticker=AAPL&days={DAYS}")
    expect_forecast(watched.page, "AAPL", DAYS)
    yield watched
    context.close()


@pytest.fixture
def page(visit) -> Iterator[Page]:
    yield visit.page
    assert visit.faults == []


def result(stack, ticker: str) -> dict[str, Any]:
    status, answer = ask(stack.api, {"ticker": ticker, "days": DAYS})
    assert status == 200
    return answer["result"]


def evidence(stack, name: str) -> bytes:
    _, job = ask(stack.api, {"ticker": "AAPL", "days": DAYS})
    status, _, body = call(f"{stack.api}{job['links']['self']}/{name}")
    assert status == 200
    return body


def saved(page: Page, words: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=ANSWER_MS) as download:
        page.get_by_role("button", name=words, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def compared(page: Page) -> Locator:
    return page.get_by_role("region", name="The forecasts side by side")


def test_each_download_is_what_the_api_gives(page, stack):
    choose(page, "How this was made")
    name, path = saved(page, "Path (CSV)")
    assert name.startswith(f"AAPL-{DAYS}d-2017-02-27")
    assert path.startswith(b"date,price,lower,upper\n2017-02-28,")
    assert path == evidence(stack, "data.csv")
    _, chart = saved(page, "Chart (PNG)")
    assert chart.startswith(b"\x89PNG\r\n\x1a\n")
    assert chart == evidence(stack, "chart.png")
    name, figure = saved(page, "Chart (plotly JSON)")
    assert name.endswith(".plotly.json")
    assert json.loads(figure) == json.loads(evidence(stack, "chart.json"))
    _, told = saved(page, "Result (JSON)")
    assert json.loads(told)["price"] == result(stack, "AAPL")["price"]
    name, notebook = saved(page, "Executed notebook")
    assert name.endswith(".ipynb")
    assert json.loads(notebook) == json.loads(evidence(stack, "notebook.ipynb"))
    expect(page.get_by_text(f"Saved {name}")).to_be_visible()


def test_copy_gives_the_command_line(page):
    choose(page, "How this was made")
    page.get_by_role("button", name="Copy: On the command line").click()
    expect(page.get_by_text("Copied: On the command line")).to_be_attached(timeout=ANSWER_MS)
    command = page.evaluate("navigator.clipboard.readText()")
    assert command == f"stockcast forecast AAPL --days {DAYS}"


def test_the_executed_notebook_is_shown_and_may_do_nothing(page, visit):
    choose(page, "How this was made")
    page.get_by_role("button", name="Show the executed notebook").click()
    frame = page.get_by_title(f"AAPL in {DAYS} days: the executed notebook")
    expect(frame).to_be_visible(timeout=ANSWER_MS)
    inside = frame.content_frame
    expect(inside.get_by_text("ticker").first).to_be_visible(timeout=ANSWER_MS)
    assert frame.get_attribute("sandbox") == ""
    assert inside.locator("script").count() == 0
    frame.evaluate(PUT_A_SCRIPT_IN)
    expect(inside.get_by_text("put in")).to_be_visible(timeout=ANSWER_MS)
    assert inside.get_by_text("it ran").count() == 0
    assert any("script" in fault for fault in visit.faults)  # the browser says that it ran none
    visit.faults.clear()
    page.get_by_role("button", name="Hide the executed notebook").click()
    expect(frame).to_have_count(0, timeout=ANSWER_MS)


def test_three_tickers_are_compared_and_sorted_by_value(page, stack):
    choose(page, "Compare")
    adding = page.get_by_role("combobox", name="Add a ticker")
    for ticker in COMPARED[1:]:
        adding.fill(ticker)
        adding.press("Enter")
    table = compared(page)
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(3, timeout=ANSWER_MS)
    expect(table.locator("tbody td[colspan]")).to_have_count(0, timeout=FORECAST_MS)
    expect(adding).to_have_value("")
    assert f"compare={','.join(COMPARED[1:])}" in page.url
    skills = {ticker: result(stack, ticker)["skill"]["value"] for ticker in COMPARED}
    rising = sorted(COMPARED, key=lambda ticker: skills[ticker])
    heading = table.get_by_role("columnheader").nth(SKILL)
    named = rows.locator("th button")
    heading.get_by_role("button").click()
    expect(named).to_have_text(rising)
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").click()
    expect(named).to_have_text(rising[::-1])
    page.get_by_role("button", name="Remove IBM").click()
    expect(rows).to_have_count(2, timeout=ANSWER_MS)


def test_a_study_waits_can_be_cancelled_and_takes_its_settings(page, stack):
    with frozen(stack, S3):
        choose(page, "Studies")
        choose(page, "Next sessions")
        expect(page.get_by_text("Reading the prices")).to_be_visible(timeout=ANSWER_MS)
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(page.get_by_text("Cancelled. Choose a study")).to_be_visible(timeout=ANSWER_MS)
        expect(page.get_by_text("Reading the prices")).to_have_count(0)
    sessions = page.get_by_label("Sessions", exact=True)
    sessions.fill("5")
    sessions.press("Enter")
    told = page.get_by_role("table", name="The next sessions").locator("tbody tr")
    expect(told).to_have_count(5, timeout=FORECAST_MS)
    expect(page.get_by_text("Cancelled. Choose a study")).to_have_count(0)
    assert "set=sessions:5" in page.url
    expect(page.locator(".stockcast-studies .main-svg").first).to_be_visible(timeout=ANSWER_MS)
    sessions.fill("0")
    sessions.press("Enter")
    wrong = page.get_by_text("Sessions must be a whole number from 1 to 10000.")
    expect(wrong).to_be_visible(timeout=ANSWER_MS)
    expect(told).to_have_count(0)
