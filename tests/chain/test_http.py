"""The whole chain over HTTP: gateway, TCP, both workers, both notebooks, S3 and Redis."""

import base64
import gzip
import json

import pytest

from tests.chain.client import ask, call
from tests.gateway import fetch

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


@pytest.fixture
def api(stack) -> str:
    return stack.api


def test_a_forecast_is_made_and_its_evidence_is_there(api):
    status, job = ask(api, {"ticker": "aapl", "days": 30})
    assert (status, job["state"]) == (200, "done")
    result = job["result"]
    assert (result["ticker"], result["asOf"], result["sample"]) == ("AAPL", "2017-02-27", True)
    assert result["targetDate"] == "2017-03-29"
    assert 0 < result["lower"] < result["price"] < result["upper"]
    assert result["skill"]["standing"] in {"better", "same", "worse"}
    assert [each["sessions"] for each in result["skill"]["horizons"]] == [1, 5, 21, 22, 63]
    assert 0 < result["coverage"]["held"] <= result["coverage"]["windows"]
    here = f"{api}{job['links']['self']}"
    assert call(f"{here}/chart.png")[2].startswith(b"\x89PNG")
    assert json.loads(call(f"{here}/chart.json")[2])["data"]
    assert len(call(f"{here}/data.csv")[2].splitlines()) == len(result["path"]) + 1
    notebook = json.loads(call(f"{here}/notebook.ipynb")[2])
    assert any(cell.get("outputs") for cell in notebook["cells"])
    _, headers, page = call(f"{here}/notebook")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "AAPL in 30 days" in page.decode()
    assert 'src="data:image/png;base64,' in page.decode()


def test_a_reader_who_has_the_evidence_is_sent_nothing_again(api):
    here = f"{api}{ask(api, {'ticker': 'AAPL', 'days': 30})[1]['links']['self']}"
    for name in ("", "/chart.png", "/chart.json", "/data.csv", "/notebook", "/notebook.ipynb"):
        first = fetch(f"{here}{name}", Accept_Encoding="gzip")
        again = fetch(f"{here}{name}", Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b""), name


def test_packed_json_is_a_fraction_and_events_come_as_they_are(api):
    here = f"{api}{ask(api, {'ticker': 'AAPL', 'days': 30})[1]['links']['self']}"
    plain = fetch(f"{here}/chart.json")
    packed = fetch(f"{here}/chart.json", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    events = fetch(f"{here}/events", Accept_Encoding="gzip")
    assert events.headers["Content-Encoding"] is None
    assert b"event: " in events.body


def test_a_range_of_the_path_is_part_of_the_whole(api):
    here = f"{api}{ask(api, {'ticker': 'AAPL', 'days': 30})[1]['links']['self']}"
    header, *rows = call(f"{here}/data.csv")[2].splitlines()
    part = call(f"{here}/data.csv?from=2017-03-06&to=2017-03-10")[2].splitlines()
    assert part == [header, *rows[4:9]]
    assert call(f"{here}/data.csv?from=march")[0] == 422


def test_the_same_request_again_is_answered_by_the_same_job(api):
    first = ask(api, {"ticker": "MSFT", "days": 7})[1]
    second = ask(api, {"ticker": "MSFT", "days": 7})[1]
    assert second["id"] == first["id"]
    assert second["result"] == first["result"]


# A stream has no length to tell beforehand: its body comes in chunks, and HEAD has none.
VARIES = {"Date", "Server", "Transfer-Encoding"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{job}", 200),
        ("{job}/chart.png", 200),
        ("{job}/chart.json", 200),
        ("{job}/data.csv", 200),
        ("{job}/notebook.ipynb", 200),
        ("{job}/notebook", 200),
        ("/docs", 200),
        ("/problems/unknown-ticker", 200),
        ("/problems/none", 404),
        ("{job}/events", 200),
        ("/api/v1/forecasts/none/events", 404),
        ("/api/v1/symbols?q=apple", 200),
        ("/api/v1/forecasts/none", 404),
        ("/api/v1/forecasts", 200),
        ("/api/v1/forecasts?limit=0", 422),
        ("/api/v1/models", 200),
        ("/api/v1/models/default/builtin/notebook.ipynb", 200),
        ("/api/v1/scores", 200),
        ("/healthz", 200),
        ("/readyz", 200),
    ],
)
def test_head_is_answered_like_get_without_a_body(api, path, status):
    if "{job}" in path:
        path = path.format(job=ask(api, {"ticker": "AAPL", "days": 30})[1]["links"]["self"])
    got, headers, body = call(f"{api}{path}")
    head, head_headers, nothing = call(f"{api}{path}", method="HEAD")
    assert (got, head) == (status, status)
    assert (bool(body), nothing) == (True, b"")
    assert {n: v for n, v in head_headers.items() if n not in VARIES} == {
        n: v for n, v in headers.items() if n not in VARIES
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        ({"ticker": "AAPL", "days": "45"}, 422),
        ({"ticker": "../x", "days": 5}, 422),
        ({"ticker": "AAPL", "days": 5, "spam": 1}, 422),
        ({"ticker": "AAPL", "days": 5, "model": "none"}, 422),
        ({"ticker": "AAPLL", "days": 5}, 404),
        (b"x" * 70_000, 413),
    ],
)
def test_bad_input_is_a_problem_document(api, body, status):
    got, headers, answer = call(f"{api}/api/v1/forecasts", body)
    assert got == status
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer)["status"] == status


def test_an_unknown_ticker_comes_with_the_nearest(api):
    assert (
        "AAPL"
        in json.loads(call(f"{api}/api/v1/forecasts", {"ticker": "AAPLL", "days": 5})[2])["nearest"]
    )


def test_a_stranger_s_id_is_unknown(api):
    assert call(f"{api}/api/v1/forecasts/..%2Fx")[0] == 404
    assert call(f"{api}/api/v1/forecasts/{'a' * 32}")[0] == 404


def test_symbols_are_found_by_name(api):
    found = json.loads(call(f"{api}/api/v1/symbols?q=apple")[2])["symbols"]
    assert [symbol["ticker"] for symbol in found] == ["AAPL"]


@pytest.mark.parametrize(
    ("name", "days", "message"),
    [
        ("$$", "45", "Please enter a valid NASDAQ stock ticker."),
        ("AAPL", "x", "Please enter an integer for number of days."),
        ("AAPL", "0", "Please enter between 1 and 10000 days."),
    ],
)
def test_the_old_app_s_validation_texts(api, name, days, message):
    status, _, answer = call(f"{api}/", {"name": "", "days": {"name": name, "days": days}})
    assert (status, json.loads(answer)) == (200, {"message": message})


def test_the_old_app_s_answer(api):
    status, _, body = call(f"{api}/", {"name": "", "days": {"name": "AAPL", "days": "30"}})
    answer = json.loads(body)
    assert status == 200
    assert answer["message"].startswith("The predicted price for AAPL for 30 days from now is $")
    assert base64.b64decode(answer["graph"]).startswith(b"\x89PNG")
