"""The HTTP calls over a service that a test makes up, on a real server."""

import json
import urllib.error
import urllib.request

import pytest

from stockcast_lib.core.jobs import JobState
from stockcast_lib.ports import StoredForecast
from tests.factories import forecast_result
from tests.gateway import Service, fetch, made_job, unwatched_gateway
from tests.watching import watched

SOURCE = "x = 1  # a long notebook\n" * 200
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [{"cell_type": "code", "source": SOURCE, "outputs": []}],
}


@pytest.fixture
def job():
    """Makes a job."""
    return made_job


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def done(service, job):
    """The service has a finished job with all its evidence."""
    service.held = job(JobState.DONE, result_key="key")
    result = json.dumps(forecast_result(days=5).to_document()).encode()
    figure = json.dumps({"data": list(range(2000)), "layout": {}}).encode()
    service.made = StoredForecast(service.held.id, result, figure, b"\x89PNG" + b"\0" * 5000)
    service.executed = json.dumps(NOTEBOOK).encode()
    return service


@pytest.fixture
def plain_gateway(service):
    """Its own URL, for those who must feel each byte that it holds back."""
    with unwatched_gateway(service) as url:
        yield url


@pytest.fixture
def gateway(plain_gateway):
    """The gateway's URL; whatever it answers there is held against the document."""
    with watched(plain_gateway) as url:
        yield url


@pytest.fixture
def ask(gateway):
    """Asks the gateway's calls; gives status, headers and document."""
    return lambda path, body=None: _asked(f"{gateway}{path}", body)


@pytest.fixture
def get(gateway):
    """Asks for what need not be JSON; gives the answer as it came."""
    return lambda path, **how: fetch(f"{gateway}{path}", **how)


def _asked(url, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data)  # noqa: S310
    status, headers, answered = _answer(request)
    return status, headers, json.loads(answered)


def _answer(request):
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
