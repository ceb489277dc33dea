"""What a withdrawal leaves, and when."""

import pytest

from stockcast_lib.core.errors import KernelDied
from stockcast_lib.core.jobs import JobState, Stage
from tests.factories import asker

pytestmark = pytest.mark.services

INGEST = Stage.INGEST
NO_WAIT = 0.01
TOKEN = "0" * 8
ERROR = KernelDied("It died.").report()


def withdrawn_run(queue, job_id):
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.withdraw(job_id, TOKEN)
    return claim


@pytest.mark.parametrize("waits", ["in line", "to be tried again"])
def test_a_withdrawn_job_that_waits_is_cancelled_and_gone_at_once(queue, submit, held, waits):
    submit("job")
    if waits == "to be tried again":
        queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 60)
        assert held.delayed(INGEST) == ["job"]
    told = len(held.told())
    queue.withdraw("job", TOKEN)
    assert queue.job("job").state is JobState.CANCELLED
    assert (held.waiting(INGEST), held.delayed(INGEST), held.active("key")) == ([], [], None)
    assert len(held.told()) == told + 1


def test_a_withdrawn_job_that_runs_goes_on_until_its_worker_hears_of_it(queue, submit, held):
    submit("job")
    withdrawn_run(queue, "job")
    assert queue.job("job").state is JobState.RUNNING
    assert (held.active("key"), held.told()) == (None, ["job"] * 2)


def test_a_withdrawn_run_is_not_joined_by_a_mark_that_was_left_over(queue, asked, submit, held):
    submit("job")
    withdrawn_run(queue, "job")
    held.mark("key", "job")
    assert queue.submit(asked, "key", "next", asker()) == ("next", True)


@pytest.mark.parametrize("leave", ["cancelled", "hand over", "hand back", "retry"])
def test_a_withdrawn_run_is_cancelled_as_soon_as_its_worker_leaves_it(queue, submit, held, leave):
    submit("job")
    claim = withdrawn_run(queue, "job")
    match leave:
        case "cancelled":
            queue.cancelled(claim)
        case "hand over":
            queue.hand_over("job", "prices")
        case "hand back":
            queue.hand_back(claim)
        case "retry":
            queue.retry(claim, ERROR, 0)
    assert queue.job("job").state is JobState.CANCELLED
    assert [(held.waiting(stage), held.delayed(stage)) for stage in Stage] == [([], [])] * 2
    assert held.told() == ["job"] * 3


def test_a_withdrawn_run_that_ends_all_the_same_is_done(queue, submit):
    submit("job")
    queue.finish(withdrawn_run(queue, "job"), "result")
    assert queue.job("job").state is JobState.DONE


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "running"])
def test_a_withdrawal_repeated_changes_nothing(queue, asked, submit, held, begun):
    submit("job")
    queue.submit(asked, "key", "joins", asker())
    if begun:
        queue.claim(INGEST, "worker", NO_WAIT)
    queue.withdraw("job", TOKEN)
    before = held.everything()
    queue.withdraw("job", TOKEN)
    assert held.everything() == before


def test_a_withdrawal_after_the_end_leaves_no_trace(queue, submit, held):
    submit("job")
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    before = held.everything()
    queue.withdraw("job", TOKEN)
    assert held.everything() == before
