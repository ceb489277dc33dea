"""Visitors who come, are refused, and leave with no goodbye; and what the policy lets a page do."""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from stockcast_lib.dashboard.server.command import Seats, dashboard_environment
from stockcast_lib.stack.network import free_ports
from tests.dashboard.server.running import WIDGET, Served, served, supervised, write_notebook
from tests.servers import clean_environment

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.kernels, pytest.mark.timeout(180)]

PAGE_MS, RETRY_MS = 60_000, 20_000
ALONE_SECONDS = 6
SHORT = {"alone_seconds": ALONE_SECONDS, "reap_seconds": 0.5, "retry_seconds": 2}
QUERY = "?ticker=AAPL&days=5"
# A module of a widget, from a blob: URL; it draws with the plotly that the page names.
DRAWS = """
import anywidget
class Draws(anywidget.AnyWidget):
    _esm = '''
    async function render({ el }) {
      const source = document.querySelector('meta[name="stockcast-plotly"]').content;
      await new Promise((done) => {
        const tag = Object.assign(document.createElement("script"), {src: source, onload: done});
        document.head.append(tag);
      });
      const numbers = [[1, 2], [3, 4]];
      await Plotly.newPlot(el, [
        {type: "scatter", y: [1, 2]}, {type: "bar", y: [2, 1]}, {type: "heatmap", z: numbers},
        {type: "candlestick", x: [0, 1], open: [1, 2], high: [3, 3], low: [1, 1], close: [2, 1]},
      ]);
      el.insertAdjacentHTML("beforeend", "<p>drawn</p>");
    }
    export default { render };
    '''
Draws()
"""
# What somebody would try who could write into the page; later, for in a call by the test itself the
# browser allows eval.
INJECT = """() => {
  window.ran = [];
  const inline = document.createElement("script");
  inline.textContent = "window.ran.push('inline')";
  const image = `<img src="no-such" onerror="window.ran.push('handler')">`;
  document.body.append(inline);
  document.body.insertAdjacentHTML("beforeend", image);
  setTimeout(() => eval("window.ran.push('eval')"), 100);
  return new Promise((done) => setTimeout(() => done(window.ran), 500));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("sessions")
    with served(folder, Seats(sessions=2, waiting=1), WIDGET, **SHORT) as running:
        yield running


@pytest.fixture
def visit(browser, server):
    """Opens the page as one more visitor."""
    contexts = []

    def come(query: str = "") -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(server.url + query, timeout=PAGE_MS)
        return page

    yield come
    for context in contexts:
        context.close()
    deadline = time.monotonic() + ALONE_SECONDS + 10
    while _sessions(browser, server) > 0:
        assert time.monotonic() < deadline, "sessions are left"


def _sessions(browser, server) -> int:
    context = browser.new_context()
    try:
        return context.request.get(f"{server.url}healthz").json()["sessions"]
    finally:
        context.close()


def box(page: Page):
    return page.get_by_label("Name")


def kernel_url(page: Page, server: Served) -> str:
    config = json.loads(page.locator("#jupyter-config-data").inner_text())
    return f"{server.url}api/kernels/{config['kernelId']}"


def test_who_finds_no_seat_waits_and_is_let_in(visit, server):
    first, second = visit(), visit()
    for page in (first, second):
        expect(box(page)).to_be_visible(timeout=PAGE_MS)
    third, asked = visit(QUERY), []
    third.on("request", lambda request: asked.append(request.url))
    expect(third.get_by_role("heading", name="Every seat is taken")).to_be_visible()
    third.wait_for_timeout(3000)  # it looked again in between, and asked for no page
    assert f"{server.url}healthz" in asked
    assert third.url not in asked
    first.context.close()
    expect(box(third)).to_be_visible(timeout=RETRY_MS)
    assert third.url.endswith(QUERY)
    expect(box(second)).to_be_visible()


@pytest.mark.parametrize("goodbye", [True, False])
def test_a_closed_tab_takes_its_kernel_with_it(visit, server, browser, goodbye):
    page = visit()
    expect(box(page)).to_be_visible(timeout=PAGE_MS)
    kernel = kernel_url(page, server)
    asking = browser.new_context().request
    assert asking.get(kernel).json()["connections"] == 1
    began = time.monotonic()
    if goodbye:
        page.close(run_before_unload=True)
    else:
        _crash(page)
    while asking.get(kernel).status != 404:
        assert time.monotonic() - began < ALONE_SECONDS + 10, "the kernel still lives"
        time.sleep(0.1)
    if goodbye:  # it need not wait to be found out
        assert time.monotonic() - began < ALONE_SECONDS


def _crash(page: Page) -> None:
    """The tab's process dies."""
    with page.expect_event("crash"), suppress(Error):  # nobody is left to answer
        page.goto("chrome://crash")


def test_the_policy_lets_widgets_draw_and_injected_scripts_not_run(watched, tmp_path):
    with served(tmp_path, Seats(sessions=2, waiting=1), DRAWS) as server:
        watched.page.goto(server.url, timeout=PAGE_MS)
        expect(watched.page.get_by_text("drawn", exact=True)).to_be_visible(timeout=PAGE_MS)
        assert watched.page.locator(".scatterlayer .js-line").count() > 0
        assert watched.faults == []
        assert watched.page.evaluate(INJECT) == []


def test_all_that_a_page_needs_comes_in_one_file(watched, server):
    """If this fails after an update, `chunks.txt` wants the names that are printed."""
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.page.goto(server.url, timeout=PAGE_MS)
    expect(box(watched.page)).to_be_visible(timeout=PAGE_MS)
    chunks = re.compile(r"/(\d+\.voila\.js|labextensions/(?!.*remoteEntry).*\.js)")
    assert [url for url in asked if chunks.search(url)] == []
    assert sum("chunks.js" in url for url in asked) == 1


def test_stock_voila_shows_the_template_under_the_same_policy(watched, tmp_path):
    notebook, (port,) = write_notebook(tmp_path, WIDGET), free_ports(1)
    command = [
        sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}",
        # It asks the page for what only JupyterLab's has.
        "--template=stockcast", "--VoilaConfiguration.extension_denylist=nbdime-jupyterlab",
    ]  # fmt: skip
    environment = clean_environment()
    environment |= dashboard_environment(environment)
    with supervised(tmp_path, command, environment, port, "/voila/static/voila.js"):
        watched.page.goto(f"http://127.0.0.1:{port}/", timeout=PAGE_MS)
        expect(box(watched.page)).to_be_visible(timeout=PAGE_MS)
        assert watched.page.locator('meta[name="stockcast-plotly"]').count() == 0
        assert watched.faults == []
        assert watched.page.evaluate(INJECT) == []
