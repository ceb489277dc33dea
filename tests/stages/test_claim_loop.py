"""What becomes of a job whose work raises."""

from datetime import UTC, datetime

import pytest

from stockcast_lib.core import keys
from stockcast_lib.core.errors import (
    NotEnoughHistory,
    StoreUnavailable,
    Throttled,
)
from stockcast_lib.core.jobs import Job, JobState, Lane, Stage, parse_request
from stockcast_lib.ports import UNCOUNTED, Claim, Hold, Outcome
from stockcast_lib.stages.claim_loop import ClaimLoop
from tests.counting import Kept

NOW = datetime(2026, 1, 5, tzinfo=UTC)
FAILURE = NotEnoughHistory("Too few sessions.", sessions=3)
NOTEBOOK = keys.notebook_artefact(Stage.FORECAST)


def claim(**changes):
    job = Job(
        id="job",
        request=parse_request({"ticker": "TEST", "days": 5}),
        state=JobState.RUNNING,
        stage=Stage.FORECAST,
        created_at=NOW,
        updated_at=NOW,
        attempt=2,
        price_version="prices",
        last_error=StoreUnavailable("S3 was away.").report(),
    )
    return Claim(job, entry="1-0", worker="worker", tries=1, **changes)


class Queue:
    """Gives one claim, and keeps what it is told."""

    def __init__(self, given):
        self._given = given
        self.hold = Hold.HELD
        self.told = []

    def claim(self, *_):
        self.loop.stop()
        return self._given

    def heartbeat(self, _):
        return self.hold

    def release(self, _):
        self.told.append(("release",))

    def cancelled(self, _):
        self.told.append(("cancelled",))

    def retry(self, _, error, delay):
        self.told.append(("retry", error, delay))

    def fail(self, _, error, *, dead_letter, notebook):
        self.told.append(("fail", error, dead_letter, notebook))


class Archive:
    """Keeps artefacts in the order in which they were written."""

    def __init__(self):
        self.kept = {}
        self.away = False

    def write(self, job_id, attempt, name, data):
        if self.away:
            raise StoreUnavailable("S3 is away.")
        assert (job_id, attempt, name) not in self.kept
        self.kept[job_id, attempt, name] = data

    def read(self, job_id, name):
        if self.away:
            raise StoreUnavailable("S3 is away.")
        held = [data for key, data in self.kept.items() if (key[0], key[2]) == (job_id, name)]
        return held[-1] if held else None


@pytest.fixture
def archive():
    return Archive()


@pytest.fixture
def told(archive):
    """What the queue is told of a claim whose work raises an error."""

    def told(error, given=None, hold=Hold.HELD, metrics=UNCOUNTED):
        def work(*_):
            raise error

        queue = Queue(given or claim())
        queue.hold = hold
        queue.loop = ClaimLoop(
            stage=Stage.FORECAST, worker="worker", queue=queue, archive=archive, work=work,
            metrics=metrics,
        )  # fmt: skip
        queue.loop.run()
        (outcome,) = queue.told
        return outcome

    return told


def test_a_try_that_may_succeed_later_is_told_with_its_reason(told, archive):
    later = Throttled("Later.", retry_after=7)
    assert told(later) == ("retry", later.report(), 7.0)
    assert archive.kept == {}


def test_a_failure_is_archived_last_with_all_that_readers_need(told, archive):
    archive.write("job", 2, NOTEBOOK, b"executed")
    assert told(FAILURE) == ("fail", FAILURE.report(), False, True)
    assert [name for *_, name in archive.kept] == [NOTEBOOK, keys.JOB_ARTEFACT]
    job = Job.model_validate_json(archive.read("job", keys.JOB_ARTEFACT))
    changed = {"state": JobState.FAILED, "error": FAILURE.report(), "last_error": None}
    assert job == claim().job.model_copy(update=changed | {"notebook": True})


def test_a_failure_without_a_notebook_says_so(told, archive):
    archive.write("job", 1, keys.notebook_artefact(Stage.INGEST), b"of another stage")
    assert told(FAILURE)[-1] is False
    assert Job.model_validate_json(archive.read("job", keys.JOB_ARTEFACT)).notebook is False


def test_the_record_of_a_run_that_ended_well_stands(told, archive):
    archive.write("job", 2, keys.JOB_ARTEFACT, b"done")
    assert told(FAILURE)[0] == "fail"
    assert archive.kept == {("job", 2, keys.JOB_ARTEFACT): b"done"}


def test_a_job_fails_without_the_archive_too(told, archive):
    archive.away = True
    error = StoreUnavailable("S3 is away.")
    assert told(error, claim(retries=7)) == ("fail", error.report(), True, False)


def test_a_worker_that_has_lost_the_job_records_nothing(told, archive):
    assert told(FAILURE, hold=Hold.LOST) == ("release",)
    assert archive.kept == {}


def test_a_failure_of_a_job_that_was_withdrawn_is_no_failure(told, archive):
    assert told(FAILURE, hold=Hold.CANCELLED) == ("cancelled",)
    assert archive.kept == {}


def test_its_rounds_tell_a_job_under_way_from_a_wait():
    stamps = []
    queue = Queue(claim())
    queue.loop = ClaimLoop(
        stage=Stage.FORECAST, worker="worker", queue=queue, archive=Archive(), work=lambda *_: None
    )
    queue.loop.rounds.stamp = lambda *, working: stamps.append(working)
    queue.loop.run()
    assert stamps == [False, True]


@pytest.mark.parametrize(
    ("error", "hold", "outcome"),
    [
        (FAILURE, Hold.HELD, Outcome.FAILED),
        (Throttled("Later.", retry_after=7), Hold.HELD, Outcome.RETRIED),
        (FAILURE, Hold.CANCELLED, Outcome.CANCELLED),
        (FAILURE, Hold.LOST, Outcome.LOST),
    ],
)
def test_it_is_counted_how_a_job_was_let_go(told, error, hold, outcome):
    kept = Kept()
    told(error, claim(lane=Lane.BATCH), hold=hold, metrics=kept)
    ((*counted, seconds),) = kept.told
    assert counted == ["run", Lane.BATCH, outcome, error]
    assert 0 <= seconds < 60


def test_a_job_that_went_well_is_counted_as_done():
    kept, queue = Kept(), Queue(claim())
    queue.loop = ClaimLoop(
        stage=Stage.FORECAST, worker="worker", queue=queue, archive=Archive(),
        work=lambda *_: None, metrics=kept,
    )  # fmt: skip
    queue.loop.run()
    ((*counted, _),) = kept.told
    assert counted == ["run", Lane.INTERACTIVE, Outcome.DONE, None]
