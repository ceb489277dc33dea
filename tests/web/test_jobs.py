"""What the calls say of a job that waits, runs or has failed."""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stockcast_lib.core.errors import ErrorReport, NotEnoughHistory, StoreUnavailable, Throttled
from stockcast_lib.core.job_events import Place
from stockcast_lib.core.jobs import JobState
from tests.gateway import fetch, running_gateway

HERE = f"/api/v1/forecasts/{'a' * 32}"
LATER = StoreUnavailable("S3 does not answer.").report()
TOO_SHORT = NotEnoughHistory("Too few sessions.", sessions=3).report()
BODY = {"ticker": "TEST", "days": 5}


def test_a_job_that_waits_to_be_tried_again_says_why(ask, service, job):
    service.held = job(last_error=LATER)
    _, _, shown = ask(HERE)
    assert (shown["error"], shown["lastError"]) == (None, LATER.model_dump())


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_a_job_that_was_not_tried_before_has_no_last_error(ask, service, job, state):
    service.held = job(state)
    assert ask(HERE)[2]["lastError"] is None


@pytest.mark.parametrize(
    ("kept", "links"), [(True, {"self", "notebook", "notebook.ipynb"}), (False, {"self"})]
)
def test_a_failed_job_leads_to_its_notebook_where_there_is_one(ask, service, job, kept, links):
    service.held = job(JobState.FAILED, error=TOO_SHORT, notebook=kept)
    assert set(ask(HERE)[2]["links"]) == links


def test_a_failure_that_was_waited_for_names_its_job(ask, service, job):
    service.held = job(JobState.FAILED, error=TOO_SHORT, notebook=True)
    status, headers, problem = ask("/api/v1/forecasts?wait=5", BODY)
    assert (status, headers["Content-Type"]) == (422, "application/problem+json")
    assert (problem["type"], problem["sessions"]) == ("/problems/not-enough-history", 3)
    assert problem["id"] == service.held.id
    assert problem["links"]["notebook.ipynb"] == f"{HERE}/notebook.ipynb"


@pytest.mark.parametrize(
    ("asked", "header"),
    [(30, "30"), (2.5, "3"), (None, "5"), (0, "5"), (-1, "5"), ("1\r\nX: y", "5")],
)
def test_a_vendor_s_wait_is_handed_on_in_whole_seconds(ask, service, job, asked, header):
    error = Throttled("Later.", retry_after=asked).report()
    service.held = job(JobState.FAILED, error=error)
    status, headers, _ = ask("/api/v1/forecasts?wait=5", BODY)
    assert (status, headers["Retry-After"]) == (429, header)


def test_a_detail_of_any_name_leaves_the_standard_members_as_they_are(ask, service, job):
    names = ("status", "code", "detail", "title", "type", "id", "self", "message", "extra")
    error = ErrorReport(**TOO_SHORT.model_dump() | {"details": dict.fromkeys(names, "x")})
    service.held = job(JobState.FAILED, error=error)
    status, _, problem = ask("/api/v1/forecasts?wait=5", BODY)
    assert (status, problem["status"], problem["detail"]) == (422, 422, TOO_SHORT.message)
    assert (problem["id"], problem["extra"]) == (service.held.id, "x")


def test_whoever_waits_for_the_first_event_holds_up_nobody_else(ask, service, job, monkeypatch):
    entered, redis_is_back = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def watch(*_):
        entered.set()
        assert redis_is_back.wait(20)
        yield

    service.held = job(JobState.FAILED, error=TOO_SHORT)
    monkeypatch.setattr(service, "watch", watch)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, "/api/v1/forecasts?wait=5", BODY)
        try:
            assert entered.wait(5)
            assert ask("/healthz")[0] == 200
        finally:
            redis_is_back.set()
        assert waiting.result(10)[0] == 422


def test_a_job_that_waits_has_its_place(ask, service, job):
    service.held, service.placed = job(), Place(3, 1.5)
    for _, _, shown in (ask(HERE), ask("/api/v1/forecasts", BODY)):
        assert (shown["position"], shown["expectedSeconds"]) == (3, 1.5)


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE])
def test_only_of_a_job_that_waits_the_place_is_asked_for(ask, service, job, state, monkeypatch):
    monkeypatch.setattr(service, "place", lambda _: pytest.fail("asked"))
    service.held = job(state)
    shown = ask(HERE)[2]
    assert (shown["position"], shown["expectedSeconds"]) == (None, None)


def test_recent_forecasts_are_listed_without_their_results(ask, service, job):
    service.held = job()
    (shown,) = ask("/api/v1/forecasts?limit=1")[2]["forecasts"]
    assert (shown["id"], shown["state"], shown["links"]["self"]) == ("a" * 32, "queued", HERE)
    assert shown["request"]["ticker"] == "TEST"
    assert "result" not in shown


@pytest.mark.parametrize(
    ("query", "count"), [("", 20), ("?limit=100", 100), ("?ticker=test", 20), ("?ticker=OTHER", 0)]
)
def test_recent_forecasts_are_limited_and_of_one_ticker_if_asked(ask, service, job, query, count):
    service.held = job()
    assert len(ask(f"/api/v1/forecasts{query}")[2]["forecasts"]) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("ticker=../x", "ticker"),
     ("ticker=", "ticker")],
)  # fmt: skip
def test_a_wrong_list_is_refused(ask, query, field):
    status, _, problem = ask(f"/api/v1/forecasts?{query}")
    assert (status, [each["field"] for each in problem["fields"]]) == (422, [field])
    assert not problem["fields"][0]["message"].startswith("Value error")


def test_whoever_waits_for_a_job_that_all_withdraw_is_told_so(ask, service, job):
    service.held = job(JobState.CANCELLED)
    status, headers, problem = ask("/api/v1/forecasts?wait=5", BODY)
    assert (status, headers["Content-Type"]) == (409, "application/problem+json")
    assert (problem["type"], problem["id"]) == ("/problems/run-cancelled", service.held.id)
    assert "withdrawn" in problem["detail"]
    assert ask("/api/v1/forecasts", BODY)[0] == 202
    old = {"days": {"name": "TEST", "days": "5"}}
    assert ask("/", old)[2] == {"message": problem["detail"]}


def test_a_withdrawal_counts_once_for_its_key(get, service, job):
    service.held = job()
    for key in ("own", "own", "other"):
        assert get(HERE, method="DELETE", Idempotency_Key=key).status == 200
    get(HERE, method="DELETE")
    assert service.withdrawn == [
        (service.held.id, "own"), (service.held.id, "own"), (service.held.id, "other"),
        (service.held.id, None),
    ]  # fmt: skip


def test_a_withdrawal_s_key_is_checked(get, service, job):
    service.held = job()
    assert get(HERE, method="DELETE", Idempotency_Key="two words").status == 422
    assert service.withdrawn == []


def test_behind_a_prefix_a_problem_s_type_leads_to_its_page(service):
    with running_gateway(service, "/stock") as url:
        answer = fetch(f"{url}/stock/api/v1/forecasts?limit=0")
        found = json.loads(answer.body)["type"]
        assert found == "/stock/problems/invalid-request"
        assert fetch(f"{url}{found}").status == 200
