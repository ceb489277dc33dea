"""The pages around the dashboard: while it loads, with no seat left, at a wrong address, bare."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from stockcast_lib.dashboard.server.command import Seats
from tests.browser.looks import ALL_LOOKS, look_over
from tests.dashboard.server.running import WIDGET, Served, served

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.kernels, pytest.mark.timeout(180)]

PAGE_MS = 60_000
GROUNDS = {"light": "rgb(245, 247, 250)", "dark": "rgb(11, 17, 24)"}
LATE_MS = 20_000
UNTOLD_WIDGET = """
from IPython.display import display
view = {"model_id": 32 * "0", "version_major": 2, "version_minor": 0}
display({"application/vnd.jupyter.widget-view+json": view}, raw=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("frames")
    with served(folder, Seats(sessions=9, waiting=1), WIDGET) as running:
        yield running


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.fixture
def stalled(watched, server) -> Page:
    """The page, whose scripts do not come."""
    watched.page.route("**/voila.js*", lambda _route: None)
    watched.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    watched.page.goto(server.url, wait_until="commit", timeout=PAGE_MS)
    expect(watched.page.get_by_text("Loading the dashboard…")).to_be_visible(timeout=PAGE_MS)
    return watched.page


def test_while_it_loads_it_is_in_the_readers_theme_and_says_what_to_do_if_late(watched, stalled):
    assert ground(stalled) == GROUNDS["dark"]
    look_over(watched, "loading", looks=ALL_LOOKS)
    late = stalled.get_by_text("This takes longer than it should.")
    expect(late).to_be_hidden()
    timing = "late => late.getAnimations()[0].effect.getTiming().delay"
    assert late.evaluate(timing) == LATE_MS
    late.evaluate("late => late.getAnimations()[0].finish()")
    expect(late).to_be_visible()
    again = stalled.get_by_role("link", name="load the page again")
    assert again.evaluate("link => link.href") == stalled.url
    look_over(watched, "late")


def test_a_page_whose_kernel_is_gone_before_its_widgets_come_stays_loading(watched, server):
    page = watched.page
    page.route_web_socket("**/api/kernels/**", lambda socket: socket.close())
    page.goto(server.url, timeout=PAGE_MS)
    page.wait_for_function("() => window.themeLoaded", timeout=PAGE_MS)
    page.wait_for_timeout(500)
    expect(page.get_by_text("Loading the dashboard…")).to_be_visible()


def test_a_page_whose_kernel_does_not_tell_of_its_widgets_is_loaded_again_twice(browser, tmp_path):
    page, loads = browser.new_context().new_page(), []
    page.on("load", lambda _page: loads.append(page.url))
    with served(tmp_path, Seats(sessions=9, waiting=0), UNTOLD_WIDGET) as server:
        page.goto(server.url, timeout=PAGE_MS)
        page.wait_for_function(
            "() => window.themeLoaded && sessionStorage.getItem('stockcast-reloads') === '2'",
            timeout=PAGE_MS,
        )
        expect(page.get_by_text("Error displaying widget")).to_be_attached(timeout=PAGE_MS)
        expect(page.get_by_text("Error displaying widget")).to_be_hidden()
        expect(page.get_by_text("Loading the dashboard…")).to_be_visible()
        page.wait_for_timeout(1000)
        page.context.close()
    assert len(loads) == 3


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_the_theme_that_was_chosen_before_comes_before_the_computers(watched, server, chosen):
    page = watched.page
    other = {"light": "dark", "dark": "light"}[chosen]
    page.add_init_script(f"localStorage.setItem('stockcast', '{{\"theme\": \"{chosen}\"}}')")
    page.emulate_media(color_scheme=other)
    page.goto(f"{server.url}nothing")
    assert ground(page) == GROUNDS[chosen]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_scripts_the_page_says_so_in_the_computers_theme(browser, server, theme):
    context = browser.new_context(java_script_enabled=False, color_scheme=theme)
    page = context.new_page()
    page.goto(server.url, timeout=PAGE_MS)
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_text("Loading the dashboard…")).to_be_hidden()
    assert (
        page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
        == (GROUNDS[theme])
    )
    context.close()


def test_with_no_seat_left_the_page_waits_and_can_be_tried_at_once(watched, browser, tmp_path):
    with served(tmp_path, Seats(sessions=1, waiting=0), WIDGET) as server:
        first = browser.new_context().new_page()
        first.goto(server.url, timeout=PAGE_MS)
        expect(first.get_by_label("Name")).to_be_visible(timeout=PAGE_MS)
        page, address = watched.page, f"{server.url}?ticker=AAPL&days=5"
        page.goto(address)
        expect(page.get_by_role("heading", name="Every seat is taken")).to_be_visible()
        again = page.get_by_role("link", name="Try now")
        assert again.evaluate("link => link.href") == address
        look_over(watched, "full", expected=["503"], looks=ALL_LOOKS)
        first.close(run_before_unload=True)  # its goodbye gives the seat back
        again.click()
        expect(page.get_by_label("Name")).to_be_visible(timeout=PAGE_MS)


def test_a_wrong_address_leads_to_the_start(watched, server):
    page = watched.page
    page.goto(f"{server.url}nothing/of/the/kind")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    look_over(watched, "missing", expected=["404"], looks=ALL_LOOKS)
    for link in page.get_by_role("link").all():
        assert urlsplit(link.evaluate("link => link.href")).path == "/"
