"""A visitor signs in with a token."""

import pytest
from playwright.sync_api import expect

from stockcast_lib.core.tokens import Right, TokenHolder, new_token, token_digest
from stockcast_lib.dashboard.server.admission import COOKIE
from stockcast_lib.dashboard.server.command import Seats
from tests.browser.dashboard_page import picture, too_wide, violations
from tests.browser.looks import ALL_LOOKS, WINDOWS
from tests.dashboard.server.running import WIDGET, served

pytestmark = [
    pytest.mark.long, pytest.mark.browser, pytest.mark.kernels, pytest.mark.timeout(180),
]  # fmt: skip

ADA = new_token()
SETTINGS = {
    "STOCKCAST_REDIS_URL": "redis://localhost:1",
    "STOCKCAST_FRAME_KEY": "k" * 32,
    "STOCKCAST_DASHBOARD_ASK_TOKEN": "true",
    "STOCKCAST_TOKENS": str(TokenHolder("ada", frozenset({Right.ADMIN}), token_digest(ADA))),
}
SHOWN = ".jupyter-widgets input"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asking")
    with served(folder, Seats(sessions=4, waiting=1), WIDGET, settings=SETTINGS) as running:
        yield running


def look_over(page):
    """In both themes, wide and on a phone; without scripts the computer's theme is taken."""
    for theme, window in ALL_LOOKS:
        width, height = WINDOWS[window]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        picture(page, f"dashboard-sign-in-{theme}-{window}")
        assert violations(page) == [], (theme, window)
        assert too_wide(page) <= 0, (theme, window)


def test_a_visitor_signs_in_and_stays_so(server, watched):
    page = watched.page
    page.goto(f"{server.url}?ticker=AAPL")
    # Its style is there, though no file is to be had.
    button = page.get_by_role("button", name="Sign in")
    assert button.evaluate("each => getComputedStyle(each).borderRadius") == "8px"
    page.get_by_label("Token").fill("guessed")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("no token that lets you in")
    look_over(page)
    page.get_by_label("Token").fill(ADA)
    # The browser has written down that it was refused, as it was.
    watched.faults.clear()
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(SHOWN)).to_be_visible(timeout=60_000)
    assert page.url == f"{server.url}?ticker=AAPL"
    assert COOKIE not in page.evaluate("document.cookie")
    assert watched.faults == []
    page.goto(server.url)
    expect(page.locator(SHOWN)).to_be_visible(timeout=60_000)


def test_a_link_with_a_token_shows_the_page_and_keeps_none(server, watched):
    watched.page.goto(f"{server.url}?token={ADA}&ticker=AAPL")
    expect(watched.page.locator(SHOWN)).to_be_visible(timeout=60_000)
    assert watched.page.url == f"{server.url}?ticker=AAPL"
    assert watched.faults == []
