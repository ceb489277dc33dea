"""The API's description as a page."""

import re
import shlex
from html import unescape

import pytest

from stockcast_lib.web.openapi import openapi_document
from stockcast_lib.web.pages.reference import reference_page
from stockcast_lib.web.routes import CALLS
from tests.documented import document


@pytest.fixture(scope="module")
def page():
    return reference_page(document())


def section(page, method, path):
    operation = document()["paths"][path][method.lower()]
    found = re.search(rf'<details id="{operation["operationId"]}">.*?</details>', page, re.DOTALL)
    return unescape(found[0]), operation


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_call_is_there_with_all_that_is_known_of_it(page, call):
    told, operation = section(page, call.method, call.path)
    assert re.sub("`", "", call.summary) in re.sub("</?code>", "", told)
    for parameter in operation["parameters"]:
        assert f"<code>{parameter['name']}</code>" in told
    for status, answer in operation["responses"].items():
        assert status in told
        assert re.sub("`", "", answer["description"]) in re.sub("</?code>", "", told)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_call_has_a_line_for_curl(page, call):
    told, _ = section(page, call.method, call.path)
    words = shlex.split(re.search(r"<pre>(curl .*)</pre>", told)[1])
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    (url,) = (word for word in words if word.startswith("$STOCKCAST/"))
    assert method == call.method
    assert re.fullmatch(re.sub(r"\{\w+\}", r"\\$[A-Z]+", call.path), url.removeprefix("$STOCKCAST"))
    assert ("-d" in words) == (call.body is not None)


def test_a_body_and_an_answer_have_examples(page):
    told, _ = section(page, "POST", "/api/v1/forecasts")
    assert '"ticker": "AAPL"' in told
    assert '"state": "running"' in told


def test_every_link_leads_somewhere(page, get):
    for link in set(re.findall(r'href="([^"]+)"', page)):
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in page
        else:
            assert get(f"/{link}").status == 200


def test_it_needs_nothing_but_itself(page, get):
    assert not re.search(r"<(script|link|img|iframe)|https?://(?!localhost)", page)
    headers = get("/docs").headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]


def test_behind_a_proxy_curl_is_told_its_path():
    page = reference_page(openapi_document(CALLS, "/stockcast"))
    assert "STOCKCAST=http://localhost:8000/stockcast</pre>" in page


def test_what_a_document_says_is_text():
    hostile = document() | {"info": {"title": "<b>", "version": "</p>", "description": "<script>"}}
    page = reference_page(hostile)
    assert "<script>" not in page
    assert "<b> API" not in page


def test_the_start_leads_there_by_a_way_that_every_proxy_keeps(get):
    answer = get("/")
    assert (answer.status, answer.headers["Location"]) == (303, "docs")
