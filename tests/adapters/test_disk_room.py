"""When a disk counts as full."""

import shutil

from stockcast_lib.adapters.disk_room import MEGABYTE, DiskRoom


def test_there_is_room_until_less_is_free_than_is_to_stay_free(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    assert DiskRoom(tmp_path, 0).lacking() is None
    assert DiskRoom(tmp_path, free // 2).lacking() is None
    lacking = DiskRoom(tmp_path, 2 * free + MEGABYTE).lacking()
    assert lacking.startswith(f"The disk of {tmp_path} is full")
    assert "STOCKCAST_LEAST_FREE_MB" in lacking


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_the_one_above(tmp_path):
    assert DiskRoom(tmp_path / "none" / "at all", 0).lacking() is None
