"""Which notebooks run where, and that a job keeps its revision."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import ModelsRefused, NotebookFailed
from stockcast_lib.core.executed_notebooks import notebook_file
from stockcast_lib.core.prices import Freshness
from stockcast_lib.core.protocol import Submit
from stockcast_lib.ports import NotebookRun
from stockcast_lib.publishing.hiding import HidingRunner
from stockcast_lib.stages.intake import IngestIntake
from stockcast_lib.stages.model_runner import ModelRunners
from tests.factories import asker

TOKEN = "ghp_" + "a1B2" * 9


class Runner:
    """Gives a run that it was told."""

    def __init__(self, run=None):
        self.outcome = run or NotebookRun(b"{}", (), None)
        self.ran = self.closed = 0

    def run(self, *_):
        self.ran += 1
        return self.outcome

    def close(self):
        self.closed += 1


def run(runner, **how):
    return runner.run(Path("x.ipynb"), {}, lambda _: None, Cancellation(), **how)


def test_a_published_notebook_never_runs_where_our_own_do():
    own, others = Runner(), []

    def make():
        others.append(Runner())
        return others[-1]

    runners = ModelRunners(own, make)
    run(runners, published=False)
    runners.close()
    assert (own.ran, others) == (1, [])
    run(runners, published=True)
    run(runners, published=True)
    runners.close()
    assert (own.ran, len(others), others[0].ran, others[0].closed) == (1, 1, 2, 1)


def test_where_it_cannot_run_safely_it_does_not_run():
    own = Runner()

    def make():
        raise ModelsRefused("Not here.")

    with pytest.raises(ModelsRefused):
        run(ModelRunners(own, make), published=True)
    assert own.ran == 0


def test_no_secret_is_in_what_comes_out_of_a_run():
    shown = {"text/plain": "a known one"}
    outputs = [{"text": [TOKEN]}, {"data": shown}]
    cell = {"cell_type": "code", "source": "x", "outputs": outputs}
    error = NotebookFailed(f"failed: {TOKEN}", told=f"own {TOKEN}")
    made = Runner(NotebookRun(notebook_file({"cells": [cell]}), (shown,), error))
    hidden = run(HidingRunner(made, ("known",)))
    assert TOKEN not in hidden.executed.decode()
    assert hidden.outputs == ({"text/plain": "a [hidden] one"},)
    assert (hidden.error.message, hidden.error.details) == (
        "failed: [hidden]", {"told": "own [hidden]"},
    )  # fmt: skip


def test_a_job_carries_the_revision_that_its_name_stood_for():
    taken = []
    revisions = iter(["trend@" + "a" * 16, "trend@" + "b" * 16])
    intake = IngestIntake(
        queue=SimpleNamespace(submit=lambda *job, **_: taken.append(job) or ("id", True)),
        results=SimpleNamespace(job_id=lambda _: None),
        board=SimpleNamespace(current=lambda _: None),
        models=SimpleNamespace(resolve=lambda _: next(revisions), revision=str),
        freshness=Freshness.asking(("sample",), None),
        id_key=b"key",
    )
    for _ in range(2):
        fields = asker().model_dump(mode="json")
        intake(Submit({"ticker": "TEST", "days": 5, "model": "trend"}, fields))
    assert [job[0].model for job in taken] == ["trend@" + "a" * 16, "trend@" + "b" * 16]
    assert taken[0][1] != taken[1][1]
