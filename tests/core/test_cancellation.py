"""A cancellation reaches its listener once, before, during and after it is asked for."""

import pytest

from stockcast_lib.core.cancellation import Cancellation


@pytest.fixture
def cancellation():
    return Cancellation()


def test_a_listener_is_called_once_however_often_the_end_is_asked_for(cancellation):
    called = []
    with cancellation.calling(lambda: called.append(1)):
        assert not cancellation.requested
        cancellation.request()
        cancellation.request()
    assert cancellation.requested
    assert called == [1]


def test_a_listener_that_comes_late_is_called_at_once(cancellation):
    called = []
    cancellation.request()
    with cancellation.calling(lambda: called.append(1)):
        assert called == [1]


def test_a_listener_is_forgotten_after_its_block(cancellation):
    called = []
    with cancellation.calling(lambda: called.append(1)):
        pass
    cancellation.request()
    assert called == []
