"""The models' names without waiting."""

import threading
import time

from stockcast_lib.core.errors import StoreUnavailable
from stockcast_lib.publishing.served import ServedNames


def test_they_are_told_at_once_while_the_store_hangs():
    hangs = threading.Event()
    names = ServedNames(lambda: hangs.wait(30) and ["default"], first_wait=0.1)
    began = time.monotonic()
    assert names() == ()
    assert time.monotonic() - began < 10
    hangs.set()
    deadline = time.monotonic() + 20
    while names() != ("default",):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_was_known_serves_while_the_store_is_away():
    answers = iter([["default", "trend"]])

    def read():
        try:
            return next(answers)
        except StopIteration:
            raise StoreUnavailable("away") from None

    names = ServedNames(read, every=0, first_wait=20)
    assert names() == ("default", "trend")
    for _ in range(5):
        assert names() == ("default", "trend")
        time.sleep(0.01)
