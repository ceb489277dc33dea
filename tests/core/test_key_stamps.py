"""The moments in keys, by which the greatest is the newest."""

from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.core import keys

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def key_of(moment):
    return keys.score_document(keys.stamp(moment), "0" * 16)


@pytest.mark.parametrize("last", [None, key_of(NOW - MINUTE), "scores/first.json"])
def test_a_stamp_is_its_moment_s_own(last):
    assert keys.stamp_behind(NOW, last) == keys.stamp(NOW)


@pytest.mark.parametrize("ahead", [timedelta(0), MINUTE, timedelta(days=400)])
def test_what_is_made_last_sorts_last_whatever_the_clock_says(ahead):
    last = key_of(NOW + ahead)
    stamp = keys.stamp_behind(NOW, last)
    assert keys.score_document(stamp, "0" * 16) > last
    assert keys.stamp_behind(NOW, keys.score_document(stamp, "0" * 16)) > stamp


def test_clocks_of_several_machines_may_differ_a_little():
    last = key_of(NOW + MINUTE)
    assert keys.stamp_behind(NOW, last, 2 * MINUTE) == keys.stamp(NOW)
    assert keys.stamp_behind(NOW, last, MINUTE) > keys.stamp(NOW + MINUTE)
