"""How long answers may be kept, how a caller learns that they still hold, and gzip."""

import gzip
import json

import pytest

from stockcast_lib.core.errors import NotEnoughHistory
from stockcast_lib.core.jobs import JobState

pytestmark = pytest.mark.usefixtures("done")

HERE = f"/api/v1/forecasts/{'a' * 32}"
EVIDENCE = ["chart.png", "chart.json", "data.csv", "notebook.ipynb", "notebook"]


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence_is_kept_for_ever_by_its_reader_alone(get, name):
    answer = get(f"{HERE}/{name}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in EVIDENCE)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_who_has_it_already_is_sent_nothing(get, name, method, coding):
    first = get(f"{HERE}{name}", Accept_Encoding=coding)
    etag = first.headers["ETag"]
    assert etag.startswith('"')  # strong
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = get(f"{HERE}{name}", method=method, Accept_Encoding=coding, If_None_Match=known)
        assert (again.status, again.body) == (304, b"")
        for header in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[header] == first.headers[header]
        assert again.headers["Content-Encoding"] is None
    other = get(f"{HERE}{name}", Accept_Encoding=coding, If_None_Match='"other"')
    assert (other.status, other.body) == (200, first.body)


def test_the_document_of_a_finished_job_is_asked_for_again(get):
    assert get(HERE).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_a_job_under_way_is_kept_by_nobody(get, service, job, state):
    service.held = job(state)
    for name in ("", "/notebook", "/notebook.ipynb"):
        answer = get(f"{HERE}{name}", If_None_Match="*")
        assert (answer.status, answer.headers["ETag"]) == (200, None)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_job_that_ends_gets_another_etag(get, done, job):
    before = get(HERE).headers["ETag"]
    done.held = job(JobState.FAILED, error=NotEnoughHistory("Too short.").report())
    assert get(HERE, If_None_Match=before).status == 200


def test_evidence_that_is_not_there_yet_is_looked_for_again(get, service, job):
    service.held, service.made = job(), None
    answer = get(f"{HERE}/chart.png")
    assert (answer.status, answer.headers["Cache-Control"]) == (409, "no-store")


@pytest.mark.parametrize(
    ("path", "packed"),
    [
        (HERE, True),
        (f"{HERE}/chart.json", True),
        (f"{HERE}/notebook.ipynb", True),
        (f"{HERE}/notebook", True),
        ("/openapi.json", True),
        ("/docs", True),
        (f"{HERE}/chart.png", False),  # is compressed already
        ("/healthz", False),  # so small that gzip would make it larger
    ],
)
def test_gzip_for_whoever_takes_it_of_what_becomes_smaller(get, path, packed):
    plain, small = get(path), get(path, Accept_Encoding="br, gzip")
    assert plain.headers["Content-Encoding"] is None
    assert small.headers["Content-Encoding"] == ("gzip" if packed else None)
    assert (gzip.decompress(small.body) if packed else small.body) == plain.body
    assert (small.headers["ETag"] == plain.headers["ETag"]) == (not packed)
    assert (len(small.body) < len(plain.body)) == packed
    assert small.headers["Content-Length"] == str(len(small.body))
    if packed:
        assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_the_same_body_has_the_same_etag_whenever_it_is_packed(get, monkeypatch):
    first = get(HERE, Accept_Encoding="gzip").headers["ETag"]
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert get(HERE, Accept_Encoding="gzip").headers["ETag"] == first


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in EVIDENCE)])
def test_head_tells_the_packed_size(get, name):
    found = get(f"{HERE}{name}", Accept_Encoding="gzip")
    head = get(f"{HERE}{name}", method="HEAD", Accept_Encoding="gzip")
    assert (head.status, head.body) == (200, b"")
    varies = {"Date"}
    assert {n: v for n, v in head.headers.items() if n not in varies} == {
        n: v for n, v in found.headers.items() if n not in varies
    }


def test_the_answer_to_a_request_is_packed_too(get):
    body = json.dumps({"ticker": "TEST", "days": 5}).encode()
    answer = get("/api/v1/forecasts", method="POST", body=body, Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["result"]["ticker"] == "TEST"
