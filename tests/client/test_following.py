"""How a forecast is waited for."""

import json
import time

import pytest

from stockcast_lib.client import StockcastClient
from stockcast_lib.core.errors import (
    GatewayUnavailable,
    LostJob,
    NotebookTimedOut,
    NotEnoughHistory,
    StockcastError,
)
from tests.client.loopback import (
    DONE,
    ID,
    JOB,
    answer,
    event,
    problem,
    reset,
    silent,
    stream,
)

HERE = f"/api/v1/forecasts/{ID}"
ACCEPTED = answer(202)
PICTURE, FIGURE = answer(200, b"png", "image/png"), answer(200, {"data": []})
RUNNING = {**JOB, "state": "running", "stage": "forecast"}
NOT_BUILT = problem(501, "not-built")
TOO_SHORT = NotEnoughHistory("Too few sessions.", sessions=3).report().model_dump(mode="json")


@pytest.fixture
def told(client):
    """Asks for a forecast; gives it, and what was told on the way."""

    def run(**options):
        changes = []

        def progress(change):
            cell = change.progress.cell if change.progress else None
            changes.append((change.stage, change.state, cell))

        return client.forecast("TEST", 3, progress=progress, **options), changes

    return run


def paths(server):
    return [asked.path.partition("?")[0].removeprefix(HERE) for asked in server.asked[1:]]


def test_events_tell_how_a_job_goes_on(server, told):
    parts = (
        event("queued", 1, "ingest"),
        ": still here\n\n",
        event("running", 2),
        event("running", 3, cell=4, name="progress"),
        event("done", 4),
    )
    server.play(ACCEPTED, stream(*parts, hold=True), answer(200, DONE), PICTURE, FIGURE)
    began = time.monotonic()
    made, changes = told()
    # The stream stays open, and is read no further.
    assert time.monotonic() - began < 5
    assert (made.result.price, made.picture, made.figure) == (102, b"png", {"data": []})
    assert made.job_id == ID
    assert changes == [
        ("ingest", "queued", None),
        ("forecast", "running", None),
        ("forecast", "running", 4),
        ("forecast", "done", None),
    ]
    assert paths(server) == ["/events", "", "/chart.png", "/chart.json"]
    assert server.asked[1].headers["accept"] == "text/event-stream"


def test_a_stream_that_breaks_is_resumed_after_its_last_event(server, told):
    server.play(
        ACCEPTED,
        stream(event("running", "7-1"), "id: 7-2\nda"),
        answer(200, RUNNING),
        stream(event("done", "7-3")),
        answer(200, DONE), PICTURE, FIGURE,
    )  # fmt: skip
    _, changes = told()
    resumed = [asked.headers.get("last-event-id") for asked in server.asked]
    assert resumed == [None, None, None, "7-1", None, None, None]
    assert [state for _, state, _ in changes] == ["queued", "running", "done"]


@pytest.mark.parametrize(
    "refusal",
    [
        NOT_BUILT,
        problem(404, "http-404"),
        answer(200, b"<html>", "text/html"),
        stream("x" * 100_000),
    ],
)
def test_without_events_the_job_is_looked_at_after_growing_pauses(server, told, clock, refusal):
    looks = [answer(200, RUNNING)] * 8
    server.play(ACCEPTED, refusal, *looks, answer(200, DONE), PICTURE, FIGURE)
    _, changes = told()
    assert paths(server) == ["/events", *[""] * 9, "/chart.png", "/chart.json"]
    assert [state for _, state, _ in changes] == ["queued", "running", "done"]
    assert clock.slept == sorted(clock.slept) or clock.slept[-1] > clock.slept[0]
    assert max(clock.slept) <= 2


@pytest.mark.parametrize(
    "vain",
    [
        reset,
        stream(),
        stream("data: no json\n\n"),
        stream('data: {"id": "other", "state": "done", "stage": "forecast"}\n\n'),
        stream('data: {"state": "odd"}\n\n'),
        answer(503, b""),
    ],
)
def test_streams_that_bring_nothing_are_given_up(server, told, vain):
    look = answer(200, RUNNING)
    server.play(
        ACCEPTED, vain, look, vain, look, vain, look, look, answer(200, DONE), PICTURE, FIGURE
    )
    told()
    events = ["/events", "", "/events", "", "/events", "", "", ""]
    assert paths(server) == [*events, "/chart.png", "/chart.json"]


def test_streams_that_bring_events_are_resumed_for_as_long_as_it_takes(server, told):
    rounds = [
        step
        for cell in range(1, 6)
        for step in (stream(event("running", cell, cell=cell)), answer(200, RUNNING))
    ]
    server.play(ACCEPTED, *rounds, stream(event("done", 9)), answer(200, DONE), PICTURE, FIGURE)
    told()
    assert paths(server) == [*["/events", ""] * 6, "/chart.png", "/chart.json"]


def test_a_result_that_is_there_is_not_waited_for(server, told):
    server.play(answer(200, DONE), PICTURE, FIGURE)
    _, changes = told()
    assert [state for _, state, _ in changes] == ["done"]
    assert paths(server) == ["/chart.png", "/chart.json"]


def test_a_gateway_that_is_away_for_a_while_loses_no_forecast(server, told, clock):
    away = [reset, answer(503, b"")] * 6
    server.play(ACCEPTED, NOT_BUILT, *away, answer(200, DONE), *away, PICTURE, *away, FIGURE)
    assert told()[0].result.price == 102
    assert 60 < sum(clock.slept) < 300


@pytest.mark.parametrize(
    ("state", "error", "raised"),
    [("failed", TOO_SHORT, NotEnoughHistory), ("cancelled", None, StockcastError)],
)
def test_a_job_that_ends_without_a_result_raises_why(server, told, state, error, raised):
    server.play(ACCEPTED, NOT_BUILT, answer(200, {**RUNNING, "state": state, "error": error}))
    with pytest.raises(raised) as caught:
        told()
    assert type(caught.value) is raised
    assert caught.value.details == (error["details"] if error else {})


def test_a_lost_job_is_told_at_once(server, told):
    server.play(ACCEPTED, problem(410, "lost-job"), problem(410, "lost-job"))
    with pytest.raises(LostJob):
        told()
    assert len(server.asked) == 3


def test_a_job_that_takes_too_long_is_named(server, told, clock):
    server.play(ACCEPTED, NOT_BUILT, answer(200, RUNNING))
    with pytest.raises(NotebookTimedOut, match=f"still running: its id is {ID}"):
        told(timeout=30)
    assert 20 < sum(clock.slept) <= 30


def test_a_gateway_that_stays_away_is_given_up_at_the_deadline(server, told, clock):
    server.play(ACCEPTED, NOT_BUILT, answer(503, b""))
    with pytest.raises(GatewayUnavailable):
        told(timeout=30)
    assert 20 < sum(clock.slept) <= 30


def endless(server, connection):
    stream(event("running", 1))(server, connection)
    while not server.over.wait(0.02):
        connection.sendall(b"3\r\n:\n\n\r\n")


@pytest.mark.parametrize("fault", [endless, stream(event("running", 1), hold=True), silent])
def test_an_open_stream_ends_at_the_deadline(server, fault):
    server.play(ACCEPTED, fault)
    began = time.monotonic()
    with (
        StockcastClient(server.url) as client,
        pytest.raises(NotebookTimedOut, match=r"still (running|queued)"),
    ):
        client.forecast("TEST", 3, timeout=0.4)
    assert 0.3 < time.monotonic() - began < 2


def test_the_request_is_sent_as_it_is_asked(server, client):
    server.play(answer(200, DONE), PICTURE, FIGURE)
    client.forecast("TEST", 3, model="own", params={"interval": 0.9}, priority="batch")
    asked = server.asked[0]
    assert json.loads(asked.body) == {
        "ticker": "TEST", "days": 3, "model": "own", "params": {"interval": 0.9}
    }  # fmt: skip
    assert "priority=batch" in asked.path
