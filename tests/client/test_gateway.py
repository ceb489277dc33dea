"""The client and the gateway's own calls, over a service that is made up."""

import contextlib
import json

import pytest

from stockcast_lib.client import StockcastClient
from stockcast_lib.core.errors import (
    InvalidRequest,
    NotEnoughHistory,
    QueueFull,
    StockcastError,
    UnknownTicker,
)
from stockcast_lib.core.jobs import JobState, parse_request
from tests.dashboard.service import PlayedService, job, stored_forecast
from tests.gateway import running_gateway

ID = "a" * 32
PREFIX = "/stockcast"
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


class Service:
    """Has one job."""

    def __init__(self):
        self.events = self
        self.held = job(JobState.DONE, id=ID)
        self.asked = []
        self.refusals = []
        self.withdrawn = []
        self.directory = PlayedService().directory

    def submit(self, payload, _client, lane, key):
        if self.refusals:
            raise self.refusals.pop()
        self.asked.append((parse_request(payload), lane, key))
        return ID

    def job(self, _):
        return self.held

    def forecast(self, held):
        return stored_forecast() if held.state is JobState.DONE else None

    def notebook(self, *_):
        return json.dumps(NOTEBOOK).encode()

    def withdraw(self, job_id, token):
        self.withdrawn.append((job_id, token))

    def watch(self, *_):
        return contextlib.nullcontext()


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def gateway(service, clock):
    """A client of the gateway's application behind a path."""
    with (
        running_gateway(service, PREFIX) as url,
        StockcastClient(f"{url}{PREFIX}/", pauses=clock.pauses()) as client,
    ):
        yield client


def test_a_forecast_comes_with_its_evidence(gateway, service):
    made = gateway.forecast("test", 3, params={"interval": 0.9})
    assert (made.result.ticker, made.job_id, made.picture) == ("TEST", ID, b"png")
    assert made.figure["layout"]["title"]["text"] == "TEST"
    assert gateway.csv(ID).startswith(b"date,price,lower,upper\n2017-02-28,")
    assert gateway.figure(ID) == made.figure
    assert json.loads(gateway.notebook(ID)) == NOTEBOOK
    ((request, lane, key),) = service.asked
    assert (request.params.interval, lane) == (0.9, "interactive")
    assert len(key) >= 16


def test_a_submission_is_as_it_was_asked(gateway, service):
    service.held = job(JobState.RUNNING, id=ID, cell=2)
    view = gateway.submit("brk-b", 7, priority="batch", idempotency_key="own", wait=0.01)
    ((request, lane, key),) = service.asked
    assert (request.ticker, request.days, lane, key) == ("BRK.B", 7, "batch", "own")
    assert (view.id, view.state, view.progress.cell, view.result) == (ID, "running", 2, None)


def test_links_lead_through_the_prefix(gateway):
    links = gateway.job(ID).links
    base, _, path = links["chart.png"].partition(f"{PREFIX}/api")
    assert base.startswith("http://127.0.0.1:")
    assert path == f"/v1/forecasts/{ID}/chart.png"


def test_errors_are_those_of_the_python_face(gateway, service):
    with pytest.raises(InvalidRequest, match="days must be a whole number") as raised:
        gateway.submit("AAPL", 0)
    assert [fault["field"] for fault in raised.value.details["fields"]] == ["days"]
    service.refusals = [UnknownTicker("No such one.", nearest=["AAPL"])]
    with pytest.raises(UnknownTicker) as unknown:
        gateway.forecast("AAPLL")
    assert unknown.value.details == {"nearest": ["AAPL"]}


def test_a_failure_that_was_waited_for_is_raised_with_its_details(gateway, service):
    service.held = job(JobState.FAILED, id=ID, error=NotEnoughHistory("Few.", sessions=3).report())
    with pytest.raises(NotEnoughHistory, match="Few") as raised:
        gateway.submit("TEST", 3, wait=5)
    assert raised.value.details["sessions"] == 3


def test_a_full_queue_is_waited_for(gateway, service, clock):
    service.refusals = [QueueFull("Full.", retry_after=7), QueueFull("Full.")]
    assert gateway.submit("TEST", 3).state is JobState.DONE
    first, second = clock.slept
    assert 5 <= first <= 5.25
    assert 7 <= second <= 7.25


def test_evidence_of_a_job_under_way_is_refused(gateway, service):
    service.held = job(JobState.RUNNING, id=ID)
    with pytest.raises(StockcastError, match="it has no such evidence"):
        gateway.picture(ID)


def test_withdrawing_is_told_once_with_a_key_of_its_own(gateway, service):
    assert gateway.withdraw(ID, idempotency_key="own").id == ID
    gateway.withdraw(ID)
    (first, second) = service.withdrawn
    assert first == (ID, "own")
    assert len(second[1]) >= 16


def test_symbols_are_found(gateway):
    assert [symbol.ticker for symbol in gateway.symbols("apple")] == ["AAPL"]
