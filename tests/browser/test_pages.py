"""The gateway's pages in a real browser; a hostile notebook finds nothing to do harm with."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from stockcast_lib.core.jobs import JobState
from stockcast_lib.evidence import outputs
from tests.gateway import Service, made_job, running_gateway
from tests.hostile import MARK, PIXEL, hostile_notebook

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(120)]

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
HERE = f"/api/v1/forecasts/{'a' * 32}"
A_WHILE_MS = 1500
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture(scope="module")
def service():
    made = Service()
    made.held = made_job(JobState.DONE)
    return made


@pytest.fixture(scope="module")
def gateway(service):
    with running_gateway(service) as url:
        yield url


@pytest.fixture
def elsewhere():
    """A server that nobody is to ask, and what it was asked for."""
    asked = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 - the server calls it so

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@contextmanager
def no_harm(watched, url):
    """Within, the page runs nothing and stays where it is; gives whatever it tries to load."""
    page, said, tried = watched.page, [], []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: said.append(popup.url))
    page.on("request", lambda request: tried.append(request.url))
    page.goto(url)
    yield tried
    page.wait_for_timeout(A_WHILE_MS)
    assert said == []
    assert page.url == url
    assert MARK not in page.title()


def test_a_hostile_notebook_is_inert(watched, gateway, service, elsewhere):
    away, asked = elsewhere
    service.executed = hostile_notebook(away)
    page = watched.page
    here = f"{gateway}{HERE}/notebook"
    with no_harm(watched, here) as tried:
        for name in ("one", "two", "three", "four", "five", "six", "seven"):
            for link in page.get_by_text(name, exact=True).all():
                link.click(no_wait_after=True)
        for summary in page.locator("summary").all():
            summary.click()
    assert [each for each in tried if each != here and not each.startswith("data:image/")] == []
    assert asked == []
    assert len(page.frames) == 1
    expect(page.get_by_role("heading", name="TEST in 5 days")).to_be_visible()


def test_nothing_covers_the_frame_around_it(watched, gateway, service, elsewhere):
    service.executed = hostile_notebook(elsewhere[0])
    page = watched.page
    page.goto(f"{gateway}{HERE}/notebook")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the notebook").click()
    assert downloading.value.suggested_filename == f"{'a' * 32}.ipynb"


def test_the_policy_alone_stops_it_too(watched, gateway, service, elsewhere, monkeypatch):
    away, asked = elsewhere
    service.executed = hostile_notebook(away)
    for media in ("text/html", "text/markdown"):
        monkeypatch.setitem(outputs._KINDS, media, outputs.text_of)
    with no_harm(watched, f"{gateway}{HERE}/notebook"):
        assert "<script>" in watched.page.content()
    assert asked == []


def test_without_both_the_harm_is_done(watched, gateway, service, elsewhere, monkeypatch):
    away, asked = elsewhere
    service.executed = hostile_notebook(away)
    monkeypatch.setattr("stockcast_lib.web.evidence_calls.NOTEBOOK_POLICY", "")
    monkeypatch.setitem(outputs._KINDS, "text/html", outputs.text_of)
    with pytest.raises(AssertionError), no_harm(watched, f"{gateway}{HERE}/notebook"):
        pass
    assert asked


@pytest.fixture
def plain_notebook(service):
    table = "<table><tr><th>date</th>" + "<th>a long heading</th>" * 12 + "</tr></table>"
    picture = {"image/png": PIXEL}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no prices",
             "traceback": ["\x1b[31m" + "line " * 60 + "\x1b[0m"]}  # fmt: skip
    cells = [
        {"cell_type": "markdown", "source": "# A forecast\n\nWith `words`, and " + "long" * 60},
        {"cell_type": "code", "source": "value = long_name(" + "argument, " * 30 + ")",
         "outputs": [{"output_type": "display_data", "data": each}
                     for each in ({"text/html": table}, picture)] + [error]},
    ]  # fmt: skip
    service.executed = json.dumps({"cells": cells}).encode()


@pytest.mark.usefixtures("plain_notebook")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", [f"{HERE}/notebook", "/docs", "/problems/unknown-ticker"])
def test_pages_fit_their_window_and_keep_to_their_policy(watched, gateway, path, width, scheme):
    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{gateway}{path}")
    for details in page.locator("details > summary").all():
        details.click()
    assert not page.evaluate(TOO_WIDE)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    assert watched.faults == []
    assert watched.hosts <= {urlsplit(gateway).netloc, ""}
    ARTIFACTS.mkdir(exist_ok=True)
    name = path.rpartition("/")[2]
    page.screenshot(path=ARTIFACTS / f"{name}-{scheme}-{width}.png", full_page=True)


def test_the_start_leads_to_the_reference_and_a_problem_to_its_meaning(watched, gateway):
    page = watched.page
    page.goto(gateway)
    expect(page).to_have_url(f"{gateway}/docs")
    page.locator("#post_api_v1_forecasts summary").click()
    page.get_by_role("link", name="unknown-ticker").first.click()
    expect(page).to_have_url(f"{gateway}/problems/unknown-ticker")
    expect(page.get_by_role("heading", name="unknown-ticker")).to_be_visible()
    assert watched.faults == []
