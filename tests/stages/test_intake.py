"""When the ingest stage answers with a result that is there."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from stockcast_lib.core.errors import DiskFull, QueueFull, QueueUnavailable, Unauthorised
from stockcast_lib.core.prices import Freshness
from stockcast_lib.core.protocol import Frame, Reply, Status, Submit
from stockcast_lib.ports import UNWATCHED
from stockcast_lib.stages.intake import IngestIntake, counted, taken_once
from tests.counting import Kept
from tests.factories import asker, price_history, price_version

JUST_NOW = datetime.now(UTC) - timedelta(minutes=1)
SAMPLE = price_version(price_history(sample=True), fetched_at=JUST_NOW)


@pytest.fixture
def status():
    """Of a request whose result stands on some prices."""

    def status(version, vendors, room=UNWATCHED):
        intake = IngestIntake(
            queue=SimpleNamespace(submit=lambda *_, **__: ("new", True)),
            results=SimpleNamespace(job_id=lambda _: "finished"),
            board=SimpleNamespace(current=lambda _: version),
            models=SimpleNamespace(resolve=str, revision=lambda _: "revision"),
            freshness=Freshness.asking(vendors, timedelta(days=7)),
            id_key=b"key",
            room=room,
        )
        fields = asker().model_dump(mode="json")
        return intake(Submit({"ticker": "TEST", "days": 5}, fields)).status

    return status


def test_a_result_on_the_sample_is_given_where_the_sample_is_a_vendor(status):
    assert status(SAMPLE, ("sample",)) is Status.DONE
    assert status(SAMPLE, ("tiingo", "sample")) is Status.DONE


def test_a_result_on_the_sample_is_made_anew_where_it_is_not(status):
    assert status(SAMPLE, ("tiingo",)) is Status.ACCEPTED


def test_a_result_on_a_vendor_s_fresh_prices_is_given(status):
    assert status(price_version(fetched_at=JUST_NOW), ("tiingo",)) is Status.DONE


def test_on_a_full_disk_a_result_is_given_and_what_is_new_is_refused(status):
    full = SimpleNamespace(lacking=lambda: "The disk is full.")
    assert status(SAMPLE, ("sample",), full) is Status.DONE
    with pytest.raises(DiskFull, match="The disk is full"):
        status(SAMPLE, ("tiingo",), full)


def test_each_message_is_counted_by_what_became_of_it():
    def refuse(_):
        raise QueueFull("Too many wait.")

    kept = Kept()
    assert counted(lambda _: Reply(Status.JOINED, "job"), kept)("message").job_id == "job"
    with pytest.raises(QueueFull):
        counted(refuse, kept)("message")
    assert kept.told == [("message", "joined"), ("message", QueueFull.code)]


class Once:
    """The `Nonces` port in memory."""

    def __init__(self):
        self._taken = set()

    def take(self, nonce):
        new = nonce not in self._taken
        self._taken.add(nonce)
        return new


def test_a_frame_that_comes_again_is_refused_and_reaches_nobody():
    taken = []

    def keep(message):
        taken.append(message)
        return Reply(Status.ACCEPTED, "job")

    kept = Kept()
    intake = counted(taken_once(keep, Once()), kept)
    assert intake(Frame("message", "one")).job_id == "job"
    with pytest.raises(Unauthorised, match="new nonce"):
        intake(Frame("message", "one"))
    assert intake(Frame("message", "another")).job_id == "job"
    assert taken == ["message", "message"]
    assert [outcome for _, outcome in kept.told] == ["accepted", "unauthorised", "accepted"]


def test_while_nonces_cannot_be_remembered_nothing_is_taken():
    def away(_):
        raise QueueUnavailable("Redis is away.")

    intake = taken_once(pytest.fail, SimpleNamespace(take=away))
    with pytest.raises(QueueUnavailable):
        intake(Frame("message", "one"))
