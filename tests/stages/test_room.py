"""What is refused, and told, where the disk is full."""

import pytest

from stockcast_lib.core.errors import (
    BadFrame,
    DiskFull,
    NotebookFailed,
    QueueUnavailable,
    StoreUnavailable,
)
from stockcast_lib.core.retries import retry_delay
from stockcast_lib.stages.room import intake_with_room, require_room, work_with_room


class Room:
    def __init__(self, why):
        self.why = why

    def lacking(self):
        return self.why


FULL, FREE = Room("The disk is full."), Room(None)
WRAPPED = {"a message": (intake_with_room, [None]), "a job": (work_with_room, [None, None])}


def failing(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize(("wrap", "arguments"), WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("error", [QueueUnavailable("away"), StoreUnavailable("away")], ids=repr)
def test_a_store_that_fails_on_a_full_disk_is_told_as_that(wrap, arguments, error):
    with pytest.raises(DiskFull, match="The disk is full"):
        wrap(failing(error), FULL)(*arguments)
    with pytest.raises(type(error), match="away"):
        wrap(failing(error), FREE)(*arguments)


@pytest.mark.parametrize("error", [BadFrame("bad"), NotebookFailed("bad")], ids=repr)
def test_what_has_another_cause_is_told_as_it_is(error):
    with pytest.raises(type(error), match="bad"):
        intake_with_room(failing(error), FULL)(None)


def test_a_job_is_tried_again_once_there_may_be_room():
    with pytest.raises(DiskFull) as caught:
        require_room(FULL)
    assert retry_delay(caught.value, 0) is not None
    require_room(FREE)
