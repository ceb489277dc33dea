"""A session as on Binder: both badges lead to a forecast, in the memory that Binder promises."""

import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.binder.binder_session import Place, Session, running_session
from tests.binder.test_folder import badges
from tests.browser.chromium import running_chromium
from tests.browser.dashboard_page import (
    FORECAST_MS,
    PAGE_MS,
    ask,
    choose,
    expect_forecast,
    open_page,
    price,
)

pytestmark = [
    pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.browser,
    pytest.mark.timeout(900),
]  # fmt: skip
_PROMISED_MB = 1000
_END_SECONDS = 60
DASHBOARD, QUICKSTART = badges()


@pytest.fixture(scope="module")
def place():
    # Not in pytest's own folder, which is nobody's but its user's.
    folder = Path(tempfile.mkdtemp(prefix="stockcast-binder-"))
    folder.chmod(0o755)
    try:
        made = Place(folder)
        made.build()
        yield made
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def page():
    with running_chromium() as browser:
        yield browser.new_context(viewport={"width": 1280, "height": 960}).new_page()


def test_both_badges_lead_to_a_forecast_in_the_memory_that_is_promised(place, page, figures):
    asked = set()
    page.context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    with running_session(place) as session:
        idle = session.memory()
        _dashboard(session, page)
        lab = page.context.new_page()
        # As whoever leaves it: its kernel goes, too.
        page.close(run_before_unload=True)
        _without_kernels(session)
        after_dashboard = session.peak
        _quickstart(session, lab)
        peak = session.peak
        figures.append(
            f"answers after {session.seconds:.1f} s; {idle:.0f} MB idle, at most "
            f"{after_dashboard:.0f} MB with the dashboard, {peak:.0f} MB with JupyterLab"
        )
    # What is made in the page itself (`data:`, `blob:`) has none.
    assert asked - {""} == {urlsplit(session.url).netloc}
    assert peak < _PROMISED_MB
    assert (place.home / ".stockcast" / "credentials.json").stat().st_mode & 0o777 == 0o600


def _dashboard(session: Session, page) -> None:
    open_page(page, session.page(DASHBOARD))
    # What the quickstart asks for would be there already.
    ask(page, "XOM", 60)
    expect_forecast(page, "XOM", 60)
    assert 60 < price(page) < 120
    # The evidence comes through the page's own connection: there is no gateway.
    choose(page, "How this was made")
    page.get_by_role("button", name="Show the executed notebook").click()
    notebook = page.frame_locator("iframe")
    expect(notebook.get_by_role("heading").first).to_be_visible(timeout=PAGE_MS)


def _without_kernels(session: Session) -> None:
    deadline = time.monotonic() + _END_SECONDS
    while session.kernels():
        assert time.monotonic() < deadline, "the kernel of the closed page lives on"
        time.sleep(0.1)


def _quickstart(session: Session, page) -> None:
    page.goto(session.page(QUICKSTART), timeout=PAGE_MS)
    expect(page.get_by_role("heading", name="Quickstart")).to_be_visible(timeout=PAGE_MS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    outputs = page.locator(".jp-OutputArea-output")
    wrong = outputs.filter(has_text="Traceback")
    chart = outputs.locator("img")
    expect(chart.or_(wrong).first).to_be_visible(timeout=FORECAST_MS)
    assert wrong.count() == 0, wrong.first.inner_text()
    expect(outputs.get_by_text("AAPL in 90 days").first).to_be_visible()
