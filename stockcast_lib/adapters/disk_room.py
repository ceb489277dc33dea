"""How much room is left on the disk of a folder."""

import shutil
from pathlib import Path

MEGABYTE = 1024 * 1024


class DiskRoom:
    """The `Room` port.

    Args:
        folder: that the stores keep their data in; it need not be there yet.
        least_free: bytes that are kept free. Redis ends when it cannot write, so what is new is
            refused before.
    """

    def __init__(self, folder: Path, least_free: int) -> None:
        self._folder = folder.absolute()
        self._least_free = least_free

    def lacking(self) -> str | None:
        """See `Room.lacking`."""
        there = next(each for each in (self._folder, *self._folder.parents) if each.is_dir())
        usage = shutil.disk_usage(there)
        if usage.free >= self._least_free:
            return None
        return (
            f"The disk of {self._folder} is full: {usage.free // MEGABYTE} MB of "
            f"{usage.total // MEGABYTE} MB are free, and {self._least_free // MEGABYTE} MB are "
            "needed (STOCKCAST_LEAST_FREE_MB). Make room there and ask again; nothing is lost."
        )
