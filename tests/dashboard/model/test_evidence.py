"""How a forecast was made."""

import ast
import json
import shlex
import threading

import pytest
from typer.testing import CliRunner

from stockcast_lib import api
from stockcast_lib.cli import app
from stockcast_lib.core.errors import StockcastError, StoreUnavailable
from stockcast_lib.core.jobs import JobState, parse_request
from stockcast_lib.core.model_config import PRESETS
from stockcast_lib.core.results import parse_result
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.evidence import EvidenceModel
from stockcast_lib.dashboard.model.evidence_calls import command_line, python_call
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader
from tests.dashboard.service import PlayedService, job, stored_forecast, until

METADATA = {
    "papermill": {"start_time": "2026-11-24T04:34:39.897541+00:00", "duration": 1.25},
    "stockcast": {"versions": {"python": "3.11.7", "prophet": "1.5.0", "odd": 5}},
}
EXECUTED = json.dumps(
    {"cells": [{"cell_type": "markdown", "source": "# A forecast"}], "metadata": METADATA}
).encode()


class WithNotebook(PlayedService):
    def __init__(self, *jobs):
        super().__init__(*jobs)
        self.executed = EXECUTED
        self.fetched = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def notebook(self, job_id, stage):
        super().notebook(job_id, stage)
        self.go_on.wait(10)
        self.fetched += 1
        if isinstance(self.executed, Exception):
            raise self.executed
        return self.executed


@pytest.fixture
def service() -> WithNotebook:
    return WithNotebook(job(JobState.DONE, attempt=2))


@pytest.fixture
def run(service) -> Run:
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    return run


@pytest.fixture
def evidence(service) -> EvidenceModel:
    return EvidenceModel(service)


def told(evidence) -> dict[str, dict[str, str]]:
    return {facts.heading: dict(facts.lines) for facts in evidence.facts}


def test_result_and_job_are_told_at_once_and_the_run_follows(service, evidence, run):
    service.go_on.clear()
    evidence.show(run, Reader("de-DE"))
    facts = told(evidence)
    assert facts["Request"]["Ticker"] == "TEST"
    assert facts["Prices"]["Data version"] == run.result.data_version
    assert facts["Model"]["Engine"] == "exact"
    assert "Run" not in facts
    service.go_on.set()
    until(lambda: "Libraries" in told(evidence))
    facts = told(evidence)
    assert facts["Run"] == {
        "Job": "job", "Started": "24.11.2026, 04:34 UTC", "Took": "1,2 s",
    }  # fmt: skip
    assert facts["Libraries"] == {"python": "3.11.7", "prophet": "1.5.0"}


@pytest.mark.parametrize(
    "metadata",
    [
        1,
        {"papermill": 1, "stockcast": []},
        {"papermill": {"start_time": 5, "duration": "x"}, "stockcast": {"versions": 1}},
    ],
)
def test_a_notebook_may_tell_nothing(service, evidence, run, metadata):
    service.executed = json.dumps({"metadata": metadata}).encode()
    evidence.show(run, Reader())
    until(lambda: "Run" in told(evidence))
    assert told(evidence)["Run"] == {"Job": "job"}


@pytest.mark.parametrize("executed", [None, StoreUnavailable("The store is away.")])
def test_what_is_not_known_without_the_notebook_is_said(service, evidence, run, executed):
    service.executed = executed
    evidence.show(run, Reader())
    until(lambda: evidence.trouble)
    assert "libraries is not known" in evidence.trouble
    assert told(evidence)["Run"]["Job"] == "job"


def test_parameters_that_were_set_come_first_with_their_defaults(service, evidence):
    params = {"weekly_order": 3, "interval": 0.9, "engine": "stan", "added": None}
    model = parse_result(service.stored.result).model.model_copy(update={"params": params})
    service.stored = stored_forecast(model=model)
    request = parse_request(
        {"ticker": "TEST", "days": 3, "params": {"weekly_order": 3, "engine": "stan"}}
    )
    service.jobs = (job(JobState.DONE, request=request),)
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    evidence.show(run, Reader())
    listed = [(each.name, each.value, each.default) for each in evidence.parameters if each.is_set]
    assert listed == [
        ("weekly_order", "3", "3"), ("interval", "0.9", "0.8"), ("engine", '"stan"', '"exact"'),
    ]  # fmt: skip
    assert [each.name for each in evidence.parameters if not each.is_set] == ["added"]


def test_the_notebook_is_framed_only_for_who_asks_and_fetched_once(service, evidence, run):
    evidence.show(run, Reader())
    until(lambda: "Libraries" in told(evidence))
    assert evidence.notebook == ""
    evidence.opened = True
    until(lambda: evidence.notebook)
    assert "<h1>A forecast</h1>" in evidence.notebook
    assert evidence.title == "TEST in 3 days: the executed notebook"
    assert service.fetched == 1
    evidence.opened = False
    assert evidence.notebook == ""


def test_the_frame_says_what_it_waits_for_and_why_nothing_comes(service, evidence, run):
    service.go_on.clear()
    service.executed = None
    evidence.show(run, Reader())
    evidence.opened = True
    assert evidence.status == "Fetching the executed notebook"
    service.go_on.set()
    until(lambda: evidence.error)
    assert evidence.error == "The archive no longer holds the executed notebook."
    assert evidence.notebook == ""


def test_without_a_forecast_there_is_nothing(evidence, run):
    evidence.opened = True
    evidence.show(run, Reader())
    until(lambda: evidence.notebook and "Libraries" in told(evidence))
    evidence.show(None, Reader())
    assert (evidence.facts, evidence.parameters, evidence.notebook) == ([], [], "")


@pytest.mark.parametrize(
    ("name", "ending", "content"),
    [
        ("csv", ".csv", b"date,price,lower,upper\n"),
        ("png", ".png", b"png"),
        ("json", ".json", b'{"schemaVersion":1'),
        ("figure", ".plotly.json", b'{"data"'),
        ("notebook", ".ipynb", EXECUTED),
    ],
)
def test_a_file_has_the_forecasts_name_and_its_bytes(evidence, run, name, ending, content):
    evidence.show(run, Reader())
    file = evidence.file(name)
    assert file.name == f"TEST-3d-2017-02-27{ending}"
    assert file.content.startswith(content)


def test_a_files_name_leads_nowhere_whatever_the_result_says(service, evidence):
    service.stored = stored_forecast(ticker="../A/B\\C")
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    evidence.show(run, Reader())
    assert evidence.file("csv").name == ".._A_B_C-3d-2017-02-27.csv"


def test_a_file_that_is_not_to_be_had_says_so(service, evidence, run):
    with pytest.raises(StockcastError, match="no such file"):
        evidence.file("csv")
    service.executed = None
    evidence.show(run, Reader())
    with pytest.raises(StockcastError, match="no longer holds"):
        evidence.file("notebook")
    with pytest.raises(StockcastError, match="no such file"):
        evidence.file("passwd")


PARAMS = [
    {},
    PRESETS["prophet"].overrides(),
    {"interval": 0.95, "holidays": "US", "changepoints": ["2016-01-04", "2016-02-01"]},
    {"holidays": None, "weekly_seasonality": False},
]


@pytest.mark.parametrize("params", PARAMS)
def test_the_command_asks_for_the_very_same(monkeypatch, params):
    asked = []

    def forecast(ticker, days, *, model, progress, **params):  # noqa: ARG001
        asked.append({"ticker": ticker, "days": days, "model": model, "params": params})
        raise StockcastError("That is all.")

    monkeypatch.setattr(api, "forecast", forecast)
    monkeypatch.delenv("STOCKCAST_API", raising=False)
    request = parse_request({"ticker": "BRK-B", "days": 30, "params": params})
    program, *words = shlex.split(command_line(request))
    assert program == "stockcast"
    CliRunner().invoke(app, words)
    assert [parse_request(each) for each in asked] == [request]


@pytest.mark.parametrize("params", PARAMS)
def test_the_python_call_asks_for_the_very_same(params):
    request = parse_request({"ticker": "BRK-B", "days": 30, "params": params})
    call = ast.parse(python_call(request)).body[-1].value
    arguments = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    asked = {"ticker": ast.literal_eval(call.args[0]), "days": arguments.pop("days")}
    assert call.func.id == "forecast"
    assert parse_request({**asked, "params": arguments}) == request


def test_another_model_is_named():
    request = parse_request({"ticker": "A", "days": 1, "model": "own-model"})
    assert command_line(request) == "stockcast forecast A --days 1 --model own-model"
    assert 'model="own-model"' in python_call(request)


def test_what_a_shell_would_read_is_quoted():
    request = parse_request({"ticker": "A", "days": 1, "params": {"changepoints": ["2016-01-04"]}})
    assert """--param 'changepoints=["2016-01-04"]'""" in command_line(request)
